/** Answers: what may be answered, where an answer goes by itself, and which messages answer another. */
import { isConversationId } from './conversation.ts';
import { deliveryOf } from './delivery.ts';
import { SignalboxError } from './errors.ts';
import type { InboxItem } from './inbox.ts';
import { limits } from './limits.ts';
import { noticeSender } from './notice.ts';
import type { Ask } from './ports.ts';
import { type DeliveryRecord, inOrder, type MessageRecord, ordered, type SessionRecord } from './records.ts';
import type { View } from './unit.ts';

export interface Answered {
  readonly message: MessageRecord;
  /** How the one who answers got it; undefined for its own message. */
  readonly delivery: DeliveryRecord | undefined;
}

/** The message behind `replyTo`. `not_found` for one the session has neither sent nor got, `invalid_input` for a notice. */
export async function answeredMessage(view: View, session: SessionRecord, id: string): Promise<Answered> {
  const message = await view.tx.get('message', id);
  const delivery = message && (await deliveryOf(view, session.id, message));
  if (!message || (!delivery && message.from !== session.id)) {
    throw new SignalboxError(
      'not_found',
      `There is no message ${id.slice(0, limits.handleCharacters)} of yours or to you.`,
      'Use an id that message_read showed, or leave replyTo out.',
    );
  }
  if (message.from === noticeSender) {
    throw new SignalboxError(
      'invalid_input',
      `${message.id} is a notice of Signalbox, and nobody reads an answer to it.`,
      'Write to the session that it names, without replyTo.',
    );
  }
  return { message, delivery };
}

/** The reads of `answeredMessage`. */
export function answerAsks(session: string, id: string): Ask[] {
  const [, digits] = /^m(\d{1,15})$/.exec(id) ?? [];
  if (digits === undefined) return [];
  return [
    { kind: 'message', id },
    { kind: 'delivery', id: `${session}/${ordered(Number(digits))}` },
  ];
}

/**
 * Where an answer goes that names nobody: to the channel or group conversation of what it answers, else to the sender; and from
 * the sender itself to those it wrote to. What went to all is answered to its sender alone: few want to hear every answer.
 */
export function addressesOfAnswer(session: SessionRecord, { conversation, from, recipients }: MessageRecord): string[] {
  if (conversation.startsWith('#') || isConversationId(conversation)) return [conversation];
  if (from !== session.id) return [from];
  return conversation === 'direct' ? [...recipients] : [conversation];
}

/**
 * The answers to a message that have come to its sender, oldest first, read or not: what answers it or stands later in its thread,
 * and was written by somebody who got it.
 */
export async function answersTo(view: View, asker: string, message: MessageRecord): Promise<InboxItem[]> {
  const range = { from: inOrder(message.thread, message.sequence + 1), below: inOrder(message.thread, lastSequence) };
  const later = await view.tx.list('message', 'thread', range, { limit: limits.messagesReadDefault });
  const items = await Promise.all(
    later.map(async answer => {
      const [delivery, asked] = await Promise.all([
        deliveryOf(view, asker, answer),
        deliveryOf(view, answer.from, message),
      ]);
      return delivery && asked ? [{ message: answer, delivery }] : [];
    }),
  );
  return items.flat();
}

const lastSequence = 999_999_999_999_999;
