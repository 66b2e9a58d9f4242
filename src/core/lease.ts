/**
 * A session is a lease: while it lives its locks hold, when it ends they all go at once.
 * The word and the shape come from etcd (a lock hangs from a lease); the lease's keep-alive is the process itself.
 */
import { limits } from './limits.ts';
import { notify } from './notice.ts';
import type { Ask, Reader } from './ports.ts';
import { type DeliveryRecord, inOrder, type SessionRecord, type WaiterRecord } from './records.ts';
import type { Unit, View } from './unit.ts';

/** The end reason of a session whose process died without a word. */
export const processGone = 'process gone';

/**
 * Whether the session's lease holds at this moment. On the same machine its process decides at once; where that cannot be
 * judged (another machine, another pid namespace) the last heartbeat does, for `leaseWithoutHeartbeatMs`. One that came by a hub
 * lives for its own time after its last sign of life, unless its machine says that its process is dead.
 */
export function leaseHolds(view: View, session: SessionRecord): boolean {
  if (session.endedAt !== null) return false;
  if (session.hub !== null) {
    const isGone = session.process !== null && view.processes.liveness(session.process) === 'dead';
    return !isGone && view.tx.now - session.heartbeatAt < session.hub.leaseMs;
  }
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
 * Ends a session and takes away everything that hangs from its lease: locks, places in queues, intents and sub-agents. Mail stays
 * for its return; that of a sub-agent goes to its parent, which is woken for it. Nothing is done twice. The caller passes the freed locks on (`passOn`) in
 * the same unit of work.
 */
export async function endLease(unit: Unit, { id }: Pick<SessionRecord, 'id'>, reason: string): Promise<void> {
  const { tx } = unit;
  // Whoever read it may have ended it since: as the sub-agent of another, or met twice.
  const session = await tx.get('session', id);
  if (!session || session.endedAt !== null) return;
  for (const child of await childrenOf(tx, session.id)) await endLease(unit, child, reason);
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
  const heir = session.parentSession;
  const isLeft = heir !== null && (await leaveMailTo(unit, session, heir));
  const data = { session: session.id, handle: session.handle, reason };
  tx.emit({ type: 'session.ended', audience: isLeft ? [heir] : [], data });
}

/** A session's living sub-agents, as the store has them. */
export function childrenOf(tx: Reader, session: string): Promise<SessionRecord[]> {
  return tx.list('session', 'child', { equals: session }, childrenPage);
}

/** A session's sub-agents that have ended and are remembered, the last one first. */
export function formerChildrenOf(tx: Reader, session: string, limit: number): Promise<SessionRecord[]> {
  return tx.list('session', 'formerChild', { prefix: inOrder(session) }, { limit, reverse: true });
}

const childrenPage = { limit: limits.childrenPerSession };

/** The read that `childrenOf` makes. */
export function childrenAsk(session: string): Ask {
  return { kind: 'session', index: 'child', range: { equals: session }, page: childrenPage };
}

/** Hangs a session's life from another process, and with it that of its sub-agents. Returns the session as stored. */
export async function hangFrom(
  { tx }: Pick<Unit, 'tx'>,
  session: SessionRecord,
  lease: Pick<SessionRecord, 'process' | 'host'> & Partial<SessionRecord>,
): Promise<SessionRecord> {
  const { process, host } = lease;
  for (const child of await childrenOf(tx, session.id)) tx.put('session', { ...child, process, host });
  const served = { ...session, ...lease };
  tx.put('session', served);
  return served;
}

/** Gives what a session has not read to another, which had its own copy perhaps, or wrote it; whether it was anything new for that one. */
export async function leaveMailTo({ tx }: Unit, session: SessionRecord, heir: string): Promise<boolean> {
  const unread = await tx.list('delivery', 'unread', { equals: session.id }, { limit: limits.unreadPerSession * 2 });
  let isNews = false;
  for (const delivery of unread) {
    if ((await tx.get('message', delivery.message))?.from === heir) continue;
    tx.delete('delivery', delivery.id);
    const id = `${heir}/${delivery.id.slice(delivery.id.indexOf('/') + 1)}`;
    if (await tx.get('delivery', id)) continue;
    isNews = true;
    const inherited: DeliveryRecord = {
      ...delivery,
      id,
      session: heir,
      state: 'queued',
      path: null,
      deliveredAt: null,
    };
    tx.put('delivery', inherited);
  }
  return isNews;
}

/** A session whose process died may return, and believes that it still stands in line. */
function tellLostPlaces(unit: Unit, session: SessionRecord, waiters: readonly WaiterRecord[], reason: string): void {
  const kept = waiters.filter(waiter => waiter.process === null);
  if (reason !== processGone || session.parentSession !== null || kept.length === 0) return;
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
