/** Everything that stands in the way of one request: locks that exclude it, places ahead in the queue, pools without enough free values. Looks only. */
import {
  anyOverlap,
  type Candidate,
  excludes,
  overlappingLocks,
  parentOf,
  placeHolds,
  placesOf,
  queueAhead,
  queueOf,
} from './blocking.ts';
import { modeTowards } from './edit-lock.ts';
import { leaseHolds } from './lease.ts';
import { locksInPools, type PoolLocks } from './pool-locks.ts';
import { type Share, shareOut } from './pool-share.ts';
import { anyoneWaitsForWaiter, dependentsOf } from './pool-waits.ts';
import type { LockRecord, Resource, SessionRecord, WaiterRecord } from './records.ts';
import type { View } from './unit.ts';
import { awaitedPlaces, chainByNames } from './waits-for.ts';

/** A lock, or a place ahead in the queue, that a request has to wait for. */
export interface Blocker {
  readonly lock: LockRecord | null;
  readonly waiter: WaiterRecord | null;
  readonly session: SessionRecord;
}

/** A lock whose time is over or whose holder is gone, which nobody has ended yet. */
export interface StaleLock {
  readonly lock: LockRecord;
  readonly holder: SessionRecord | undefined;
}

export interface Obstacles {
  readonly blockers: readonly Blocker[];
  /** Locks that do not block but matter: one of the two is an intent. */
  readonly warnings: readonly Blocker[];
  /** Locks to be ended before anything can be said; the queue and the pools were not looked at then. */
  readonly stale: readonly StaleLock[];
  /** What the session itself has there: never in its way. */
  readonly own: readonly LockRecord[];
  /** What it gets out of the pools it wishes for. */
  readonly share: Share;
}

/** Whether the request can be granted as it is. */
export function isFree({ blockers, stale, share }: Obstacles): boolean {
  return stale.length === 0 && blockers.length === 0 && share.fresh !== null;
}

interface Place {
  readonly waiter: WaiterRecord;
  readonly session: SessionRecord;
}

const nothingShared: Share = { kept: [], fresh: null, lockedBy: [], behind: [], claimants: [], inUse: [] };

/**
 * What a request has to wait for, and what it should know of. `inUse` are values of pools that are not to be given now. With
 * `isVerdictEnough` the queue is not looked at when a lock, or a pool without free values, is in the way already: passing on asks that of everybody who waits.
 */
export async function obstacles(
  view: View,
  candidate: Candidate,
  inUse: ReadonlySet<string> = new Set(),
  isVerdictEnough = false,
): Promise<Obstacles> {
  const wished = candidate.pools.map(({ pool }) => pool);
  const named = await onNames(view, candidate);
  const inPools = await locksInPools(view, wished, candidate.session);
  const known = new Set(named.stale.map(({ lock }) => lock.id));
  const stale = [...named.stale, ...inPools.stale.filter(({ lock }) => !known.has(lock.id))];
  if (stale.length > 0) return { ...named, stale, share: nothingShared };
  const isHeldUp = () => named.blockers.length > 0 || shareOut(candidate, inPools.held, [], inUse).fresh === null;
  if (isVerdictEnough && isHeldUp()) return { ...named, share: nothingShared };
  const first = candidate.mode === 'intent' ? [] : await placesFirst(view, candidate);
  const pools = await withPoolsOf(view, candidate, first, inPools);
  if (pools.stale.length > 0) return { ...named, stale: pools.stale, share: nothingShared };
  const { places, share } = await shared(view, candidate, first, pools, inUse);
  const blocking = new Set([...share.behind, ...share.claimants].map(place => place.id));
  const inTheWay = places.filter(
    ({ waiter }) => blocking.has(waiter.id) || anyOverlap(waiter.resources, candidate.resources),
  );
  return {
    ...named,
    blockers: [
      ...named.blockers,
      ...share.lockedBy.flatMap(lock => asBlocker(lock, pools)),
      ...inTheWay.map(({ waiter, session }) => ({ lock: null, waiter, session })),
    ],
    warnings: [...named.warnings, ...intentsOn(share, candidate.session, pools)],
    share,
  };
}

/** What lies on the names that a request gives. */
async function onNames(view: View, candidate: Candidate): Promise<Omit<Obstacles, 'share'>> {
  const { tx } = view;
  const locks = await overlappingLocks(tx, candidate.resources);
  const own = locks.filter(lock => lock.holder === candidate.session);
  const blockers: Blocker[] = [];
  const warnings: Blocker[] = [];
  const stale: StaleLock[] = [];
  const parent = await parentOf(tx, candidate.session);
  for (const lock of locks.filter(held => held.holder !== candidate.session)) {
    if (lock.holder === parent) continue;
    const holder = await tx.get('session', lock.holder);
    if (!holder || !leaseHolds(view, holder) || lock.expiresAt <= tx.now) stale.push({ lock, holder });
    else {
      const isInTheWay = excludes(modeTowards(lock, candidate.seat), candidate.mode);
      (isInTheWay ? blockers : warnings).push({ lock, waiter: null, session: holder });
    }
  }
  return { blockers, warnings, stale, own };
}

