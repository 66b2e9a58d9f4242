/** A hub's part in delivering webhooks: it looks what waits, and works on what no other hub is at. */
import { accountsProject } from '../core/account.ts';
import { limits } from '../core/limits.ts';
import { type Heads, hearsOf, listWebhooks } from '../core/webhook.ts';
import type { WebhookRecord } from '../core/webhook-record.ts';
import { isDue } from '../core/webhook-turn.ts';
import { Courier, type CourierParts, Positions } from './webhook-courier.ts';
import { headsOf } from './webhook-heads.ts';

export class WebhookDispatcher {
  readonly #parts: CourierParts;
  readonly #positions = new Positions();
  readonly #working = new Map<string, Promise<void>>();
  #nextProject = 0;
  #isAway = false;

  constructor(parts: CourierParts) {
    this.#parts = parts;
  }

  /**
   * Delivers until `stopping` aborts; resolves once what was under way has ended, which `ended` cuts short. Never rejects: a store
   * that is away is logged once and tried again.
   */
  async run(): Promise<void> {
    const { stopping, world } = this.#parts;
    while (!stopping.aborted) {
      await this.#trying(() => this.look());
      await world.clock.sleep(limits.webhookLookMs, stopping);
    }
    await Promise.all(this.#working.values());
  }

  /** Looks once, and begins what is to be done. */
  async look(): Promise<void> {
    const { store, processes } = this.#parts.world;
    const { all, now } = await store.read(accountsProject, async tx => ({ all: await listWebhooks(tx), now: tx.now }));
    this.#positions.keep(all.map(({ id }) => id));
    const due = all.filter(webhook => isDue(webhook, now, processes) && !this.#working.has(webhook.id));
    if (due.length === 0) return;
    // Whoever waits longest comes first.
    due.sort((one, other) => (one.deliveredAt ?? 0) - (other.deliveredAt ?? 0));
    const heads = await this.#heads();
    for (const webhook of due) {
      if (this.#working.size >= limits.webhooksAtOnce) return;
      const projects = [...heads].flatMap(([project, head]) =>
        this.#hasMore(webhook, project, head) ? [project] : [],
      );
      if (projects.length > 0) this.#begin(webhook, projects);
    }
  }

  #hasMore(webhook: WebhookRecord, project: string, head: number): boolean {
    return head > this.#positions.of(webhook.id, project) && hearsOf(webhook, project);
  }

  #begin(webhook: WebhookRecord, projects: readonly string[]): void {
    const courier = new Courier(this.#parts, this.#positions, webhook);
    const work = this.#trying(() => courier.run(projects)).finally(() => this.#working.delete(webhook.id));
    this.#working.set(webhook.id, work);
  }

  /** Of very many projects each look takes the next ones. */
  #heads(): Promise<Heads> {
    return headsOf(this.#parts.world.store, all => {
      const from = this.#nextProject < all.length ? this.#nextProject : 0;
      this.#nextProject = from + limits.webhookProjectsPerLook;
      return all.slice(from, this.#nextProject);
    });
  }

  async #trying(work: () => Promise<void>): Promise<void> {
    try {
      await work();
      this.#isAway = false;
    } catch (error) {
      if (!this.#isAway) this.#parts.world.log.error('webhooks wait', { error: String(error) });
      this.#isAway = true;
    }
  }
}
