/** Conflicts with what others have announced. */
import {
  type Action,
  type Conflict,
  inSameCheckout,
  isFile,
  isGitAction,
  type Severity,
  spokenName,
} from './conflict-kinds.ts';
import { namesNoFile } from './conflict-unnamed.ts';
import { inForce, newestOpenIntents } from './intent.ts';
import type { IntentRecord, IntentType, SessionRecord } from './records.ts';
import { resourcesOverlap } from './resource.ts';
import { quoted, spokenDuration } from './text.ts';
import type { View } from './unit.ts';

/**
 * How bad another's intent is for an action: `here` when both are in one checkout and no common file is named, `meetHere` when
 * files they name overlap there, `meet` when these overlap over different checkouts (then it comes to a merge later).
 */
interface Rating {
  readonly here: Severity | null;
  readonly meetHere: Severity | null;
  readonly meet: Severity | null;
}

const rate = (here: Severity | null, meetHere: Severity | null, meet: Severity | null): Rating => ({
  here,
  meetHere,
  meet,
});
const nothing = rate(null, null, null);

type Work = 'edit' | 'refactor' | 'dependencies' | 'run' | 'commit' | 'push' | 'move';

const works: Record<IntentType, Work> = {
  file_edit: 'edit',
  refactor: 'refactor',
  dependency_change: 'dependencies',
  build: 'run',
  test: 'run',
  git_commit: 'commit',
  git_push: 'push',
  git_rebase: 'move',
  git_merge: 'move',
};

/** First what the other does, then what one is about to do. Two git operations are not in it: they are always `high`. */
const ratings: Record<Work, Partial<Record<Work, Rating>>> = {
  edit: {
    edit: rate(null, 'medium', 'medium'),
    refactor: rate(null, 'medium', 'medium'),
    dependencies: rate(null, 'medium', 'medium'),
    run: rate(null, 'low', null),
    commit: rate('low', 'medium', null),
    move: rate('medium', 'medium', 'low'),
  },
  refactor: {
    edit: rate('low', 'high', 'medium'),
    refactor: rate('low', 'high', 'medium'),
    dependencies: rate('low', 'high', 'medium'),
    run: rate('low', 'medium', null),
    commit: rate('medium', 'medium', null),
    move: rate('medium', 'medium', 'low'),
  },
  dependencies: {
    edit: rate(null, 'medium', 'medium'),
    refactor: rate(null, 'medium', 'medium'),
    dependencies: rate('high', 'high', 'medium'),
    run: rate('medium', 'medium', null),
    commit: rate('medium', 'medium', null),
    move: rate('medium', 'medium', 'low'),
  },
  run: {
    edit: rate('low', 'low', null),
    refactor: rate('low', 'low', null),
    dependencies: rate('medium', 'medium', null),
    run: rate('low', 'low', null),
    move: rate('medium', 'medium', null),
  },
  commit: {
    edit: rate('low', 'medium', null),
    refactor: rate('low', 'medium', null),
    dependencies: rate('low', 'medium', null),
  },
  push: {},
  move: {
    edit: rate('high', 'high', null),
    refactor: rate('high', 'high', null),
    dependencies: rate('high', 'high', null),
    run: rate('medium', 'medium', null),
  },
};

/** What it means for whoever stands in the way of it. */
const reasons: Record<Work, string> = {
  edit: 'its edits and yours would meet in the same files',
  refactor: 'a wide change rewrites files while you work on them',
  dependencies: 'installed packages and lock files change meanwhile',
  run: 'it sees files as they are in between',
  commit: 'what you change now may end up in that commit',
  push: 'the remote branch moves',
  move: 'files and HEAD change under everybody in the checkout',
};

/** Intents of others that speak against an action. One's own never do, ended or aged ones or those of the dead neither. */
export async function intentConflicts(
  view: View,
  me: SessionRecord,
  action: Action,
): Promise<{ conflicts: Conflict[]; more: boolean }> {
  const { intents, more } = await newestOpenIntents(view.tx);
  const theirs = await inForce(
    view,
    intents.filter(intent => intent.session !== me.id && intent.session !== me.parentSession),
  );
  const conflicts = theirs.flatMap(({ intent, session }) => {
    const found = judged(me, action, intent);
    return found ? [described(view, session, intent, found)] : [];
  });
  return { conflicts, more };
}

interface Judgement {
  readonly severity: Severity;
  readonly because: string;
  readonly resource: string | null;
}

/** Actions that mean every file where they name none: work on some file meets them. */
const meansAll: readonly IntentType[] = ['refactor', 'git_merge', 'git_rebase', 'build', 'test'];

function judged(me: SessionRecord, action: Action, intent: IntentRecord): Judgement | undefined {
  const work = works[intent.type];
  const common = action.targets.find(target => intent.resources.some(theirs => resourcesOverlap(theirs, target)));
  const resource = common?.name ?? null;
  if (isGitAction(action.type) && isGitAction(intent.type)) {
    const because = 'two git operations at once move references and history under each other, whatever the branch';
    return { severity: 'high', because, resource };
  }
  if (common && !isFile(common)) return { severity: 'medium', because: `both of you want ${common.name}`, resource };
  const isHere = inSameCheckout(me, intent);
  const files = common ?? (namesNoFile(action) ? intent.resources.find(isFile) : undefined);
  const meets = common !== undefined || (files !== undefined && meansAll.includes(action.type));
  const severity = severityOf(work, action.type, meets, isHere);
  if (severity)
    return { severity, because: meets && !isHere ? 'you will meet in a merge later' : reasons[work], resource };
  if (files && !common && action.type === 'dependency_change')
    return { severity: 'low', because: reasons[work], resource };
  const isMine = me.branch !== null && [intent.branch, ...intent.branches].includes(me.branch);
  if (intent.type !== 'git_rebase' || !isMine || works[action.type] === 'run') return undefined;
  return { severity: 'medium', because: 'it rewrites the branch you work on', resource };
}

function severityOf(theirs: Work, mine: IntentType, meets: boolean, isHere: boolean): Severity | null {
  const { here, meetHere, meet } = ratings[theirs][works[mine]] ?? nothing;
  if (meets) return isHere ? meetHere : meet;
  return isHere ? here : null;
}

function described(view: View, session: SessionRecord, intent: IntentRecord, judgement: Judgement): Conflict {
  const { handle } = session;
  const act = intent.status === 'in_progress' ? 'is at' : 'has announced';
  const branch = isGitAction(intent.type) ? (intent.branches[0] ?? intent.branch) : null;
  const about = branch === null ? '' : ` on ${spokenName(branch)}`;
  const why = intent.description ? ` (${quoted(intent.description)})` : '';
  const since = spokenDuration(view.tx.now - intent.updatedAt);
  const advice =
    judgement.severity === 'low'
      ? `${handle} may want to know`
      : judgement.severity === 'medium'
        ? `agree with ${handle} first`
        : `wait until it is done, or ask ${handle}`;
  return {
    kind: 'intent',
    severity: judgement.severity,
    description: `${handle} ${act} ${intent.type}${about}${why}, ${since} ago (${intent.id}): ${judgement.because}; ${advice}.`,
    session,
    resource: judgement.resource,
  };
}
