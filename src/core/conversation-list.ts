/** The conversations of a session, found without looking through messages: its groups, its peers, the channels, and `all`. */
import { channels } from './address.ts';
import { sessionsIn } from './conversation.ts';
import { limits } from './limits.ts';
import type { Reader } from './ports.ts';
import { find } from './presence.ts';
import { inOrder, type MessageRecord, pairOf, type SessionRecord } from './records.ts';
import type { View } from './unit.ts';

export interface Overview {
  /** As `historyOf` takes it. */
  readonly id: string;
  readonly name: string;
  /** Of a group conversation. */
  readonly members: readonly SessionRecord[] | null;
  readonly unread: number;
  /** Null for a group in which nothing was said yet. */
  readonly last: MessageRecord | null;
}

export interface Overviews {
  /** Newest first, at most `limits.conversationsListed`. */
  readonly conversations: readonly Overview[];
  readonly more: boolean;
  /** Whether more lies unread than was counted. */
  readonly moreUnread: boolean;
}

interface Spoken extends Omit<Overview, 'unread'> {
  /** What its unread messages are counted under. */
  readonly place: string;
  /** Sequence of its last message, or of its beginning. */
  readonly order: number;
}

/** All conversations in which something was said that the session may read, and its groups. Direct ones are those with messages. */
export async function conversationsOf(view: View, me: SessionRecord): Promise<Overviews> {
  const [open, groups, direct, unread] = await Promise.all([
    openOnes(view.tx),
    groupsOf(view, me),
    directOnes(view, me),
    unreadBy(view.tx, me),
  ]);
  const all = [...open, ...groups, ...direct].sort((left, right) => right.order - left.order);
  const conversations = all.slice(0, limits.conversationsListed).map(({ place, order: _order, ...spoken }) => ({
    ...spoken,
    unread: unread.counts.get(place) ?? 0,
  }));
  return {
    conversations,
    more: all.length > conversations.length || direct.length === limits.conversationsListed,
    moreUnread: unread.more,
  };
}

async function openOnes(tx: Reader): Promise<Spoken[]> {
  const ids = ['all', ...channels.map(channel => `#${channel}`)];
  const last = await Promise.all(ids.map(id => lastOf(tx, id)));
  return ids.flatMap((id, position) => {
    const message = last[position];
    return message ? [{ id, name: id, members: null, last: message, place: id, order: message.sequence }] : [];
  });
}

async function groupsOf(view: View, me: SessionRecord): Promise<Spoken[]> {
  const page = { limit: limits.conversationsPerSession };
  const groups = await view.tx.list('conversation', 'member', { equals: me.id }, page);
  return Promise.all(
    groups.map(async group => {
      const [last, members] = await Promise.all([lastOf(view.tx, group.id), sessionsIn(view, group)]);
      const order = last?.sequence ?? Number(group.id.slice(1));
      return { id: group.id, name: group.name, members, last: last ?? null, place: group.id, order };
    }),
  );
}

async function lastOf(tx: Reader, name: string): Promise<MessageRecord | undefined> {
  const [last] = await tx.list('message', 'history', { prefix: inOrder(name) }, { limit: 1, reverse: true });
  return last;
}

/** One read for each peer: from the last entry of one pair straight to the last one of the pair before. */
async function directOnes(view: View, me: SessionRecord): Promise<Spoken[]> {
  const { tx } = view;
  const from = pairOf(me.id, '');
  const found: Spoken[] = [];
  let below = `${from}~`;
  while (found.length < limits.conversationsListed) {
    const [last] = await tx.list('message', 'history', { from, below }, { limit: 1, reverse: true });
    if (!last) break;
    const peer = peerBelow(me, last, below);
    below = inOrder(pairOf(me.id, peer));
    found.push(await spokenWith(view, peer, last));
  }
  return found;
}

/** Which pair of a message, which may have gone to several, the entry belongs to that was found as the last one below a value. */
function peerBelow(me: SessionRecord, { from, recipients, sequence }: MessageRecord, below: string): string {
  const peers = from === me.id ? recipients : [from];
  const entries = peers.filter(peer => inOrder(pairOf(me.id, peer), sequence) < below).sort();
  return entries.at(-1) ?? from;
}

async function spokenWith(view: View, peer: string, last: MessageRecord): Promise<Spoken> {
  const session = await view.tx.get('session', peer);
  const handle = session?.handle ?? peer;
  // A handle may have passed on to another session long after.
  const isKnownByIt = session !== undefined && (await find(view.tx, handle))?.id === peer;
  const id = `direct:${isKnownByIt ? handle : peer}`;
  return { id, name: handle, members: null, last, place: pairOf('', peer), order: last.sequence };
}

/** How many of the newest unread messages lie in each conversation; direct ones by their sender. Notices are in none. */
async function unreadBy(tx: Reader, me: SessionRecord): Promise<{ counts: Map<string, number>; more: boolean }> {
  const page = { limit: limits.deliveriesPerPage, reverse: true };
  const deliveries = await tx.list('delivery', 'unread', { equals: me.id }, page);
  const messages = await Promise.all(deliveries.map(delivery => tx.get('message', delivery.message)));
  const counts = new Map<string, number>();
  for (const message of messages.filter(found => found !== undefined)) {
    const place = message.conversation === 'direct' ? pairOf('', message.from) : message.conversation;
    counts.set(place, (counts.get(place) ?? 0) + 1);
  }
  return { counts, more: deliveries.length === page.limit };
}
