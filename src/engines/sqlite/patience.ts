/** How long and how often to try again while another process is in the way. */
import { setTimeout as sleep } from 'node:timers/promises';
import { StoreFailure } from './errors.ts';

/**
 * Each attempt may already have waited for the busy timeout, so this many come to about 15 seconds. Attempts are counted
 * because the wait is for other processes: it must end under a test's clock, too, which stands still.
 */
const attempts = 140;
const longestPauseMs = 12;

export interface PatienceOptions {
  /** A whole number from 0 up to, not including, `bound`; keeps processes from trying in step. */
  readonly below: (bound: number) => number;
  readonly pause?: (ms: number) => Promise<unknown>;
}

export class Patience {
  readonly #below: (bound: number) => number;
  readonly #pause: (ms: number) => Promise<unknown>;

  constructor({ below, pause = sleep }: PatienceOptions) {
    this.#below = below;
    this.#pause = pause;
  }

  /**
   * Runs `attempt` again while it fails for being busy, and pauses in between so that the process goes on with other things.
   * In the end throws the last failure, which says that the store was busy for too long.
   */
  async during<T>(attempt: () => T | Promise<T>): Promise<T> {
    for (let left = attempts; ; left--) {
      try {
        return await attempt();
      } catch (error) {
        const isBusy = error instanceof StoreFailure && error.kind === 'busy';
        if (!isBusy || left <= 1) throw error;
      }
      await this.#pause(1 + this.#below(longestPauseMs));
    }
  }
}
