/**
 * The queue: passing on what became free, in fair order, and the places that stand in it. The order is computed at the moment of
 * looking, because a place rises while it waits (`rankOf`).
 */
import { asCandidate, isAtLeast, isStanding, locksOf, placeHolds, placesOf, queueOf } from './blocking.ts';
import { isEdit, seatFor } from './edit-lock.ts';
import { SignalboxError } from './errors.ts';
import { leaseHolds } from './lease.ts';
import { limits } from './limits.ts';
import { endStale, tellHolders } from './lock-end.ts';
import { grant, type LockRequest, lockId } from './lock-grant.ts';
import { tellGranted, tellPlaceOver } from './lock-notice.ts';
import { type Obstacles, obstacles } from './obstacles.ts';
import { isSamePool, type Wants, wantedNames } from './pool.ts';
import type { Reader } from './ports.ts';
import type { LockRecord, Resource, SessionRecord, WaiterRecord } from './records.ts';
import type { Unit } from './unit.ts';

/**
 * Grants every queued request that nothing stands in the way of any more, in fair order, and clears void places.
 * Every rule that ends or weakens a lock calls it in the same unit of work: that is how the grant passes on at every way a
 * lock can end. The sessions that got something are woken after the commit; one that nobody waits for is told by a notice.
 */
export async function passOn(unit: Unit): Promise<void> {
  const lapsed: LockRecord[] = [];
  let changed = true;
  while (changed) {
    changed = false;
    for (const waiter of await queueOf(unit.tx)) {
      const session = await owner(unit, waiter);
      if (!session) continue;
      const found = await obstacles(unit, asCandidate(waiter, unit.tx.now), undefined, true);
      lapsed.push(...(await endStale(unit, found.stale)));
      if (found.stale.length > 0) changed = true;
      else if (await serve(unit, session, waiter, found)) changed = true;
    }
  }
  await tellHolders(unit, lapsed);
}

/** Takes a place out of the line without a grant. */
function endPlace({ tx }: Unit, { id, session }: WaiterRecord): void {
  tx.delete('waiter', id);
  tx.emit({ type: 'lock.withdrawn', audience: [], data: { waiter: id, session } });
}

/** The session a place stands for; undefined when the place is void, and then it is gone. */
async function owner(unit: Unit, waiter: WaiterRecord): Promise<SessionRecord | undefined> {
  const session = await unit.tx.get('session', waiter.session);
  const isHere = session !== undefined && leaseHolds(unit, session);
  if (isHere && placeHolds(unit, waiter)) return session;
  endPlace(unit, waiter);
  if (isHere && isStanding(waiter)) tellPlaceOver(unit, waiter);
  return undefined;
}

/** Grants a place if it can be; true when something of its session got weaker by it, so that the line must be looked at again. */
async function serve(
  unit: Unit,
  session: SessionRecord,
  waiter: WaiterRecord,
  { blockers, own, share }: Obstacles,
): Promise<boolean> {
  const [had, missing] = gotSince(unit, waiter, own);
  if (share.fresh === null) return false;
  if (missing.length + share.fresh.length > 0 && blockers.length > 0) return false;
  unit.tx.delete('waiter', waiter.id);
  for (const lock of [...had, ...share.kept])
    unit.tx.put('lock', { ...lock, tickets: [...lock.tickets, waiter.id].slice(-limits.ticketsPerLock) });
  const request = { ...waiter, ticket: waiter.id, resources: missing };
  const { locks, isWeaker } = await grant(unit, session, request, [waiter.session], share.fresh);
  if (isStanding(waiter)) tellGranted(unit, session.id, locks);
  return isWeaker;
}

/** What a session got by another way since it stood in line, which its older wish must not weaken; and what is still missing. */
function gotSince(
  unit: Unit,
  waiter: WaiterRecord,
  own: readonly LockRecord[],
): [had: LockRecord[], missing: Resource[]] {
  const had = own.filter(
    lock => lock.fence > waiter.arrival && lock.expiresAt > unit.tx.now && isAtLeast(lock.mode, waiter.mode),
  );
  const ids = new Set(had.map(lock => lock.id));
  const isMissing = (resource: Resource) => !ids.has(lockId(waiter.session, resource));
  const wanted = new Set(waiter.resources.map(resource => lockId(waiter.session, resource)));
  return [had.filter(lock => wanted.has(lock.id)), waiter.resources.filter(isMissing)];
}

