/** Talk between partners: sessions of one vocabulary that reach each other, and native sessions, from whatever folder they work in. */
import { isMember, leave, sessionsIn } from '../core/conversation.ts';
import { begin } from '../core/conversation-begin.ts';
import type { Recipient } from '../core/delivery.ts';
import { historyOf, pageOf } from '../core/history.ts';
import { limits } from '../core/limits.ts';
import { isListening } from '../core/listening.ts';
import { send } from '../core/message.ts';
import { openPair, pairIn } from '../core/pair.ts';
import { partnerNamed } from '../core/partner.ts';
import { foreignName, personaOf } from '../core/persona.ts';
import { pairOf, type SessionRecord } from '../core/records.ts';
import type { Unit, View } from '../core/unit.ts';
import type { DeskContext, TalkParts } from './desk-parts.ts';
import {
  ForeignConversations,
  keyOfRecord,
  type SaidLine,
  type Spot,
  type TalkKey,
  type TalkOverview,
} from './foreign-conversations.ts';
import { ForeignListen, type Heard } from './foreign-listen.ts';
import { markedHandle } from './foreign-names.ts';
import { ForeignPartner, type Own } from './foreign-partner.ts';
import type { Participant } from './participant.ts';
import { nativeRows, type PartnerRow, partnerRows } from './partner-rows.ts';

/** Why nothing was done; with the names that matter for it. */
export interface Refused {
  readonly refused:
    | 'nobody else'
    | 'several'
    | 'oneself'
    | 'unknown partner'
    | 'native partner'
    | 'unknown conversation'
    | 'stranger'
    | 'everybody left';
  readonly names: readonly string[];
}

export interface Posted {
  readonly key: TalkKey;
  /** As `SaidLine.number`. */
  readonly number: number;
  /** Who hears it right now, and for whom it waits. */
  readonly notified: number;
  readonly queued: number;
}

export interface BegunGroup {
  readonly key: TalkKey;
  readonly name: string;
  readonly members: readonly string[];
  readonly at: number;
}

export interface Past {
  readonly spot: Spot;
  /** The oldest first. */
  readonly lines: readonly SaidLine[];
  /** Whether older ones were left out. */
  readonly isMore: boolean;
}

export function isRefused<T extends object>(outcome: T | Refused): outcome is Refused {
  return 'refused' in outcome;
}

export class ForeignTalk {
  readonly #parts: TalkParts;
  readonly #context: DeskContext;
  readonly #partner: ForeignPartner;

