/**
 * Which modes exclude each other, which locks overlap, who is ahead in the queue. Looks only: who stands in a request's way is in
 * `obstacles.ts`, who waits for whom in `waits-for.ts`.
 */
import { countingAt } from './edit-lock.ts';
import { SignalboxError } from './errors.ts';
import { leaseHolds } from './lease.ts';
import { limits } from './limits.ts';
import { meetInPool, type Wants } from './pool.ts';
import type { Ask, Reader } from './ports.ts';
import type { LockMode, LockRecord, PoolWish, Priority, Resource, SessionRecord, WaiterRecord } from './records.ts';
import { resourcesOverlap, type SearchRange, searchRanges } from './resource.ts';
import type { View } from './unit.ts';

/** Whether a held mode keeps out a wanted one. */
export function excludes(held: LockMode, wanted: LockMode): boolean {
  return held !== 'intent' && wanted !== 'intent' && (held === 'exclusive' || wanted === 'exclusive');
}

const strength: Record<LockMode, number> = { intent: 0, shared: 1, exclusive: 2 };

/** Whether one mode gives at least what the other does. */
export function isAtLeast(mode: LockMode, other: LockMode): boolean {
  return strength[mode] >= strength[other];
}

/** Where a request stands in the line: the higher level goes first, within a level the earlier arrival. */
export interface Rank {
  readonly level: number;
  readonly arrival: number;
}

const levels: Record<Priority, number> = { low: 0, normal: 1, high: 2, urgent: 3 };

/**
 * A place's rank at a moment. It rises one level for each `queueAgeingMs` waited, up to `urgent`: after three of those even `low` goes
 * before everybody who came later, so a stream of urgent newcomers starves nobody.
 */
export function rankOf(place: Pick<WaiterRecord, 'priority' | 'since' | 'arrival'>, now: number): Rank {
  const risen = Math.max(0, Math.floor((now - place.since) / limits.queueAgeingMs));
  return { level: Math.min(levels[place.priority] + risen, levels.urgent), arrival: place.arrival };
}

/** Behind everybody of its priority or above. */
export function newcomersRank(priority: Priority): Rank {
  return { level: levels[priority], arrival: Number.POSITIVE_INFINITY };
}

/** Negative when the first goes before the second. */
export function compareRanks(first: Rank, second: Rank): number {
  return second.level - first.level || first.arrival - second.arrival;
}

/** A request, seen as something that others may stand in the way of. */
export interface Candidate extends Wants {
  readonly session: string;
  /** See `seatFor`. */
  readonly seat: string | null;
  readonly mode: LockMode;
  readonly rank: Rank;
}

/** A queued request with its place in the line. */
export function asCandidate(waiter: WaiterRecord, now: number): Candidate {
  return { ...waiter, rank: rankOf(waiter, now) };
}

/** Whether some path or name belongs to both. */
export function anyOverlap(ours: readonly Resource[], theirs: readonly Resource[]): boolean {
  return ours.some(our => theirs.some(their => resourcesOverlap(our, their)));
}