/** What stands in the way of one that waits, and what it has got. */
export interface LockOutcome extends Pick<Obstacles, 'blockers' | 'warnings'> {
  readonly granted: readonly LockRecord[] | null;
  /** The place in the queue, when one was asked for and the request could not be granted. */
  readonly waiter: WaiterRecord | null;
  /** Handles from the caller round to itself, when waiting would never end. */
  readonly cycle: readonly string[] | null;
  /** Values of the pools asked for that nobody has, but that something outside uses. */
  readonly inUse: readonly string[];
}

/**
 * How a queued request stands now: granted, or still waiting for whom. Ends stale locks in its way first. A place that was
 * voided (its session was taken for dead, or its deadline passed) is `lost`.
 */
export async function standing(unit: Unit, ticket: WaiterRecord): Promise<LockOutcome & { lost: boolean }> {
  await passOn(unit);
  const waiter = await unit.tx.get('waiter', ticket.id);
  if (waiter) {
    const { blockers, warnings } = await obstacles(unit, asCandidate(waiter, unit.tx.now));
    return { granted: null, blockers, warnings, waiter, cycle: null, inUse: [], lost: false };
  }
  const granted = await grantedAt(unit, ticket);
  const none = { blockers: [], warnings: [], waiter: null, cycle: null, inUse: [] };
  return { ...none, granted, lost: granted === null };
}

/** What a place was served with, if all of it is still held. */
async function grantedAt({ tx }: Unit, ticket: WaiterRecord): Promise<LockRecord[] | null> {
  const named = await Promise.all(ticket.resources.map(resource => tx.get('lock', lockId(ticket.session, resource))));
  const locks = named.filter(
    lock => lock !== undefined && isAtLeast(lock.mode, ticket.mode) && lock.expiresAt > tx.now,
  );
  const places = ticket.pools.length === 0 ? [] : await placesGranted(tx, ticket);
  const wanted = ticket.pools.reduce((sum, wish) => sum + wish.count, ticket.resources.length);
  return locks.length + places.length === wanted ? [...(locks as LockRecord[]), ...places] : null;
}

/** The values that one request got out of pools. */
async function placesGranted(tx: Reader, { id, session, pools }: WaiterRecord): Promise<LockRecord[]> {
  const own = await locksOf(tx, session);
  const given = own.filter(lock => lock.tickets.includes(id) && lock.expiresAt > tx.now);
  return pools.flatMap(wish =>
    given.filter(lock => lock.pool === wish.pool && wish.values.includes(lock.name)).slice(0, wish.count),
  );
}

/** Gives up a place in the queue; those behind it move up. If it was granted meanwhile the outcome says so. */
export async function withdraw(unit: Unit, ticket: WaiterRecord): Promise<LockOutcome & { lost: boolean }> {
  const outcome = await standing(unit, ticket);
  if (outcome.waiter) {
    endPlace(unit, ticket);
    await passOn(unit);
  }
  return outcome;
}

/** Leaves a place behind that somebody waited at: it stands on for its session. If it was granted meanwhile the outcome says so. */
export async function leaveStanding(unit: Unit, ticket: WaiterRecord): Promise<LockOutcome & { lost: boolean }> {
  const outcome = await standing(unit, ticket);
  if (!outcome.waiter) return outcome;
  await refuseManyPlaces(unit.tx, outcome.waiter.session);
  const waiter = { ...outcome.waiter, process: null, deadlineAt: unit.tx.now + limits.queuePlaceMs };
  unit.tx.put('waiter', waiter);
  return { ...outcome, waiter };
}

/** How long a new place holds: until a time by the process that waits, or as a standing place. */
export type Stay = number | 'standing';

