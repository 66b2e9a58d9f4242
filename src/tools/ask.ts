/** Asking: after a message was sent, waiting for the first answer to it. */
import { answersTo } from '../core/answer.ts';
import { handOver, isUnread, type Recipient, recipientsOf } from '../core/delivery.ts';
import { type InboxItem, unreadCount } from '../core/inbox.ts';
import { leaseHolds } from '../core/lease.ts';
import { limits } from '../core/limits.ts';
import type { Sent } from '../core/message.ts';
import type { MessageRecord, SessionRecord } from '../core/records.ts';
import type { Unit, View } from '../core/unit.ts';
import { whileAway } from './away.ts';
import type { ToolContext } from './define-tool.ts';
import { confirmAfterAnswer, shownItem } from './inbox.ts';
import type { Me } from './participant.ts';
import { type MessageShape, noteFor } from './shapes.ts';
import { untilThere } from './waiting.ts';

export interface Answers {
  readonly answers: MessageShape[];
  readonly timedOut: boolean;
  /** As they stand at the end of the wait. */
  readonly recipients: readonly Recipient[];
  readonly notes: readonly string[];
}

interface Found {
  readonly items: readonly InboxItem[];
  readonly recipients: readonly Recipient[];
  readonly me: Me;
}

/**
 * Takes the answers to a message that are there, or waits for the first. Does not wait for nobody: where no recipient lives, or
 * none does any more, it says so at once. What a cancelled call would have shown stays in the inbox.
 */
export async function waitForAnswers(
  context: ToolContext,
  { message, recipients }: Sent,
  ms: number,
): Promise<Answers> {
  const asked = recipients.filter(({ reachable }) => reachable).map(({ session }) => session);
  const names = asked.slice(0, limits.handlesInError).map(({ handle }) => handle);
  const found = await untilThere<Found>(context, {
    ms,
    what: `waiting for an answer from ${names.join(', ')}`,
    look: () =>
      context.caller.read(
        async (view, me) => (await newAnswers(view, me, message)).length > 0 || !(await doesAnyLive(view, asked)),
      ),
    take: () => context.caller.transact((unit, me) => takeAnswers(unit, me, message, asked, context.path)),
  });
  if (!found) return atTheEnd(context, message, recipients);
  confirmAfterAnswer(context, found.me, found.items);
  const answers = found.items.map(shownItem);
  const note = answers.length > 0 ? noteFor(answers) : 'Not waited: nobody is here who could answer.';
  return { answers, timedOut: false, recipients: found.recipients, notes: note ? [note] : [] };
}

/** The answers that have not been read, else those that have: after a lost reply the same ones are shown again. */
async function newAnswers(view: View, me: Me, message: MessageRecord): Promise<readonly InboxItem[]> {
  const all = await answersTo(view, me.id, message);
  const fresh = all.filter(({ delivery }) => isUnread(delivery));
  return (fresh.length > 0 ? fresh : all).slice(0, limits.messagesReadDefault);
}

/** Whether one of them lives, or has come back: one after the other, because mostly the first does. */
async function doesAnyLive(view: View, sessions: readonly SessionRecord[]): Promise<boolean> {
  for (const { id } of sessions) {
    const session = await view.tx.get('session', id);
    if (session && leaseHolds(view, session)) return true;
  }
  return false;
}

async function takeAnswers(
  unit: Unit,
  me: Me,
  message: MessageRecord,
  asked: readonly SessionRecord[],
  path: ToolContext['path'],
): Promise<Found | undefined> {
  const items = await newAnswers(unit, me, message);
  if (items.length === 0 && (await doesAnyLive(unit, asked))) return undefined;
  handOver(unit, items, path);
  return { items, recipients: await recipientsOf(unit, message), me };
}

/** No answer came in time: how things stand now, as far as the store can be reached. */
async function atTheEnd(
  { caller, signal }: ToolContext,
  message: MessageRecord,
  asSent: readonly Recipient[],
): Promise<Answers> {
  const look = () =>
    caller.read(async (view, me) => ({
      recipients: await recipientsOf(view, message),
      unread: await unreadCount(view.tx, me),
    }));
  const now = signal.aborted ? undefined : await whileAway(look);
  const notes = [
    `No answer yet. It comes to your inbox${message.key === null ? '' : '; the same call with this key waits again'}.`,
    ...(now && now.unread > 0 ? [`You have ${now.unread} other unread: message_read.`] : []),
  ];
  return { answers: [], timedOut: true, recipients: now?.recipients ?? asSent, notes };
}
