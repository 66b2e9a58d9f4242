/** Time as one simulated process has it: it may be stopped for a while, and it may be gone. */
import { setMaxListeners } from 'node:events';
import type { Clock } from '../../src/core/ports.ts';
import type { FakeClock } from '../support/fakes.ts';

export class ProcessClock implements Clock {
  readonly #time: FakeClock;
  readonly #machine: { readonly wallAheadMs: number };
  readonly #gone = new AbortController();
  readonly #stops = new Set<() => void>();
  #waiting: (() => void)[] = [];
  #isStopped = false;

  /** What the machine's wall clock says may be anything: nothing of the store may go by it. */
  constructor(time: FakeClock, machine: { readonly wallAheadMs: number }) {
    this.#time = time;
    this.#machine = machine;
    // One listener for each sleep under way.
    setMaxListeners(0, this.#gone.signal);
  }

  now(): number {
    return this.#time.now() + this.#machine.wallAheadMs;
  }

  elapsed(): number {
    return this.#time.elapsed();
  }

  uptime = (): number => this.#time.elapsed();

  /** How many repeating ticks it has: none when it has left properly. */
  get ticking(): number {
    return this.#stops.size;
  }

  get isStopped(): boolean {
    return this.#isStopped;
  }

  /** Ends when the process may run: at once, when it goes on, or never. Everything that it does passes here. */
  async gate(): Promise<void> {
    while (this.#isStopped || this.#gone.signal.aborted) {
      await new Promise<void>(resolve => this.#waiting.push(resolve));
    }
  }

  async sleep(ms: number, signal?: AbortSignal): Promise<void> {
    const stop = new AbortController();
    const end = () => stop.abort();
    for (const reason of [signal, this.#gone.signal]) {
      if (reason?.aborted) stop.abort();
      else reason?.addEventListener('abort', end, { once: true });
    }
    await this.#time.sleep(ms, stop.signal);
    signal?.removeEventListener('abort', end);
    this.#gone.signal.removeEventListener('abort', end);
    await this.gate();
  }

  every(ms: number, tick: () => void): () => void {
    let isMissed = false;
    const stop = this.#time.every(ms, () => {
      if (!this.#isStopped) return tick();
      if (isMissed) return;
      // However many fell due while the process stood still: it ticks once when it goes on.
      isMissed = true;
      this.#waiting.push(() => {
        isMissed = false;
        if (this.#stops.has(end)) tick();
      });
    });
    const end = () => {
      stop();
      this.#stops.delete(end);
    };
    this.#stops.add(end);
    return end;
  }

  /** Like SIGSTOP: what is under way goes no further, time does. */
  stop(): void {
    this.#isStopped = true;
  }

  goOn(): void {
    this.#isStopped = false;
    for (const resolve of this.#waiting.splice(0)) resolve();
  }

  /** Like SIGKILL: nothing of it ever runs again. */
  end(): void {
    this.#isStopped = true;
    this.#waiting = [];
    for (const stop of [...this.#stops]) stop();
    this.#gone.abort();
  }
}
