/** Messages as vocabularies with channels see them: every message is of one channel, and stays unread until its recipient says otherwise. */
import { channels } from './address.ts';
import { confirm, deliveryOf, handOver, isUnread } from './delivery.ts';
import type { InboxItem } from './inbox.ts';
import { limits } from './limits.ts';
import type { Reader } from './ports.ts';
import type { MessageRecord, SessionRecord } from './records.ts';
import type { Unit } from './unit.ts';

export type Channel = (typeof channels)[number];

/** The channel that a message went to, or that its sender named with it; what named none is general. */
export function channelOf({ said, conversation }: MessageRecord): Channel {
  return channels.find(channel => said?.channel === channel || conversation === `#${channel}`) ?? 'general';
}

/**
 * What a session has not read, the oldest first, of one channel or of all; notices too, which nobody tells it in another way. Of an inbox
 * with more than `limits.mailLooked` unread messages the oldest are looked at. Changes nothing.
 */
export async function unreadMail(
  tx: Reader,
  session: SessionRecord,
  channel: Channel | null,
  limit: number,
): Promise<InboxItem[]> {
  const deliveries = await tx.list('delivery', 'unread', { equals: session.id }, { limit: limits.mailLooked });
  const messages = await Promise.all(deliveries.map(({ message }) => tx.get('message', message)));
  const all = deliveries.flatMap((delivery, at): InboxItem[] => {
    const message = messages[at];
    if (!message) return [];
    return channel === null || channelOf(message) === channel ? [{ message, delivery }] : [];
  });
  return all.slice(0, limit);
}

export interface Marked {
  /** How many were unread until now. */
  readonly marked: number;
  /** Ids of what the session never got. */
  readonly unknown: readonly string[];
}

/** Marks messages as read because their recipient says that it has read them. Repeating it changes nothing. */
export async function markRead(unit: Unit, me: SessionRecord, ids: readonly string[], path: string): Promise<Marked> {
  const { tx } = unit;
  const named = await Promise.all(
    [...new Set(ids)].map(async id => {
      const message = await tx.get('message', id);
      const delivery = message && (await deliveryOf(unit, me.id, message));
      return { id, item: message && delivery ? { message, delivery } : null };
    }),
  );
  const items = named.flatMap(({ item }) => (item && isUnread(item.delivery) ? [item] : []));
  handOver(unit, items, path);
  await confirm(
    unit,
    me.id,
    items.map(({ message }) => message.sequence),
  );
  return { marked: items.length, unknown: named.flatMap(({ id, item }) => (item ? [] : [id])) };
}
