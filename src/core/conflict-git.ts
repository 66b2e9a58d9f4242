/** Conflicts that git knows of: operations under way, merges that would fail, and what others have not committed. */
import {
  type Action,
  allOf,
  type Conflict,
  type GitVerdict,
  movesHead,
  oneOf,
  onlyFile,
  type Severity,
  spokenFiles,
  spokenName,
} from './conflict-kinds.ts';
import type { GitFindings, GitPlan, TrialMerge, TriedMerge } from './conflict-plan.ts';
import { otherCheckout, ownCheckout } from './conflict-uncommitted.ts';
import type { GitState } from './ports.ts';

/** Judges what git said. Waits for nothing: the findings are plain data, gathered before. */
export function gitConflicts(plan: GitPlan, findings: GitFindings): GitVerdict {
  const { me } = plan;
  if (!plan.concernsGit) return { conflicts: [], notLookedAt: plan.notLookedAt };
  if (!findings.state) {
    const sentence = 'This folder is no checkout of git: nothing that git knows was looked at.';
    return { conflicts: [], notLookedAt: [...plan.notLookedAt, sentence] };
  }
  const own = findings.changes.get(me.root);
  const parts: GitVerdict[] = [
    { conflicts: stateConflicts(plan, findings.state), notLookedAt: plan.notLookedAt },
    ...(plan.wantsOwnChanges ? [ownCheckout(plan, own)] : []),
    ...plan.elsewhere.map(checkout => otherCheckout(plan, checkout, findings.changes.get(checkout.root), own)),
    ...plan.merges.map((merge, at) => trialMerge(plan, merge, findings.merges[at])),
  ];
  return {
    conflicts: parts.flatMap(part => part.conflicts),
    notLookedAt: [...new Set(parts.flatMap(part => part.notLookedAt))],
  };
}

/** Actions by which an operation is brought to its end: alone in a checkout, whoever began it goes on with it. */
const finishers: Record<NonNullable<GitState['operation']>, readonly Action['type'][]> = {
  rebase: ['git_rebase', 'git_commit'],
  merge: ['git_merge', 'git_commit'],
  'cherry-pick': ['git_commit'],
  revert: ['git_commit'],
  apply: ['git_rebase', 'git_commit'],
  bisect: [],
};

function stateConflicts(plan: GitPlan, state: GitState): Conflict[] {
  return [...unfinished(plan, state), ...lockFiles(plan, state)];
}

function unfinished({ action, company }: GitPlan, { operation }: GitState): Conflict[] {
  if (operation === null || action.type === 'git_push') return [];
  const others = company.map(session => session.handle);
  const began = others.length > 0 ? `one of ${oneOf([...others, 'you'])} began` : 'somebody began';
  const begun = `In this checkout ${began} a ${operation} that is not finished`;
  const goesOn = company.length === 0 && finishers[operation].includes(action.type);
  if (goesOn) return [git('low', `${begun}: if it was you, this goes on with it; if not, ask first.`, 'git:head')];
  if (movesHead(action.type)) {
    return [git('high', `${begun}: ${action.type} would get into it; finish or abort it first.`, 'git:head')];
  }
  if (company.length === 0) return [];
  return [git('medium', `${begun}: files may change under you; agree with ${allOf(others)} first.`, 'git:head')];
}

function lockFiles({ action, me }: GitPlan, { locked }: GitState): Conflict[] {
  if (!movesHead(action.type)) return [];
  // A commit does not stash; a rebase and a merge do, where they are set to.
  const matter = locked.filter(lock => lock !== 'stash' || action.type !== 'git_commit');
  return matter.map(lock => {
    const where = lock === 'index' || lock === 'head' ? spokenName(me.root) : 'this repository';
    const description =
      `Git's lock on ${lockNames[lock]} of ${where} is taken: a git command is writing, and ${action.type} would fail; ` +
      'ask again in a moment; if no git command runs there, it died and left the lock file behind.';
    return git(lock === 'stash' ? 'medium' : 'high', description, `git:${lock}`);
  });
}

function git(severity: Severity, description: string, resource: string): Conflict {
  return { kind: 'git', severity, description, session: null, resource };
}

const lockNames = { index: 'the index', head: 'HEAD', stash: 'the stash', refs: 'the references' } as const;

function trialMerge({ action, me }: GitPlan, merge: TrialMerge, files: TriedMerge): GitVerdict {
  const branch = spokenName(merge.branch);
  const whose = merge.session ? `${branch} (${merge.session.handle}, in ${spokenName(merge.session.root)})` : branch;
  if (files === undefined || typeof files === 'string') {
    return { conflicts: [], notLookedAt: [untried(whose, merge, files)] };
  }
  if (files.length === 0) return { conflicts: [], notLookedAt: [] };
  const isAsked = merge.session === null;
  const severity: Severity = isAsked && action.type === 'git_merge' ? 'high' : 'medium';
  const advice = merge.session
    ? `agree with ${merge.session.handle} who merges first`
    : 'look at both sides of these files before you begin';
  const description = `Merging ${whose} and ${spokenName(me.branch ?? 'HEAD')} would conflict in ${spokenFiles(files)}: ${advice}.`;
  return {
    conflicts: [{ kind: 'merge', severity, description, session: merge.session, resource: onlyFile(files) }],
    notLookedAt: [],
  };
}

function untried(whose: string, { session, branch }: TrialMerge, missing: 'ours' | 'theirs' | undefined): string {
  if (missing === 'ours') return 'This checkout has no commit yet: no merge was tried.';
  if (missing === undefined) {
    return `Whether ${whose} can be merged with this branch is not known: git could not try it in time (that takes git 2.38, a commit there, and repositories that git trusts).`;
  }
  const what = session ? `${whose} has no commit yet` : `There is no branch ${spokenName(branch)} in this repository`;
  return `${what}: no merge with it was tried.`;
}
