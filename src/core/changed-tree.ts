/** What git and the file system tell of a checkout: how it differs from HEAD, and what HEAD was before. */

/** A file of a checkout as it lies there. */
export interface TreeFile {
  /** Repo-relative, as `Worktrees.resolve` spells it. */
  readonly path: string;
  /** As git spells it, which may be another Unicode form: for giving it back to git. */
  readonly name: string;
  /** What is different from HEAD; of one that does not differ, whether it is there. */
  readonly change: 'created' | 'modified' | 'deleted';
  /**
   * When it was last changed on the disk, by the wall clock in milliseconds: contents, name or rights, which no program can set. Of
   * one that is not there, when anything was last added to or taken from the nearest folder that is: it went then, or before.
   */
  readonly changedAt: number;
  /** Stays the same while its contents do; null for one that is not there. */
  readonly mark: string | null;
  /** How much of the change stands in the index. */
  readonly inIndex: 'none' | 'part' | 'whole';
  /** A merge has left it undecided. */
  readonly isUnmerged: boolean;
}

/** How a checkout differs from HEAD. */
export interface ChangedTree {
  /** The commit that is checked out; null before the first. */
  readonly head: string | null;
  /** When git last wrote down what is checked out, by the wall clock: HEAD was not moved later. Null where that cannot be told. */
  readonly headMovedAt: number | null;
  readonly files: readonly TreeFile[];
  readonly more: boolean;
  /** Of the paths that were asked for besides, those that do not differ. */
  readonly same: readonly TreeFile[];
}

/** One entry of what git notes when HEAD becomes another commit. */
export interface HeadMove {
  /** The commit that it became. */
  readonly commit: string;
  /** In whole seconds of the wall clock, as milliseconds. */
  readonly at: number;
  /** In git's words: `commit: Fix login`, `checkout: moving from main to next`. */
  readonly how: string;
}

/** A commit that changed a file; its time in whole seconds, as git keeps it. */
export interface FileCommit {
  readonly id: string;
  readonly at: number;
}
