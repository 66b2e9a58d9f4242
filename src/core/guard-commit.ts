/**
 * Before files are committed or pushed: what another session has locked stays out, and so do changes that another session has made and
 * not committed. Here it does not matter by which client, tool or person a file came to be written: git asks once more.
 */
import { excludes } from './blocking.ts';
import { type Here, isRecordable } from './edit.ts';
import { isEdit, modeTowards, seatOf } from './edit-lock.ts';
import { areKin } from './git-head.ts';
import { isWorking } from './guard-git.ts';
import { guardModeOf } from './guard-mode.ts';
import { leaseHolds } from './lease.ts';
import { limits } from './limits.ts';
import { type Author, authorsOf, type FileCommits, type Histories, isOwn } from './own-changes.ts';
import type { GuardMode, GuardPolicy } from './policy.ts';
import type { LockRecord, SessionRecord } from './records.ts';
import { fileResource, resourcesOverlap } from './resource.ts';
import { type StaleFile, staleFiles } from './stale-edits.ts';
import type { View } from './unit.ts';

/** A file that another session has locked. */
export interface FileLock {
  readonly path: string;
  readonly lock: LockRecord;
  readonly holder: SessionRecord;
}

/** A file with changes of another session that are not committed. */
export interface ForeignFile {
  readonly path: string;
  readonly author: Author;
  /** The author's record while it lives. */
  readonly session: SessionRecord | null;
}

/** Who is about to do it. */
export interface Committer {
  readonly me: SessionRecord;
  /** Whether a person does it: what sessions leave behind in a checkout is a person's to commit. */
  readonly isPerson: boolean;
}

/** The files in question, in one checkout. */
export interface FilesAt {
  readonly here: Here;
  readonly foldsCase: boolean;
  /** Repo-relative. */
  readonly paths: readonly string[];
}

/**
 * Which locks that edits took in this checkout count beside those by name: none, all, or those of turns that are under way. Those of
 * other checkouts never do.
 */
type EditLocks = 'none' | 'all' | 'of turns under way';

/** A person is not held up by what a session left when its turn ended, in the grace after it neither. */
export function editLocksFor(isPerson: boolean): EditLocks {
  return isPerson ? 'of turns under way' : 'all';
}

/** The files that other living sessions have locked, with the first lock on each. */
export async function locksOnFiles(
  view: View,
  me: SessionRecord,
  { here, foldsCase, paths }: FilesAt,
  edits: EditLocks,
): Promise<FileLock[]> {
  const { tx } = view;
  const all = await tx.list('lock', 'all', { prefix: '' }, { limit: limits.locksSearched });
  const seat = seatOf(here);
  const held = all.filter(
    lock =>
      lock.holder !== me.id &&
      lock.expiresAt > tx.now &&
      lock.name.startsWith('file:') &&
      (edits !== 'none' || !isEdit(lock)) &&
      excludes(modeTowards(lock, seat), 'exclusive'),
  );
  // A path that is too long to be locked is covered by no lock.
  const lockable = held.length === 0 ? [] : paths.filter(isRecordable);
  const files = lockable.map(path => ({ path, resource: fileResource({ path, foldsCase, isFolder: false }) }));
  const met = files.flatMap(({ path, resource }) =>
    held.filter(each => resourcesOverlap(each, resource)).map(lock => ({ path, lock })),
  );
  const holders = new Map<string, SessionRecord | undefined>();
  for (const { lock } of met) {
    if (!holders.has(lock.holder)) holders.set(lock.holder, await tx.get('session', lock.holder));
  }
  const counting = met.flatMap(({ path, lock }) => {
    const holder = holders.get(lock.holder);
    const counts = holder && leaseHolds(view, holder) && !areKin(me, holder) && isMeant(lock, holder, edits);
    return counts ? [{ path, lock, holder }] : [];
  });
  return counting.filter(({ path }, at) => counting[at - 1]?.path !== path);
}

function isMeant(lock: LockRecord, holder: SessionRecord, edits: EditLocks): boolean {
  return edits !== 'of turns under way' || !isEdit(lock) || holder.restingSince === null;
}

