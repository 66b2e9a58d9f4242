/** What a git command is about to do, and what git tells about it: what the rules judge it by. */
import type { Here } from './edit.ts';
import type { GitOperation } from './git-unfinished.ts';
import { matchesText } from './glob.ts';

/** What a git command is about to do, in the terms in which others are concerned. */
export interface GitWish {
  /** As people would write it, short: `git switch main`. */
  readonly words: string;
  /** The checkout it acts in. */
  readonly here: Here;
  /** The folder it is run in, repo-relative; null where that is not known, or not in the checkout. */
  readonly folder: string | null;
  /** Files that the same command line has staged by name before it comes to this. */
  readonly stagedBefore: readonly string[];
  /** Moves HEAD, or changes files or index as a whole. */
  readonly takesCheckout: boolean;
  /** Leaves HEAD where it is: whose files it does not touch is not concerned by it. */
  readonly leavesHead: boolean;
  /**
   * What is changed and not committed, in the whole checkout or in `discards`, and may be gone afterwards without having been named:
   * files that git tracks, files that it does not, or both.
   */
  readonly destroys: 'nothing' | 'tracked' | 'untracked' | 'both';
  /** Ends what has stopped in the middle: `continue` commits what is staged, `abort` takes back what is staged, `reset` whatever is changed. */
  readonly ends: 'continue' | 'abort' | 'reset' | null;
  /** What is under way in the checkout. */
  readonly underway: GitOperation | null;
  /** That is a merge or its like: git commits all that is staged then, or nothing. */
  readonly isWhole: boolean;
  /** Stages or commits whatever is changed; new files, too, unless `sweepsTracked`. */
  readonly sweeps: boolean;
  readonly sweepsTracked: boolean;
  /** Commits what is staged, by whomever. */
  readonly commits: boolean;
  /** That, or puts something into the index that all sessions of the checkout share. */
  readonly usesIndex: boolean;
  /** Files and folders, repo-relative, that it stages or commits by name. */
  readonly stages: readonly string[];
  /** The same whose changes it throws away. */
  readonly discards: readonly string[];
  /** The same by patterns of files, in the grammar of `glob.ts`. */
  readonly discardPatterns: readonly string[];
  /** It deletes the files of `discards` by no means of git. Those that others have locked are kept by their locks. */
  readonly deletes: boolean;
  /** `discards` names a repository within the checkout: of what is changed in it the checkout's own git tells nothing. */
  readonly isNested: boolean;
  /** Puts all that is staged into an entry of the stash, with the files that it names. */
  readonly stashesIndex: boolean;
  /** Folders whose files it takes out of the index, by whomever they are staged; an empty name means all. */
  readonly unstages: readonly string[];
  /** Replaces the commit that is checked out, or takes it off its branch. */
  readonly rewritesHead: boolean;
  /** Of that: all commits go that HEAD has and this revision has not. Null for HEAD's newest alone. */
  readonly base: string | null;
  /** The branch of which that is said; null for whatever is checked out. */
  readonly rewritesBranch: string | null;
  /** Those of them that this revision does not have are made anew, and not lost. */
  readonly remakesSince: string | null;
  /** The branch that is overwritten, renamed or deleted here; null for none. */
  readonly forces: string | null;
  /** The same at a remote: those who work on it in this very checkout lose nothing by that. */
  readonly forcesRemote: string | null;
  /** Which entry of the stash it takes or drops, 0 being the newest; all worktrees share it. */
  readonly takesStash: number | 'all' | null;
  /** It does nothing else to the checkout than put back what those entries hold. */
  readonly isStashOnly: boolean;
  /** Absolute path of a worktree, or of a folder, that is removed or moved. */
  readonly removes: string | null;
}

/** A wish that does nothing to anybody: what a wish is made from. */
export const noWish: Omit<GitWish, 'words' | 'here'> = {
  folder: null,
  stagedBefore: [],
  takesCheckout: false,
  leavesHead: false,
  destroys: 'nothing',
  ends: null,
  underway: null,
  isWhole: false,
  sweeps: false,
  sweepsTracked: false,
  commits: false,
  usesIndex: false,
  stages: [],
  discards: [],
  discardPatterns: [],
  deletes: false,
  isNested: false,
  stashesIndex: false,
  unstages: [],
  rewritesHead: false,
  base: null,
  rewritesBranch: null,
  remakesSince: null,
  forces: null,
  forcesRemote: null,
  takesStash: null,
  isStashOnly: false,
  removes: null,
};

export interface GitFound {
  /** Files that differ from HEAD, repo-relative; undefined when git did not tell. */
  readonly changed: readonly string[] | undefined;
  /** There are more of them than git was asked for. */
  readonly isCut?: boolean;
  /** Those of them that git does not track. */
  readonly untracked: readonly string[];
  /** Files that are staged; none when git did not tell, or was not asked. */
  readonly staged: readonly string[];
  /** The commits that would be replaced or lost, the newest first; none where that is not known. */
  readonly lost: readonly string[];
  /** The commits of the stash that are taken or dropped. */
  readonly stashed: readonly string[];
  /** The only files that it touches, where that is known of something that takes the checkout. */
  readonly only?: readonly string[];
}

/** Nothing is found, or nothing was asked. */
export const nothingFound: GitFound = { changed: undefined, untracked: [], staged: [], lost: [], stashed: [] };

/** Whether it throws away changes of files that it names. */
export function isDiscarding({ discards, discardPatterns }: GitWish): boolean {
  return discards.length + discardPatterns.length > 0;
}

/** Whether it throws away what is changed in a file, because the file is named. */
export function isDiscarded({ discards, discardPatterns }: GitWish, path: string): boolean {
  return isUnder(path, discards) || discardPatterns.some(pattern => matchesText(pattern, path));
}

/** Whether a file is one of some, or below one. */
export function isUnder(path: string, targets: readonly string[]): boolean {
  return targets.some(target => isAtOrBelow(path, target));
}

function isAtOrBelow(path: string, target: string): boolean {
  return target === '' || path === target || path.startsWith(`${target}/`);
}
