/**
 * What the rules need from the world. Engines implement `Store`, `system/` implements the rest,
 * `test/support/` holds a fake of each. Nothing in `core/` imports anything outside `core/`.
 */
import type { ChangedTree, FileCommit, HeadMove } from './changed-tree.ts';
import type { ProcessIdentity } from './process.ts';
import type { IndexName, Kind, RecordOf } from './records.ts';

export type { ProcessIdentity } from './process.ts';

/** Something that happened, numbered without gaps per project. `audience` are the session ids to wake. */
export interface Event {
  readonly sequence: number;
  readonly at: number;
  readonly type: string;
  readonly audience: readonly string[];
  readonly data: Readonly<Record<string, string | number | boolean | null>>;
}

export type NewEvent = Omit<Event, 'sequence' | 'at'>;

/**
 * Which part of an index to read. Values compare by their UTF-8 bytes, entries are ordered by (value, id).
 * `from` is inclusive, `below` exclusive; `afterId` (with `equals`) continues behind an id in reading order.
 */
export type Range =
  | { readonly equals: string; readonly afterId?: string }
  | { readonly prefix: string }
  | { readonly from: string; readonly below: string };

export interface Page {
  readonly limit: number;
  /** Read from the end of the range to its beginning. */
  readonly reverse?: boolean;
}

/**
 * A read that a unit of work will probably make: one record, one page of an index, or (without `page`) the number of entries.
 * An engine that is reached over a network answers all of them together with the opening of the unit, in one round trip; one
 * that is not asked costs little, one that is missing costs a round trip of its own. The result of the unit never depends on it.
 */
export type Ask =
  | { readonly kind: Kind; readonly id: string }
  | { readonly kind: Kind; readonly index: string; readonly range: Range; readonly page?: Page };

/** A consistent view of one project. */
export interface Reader {
  /** The store's own time when the view was opened, epoch milliseconds. Rules never ask another clock. */
  readonly now: number;
  /** Sequence of the newest event in this view; 0 for an untouched project. */
  readonly sequence: number;
  get<K extends Kind>(kind: K, id: string): Promise<RecordOf<K> | undefined>;
  list<K extends Kind>(kind: K, index: IndexName<K>, range: Range, page: Page): Promise<RecordOf<K>[]>;
  /** How many entries the range holds; a record that stands twice in the range counts twice. */
  count<K extends Kind>(kind: K, index: IndexName<K>, range: Range): Promise<number>;
}

/** A view that also writes; it reads its own writes. Nothing is stored before the whole unit of work commits. */
export interface Transaction extends Reader {
  put<K extends Kind>(kind: K, record: RecordOf<K>): void;
  delete(kind: Kind, id: string): void;
  /** Returns the sequence the event will have. It doubles as a number that only rises: fencing tokens and order come from it. */
  emit(event: NewEvent): number;
}

/** What `doctor` and `status` show of an engine. `problems` are whole sentences: what is wrong, then what to do; none means healthy. */
export interface StoreReport {
  /** False when units of work would fail or must not be trusted (no driver, no right to read, damaged). */
  readonly isUsable: boolean;
  readonly engine: string;
  readonly location: string;
  readonly version: string;
  readonly problems: readonly string[];
}

/** Everything a project holds, as one consistent state. Bodies are the JSON that is stored. */
export interface Contents {
  /** Sequence of the newest event. */
  readonly sequence: number;
  /** Sorted by kind, then id. */
  readonly records: readonly { readonly kind: Kind; readonly id: string; readonly body: string }[];
  /** Bodies of the events, oldest first, without gaps; the last one is number `sequence`. */
  readonly events: readonly string[];
}

