/** What one of git's hooks tells: what git is about to do, or has done. Paths are repo-relative, as `Worktrees.resolve` spells them. */
import type { MadeCommit, Rewriting } from './guard-references.ts';

/** The hooks before which git asks whether it may go on, and what they are of. */
export const askingHooks: readonly string[] = ['pre-commit', 'pre-push', 'pre-rebase'];

/** What is pushed to one reference of a remote. */
export interface Push {
  /** The branch there, short; null for what is no branch. */
  readonly branch: string | null;
  /** Whether it throws commits away that are there now, or the whole branch. */
  readonly isForced: boolean;
  /** Of a forced one: commits that no branch of the remote would have any more, the newest first; of what is not known here the tip. */
  readonly lost: readonly string[];
}

export interface GitHookFacts {
  /** Files that would be committed; of a merge those that are different from both sides. */
  readonly staged: readonly string[];
  /** Whether there is no commit yet. */
  readonly isFirst: boolean;
  /** Whether git commits all that is staged or nothing, as after a merge. */
  readonly isWhole: boolean;
  /** The folder that git was called in, from the root of the checkout; empty at the root. */
  readonly folder: string;
  readonly pushes: readonly Push[];
  /** Files that changed in commits which the remote does not have. */
  readonly pushedFiles: readonly string[];
  /** Branches and stashes that are about to lose something. */
  readonly rewritings: readonly Rewriting[];
  /** Commits that have just come to a branch, the oldest first. */
  readonly made: readonly MadeCommit[];
  /** Whether they are the work of a rebase, which makes commits anew that were checked before. */
  readonly isRebase: boolean;
  /** The commit of a stash that was just made. */
  readonly stashed: MadeCommit | null;
  /** Where HEAD was and is now, as branches or short commits. */
  readonly moved: { readonly from: string; readonly to: string } | null;
  /** Whether a message is one to which a trailer may be added. */
  readonly takesTrailer: boolean;
  /** Whole sentences on what was too much to be looked at. */
  readonly notLookedAt: readonly string[];
}

/** Of a hook that tells nothing. */
export const noFacts: GitHookFacts = {
  staged: [],
  isFirst: false,
  isWhole: false,
  folder: '',
  pushes: [],
  pushedFiles: [],
  rewritings: [],
  made: [],
  isRebase: false,
  stashed: null,
  moved: null,
  takesTrailer: false,
  notLookedAt: [],
};
