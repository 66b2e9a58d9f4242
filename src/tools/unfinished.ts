/** What a call could not do any more because the store was away: done as soon as its session reaches the store again. */
import { SignalboxError } from '../core/errors.ts';
import { limits } from '../core/limits.ts';
import type { Log } from '../core/ports.ts';
import type { SessionRecord } from '../core/records.ts';
import type { Unit } from '../core/unit.ts';

/** It may be done more than once, and long after: what it undoes may be gone by then. */
export type Work = (unit: Unit, me: SessionRecord) => Promise<void>;

export class Unfinished {
  readonly #log: Log;
  #works: readonly Work[] = [];

  constructor(log: Log) {
    this.#log = log;
  }

  /** Of too much the oldest is forgotten; what it would have ended then ends by its own time. */
  add(work: Work): void {
    this.#works = [...this.#works, work].slice(-limits.unfinishedKept);
  }

  /** Does each by `attempt`. While the store is away all is kept and the error thrown; what fails otherwise is given up. */
  async finish(attempt: (work: Work) => Promise<void>): Promise<void> {
    for (const work of this.#works) {
      try {
        await attempt(work);
      } catch (error) {
        if (error instanceof SignalboxError && error.code === 'unavailable') throw error;
        this.#log.warn('what was left unfinished failed', { error: String(error) });
      }
      this.#works = this.#works.filter(other => other !== work);
    }
  }
}

/** Work of a sub-agent, done as that one if it still lives. */
export function forSession(id: string, work: Work): Work {
  return async unit => {
    const me = await unit.tx.get('session', id);
    if (me?.endedAt === null) await work(unit, me);
  };
}
