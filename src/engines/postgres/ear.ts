/** Those of this process who listen for one session. */
import { afterIfAlive } from '../server/real-time.ts';

/** After a hint further ones are held back for a while and then come as one; a hail of them (so many) makes the while longer. */
const shortestHoldMs = 2;
const longestHoldMs = 100;
const hail = 5;

export class Ear {
  readonly channel: string;
  readonly #callbacks = new Set<() => void>();
  #stopHolding: (() => void) | undefined;
  #hintsHeld = 0;
  #holdMs = shortestHoldMs;
  /** Whether somebody may already rely on being woken: one who is about to look needs no hint to do so. */
  isReliedOn = false;

  constructor(channel: string) {
    this.channel = channel;
  }

  get isEmpty(): boolean {
    return this.#callbacks.size === 0;
  }

  /** Returns what to give to `remove`: a callback of its own, since one function may listen twice. */
  add(wake: () => void): () => void {
    const callback = () => {
      try {
        wake();
      } catch {
        // One listener's failure is not the others'.
      }
    };
    this.#callbacks.add(callback);
    return callback;
  }

  remove(callback: () => void): void {
    this.#callbacks.delete(callback);
  }

  /** Wakes everybody in a later turn: whoever gives a hint is not interrupted by what the woken do. */
  hint(): void {
    if (this.#stopHolding !== undefined) {
      this.#hintsHeld += 1;
      return;
    }
    setImmediate(() => {
      for (const callback of this.#callbacks) callback();
    });
    this.#stopHolding = afterIfAlive(this.#holdMs, () => {
      this.#stopHolding = undefined;
      const held = this.#hintsHeld;
      this.#hintsHeld = 0;
      this.#holdMs = held >= hail ? Math.min(this.#holdMs * 2, longestHoldMs) : shortestHoldMs;
      if (held > 0) this.hint();
    });
  }

  close(): void {
    this.#callbacks.clear();
    this.#stopHolding?.();
  }
}
