/** What was said in a conversation, as one who may see it reads it again. Reading marks nothing. */
import { knownChannel } from './address.ts';
import { conversationOf, isConversationId, isMember } from './conversation.ts';
import { deliveryOf } from './delivery.ts';
import { SignalboxError } from './errors.ts';
import { limits } from './limits.ts';
import { findOrFail } from './presence.ts';
import { inOrder, isBroadcast, type MessageRecord, pairOf, type SessionRecord } from './records.ts';
import { byteLength } from './text.ts';
import type { View } from './unit.ts';

/** Where the messages of a conversation stand, found for a session that may see them. */
export interface History {
  /** `direct:handle`, `c12`, `#channel`, `all`, or the id of the message that a thread began with. */
  readonly id: string;
  readonly index: 'history' | 'thread';
  readonly name: string;
}

/**
 * The history that a session means by `c12`, `#channel`, `all`, a handle, `direct:handle`, or `m12` (the thread of that message).
 * `not_found` for what does not exist or is none of its business.
 */
export async function historyOf(view: View, me: SessionRecord, raw: string): Promise<History> {
  const text = raw.trim();
  if (text === 'all' || (text.startsWith('#') && knownChannel(text))) return whole(text);
  if (isConversationId(text)) return whole((await conversationOf(view, me, text)).id);
  if (isMessageId(text)) return threadOf(view, me, text);
  const peer = await findOrFail(view, text.replace(/^direct:/, ''));
  return { id: `direct:${peer.handle}`, index: 'history', name: pairOf(me.id, peer.id) };
}

function whole(id: string): History {
  return { id, index: 'history', name: id };
}

async function threadOf(view: View, me: SessionRecord, id: string): Promise<History> {
  const message = await view.tx.get('message', id);
  if (message && (await maySee(view, me, message))) {
    return { id: message.thread, index: 'thread', name: message.thread };
  }
  throw new SignalboxError(
    'not_found',
    `There is no message ${id} that you may see.`,
    'Use an id that message_read, message_search or conversation_history showed.',
  );
}

/** Whether a session may see a message: it sent it or got it, everybody did, or it is a member of the group. Notices are in no history. */
export async function maySee(view: View, me: SessionRecord, message: MessageRecord): Promise<boolean> {
  const known = maySeeByItself(me, message);
  if (known !== undefined) return known;
  const { conversation } = message;
  const group = isConversationId(conversation) ? await view.tx.get('conversation', conversation) : undefined;
  if (group && isMember(group, me)) return true;
  return (await deliveryOf(view, me.id, message)) !== undefined;
}

/** The same as far as the message itself tells it; undefined when the store has to be asked. */
export function maySeeByItself(me: SessionRecord, message: MessageRecord): boolean | undefined {
  const { conversation, from, recipients } = message;
  if (conversation === 'notice') return false;
  if (from === me.id || isBroadcast(conversation) || recipients.includes(me.id)) return true;
  // Of a message of the first version only its deliveries tell whom it went to.
  return conversation === 'direct' && recipients.length > 0 ? false : undefined;
}

export interface HistoryPage {
  /** Oldest first. */
  readonly messages: readonly MessageRecord[];
  /** Id before which older ones are found; null when there are none. */
  readonly before: string | null;
}

/**
 * The newest messages of a history before a message, at most `limit` of them and together at most `limits.historyAnswerBytes`
 * (one at least). A thread has holes where messages are none of the session's business.
 */
export async function pageOf(
  view: View,
  me: SessionRecord,
  history: History,
  before: string | null,
  limit: number,
): Promise<HistoryPage> {
  const end = before === null ? view.tx.sequence + 1 : sequenceOf(before);
  const { found, below } = await newest(view, me, history, end, limit);
  const chosen = fitting(found.slice(0, limit));
  const oldest = chosen.at(-1);
  const next = chosen.length < found.length ? oldest?.id : below === null ? undefined : `m${below}`;
  return { messages: chosen.reverse(), before: next ?? null };
}

interface Newest {
  /** Newest first, one more than was asked for if there is one. */
  readonly found: readonly MessageRecord[];
  /** Where looking ended before all was looked at; null when there is no more. */
  readonly below: number | null;
}

async function newest(view: View, me: SessionRecord, history: History, end: number, limit: number): Promise<Newest> {
  const { index, name } = history;
  const found: MessageRecord[] = [];
  let below = end;
  for (let pages = 0; pages < limits.historyPages; pages++) {
    const range = { from: inOrder(name), below: inOrder(name, below) };
    const page = await view.tx.list('message', index, range, { limit: limit + 1, reverse: true });
    found.push(...(index === 'thread' ? await visible(view, me, page) : page));
    if (page.length <= limit) {
      if (index === 'thread') found.push(...(await beginning(view, me, name, end)));
      return { found, below: null };
    }
    below = page.at(-1)?.sequence ?? 0;
    if (found.length > limit) break;
  }
  return { found, below };
}

async function visible(view: View, me: SessionRecord, messages: readonly MessageRecord[]): Promise<MessageRecord[]> {
  const may = await Promise.all(messages.map(message => maySee(view, me, message)));
  return messages.filter((_message, position) => may[position]);
}

/** The message that a thread began with: the index holds the answers only. */
async function beginning(view: View, me: SessionRecord, id: string, end: number): Promise<MessageRecord[]> {
  const message = await view.tx.get('message', id);
  return message && message.sequence < end ? visible(view, me, [message]) : [];
}

function fitting(messages: readonly MessageRecord[]): MessageRecord[] {
  let bytes = 0;
  const beyond = messages.findIndex(({ body }, position) => {
    bytes += byteLength(body);
    return position > 0 && bytes > limits.historyAnswerBytes;
  });
  return beyond < 0 ? [...messages] : messages.slice(0, beyond);
}

function isMessageId(text: string): boolean {
  return /^m\d{1,15}$/.test(text);
}

function sequenceOf(id: string): number {
  const text = id.trim();
  if (isMessageId(text)) return Number(text.slice(1));
  throw new SignalboxError(
    'invalid_input',
    `"${id.slice(0, limits.handleCharacters)}" is not the id of a message.`,
    'before takes an id such as m12; leave it out for the newest messages.',
  );
}
