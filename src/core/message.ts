/**
 * Messages: accepted means stored for every recipient. Order is the event sequence, never the clock. A delivery is `queued`
 * until a path hands it over, `delivered` until that is confirmed, then `read`; a crash in between shows it again (at least once).
 */
import { SignalboxError } from './errors.ts';
import { operatorHandle } from './handles.ts';
import { leaseHolds } from './lease.ts';
import { limits } from './limits.ts';
import { newDelivery } from './notice.ts';
import type { Reader } from './ports.ts';
import { findOrFail, lookAround, operator } from './presence.ts';
import { type DeliveryRecord, type MessageRecord, ordered, type Priority, type SessionRecord } from './records.ts';
import { byteLength, cleanLine, cleanText } from './text.ts';
import type { Unit, View } from './unit.ts';

export const channels = ['general', 'coordination', 'ideas', 'alerts', 'git'] as const;
export const priorities = ['low', 'normal', 'high', 'urgent'] as const;

const hourMs = 3_600_000;
const minuteMs = 60_000;

export interface Draft {
  readonly to: readonly string[];
  readonly body: string;
  readonly priority: Priority;
  readonly replyTo: string | null;
  readonly tags: readonly string[];
  readonly key: string | null;
}

export interface Recipient {
  readonly session: SessionRecord;
  readonly delivery: DeliveryRecord;
  /** False for a session that has ended: the message waits for its return. */
  readonly reachable: boolean;
}

export interface Sent {
  readonly message: MessageRecord;
  readonly recipients: readonly Recipient[];
  /** True when this `key` was used before and nothing was sent again. */
  readonly repeated: boolean;
  /** True when control characters or wrapper tags were taken out of the body. */
  readonly cleaned: boolean;
}

/**
 * Stores a message for all its recipients in one unit of work and wakes them. The same `key` from the same sender sends once:
 * a repeat returns what the first one did. Errors: `not_found` for an unknown recipient (nothing is sent to anybody),
 * `limit_exceeded` for size and rate, `conflict` for a key that was used for another text.
 */
export async function send(unit: Unit, sender: SessionRecord, draft: Draft): Promise<Sent> {
  const { tx } = unit;
  const body = checkedBody(draft.body);
  const tags = draft.tags.map(tag => cleanLine(tag, 'a tag', limits.tagCharacters)).filter(tag => tag !== '');
  const earlier = draft.key === null ? undefined : await sentBefore(tx, sender, draft.key);
  if (earlier) return repeated(unit, earlier, body.text);
  await checkRate(tx, sender);
  const answered = draft.replyTo === null ? undefined : await tx.get('message', draft.replyTo);
  if (draft.replyTo !== null && !answered) {
    throw new SignalboxError(
      'not_found',
      `There is no message ${draft.replyTo}.`,
      'Use an id that message_read showed, or leave replyTo out.',
    );
  }
  const { sessions, conversation } = await resolveAddresses(unit, sender, draft.to);
  const sequence = tx.emit({
    type: 'message.sent',
    audience: sessions.map(session => session.id),
    data: { from: sender.id, conversation, priority: draft.priority },
  });
  const message: MessageRecord = {
    id: `m${sequence}`,
    sequence,
    from: sender.id,
    fromHandle: sender.handle,
    to: draft.to,
    recipients: conversation === 'direct' ? sessions.map(session => session.id) : [],
    conversation,
    body: body.text,
    priority: draft.priority,
    replyTo: draft.replyTo,
    thread: answered?.thread ?? `m${sequence}`,
    wantsAck: false,
    tags,
    key: draft.key,
    at: tx.now,
  };
  tx.put('message', message);
  const recipients = sessions.map(session => deliver(unit, session, message));
  return { message, recipients, repeated: false, cleaned: body.changed };
}

function checkedBody(raw: string): { text: string; changed: boolean } {
  const bytes = byteLength(raw);
  if (bytes > limits.messageBodyBytes) {
    throw new SignalboxError(
      'limit_exceeded',
      `The body is ${bytes} bytes; the limit is ${limits.messageBodyBytes}.`,
      'Put the long text into a file of the project and send its path with a summary.',
    );
  }
  const body = cleanText(raw);
  if (body.text.trim() === '') {
    throw new SignalboxError(
      'invalid_input',
      'The body is empty.',
      'Say something: body is the text the recipients read.',
    );
  }
  return body;
}

async function sentBefore(tx: Reader, sender: SessionRecord, key: string): Promise<MessageRecord | undefined> {
  const [message] = await tx.list('message', 'key', { equals: `${sender.id}/${key}` }, { limit: 1 });
  return message;
}

