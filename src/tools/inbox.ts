/** What message_read and message_wait share: taking messages out of the inbox so that none is lost on the way. */
import { SignalboxError } from '../core/errors.ts';
import { limits } from '../core/limits.ts';
import {
  channels,
  confirm,
  handOver,
  type InboxFilter,
  type InboxItem,
  lookInto,
  unreadCount,
} from '../core/message.ts';
import type { ToolContext } from './define-tool.ts';
import { type MessageShape, peerNote, shownMessage } from './shapes.ts';

export interface Taken {
  readonly messages: MessageShape[];
  readonly unread: number;
  readonly note?: string;
}

/**
 * Hands messages over: `delivered` in the store first, `read` only once the answer is out. If the client vanishes in
 * between they are shown again, marked `again`.
 */
export async function take(context: ToolContext, filter: InboxFilter): Promise<Taken> {
  const { items, unread, me } = await context.caller.transact(async (unit, session) => {
    const found = await lookInto(unit.tx, session, filter);
    handOver(unit, found, context.path);
    return { items: found, unread: await unreadCount(unit.tx, session), me: session.id };
  });
  const fresh = items.filter(({ delivery }) => isUnread(delivery.state));
  if (fresh.length > 0) {
    const sequences = fresh.map(({ message }) => message.sequence);
    context.afterAnswer(() => context.caller.transact(unit => confirm(unit, me, sequences)));
  }
  return shownItems(items, unread - fresh.length);
}

export function shownItems(items: readonly InboxItem[], unread: number): Taken {
  const messages = items.map(({ message, delivery }) => shownMessage(message, delivery.state !== 'queued'));
  return { messages, unread, ...(messages.length > 0 ? { note: peerNote } : {}) };
}

function isUnread(state: string): boolean {
  return state === 'queued' || state === 'delivered';
}

/** A conversation as a filter takes it; `invalid_input` for one that does not exist. */
export function conversationFilter(raw: string | undefined): string | null {
  if (raw === undefined) return null;
  if (raw === 'all' || raw === 'direct' || channels.some(channel => raw === `#${channel}`)) return raw;
  throw new SignalboxError(
    'invalid_input',
    `There is no conversation "${raw.slice(0, limits.handleCharacters)}".`,
    `Conversations are direct, all, ${channels.map(channel => `#${channel}`).join(', ')}; for one sender use from.`,
  );
}
