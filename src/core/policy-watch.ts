/** The guard's policy while a process runs: people change it in a file, and a server lives for days. */
import { SignalboxError } from './errors.ts';
import { limits } from './limits.ts';
import type { GuardPolicy } from './policy.ts';
import type { Clock, Log } from './ports.ts';

/** Where the guard's policy comes from, in a process that lives on while people change it. */
export interface PolicySource {
  readonly current: GuardPolicy;
  /** The same, read this very moment. */
  refreshed(): GuardPolicy;
  /** What is wrong with the files now, where nobody was told yet. */
  readonly untold: string | null;
  /** Notes that somebody has seen what is wrong. */
  told(): void;
}

/**
 * Reads the policy anew when it is asked for, once in `limits.policyEveryMs` at most. Where its files cannot be read, or say what no
 * policy can, the last one that was valid stays in force, and what is wrong is to be told to a person once.
 */
export class PolicyWatch implements PolicySource {
  readonly #read: () => GuardPolicy;
  readonly #clock: Pick<Clock, 'elapsed'>;
  readonly #log: Pick<Log, 'warn'>;
  #policy: GuardPolicy;
  #readAt: number;
  #wrong: string | null = null;
  #isTold = true;

  /** `read` throws a `SignalboxError` for what is wrong in the files. */
  constructor(first: GuardPolicy, read: () => GuardPolicy, clock: Pick<Clock, 'elapsed'>, log: Pick<Log, 'warn'>) {
    this.#policy = first;
    this.#read = read;
    this.#clock = clock;
    this.#log = log;
    this.#readAt = clock.elapsed();
  }

  get current(): GuardPolicy {
    return this.#clock.elapsed() - this.#readAt < limits.policyEveryMs ? this.#policy : this.refreshed();
  }

  refreshed(): GuardPolicy {
    this.#readAt = this.#clock.elapsed();
    try {
      this.#policy = this.#read();
      this.#wrong = null;
      this.#isTold = true;
    } catch (error) {
      this.#isWrong(error);
    }
    return this.#policy;
  }

  get untold(): string | null {
    return this.#isTold ? null : this.#wrong;
  }

  told(): void {
    this.#isTold = true;
  }

  #isWrong(error: unknown): void {
    const { message, next } =
      error instanceof SignalboxError
        ? error
        : { message: 'The settings cannot be read.', next: 'Look at signalbox.json.' };
    const wrong = `Signalbox: the policy of the guard was changed and is wrong, so the last valid one stays in force. ${message} ${next}`;
    if (wrong === this.#wrong) return;
    this.#wrong = wrong;
    this.#isTold = false;
    this.#log.warn('the changed policy is wrong; the last valid one stays in force', { error: message });
  }
}
