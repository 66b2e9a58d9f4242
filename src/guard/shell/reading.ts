/** What a shell command may do to git's shared state and to files, as far as its text tells. */

/**
 * What one use of git does. A use may have several. Where the text leaves two possibilities both are named.
 *
 * | Effect | Means |
 * |---|---|
 * | `read` | changes nothing that anybody relies on |
 * | `fetch` | brings remote-tracking branches up to date |
 * | `create` | makes something beside what is there: a branch, a tag, a worktree, a clone, objects |
 * | `upkeep` | packs and tidies; nothing is lost that is not long abandoned |
 * | `stage`, `unstage` | of the files in `paths` |
 * | `stage-all`, `unstage-all` | not file by file: by folder, by pattern, or everything |
 * | `commit` | what is staged |
 * | `commit-paths` | the files in `paths`, staged or not |
 * | `amend` | replaces the newest commit |
 * | `move-head` | HEAD, and with it the working tree, or a merge, rebase or bisect that is under way |
 * | `discard-paths` | the files in `paths` lose what is not committed, or are deleted |
 * | `discard-all` | the same by folder, by pattern, or everything |
 * | `write-files` | writes files of the working tree, and leaves alone what others have not committed |
 * | `stash-make`, `stash-take` | puts onto the stash; applies, drops or clears what is on it |
 * | `rewrite` | commits that somebody may rely on are replaced, or can no longer be reached |
 * | `refs` | branches, tags and notes are moved, renamed or deleted |
 * | `push` | sends commits to a remote repository |
 * | `push-force` | overwrites or deletes there |
 * | `worktree-remove` | removes, moves or prunes a worktree |
 * | `config-shared` | settings of the repository or of the user |
 * | `unknown` | the text does not tell what is done: anything of the above |
 */
export type GitEffect =
  | 'read'
  | 'fetch'
  | 'create'
  | 'upkeep'
  | 'stage'
  | 'stage-all'
  | 'unstage'
  | 'unstage-all'
  | 'commit'
  | 'commit-paths'
  | 'amend'
  | 'move-head'
  | 'discard-paths'
  | 'discard-all'
  | 'write-files'
  | 'stash-make'
  | 'stash-take'
  | 'rewrite'
  | 'refs'
  | 'push'
  | 'push-force'
  | 'worktree-remove'
  | 'config-shared'
  | 'unknown';

/** A folder that a command acts in if things do not go as its text hopes. */
export interface OtherFolder {
  /** Absolute; null when it depends on something unknown. */
  readonly directory: string | null;
  /** Then only if this folder is not there, because a `cd` into it fails; null where that has nothing to do with it. */
  readonly unlessThere: string | null;
}

/** A repository or worktree that the same command has just made. */
export interface MadeFolder {
  /** Its root. If a `.git` is there before the command runs, it is not new after all. */
  readonly root: string;
  readonly kind: 'repository' | 'worktree';
}

export interface GitUse {
  /** `git`, or the program that uses it: `gh`. */
  readonly program: string;
  /** What git is asked to do, aliases resolved: `checkout`. Empty when it is unknown. Of other programs their own: `pr`. */
  readonly verb: string;
  /** The words behind the program as the shell hands them over, aliases resolved; what is unknown stands as `…`. */
  readonly words: readonly string[];
  readonly effects: readonly GitEffect[];
  /** The folder whose checkout it acts on, if every command before it succeeds; absolute. Null when it depends on something unknown. */
  readonly directory: string | null;
  /** Where it acts instead, if not. Also the working tree that is named apart from the repository. */
  readonly otherDirectories: readonly OtherFolder[];
  /** When the folder belongs to what this command has made itself: nobody else works there. */
  readonly made: MadeFolder | null;
  /** The index that is used instead of the checkout's own (`GIT_INDEX_FILE`), absolute, or `…` when it is unknown; null for the own. */
  readonly indexFile: string | null;
  /**
   * Absolute files and folders that the effects on paths are about. Of a pattern, the folder above it. A path of `stage`,
   * `unstage` or `discard-paths` may turn out to be a folder: only who can look at the disk knows.
   */
  readonly paths: readonly string[];
  /** Whether the effects may reach files beyond `paths`: any of the checkout. */
  readonly reachesAll: boolean;
  /** What is discarded or staged without being named: files that git tracks, that it does not, or both. */
  readonly concerns: 'tracked' | 'untracked' | 'both';
  /** The branch, commit, remote branch, entry of the stash or worktree (absolute) that it names; null without one, or when it is unknown. */
  readonly target: string | null;
  /** All entries of the stash are meant, and not the one of `target`. */
  readonly isEveryEntry: boolean;
  /** Commits that HEAD has and this revision does not are replaced or lost; null where that is HEAD's newest alone, or unknown. */
  readonly base: string | null;
  /** The branch of which that is said, where it is not whatever HEAD is at. */
  readonly branch: string | null;
  /** Those of them that this revision does not have are made anew. */
  readonly remakesSince: string | null;
  /** The commits that are replaced are made anew, all of them, by others that hold the same. */
  readonly keepsCommits: boolean;
  /** What it does instead when this file is there: `git checkout x` is about the file x then, and about the branch x if not. */
  readonly ifThere: { readonly path: string; readonly effects: readonly GitEffect[] } | null;
}

