/**
 * Acquiring locks: granted all or none, in fair order.
 * Compatibility of modes: exclusive excludes exclusive and shared; shared excludes exclusive; intent excludes nothing and warns.
 */
import {
  anyOverlap,
  type Candidate,
  isAtLeast,
  locksOf,
  newcomersRank,
  overlapAsks,
  overlappingLocks,
  queueAsk,
  queueOf,
  rankOf,
} from './blocking.ts';
import { seatFor } from './edit-lock.ts';
import { SignalboxError } from './errors.ts';
import { limits } from './limits.ts';
import { endStale, tellHolders } from './lock-end.ts';
import { grant, type LockRequest, lockId } from './lock-grant.ts';
import { isFree, type Obstacles, obstacles } from './obstacles.ts';
import { valueResource } from './pool.ts';
import { locksInPools, poolAsks } from './pool-locks.ts';
import { keptOf, type PoolPlace, type Share } from './pool-share.ts';
import type { Ask } from './ports.ts';
import { type LockOutcome, passOn, placeFor, refreshPlace, type Stay, standInLine } from './queue.ts';
import type { LockMode, LockRecord, PoolWish, SessionRecord, WaiterRecord } from './records.ts';
import type { Unit } from './unit.ts';
import { cycleByWaiting } from './waits-for.ts';

/**
 * Grants the request or says what is in the way. The session's own locks never are; a lock whose time is over or whose holder
 * is gone is ended on the spot. With `stay` an ungranted request gets a place in the queue, unless waiting would close a cycle:
 * one that is void after a time, or a standing one that is served without anybody waiting. A session that stands in line for
 * exactly this already keeps that place and its turn.
 */
export async function acquire(
  unit: Unit,
  session: SessionRecord,
  request: LockRequest,
  stay: Stay | null,
): Promise<LockOutcome> {
  if (request.fence !== undefined) await refuseLost(unit, session, request, request.fence);
  await refuseTooMany(unit, session, request);
  const kept = await keptPlace(unit, session, request, stay);
  const rank = kept ? rankOf({ ...kept, priority: request.priority }, unit.tx.now) : newcomersRank(request.priority);
  const candidate = { ...request, session: session.id, seat: seatFor(session, request.resources), rank };
  const found = await obstacles(unit, candidate, request.inUse);
  if (found.stale.length > 0) return afterEnding(unit, session, request, stay, found);
  if (!isFree(found)) return refuseOrWait(unit, session, request, stay, { found, candidate, kept });
  if (kept && isAtLeast(request.mode, kept.mode)) unit.tx.delete('waiter', kept.id);
  const { locks, isWeaker } = await grant(unit, session, request, [], placesOf(found.share));
  const mayServe = isWeaker || (await standsElsewhere(unit, session, request));
  if (mayServe) await passOn(unit);
  const { warnings, share } = found;
  return {
    granted: mayServe ? await asStored(unit, locks) : locks,
    blockers: [],
    warnings,
    waiter: null,
    cycle: null,
    inUse: share.inUse,
  };
}

/** The locks as they are now: another place of the session may have been served with one of them, in another mode. */
function asStored({ tx }: Unit, locks: readonly LockRecord[]): Promise<LockRecord[]> {
  return Promise.all(locks.map(async lock => (await tx.get('lock', lock.id)) ?? lock));
}

/** What the session has out of the pools already is renewed, the rest is new. */
function placesOf({ kept, fresh }: Share): PoolPlace[] {
  const again = kept.flatMap(({ name, pool }) => (pool === null ? [] : [{ pool, resource: valueResource(name) }]));
  return [...again, ...(fresh ?? [])];
}

/** The session's own place for this that the request goes on with; a stronger wish has to stand in line anew. */
async function keptPlace(
  unit: Unit,
  session: SessionRecord,
  request: LockRequest,
  stay: Stay | null,
): Promise<WaiterRecord | undefined> {
  const { mode } = request;
  if (mode === 'intent') return undefined;
  const place = await placeFor(unit.tx, session.id, request);
  if (!place) return undefined;
  return place.mode === mode || (stay === 'standing' && isAtLeast(place.mode, mode)) ? place : undefined;
}

/** Whether another place of the session may be served by what it has just got. */
async function standsElsewhere({ tx }: Unit, session: SessionRecord, { mode }: LockRequest): Promise<boolean> {
  return mode !== 'intent' && (await queueOf(tx)).some(place => place.session === session.id);
}

async function afterEnding(
  unit: Unit,
  session: SessionRecord,
  request: LockRequest,
  stay: Stay | null,
  { stale }: Obstacles,
): Promise<LockOutcome> {
  const lapsed = await endStale(unit, stale);
  await passOn(unit);
  const outcome = await acquire(unit, session, request, stay);
  await tellHolders(unit, lapsed);
  return outcome;
}

interface Refused {
  readonly found: Obstacles;
  readonly candidate: Candidate;
  readonly kept: WaiterRecord | undefined;
}

async function refuseOrWait(
  unit: Unit,
  session: SessionRecord,
  request: LockRequest,
  stay: Stay | null,
  { found, candidate, kept }: Refused,
): Promise<LockOutcome> {
  const { blockers, warnings, share } = found;
  const refused = { granted: null, blockers, warnings, waiter: null, cycle: null, inUse: share.inUse };
  const wished = { ...request, pools: withoutValues(request.pools, share.inUse) };
  // What is in use outside does not become free by anything that is told here.
  if (stay === null || wished.pools.some(({ values, count }) => values.length < count)) return refused;
  const byName = blockers.filter(({ lock }) => lock !== null && anyOverlap(request.resources, [lock]));
  const holders = byName.map(blocker => blocker.session);
  const cycle = await cycleByWaiting(unit, session, { ...candidate, pools: wished.pools }, holders);
  if (cycle) return { ...refused, cycle };
  if (kept) return { ...refused, waiter: refreshPlace(unit, kept, wished) };
  if (stay === 'standing') await replaceWeakerPlace(unit, session, request);
  return { ...refused, waiter: await standInLine(unit, session, wished, stay) };
}

