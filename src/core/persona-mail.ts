/** Mail between sessions that callers of other vocabularies name: to a name, also one that nobody has yet, and an inbox from the newest. */
import { isUnread } from './delivery.ts';
import { unguarded } from './guard-record.ts';
import { type InboxItem, priorities } from './inbox.ts';
import { limits } from './limits.ts';
import { allBearers, foreignName, foreignSession, isKeptFrom, notCome, spokeAs } from './persona.ts';
import type { Reader } from './ports.ts';
import type { MessageRecord, Priority, SessionRecord } from './records.ts';
import { freeHandle } from './session.ts';
import type { Unit } from './unit.ts';

export interface MailFilter {
  readonly minPriority: Priority;
  readonly includeRead: boolean;
  readonly limit: number;
}

export interface Mail {
  /** The newest first. */
  readonly items: readonly InboxItem[];
  /** How many of all are unread, and how many there are, under the priority but beyond the limit as well. */
  readonly unread: number;
  readonly total: number;
}

/**
 * The messages of an inbox but for notices, which are told by other ways, and for what the same name wrote as another session. The
 * newest come first by the time of their sending. Of more than `limits.mailLooked` unread messages, and of as many in all, the newest
 * are looked at: what is read makes room for the ones before.
 */
export async function mailOf(tx: Reader, session: SessionRecord, issuer: string, filter: MailFilter): Promise<Mail> {
  const page = { limit: limits.mailLooked, reverse: true };
  const [fresh, whole] = await Promise.all([
    tx.list('delivery', 'unread', { equals: session.id }, page),
    tx.list('delivery', 'inbox', { equals: session.id }, page),
  ]);
  const deliveries = [...new Map([...fresh, ...whole].map(delivery => [delivery.id, delivery])).values()];
  const messages = await Promise.all(deliveries.map(({ message }) => tx.get('message', message)));
  const own = foreignName(session, issuer);
  const senders = new Map<string, SessionRecord | undefined>();
  for (const from of new Set(messages.map(message => message?.from ?? '')))
    senders.set(from, await tx.get('session', from));
  const isOwn = ({ from }: MessageRecord) => {
    const sender = senders.get(from);
    return sender !== undefined && spokeAs(sender, issuer, own);
  };
  const least = priorities.indexOf(filter.minPriority);
  const all = deliveries
    .flatMap((delivery, at): InboxItem[] => {
      const message = messages[at];
      if (!message || message.conversation === 'notice' || isOwn(message)) return [];
      return priorities.indexOf(message.priority) >= least ? [{ message, delivery }] : [];
    })
    .sort((a, b) => b.message.at - a.message.at || b.message.sequence - a.message.sequence);
  const unread = all.filter(({ delivery }) => isUnread(delivery));
  const items = (filter.includeRead ? all : unread).slice(0, filter.limit);
  return { items, unread: unread.length, total: all.length };
}

/**
 * The mail of a name that nobody has now, which whoever takes it next inherits. `me`: who looks, to whom that of another's is not shown;
 * null for somebody who has the store at hand.
 */
export async function waitingMail(
  tx: Reader,
  me: Pick<SessionRecord, 'hub'> | null,
  issuer: string,
  name: string,
  filter: MailFilter,
): Promise<Mail> {
  const [former] = await allBearers(tx, issuer, name);
  const isShown = former !== undefined && !(me && isKeptFrom(me, former));
  return isShown ? mailOf(tx, former, issuer, filter) : { items: [], unread: 0, total: 0 };
}

/**
 * The address of a name: of whoever has it, or is called so natively; else of a session that has ended, or never was, from which the
 * next one that takes the name inherits its mail.
 */
export async function addressOfName(unit: Unit, issuer: string, name: string): Promise<string> {
  const living = await foreignSession(unit, issuer, name);
  if (living) return living.id;
  const [former] = await allBearers(unit.tx, issuer, name);
  return (former ?? (await awaited(unit, issuer, name))).id;
}

/** A session that is not there yet: what is sent to it is kept, and whoever takes the name inherits it. */
export async function awaited(
  unit: Unit,
  issuer: string,
  name: string,
  id: string = unit.ids.next(),
): Promise<SessionRecord> {
  const { tx } = unit;
  const persona = { issuer, name, isRegistered: false, facts: {}, since: tx.now, saidAt: tx.now, leftTo: null };
  const record: SessionRecord = {
    id,
    kind: 'agent',
    handle: await freeHandle(unit, null),
    ...{ client: null, clientVersion: null, clientSession: null, process: null, server: null, parent: null },
    ...{ host: '', root: '', anchor: '', branch: null, task: null, status: null, group: null, pastHandles: [] },
    ...{ reach: 'calls', startedAt: tx.now, lastSeenAt: tx.now, heartbeatAt: tx.now },
    ...{ endedAt: tx.now, endReason: notCome, pastConversations: [], arrivedBy: null },
    ...{ parentSession: null, taskFrom: null, restingSince: null, hookedAt: null, nudgedAt: null },
    guard: unguarded,
    personas: [persona],
    hub: null,
  };
  tx.put('session', record);
  return record;
}
