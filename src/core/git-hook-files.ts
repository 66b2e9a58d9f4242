/**
 * The port to the hooks of a git repository: which folder git really takes them from, and what stands there. They are other people's
 * files: links stay links, modes stay modes, and nothing is written that was not just looked at.
 */

/** What stands at a path; links are not followed. */
export type HookFile =
  | { readonly kind: 'nothing' }
  | { readonly kind: 'file'; readonly bytes: Uint8Array; readonly mode: number }
  /** `to` is what the link says, to the letter. */
  | { readonly kind: 'link'; readonly to: string }
  /** A folder, a pipe or a device. */
  | { readonly kind: 'other' };

export interface HookChange {
  readonly path: string;
  /** What must stand there when it is changed. */
  readonly before: HookFile;
  readonly after: HookFile;
  /** Whether git itself changes this file and has to be kept out meanwhile, by the lock file that it looks for. */
  readonly isGitsOwn?: true;
}

/** Where a setting of git comes from. */
export type HookScope = 'system' | 'global' | 'local' | 'worktree';

/** One value of `core.hooksPath`; git takes the last one it finds. */
export interface HooksPath {
  readonly scope: HookScope;
  /** As it is written. */
  readonly value: string;
  /** The folder that it means for this checkout, links not followed. */
  readonly folder: string;
}

/** What git says of the hooks of a checkout. All paths are absolute and real, with `/` between names. */
export interface HookPlace {
  /** The root of the checkout. */
  readonly root: string;
  /** What this checkout has for itself in the repository, and what all of them share. */
  readonly gitDirectory: string;
  readonly commonDirectory: string;
  /** All values that git finds, the one that it takes last; none where the hooks lie in the repository's own folder. */
  readonly settings: readonly HooksPath[];
  /** Git's version, as numbers: `[2, 39, 5]`. */
  readonly version: readonly number[];
}

export interface GitHookFiles {
  /** Errors: `not_found` outside a checkout; `unavailable` when git is missing, too old, or does not trust the folder. */
  place(directory: string): Promise<HookPlace>;
  /** Where a file or folder really lies, links followed, also one that is not there yet. */
  realPath(path: string): string;
  /** Whether git ignores everything below a folder of the checkout, and has nothing of it under version control. */
  isLeftAlone(folder: string, place: HookPlace): Promise<boolean>;
  /** A configuration (null for none yet) with one value of `core.hooksPath`, or without any (null), as git itself would write it. */
  configured(config: Uint8Array | null, value: string | null): Promise<Uint8Array>;
  /** The value of `core.hooksPath` in a configuration; null for none. */
  hooksPathIn(config: Uint8Array): Promise<string | null>;
  /** Submodules that are checked out, repo-relative: repositories with hooks of their own. */
  submodules(place: HookPlace): Promise<readonly string[]>;
  /** Whether git takes its hooks from the folder now. */
  takesFrom(folder: string, place: HookPlace): Promise<boolean>;
  /**
   * Runs the hook that git would run, with the token in its environment; what it said on standard error and its exit code. For
   * hooks that answer a self-test before anything else.
   */
  selfTest(hook: string, token: string, place: HookPlace): Promise<{ readonly code: number; readonly said: string }>;
  /** Errors: `unavailable` for what cannot be read. */
  look(path: string): HookFile;
  /** The names in a folder; none where there is no folder. */
  names(folder: string): string[];
  /**
   * Exchanges what stands at a path whole; a crash leaves the old or the new. Errors: `conflict`, and nothing changed, when
   * something else than `before` stands there; `unavailable` when it cannot or must not be written.
   */
  exchange(change: HookChange): void;
  /** Creates the folder with those above it that are missing, and returns them, outermost first. Errors: `unavailable`. */
  makeFolder(folder: string): string[];
  /** Removes those of the folders that are empty, innermost first. Never fails. */
  removeEmptyFolders(folders: readonly string[]): void;
}
