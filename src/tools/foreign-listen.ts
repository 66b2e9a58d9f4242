/** Listening of a partner: what lies unread for it in its places at once, else a wait for it that its client survives. */
import { callPatienceMs } from '../core/call-patience.ts';
import { confirm, handOver } from '../core/delivery.ts';
import type { InboxItem } from '../core/inbox.ts';
import { limits } from '../core/limits.ts';
import { afterListening, isWaiting, whileListening } from '../core/listening.ts';
import { sayOfPartner } from '../core/partner.ts';
import { personaOf } from '../core/persona.ts';
import type { PersonaFacts } from '../core/persona-record.ts';
import type { SessionRecord } from '../core/records.ts';
import { fittingTalk, type TalkFilter, unreadTalk } from '../core/talk-mail.ts';
import type { Unit } from '../core/unit.ts';
import { whileAway } from './away.ts';
import type { DeskContext, TalkParts } from './desk-parts.ts';
import type { ForeignConversations, SaidLine, Spot, TalkKey } from './foreign-conversations.ts';
import type { Own } from './foreign-partner.ts';
import { joinedSignal } from './joined-signal.ts';
import type { Participant } from './participant.ts';

export interface Heard {
  /** By conversation; none where nothing came in time. */
  readonly conversations: readonly { readonly key: TalkKey; readonly lines: readonly SaidLine[] }[];
  /** Of messages that wait still. */
  readonly more: number;
  /** The wait that was asked for, within its bounds. */
  readonly minutes: number;
  /** How long of that one call can wait in the client. */
  readonly atOnceMs: number;
  /** Whether nothing came although it waited all that time: it was not cancelled, and no other listen took its place. */
  readonly isWhole: boolean;
}

type Found = Pick<Heard, 'conversations' | 'more' | 'isWhole'>;

/** What a partner says after something has changed. */
type Change = (facts: PersonaFacts, now: number) => PersonaFacts;

interface Hearing {
  readonly place: Participant;
  readonly filter: TalkFilter;
}

/** What was taken of one inbox, how much is left there, and whose it is. */
interface Taken {
  readonly items: readonly InboxItem[];
  readonly left: number;
  readonly id: string;
}

export class ForeignListen {
  readonly #parts: TalkParts;
  readonly #context: DeskContext;
  readonly #own: Own;
  readonly #conversations: ForeignConversations;
  readonly #what: string;