export interface Store {
  /**
   * Whether processes of other machines may share this store. Then a session that cannot reach it must expect that the others
   * take its locks once its lease, counted by heartbeats, is over.
   */
  readonly spansMachines: boolean;
  /**
   * Runs `work` as one atomic unit over one project and returns what it returns. `ahead` names reads it will probably make.
   *
   * Promise: the work sees a consistent state, no other unit of the same project interleaves with it, and either all its
   * writes and events are stored or none. When the promise resolves they survive the death of any process.
   * What `work` throws leaves nothing behind and is thrown on unchanged.
   * Duties of `work`: it may run more than once, so it has no outside effect; it waits for nothing but this transaction;
   * it keeps no reference to the transaction. What it throws from a view that turns out stale is not shown: it runs again.
   * After the commit the sessions in the events' audiences are woken; a wake-up may be lost, the events are not.
   * When the connection to a server is lost while the unit commits, the engine finds out whether it did: the unit takes effect
   * once or, with an error, not at all. Only if that cannot be found out in time does the error say so.
   * Errors of its own: `unavailable` (store cannot be reached, read-only, full, damaged, of a newer version).
   */
  transact<T>(project: string, work: (transaction: Transaction) => Promise<T>, ahead?: readonly Ask[]): Promise<T>;
  /** Runs `work` over a consistent view without blocking writers. It may be some milliseconds behind, never torn. `work` has the duties of `transact`. */
  read<T>(project: string, work: (reader: Reader) => Promise<T>, ahead?: readonly Ask[]): Promise<T>;
  /** Events with a sequence above `cursor`, oldest first, at most `limit`. Gap-free: a missing number does not exist yet. */
  eventsAfter(project: string, cursor: number, limit: number): Promise<Event[]>;
  /** Ids of all projects that were ever written to, sorted. */
  projects(): Promise<string[]>;
  /** A whole project for copying it; holds all of it in memory. An untouched project has sequence 0 and nothing else. */
  contents(project: string): Promise<Contents>;
  /**
   * Stores what `contents` gave, bodies, sequences and times unchanged, all or nothing. `conflict` when the project was ever
   * written to; `invalid_input` for contents that no store can have given. Wakes nobody.
   */
  load(project: string, contents: Contents): Promise<void>;
  /** Examines the engine without changing anything. Never throws: what is wrong is in the report. */
  inspect(): Promise<StoreReport>;
  close(): Promise<void>;
}

/** Real time and timers, so that nothing waits in real time in a test. */
export interface Clock {
  /** Wall clock, epoch milliseconds. May jump. */
  now(): number;
  /** Milliseconds that only rise, from an arbitrary origin. For durations. */
  elapsed(): number;
  /**
   * Milliseconds since the machine started, the same for all its processes: setting the clock does not move it, and it goes on
   * while the machine sleeps. Undefined where the system tells nothing of that kind.
   */
  uptime(): number | undefined;
  /** Resolves after `ms`, or at once when `signal` aborts. Never rejects. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
  /** Calls `tick` every `ms` until the returned function is called. Does not keep the process alive. */
  every(ms: number, tick: () => void): () => void;
}

export interface Ids {
  /** A new identifier nobody else will get: lower-case letters and digits, 26 characters. */
  next(): string;
  /** A whole number from 0 up to, not including, `bound`. */
  below(bound: number): number;
}

/**
 * Hints from one process to another that a session has something to look at. No payload; may be lost, doubled or late.
 * The truth is in the store: a listener looks there, and looks again on its own every `limits.safetyPollMs`.
 */
export interface Wakeups {
  /** Calls `wake` for each hint to `session`, until the returned function is called. Never throws: without a channel it is deaf, and says so in `problem()`. */
  listen(session: string, wake: () => void): Promise<() => Promise<void>>;
  /**
   * Says that somebody of this process waits for hints from now on, until the returned function is called. A channel that costs
   * something to keep open may be deaf while nobody waits; when it hears again it wakes every listener once. Never throws.
   */
  attend(): () => void;
  /** Sends a hint to each session. Never throws and never waits for a receiver that hangs. */
  wake(sessions: readonly string[]): Promise<void>;
  /** Why hints cannot be received here, as a sentence; undefined when they can. */
  problem(): string | undefined;
  close(): Promise<void>;
}

export type Liveness = 'alive' | 'dead' | 'unknown';

export interface Processes {
  /** This process. */
  self(): ProcessIdentity;
  /** The identity of a running process on this machine, or undefined. */
  identify(pid: number): ProcessIdentity | undefined;
  /** Whether exactly that process runs; `unknown` when it cannot be judged from here (another machine or pid namespace). Takes well under a millisecond on Linux, some ten once a second for each process on macOS. */
  liveness(process: ProcessIdentity): Liveness;
}

