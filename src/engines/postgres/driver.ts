/** Loads the driver when the engine is first used: those who keep their store in a file need not install it. */
import { SignalboxError } from '../../core/errors.ts';

export type Driver = typeof import('pg');

/** `unavailable` says what to install. */
export async function loadDriver(): Promise<Driver> {
  try {
    const module = (await import('pg')) as unknown as { default?: Driver } & Driver;
    return module.default ?? module;
  } catch (cause) {
    throw new SignalboxError(
      'unavailable',
      'A store on PostgreSQL needs the package pg, which is not installed.',
      'Install it beside Signalbox: npm install --global pg (or npx --package signalbox --package pg signalbox …).',
      { cause },
    );
  }
}