function withoutValues(pools: readonly PoolWish[], left: readonly string[]): PoolWish[] {
  return pools.map(wish => ({ ...wish, values: wish.values.filter(value => !left.includes(value)) }));
}

/** A session has one standing place for the same at most. */
async function replaceWeakerPlace(unit: Unit, session: SessionRecord, request: LockRequest): Promise<void> {
  const weaker = await placeFor(unit.tx, session.id, request);
  if (weaker) unit.tx.delete('waiter', weaker.id);
}

/**
 * Refuses a renewal of what the session lost, even when it would be free again: somebody else may have had it in between. That
 * is what fencing tokens are for (Kleppmann, "How to do distributed locking", 2016): they rise with every grant, so an older
 * one tells a late writer from the holder. `conflict` says who has it now.
 */
async function refuseLost(unit: Unit, session: SessionRecord, request: LockRequest, fence: number): Promise<void> {
  const { mode } = request;
  const resources = [...request.resources, ...(await placesHeld(unit, session, request, fence))];
  const own = await Promise.all(resources.map(resource => unit.tx.get('lock', lockId(session.id, resource))));
  const at = own.findIndex(lock => !lock || lock.expiresAt <= unit.tx.now || lock.fence > fence);
  const lost = resources[at];
  if (!lost) return refuseOtherGrant(own as LockRecord[], mode, fence);
  const [other] = (await overlappingLocks(unit.tx, [lost])).filter(lock => lock.holder !== session.id);
  const holder = other && (await unit.tx.get('session', other.holder));
  const since = holder ? `; ${holder.handle} has ${other.name} now, with fence ${other.fence}` : '';
  throw new SignalboxError(
    'conflict',
    `You no longer hold ${lost.name} under fence ${fence}: that lock has ended${since}.`,
    'Look at what others changed there since, then acquire it again without a fence.',
  );
}

/** What a renewal is about in the pools that it names. */
async function placesHeld(unit: Unit, session: SessionRecord, request: LockRequest, fence: number) {
  const { pools } = request;
  if (pools.length === 0) return [];
  const { held } = await locksInPools(
    unit,
    pools.map(({ pool }) => pool),
    session.id,
  );
  return pools.flatMap(wish => {
    const own = keptOf({ ...request, session: session.id }, wish, held).slice(0, wish.count);
    if (own.length === wish.count) return own;
    throw new SignalboxError(
      'conflict',
      `You no longer hold ${wish.count === 1 ? 'a place' : `${wish.count} places`} of the pool ${wish.pool} under fence ${fence}.`,
      'Stop using what you had, then acquire it again without a fence.',
    );
  });
}

/** A fence renews one grant: what was granted under another one, or in another mode, is not that. */
function refuseOtherGrant(own: readonly LockRecord[], mode: LockMode, fence: number): void {
  const newest = own.reduce((first, lock) => (lock.fence > first.fence ? lock : first));
  const other = own.find(lock => lock.mode !== mode);
  if (newest.fence === fence && !other) return;
  const message = other
    ? `You hold ${other.name} as ${other.mode}; taking it as ${mode} would be a new grant, which a fence cannot renew.`
    : `Your lock on ${newest.name} has fence ${newest.fence}, not ${fence}.`;
  const next = other
    ? 'Acquire it without a fence.'
    : 'Give the highest fence of the locks you name, as it was granted.';
  throw new SignalboxError('conflict', message, next);
}

/** The reads that `acquire` makes of an uncontended request. */
export function acquireAsks(
  session: string,
  { resources, pools, mode }: Pick<LockRequest, 'resources' | 'pools' | 'mode'>,
): Ask[] {
  const own = resources.map((resource): Ask => ({ kind: 'lock', id: lockId(session, resource) }));
  const queue: Ask[] = mode === 'intent' ? [] : [queueAsk];
  const values = poolAsks(pools.map(({ pool }) => pool));
  const held: Ask = { kind: 'lock', index: 'holder', range: { equals: session } };
  return [held, ...overlapAsks(resources), ...values, ...queue, ...own];
}

/** Locks the session has already are renewed, which takes no more room. What waits in the queue was let in here before. */
async function refuseTooMany({ tx }: Unit, session: SessionRecord, request: LockRequest): Promise<void> {
  const held = await tx.count('lock', 'holder', { equals: session.id });
  const places = request.pools.reduce((sum, { count }) => sum + count, 0);
  if (held + request.resources.length + places <= limits.locksPerSession) return;
  const own = await Promise.all(request.resources.map(resource => tx.get('lock', lockId(session.id, resource))));
  const had = places === 0 ? [] : (await locksOf(tx, session.id)).filter(({ pool }) => pool !== null);
  const known = request.pools.map(({ pool, count }) => Math.min(count, had.filter(lock => lock.pool === pool).length));
  const fresh = known.reduce((sum, count) => sum - count, places);
  if (held + own.filter(lock => lock === undefined).length + fresh <= limits.locksPerSession) return;
  throw new SignalboxError(
    'limit_exceeded',
    `A session can hold ${limits.locksPerSession} locks; you hold ${held}.`,
    'Release what you no longer need, or lock a folder instead of single files.',
  );
}
