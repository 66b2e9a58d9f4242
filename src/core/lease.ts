/**
 * A session is a lease: while it lives its locks hold, when it ends they all go at once.
 * The word and the shape come from etcd (a lock hangs from a lease); the lease's keep-alive is the process itself.
 */
import { limits } from './limits.ts';
import { notify } from './notice.ts';
import type { SessionRecord, WaiterRecord } from './records.ts';
import type { Unit, View } from './unit.ts';

/** The end reason of a session whose process died without a word. */
export const processGone = 'process gone';

/**
 * Whether the session's lease holds at this moment. On the same machine its process decides at once; where that cannot be
 * judged (another machine, another pid namespace) the last heartbeat does, for `leaseWithoutHeartbeatMs`.
 */
export function leaseHolds(view: View, session: SessionRecord): boolean {
  if (session.endedAt !== null) return false;
  if (session.process === null) return true;
  const liveness = view.processes.liveness(session.process);
  if (liveness !== 'unknown') return liveness === 'alive';
  return view.tx.now - session.heartbeatAt < limits.leaseWithoutHeartbeatMs;
}

/**
 * What a session may believe while it cannot reach a store that other machines share. `sinceContactMs` is the time since it
 * began its last successful sign of life, on its own clock, which only rises; the others count at the earliest from there, so
 * its locks hold for so long at least, and from then on anybody may have them. No two clocks need to agree for that.
 */
export function whileCutOff(sinceContactMs: number): string {
  const leftMs = limits.leaseWithoutHeartbeatMs - sinceContactMs;
  if (leftMs > 0) {
    return `Your locks hold for ${Math.floor(leftMs / 1000)} s more, unless their own time ends before or somebody ended your session.`;
  }
  return "Locks you held may be somebody else's by now: change nothing that they cover before a call succeeds.";
}

/**
 * Ends a session and takes away everything that hangs from its lease: locks, places in queues and intents. Mail stays for its return.
 * The caller passes the freed locks on (`passOn`) in the same unit of work.
 */
export async function endLease(unit: Unit, session: SessionRecord, reason: string): Promise<void> {
  const { tx } = unit;
  const [locks, waiters, intents] = await Promise.all([
    tx.list('lock', 'holder', { equals: session.id }, { limit: limits.locksPerSession * 2 }),
    tx.list('waiter', 'session', { equals: session.id }, { limit: limits.waitersPerProject }),
    tx.list('intent', 'session', { equals: session.id }, { limit: limits.intentsPerSession * 2 }),
  ]);
  for (const lock of locks) {
    tx.delete('lock', lock.id);
    tx.emit({ type: 'lock.ended', audience: [], data: { resource: lock.name, holder: session.id, cause: reason } });
  }
  for (const waiter of waiters) tx.delete('waiter', waiter.id);
  tellLostPlaces(unit, session, waiters, reason);
  for (const intent of intents)
    tx.put('intent', { ...intent, status: 'abandoned', endedAt: tx.now, endReason: reason });
  tx.put('session', { ...session, endedAt: tx.now, endReason: reason });
  tx.emit({ type: 'session.ended', audience: [], data: { session: session.id, handle: session.handle, reason } });
}

/** A session whose process died may return, and believes that it still stands in line. */
function tellLostPlaces(unit: Unit, session: SessionRecord, waiters: readonly WaiterRecord[], reason: string): void {
  const kept = waiters.filter(waiter => waiter.process === null);
  if (reason !== processGone || kept.length === 0) return;
  const names = kept.flatMap(({ resources, pools }) => [
    ...resources.map(resource => resource.name),
    ...pools.map(({ pool }) => `pool:${pool}`),
  ]);
  const rest = names.length > limits.locksInNotice ? ` and ${names.length - limits.locksInNotice} more` : '';
  const body = `Your server process died, and with it went your place in the queue for ${names.slice(0, limits.locksInNotice).join(', ')}${rest}. Call lock_acquire with queue: true to stand in line again.`;
  notify(unit, [session.id], body);
}

/** Ends every session among `sessions` that has not ended and whose lease no longer holds; returns those that live. */
export async function endLapsed(
  unit: Unit,
  sessions: readonly SessionRecord[],
): Promise<{ live: SessionRecord[]; ended: number }> {
  const live: SessionRecord[] = [];
  let ended = 0;
  for (const session of sessions.filter(candidate => candidate.endedAt === null)) {
    if (leaseHolds(unit, session)) live.push(session);
    else {
      ended += 1;
      await endLease(unit, session, processGone);
    }
  }
  return { live, ended };
}
