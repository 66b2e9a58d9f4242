/** Which engine serves which store URL. An engine is loaded only when it is used. */
import { SignalboxError } from '../core/errors.ts';
import type { Clock, Ids, Log, Store, Wakeups } from '../core/ports.ts';

export interface EngineParts {
  readonly clock: Clock;
  readonly ids: Ids;
  /** Names the boot of this machine (and what else its processes share). */
  readonly boot: string;
  readonly wakeups: Wakeups;
  readonly log: Log;
}

/** Opens nothing yet: the first use does. `invalid_input` for a URL no engine serves. */
export async function createStore(url: string, parts: EngineParts): Promise<Store> {
  if (url === 'memory:') {
    const { createMemoryStore } = await import('./memory/engine.ts');
    return createMemoryStore(parts);
  }
  if (url.startsWith('sqlite:') && url.length > 'sqlite:'.length) {
    const { createSqliteStore } = await import('./sqlite/engine.ts');
    return createSqliteStore({ ...parts, path: url.slice('sqlite:'.length) });
  }
  throw new SignalboxError(
    'invalid_input',
    `No engine serves the store "${withoutSecrets(url)}".`,
    'Use sqlite:PATH for a file on this machine, or memory: to try things out.',
  );
}

/** A store URL as it may be shown: without the password. */
export function withoutSecrets(url: string): string {
  return url.replace(/(:\/\/[^/@:]*):[^/@]*@/, '$1:***@').slice(0, 200);
}
