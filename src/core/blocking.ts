/**
 * Who stands in whose way: which modes exclude each other, which locks overlap, who is ahead in the queue, who waits for whom.
 * Looks only; granting and ending are in `lock.ts`.
 */
import { SignalboxError } from './errors.ts';
import { leaseHolds } from './lease.ts';
import { limits } from './limits.ts';
import type { Ask, Reader } from './ports.ts';
import {
  indexes,
  type LockMode,
  type LockRecord,
  type Resource,
  type SessionRecord,
  type WaiterRecord,
} from './records.ts';
import { resourcesOverlap, type SearchRange, searchRanges } from './resource.ts';
import type { View } from './unit.ts';

/** Whether a held mode keeps out a wanted one. */
export function excludes(held: LockMode, wanted: LockMode): boolean {
  return held !== 'intent' && wanted !== 'intent' && (held === 'exclusive' || wanted === 'exclusive');
}

/** A request, seen as something that others may stand in the way of. */
export interface Candidate {
  readonly session: string;
  readonly mode: LockMode;
  readonly resources: readonly Resource[];
  /** Its place in the queue; null for a newcomer, who stands behind everybody. */
  readonly rank: string | null;
}

/** A queued request with its place in the line. */
export function asCandidate(waiter: WaiterRecord): Candidate {
  return { ...waiter, rank: indexes.waiter.queue(waiter) };
}

/** All locks that overlap any of the resources, each once, oldest grant first. Reads only the index ranges that can hold one. */
export async function overlappingLocks(tx: Reader, resources: readonly Resource[]): Promise<LockRecord[]> {
  const found = new Map<string, LockRecord>();
  const searches = distinctSearches(resources);
  const lists = await Promise.all(searches.map(({ index, range }) => tx.list('lock', index, range, searchPage)));
  // A search that was cut short could miss an overlap; then nothing may be granted on it.
  if (lists.some(list => list.length >= limits.locksSearched)) {
    throw new SignalboxError(
      'limit_exceeded',
      `More than ${limits.locksSearched} locks lie where these resources do.`,
      'Name a smaller folder or single files, and release locks that are no longer needed.',
    );
  }
  for (const lock of lists.flat()) {
    if (!found.has(lock.id) && resources.some(resource => resourcesOverlap(resource, lock))) found.set(lock.id, lock);
  }
  return [...found.values()].sort((a, b) => a.fence - b.fence);
}

const searchPage = { limit: limits.locksSearched };

function distinctSearches(resources: readonly Resource[]): SearchRange[] {
  const searches = resources.flatMap(resource => searchRanges(resource));
  return [...new Map(searches.map(search => [JSON.stringify(search), search])).values()];
}

/** The reads that `overlappingLocks` makes. */
export function overlapAsks(resources: readonly Resource[]): Ask[] {
  return distinctSearches(resources).map(({ index, range }) => ({ kind: 'lock', index, range, page: searchPage }));
}

const wholeQueue = { range: { prefix: '' }, page: { limit: limits.waitersPerProject } };

/** All places in the queue, in the order they are served. */
export function queueOf(tx: Reader): Promise<WaiterRecord[]> {
  return tx.list('waiter', 'queue', wholeQueue.range, wholeQueue.page);
}

/** The read that `queueOf` makes. */
export const queueAsk: Ask = { kind: 'waiter', index: 'queue', ...wholeQueue };

/** The places of others that stand ahead of a request and want something it excludes. */
export async function queueAhead(tx: Reader, candidate: Candidate): Promise<WaiterRecord[]> {
  const queue = await queueOf(tx);
  return queue.filter(
    place =>
      (candidate.rank === null || indexes.waiter.queue(place) < candidate.rank) &&
      place.session !== candidate.session &&
      place.deadlineAt > tx.now &&
      excludes(place.mode, candidate.mode) &&
      place.resources.some(theirs => candidate.resources.some(ours => resourcesOverlap(theirs, ours))),
  );
}

/** What makes one session wait for another: a lock alone, or a place ahead in the queue as well. */
export type Edges = 'locks' | 'locks and queue';

/** Whom a session's queued requests wait for: holders of locks in the way and, with `queue`, those who stand ahead of it. */
async function awaitedBy(view: View, session: string, edges: Edges): Promise<SessionRecord[]> {
  const { tx } = view;
  const own = await tx.list('waiter', 'session', { equals: session }, { limit: limits.waitersPerProject });
  const awaited = new Set<string>();
  for (const waiter of own.filter(place => place.deadlineAt > tx.now)) {
    for (const lock of await overlappingLocks(tx, waiter.resources)) {
      if (lock.expiresAt > tx.now && excludes(lock.mode, waiter.mode)) awaited.add(lock.holder);
    }
    if (edges === 'locks') continue;
    for (const other of await queueAhead(tx, asCandidate(waiter))) awaited.add(other.session);
  }
  awaited.delete(session);
  const records = await Promise.all([...awaited].map(id => tx.get('session', id)));
  return records.filter(record => record !== undefined).filter(record => leaseHolds(view, record));
}

/** The chain of sessions from `start` that ends with one waiting for `target`; undefined when there is none. */
export async function chainTo(
  view: View,
  start: SessionRecord,
  target: string,
  edges: Edges,
): Promise<SessionRecord[] | undefined> {
  const seen = new Set<string>([start.id]);
  const open: SessionRecord[][] = [[start]];
  for (let path = open.shift(); path; path = open.shift()) {
    const last = path[path.length - 1];
    if (!last) break;
    for (const awaited of await awaitedBy(view, last.id, edges)) {
      if (awaited.id === target) return path;
      if (seen.has(awaited.id)) continue;
      seen.add(awaited.id);
      open.push([...path, awaited]);
    }
  }
  return undefined;
}

/** Locks that count at this moment, oldest grant first, optionally only those that overlap resources or belong to a session. */
export async function locksInForce(
  view: View,
  about: readonly Resource[] | null,
  holder: SessionRecord | null,
): Promise<{ locks: { lock: LockRecord; holder: SessionRecord }[]; more: boolean }> {
  const { tx } = view;
  const page = { limit: limits.locksListed * 2 };
  const candidates = about
    ? await overlappingLocks(tx, about)
    : holder
      ? await tx.list('lock', 'holder', { equals: holder.id }, page)
      : await tx.list('lock', 'all', { prefix: '' }, page);
  const current = candidates.filter(lock => lock.expiresAt > tx.now && (!holder || lock.holder === holder.id));
  const holders = await Promise.all(current.map(lock => tx.get('session', lock.holder)));
  const locks = current.flatMap((lock, index) => {
    const session = holders[index];
    return session && leaseHolds(view, session) ? [{ lock, holder: session }] : [];
  });
  return { locks: locks.slice(0, limits.locksListed), more: locks.length > limits.locksListed };
}

/** Places in the queue that count at this moment, in the order they will be served. */
export async function queueInForce(
  view: View,
  about: readonly Resource[] | null,
  session: SessionRecord | null,
): Promise<{ waiter: WaiterRecord; session: SessionRecord }[]> {
  const wanted = (await queueOf(view.tx)).filter(
    waiter =>
      waiter.deadlineAt > view.tx.now &&
      (!session || waiter.session === session.id) &&
      (!about || waiter.resources.some(theirs => about.some(ours => resourcesOverlap(theirs, ours)))),
  );
  const sessions = await Promise.all(wanted.map(waiter => view.tx.get('session', waiter.session)));
  return wanted.flatMap((waiter, index) => {
    const owner = sessions[index];
    return owner && leaseHolds(view, owner) ? [{ waiter, session: owner }] : [];
  });
}
