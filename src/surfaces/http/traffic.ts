/** How much the hub takes from whom, by the minute and at once. Each replica counts for itself. */
import { limits } from '../../core/limits.ts';
import type { Clock } from '../../core/ports.ts';

const minuteMs = 60_000;

/** Counts by name within the present minute; of too many names those are forgotten that were counted longest ago. */
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

/** Counts what is open, by name. */
export class AtOnce {
  readonly #most: number;
  readonly #counts = new Map<string, number>();

  constructor(most: number) {
    this.#most = most;
  }

  /** Counts one more; false, and nothing counted, where that is one too many. */
  begin(name: string): boolean {
    const count = this.#counts.get(name) ?? 0;
    if (count >= this.#most) return false;
    this.#counts.set(name, count + 1);
    return true;
  }

  end(name: string): void {
    const left = (this.#counts.get(name) ?? 0) - 1;
    if (left > 0) this.#counts.set(name, left);
    else this.#counts.delete(name);
  }
}
