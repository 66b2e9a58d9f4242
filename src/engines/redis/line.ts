/** Units of one process on one project, one after the other: they would only be in each other's way at the server. */
import type { Call } from './call.ts';
import { within } from './call.ts';
import { Crowded } from './errors.ts';

export class Line {
  #last: Promise<unknown> = Promise.resolve();
  #length = 0;

  get isEmpty(): boolean {
    return this.#length === 0;
  }

  /** Runs `job` when all before it have ended; `busy` when its call is over by then, and it does not run. */
  async run<T>(call: Call, job: () => Promise<T>): Promise<T> {
    const before = this.#last;
    let leave: () => void = () => {};
    const own = new Promise<void>(resolve => {
      leave = resolve;
    });
    // Who gives up waiting must not let the next one in before its time.
    this.#last = before.then(() => own);
    this.#length += 1;
    try {
      if (this.#length > 1) await within(before, call.leftMs, () => new Crowded());
      return await job();
    } finally {
      this.#length -= 1;
      leave();
    }
  }
}
