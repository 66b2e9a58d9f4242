/** How much the hub takes from whom, counted by the minute. Each replica counts for itself. */
import { limits } from '../../core/limits.ts';
import type { Clock } from '../../core/ports.ts';

const minuteMs = 60_000;

/** Counts by name within the present minute; the names that came first are forgotten when there are too many. */
export class Traffic {
  readonly #clock: Clock;
  readonly #perMinute: number;
  readonly #counts = new Map<string, number>();
  #began = Number.NEGATIVE_INFINITY;

  constructor(clock: Clock, perMinute: number) {
    this.#clock = clock;
    this.#perMinute = perMinute;
  }

  /** Counts one more; false where that is one too many. */
  take(name: string): boolean {
    this.#turn();
    const count = (this.#counts.get(name) ?? 0) + 1;
    this.#counts.delete(name);
    this.#counts.set(name, count);
    const [oldest] = this.#counts.keys();
    if (this.#counts.size > limits.hubAddressesRemembered && oldest !== undefined) this.#counts.delete(oldest);
    return count <= this.#perMinute;
  }

  /** Whether one more would be too many. */
  isSpent(name: string): boolean {
    this.#turn();
    return (this.#counts.get(name) ?? 0) >= this.#perMinute;
  }

  /** Seconds until the count begins anew. */
  get secondsLeft(): number {
    return Math.max(1, Math.ceil((this.#began + minuteMs - this.#clock.elapsed()) / 1_000));
  }

  #turn(): void {
    const now = this.#clock.elapsed();
    if (now - this.#began < minuteMs) return;
    this.#began = now;
    this.#counts.clear();
  }
}