  constructor(parts: TalkParts, context: DeskContext) {
    [this.#parts, this.#context] = [parts, context];
    this.#partner = new ForeignPartner(parts);
  }

  /** Says that this process is here, as whom people know it; its name, and its folder. */
  async register(shown: string): Promise<{ readonly id: string; readonly path: string }> {
    const { name } = await this.#partner.register(shown);
    return { id: name, path: this.#parts.directory };
  }

  /** The name of this partner; it registers by that where nobody did. */
  async name(): Promise<string> {
    return (await this.#partner.own()).name;
  }

  /** The store's time of now. */
  async now(): Promise<number> {
    return (await this.#partner.own()).meeting.read(async ({ tx }) => tx.now);
  }

  /** Everybody whom it may talk to, and itself: all partners who are remembered, and the native sessions of its own project. */
  async partners(): Promise<PartnerRow[]> {
    const { issuer } = this.#parts;
    const own = await this.#partner.own();
    const partners = await own.meeting.read(async (view, me) => partnerRows(view, issuer, ({ id }) => id === me.id));
    const natives = await own.home.read(async (view, me) => nativeRows(view, issuer, me.id));
    return [...partners, ...natives];
  }

  /** What it does now; empty for nothing. */
  async saysStatus(status: string): Promise<void> {
    await this.#partner.say({ status: status === '' ? null : status });
  }

  /** Whether it wants to be told of messages in its notification file. */
  async wantsTold(isWanted: boolean): Promise<void> {
    await this.#partner.say({ told: isWanted ? 1 : 0 });
  }

  /** Says something in a conversation, or to a partner; to the only one there is where neither is named. */
  async post(conversation: TalkKey | null, to: string | null, body: string): Promise<Posted | Refused> {
    const own = await this.#partner.own();
    if (conversation !== null) {
      const spot = await this.#conversations(own).find(conversation);
      if (spot === undefined) return { refused: 'unknown conversation', names: [] };
      return 'isStrange' in spot ? { refused: 'stranger', names: [] } : this.#postInto(own, spot, body);
    }
    if (to !== null) return this.#postTo(own, to, body);
    const others = (await this.partners()).filter(({ isOwn }) => !isOwn).map(({ id }) => id);
    const [only] = others;
    if (only === undefined) return { refused: 'nobody else', names: [] };
    return others.length > 1 ? { refused: 'several', names: others } : this.#postTo(own, only, body);
  }

  /** What others have said, waiting for it if need be; null minutes are the default. `what` is told as progress. */
  async listen(conversation: TalkKey | null, minutes: number | null, what: string): Promise<Heard | Refused> {
    const own = await this.#partner.own();
    const conversations = this.#conversations(own);
    const spot = conversation === null ? null : await conversations.find(conversation);
    if (spot === undefined) return { refused: 'unknown conversation', names: [] };
    if (spot !== null && 'isStrange' in spot) return { refused: 'stranger', names: [] };
    return new ForeignListen(this.#parts, this.#context, own, conversations, what).listen(spot, minutes);
  }

  async conversations(): Promise<TalkOverview[]> {
    return this.#conversations(await this.#partner.own()).list();
  }

  /** Begins a group with partners by their names. */
  async beginGroup(name: string, wanted: readonly string[]): Promise<BegunGroup | Refused> {
    const own = await this.#partner.own();
    const { issuer } = this.#parts;
    // One too many is enough to be refused.
    const others = [...new Set(wanted)].filter(each => each !== own.name).slice(0, limits.conversationMembers + 1);
    const outcome = await own.meeting.transact(async (unit, me) => {
      const found = await Promise.all(others.map(each => partnerNamed(unit, issuer, each)));
      const unknown = others.filter((_name, at) => found[at] === undefined);
      if (unknown.length > 0 || others.length === 0) return { unknown };
      const members = found.flatMap(each => (each ? [each.session.id] : []));
      return { begun: await begin(unit, me, { name, members, isQuiet: true }) };
    });
    if (outcome.begun) {
      const { conversation, members } = outcome.begun;
      const names = members.map(each => foreignName(each, issuer));
      const { name: called, at } = conversation;
      return { key: keyOfRecord(conversation), name: called, members: names, at };
    }
    if (outcome.unknown.length === 0) return { refused: 'nobody else', names: [] };
    const conversations = this.#conversations(own);
    const found = await Promise.all(outcome.unknown.map(each => conversations.native(markedHandle(each) ?? each)));
    const natives = outcome.unknown.filter((_name, at) => found[at] !== undefined);
    if (natives.length > 0) return { refused: 'native partner', names: natives };
    return { refused: 'unknown partner', names: outcome.unknown };
  }

  /** Leaves a group, whether or not it was in it; whether that was the end of it. */
  async leaveGroup(key: TalkKey): Promise<{ readonly isOver: boolean; readonly name: string | null } | Refused> {
    if (key.kind !== 'group') return { refused: 'unknown conversation', names: [] };
    const id = `c${key.sequence}`;
    for (const place of (await this.#partner.own()).places) {
      const left = await place.transact(async (unit, me) => {
        const record = await unit.tx.get('conversation', id);
        if (record?.at !== key.at || pairIn(record) !== null) return undefined;
        const wasMember = isMember(record, me);
        await leave(unit, me, id);
        // Whoever is not in it does not learn what it is about.
        return { isOver: wasMember && record.members.length === 1, name: wasMember ? record.name : null };
      });
      if (left) return left;
    }
    return { refused: 'unknown conversation', names: [] };
  }

  /** The newest messages of a conversation, at most `limit`. Marks nothing. */
  async history(conversation: TalkKey, limit: number): Promise<Past | Refused> {
    const conversations = this.#conversations(await this.#partner.own());
    const spot = await conversations.find(conversation);
    if (spot === undefined) return { refused: 'unknown conversation', names: [] };
    if ('isStrange' in spot) return { refused: 'stranger', names: [] };
    return spot.place.read(async (view, me) => {
      const page = await pageOf(view, me, await this.#historyOf(view, me, spot), null, limit);
      const lines = await Promise.all(page.messages.map(message => conversations.line(view.tx, spot.place, message)));
      return { spot, lines, isMore: page.before !== null };
    });
  }

  #conversations(own: Own): ForeignConversations {
    return new ForeignConversations(this.#parts.issuer, own);
  }

  async #historyOf(view: View, me: SessionRecord, { peer, conversation }: Spot) {
    if (peer === null) return historyOf(view, me, conversation);
    return { id: peer.handle, index: 'history', name: pairOf(me.id, peer.id) } as const;
  }

  async #postTo(own: Own, to: string, body: string): Promise<Posted | Refused> {
    if (to === own.name) return { refused: 'oneself', names: [] };
    const { issuer } = this.#parts;
    const met = await own.meeting.transact(async (unit, me) => {
      const peer = await partnerNamed(unit, issuer, to);
      if (!peer) return undefined;
      const pair = await openPair(unit, me, peer.session, [own.name, to]);
      return { key: keyOfRecord(pair), ...(await this.#sent(unit, me, own, own.meeting, pair.id, body)) };
    });
    if (met) return met;
    const handle = markedHandle(to);
    const conversations = this.#conversations(own);
    const native = handle === undefined ? undefined : await conversations.native(handle);
    if (!native) return { refused: 'unknown partner', names: [to] };
    const key = conversations.pairWith(to);
    return { key, ...(await this.#sentAt(native.place, own, native.peer.id, body)) };
  }

  async #postInto(own: Own, spot: Spot, body: string): Promise<Posted | Refused> {
    const { key, place, conversation, peer } = spot;
    // The other one may have been forgotten, and have come back since.
    if (key.kind === 'pair' && peer === null)
      return this.#postTo(own, key.names.find(each => each !== own.name) ?? own.name, body);
    const isAlone = await place.read(async (view, me) => {
      const record = await view.tx.get('conversation', conversation);
      return record !== undefined && (await sessionsIn(view, record)).every(({ id }) => id === me.id);
    });
    if (isAlone) return { refused: 'everybody left', names: [] };
    return { key, ...(await this.#sentAt(place, own, peer?.id ?? conversation, body)) };
  }

  #sentAt(place: Participant, own: Own, address: string, body: string) {
    return place.transact((unit, me) => this.#sent(unit, me, own, place, address, body));
  }

  async #sent(unit: Unit, me: SessionRecord, own: Own, place: Participant, address: string, body: string) {
    const draft = { to: [address], body, priority: 'normal', replyTo: null, tags: [], key: null } as const;
    const { recipients, message } = await send(unit, me, { ...draft, said: { partner: own.name } });
    const notified = recipients.filter(each => this.#hearsNow(unit, each, address)).length;
    return {
      number: this.#conversations(own).numberOf(place, message),
      notified,
      queued: recipients.length - notified,
    };
  }

  /** A partner that listens; natively, whoever is brought messages unasked. */
  #hearsNow({ tx }: View, { session, reachable }: Recipient, conversation: string): boolean {
    if (!reachable) return false;
    const persona = personaOf(session, this.#parts.issuer);
    if (!persona) return session.reach === 'channel' || session.reach === 'wake';
    return isListening(persona.facts, tx.now, conversation);
  }
}
