/**
 * Locks that the operator has in place of a session that is not here yet, by a name of another vocabulary. Whoever takes the name gets
 * them; nobody else can have them in between, and they end by their own time.
 */
import { operatorHandle } from './handles.ts';
import { limits } from './limits.ts';
import { endLock } from './lock-end.ts';
import { grant } from './lock-grant.ts';
import { personaKey } from './persona-record.ts';
import type { Reader } from './ports.ts';
import { passOn } from './queue.ts';
import type { LockRecord, SessionRecord } from './records.ts';
import type { Unit } from './unit.ts';

/** Gives a session what the operator has for the name that it has just taken: each lock with a new fence, for the time it was held for. */
export async function takeHeld(unit: Unit, session: SessionRecord, issuer: string, name: string): Promise<void> {
  for (const lock of await heldFor(unit.tx, issuer, name)) {
    endLock(unit, lock, 'handed off');
    const request = { ticket: unit.ids.next(), resources: [lock], mode: lock.mode, priority: 'normal' } as const;
    await grant(unit, session, { ...request, reason: lock.heldFor?.reason ?? null, ttlMs: lock.ttlMs }, [], []);
  }
}

/** Gives back what the operator has for a name whose session says that it is over. */
export async function dropHeld(unit: Unit, issuer: string, name: string): Promise<void> {
  const held = await heldFor(unit.tx, issuer, name);
  for (const lock of held) endLock(unit, lock, 'released');
  if (held.length > 0) await passOn(unit);
}

/** Whether the operator has anything for a name. */
export async function hasHeld(tx: Reader, issuer: string, name: string): Promise<boolean> {
  return (await heldFor(tx, issuer, name)).length > 0;
}

async function heldFor(tx: Reader, issuer: string, name: string): Promise<LockRecord[]> {
  const page = { limit: limits.locksPerSession * 2 };
  const all = await tx.list('lock', 'holder', { equals: operatorHandle }, page);
  const persona = personaKey(issuer, name);
  return all.filter(lock => lock.heldFor?.persona === persona && lock.expiresAt > tx.now);
}
