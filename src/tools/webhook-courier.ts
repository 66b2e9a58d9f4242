/** One turn at one webhook: what happened in its projects is posted, event by event and in order, until nothing is left or one fails. */
import { accountsProject, type Digests } from '../core/account.ts';
import { isChosen } from '../core/event-types.ts';
import { limits } from '../core/limits.ts';
import type { Event, Transaction } from '../core/ports.ts';
import { postingOf } from '../core/webhook-message.ts';
import type { WebhookParts } from '../core/webhook-port.ts';
import type { WebhookRecord } from '../core/webhook-record.ts';
import { outcomeOf } from '../core/webhook-schedule.ts';
import { cursorOf, endTurn, passOver, renewTurn, settle, type Turn, takeTurn } from '../core/webhook-turn.ts';
import { sessionsIn } from '../core/webhook-words.ts';
import type { World } from './world.ts';

export interface CourierParts extends WebhookParts {
  readonly world: Pick<World, 'store' | 'clock' | 'ids' | 'processes' | 'log'>;
  readonly digests: Digests;
  /** Nothing new is begun after this. */
  readonly stopping: AbortSignal;
  /** What is under way is given up. */
  readonly ended: AbortSignal;
  /** Counts attempts, for the figures of a hub. */
  count(outcome: 'delivered' | 'failed'): void;
}

/** How far each webhook has come in each project, as far as this process knows: never further than it is. */
export class Positions {
  readonly #known = new Map<string, Map<string, number>>();

  of(webhook: string, project: string): number {
    return this.#known.get(webhook)?.get(project) ?? 0;
  }

  raise(webhook: string, project: string, sequence: number): void {
    const projects = this.#known.get(webhook) ?? new Map<string, number>();
    this.#known.set(webhook, projects.set(project, Math.max(sequence, projects.get(project) ?? 0)));
  }

  /** Forgets the webhooks that are gone. */
  keep(webhooks: readonly string[]): void {
    for (const id of this.#known.keys()) if (!webhooks.includes(id)) this.#known.delete(id);
  }
}

export class Courier {
  readonly #parts: CourierParts;
  readonly #positions: Positions;
  readonly #webhook: WebhookRecord;

  constructor(parts: CourierParts, positions: Positions, webhook: WebhookRecord) {
    [this.#parts, this.#positions, this.#webhook] = [parts, positions, webhook];
  }

  /** Delivers what waits in these projects, if anything wanted does. Errors: those of the store. */
  async run(projects: readonly string[]): Promise<void> {
    const waiting: string[] = [];
    for (const project of projects) if (await this.#isAwaited(project)) waiting.push(project);
    if (waiting.length === 0) return;
    const { clock, processes } = this.#parts.world;
    const leaseFrom = clock.elapsed();
    const taken = await this.#unit(tx => takeTurn({ tx, processes }, this.#webhook.id));
    if (!taken) return;
    const hold = { turn: { webhook: taken.id, fence: taken.fence }, from: leaseFrom };
    try {
      // A page of each in turn, so that a busy project holds up no other.
      for (let project = waiting.shift(); project !== undefined; project = waiting.shift()) {
        const result = await this.#deliverPage(taken, hold, project);
        if (result === 'stop') return;
        if (result === 'more') waiting.push(project);
      }
    } finally {
      await this.#unit(tx => endTurn(tx, hold.turn));
    }
  }

  /** Whether a project holds an event that is wanted and was not delivered; what is not wanted is passed over on the way. */
  async #isAwaited(project: string): Promise<boolean> {
    const { id, events } = this.#webhook;
    const { store } = this.#parts.world;
    const stored = await store.read(accountsProject, tx => cursorOf(tx, id, project));
    this.#positions.raise(id, project, stored);
    for (;;) {
      const from = this.#positions.of(id, project);
      const page = await store.eventsAfter(project, from, limits.eventsPerLook);
      const wanted = page.findIndex(({ type }) => isChosen(events, type));
      const to = (wanted < 0 ? page.at(-1)?.sequence : page[wanted - 1]?.sequence) ?? from;
      this.#positions.raise(id, project, to);
      if (wanted >= 0) return true;
      if (page.length < limits.eventsPerLook) {
        if (to - stored >= limits.webhookSkippedNoted)
          await this.#unit(tx => passOver(tx, id, project, { from: stored, to }));
        return false;
      }
    }
  }

  /** A page of one project: `stop` when nothing more may be sent now. */
  async #deliverPage(webhook: WebhookRecord, hold: Hold, project: string): Promise<'more' | 'done' | 'stop'> {
    const { store } = this.#parts.world;
    // Somebody else may have had the turn since this was last read.
    const from = await store.read(accountsProject, tx => cursorOf(tx, webhook.id, project));
    const page = await store.eventsAfter(project, from, limits.eventsPerLook);
    for (const event of page) {
      if (!isChosen(webhook.events, event.type)) continue;
      if (this.#parts.stopping.aborted || !(await this.#keeps(hold))) return 'stop';
      if (!(await this.#deliver(webhook, hold, project, event))) return 'stop';
    }
    const last = page.at(-1)?.sequence ?? from;
    this.#positions.raise(webhook.id, project, last);
    return page.length < limits.eventsPerLook ? 'done' : 'more';
  }

  /** Sends one event and stores what came of it; whether the next one may follow. */
  async #deliver(webhook: WebhookRecord, hold: Hold, project: string, event: Event): Promise<boolean> {
    const { world, digests, signatures, post, ended, count } = this.#parts;
    const { clock, ids, processes, log } = world;
    const handles = webhook.kind === 'standard' ? new Map<string, string>() : await this.#handlesOf(project, event);
    const posting = postingOf(webhook, { event, project, handles }, { now: clock.now(), digests, signatures });
    const answer = await post.post(posting, ended);
    // Whether it came is not known, and whoever goes on sends it again.
    if (ended.aborted) return false;
    const outcome = outcomeOf(answer, clock.now());
    count(outcome.what === 'delivered' ? 'delivered' : 'failed');
    const from = clock.elapsed();
    const place = { project, sequence: event.sequence };
    const result = await this.#unit(tx => settle({ tx, ids, processes }, hold.turn, place, outcome));
    hold.from = from;
    if (outcome.what === 'delivered') this.#positions.raise(webhook.id, project, event.sequence);
    else {
      const about = { webhook: webhook.name, project, event: event.type, why: outcome.because };
      if (result === 'disabled') log.error('webhook disabled', about);
      else log.warn('webhook failed', about);
    }
    return result === 'next';
  }

  /** Has the lease last for one more post; false when it is another's. */
  async #keeps(hold: Hold): Promise<boolean> {
    const { clock, processes } = this.#parts.world;
    const now = clock.elapsed();
    if (limits.webhookLeaseMs - (now - hold.from) >= limits.webhookLeaseLeastMs) return true;
    const isKept = await this.#unit(tx => renewTurn({ tx, processes }, hold.turn));
    hold.from = now;
    return isKept;
  }

  async #handlesOf(project: string, event: Event): Promise<Map<string, string>> {
    const sessions = await this.#parts.world.store.read(project, tx =>
      Promise.all(sessionsIn(event).map(id => tx.get('session', id))),
    );
    return new Map(sessions.flatMap(session => (session ? [[session.id, session.handle]] : [])));
  }

  #unit<T>(work: (tx: Transaction) => Promise<T>): Promise<T> {
    return this.#parts.world.store.transact(accountsProject, work);
  }
}

/** A turn, and since when by this process's own time its lease counts: from before it was asked for, so that it is never thought longer. */
interface Hold {
  readonly turn: Turn;
  from: number;
}
