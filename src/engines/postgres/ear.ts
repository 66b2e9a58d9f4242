/** Those of this process who listen for one session. */

/** After a hint further ones are held back for so long, and then come as one. */
const burstMs = 5;

export class Ear {
  readonly channel: string;
  readonly #callbacks = new Set<() => void>();
  #held: NodeJS.Timeout | undefined;
  #wasHintedAgain = false;

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
    if (this.#held !== undefined) {
      this.#wasHintedAgain = true;
      return;
    }
    setImmediate(() => {
      for (const callback of this.#callbacks) callback();
    });
    this.#held = setTimeout(() => {
      this.#held = undefined;
      if (!this.#wasHintedAgain) return;
      this.#wasHintedAgain = false;
      this.hint();
    }, burstMs);
    this.#held.unref();
  }

  close(): void {
    this.#callbacks.clear();
    clearTimeout(this.#held);
  }
}