async function repeated(unit: Unit, message: MessageRecord, body: string): Promise<Sent> {
  if (message.body !== body) {
    throw new SignalboxError(
      'conflict',
      `The key "${message.key}" was already used for message ${message.id} with another text.`,
      'Use a new key for a new message; repeat a key only to retry the same call.',
    );
  }
  return { message, recipients: await recipientsOf(unit, message), repeated: true, cleaned: false };
}

/** The present state of a message at each of its recipients. */
export async function recipientsOf(view: View, message: MessageRecord): Promise<Recipient[]> {
  const { tx } = view;
  const deliveries = await tx.list('delivery', 'message', { equals: message.id }, { limit: limits.sessionsPerProject });
  const sessions = await Promise.all(deliveries.map(delivery => tx.get('session', delivery.session)));
  return deliveries.flatMap((delivery, index) => {
    const session = sessions[index];
    return session ? [{ session, delivery, reachable: leaseHolds(view, session) }] : [];
  });
}

async function checkRate(tx: Reader, sender: SessionRecord): Promise<void> {
  const since = `${sender.id}/${ordered(Math.max(0, tx.now - minuteMs))}`;
  const recent = await tx.count('message', 'sender', { from: since, below: `${sender.id}/~` });
  if (recent < limits.messagesPerMinute) return;
  throw new SignalboxError(
    'limit_exceeded',
    `You sent ${recent} messages within a minute; the limit is ${limits.messagesPerMinute}.`,
    'Wait a minute, and put several points into one message.',
  );
}

interface Addressed {
  readonly sessions: SessionRecord[];
  readonly conversation: string;
}

/** Resolves every address or fails; the sender never is among the recipients. */
async function resolveAddresses(unit: Unit, sender: SessionRecord, addresses: readonly string[]): Promise<Addressed> {
  const broadcast = addresses.find(address => address === 'all' || address.startsWith('#'));
  if (broadcast !== undefined && addresses.length > 1) {
    throw new SignalboxError(
      'invalid_input',
      `"${broadcast}" cannot be combined with other addresses.`,
      'Send it as a message of its own.',
    );
  }
  const found = new Map<string, SessionRecord>();
  for (const address of addresses) {
    for (const session of await addressed(unit, address)) found.set(session.id, session);
  }
  found.delete(sender.id);
  if (broadcast === undefined && found.size === 0) {
    throw new SignalboxError(
      'invalid_input',
      'The only recipient is you.',
      'Address another session; session_list shows who is here.',
    );
  }
  return { sessions: [...found.values()], conversation: broadcast ?? 'direct' };
}

async function addressed(unit: Unit, address: string): Promise<readonly SessionRecord[]> {
  if (address === 'all') return (await lookAround(unit)).live;
  if (address.startsWith('#')) return knownChannel(address) && (await lookAround(unit)).live;
  if (address.startsWith('group:')) return groupMembers(address, (await lookAround(unit)).live);
  if (address === operatorHandle) return [await operator(unit)];
  return [await findOrFail(unit, address)];
}

function knownChannel(address: string): true {
  if (channels.some(channel => address === `#${channel}`)) return true;
  throw new SignalboxError(
    'not_found',
    `There is no channel "${address.slice(0, limits.handleCharacters)}".`,
    `The channels are ${channels.map(channel => `#${channel}`).join(', ')}.`,
  );
}

function groupMembers(address: string, agents: readonly SessionRecord[]): SessionRecord[] {
  const group = address.slice('group:'.length).toLowerCase();
  const members = agents.filter(session => session.group === group);
  if (members.length > 0) return members;
  const groups = [...new Set(agents.flatMap(session => (session.group ? [`group:${session.group}`] : [])))].sort();
  throw new SignalboxError(
    'not_found',
    `Nobody is in "${address.slice(0, limits.handleCharacters)}".`,
    groups.length > 0
      ? `Groups here: ${groups.join(', ')}.`
      : 'No session has joined a group; session_update sets one.',
  );
}

function deliver(unit: Unit, session: SessionRecord, message: MessageRecord): Recipient {
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

export interface InboxFilter {
  /** `direct`, `all` or `#channel`. */
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

/** Marks items as handed over by a path. They stay unread until `confirm`, so that a crash on the way shows them again. */
export function handOver(unit: Unit, items: readonly InboxItem[], path: string): void {
  for (const { delivery } of items) {
    if (delivery.state !== 'queued') continue;
    unit.tx.put('delivery', { ...delivery, state: 'delivered', path, deliveredAt: unit.tx.now });
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
