/** How the free values of pools are shared out among those who want them, in the order of the line. Looks at records only. */
import { meetInPool, valueResource, type Wants } from './pool.ts';
import type { LockRecord, PoolWish, Resource, WaiterRecord } from './records.ts';

/** A value to be granted, and the pool it is given out of. */
export interface PoolPlace {
  readonly pool: string;
  readonly resource: Resource;
}

/** The locks in force on the values of pools, by the value's name. */
export type HeldValues = ReadonlyMap<string, readonly LockRecord[]>;

export interface Share {
  /** Locks the session has out of the pools already: they count, and are renewed. */
  readonly kept: readonly LockRecord[];
  /** What it gets besides; null when a wish cannot be met now. */
  readonly fresh: readonly PoolPlace[] | null;
  /** What keeps the wishes that cannot be met from being met. */
  readonly lockedBy: readonly LockRecord[];
  /** Places ahead that go first for what will be free of these pools. */
  readonly behind: readonly WaiterRecord[];
  /** Places ahead for which a value is kept that the request names. */
  readonly claimants: readonly WaiterRecord[];
  /** Values that nobody has but that are in use outside. */
  readonly inUse: readonly string[];
}

/** Somebody who wants something out of pools, and perhaps values by their names. */
export interface Claimant extends Wants {
  readonly session: string;
}

/**
 * What a request gets out of the pools it names, given the places `ahead` of it, first ones first. Each of them is kept as many
 * free values as it lacks, if it can those that the request does not name, so that nobody is overtaken and nobody held up without need.
 */
export function shareOut(
  request: Claimant,
  held: HeldValues,
  ahead: readonly WaiterRecord[],
  inUse: ReadonlySet<string>,
): Share {
  const named = new Set(request.resources.map(({ name }) => name));
  const claims = claimsOf(ahead, held, named);
  const shares = request.pools.map(wish => shareOf(request, wish, { held, ahead, claims, named, inUse }));
  const isMet = shares.every(({ fresh }) => fresh !== null);
  return {
    kept: shares.flatMap(({ kept }) => kept),
    fresh: isMet ? shares.flatMap(({ fresh }) => fresh ?? []) : null,
    lockedBy: shares.flatMap(({ lockedBy }) => lockedBy),
    behind: shares.flatMap(({ behind }) => behind),
    claimants: [...named].flatMap(name => claims.get(name) ?? []),
    inUse: shares.flatMap(share => share.inUse),
  };
}

interface Situation {
  readonly held: HeldValues;
  readonly ahead: readonly WaiterRecord[];
  readonly claims: ReadonlyMap<string, WaiterRecord>;
  readonly named: ReadonlySet<string>;
  readonly inUse: ReadonlySet<string>;
}

function shareOf(request: Claimant, wish: PoolWish, situation: Situation): Omit<Share, 'claimants'> {
  const { held, ahead, claims, named, inUse } = situation;
  const kept = keptOf(request, wish, held).slice(0, wish.count);
  const unheld = wish.values.filter(value => !isHeld(held, value) && !named.has(value));
  const free = unheld.filter(value => !claims.has(value) && !inUse.has(value));
  const passedOver = unheld.filter(value => inUse.has(value));
  const lacks = wish.count - kept.length;
  if (free.length >= lacks) {
    const fresh = free.slice(0, lacks).map(value => ({ pool: wish.pool, resource: valueResource(value) }));
    return { kept, fresh, lockedBy: [], behind: [], inUse: lacks > 0 ? passedOver : [] };
  }
  const others = wish.values
    .flatMap(value => held.get(value) ?? [])
    .filter(({ holder, mode }) => holder !== request.session && mode !== 'intent');
  const behind = ahead.filter(place => meetInPool(place, { resources: [], pools: [wish] }));
  return { kept, fresh: null, lockedBy: others, behind, inUse: passedOver };
}

/** Free values that are kept for places ahead which wish for their pool, and values that places ahead want by name. */
function claimsOf(
  ahead: readonly WaiterRecord[],
  held: HeldValues,
  avoid: ReadonlySet<string>,
): Map<string, WaiterRecord> {
  const claims = new Map<string, WaiterRecord>();
  for (const place of ahead) {
    const own = new Set(place.resources.map(({ name }) => name));
    for (const wish of place.pools) {
      const free = wish.values.filter(value => !isHeld(held, value) && !claims.has(value) && !own.has(value));
      const inOrder = [...free.filter(value => !avoid.has(value)), ...free.filter(value => avoid.has(value))];
      for (const value of inOrder.slice(0, lackOf(place, wish, held))) claims.set(value, place);
    }
    for (const name of own) if (!claims.has(name)) claims.set(name, place);
  }
  return claims;
}

/** What a session has out of a pool, as far as the wish is about it; not what the same request asks for by name. */
export function keptOf({ session, resources }: Claimant, { pool, values }: PoolWish, held: HeldValues): LockRecord[] {
  return values
    .filter(value => !resources.some(({ name }) => name === value))
    .flatMap(value => held.get(value) ?? [])
    .filter(lock => lock.holder === session && lock.pool === pool && lock.mode === 'exclusive');
}

/** How many places a wish still lacks. */
export function lackOf(of: Claimant, wish: PoolWish, held: HeldValues): number {
  return Math.max(0, wish.count - keptOf(of, wish, held).length);
}

/** Whether a value cannot be given to anybody else. */
export function isHeld(held: HeldValues, value: string): boolean {
  return (held.get(value) ?? []).some(({ mode }) => mode !== 'intent');
}
