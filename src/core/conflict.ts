/** Is it safe to do this now? Looks at locks, queues and intents of others and at who shares the checkout and the branch. Changes nothing. */
import { intentConflicts } from './conflict-intents.ts';
import { type Action, type Conflict, inSameCheckout, type Severity, spokenName, withTask } from './conflict-kinds.ts';
import { lockConflicts, queueConflicts } from './conflict-locks.ts';
import { type GitPlan, planGitLook } from './conflict-plan.ts';
import { unnamedFileConflicts } from './conflict-unnamed.ts';
import { limits } from './limits.ts';
import { lookAround } from './presence.ts';
import type { IntentType, SessionRecord } from './records.ts';
import type { View } from './unit.ts';

/** What it means that another session works in the same checkout, and on the same branch elsewhere. */
interface Company {
  readonly sameCheckout: Severity;
  readonly sameBranch: Severity | null;
  readonly because: string;
}

const companies: Record<IntentType, Company> = {
  file_edit: { sameCheckout: 'low', sameBranch: null, because: 'its edits appear in the same working tree' },
  refactor: {
    sameCheckout: 'medium',
    sameBranch: null,
    because: 'a wide change meets its edits in the same working tree',
  },
  dependency_change: { sameCheckout: 'medium', sameBranch: null, because: 'installed packages change under it' },
  build: { sameCheckout: 'low', sameBranch: null, because: 'the build sees its half-done edits' },
  test: { sameCheckout: 'low', sameBranch: null, because: 'the tests see its half-done edits' },
  git_commit: {
    sameCheckout: 'medium',
    sameBranch: null,
    because: 'both share one index: stage your own files by name',
  },
  git_push: { sameCheckout: 'low', sameBranch: 'medium', because: 'it pushes to the same branch' },
  git_rebase: { sameCheckout: 'high', sameBranch: 'medium', because: 'a rebase rewrites the branch it stands on' },
  git_merge: { sameCheckout: 'high', sameBranch: 'low', because: 'a merge changes files and HEAD under it' },
};

export interface Survey {
  /** What the store knows of, in no order. Harmless conflicts are listed as well; `isSafe` decides. */
  readonly conflicts: readonly Conflict[];
  /** Whole sentences on what there was too much of to examine. */
  readonly notLookedAt: readonly string[];
  /** What git is to be asked besides. */
  readonly plan: GitPlan;
}

/**
 * Everything that one view of the store tells about an action. `me` stands where the action is to be done. `branches` are those
 * checked out now in checkouts of this host, by root: a record knows the branch of its session's last call only. `placed` tells where one
 * of the others works that says that it works elsewhere than it stands.
 */
export async function surveyAction(
  view: View,
  me: SessionRecord,
  action: Action,
  branches: ReadonlyMap<string, string> = new Map(),
  placed: (session: SessionRecord) => SessionRecord = session => session,
): Promise<Survey> {
  const { live } = await lookAround(view);
  const others = live
    // A sub-agent works for its parent, under its locks.
    .filter(session => session.id !== me.id && session.id !== me.parentSession)
    .map(placed)
    .map(session => (session.host === me.host ? withBranch(session, branches.get(session.root)) : session));
  const [locks, unnamed, queue, intents, plan] = await Promise.all([
    lockConflicts(view, me, action),
    unnamedFileConflicts(view, me, action),
    queueConflicts(view, me, action),
    intentConflicts(view, me, action),
    planGitLook(view, me, action, others),
  ]);
  return {
    conflicts: [
      ...locks,
      ...unnamed.conflicts,
      ...intents.conflicts,
      ...companyConflicts(me, action, others),
      ...queue,
    ],
    notLookedAt: [
      ...(unnamed.more ? [`Only ${limits.fileLocksExamined} locks on files were looked at: name your targets.`] : []),
      ...(intents.more ? [`Only the newest ${limits.intentsSearched} intents were looked at.`] : []),
    ],
    plan,
  };
}

function withBranch(session: SessionRecord, branch: string | undefined): SessionRecord {
  return branch === undefined ? session : { ...session, branch };
}

function companyConflicts(me: SessionRecord, { type }: Action, others: readonly SessionRecord[]): Conflict[] {
  const { sameCheckout, sameBranch, because } = companies[type];
  const conflicts: Conflict[] = [];
  for (const other of others) {
    const advice = (severity: Severity) => (severity === 'low' ? '' : `; agree with ${other.handle} first`);
    if (inSameCheckout(other, me)) {
      const better = sameCheckout === 'high' ? ', or use a worktree of your own' : '';
      const description = `${withTask(other)} works in the same checkout; ${because}${advice(sameCheckout)}${better}.`;
      conflicts.push({ kind: 'checkout', severity: sameCheckout, description, session: other, resource: null });
    } else if (sameBranch && me.branch !== null && other.branch === me.branch) {
      const description = `${withTask(other)} has the same branch ${spokenName(other.branch)} in another checkout; ${because}${advice(sameBranch)}.`;
      conflicts.push({ kind: 'branch', severity: sameBranch, description, session: other, resource: null });
    }
  }
  return conflicts;
}
