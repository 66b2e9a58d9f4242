/**
 * Deliveries: one message for one recipient. `queued` until a path hands it over, `delivered` until that is confirmed, then
 * `read`, and `acknowledged` when its recipient says so; a crash in between shows it again (at least once).
 */
import { leaseHolds } from './lease.ts';
import { limits } from './limits.ts';
import { newDelivery } from './notice.ts';
import { type DeliveryRecord, type MessageRecord, ordered, type SessionRecord } from './records.ts';
import type { Unit, View } from './unit.ts';

const hourMs = 3_600_000;

export interface Recipient {
  readonly session: SessionRecord;
  readonly delivery: DeliveryRecord;
  /** False for a session that has ended: the message waits for its return. */
  readonly reachable: boolean;
}

/** Gives a message to a session, in the unit that stores the message or lets the session join. */
export function deliver(unit: Unit, session: SessionRecord, message: MessageRecord): Recipient {
  const delivery = newDelivery(session.id, message);
  unit.tx.put('delivery', delivery);
  return { session, delivery, reachable: leaseHolds(unit, session) };
}

/**
 * Gives a session that joins (or returns) the channel and `all` messages of the last hours that it has not got yet. Nothing is
 * concluded from when it went: its process may have died long before anybody noticed.
 */
export async function deliverBroadcasts(unit: Unit, session: SessionRecord): Promise<void> {
  const { tx } = unit;
  const since = Math.max(tx.now - limits.broadcastKeptHours * hourMs, 0);
  const range = { from: ordered(since), below: '~' };
  const recent = await tx.list('message', 'broadcast', range, { limit: limits.broadcastsForJoiner, reverse: true });
  for (const message of recent) {
    const known = await tx.get('delivery', `${session.id}/${ordered(message.sequence)}`);
    if (!known && message.from !== session.id) deliver(unit, session, message);
  }
}

/** The delivery of a message to a session; undefined when it got none. */
export function deliveryOf(view: View, session: string, message: MessageRecord): Promise<DeliveryRecord | undefined> {
  return view.tx.get('delivery', `${session}/${ordered(message.sequence)}`);
}

/** The present state of a message at each of its recipients, or at the first ones. */
export async function recipientsOf(
  view: View,
  message: MessageRecord,
  limit: number = limits.sessionsPerProject,
): Promise<Recipient[]> {
  const { tx } = view;
  const deliveries = await tx.list('delivery', 'message', { equals: message.id }, { limit });
  const sessions = await Promise.all(deliveries.map(delivery => tx.get('session', delivery.session)));
  return deliveries.flatMap((delivery, index) => {
    const session = sessions[index];
    return session ? [{ session, delivery, reachable: leaseHolds(view, session) }] : [];
  });
}

/** Whether a delivery still lies in the inbox. */
export function isUnread(delivery: DeliveryRecord): boolean {
  return delivery.state === 'queued' || delivery.state === 'delivered';
}

/** Marks deliveries as handed over by a path. They stay unread until `confirm`, so that a crash on the way shows them again. */
export function handOver(
  { tx }: Pick<Unit, 'tx'>,
  items: readonly { readonly delivery: DeliveryRecord }[],
  path: string,
): void {
  for (const { delivery } of items) {
    if (delivery.state !== 'queued') continue;
    tx.put('delivery', { ...delivery, state: 'delivered', path, deliveredAt: tx.now });
  }
}

/** Marks messages as read: the answer that showed them has reached the client. Repeating it changes nothing. */
export async function confirm(unit: Unit, session: string, sequences: readonly number[]): Promise<void> {
  const { tx } = unit;
  const deliveries = await Promise.all(
    sequences.map(sequence => tx.get('delivery', `${session}/${ordered(sequence)}`)),
  );
  for (const delivery of deliveries) {
    if (delivery?.state === 'delivered') tx.put('delivery', { ...delivery, state: 'read', readAt: tx.now });
  }
}