/** What is known of the working tree a folder lies in. */
export interface Worktree {
  /** Project id by the order of the glossary: normalised origin, git common directory, or the folder itself. */
  readonly project: string;
  /** Real path of the worktree's root (the folder itself outside git). */
  readonly root: string;
  /**
   * Real path of the folder that holds the repository, the same for all its worktrees and before and after a remote is added or
   * `git init` is run: what stays the same when the project's id changes.
   */
  readonly anchor: string;
  /** Short branch name; a short commit in brackets when detached; null outside git, or where git keeps it unreadable by hand. */
  readonly branch: string | null;
  /** Whether the file system under `root` treats `A` and `a` as one name. */
  readonly foldsCase: boolean;
}

/** Where a path that somebody named really lies. */
export interface ResolvedPath {
  /** Repo-relative, `/` between folders, NFC, no `.` or `..`, symlinks followed. May hold glob characters. Empty string is the root. */
  readonly path: string;
  readonly foldsCase: boolean;
  /** Whether a folder stands there now (or a slash said so); undefined when nothing does. */
  readonly isFolder?: boolean;
}

/** Where a file that is about to be written lies: in a checkout of the project, in what git keeps for itself, or elsewhere. */
export type PlacedFile =
  | { readonly where: 'project'; readonly resolved: ResolvedPath; readonly tree: Worktree }
  | { readonly where: 'git'; readonly path: string; readonly tree: Worktree }
  /** With its real path, links followed, where it is that of one file or folder. */
  | { readonly where: 'outside'; readonly path?: string };

export interface Worktrees {
  /** Describes the folder's working tree. Works without git installed. Fails with `not_found` when the folder does not exist. */
  describe(directory: string): Promise<Worktree>;
  /** The branch checked out at a worktree root right now, at once where it can be read from here; cheap enough to ask at every call. */
  branch(root: string): string | null | Promise<string | null>;
  /**
   * Finds the one canonical place of `path` (relative to `directory`, or absolute in any checkout of `project`).
   * Fails with `invalid_input` for a path outside the project, inside a `.git` folder, or with an unsupported pattern.
   */
  resolve(path: string, directory: string, project: string): Promise<ResolvedPath>;
  /**
   * The same for a file that somebody writes, whether we like its name or not: links are followed, and no character means anything
   * but itself. `git`: below a `.git` folder of the project, with the path in it. Never fails.
   */
  placeOf(path: string, directory: string, project: string): Promise<PlacedFile>;
}

/** What is going on in a checkout that others must not get in the way of. */
export interface GitState {
  /** What was begun and not finished there; null for nothing. */
  readonly operation: 'rebase' | 'merge' | 'cherry-pick' | 'revert' | 'bisect' | 'apply' | null;
  /** Lock files of git that stand at this moment: a git command is writing, or died writing. */
  readonly locked: readonly ('index' | 'head' | 'stash' | 'refs')[];
  /** A bare repository has no files that could be changed. */
  readonly isBare?: true;
}

/** What a dry merge of two branches found: the files that would conflict, repo-relative (none when it would be clean), or which of the two has no commit. */
export type DryMerge = { readonly conflicts: readonly string[] } | { readonly missing: 'ours' | 'theirs' };

/** Who wrote a line, as git knows it. */
export interface BlamedLine {
  /** Null for a line that is not committed. */
  readonly commit: string | null;
  readonly author: string;
  readonly at: number;
  readonly summary: string;
  /** The line's number in that commit. */
  readonly originalLine: number;
}

export interface CommitFacts {
  readonly id: string;
  readonly author: string;
  /** When it was committed; after a rebase that is later than when it was written. */
  readonly at: number;
  readonly summary: string;
  readonly files: readonly { readonly path: string; readonly change: 'created' | 'modified' | 'deleted' }[];
}

/**
 * What only git can tell. Every answer comes within the time given, or is undefined: git is missing or too old, the folder is
 * no checkout or belongs to another user whom git does not trust (`safe.directory`), or it took too long. Reads only, takes no lock of git (`GIT_OPTIONAL_LOCKS=0`), and starts no program that a
 * repository's config names: no hook, monitor, filter, driver, converter, pager or prompt. Paths are repo-relative with `/`.
 */
export interface ChangedFiles {
  readonly files: readonly string[];
  /** Those of them that git does not track: putting back what HEAD has does nothing to them. */
  readonly untracked: readonly string[];
  readonly more: boolean;
}

