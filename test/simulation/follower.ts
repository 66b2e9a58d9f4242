/** Somebody who follows the events by a cursor, in pages of any size, while everything else happens. */
import type { Store } from '../../src/core/ports.ts';

export class Follower {
  readonly #store: Store;
  readonly #project: string;
  cursor = 0;

  constructor(store: Store, project: string) {
    this.#store = store;
    this.#project = project;
  }

  /** Takes one page; `broken` hears of every number that is missing, doubled or out of order. */
  async look(limit: number, broken: (detail: string) => void): Promise<number> {
    const events = await this.#store.eventsAfter(this.#project, this.cursor, limit);
    for (const { sequence } of events) {
      if (sequence !== this.cursor + 1) broken(`behind ${this.cursor} comes ${sequence}`);
      this.cursor = sequence;
    }
    return events.length;
  }
}