export interface CommitObstacles {
  readonly locked: readonly FileLock[];
  /** With nothing of the committer's own in them: the commit would take along somebody's unfinished work. */
  readonly foreign: readonly ForeignFile[];
  /** The same of sessions that have ended, or that are no reason to stop a person; nobody else will commit those. */
  readonly left: readonly ForeignFile[];
  /** With changes of both. */
  readonly mixed: readonly ForeignFile[];
  /** Changed by others since the committer had them. */
  readonly stale: readonly StaleFile[];
  /** The committer's alone, and nothing speaks against them. */
  readonly own: readonly string[];
  /** Nobody is known to have changed them. */
  readonly nobodys: readonly string[];
}

/** What the ledger and git know of the files. */
export interface KnownOfFiles {
  readonly histories: Histories;
  readonly commits: FileCommits;
}

/** Everything that speaks against committing files, or is worth a word. */
export async function commitObstacles(
  view: View,
  committer: Committer,
  files: FilesAt,
  known: KnownOfFiles,
): Promise<CommitObstacles> {
  const { me, isPerson } = committer;
  const locked = await locksOnFiles(view, me, files, editLocksFor(isPerson));
  const authors = await authorsOf(view, known.histories, files.here, known.commits);
  const isLocked = new Set(locked.map(({ path }) => path));
  const free = files.paths.filter(path => !isLocked.has(path)).map(path => ({ path, all: authors.get(path) ?? [] }));
  const others = free.flatMap(({ path, all }) => {
    const other = all.find(author => !isKinOf(author, me));
    return other ? [{ path, author: other, isMine: all.some(author => isKinOf(author, me)) }] : [];
  });
  const foreign: ForeignFile[] = [];
  const left: ForeignFile[] = [];
  const mixed: ForeignFile[] = [];
  for (const { path, author, isMine } of others) {
    const session = author.isHere ? ((await view.tx.get('session', author.id)) ?? null) : null;
    const list = isMine ? mixed : isInTheWay(session, files.here, isPerson, view.tx.now) ? foreign : left;
    list.push({ path, author, session });
  }
  const stale =
    me.kind !== 'agent' ? [] : await staleFiles(view, me, files.here, files.paths.slice(0, limits.staleFilesLooked));
  const nobodys = free.filter(({ all }) => all.length === 0).map(({ path }) => path);
  const isOthers = new Set([...nobodys, ...others.map(({ path }) => path)]);
  const own = free.map(({ path }) => path).filter(path => !isOthers.has(path));
  return { locked, foreign, left, mixed, stale, own, nobodys };
}

/** A session's own work, that of its sub-agents, and that of the session whose sub-agent it is. */
function isKinOf(author: Author, me: SessionRecord): boolean {
  return isOwn(author, me.id) || author.id === me.parentSession;
}

function isInTheWay(session: SessionRecord | null, here: Here, isPerson: boolean, now: number): boolean {
  if (session === null || session.host !== here.host || session.root !== here.root) return false;
  return !isPerson || isWorking(session, now);
}

/** What policy says of the files, apart: its globs hold here as they do for edits, and without one git's own mode does. */
export function byMode(policy: GuardPolicy, paths: readonly string[], foldsCase: boolean): Record<GuardMode, string[]> {
  const modes: Record<GuardMode, string[]> = { block: [], warn: [], off: [] };
  const { git } = policy;
  for (const path of paths) {
    const named = guardModeOf({ ...policy, edits: git }, path, foldsCase);
    // What git's mode has switched off no glob switches on: globs are about edits.
    modes[git === 'block' ? named : git].push(path);
  }
  return modes;
}

/** Only what speaks against some of the files. */
export function among(obstacles: CommitObstacles, paths: readonly string[]): CommitObstacles {
  const wanted = new Set(paths);
  const only = <T extends { readonly path: string }>(list: readonly T[]) => list.filter(({ path }) => wanted.has(path));
  return {
    ...obstacles,
    locked: only(obstacles.locked),
    foreign: only(obstacles.foreign),
    left: only(obstacles.left),
    mixed: only(obstacles.mixed),
    stale: only(obstacles.stale),
  };
}
