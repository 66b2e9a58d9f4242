/**
 * Who waits for whom where a pool leaves a choice: somebody who wants any of several values waits for a session only if too few of
 * them can become free without it. Whoever gets on once the session lets go, and not before, waits for it: what is stuck anyway is
 * none of its doing. Looks only. The set of those who get on is found as in a reduction of Holt's resource graph ("Some deadlock
 * properties of computer systems", 1972).
 */
import {
  aheadIn,
  anyOverlap,
  asCandidate,
  type Candidate,
  excludes,
  overlappingLocks,
  parentOf,
  queueOf,
} from './blocking.ts';
import { modeTowards } from './edit-lock.ts';
import { leaseHolds } from './lease.ts';
import { meetInPool } from './pool.ts';
import { locksInPools } from './pool-locks.ts';
import { type HeldValues, isHeld, keptOf, lackOf, shareOut } from './pool-share.ts';
import type { LockRecord, PoolWish, Resource, SessionRecord, WaiterRecord } from './records.ts';
import type { View } from './unit.ts';

/** What makes one session wait for another: a lock alone, or a place ahead in the queue as well. */
export type Edges = 'locks' | 'locks and queue';

/** What one request waits for. */
interface Needs {
  /** Every one of these sessions has to let go. */
  readonly all: ReadonlySet<string>;
  readonly choices: readonly Choice[];
}

interface Choice {
  readonly lacks: number;
  /** For each value that may be given: who has to let go of it. */
  readonly options: readonly (readonly string[])[];
  /** Sessions ahead in the line, and how many values each takes first. */
  readonly first: readonly { readonly session: string; readonly lacks: number }[];
}

interface Node {
  readonly session: SessionRecord | undefined;
  readonly needs: readonly Needs[];
}

export interface Dependents {
  /** Whether a session cannot go on before the target lets go of something. */
  waits(session: string): boolean;
  /** Whether a request of the target itself cannot be served before the target lets go of something. */
  closesOn(needs: Needs): boolean;
  /** The sessions from one that waits to the last before the target. */
  chainFrom(session: string): SessionRecord[];
}

/** Follows everybody that `starts` may wait for and says who of them waits for the target. `supposed` locks count as held. */
export async function dependentsOf(
  view: View,
  target: string,
  starts: readonly string[],
  edges: Edges,
  supposed: readonly LockRecord[] = [],
): Promise<Dependents> {
  const nodes = await explore(view, target, starts, await sceneOf(view, edges, supposed));
  const withTarget = goingOn(nodes, [target]);
  const without = goingOn(nodes, []);
  const waits = (session: string) => session === target || (withTarget.has(session) && !without.has(session));
  return {
    waits,
    closesOn: needs => canBeMet(needs, withTarget) && !canBeMet(needs, without),
    chainFrom: session => chain(nodes, waits, session, target),
  };
}

/**
 * Whether anybody may wait for somebody who waits as well: without that nobody who stands ahead waits for one behind it, and
 * there is nothing to look into.
 */
export async function anyoneWaitsForWaiter(view: View, candidate: Candidate): Promise<boolean> {
  const { tx } = view;
  const { queue, held } = await sceneOf(view, 'locks', [], candidate.pools);
  const isNewcomer = candidate.rank.arrival === Number.POSITIVE_INFINITY;
  const sessions = [...queue.map(place => place.session), ...(isNewcomer ? [candidate.session] : [])];
  const waiting = new Set(sessions);
  if (waiting.size < sessions.length) return true;
  for (const place of queue) {
    const named = place.resources.length === 0 ? [] : await overlappingLocks(tx, place.resources);
    const wished = place.pools.flatMap(({ values }) => values.flatMap(value => held.get(value) ?? []));
    const others = [...named, ...wished].filter(lock => lock.holder !== place.session);
    if (others.some(lock => waiting.has(lock.holder) && excludes(modeTowards(lock, place.seat), place.mode)))
      return true;
  }
  return false;
}

/** Everybody who gets what it waits for in the end, if those given let go of all that they hold: the others are stuck. */
function goingOn(nodes: ReadonlyMap<string, Node>, given: readonly string[]): Set<string> {
  const moving = new Set(given);
  for (let grows = true; grows; ) {
    grows = false;
    for (const [id, { needs }] of nodes) {
      if (moving.has(id) || !needs.every(each => canBeMet(each, moving))) continue;
      moving.add(id);
      grows = true;
    }
  }
  return moving;
}

function canBeMet({ all, choices }: Needs, moving: ReadonlySet<string>): boolean {
  if ([...all].some(session => !moving.has(session))) return false;
  return choices.every(({ lacks, options, first }) => {
    const open = options.filter(holders => holders.every(holder => moving.has(holder))).length;
    const taken = first.reduce((sum, each) => sum + (moving.has(each.session) ? 0 : each.lacks), 0);
    return lacks === 0 || open - taken >= lacks;
  });
}

async function explore(
  view: View,
  target: string,
  starts: readonly string[],
  scene: Scene,
): Promise<Map<string, Node>> {
  const nodes = new Map<string, Node>();
  const open = [...starts];
  for (let id = open.shift(); id !== undefined; id = open.shift()) {
    if (id === target || nodes.has(id)) continue;
    const session = await view.tx.get('session', id);
    if (!session || !leaseHolds(view, session)) {
      // Whoever is gone keeps nobody: what it has ends with the next look at it.
      nodes.set(id, { session: undefined, needs: [] });
      continue;
    }
    const places = scene.queue.filter(place => place.session === id && place.deadlineAt > view.tx.now);
    const needs = await Promise.all(places.map(place => needsIn(view, asCandidate(place, view.tx.now), scene)));
    nodes.set(id, { session, needs });
    open.push(...needs.flatMap(neighbours));
  }
  return nodes;
}

