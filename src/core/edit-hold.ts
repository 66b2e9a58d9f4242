/** How long the locks of edits are held: through the turn they were made in, and a while after it. */
import { locksOf, mayMeet, queueOf } from './blocking.ts';
import { editTtlMs, isEdit } from './edit-lock.ts';
import { limits } from './limits.ts';
import { endLock } from './lock-end.ts';
import { passOn } from './queue.ts';
import { type LockRecord, ordered, type SessionRecord } from './records.ts';
import type { Unit, View } from './unit.ts';

/**
 * The turn is over: what its edits hold ends after `graceMs`, unless the session works on until then, which renews it. Those who
 * wait are woken, because what they wait for ends sooner than they were told.
 */
export async function shortenEdits(unit: Unit, session: SessionRecord, graceMs: number): Promise<void> {
  const { tx } = unit;
  const endsAt = tx.now + graceMs;
  const long = (await locksOf(tx, session.id)).filter(lock => isEdit(lock) && lock.expiresAt > endsAt);
  if (long.length === 0) return;
  if (graceMs === 0) for (const lock of long) endLock(unit, lock, 'released');
  else for (const lock of long) tx.put('lock', { ...lock, expiresAt: endsAt });
  if (graceMs === 0) return passOn(unit);
  const waiting = (await queueOf(tx)).filter(
    place => place.session !== session.id && mayMeet(place, { resources: long, pools: [] }),
  );
  const audience = [...new Set(waiting.map(place => place.session))];
  const data = { holder: session.id, endsAt };
  if (audience.length > 0) tx.emit({ type: 'lock.shortened', audience, data });
}

/**
 * Ends the locks of the edits that were used longest ago, where a session holds so many that `needed` more would not be granted:
 * no edit is refused because of the number of files that were edited before. The caller passes on.
 */
export async function makeRoomForEdits(unit: Unit, session: SessionRecord, needed: number): Promise<boolean> {
  const held = await unit.tx.count('lock', 'holder', { equals: session.id });
  const over = held + needed - limits.locksPerSession;
  if (over <= 0) return false;
  const edits = (await locksOf(unit.tx, session.id)).filter(isEdit);
  const oldest = edits.sort((a, b) => usedAt(a) - usedAt(b)).slice(0, over);
  for (const lock of oldest) endLock(unit, lock, 'released');
  return oldest.length > 0;
}

function usedAt(lock: LockRecord): number {
  return lock.expiresAt - lock.ttlMs;
}

/** Whether a lock is fresh enough that using it needs not be written down: at least half of its time is left. */
export function isFresh(lock: LockRecord, now: number): boolean {
  return lock.ttlMs >= editTtlMs && lock.expiresAt - now > lock.ttlMs / 2;
}

/**
 * Whether a file was kept for an edit that waited, and its holder has not heard of it yet: the notice that tells it, and that others
 * had the file meanwhile, is the first thing it was sent behind the grant.
 */
export async function isNews({ tx }: Pick<View, 'tx'>, { holder, fence, ttlMs }: LockRecord): Promise<boolean> {
  if (ttlMs >= editTtlMs) return false;
  const behind = { equals: holder, afterId: `${holder}/${ordered(fence)}` };
  const [notice] = await tx.list('delivery', 'inbox', behind, { limit: 1 });
  return notice?.state === 'queued';
}
