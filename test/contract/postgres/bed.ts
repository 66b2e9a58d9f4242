/** Opens PostgreSQL stores as the tests need them. */
import { createPostgresEngine, type PostgresOptions } from '../../../src/engines/postgres/engine.ts';
import { systemClock } from '../../../src/system/clock.ts';
import { FakeIds, FakeLog } from '../../support/fakes.ts';

export function openEngine(url: string, more: Partial<PostgresOptions> = {}) {
  return createPostgresEngine({ clock: systemClock, ids: new FakeIds(), log: new FakeLog(), url, ...more });
}

/** The patience of a call that must not need any: a test in which it waits does not end in time. */
export const endless = { patienceMs: 3_600_000 };

/** The same server as in `url`, behind another port. */
export function through(url: string, port: number): string {
  const address = new URL(url);
  address.hostname = '127.0.0.1';
  address.port = String(port);
  return address.href;
}

export function portOf(url: string): number {
  return Number(new URL(url).port || 5432);
}