  /** `what` is told as progress, in the words of whoever waits. */
  constructor(parts: TalkParts, context: DeskContext, own: Own, conversations: ForeignConversations, what: string) {
    [this.#parts, this.#context, this.#own, this.#conversations] = [parts, context, own, conversations];
    this.#what = what;
  }

  /** Listens to one conversation, or to all; `wanted` are the minutes, the default for null. */
  async listen(spot: Spot | null, wanted: number | null): Promise<Heard> {
    const minutes = minutesOf(wanted);
    const hearings = this.#hearings(spot);
    const atOnceMs = Math.min(minutes * 60_000, await this.#patienceMs());
    const found = (await this.#take(hearings)) ?? (await this.#wait(hearings, spot, atOnceMs));
    return { ...found, minutes, atOnceMs };
  }

  #hearings(spot: Spot | null): Hearing[] {
    if (spot === null) return this.#own.places.map(place => ({ place, filter: { conversation: null, from: null } }));
    const { place, conversation, peer } = spot;
    return [{ place, filter: { conversation, from: peer?.id ?? null } }];
  }

  /** Takes what is there: read once the answer is out. Undefined where nothing is. */
  async #take(hearings: readonly Hearing[]): Promise<Found | undefined> {
    const taken = [];
    const parts: (Taken & { readonly place: Participant })[] = [];
    for (const { place, filter } of hearings) {
      const { issuer } = this.#parts;
      const first = await place.observe((view, me) => unreadTalk(view.tx, me, issuer, filter));
      if (first === undefined || first.length === 0) continue;
      const part = await this.#handedOver(place, filter);
      taken.push(...(await this.#conversations.told(place, part.items)));
      parts.push({ ...part, place });
    }
    // Only now is it certain that the answer shows all of them: what fails on the way is not shown, and stays unread.
    for (const { place, id, items } of parts) {
      const shown = items.map(({ message }) => message.sequence);
      this.#context.afterAnswer(() => place.transact(unit => confirm(unit, id, shown)));
    }
    const more = parts.reduce((sum, { left }) => sum + left, 0);
    return taken.length > 0 ? { conversations: taken, more, isWhole: false } : undefined;
  }

  #handedOver(place: Participant, filter: TalkFilter): Promise<Taken> {
    return place.transact(async (unit, me) => {
      const all = await unreadTalk(unit.tx, me, this.#parts.issuer, filter);
      const shown = fittingTalk(all);
      handOver(unit, shown, this.#context.path);
      return { items: shown, left: all.length - shown.length, id: me.id };
    });
  }

  /** Waits so long, and nothing is taken for a call that was cancelled. */
  async #wait(hearings: readonly Hearing[], spot: Spot | null, ms: number): Promise<Found> {
    const { world } = this.#parts;
    const ticket = world.ids.next();
    const isSole = this.#context.waitsAlone ?? false;
    // Who listens to one conversation of another place hears nothing of this one.
    const conversation = spot === null ? null : spot.place === this.#own.meeting ? spot.conversation : '';
    await this.#say((facts, now) => whileListening(facts, now, { ticket, ms, conversation, isSole }));
    this.#context.waits?.();
    try {
      return await this.#untilHeard(hearings, ms, isSole ? ticket : null);
    } finally {
      const isOver = (facts: PersonaFacts, now: number) => afterListening(facts, now, ticket);
      // Where the store is away it is said once it is back; a process that is about to end has no session to say it for any more.
      await this.#say(isOver).catch(() => this.#own.meeting.later((unit, me) => this.#saying(unit, me, isOver)));
    }
  }

  /** With a ticket only as long as no other call has taken its place. */
  async #untilHeard(hearings: readonly Hearing[], ms: number, ticket: string | null): Promise<Found> {
    const { clock } = this.#parts.world;
    const { signal, waitsEnd } = this.#context;
    const hints = await Promise.all(hearings.map(({ place }) => place.hints()));
    const begin = clock.elapsed();
    let told = begin;
    while (true) {
      const seen = hints.map(({ version }) => version);
      if (ticket !== null && !(await this.#isWaiting(ticket))) return silence(false);
      const mayTake = signal.aborted ? false : await this.#mayTake();
      const taken = mayTake ? await whileAway(() => this.#take(hearings)) : undefined;
      if (taken) return taken;
      if (mayTake === false) return silence(false);
      const waited = clock.elapsed() - begin;
      if (waited >= ms || signal.aborted || waitsEnd?.aborted) return silence(waited >= ms);
      if (clock.elapsed() - told >= limits.progressEveryMs) {
        told = clock.elapsed();
        this.#context.progress(this.#what, Math.round(waited / 1000), Math.round(ms / 1000));
      }
      const woken = joinedSignal(signal, waitsEnd);
      await Promise.race(hints.map((each, at) => each.changed(seen[at] ?? 0, ms - waited, woken.signal)));
      woken.end();
    }
  }

  /** Undefined where nobody can tell now: nothing is taken then, and it is asked again. */
  #mayTake(): Promise<boolean | undefined> {
    return whileAway(async () => (await this.#context.mayTake?.()) ?? true);
  }

  async #isWaiting(ticket: string): Promise<boolean> {
    const { issuer } = this.#parts;
    const isThere = await whileAway(() =>
      this.#own.meeting.read(async ({ tx }, me) => isWaiting(personaOf(me, issuer)?.facts ?? {}, tx.now, ticket)),
    );
    return isThere ?? true;
  }

  async #patienceMs(): Promise<number> {
    if (this.#context.patienceMs !== undefined) return this.#context.patienceMs;
    const { surroundings } = this.#parts;
    const set = Number(surroundings.variable('MCP_TOOL_TIMEOUT'));
    const client = await this.#own.home.read(async (_view, me) => me.client);
    return callPatienceMs(client, this.#context.hearsProgress ?? false, set > 0 ? set : null);
  }

  async #say(change: Change): Promise<void> {
    await this.#own.meeting.transact((unit, me) => this.#saying(unit, me, change));
  }

  async #saying(unit: Unit, me: SessionRecord, change: Change): Promise<void> {
    const { issuer } = this.#parts;
    const facts = personaOf(me, issuer)?.facts;
    if (facts) sayOfPartner(unit, me, issuer, change(facts, unit.tx.now));
  }
}

function silence(isWhole: boolean): Found {
  return { conversations: [], more: 0, isWhole };
}

function minutesOf(wanted: number | null): number {
  const { listenMinMinutes, listenMaxMinutes, listenDefaultMinutes } = limits;
  return Math.min(listenMaxMinutes, Math.max(listenMinMinutes, wanted ?? listenDefaultMinutes));
}
