/** The locks on the values of pools, read by one range for each pool however many values it has. */
import { SignalboxError } from './errors.ts';
import { foldCase } from './glob.ts';
import { leaseHolds } from './lease.ts';
import { limits } from './limits.ts';
import type { HeldValues } from './pool-share.ts';
import type { Ask } from './ports.ts';
import type { LockRecord, SessionRecord } from './records.ts';
import type { View } from './unit.ts';

export interface PoolLocks {
  readonly held: HeldValues;
  readonly holders: ReadonlyMap<string, SessionRecord>;
  /** Locks that no longer count and that nobody has ended yet. */
  readonly stale: readonly { readonly lock: LockRecord; readonly holder: SessionRecord | undefined }[];
}

/** All locks on values of these pools; those of `own` count until somebody ends them. `limit_exceeded` where there are more than can be looked at. */
export async function locksInPools(view: View, pools: readonly string[], own: string | null): Promise<PoolLocks> {
  const { tx } = view;
  const lists = await Promise.all(poolAsks(pools).map(({ index, range, page }) => tx.list('lock', index, range, page)));
  if (lists.some(list => list.length >= limits.locksSearched)) {
    throw new SignalboxError(
      'limit_exceeded',
      `More than ${limits.locksSearched} locks begin like the values of a pool.`,
      'Release locks that are no longer needed.',
    );
  }
  const held = new Map<string, LockRecord[]>();
  const holders = new Map<string, SessionRecord>();
  const stale: PoolLocks['stale'][number][] = [];
  for (const lock of lists.flat()) {
    const holder = await tx.get('session', lock.holder);
    if (!holder || (holder.id !== own && (!leaseHolds(view, holder) || lock.expiresAt <= tx.now)))
      stale.push({ lock, holder });
    else {
      held.set(lock.name, [...(held.get(lock.name) ?? []), lock]);
      holders.set(holder.id, holder);
    }
  }
  return { held, holders, stale };
}

/** The reads that `locksInPools` begins with. */
export function poolAsks(pools: readonly string[]) {
  const prefixes = new Set(pools.map(pool => foldCase(`${pool}:`)));
  const page = { limit: limits.locksSearched };
  return [...prefixes].map(prefix => ({ kind: 'lock', index: 'key', range: { prefix }, page }) as const satisfies Ask);
}
