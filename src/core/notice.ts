/** What Signalbox itself tells a session: it comes to the inbox as any message does, from `signalbox`, in the conversation `notice`. */
import { type DeliveryRecord, type MessageRecord, ordered, type Priority } from './records.ts';
import { cleanText } from './text.ts';
import type { Unit } from './unit.ts';

/** The sender of notices; no session can have this handle. */
export const noticeSender = 'signalbox';

/**
 * Stores a notice for sessions, in the unit that makes it true, and wakes them after the commit. It is delivered, shown again
 * and kept like a message; it cannot be answered. Words of peers in it (reasons, names) must be quoted by the caller.
 */
export function notify(unit: Unit, sessions: readonly string[], body: string, priority: Priority = 'high'): void {
  const { tx } = unit;
  if (sessions.length === 0) return;
  const sequence = tx.emit({ type: 'notice.sent', audience: sessions, data: { priority } });
  const id = `m${sequence}`;
  const message: MessageRecord = {
    id,
    sequence,
    from: noticeSender,
    fromHandle: noticeSender,
    to: [],
    recipients: [...sessions],
    conversation: 'notice',
    body: cleanText(body).text,
    priority,
    replyTo: null,
    thread: id,
    wantsAck: false,
    said: null,
    tags: [],
    key: null,
    at: tx.now,
  };
  tx.put('message', message);
  for (const session of sessions) tx.put('delivery', newDelivery(session, message));
}

/** A delivery as it begins. */
export function newDelivery(session: string, message: MessageRecord): DeliveryRecord {
  return {
    id: `${session}/${ordered(message.sequence)}`,
    session,
    message: message.id,
    state: 'queued',
    path: null,
    wantsAck: message.wantsAck,
    deliveredAt: null,
    readAt: null,
    acknowledgedAt: null,
  };
}
