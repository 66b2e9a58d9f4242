/** Listening of a partner: what lies unread for it in its places at once, else a wait for it that its client survives. */
import { callPatienceMs } from '../core/call-patience.ts';
import { confirm, handOver } from '../core/delivery.ts';
import type { InboxItem } from '../core/inbox.ts';
import { limits } from '../core/limits.ts';
import { afterListening, whileListening } from '../core/listening.ts';
import { sayOfPartner } from '../core/partner.ts';
import { personaOf } from '../core/persona.ts';
import type { PersonaFacts } from '../core/persona-record.ts';
import type { SessionRecord } from '../core/records.ts';
import { fittingTalk, type TalkFilter, unreadTalk } from '../core/talk-mail.ts';
import type { Unit } from '../core/unit.ts';
import type { Agent } from './agent.ts';
import { whileAway } from './away.ts';
import type { DeskContext, DeskParts } from './desk-parts.ts';
import type { ForeignConversations, SaidLine, Spot, TalkKey } from './foreign-conversations.ts';
import type { Own } from './foreign-partner.ts';

export interface Heard {
  /** By conversation; none where nothing came in time. */
  readonly conversations: readonly { readonly key: TalkKey; readonly lines: readonly SaidLine[] }[];
  /** Of messages that wait still. */
  readonly more: number;
  /** The wait that was asked for, within its bounds. */
  readonly minutes: number;
  /** How long of that one call can wait in the client. */
  readonly atOnceMs: number;
}

/** What a partner says after something has changed. */
type Change = (facts: PersonaFacts, now: number) => PersonaFacts;

interface Hearing {
  readonly place: Agent;
  readonly filter: TalkFilter;
}

/** What was taken of one inbox, how much is left there, and whose it is. */
interface Taken {
  readonly items: readonly InboxItem[];
  readonly left: number;
  readonly id: string;
}

export class ForeignListen {
  readonly #parts: DeskParts;
  readonly #context: DeskContext;
  readonly #own: Own;
  readonly #conversations: ForeignConversations;
  readonly #what: string;

  /** `what` is told as progress, in the words of whoever waits. */
  constructor(parts: DeskParts, context: DeskContext, own: Own, conversations: ForeignConversations, what: string) {
    [this.#parts, this.#context, this.#own, this.#conversations] = [parts, context, own, conversations];
    this.#what = what;
  }

  /** Listens to one conversation, or to all; `wanted` are the minutes, the default for null. */
  async listen(spot: Spot | null, wanted: number | null): Promise<Heard> {
    const minutes = minutesOf(wanted);
    const hearings = this.#hearings(spot);
    const atOnceMs = Math.min(minutes * 60_000, await this.#patienceMs());
    const found = (await this.#take(hearings)) ?? (await this.#wait(hearings, spot, atOnceMs));
    return { conversations: [], more: 0, ...found, minutes, atOnceMs };
  }

  #hearings(spot: Spot | null): Hearing[] {
    if (spot === null) return this.#own.places.map(place => ({ place, filter: { conversation: null, from: null } }));
    const { place, conversation, peer } = spot;
    return [{ place, filter: { conversation, from: peer?.id ?? null } }];
  }

  /** Takes what is there: read once the answer is out. Undefined where nothing is. */
  async #take(hearings: readonly Hearing[]): Promise<Pick<Heard, 'conversations' | 'more'> | undefined> {
    const taken = [];
    const parts: (Taken & { readonly place: Agent })[] = [];
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
    return taken.length > 0 ? { conversations: taken, more } : undefined;
  }

  #handedOver(place: Agent, filter: TalkFilter): Promise<Taken> {
    return place.transact(async (unit, me) => {
      const all = await unreadTalk(unit.tx, me, this.#parts.issuer, filter);
      const shown = fittingTalk(all);
      handOver(unit, shown, this.#context.path);
      return { items: shown, left: all.length - shown.length, id: me.id };
    });
  }

  /** Waits so long, and nothing is taken for a call that was cancelled. */
  async #wait(
    hearings: readonly Hearing[],
    spot: Spot | null,
    ms: number,
  ): Promise<Pick<Heard, 'conversations' | 'more'> | undefined> {
    const { world } = this.#parts;
    const ticket = world.ids.next();
    // Who listens to one conversation of another place hears nothing of this one.
    const conversation = spot === null ? null : spot.place === this.#own.meeting ? spot.conversation : '';
    await this.#say((facts, now) => whileListening(facts, now, { ticket, ms, conversation }));
    try {
      return await this.#untilHeard(hearings, ms);
    } finally {
      const isOver = (facts: PersonaFacts, now: number) => afterListening(facts, now, ticket);
      // Where the store is away it is said once it is back; a process that is about to end has no session to say it for any more.
      await this.#say(isOver).catch(() => this.#own.meeting.later((unit, me) => this.#saying(unit, me, isOver)));
    }
  }

  async #untilHeard(hearings: readonly Hearing[], ms: number) {
    const { clock } = this.#parts.world;
    const { signal } = this.#context;
    const hints = await Promise.all(hearings.map(({ place }) => place.hints()));
    const begin = clock.elapsed();
    let told = begin;
    while (true) {
      const seen = hints.map(({ version }) => version);
      const taken = signal.aborted ? undefined : await whileAway(() => this.#take(hearings));
      if (taken) return taken;
      const waited = clock.elapsed() - begin;
      if (waited >= ms || signal.aborted) return undefined;
      if (clock.elapsed() - told >= limits.progressEveryMs) {
        told = clock.elapsed();
        this.#context.progress(this.#what, Math.round(waited / 1000), Math.round(ms / 1000));
      }
      const stop = new AbortController();
      const end = AbortSignal.any([signal, stop.signal]);
      await Promise.race(hints.map((each, at) => each.changed(seen[at] ?? 0, ms - waited, end)));
      stop.abort();
    }
  }

  async #patienceMs(): Promise<number> {
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

function minutesOf(wanted: number | null): number {
  const { listenMinMinutes, listenMaxMinutes, listenDefaultMinutes } = limits;
  return Math.min(listenMaxMinutes, Math.max(listenMinMinutes, wanted ?? listenDefaultMinutes));
}
