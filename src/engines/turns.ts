/** Lets jobs in one at a time, and catches the job that would keep all others waiting. */
import { setImmediate as nextRound } from 'node:timers/promises';
import { SignalboxError } from '../core/errors.ts';
import { elapsedMs } from './server/real-time.ts';

/**
 * Jobs run as microtasks, so a caller that does one after the other, or many that stand in line, would keep timers and sockets of
 * their process waiting for as long as they like. After so many jobs, or so long with them, those get their turn.
 */
const jobsPerRound = 64;
const msPerRound = 10;

/** A queue: jobs run in order of arrival and never overlap. A job's failure is its caller's alone. */
export class Turns {
  readonly #elapsed: () => number;
  #last: Promise<unknown> = Promise.resolve();
  #sinceRound = 0;
  #spentMs = 0;

  /** `elapsed` is a time in milliseconds that only rises. */
  constructor(elapsed = elapsedMs) {
    this.#elapsed = elapsed;
  }

  run<T>(job: () => Promise<T>): Promise<T> {
    const result = this.#last.then(() => this.#start(job));
    this.#last = result.catch(() => {});
    return result;
  }

  async #start<T>(job: () => Promise<T>): Promise<T> {
    this.#sinceRound += 1;
    if (this.#sinceRound >= jobsPerRound || this.#spentMs >= msPerRound) {
      [this.#sinceRound, this.#spentMs] = [0, 0];
      await nextRound();
    }
    const begun = this.#elapsed();
    try {
      return await job();
    } finally {
      this.#spentMs += this.#elapsed() - begun;
    }
  }
}

/**
 * Runs `work` and rejects with `internal` if it waits for anything but promises that are already on their way to be settled.
 * A unit over a synchronous engine awaits nothing but microtasks, and all of those run before the next macrotask. So a unit
 * that is still open when one arrives waits for a timer, a file, a socket or another unit, and holds a lock meanwhile.
 * That needs no clock, and the mistake shows at its first run instead of under load.
 */
export function withoutWaiting<T>(work: () => Promise<T>): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    const guard = setImmediate(() => {
      reject(
        new SignalboxError(
          'internal',
          'A unit of work waited for something other than its own transaction and was undone.',
          'Report this as a defect of Signalbox.',
        ),
      );
    });
    work()
      .then(resolve, reject)
      .finally(() => clearImmediate(guard));
  });
}
