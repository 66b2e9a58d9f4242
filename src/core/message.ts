/**
 * Sending messages: accepted means stored for every recipient. Order is the event sequence, never the clock. Who gets it is in
 * `address.ts`, what becomes of it at each recipient in `delivery.ts`.
 */
import { putAcknowledged } from './acknowledgement.ts';
import { type Addressed, addressAsks, resolveAddresses } from './address.ts';
import { type Answered, addressesOfAnswer, answerAsks, answeredMessage } from './answer.ts';
import { noteSpoken } from './conversation.ts';
import { refuseLoop } from './damper.ts';
import { deliver, type Recipient, recipientsOf } from './delivery.ts';
import { SignalboxError } from './errors.ts';
import { refuseFull } from './inbox.ts';
import { limits } from './limits.ts';
import { boundedFacts, type PersonaFacts } from './persona-record.ts';
import type { Ask, Reader } from './ports.ts';
import { type MessageRecord, ordered, type Priority, type SessionRecord } from './records.ts';
import { byteLength, cleanLine, cleanText } from './text.ts';
import type { Unit } from './unit.ts';

const minuteMs = 60_000;

export interface Draft {
  /** Empty only for an answer, which then goes where `addressesOfAnswer` says. */
  readonly to: readonly string[];
  readonly body: string;
  readonly priority: Priority;
  readonly replyTo: string | null;
  readonly wantsAck?: boolean;
  readonly tags: readonly string[];
  readonly key: string | null;
  /** As `MessageRecord.said`, `limits.personaFactsBytes` at most. */
  readonly said?: PersonaFacts;
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
 * Stores a message for all its recipients in one unit of work and wakes them; an answer acknowledges what it answers. The same
 * `key` from the same sender sends once: a repeat returns what the first one did. Errors: `not_found` for an unknown recipient
 * or answered message (nothing is sent to anybody), `limit_exceeded` for size, rate, a full inbox and a loop, `conflict` for a key
 * that was used for another text, `invalid_input` for an empty body, no recipient, or an answer to a notice.
 */
export async function send(unit: Unit, sender: SessionRecord, draft: Draft): Promise<Sent> {
  const { tx } = unit;
  const body = checkedBody(draft.body);
  const tags = draft.tags.map(tag => cleanLine(tag, 'a tag', limits.tagCharacters)).filter(tag => tag !== '');
  const earlier = draft.key === null ? undefined : await sentBefore(tx, sender, draft.key);
  if (earlier) return repeated(unit, earlier, body.text, draft.to);
  const answered = draft.replyTo === null ? null : await answeredMessage(unit, sender, draft.replyTo);
  const { sessions, conversation } = await addressees(unit, sender, draft.to, answered);
  await Promise.all([
    checkRate(tx, sender),
    refuseLoop(tx, sender, {
      conversation,
      recipients: sessions,
      body: body.text,
      key: draft.key,
      answered: answered?.message ?? null,
    }),
    conversation === 'direct' ? refuseFull(tx, sessions) : undefined,
  ]);
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
    to: draft.to.length > 0 ? draft.to : spelled(sessions, conversation),
    recipients: conversation === 'direct' ? sessions.map(session => session.id) : [],
    conversation,
    body: body.text,
    priority: draft.priority,
    replyTo: draft.replyTo,
    thread: answered?.message.thread ?? `m${sequence}`,
    wantsAck: draft.wantsAck ?? false,
    tags,
    key: draft.key,
    at: tx.now,
    said: draft.said ? boundedFacts(draft.said) : null,
  };
  tx.put('message', message);
  if (answered?.delivery) putAcknowledged(unit, answered.delivery, null);
  const recipients = sessions.map(session => deliver(unit, session, message));
  await noteSpoken(unit, conversation);
  return { message, recipients, repeated: false, cleaned: body.changed };
}

/** The reads that sending a draft will probably make. */
export function sendAsks(sender: string, { to, key, replyTo }: Draft): Ask[] {
  const page = { limit: 1 };
  return [
    ...(key === null
      ? []
      : [{ kind: 'message', index: 'key', range: { equals: `${sender}/${key}` }, page } satisfies Ask]),
    ...(replyTo === null ? [] : answerAsks(sender, replyTo)),
    ...addressAsks(to),
  ];
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

async function repeated(unit: Unit, message: MessageRecord, body: string, to: readonly string[]): Promise<Sent> {
  const isElsewhere = to.length > 0 && [...to].sort().join(' ') !== [...message.to].sort().join(' ');
  if (message.body !== body || isElsewhere) {
    throw new SignalboxError(
      'conflict',
      `The key "${message.key}" was already used for message ${message.id} with ${isElsewhere ? 'other recipients' : 'another text'}.`,
      'Use a new key for a new message; repeat a key only to retry the same call.',
    );
  }
  return { message, recipients: await recipientsOf(unit, message), repeated: true, cleaned: false };
}

/**
 * Who gets it: those addressed, else whom an answer goes to by itself. An answer to a channel also goes to the one it answers, who
 * may be the operator, whom no channel reaches.
 */
async function addressees(
  unit: Unit,
  sender: SessionRecord,
  to: readonly string[],
  answered: Answered | null,
): Promise<Addressed> {
  if (to.length > 0) return resolveAddresses(unit, sender, to);
  if (answered === null) {
    throw new SignalboxError(
      'invalid_input',
      'to is missing: the message has no recipient.',
      'Name handles, group:x, #general or all; only an answer (replyTo) goes to the sender by itself.',
    );
  }
  const { message } = answered;
  const { sessions, conversation } = await resolveAddresses(unit, sender, addressesOfAnswer(sender, message));
  const isMissing = message.from !== sender.id && sessions.every(session => session.id !== message.from);
  const author = conversation.startsWith('#') && isMissing ? await unit.tx.get('session', message.from) : undefined;
  return { sessions: author ? [...sessions, author] : sessions, conversation };
}

/** Addresses as somebody would have written them. */
function spelled(sessions: readonly SessionRecord[], conversation: string): string[] {
  return conversation === 'direct' ? sessions.map(session => session.handle) : [conversation];
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
