/** What the tools that show messages to their recipient share: taking them out of the inbox so that none is lost on the way. */
import { channels } from '../core/address.ts';
import { isConversationId } from '../core/conversation.ts';
import { confirm, handOver, isUnread } from '../core/delivery.ts';
import { SignalboxError } from '../core/errors.ts';
import { type InboxFilter, type InboxItem, lookInto, unreadCount } from '../core/inbox.ts';
import { limits } from '../core/limits.ts';
import type { ToolContext } from './define-tool.ts';
import type { Me } from './participant.ts';
import { type MessageShape, noteFor, shownMessage } from './shapes.ts';

export interface Taken {
  readonly messages: MessageShape[];
  readonly unread: number;
  readonly note?: string;
}

/**
 * Takes what a filter lets through: `delivered` in the store first, `read` only once the answer is out. If the client vanishes
 * in between they are shown again, marked `again`.
 */
export async function take(context: ToolContext, filter: InboxFilter): Promise<Taken> {
  const { items, unread, me } = await context.caller.transact(async (unit, session) => {
    const found = await lookInto(unit.tx, session, filter);
    handOver(unit, found, context.path);
    return { items: found, unread: await unreadCount(unit.tx, session), me: session };
  });
  return shownItems(items, unread - confirmAfterAnswer(context, me, items));
}

/** Has messages that were handed over marked as read once the answer that shows them is out; how many were unread. */
export function confirmAfterAnswer(context: ToolContext, me: Me, items: readonly InboxItem[]): number {
  const fresh = items.filter(({ delivery }) => isUnread(delivery)).map(({ message }) => message.sequence);
  if (fresh.length > 0) {
    context.afterAnswer(() => context.caller.transact(unit => confirm(unit, me.id, fresh)));
  }
  return fresh.length;
}

export function shownItems(items: readonly InboxItem[], unread: number): Taken {
  const messages = items.map(shownItem);
  const note = noteFor(messages);
  return { messages, unread, ...(note ? { note } : {}) };
}

export function shownItem({ message, delivery }: InboxItem): MessageShape {
  const owesAck = delivery.wantsAck && delivery.state !== 'acknowledged';
  return shownMessage(message, delivery.state !== 'queued', owesAck);
}

/** A conversation as a filter takes it; `invalid_input` for one that cannot exist. */
export function conversationFilter(raw: string | undefined): string | null {
  if (raw === undefined) return null;
  const named = ['direct', 'all', 'notice', ...channels.map(channel => `#${channel}`)];
  if (named.includes(raw) || isConversationId(raw)) return raw;
  throw new SignalboxError(
    'invalid_input',
    `There is no conversation "${raw.slice(0, limits.handleCharacters)}".`,
    `Conversations are ${named.join(', ')} and ids of group conversations such as c12; for one sender use from.`,
  );
}
