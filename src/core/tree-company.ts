/** Who else may have changed files of a checkout while a shell command ran there, as far as the store knows. */
import { excludes, overlappingLocks } from './blocking.ts';
import { inSameCheckout } from './conflict-kinds.ts';
import { type Here, isRecordable } from './edit.ts';
import { editResource, seatOf } from './edit-lock.ts';
import type { EditRecord } from './edit-record.ts';
import type { Committed, Running } from './guard-record.ts';
import { limits } from './limits.ts';
import { type LockRecord, ordered, type Resource, type SessionRecord } from './records.ts';
import { resourcesOverlap } from './resource.ts';
import type { Newest, Suspect } from './tree-change.ts';
import type { View } from './unit.ts';

export interface Company {
  readonly suspects: readonly Suspect[];
  readonly newest: Newest;
}

/** Of whom and since when something is asked. */
export interface Inquiry {
  readonly me: SessionRecord;
  readonly here: Here;
  readonly running: Running;
  /** The store's time of the earlier look; null for none: then the newest entries of the ledger are what is known. */
  readonly knownSince: number | null;
}

/**
 * The other sessions that were at work in the checkout while the command ran, whether they live still or ended meanwhile, and the
 * newest entries of the ledger there. `locks` are those on files that changed.
 */
export async function companyOf(view: View, inquiry: Inquiry, locks: readonly LockRecord[]): Promise<Company> {
  const { tx } = view;
  const { me, here, running, knownSince } = inquiry;
  const since = knownSince === null ? 0 : Math.min(knownSince, running.at);
  const range = { from: ordered(Math.max(0, since)), below: '~' };
  const page = { limit: limits.treeEntries, reverse: true };
  const ended = { from: ordered(running.at), below: '~' };
  const [entries, open, gone] = await Promise.all([
    tx.list('edit', 'at', range, page),
    tx.list('session', 'live', { prefix: '' }, { limit: limits.sessionsPerProject }),
    tx.list('session', 'ended', ended, { limit: limits.sessionsPerProject }),
  ]);
  const edits = entries.filter(edit => inSameCheckout(edit, here));
  const isCut = entries.length === limits.treeEntries && (entries.at(-1)?.at ?? 0) >= running.at;
  const inSpan = edits.filter(edit => edit.at >= running.at);
  const others = [...open, ...gone].filter(session => session.id !== me.id && isAbout(session, inquiry));
  const known = new Set([me.id, ...others.map(({ id }) => id)]);
  const authors = await strangers(view, inSpan, known);
  const told = { edits, inSpan, isCut };
  const suspects = [...others, ...authors].map(session => suspectOf(session, inquiry, told, locks));
  return { suspects, newest: newestOf(edits) };
}

/** Whether a session works in a checkout, or has a command there. */
function isAbout(session: SessionRecord, inquiry: Inquiry): boolean {
  const { host, root } = inquiry.here;
  return session.host === host && (session.root === root || runningSince(session, inquiry) !== null);
}

/** Sessions that recorded an edit there and work elsewhere, or nowhere. */
async function strangers(
  { tx }: View,
  edits: readonly EditRecord[],
  known: ReadonlySet<string>,
): Promise<SessionRecord[]> {
  const ids = new Set(edits.map(edit => edit.session).filter(id => id !== '' && !known.has(id)));
  const found = await Promise.all([...ids].map(id => tx.get('session', id)));
  return found.filter(session => session !== undefined);
}

/** What the ledger tells. */
interface Told {
  readonly edits: readonly EditRecord[];
  readonly inSpan: readonly EditRecord[];
  /** There was more in the span than was read. */
  readonly isCut: boolean;
}