/** Whether two requests may want the same: by name, or out of a pool. */
export function mayMeet(one: Wants, other: Wants): boolean {
  return anyOverlap(one.resources, other.resources) || meetInPool(one, other);
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

/** All places in the queue, in the order they are served at this moment. */
export async function queueOf(tx: Reader): Promise<WaiterRecord[]> {
  const places = await tx.list('waiter', 'queue', wholeQueue.range, wholeQueue.page);
  return places.sort((a, b) => compareRanks(rankOf(a, tx.now), rankOf(b, tx.now)));
}

/** The read that `queueOf` makes. */
export const queueAsk: Ask = { kind: 'waiter', index: 'queue', ...wholeQueue };

/** The places of others that stand ahead of a request and may want something it excludes: by name, or out of a pool. */
export async function queueAhead(tx: Reader, candidate: Candidate): Promise<WaiterRecord[]> {
  return aheadIn(await queueOf(tx), candidate, tx.now);
}

/** The same among the places given. */
export function aheadIn(queue: readonly WaiterRecord[], candidate: Candidate, now: number): WaiterRecord[] {
  return queue.filter(
    place =>
      compareRanks(rankOf(place, now), candidate.rank) < 0 &&
      place.session !== candidate.session &&
      place.deadlineAt > now &&
      excludes(place.mode, candidate.mode) &&
      mayMeet(asMet(place, candidate.seat), candidate),
  );
}

/** What of a queued request somebody meets who stands at `seat`. */
export function asMet(place: WaiterRecord, seat: string | null): WaiterRecord {
  return { ...place, resources: countingAt(place.resources, seat) };
}

/**
 * The session whose sub-agent it is, which never stands in its way: what that one holds is lent to its sub-agents, whose own locks
 * stand between them, and its places in the queue hold up none of them.
 */
export async function parentOf(tx: Reader, session: string): Promise<string | null> {
  return (await tx.get('session', session))?.parentSession ?? null;
}

/** All that a session holds, also what has expired and nobody has ended yet. */
export function locksOf(tx: Reader, session: string): Promise<LockRecord[]> {
  return tx.list('lock', 'holder', { equals: session }, { limit: limits.locksPerSession * 2 });
}

/** The places of a session, in no order. */
export function placesOf(tx: Reader, session: string): Promise<WaiterRecord[]> {
  return tx.list('waiter', 'session', { equals: session }, { limit: limits.waitersPerProject });
}

/** Whether a place still counts: it ends with its time, and with the process that stood in line. Its session is not looked at. */
export function placeHolds(view: View, place: WaiterRecord): boolean {
  if (place.deadlineAt <= view.tx.now) return false;
  return place.process === null || view.processes.liveness(place.process) !== 'dead';
}

/** Whether nobody waits at a place: it is kept for its session, which is told by a notice. */
export function isStanding(place: WaiterRecord): boolean {
  return place.process === null;
}

/** Locks that count at this moment, oldest grant first (`stale`: others were met that ended and nobody has ended yet), optionally only those that overlap resources or belong to a session. */
export async function locksInForce(
  view: View,
  about: readonly Resource[] | null,
  holder: SessionRecord | null,
): Promise<{ locks: { lock: LockRecord; holder: SessionRecord }[]; more: boolean; stale: boolean }> {
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
  const stale = locks.length < candidates.filter(lock => !holder || lock.holder === holder.id).length;
  return { locks: locks.slice(0, limits.locksListed), more: locks.length > limits.locksListed, stale };
}

/** Places in the queue that count at this moment, in the order they will be served; optionally only those about resources and pools, or of a session. */
export async function queueInForce(
  view: View,
  about: readonly Resource[] | null,
  session: SessionRecord | null,
  pools: readonly PoolWish[] = [],
): Promise<{ waiter: WaiterRecord; session: SessionRecord; position: number }[]> {
  const { tx } = view;
  const queue = (await queueOf(tx)).filter(waiter => waiter.deadlineAt > tx.now);
  const owners = await Promise.all(queue.map(waiter => tx.get('session', waiter.session)));
  const places = queue.flatMap((waiter, index) => {
    const owner = owners[index];
    return owner && leaseHolds(view, owner) ? [{ waiter, session: owner }] : [];
  });
  return places
    .map((place, index) => ({ ...place, position: 1 + places.slice(0, index).filter(isAheadOf(place.waiter)).length }))
    .filter(({ waiter }) => !session || waiter.session === session.id)
    .filter(({ waiter }) => !about || mayMeet(waiter, { resources: about, pools }));
}

function isAheadOf(waiter: WaiterRecord) {
  return ({ waiter: other }: { waiter: WaiterRecord }) =>
    other.session !== waiter.session && excludes(other.mode, waiter.mode) && mayMeet(asMet(other, waiter.seat), waiter);
}
