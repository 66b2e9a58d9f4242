/** What came out of a pool turned out to be in use outside Signalbox: it is given back and another value taken, all or none. */
import { acquire } from './lock.ts';
import { endLock } from './lock-end.ts';
import type { LockRequest } from './lock-grant.ts';
import { takeBack } from './lock-release.ts';
import { type LockOutcome, passOn, type Stay, standing } from './queue.ts';
import type { LockRecord, SessionRecord, WaiterRecord } from './records.ts';
import type { Unit } from './unit.ts';

/**
 * Gives back the locks in use and asks again without those values, which `request.inUse` names. If there is no other now, all of the request goes back, and it waits as `stay` says, in the turn of the
 * place it was served at, if it had one.
 */
export async function swapInUse(
  unit: Unit,
  session: SessionRecord,
  request: LockRequest,
  inUse: readonly LockRecord[],
  stay: Stay | null,
  served: WaiterRecord | null,
): Promise<LockOutcome> {
  for (const { id, fence } of inUse) {
    const lock = await unit.tx.get('lock', id);
    if (lock?.fence === fence) endLock(unit, lock, 'released');
  }
  const other = await acquire(unit, session, request, null);
  if (other.granted) {
    await passOn(unit);
    return other;
  }
  // All or none: whoever waits holds nothing of what it waits for.
  for (const ticket of [request.ticket, served?.id ?? request.ticket]) {
    await takeBack(unit, session, ticket, request.resources, 'keep for now');
  }
  const again = await acquire(unit, session, request, stay);
  if (!again.waiter) {
    await passOn(unit);
    return again;
  }
  const waiter = inTurnOf(again.waiter, served);
  unit.tx.put('waiter', waiter);
  return { ...(await standing(unit, waiter)), inUse: again.inUse };
}

function inTurnOf(waiter: WaiterRecord, served: WaiterRecord | null): WaiterRecord {
  return served ? { ...waiter, arrival: served.arrival, since: served.since } : waiter;
}
