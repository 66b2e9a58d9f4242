/** How long to try again while a server is in somebody else's hands, or away. */
import { limits } from '../../core/limits.ts';
import { ServerFailure } from './failure.ts';
import { elapsedMs, pause } from './real-time.ts';

const shortestPauseMs = 2;
const longestPauseMs = 250;

export interface PatienceOptions {
  /** A whole number from 0 up to, not including, `bound`; keeps processes from trying in step. */
  readonly below: (bound: number) => number;
  readonly patienceMs?: number;
  /** When the caller began to wait, by `elapsedMs`. Default: now. */
  readonly begunMs?: number;
}

/**
 * Runs `attempt` again while it fails with a `ServerFailure` that may pass, with growing pauses of random length ("full jitter":
 * see https://aws.amazon.com/builders-library/timeouts-retries-and-backoff-with-jitter). After `limits.serverPatienceMs` throws
 * the last failure. Anything else is thrown on at once.
 */
export async function withPatience<T>(attempt: (tries: number) => Promise<T>, options: PatienceOptions): Promise<T> {
  const { patienceMs = limits.serverPatienceMs, begunMs = elapsedMs() } = options;
  for (let tries = 0; ; tries += 1) {
    try {
      return await attempt(tries);
    } catch (error) {
      const mayPass = error instanceof ServerFailure && error.kind !== 'refused';
      if (!mayPass || elapsedMs() - begunMs >= patienceMs) throw error;
    }
    const bound = Math.min(longestPauseMs, shortestPauseMs * 2 ** Math.min(tries, 10));
    await pause(1 + options.below(bound));
  }
}