export interface FileWrite {
  /** Absolute; null when it is not told by the text. */
  readonly path: string | null;
  readonly how: 'write' | 'append' | 'delete' | 'move-from' | 'move-to';
  /** The path is a folder, and all that is in it is meant. */
  readonly isFolder: boolean;
  /** The path is the folder that a pattern begins in: some of what is below it is meant. */
  readonly isPattern: boolean;
  /** That pattern, absolute, in the grammar of `core/glob.ts`: it may match more, never less. Null where the text does not tell all of it. */
  readonly pattern: string | null;
  /** If the path is a folder that is there, the file of this name in it is meant, as with `cp a folder`. */
  readonly nameInFolder: string | null;
  /**
   * | Extent | Means |
   * |---|---|
   * | `all` | the path, and if it is a folder all that is in it |
   * | `some` | the path; if it turns out to be a folder, some of what is in it |
   * | `perhaps` | the same, if anything: the text does not tell for certain that it is written at all |
   */
  readonly extent: 'all' | 'some' | 'perhaps';
}

export interface Evasion {
  /**
   * | Kind | Means |
   * |---|---|
   * | `no-verify` | a git command that is told to leave out its hooks |
   * | `hooks-path` | hooks are looked for elsewhere |
   * | `environment` | variables that lead git or Signalbox elsewhere, for a command that changes something |
   * | `bypass` | `SIGNALBOX_BYPASS` is set, which is for people |
   * | `guard-off` | the guard is switched off or taken out |
   * | `git-folder` | files of a `.git` folder, its hooks among them, are changed by hand |
   * | `stopped` | the processes of Signalbox are ended |
   */
  readonly kind: 'no-verify' | 'hooks-path' | 'environment' | 'bypass' | 'guard-off' | 'git-folder' | 'stopped';
  /** In a few words, as the command has it: `git commit --no-verify`. */
  readonly how: string;
  /** The folder or file that it is about, absolute; null when there is none or it is unknown. */
  readonly at: string | null;
}

export interface ShellReading {
  /** Every use of git that was found, in the order of the text; one that repeats another is left out. */
  readonly git: readonly GitUse[];
  /** Plain writes of files, where they are known from the text. What a script or program writes is not among them. */
  readonly writes: readonly FileWrite[];
  /** Verbs that are neither git's own nor among the aliases: read again with the aliases of the repository. */
  readonly unknownVerbs: readonly string[];
  /**
   * What of files may be other than before when the command is over: nothing (`none`), because all its programs are known to read
   * only; something (`some`); or something that changes only later (`later`), because a part of it goes on in the background.
   */
  readonly changes: 'none' | 'some' | 'later';
  /** Ways round the guard itself. */
  readonly evasions: readonly Evasion[];
  /** What could not be read for certain, each as a short phrase: `a script: ./deploy.sh`. No reason to refuse by itself. */
  readonly unread: readonly string[];
}

/** Where a command is run, as far as it matters to what it means. */
export interface ShellPlace {
  /** Absolute. */
  readonly directory: string;
  /** The folder that `~` and `cd` stand for; null when it is unknown. */
  readonly home: string | null;
  /** The root of the checkout that `directory` is in, which `git rev-parse --show-toplevel` prints; null or missing when unknown. */
  readonly root?: string | null;
  /** Aliases of git: name to value as the configuration has it, `!command` included. */
  readonly aliases?: Readonly<Record<string, string>>;
  /** Aliases of the shell itself, from its start-up files. */
  readonly shellAliases?: Readonly<Record<string, string>>;
}
