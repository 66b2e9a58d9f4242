/** What time does to a session's own locks: activity renews them, idleness is told before and after they lapse. */
import { locksOf } from './blocking.ts';
import { editTtlMs, isEdit } from './edit-lock.ts';
import { limits } from './limits.ts';
import { endLock, tellHolders } from './lock-end.ts';
import { tellLapsing } from './lock-notice.ts';
import type { Ask } from './ports.ts';
import { passOn } from './queue.ts';
import type { LockRecord, SessionRecord } from './records.ts';
import type { Unit } from './unit.ts';

/** The locks of a session, as `renewLocks` and `mindLocks` read them. */
export function heldBy(session: string): Ask & { page: { limit: number } } {
  return { kind: 'lock', index: 'holder', range: { equals: session }, page: { limit: limits.locksPerSession * 2 } };
}

/** The session is active: what is past half of its time is renewed, what has lapsed is ended and its holder told. */
export async function renewLocks(unit: Unit, session: SessionRecord): Promise<void> {
  const { tx } = unit;
  const locks = await locksOf(tx, session.id);
  for (const lock of locks) {
    const left = lock.expiresAt - tx.now;
    // A file that was kept for an edit which waited is renewed by that edit alone.
    if (isEdit(lock) && lock.ttlMs < editTtlMs) continue;
    if (left > 0 && left < lock.ttlMs / 2) tx.put('lock', { ...lock, expiresAt: tx.now + lock.ttlMs, warnedAt: null });
  }
  await endOverdue(unit, locks);
}

/**
 * The session's process looks after its locks although the session does nothing: what has lapsed is ended, so that others get
 * it even if nobody looks; what is about to lapse is told, once for each time it was granted or renewed.
 */
export async function mindLocks(unit: Unit, session: SessionRecord): Promise<void> {
  const { tx } = unit;
  const locks = await Promise.all((await locksOf(tx, session.id)).map(lock => keptForCommand(unit, session, lock)));
  const lapsing = locks.filter(lock => lock.expiresAt > tx.now && isToBeTold(lock, tx.now) && !isNeeded(session, lock));
  for (const lock of lapsing) tx.put('lock', { ...lock, warnedAt: tx.now });
  if (lapsing.length > 0) tellLapsing(unit, session.id, lapsing);
  await endOverdue(unit, locks);
}

/** What a command needs that runs still is not lost because the command takes long: its session does nothing else meanwhile. */
async function keptForCommand({ tx }: Unit, session: SessionRecord, lock: LockRecord): Promise<LockRecord> {
  if (!isNeeded(session, lock, tx.now - limits.gitCommandLongestMs) || lock.expiresAt <= tx.now) return lock;
  if (lock.expiresAt - tx.now >= limits.gitCommandMs / 2) return lock;
  const kept = { ...lock, expiresAt: tx.now + limits.gitCommandMs };
  tx.put('lock', kept);
  return kept;
}

function isNeeded({ guard: { running } }: SessionRecord, { tickets }: LockRecord, since = 0): boolean {
  return running.some(({ ticket, at }) => ticket !== null && at > since && tickets.includes(ticket));
}

/** A lock whose last quarter is shorter than the time between two looks could not be told of reliably: it simply lapses. */
function isToBeTold(lock: LockRecord, now: number): boolean {
  const windowMs = Math.min(limits.lapseWarningMs, lock.ttlMs / 4);
  return !isEdit(lock) && lock.warnedAt === null && windowMs >= limits.heartbeatMs && lock.expiresAt - now <= windowMs;
}

async function endOverdue(unit: Unit, locks: readonly LockRecord[]): Promise<void> {
  const overdue = locks.filter(lock => lock.expiresAt <= unit.tx.now);
  if (overdue.length === 0) return;
  for (const lock of overdue) endLock(unit, lock, 'expired');
  await passOn(unit);
  await tellHolders(unit, overdue);
}
