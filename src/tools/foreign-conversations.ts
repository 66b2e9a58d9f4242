/** The conversations of a partner: those of the meeting place, and those of its own project with native sessions. */
import { channels } from '../core/address.ts';
import { isConversationId, isMember, sessionsIn } from '../core/conversation.ts';
import { conversationsOf, type Overview } from '../core/conversation-list.ts';
import type { InboxItem } from '../core/inbox.ts';
import { limits } from '../core/limits.ts';
import { pairIn, pairNamed } from '../core/pair.ts';
import type { Reader } from '../core/ports.ts';
import type { ConversationRecord, MessageRecord, SessionRecord } from '../core/records.ts';
import { unreadTalk } from '../core/talk-mail.ts';
import type { View } from '../core/unit.ts';
import { authorOf, knownAs, markedHandle, nativeCalled, nativeName } from './foreign-names.ts';
import type { Own } from './foreign-partner.ts';
import type { Participant } from './participant.ts';

/** What tells a conversation from all others, for a vocabulary to make its own address of. */
export type TalkKey =
  /** When a group began, and its number. */
  | { readonly kind: 'group'; readonly at: number; readonly sequence: number }
  /** The names of two, sorted. */
  | { readonly kind: 'pair'; readonly names: readonly [string, string] }
  /** Of everybody in the partner's own project: `all` or a channel. */
  | { readonly kind: 'open'; readonly name: string };

/** A conversation that the partner is in. */
export interface Spot {
  readonly key: TalkKey;
  readonly place: Participant;
  /** As messages name it; `direct` with a native session. */
  readonly conversation: string;
  /** The native session that a direct one is with. */
  readonly peer: SessionRecord | null;
  /** The name that a group was given. */
  readonly name: string | null;
}

/** A group that the partner is not in, or no more. */
export interface Strange {
  readonly isStrange: true;
}

export interface TalkOverview {
  readonly key: TalkKey;
  readonly name: string | null;
  readonly members: readonly string[];
  readonly unread: number;
  /** When it began; of one that needs no beginning, when something was said last. */
  readonly at: number;
  /** Who began it; null where nobody had to. */
  readonly by: string | null;
}

/** A message as it is told. */
export interface SaidLine {
  /** No other message that the partner sees has it; the same for all who see it. */
  readonly number: number;
  readonly from: string;
  readonly at: number;
  readonly body: string;
}

export class ForeignConversations {
  readonly #issuer: string;
  readonly #own: Own;

