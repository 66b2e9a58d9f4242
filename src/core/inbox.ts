/** The inbox of a session: looking into it without changing anything, counting what is unread, and refusing what makes it overflow. */
import { SignalboxError } from './errors.ts';
import { limits } from './limits.ts';
import type { Reader } from './ports.ts';
import type { DeliveryRecord, MessageRecord, Priority, SessionRecord } from './records.ts';

export const priorities = ['low', 'normal', 'high', 'urgent'] as const;

export interface InboxFilter {
  /** As `MessageRecord.conversation`. */
  readonly conversation: string | null;
  /** Session id of the sender. */
  readonly from: string | null;
  readonly minPriority: Priority;
  readonly includeRead: boolean;
  readonly limit: number;
}

export interface InboxItem {
  readonly message: MessageRecord;
  readonly delivery: DeliveryRecord;
}

/** What no path has handed over to a session yet, oldest first. */
export async function lookForUndelivered(tx: Reader, session: SessionRecord): Promise<InboxItem[]> {
  const page = { limit: limits.messagesReadMax };
  const deliveries = await tx.list('delivery', 'queued', { equals: session.id }, page);
  const messages = await Promise.all(deliveries.map(delivery => tx.get('message', delivery.message)));
  return deliveries.flatMap((delivery, position) => {
    const message = messages[position];
    return message ? [{ message, delivery }] : [];
  });
}

/**
 * What an inbox holds under a filter, oldest first, without changing anything. With the read ones included it is the newest
 * that are wanted; among the unread nothing may be skipped. Looks on, page by page, until it has enough or there is no more.
 */
export async function lookInto(tx: Reader, session: SessionRecord, filter: InboxFilter): Promise<InboxItem[]> {
  const index = filter.includeRead ? 'inbox' : 'unread';
  const page = { limit: Math.max(filter.limit, limits.deliveriesPerPage), reverse: filter.includeRead };
  const found: InboxItem[] = [];
  let afterId: string | undefined;
  do {
    const range = afterId === undefined ? { equals: session.id } : { equals: session.id, afterId };
    const deliveries = await tx.list(
      'delivery',
      index,
      range,
      isPlain(filter) ? { ...page, limit: filter.limit } : page,
    );
    const messages = await Promise.all(deliveries.map(delivery => tx.get('message', delivery.message)));
    for (const [position, delivery] of deliveries.entries()) {
      const message = messages[position];
      if (message && matches(message, filter)) found.push({ message, delivery });
    }
    afterId = deliveries.length < page.limit ? undefined : deliveries.at(-1)?.id;
  } while (afterId !== undefined && found.length < filter.limit);
  const chosen = found.slice(0, filter.limit);
  return filter.includeRead ? chosen.reverse() : chosen;
}

/** A filter that lets everything through. */
function isPlain(filter: InboxFilter): boolean {
  return filter.conversation === null && filter.from === null && filter.minPriority === 'low';
}

function matches(message: MessageRecord, filter: InboxFilter): boolean {
  return (
    (filter.conversation === null || message.conversation === filter.conversation) &&
    (filter.from === null || message.from === filter.from) &&
    priorities.indexOf(message.priority) >= priorities.indexOf(filter.minPriority)
  );
}

/** How many messages a session has not taken out of its inbox. */
export function unreadCount(tx: Reader, session: SessionRecord): Promise<number> {
  return tx.count('delivery', 'unread', { equals: session.id });
}

/**
 * Refuses one more message to a session that has left `limits.unreadPerSession` unread: `limit_exceeded`, and nothing is sent to
 * anybody. Only for what is written to somebody: what goes into a conversation or to everybody is kept all the same, so that one
 * who is away neither misses it nor silences the others.
 */
export async function refuseFull(tx: Reader, recipients: readonly SessionRecord[]): Promise<void> {
  const full = await Promise.all(recipients.map(session => isFull(tx, session)));
  const who = recipients.filter((_, position) => full[position]).map(session => session.handle);
  if (who.length === 0) return;
  throw new SignalboxError(
    'limit_exceeded',
    `${who.join(', ')} ${who.length === 1 ? 'has' : 'have'} ${limits.unreadPerSession} unread messages, which is the limit; nothing was sent.`,
    'Leave them out and write to others, or wait until they have read; if it matters, tell the operator.',
  );
}

/** Counts only where there can be so many: every unread message has a number of its own, from the oldest one's to the newest. */
async function isFull(tx: Reader, session: SessionRecord): Promise<boolean> {
  const [oldest] = await tx.list('delivery', 'unread', { equals: session.id }, { limit: 1 });
  if (oldest === undefined || tx.sequence - sequenceOf(oldest) + 1 < limits.unreadPerSession) return false;
  return (await unreadCount(tx, session)) >= limits.unreadPerSession;
}

function sequenceOf(delivery: DeliveryRecord): number {
  return Number(delivery.id.slice(delivery.id.indexOf('/') + 1));
}
