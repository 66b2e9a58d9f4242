/** What a session knows of its last contact with the store. */
import { SignalboxError } from '../core/errors.ts';
import { whileCutOff } from '../core/lease.ts';
import type { Clock, Store } from '../core/ports.ts';

interface Moment {
  readonly elapsed: number;
  readonly now: number;
}

/** What a call of the store told of the session: it counts as alive from its beginning, it has ended, or neither. */
export type Sign = 'alive' | 'ended' | 'none';

export class Contact {
  readonly #clock: Clock;
  readonly #store: Store;
  /** When the last sign of life that the store took was begun; from there the others count the session's lease at the earliest. */
  #last: Moment | undefined;

  constructor({ clock, store }: { readonly clock: Clock; readonly store: Store }) {
    this.#clock = clock;
    this.#store = store;
  }

  /** Runs a call of the store. When that cannot be reached, the error also says what the session may still believe of its locks. */
  async during<T>(call: () => Promise<T>, signOf: (result: T) => Sign): Promise<T> {
    const begun = this.#moment();
    try {
      const result = await call();
      const sign = signOf(result);
      if (sign === 'alive') this.#last = begun;
      if (sign === 'ended') this.#last = undefined;
      return result;
    } catch (error) {
      const isAway = error instanceof SignalboxError && error.code === 'unavailable';
      if (!isAway || !this.#store.spansMachines || this.#last === undefined) throw error;
      const message = `${error.message} ${whileCutOff(this.#since(this.#last))}`;
      throw new SignalboxError('unavailable', message, error.next, { cause: error });
    }
  }

  #moment(): Moment {
    return { elapsed: this.#clock.elapsed(), now: this.#clock.now() };
  }

  /**
   * The longest that any clock says: the one that never jumps stands still while a laptop sleeps, and the one on the wall may
   * have been set. Believing too little costs a look, believing too much costs somebody's work.
   */
  #since(last: Moment): number {
    const { elapsed, now } = this.#moment();
    return Math.max(elapsed - last.elapsed, now - last.now);
  }
}
