/** Ending what is over before anybody meets it. */
import { endLapsed } from './lease.ts';
import { limits } from './limits.ts';
import { endLock, tellHolders } from './lock-end.ts';
import { passOn } from './queue.ts';
import type { Unit } from './unit.ts';

export interface Cleared {
  readonly sessions: number;
  readonly locks: number;
}

/**
 * Ends the locks that have lapsed, whose living holders are told, and the sessions whose process is gone, with all they held; what others
 * wait for is passed on. How many lapsed locks and dead sessions there were.
 */
export async function clearAway(unit: Unit): Promise<Cleared> {
  const { tx } = unit;
  const locks = await tx.list('lock', 'all', { prefix: '' }, { limit: limits.locksListed * 2 });
  const lapsed = locks.filter(lock => lock.expiresAt <= tx.now);
  for (const lock of lapsed) endLock(unit, lock, 'expired');
  const open = await tx.list('session', 'live', { prefix: '' }, { limit: limits.sessionsPerProject });
  const agents = open.filter(({ kind }) => kind === 'agent');
  const { live, ended } = await endLapsed(unit, agents);
  await passOn(unit);
  const living = new Set(live.map(({ id }) => id));
  await tellHolders(
    unit,
    lapsed.filter(({ holder }) => living.has(holder)),
  );
  return { sessions: ended, locks: lapsed.length };
}