  constructor(issuer: string, own: Own) {
    [this.#issuer, this.#own] = [issuer, own];
  }

  /** The conversation that a key means; undefined where there is none. */
  async find(key: TalkKey): Promise<Spot | Strange | undefined> {
    if (key.kind === 'group') return this.#group(key);
    if (key.kind === 'pair') return this.#pair(key);
    const { home, meeting } = this.#own;
    // Who stands in no project has nobody to whom all is said: partners meet one by one, and in groups.
    const isOpen = home !== meeting && (key.name === 'all' || channels.some(channel => key.name === `#${channel}`));
    return isOpen ? { key, place: home, conversation: key.name, peer: null, name: key.name } : undefined;
  }

  /** The partner's conversations that go on, those that began last first. */
  async list(): Promise<TalkOverview[]> {
    const lists = await Promise.all(this.#own.places.map(place => this.#listAt(place)));
    return lists.flat().sort((one, other) => other.at - one.at);
  }

  async line(tx: Reader, place: Participant, message: MessageRecord): Promise<SaidLine> {
    const from = await authorOf(tx, this.#issuer, message);
    return { number: this.numberOf(place, message), from, at: message.at, body: message.body };
  }

  /** Each place counts for itself: those of the meeting place are even here, the others odd. */
  numberOf(place: Participant, { sequence }: Pick<MessageRecord, 'sequence'>): number {
    return sequence * 2 + (place === this.#own.meeting ? 0 : 1);
  }

  /** To which conversation a message of an inbox belongs. */
  async #keyOf(tx: Reader, message: MessageRecord): Promise<TalkKey> {
    const { conversation } = message;
    if (conversation === 'direct') return this.pairWith(await authorOf(tx, this.#issuer, message));
    if (!isConversationId(conversation)) return { kind: 'open', name: conversation };
    const record = await tx.get('conversation', conversation);
    // One that is forgotten has no address of its own any more.
    return record ? keyOfRecord(record) : this.pairWith(await authorOf(tx, this.#issuer, message));
  }

  pairWith(other: string): TalkKey {
    const [first = '', second = ''] = [this.#own.name, other].sort();
    return { kind: 'pair', names: [first, second] };
  }

  async #group(key: TalkKey & { readonly kind: 'group' }): Promise<Spot | Strange | undefined> {
    for (const place of this.#own.places) {
      const found = await place.read(async ({ tx }, me) => {
        const record = await tx.get('conversation', `c${key.sequence}`);
        if (record?.at !== key.at || pairIn(record) !== null) return undefined;
        return { record, isMine: isMember(record, me) };
      });
      if (!found) continue;
      const { id, name } = found.record;
      return found.isMine ? { key, place, conversation: id, peer: null, name } : { isStrange: true };
    }
    return undefined;
  }

  async #pair(key: TalkKey & { readonly kind: 'pair' }): Promise<Spot | Strange | undefined> {
    const { meeting, name: own } = this.#own;
    const [one, two] = key.names;
    if (one !== own && two !== own) return { isStrange: true };
    const other = one === own ? two : one;
    const handle = markedHandle(other);
    if (handle === undefined) {
      const pair = await meeting.read((view, me) => pairNamed(view, me, key.names));
      return pair && { key, place: meeting, conversation: pair.id, peer: null, name: null };
    }
    const native = await this.native(handle);
    return native && { ...native, key, conversation: 'direct', name: null };
  }

  /** The native session of a handle, and where it can be talked to: in the own project, else where partners meet. */
  async native(handle: string): Promise<{ readonly place: Participant; readonly peer: SessionRecord } | undefined> {
    for (const place of [...this.#own.places].reverse()) {
      const peer = await place.read(async ({ tx }, me) => {
        const found = await nativeCalled(tx, this.#issuer, handle);
        return found?.id === me.id ? undefined : found;
      });
      if (peer) return { place, peer };
    }
    return undefined;
  }

  async #listAt(place: Participant): Promise<TalkOverview[]> {
    return place.read(async (view, me) => {
      const unread = await this.#unreadAt(view, me);
      const page = { limit: limits.conversationsPerSession + limits.pairsPerSession };
      const groups = await view.tx.list('conversation', 'member', { equals: me.id }, page);
      const shown = groups.map(
        async (group): Promise<TalkOverview> => ({
          key: keyOfRecord(group),
          name: pairIn(group) ? null : group.name,
          members: pairIn(group) ?? (await sessionsIn(view, group)).map(each => knownAs(each, this.#issuer)),
          unread: unread.get(group.id) ?? 0,
          at: group.at,
          by: await this.#nameOf(view.tx, group.createdBy),
        }),
      );
      const { conversations } = await conversationsOf(view, me);
      const others = conversations.filter(({ members }) => members === null);
      return [...(await Promise.all(shown)), ...others.map(each => this.#others(each, unread))];
    });
  }

  /** A conversation of the project's own: with one native session, or with everybody. */
  #others(
    { id, name, last }: Pick<Overview, 'id' | 'name' | 'last'>,
    unread: ReadonlyMap<string, number>,
  ): TalkOverview {
    const about = { at: last?.at ?? 0, by: null };
    if (!id.startsWith('direct:'))
      return { key: { kind: 'open', name: id }, name: id, members: [], unread: unread.get(id) ?? 0, ...about };
    const other = nativeName(name);
    const members = [this.#own.name, other].sort();
    return { key: this.pairWith(other), name: null, members, unread: unread.get(`direct:${other}`) ?? 0, ...about };
  }

  async #nameOf(tx: Reader, id: string): Promise<string | null> {
    const session = await tx.get('session', id);
    return session ? knownAs(session, this.#issuer) : null;
  }

  async #unreadAt({ tx }: View, me: SessionRecord): Promise<Map<string, number>> {
    const items = await unreadTalk(tx, me, this.#issuer, { conversation: null, from: null });
    const counts = new Map<string, number>();
    for (const { message } of items) {
      const { conversation } = message;
      const isDirect = conversation === 'direct';
      const place = isDirect ? `direct:${await authorOf(tx, this.#issuer, message)}` : conversation;
      counts.set(place, (counts.get(place) ?? 0) + 1);
    }
    return counts;
  }

  /** Messages of an inbox by their conversations, in the order in which these first come. */
  async told(
    place: Participant,
    items: readonly InboxItem[],
  ): Promise<{ readonly key: TalkKey; readonly lines: readonly SaidLine[] }[]> {
    return place.read(async ({ tx }) => {
      const groups = new Map<string, { key: TalkKey; lines: SaidLine[] }>();
      for (const { message } of items) {
        const key = await this.#keyOf(tx, message);
        const group = groups.get(JSON.stringify(key)) ?? { key, lines: [] };
        group.lines.push(await this.line(tx, place, message));
        groups.set(JSON.stringify(key), group);
      }
      return [...groups.values()];
    });
  }
}

export function keyOfRecord(record: ConversationRecord): TalkKey {
  const names = pairIn(record);
  return names ? { kind: 'pair', names } : { kind: 'group', at: record.at, sequence: Number(record.id.slice(1)) };
}
