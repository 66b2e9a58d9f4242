/** The time that one call of the store has, whatever it waits for meanwhile. */
import { limits } from '../../core/limits.ts';
import { after, elapsedMs } from '../server/real-time.ts';

/** An answer that is on its way is worth a little more time: without it nobody knows what is wrong, or what was stored. */
const answerMs = 500;

export class Call {
  readonly #endsAt: number;

  constructor(patienceMs: number = limits.serverPatienceMs) {
    this.#endsAt = elapsedMs() + patienceMs;
  }

  /** Milliseconds left, at least 1. */
  get leftMs(): number {
    return Math.max(1, this.#endsAt - elapsedMs());
  }

  /** How long to wait for one answer. */
  get waitMs(): number {
    return Math.min(limits.serverStatementMs, Math.max(answerMs, this.leftMs));
  }

  get isOver(): boolean {
    return elapsedMs() >= this.#endsAt;
  }
}

/** What `promise` gives, or what `late` throws when that takes longer than `ms`; then nobody waits for the promise any more. */
export function within<T>(promise: Promise<T>, ms: number, late: () => Error): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    const stop = after(ms, () => reject(late()));
    promise.then(resolve, reject).finally(stop);
  });
}
