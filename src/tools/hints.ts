/** Where a process waits for wake-ups. A hint has no content: whoever wakes looks into the store. */
import { limits } from '../core/limits.ts';
import type { Clock, Wakeups } from '../core/ports.ts';

export class Hints {
  #version = 0;
  readonly #clock: Clock;
  readonly #wakeups: Pick<Wakeups, 'attend'>;
  readonly #waiting = new Set<() => void>();

  constructor(clock: Clock, wakeups: Pick<Wakeups, 'attend'>) {
    this.#clock = clock;
    this.#wakeups = wakeups;
  }

  /** How many hints have come. Read it before looking into the store, so that a hint between looking and waiting is not missed. */
  get version(): number {
    return this.#version;
  }

  bump(): void {
    this.#version += 1;
    for (const wake of [...this.#waiting]) wake();
  }

  /**
   * Resolves on the first hint after `seen`, on abort, or after `ms`; at the latest after `atMostMs`, because hints may be lost.
   * Never rejects.
   */
  async changed(seen: number, ms: number, signal?: AbortSignal, atMostMs: number = limits.safetyPollMs): Promise<void> {
    if (this.#version !== seen || signal?.aborted) return;
    const stop = new AbortController();
    const end = () => stop.abort();
    const rest = this.#wakeups.attend();
    this.#waiting.add(end);
    signal?.addEventListener('abort', end, { once: true });
    await this.#clock.sleep(Math.min(ms, atMostMs), stop.signal);
    this.#waiting.delete(end);
    rest();
    signal?.removeEventListener('abort', end);
  }
}