/** Puts a request at the end of its priority's line. `limit_exceeded` when the queue is full or the session has too many standing places. */
export async function standInLine(
  unit: Unit,
  session: SessionRecord,
  request: LockRequest,
  stay: Stay,
): Promise<WaiterRecord> {
  const { tx } = unit;
  if ((await tx.count('waiter', 'queue', { prefix: '' })) >= limits.waitersPerProject) {
    throw new SignalboxError(
      'limit_exceeded',
      `The queue of this project is full (${limits.waitersPerProject} waiting requests).`,
      'Call again without waitSeconds and queue, later.',
    );
  }
  if (stay === 'standing') await refuseManyPlaces(tx, session.id);
  const { ticket: id, fence: _fence, inUse: _inUse, ...wanted } = request;
  const arrival = tx.emit({ type: 'lock.waiting', audience: [], data: { waiter: id, session: session.id } });
  const process = stay === 'standing' ? null : unit.processes.self();
  const seat = seatFor(session, request.resources);
  const place = { id, session: session.id, seat, process, arrival, since: tx.now };
  const deadlineAt = stay === 'standing' ? tx.now + placeMs(request.resources) : stay;
  const waiter: WaiterRecord = { ...wanted, ...place, ttlMs: keptMs(request), deadlineAt };
  tx.put('waiter', waiter);
  return waiter;
}

/** How long a place is kept that nobody waits at: a refused edit is soon no longer what its session works on. */
function placeMs(resources: readonly Resource[]): number {
  return resources.some(isEdit) ? limits.editPlaceMs : limits.queuePlaceMs;
}

/** The time that a grant from the queue begins with: nobody knows whether an edit that waited is still wanted. */
function keptMs({ resources, ttlMs }: LockRequest): number {
  return resources.some(isEdit) ? Math.min(ttlMs, limits.editKeptForWaiterMs) : ttlMs;
}

/** `limit_exceeded` when a session has as many standing places as it may. */
export async function refuseManyPlaces(tx: Reader, session: string): Promise<void> {
  const places = (await placesOf(tx, session)).filter(isStanding);
  if (places.length < limits.queuePlacesPerSession) return;
  throw new SignalboxError(
    'limit_exceeded',
    `A session can stand in line at ${limits.queuePlacesPerSession} places; you do.`,
    'Give up places you no longer need with lock_release; lock_list shows them.',
  );
}

/** The standing place a session has for exactly this. Reads the queue, which every request does. */
export async function placeFor(
  tx: Reader,
  session: string,
  { resources, pools }: Wants,
): Promise<WaiterRecord | undefined> {
  const wanted = new Set(resources.map(resource => lockId(session, resource)));
  const places = wantedNames({ resources: [], pools }).sort().join();
  return (await queueOf(tx)).find(
    place =>
      place.session === session &&
      isStanding(place) &&
      place.resources.length === wanted.size &&
      place.resources.every(resource => wanted.has(lockId(session, resource))) &&
      wantedNames({ resources: [], pools: place.pools }).sort().join() === places,
  );
}

/** Asking again at one's own standing place: it keeps its turn and takes over what is different now. */
export function refreshPlace(unit: Unit, place: WaiterRecord, request: LockRequest): WaiterRecord {
  const { mode, priority, pools } = request;
  const ttlMs = keptMs(request);
  const reason = request.reason ?? place.reason;
  const waiter = { ...place, mode, ttlMs, priority, pools, reason, deadlineAt: unit.tx.now + placeMs(place.resources) };
  unit.tx.put('waiter', waiter);
  const data = { waiter: place.id, session: place.session, priority };
  if (priority !== place.priority) unit.tx.emit({ type: 'lock.reordered', audience: [], data });
  return waiter;
}

/** Gives up a session's standing places: all, or those that want one of the resources or pools. Returns what they were for. The caller passes on. */
export async function dropPlaces(
  unit: Unit,
  session: SessionRecord,
  resources: readonly Resource[] | 'all',
  pools: readonly string[],
): Promise<{ resources: Resource[]; pools: string[] }> {
  const standingPlaces = (await placesOf(unit.tx, session.id)).filter(isStanding);
  const named = resources === 'all' ? null : new Set(resources.map(resource => lockId(session.id, resource)));
  const dropped = standingPlaces.filter(
    place =>
      !named ||
      place.resources.some(resource => named.has(lockId(session.id, resource))) ||
      place.pools.some(wish => pools.some(isSamePool(wish.pool))),
  );
  for (const place of dropped) endPlace(unit, place);
  const all = dropped.flatMap(place => place.resources);
  return {
    resources: [...new Map(all.map(resource => [lockId(session.id, resource), resource])).values()],
    pools: [...new Set(dropped.flatMap(place => place.pools.map(wish => wish.pool)))],
  };
}
