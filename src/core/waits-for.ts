/** Who waits for whom, and which grants and requests would close a cycle of waiting. Looks only. */
import {
  anyOverlap,
  asCandidate,
  type Candidate,
  excludes,
  mayMeet,
  overlappingLocks,
  parentOf,
  placeHolds,
  placesOf,
  queueAhead,
  queueOf,
} from './blocking.ts';
import { countingAt, modeTowards } from './edit-lock.ts';
import { leaseHolds } from './lease.ts';
import { dependentsOf, type Edges, needsOf, neighbours, suppose } from './pool-waits.ts';
import type { LockMode, LockRecord, Resource, SessionRecord, WaiterRecord } from './records.ts';
import type { View } from './unit.ts';

/** Whom a session's queued requests wait for: holders of locks in the way and, with `queue`, those who stand ahead of it. */
async function awaitedBy(view: View, session: string, edges: Edges): Promise<SessionRecord[]> {
  const { tx } = view;
  const awaited = new Set<string>();
  for (const waiter of (await placesOf(tx, session)).filter(place => place.deadlineAt > tx.now)) {
    for (const lock of await overlappingLocks(tx, waiter.resources)) {
      if (lock.expiresAt > tx.now && excludes(modeTowards(lock, waiter.seat), waiter.mode)) awaited.add(lock.holder);
    }
    if (edges === 'locks') continue;
    const ahead = await queueAhead(tx, asCandidate(waiter, tx.now));
    for (const other of ahead.filter(place => anyOverlap(place.resources, waiter.resources)))
      awaited.add(other.session);
  }
  awaited.delete(session);
  awaited.delete((await parentOf(tx, session)) ?? '');
  const records = await Promise.all([...awaited].map(id => tx.get('session', id)));
  return records.filter(record => record !== undefined).filter(record => leaseHolds(view, record));
}

/**
 * The chain of sessions from `start` that ends with one waiting for `target`; undefined when there is none. Somebody who waits
 * for any value of a pool is a link only if no value can become free without the target. `supposed` locks count as held.
 */
export async function chainTo(
  view: View,
  start: SessionRecord,
  target: string,
  edges: Edges,
  leadNowhere: Set<string> = new Set(),
  supposed: readonly LockRecord[] = [],
): Promise<SessionRecord[] | undefined> {
  const chain = await chainByNames(view, start, target, edges, leadNowhere);
  if (chain || !(await queueOf(view.tx)).some(place => place.pools.length > 0)) return chain;
  const dependents = await dependentsOf(view, target, [start.id], edges, supposed);
  return dependents.waits(start.id) ? dependents.chainFrom(start.id) : undefined;
}

/** The same over what is wanted by name, where each wait is for somebody in particular. */
export async function chainByNames(
  view: View,
  start: SessionRecord,
  target: string,
  edges: Edges,
  leadNowhere: Set<string>,
): Promise<SessionRecord[] | undefined> {
  if (leadNowhere.has(start.id)) return undefined;
  const seen = new Set<string>([start.id]);
  const open: SessionRecord[][] = [[start]];
  for (let path = open.shift(); path; path = open.shift()) {
    const last = path[path.length - 1];
    if (!last) break;
    for (const awaited of await awaitedBy(view, last.id, edges)) {
      if (awaited.id === target) return path;
      if (seen.has(awaited.id) || leadNowhere.has(awaited.id)) continue;
      seen.add(awaited.id);
      open.push([...path, awaited]);
    }
  }
  for (const id of seen) leadNowhere.add(id);
  return undefined;
}

/**
 * The handles round the cycle that would close if the session waited for `holders` of what it names, and for values of the pools
 * it wishes for; null when none would.
 */
export async function cycleByWaiting(
  view: View,
  session: SessionRecord,
  candidate: Candidate,
  holders: readonly SessionRecord[],
): Promise<string[] | null> {
  for (const holder of holders) {
    const chain = await chainTo(view, holder, session.id, 'locks');
    if (chain) return around(session, chain);
  }
  return candidate.pools.length > 0 ? cycleByPools(view, session, candidate) : null;
}

/** Closed when every value that would do is held by somebody who waits for the session, or by itself. */
async function cycleByPools(view: View, session: SessionRecord, candidate: Candidate): Promise<string[] | null> {
  const needs = await needsOf(view, candidate);
  const dependents = await dependentsOf(view, session.id, neighbours(needs), 'locks');
  if (!dependents.closesOn(needs)) return null;
  const next = neighbours(needs).find(id => id !== session.id && dependents.waits(id));
  return around(session, next === undefined ? [] : dependents.chainFrom(next));
}

function around(session: SessionRecord, chain: readonly SessionRecord[]): string[] {
  return [session, ...chain, session].map(link => link.handle);
}

/** A place of somebody whom the session waits for, directly or through others. */
export interface AwaitedPlace {
  readonly waiter: WaiterRecord;
  readonly session: SessionRecord;
  /** From the session to the one that waits for the owner of the place. */
  readonly chain: readonly SessionRecord[];
}

/**
 * Places for what the session would get, of those who hold what it waits for at another place: with the grant each would wait for
 * the other. Costs no read for a session that waits nowhere. `pool` tells which of the resources come out of a pool.
 */
export async function awaitedPlaces(
  view: View,
  session: SessionRecord,
  resources: readonly Resource[],
  mode: LockMode,
  pool: (resource: Resource) => string | null = () => null,
): Promise<AwaitedPlace[]> {
  const { tx } = view;
  const queue = mode === 'intent' ? [] : await queueOf(tx);
  if (!queue.some(place => place.session === session.id)) return [];
  const supposed = resources.map(resource => suppose(session.id, resource, pool(resource)));
  const found: AwaitedPlace[] = [];
  for (const waiter of queue.filter(place => isWanted(place, session.id, resources, mode))) {
    const owner = await tx.get('session', waiter.session);
    if (!owner || !leaseHolds(view, owner) || !placeHolds(view, waiter)) continue;
    const chain = await chainTo(view, session, owner.id, 'locks', new Set(), supposed);
    if (chain && (await wouldWait(view, session, waiter, supposed))) found.push({ waiter, session: owner, chain });
  }
  return found;
}

function isWanted(place: WaiterRecord, session: string, resources: readonly Resource[], mode: LockMode): boolean {
  if (place.session === session || !excludes(mode, place.mode)) return false;
  return mayMeet(place, { resources: countingAt(resources, place.seat), pools: [] });
}

/** Whether a place would wait for the session, had that got what is supposed: one for a pool may have other values to hope for. */
async function wouldWait(
  view: View,
  session: SessionRecord,
  place: WaiterRecord,
  supposed: readonly LockRecord[],
): Promise<boolean> {
  if (anyOverlap(place.resources, countingAt(supposed, place.seat))) return true;
  return (await dependentsOf(view, session.id, [place.session], 'locks', supposed)).waits(place.session);
}
