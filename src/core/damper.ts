/**
 * The damper: two sessions that answer each other by rote would go on for ever, at the cost of both users. Whoever has taken many
 * turns in a short time is refused until there was a pause; so is whoever says the same thing again and again.
 */
import { SignalboxError } from './errors.ts';
import { operatorHandle } from './handles.ts';
import { limits } from './limits.ts';
import type { Reader } from './ports.ts';
import { inOrder, type MessageRecord, pairOf, type SessionRecord } from './records.ts';
import { instant } from './text.ts';

/** A message as it is about to be sent. */
export interface Intended {
  readonly conversation: string;
  readonly recipients: readonly SessionRecord[];
  readonly body: string;
  readonly key: string | null;
}

/** How many turns of one session in a conversation make a loop, when others have theirs in between: half of the messages of one. */
const turnsOfLoop = limits.loopMessages / 2;

/**
 * Refuses with `limit_exceeded` what would go on with a loop, or say the same a third time; says since when and until when.
 * Whatever its priority; but never what the operator writes or is written to. Costs one short read for each recipient.
 */
export async function refuseLoop(tx: Reader, sender: SessionRecord, intended: Intended): Promise<void> {
  if (sender.kind === 'operator') return;
  const { conversation } = intended;
  const others = intended.recipients.filter(session => session.kind !== 'operator');
  const places =
    conversation === 'direct'
      ? others.map(session => ({ name: pairOf(sender.id, session.id), said: `with ${session.handle}` }))
      : [{ name: conversation, said: `in ${conversation}` }];
  const histories = await Promise.all(places.map(({ name }) => newest(tx, name, limits.loopMessages)));
  refuseRepeat(tx.now, sender, intended, histories[0] ?? []);
  for (const [position, { name, said }] of places.entries()) {
    const loop = await loopIn(tx, sender, name, histories[position] ?? []);
    if (loop) throw looping(said, loop);
  }
}

/** The newest messages of a conversation, the newest first. */
function newest(tx: Reader, name: string, limit: number): Promise<MessageRecord[]> {
  return tx.list('message', 'history', { prefix: inOrder(name) }, { limit, reverse: true });
}

interface Loop {
  readonly messages: number;
  readonly sinceAt: number;
  readonly untilAt: number;
}

/** The loop that the sender is in; it ends when nothing was said for `limits.loopWindowMs`. More is read only where much is said. */
async function loopIn(
  tx: Reader,
  sender: SessionRecord,
  name: string,
  first: readonly MessageRecord[],
): Promise<Loop | undefined> {
  const [last] = first;
  const pauseMs = last ? tx.now - last.at : limits.loopWindowMs;
  // A negative pause is a clock that was set back; who can say what was lately then.
  if (!last || pauseMs < 0 || pauseMs >= limits.loopWindowMs || within(first, last).length < limits.loopMessages)
    return undefined;
  // Many messages one way are no loop, and the sender's rate has a limit of its own.
  if (first.every(({ from }) => from === last.from)) return undefined;
  const more = within(await newest(tx, name, limits.loopMessages * 4), last);
  if (turnsOf(sender, more) < turnsOfLoop) return undefined;
  return { messages: more.length, sinceAt: more.at(-1)?.at ?? last.at, untilAt: last.at + limits.loopWindowMs };
}

/** Those that belong to one exchange with the last one. */
function within(messages: readonly MessageRecord[], last: MessageRecord): MessageRecord[] {
  return messages.filter(({ at }) => Math.abs(last.at - at) <= limits.loopWindowMs);
}

/** How often a session took the word after somebody else had it. What the operator says in between makes no turn. */
function turnsOf(sender: SessionRecord, messages: readonly MessageRecord[]): number {
  const agents = messages.filter(({ from }) => from !== operatorHandle);
  return agents.filter(({ from }, at) => from === sender.id && agents[at + 1]?.from !== sender.id).length;
}

function looping(said: string, { messages, sinceAt, untilAt }: Loop): SignalboxError {
  return new SignalboxError(
    'limit_exceeded',
    `This looks like a loop: ${messages} messages ${said} since ${instant(sinceAt)}. Until ${instant(untilAt)} nothing more is taken from you there; it was not sent.`,
    'Stop answering: decide alone and go on with your work, or ask the operator (to: ["operator"]). What is still needed then, send after that time.',
  );
}

/** With a key the sender says that it means it. */
function refuseRepeat(now: number, sender: SessionRecord, intended: Intended, history: readonly MessageRecord[]): void {
  if (intended.key !== null) return;
  const same = history.filter(
    message =>
      message.from === sender.id &&
      message.key === null &&
      Math.abs(now - message.at) < limits.sameBodyWindowMs &&
      message.body === intended.body &&
      isForSame(message, intended),
  );
  if (same.length < limits.sameBodyTimes) return;
  const first = same.at(-1)?.at ?? now;
  throw new SignalboxError(
    'limit_exceeded',
    `You sent this very text to the same recipients ${same.length} times since ${instant(first)}; it was not sent again.`,
    `They have it: wait for an answer with message_wait, do something else, or ask the operator. It is taken again after ${instant(first + limits.sameBodyWindowMs)}.`,
  );
}

/** Of the same history, which for two sessions also holds what went to more. */
function isForSame(message: MessageRecord, { conversation, recipients }: Intended): boolean {
  if (conversation !== 'direct') return true;
  return (
    message.recipients.length === recipients.length &&
    recipients.every(session => message.recipients.includes(session.id))
  );
}
