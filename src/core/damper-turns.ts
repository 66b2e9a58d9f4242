/** The turns of one session with others, found in what it has said and heard itself, over all its conversations. */
import { limits } from './limits.ts';
import { noticeSender } from './notice.ts';
import type { Reader } from './ports.ts';
import { isBroadcast, type MessageRecord, ordered } from './records.ts';

export interface Turn {
  readonly message: MessageRecord;
  readonly isOwn: boolean;
  /** Who has the other part: whom an own message is addressed to or answers, or whose message was meant for the session. */
  readonly peer: string | undefined;
  /** For an own message: who of the company was heard last before it. It may be an answer that does not say so. */
  readonly neighbour: string | undefined;
}

/** What a session has sent lately, the oldest first. Reads the newest few. */
export async function saidLately(tx: Reader, session: string, withinMs: number): Promise<MessageRecord[]> {
  const range = {
    from: `${session}/${ordered(Math.max(0, tx.now - withinMs))}`,
    below: `${session}/${ordered(tx.now + 1)}`,
  };
  const page = { limit: limits.ownMessagesExamined, reverse: true };
  return (await tx.list('message', 'sender', range, page)).sort((one, other) => one.sequence - other.sequence);
}

/** What a session has got lately, read or not, the oldest first; notices are no talk. Reads the newest part of the inbox. */
export async function heardLately(tx: Reader, session: string, withinMs: number): Promise<MessageRecord[]> {
  const page = { limit: limits.inboxExamined, reverse: true };
  const deliveries = await tx.list('delivery', 'inbox', { equals: session }, page);
  const messages = await Promise.all(deliveries.map(({ message }) => tx.get('message', message)));
  const isLate = (at: number) => at <= tx.now && tx.now - at <= withinMs;
  return messages
    .filter(message => message !== undefined)
    .filter(({ from, at }) => from !== noticeSender && isLate(at))
    .reverse();
}

/** Where something was said: the conversation, or for direct messages those who took part. */
export function placeOf({
  conversation,
  from,
  recipients,
}: Pick<MessageRecord, 'conversation' | 'from' | 'recipients'>) {
  return conversation === 'direct' ? [from, ...recipients].sort().join(' ') : conversation;
}

/**
 * All that a session has said and heard, the oldest first, with the part of each in a dialogue. `company` are those among whom
 * the neighbours are looked for.
 */
export function turnsOf(
  session: string,
  said: readonly MessageRecord[],
  heard: readonly MessageRecord[],
  company: ReadonlySet<string>,
): Turn[] {
  const all = [...said, ...heard].sort((one, other) => one.sequence - other.sequence);
  const authors = new Map(all.map(({ id, from }) => [id, from]));
  const answered = new Set(said.map(({ replyTo }) => replyTo));
  const newestIn = new Map<string, MessageRecord>();
  const begunWith = said[0]?.sequence ?? 0;
  let neighbour: string | undefined;
  return all.map((message, position) => {
    const [before, beforeHere] = [all[position - 1], newestIn.get(placeOf(message))];
    newestIn.set(placeOf(message), message);
    if (message.from === session)
      return { message, isOwn: true, peer: addresseeOf(session, message, authors), neighbour };
    if (company.has(message.from)) neighbour = message.from;
    const isMeant =
      isPersonal(message) ||
      // What is heard before the first own word is what that word may answer.
      message.sequence < begunWith ||
      authors.get(message.replyTo ?? '') === session ||
      answered.has(message.id) ||
      beforeHere?.from === session ||
      (before?.from === session && reaches(before, message.from));
    return { message, isOwn: false, peer: isMeant ? message.from : undefined, neighbour: undefined };
  });
}

/** Said to one alone. */
export function isPersonal({
  conversation,
  recipients,
}: {
  conversation: string;
  recipients: readonly unknown[];
}): boolean {
  return conversation === 'direct' && recipients.length === 1;
}

/** The only recipient, else the author of what it answers. */
function addresseeOf(
  session: string,
  message: MessageRecord,
  authors: ReadonlyMap<string, string>,
): string | undefined {
  if (isPersonal(message)) return message.recipients[0];
  const author = authors.get(message.replyTo ?? '');
  return author === session ? undefined : author;
}

/** Whether what a session said, in whatever place, went to another one too. */
function reaches({ conversation, recipients }: MessageRecord, other: string): boolean {
  return isBroadcast(conversation) || recipients.includes(other);
}
