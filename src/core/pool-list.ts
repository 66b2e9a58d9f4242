/** What there is of a pool, who has it and what is free, to be shown. What is used outside Signalbox is not looked at. */
import { limits } from './limits.ts';
import type { Pool } from './policy.ts';
import { poolName } from './pool.ts';
import { locksInPools } from './pool-locks.ts';
import { isHeld } from './pool-share.ts';
import type { LockRecord, SessionRecord } from './records.ts';
import type { View } from './unit.ts';

export interface PoolInForce {
  readonly pool: Pool;
  readonly locks: readonly { readonly lock: LockRecord; readonly holder: SessionRecord }[];
  /** Values that nobody has, in the order of preference. */
  readonly free: readonly string[];
}

export async function poolsInForce(view: View, pools: readonly Pool[]): Promise<PoolInForce[]> {
  if (pools.length === 0) return [];
  const { held, holders } = await locksInPools(
    view,
    pools.map(({ name }) => name),
    null,
  );
  return pools.map(pool => ({
    pool,
    locks: pool.values
      .flatMap(value => held.get(value) ?? [])
      .flatMap(lock => {
        const holder = holders.get(lock.holder);
        return holder ? [{ lock, holder }] : [];
      }),
    free: pool.values.filter(value => !isHeld(held, value)),
  }));
}

/** A pool as an answer shows it: how many places it has, how many are free, and the first of those. */
export function shownPool({ pool, free }: PoolInForce) {
  return {
    pool: poolName(pool.name),
    size: pool.values.length,
    free: free.length,
    next: free.slice(0, limits.poolValuesListed),
  };
}