function suspectOf(
  session: SessionRecord,
  inquiry: Inquiry,
  { edits, inSpan, isCut }: Told,
  locks: readonly LockRecord[],
): Suspect {
  const { here, running } = inquiry;
  const { id, handle, restingSince, parentSession, hookedAt, lastSeenAt, kind } = session;
  const recorded = new Set(
    inSpan.filter(edit => edit.session === id || edit.mayBeOf.includes(id)).map(edit => edit.path),
  );
  // An edit renews its lock before it is made, and is recorded when it has been.
  const used = locks.filter(lock => lock.holder === id && usedAt(lock) >= running.at - limits.editToldMs);
  // Told since, it was over when the command began.
  const isTold = (path: string, at: number) =>
    edits.some(edit => edit.session === id && edit.path === path && edit.at >= at && edit.at < running.at);
  const isEditing = (path: string) => locksOn(used, path, here).some(lock => !isTold(path, usedAt(lock)));
  return {
    id,
    handle,
    runningSince: runningSince(session, inquiry),
    committedIn: second => commandsIn(session, inquiry).some(({ from, to }) => from < second + 1000 && to >= second),
    isUnseen: kind === 'agent' && parentSession === null && hookedAt === null && lastSeenAt >= running.at,
    isAwake: kind === 'agent' && (restingSince === null || restingSince >= running.at - limits.coarseFileTimeMs),
    touched: path => isCut || recorded.has(path) || isEditing(path),
    isEditing: path => !recorded.has(path) && isEditing(path),
  };
}

function usedAt({ expiresAt, ttlMs }: LockRecord): number {
  return expiresAt - ttlMs;
}

/** A session's commands that run there, or ran in the span. With its turn ends what it ran. */
function runningIn({ guard, restingSince }: SessionRecord, { here, running }: Inquiry): readonly Running[] {
  const isOver = (at: number) => restingSince !== null && restingSince > at && restingSince < running.at;
  return guard.running.filter(
    each => each.root === here.root && each.at >= running.at - limits.runningMs && !isOver(each.at),
  );
}

/** A session's commands that make commits there, those that run and the last that did. */
function commandsIn(session: SessionRecord, inquiry: Inquiry): readonly Committed[] {
  const now = runningIn(session, inquiry).filter(({ commits }) => commits === 'surely');
  const over = (session.guard.committed ?? []).filter(({ root }) => root === inquiry.here.root);
  return [...over, ...now.map(({ root, wallAt }) => ({ root, from: wallAt, to: Number.POSITIVE_INFINITY }))];
}

/** Since when the oldest of them runs, by the wall clock. */
function runningSince(session: SessionRecord, inquiry: Inquiry): number | null {
  const counted = runningIn(session, inquiry);
  return counted.length === 0 ? null : Math.min(...counted.map(each => each.wallAt));
}

function newestOf(edits: readonly EditRecord[]): Newest {
  const newest = new Map<string, EditRecord>();
  for (const edit of edits) {
    if ((newest.get(edit.path)?.sequence ?? 0) < edit.sequence) newest.set(edit.path, edit);
  }
  return newest;
}

/** The locks of others, in force, that keep a session from changing some of these files. */
export async function locksAgainst(
  { tx }: View,
  me: SessionRecord,
  here: Here,
  paths: readonly string[],
): Promise<LockRecord[]> {
  const asked = paths.slice(0, limits.treeFilesHeld).filter(isRecordable);
  if (asked.length === 0) return [];
  // Mostly there are few locks, and one read finds them all.
  const few = await tx.list('lock', 'all', { prefix: '' }, { limit: limits.fileLocksExamined });
  const isAll = few.length < limits.fileLocksExamined;
  const resources = asked.map(path => fileIn(path, here));
  const locks = isAll ? few : await overlappingLocks(tx, resources);
  return locks.filter(lock => lock.holder !== me.id && lock.expiresAt > tx.now && excludes(lock.mode, 'exclusive'));
}

/** Those of the locks that cover a file of the checkout. */
export function locksOn(locks: readonly LockRecord[], path: string, here: Here): LockRecord[] {
  if (locks.length === 0 || !isRecordable(path)) return [];
  const file = fileIn(path, here);
  return locks.filter(lock => resourcesOverlap(lock, file));
}

/** Case decides here as git writes the name: a name too many is looked at rather than one too few. */
function fileIn(path: string, here: Here): Resource {
  return editResource({ path, foldsCase: true }, seatOf(here));
}