/** Everybody that a request may have to wait for. */
export function neighbours({ all, choices }: Needs): string[] {
  const chosen = choices.flatMap(({ options, first }) => [...options.flat(), ...first.map(({ session }) => session)]);
  return [...new Set([...all, ...chosen])];
}

/** What is the same for everybody at this moment, read once. */
interface Scene {
  readonly edges: Edges;
  readonly queue: readonly WaiterRecord[];
  readonly held: HeldValues;
  readonly supposed: readonly LockRecord[];
}

async function sceneOf(
  view: View,
  edges: Edges,
  supposed: readonly LockRecord[],
  wished: readonly PoolWish[] = [],
): Promise<Scene> {
  const queue = await queueOf(view.tx);
  const pools = [...wished, ...queue.flatMap(place => place.pools)].map(({ pool }) => pool);
  const { held } = await locksInPools(view, [...new Set(pools)], null);
  return { edges, queue, held: withSupposed(held, supposed), supposed };
}

/** What a request waits for at this moment: for locks alone. */
export async function needsOf(view: View, candidate: Candidate): Promise<Needs> {
  return needsIn(view, candidate, await sceneOf(view, 'locks', [], candidate.pools));
}

async function needsIn(view: View, candidate: Candidate, { edges, queue, held, supposed }: Scene): Promise<Needs> {
  const { tx } = view;
  const parent = await parentOf(tx, candidate.session);
  const places = edges === 'locks' ? [] : aheadIn(queue, candidate, tx.now);
  const ahead = places.filter(place => place.session !== parent);
  const named = candidate.resources.length === 0 ? [] : await overlappingLocks(tx, candidate.resources);
  const locks = [...named, ...supposed].filter(
    lock =>
      lock.expiresAt > tx.now &&
      excludes(modeTowards(lock, candidate.seat), candidate.mode) &&
      anyOverlap(candidate.resources, [lock]),
  );
  const claimants = named.length + ahead.length === 0 ? [] : shareOut(candidate, held, ahead, new Set()).claimants;
  const all = new Set([
    ...(await livingHolders(view, locks)),
    ...ahead.filter(place => anyOverlap(place.resources, candidate.resources)).map(place => place.session),
    ...claimants.map(place => place.session),
  ]);
  all.delete(candidate.session);
  all.delete(parent ?? '');
  return { all, choices: candidate.pools.map(wish => choiceOf(candidate, wish, held, ahead)) };
}

/** A lock that nobody has yet, to see what would be if it were so; out of a pool, or by name. */
export function suppose(holder: string, resource: Resource, pool: string | null): LockRecord {
  return {
    ...resource,
    id: `supposed|${holder}|${resource.name}`,
    holder,
    mode: 'exclusive',
    fence: 0,
    tickets: [],
    former: null,
    reason: null,
    ttlMs: 0,
    since: 0,
    expiresAt: Number.POSITIVE_INFINITY,
    pool,
    warnedAt: null,
    heldFor: null,
  };
}

async function livingHolders(view: View, locks: readonly LockRecord[]): Promise<string[]> {
  const ids = [...new Set(locks.map(lock => lock.holder))];
  const sessions = await Promise.all(ids.map(id => view.tx.get('session', id)));
  return sessions.flatMap(session => (session && leaseHolds(view, session) ? [session.id] : []));
}

function withSupposed(held: HeldValues, supposed: readonly LockRecord[]): HeldValues {
  const all = new Map(held);
  for (const lock of supposed) all.set(lock.name, [...(all.get(lock.name) ?? []), lock]);
  return all;
}

function choiceOf(candidate: Candidate, wish: PoolWish, held: HeldValues, ahead: readonly WaiterRecord[]): Choice {
  const kept = new Set(keptOf(candidate, wish, held).map(({ name }) => name));
  const named = new Set(candidate.resources.map(({ name }) => name));
  const options = wish.values
    .filter(value => !kept.has(value) && !named.has(value))
    .map(value => (isHeld(held, value) ? holdersOf(held, value) : []));
  const before = ahead.filter(place => meetInPool(place, { resources: [], pools: [wish] }));
  return {
    lacks: lackOf(candidate, wish, held),
    options,
    first: before.map(place => ({ session: place.session, lacks: takes(place, wish, held) })),
  };
}

function holdersOf(held: HeldValues, value: string): string[] {
  return (held.get(value) ?? []).filter(({ mode }) => mode !== 'intent').map(({ holder }) => holder);
}

/** How many values of a wish a place takes before it is served. */
function takes(place: WaiterRecord, { pool, values }: PoolWish, held: HeldValues): number {
  const wished = place.pools.filter(other => other.pool === pool).map(other => lackOf(place, other, held));
  const byName = place.resources.filter(({ name }) => values.includes(name) && !isHeld(held, name)).length;
  return byName + wished.reduce((sum, lacks) => sum + lacks, 0);
}

/** A shortest way to the target among those that wait for it. */
function chain(
  nodes: ReadonlyMap<string, Node>,
  waits: (session: string) => boolean,
  start: string,
  target: string,
): SessionRecord[] {
  const paths = [[start]];
  const seen = new Set([start]);
  for (let path = paths.shift(); path; path = paths.shift()) {
    const node = nodes.get(path.at(-1) ?? '');
    for (const next of (node?.needs ?? []).flatMap(neighbours).filter(id => waits(id) && !seen.has(id))) {
      if (next === target) return path.flatMap(id => nodes.get(id)?.session ?? []);
      seen.add(next);
      paths.push([...path, next]);
    }
  }
  return [];
}
