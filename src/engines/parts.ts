/** What an engine is made from and what it gives. */
import type { Clock, Ids, Log, Store, Wakeups } from '../core/ports.ts';

export interface EngineParts {
  readonly clock: Clock;
  readonly ids: Ids;
  /** Names the boot of this machine (and what else its processes share). */
  readonly boot: string;
  /** Hints between the processes of this machine. */
  readonly wakeups: Wakeups;
  readonly log: Log;
  /**
   * Whether the address was chosen by this user. One that came with a repository must not be given a password that the
   * environment or the user's own files hold for other servers.
   */
  readonly isOwnAddress?: boolean;
  /** How long a call tries again while a server is away. Default: `limits.serverPatienceMs`. */
  readonly patienceMs?: number | undefined;
}

/** A store, and the channel over which its processes wake each other. */
export interface Engine {
  readonly store: Store;
  readonly wakeups: Wakeups;
}
