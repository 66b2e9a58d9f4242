/** What lies unread for a partner: what others have said, without what Signalbox itself tells, and without its own words. */
import { type InboxItem, lookInto } from './inbox.ts';
import { limits } from './limits.ts';
import { foreignName, spokeAs } from './persona.ts';
import type { Reader } from './ports.ts';
import type { SessionRecord } from './records.ts';
import { byteLength } from './text.ts';

/** A part of an inbox: `conversation` as in `MessageRecord`, `from` the id of the sender's session; null for everything. */
export interface TalkFilter {
  readonly conversation: string | null;
  readonly from: string | null;
}

/** The oldest first, `limits.mailLooked` at most. */
export async function unreadTalk(
  tx: Reader,
  me: SessionRecord,
  issuer: string,
  filter: TalkFilter,
): Promise<InboxItem[]> {
  const wide = { ...filter, minPriority: 'low', includeRead: false, limit: limits.mailLooked } as const;
  const talk = (await lookInto(tx, me, wide)).filter(({ message }) => message.conversation !== 'notice');
  const own = foreignName(me, issuer);
  const senders = new Map<string, SessionRecord | undefined>();
  for (const { message } of talk)
    if (!senders.has(message.from)) senders.set(message.from, await tx.get('session', message.from));
  return talk.filter(({ message }) => {
    const sender = senders.get(message.from);
    return sender === undefined || !spokeAs(sender, issuer, own);
  });
}

/** As many of them, from the first on, as one answer carries; one at least. */
export function fittingTalk(items: readonly InboxItem[]): InboxItem[] {
  let bytes = 0;
  const beyond = items.findIndex(({ message }, position) => {
    bytes += byteLength(message.body);
    return position > 0 && bytes > limits.historyAnswerBytes;
  });
  return items.slice(0, Math.min(beyond < 0 ? items.length : beyond, limits.messagesReadMax));
}
