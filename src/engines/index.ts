/** Which engine serves which store URL. An engine, and the driver it needs, is loaded only when it is used. */
import { SignalboxError } from '../core/errors.ts';
import type { Clock, Ids, Log, Store, Wakeups } from '../core/ports.ts';

export interface EngineParts {
  readonly clock: Clock;
  readonly ids: Ids;
  /** Names the boot of this machine (and what else its processes share). */
  readonly boot: string;
  /** Hints between the processes of this machine. */
  readonly wakeups: Wakeups;
  readonly log: Log;
}

/** A store, and the channel over which its processes wake each other. */
export interface Engine {
  readonly store: Store;
  readonly wakeups: Wakeups;
}

/** Opens nothing yet: the first use does. `invalid_input` for a URL no engine serves, `unavailable` where the driver is missing. */
export async function createEngine(url: string, parts: EngineParts): Promise<Engine> {
  const { wakeups } = parts;
  if (url === 'memory:') {
    const { createMemoryStore } = await import('./memory/engine.ts');
    return { store: createMemoryStore(parts), wakeups };
  }
  if (url.startsWith('sqlite:') && url.length > 'sqlite:'.length) {
    const { createSqliteStore } = await import('./sqlite/engine.ts');
    return { store: createSqliteStore({ ...parts, path: url.slice('sqlite:'.length) }), wakeups };
  }
  throw new SignalboxError(
    'invalid_input',
    `No engine serves the store "${withoutSecrets(url)}".`,
    'Use sqlite:PATH for a file on this machine, or memory: to try things out.',
  );
}

/** A store URL as it may be shown: without the password. */
export function withoutSecrets(url: string): string {
  return url.replace(/(:\/\/[^/@:]*):[^/]*@/, '$1:***@').slice(0, 200);
}