export interface GitFacts {
  /**
   * Files that differ from HEAD or are new and not ignored, at most `limit` of them, in any order; with `under` only what lies
   * at or below these paths, which costs as much less as they hold less. `untracked` names those that git does not know.
   */
  changedFiles(
    root: string,
    limit: number,
    withinMs: number,
    under?: readonly string[],
  ): Promise<ChangedFiles | undefined>;
  /**
   * The same with what is known of each file on the disk, and of the paths in `also`. A repository within this one is no file, and
   * names that are no text are left out.
   */
  changedTree(
    root: string,
    limit: number,
    withinMs: number,
    also?: readonly string[],
  ): Promise<ChangedTree | undefined>;
  /** The newest moves of HEAD in this checkout, newest first; none where git keeps no note of them. */
  headMoves(root: string, limit: number, withinMs: number): Promise<readonly HeadMove[] | undefined>;
  /**
   * The commits in the history of HEAD since an instant that changed these paths, by path, newest first, as `commit` tells their
   * files: what a merge brought counts as its own. Files are asked for as git spells them, and told as paths.
   */
  commitsSince(
    root: string,
    since: number,
    names: readonly string[],
    withinMs: number,
  ): Promise<ReadonlyMap<string, readonly FileCommit[]> | undefined>;
  /** Those of these paths, repo-relative, that git ignores; a file that is tracked is none of them. */
  ignored(root: string, paths: readonly string[], withinMs: number): Promise<readonly string[] | undefined>;
  /** Files that are staged and differ from HEAD, at most `limit` of them. */
  stagedFiles(root: string, limit: number, withinMs: number): Promise<readonly string[] | undefined>;
  /** The commits in the history of `tip`, or HEAD, that are not in that of `base`, newest first; undefined if git knows no such commit. */
  commitsSinceBase(
    root: string,
    base: string,
    limit: number,
    withinMs: number,
    tip?: string,
  ): Promise<readonly string[] | undefined>;
  /** The commits of the stash, newest first: `stash@{0}` is the first. */
  stashes(root: string, limit: number, withinMs: number): Promise<readonly string[] | undefined>;
  /** Read from files: takes no process and no noticeable time, and is there at once where they can be read from here. */
  state(root: string): GitState | undefined | Promise<GitState | undefined>;
  /**
   * Merges two commits in memory (`git merge-tree`, git 2.38 or newer) and changes nothing. `ours` and `theirs` are branch names,
   * local before remote ones, or commits; `theirs` of the checkout at `theirRoot` if one is given, which may be another clone.
   */
  dryMerge(
    root: string,
    ours: string,
    theirs: string,
    withinMs: number,
    theirRoot?: string | null,
  ): Promise<DryMerge | undefined>;
  blame(root: string, path: string, line: number, withinMs: number): Promise<BlamedLine | undefined>;
  /** A commit by any name git knows it by. */
  commit(root: string, revision: string, withinMs: number): Promise<CommitFacts | undefined>;
  /** Branches, short names: the one checked out first, then the local ones, then those of remotes (`origin/main`). */
  branches(root: string, limit: number, withinMs: number): Promise<readonly string[] | undefined>;
  /** The aliases that a checkout's git knows, its user's included: name to value, `!command` as it stands. */
  aliases(root: string, withinMs: number): Promise<Readonly<Record<string, string>> | undefined>;
}

/** Looks at what is on this machine besides Signalbox. Never fails. */
export interface Probes {
  /** How many lines a file of a checkout has, the last one without an end included; undefined for what is no file, cannot be read, or is larger than `limits.fileCountedBytes`. */
  lineCount(root: string, path: string): Promise<number | undefined>;
  /** Whether nobody listens on a TCP port of this machine, on any address. */
  isPortFree(port: number): Promise<boolean>;
}

/** Starts other programs. */
export interface Programs {
  /**
   * Runs a program with its words to its end and drops what it says. Whether it ended well within the time given; after that it is
   * killed. Never fails.
   */
  run(words: readonly string[], withinMs: number): Promise<boolean>;
}

export interface Log {
  debug(message: string, details?: Record<string, unknown>): void;
  info(message: string, details?: Record<string, unknown>): void;
  warn(message: string, details?: Record<string, unknown>): void;
  error(message: string, details?: Record<string, unknown>): void;
}
