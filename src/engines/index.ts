/** Which engine serves which store URL. An engine, and the driver it needs, is loaded only when it is used. */
import { SignalboxError } from '../core/errors.ts';
import { isModuleUrl } from './module-url.ts';
import type { Engine, EngineParts } from './parts.ts';

export type { Engine, EngineParts } from './parts.ts';

/** Opens nothing yet: the first use does. `invalid_input` for a URL no engine serves, `unavailable` where the driver is missing. */
export async function createEngine(url: string, parts: EngineParts): Promise<Engine> {
  const { wakeups, ids, log, patienceMs } = parts;
  // The servers' own channels take the place of that of this machine.
  const shared = { ids, log, patienceMs };
  if (url === 'memory:') {
    const { createMemoryStore } = await import('./memory/engine.ts');
    return { store: createMemoryStore(parts), wakeups };
  }
  if (url.startsWith('sqlite:') && url.length > 'sqlite:'.length) {
    const { createSqliteStore } = await import('./sqlite/engine.ts');
    return { store: createSqliteStore({ ...parts, path: url.slice('sqlite:'.length) }), wakeups };
  }
  if (isModuleUrl(url)) {
    const { createModuleEngine } = await import('./module.ts');
    return createModuleEngine(url, parts);
  }
  if (/^postgres(ql)?:/.test(url)) {
    const { createPostgresEngine } = await import('./postgres/engine.ts');
    const { clock, isOwnAddress = true } = parts;
    return createPostgresEngine({ ...shared, url, clock, isOwnAddress });
  }
  if (/^rediss?(\+unix)?:/.test(url)) {
    const { createRedisEngine } = await import('./redis/engine.ts');
    return createRedisEngine({ ...shared, url });
  }
  throw new SignalboxError(
    'invalid_input',
    // The rest may be a password that was meant for something else.
    `No engine serves a store that begins with "${/^[a-z+]{0,20}/i.exec(url)?.[0]}".`,
    'Use sqlite:PATH for this machine, postgres://… or redis://… for several, module:PATH for an engine of your own, or memory:.',
  );
}