/** The places of others that are served before the candidate, or before whom it must not be served. */
async function placesFirst(view: View, candidate: Candidate): Promise<Place[]> {
  const ahead = await aheadInQueue(view, candidate);
  return withoutTwice([...ahead, ...(await awaited(view, candidate, candidate.resources))]);
}

async function awaited(
  view: View,
  candidate: Candidate,
  resources: readonly Resource[],
  pool?: (resource: Resource) => string | null,
): Promise<Place[]> {
  const session = resources.length === 0 ? undefined : await view.tx.get('session', candidate.session);
  return session ? awaitedPlaces(view, session, resources, candidate.mode, pool) : [];
}

function withoutTwice(places: readonly Place[]): Place[] {
  return [...new Map(places.map(place => [place.waiter.id, place])).values()];
}

/**
 * Those who stand ahead. One that itself waits (directly or through others) for the candidate's session is let pass over:
 * standing behind it would be a deadlock made by fairness alone. The other way round, one behind that holds what the candidate's
 * session waits for elsewhere goes first (`awaitedPlaces`).
 */
async function aheadInQueue(view: View, candidate: Candidate): Promise<Place[]> {
  const ahead: Place[] = [];
  const [waitsForIt, parent] = [await whoWaitsFor(view, candidate), await parentOf(view.tx, candidate.session)];
  // Its parent waits for its work, so who waits for the parent cannot go first.
  const waitsForParent = parent === null ? undefined : await whoWaitsFor(view, { ...candidate, session: parent });
  for (const waiter of await queueAhead(view.tx, candidate)) {
    if (waiter.session === parent) continue;
    const session = await view.tx.get('session', waiter.session);
    if (!session || !leaseHolds(view, session) || !placeHolds(view, waiter)) continue;
    if (await waitsForIt(session)) continue;
    if (await waitsForParent?.(session)) continue;
    ahead.push({ waiter, session });
  }
  return ahead;
}

/** Whether a session waits for the candidate's, with what is the same for all of them looked at once. */
async function whoWaitsFor(view: View, candidate: Candidate): Promise<(session: SessionRecord) => Promise<boolean>> {
  const { session: target } = candidate;
  const leadNowhere = new Set<string>();
  const byName = async (session: SessionRecord) =>
    (await chainByNames(view, session, target, 'locks and queue', leadNowhere)) !== undefined;
  const queue = await queueOf(view.tx);
  if (!queue.some(place => place.pools.length > 0)) return byName;
  if (!(await anyoneWaitsForWaiter(view, candidate))) return async () => false;
  const starts = queue.map(place => place.session);
  const dependents = await dependentsOf(view, target, starts, 'locks and queue');
  return async session => dependents.waits(session.id) || byName(session);
}

/** The locks of the pools wished for, and of those that places ahead wish for where the request names a value. */
async function withPoolsOf(
  view: View,
  candidate: Candidate,
  places: readonly Place[],
  inPools: PoolLocks,
): Promise<PoolLocks> {
  const others = places.flatMap(({ waiter }) => waiter.pools.map(({ pool }) => pool));
  if (others.length === 0) return inPools;
  const wished = candidate.pools.map(({ pool }) => pool);
  return locksInPools(view, [...new Set([...wished, ...others])], candidate.session);
}

/** What the request gets; those who would wait for it for ever, had it got that, go first. */
async function shared(
  view: View,
  candidate: Candidate,
  places: readonly Place[],
  { held }: PoolLocks,
  inUse: ReadonlySet<string>,
): Promise<{ places: readonly Place[]; share: Share }> {
  const among = (those: readonly Place[]) =>
    shareOut(
      candidate,
      held,
      those.map(({ waiter }) => waiter),
      inUse,
    );
  const share = among(places);
  const pools = new Map((share.fresh ?? []).map(({ resource, pool }) => [resource, pool]));
  const more = (await standsElsewhere(view, candidate))
    ? await awaited(view, candidate, [...pools.keys()], value => pools.get(value) ?? null)
    : [];
  if (more.length === 0) return { places, share };
  const all = withoutTwice([...places, ...more]);
  return { places: all, share: among(all) };
}

/** Whether the session has another place than the one that is looked at. */
async function standsElsewhere(view: View, { session, pools, rank }: Candidate): Promise<boolean> {
  if (pools.length === 0) return false;
  const own = await placesOf(view.tx, session);
  return own.length > (rank.arrival === Number.POSITIVE_INFINITY ? 0 : 1);
}

function asBlocker(lock: LockRecord, { holders }: PoolLocks): Blocker[] {
  const session = holders.get(lock.holder);
  return session ? [{ lock, waiter: null, session }] : [];
}

function intentsOn({ fresh }: Share, own: string, pools: PoolLocks): Blocker[] {
  const locks = (fresh ?? []).flatMap(({ resource }) => pools.held.get(resource.name) ?? []);
  return locks.filter(({ holder }) => holder !== own).flatMap(lock => asBlocker(lock, pools));
}
