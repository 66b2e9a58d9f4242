/** A PostgreSQL store for one test: a schema of its own on a server that others may use as well. */
import { randomBytes } from 'node:crypto';
import { Client } from 'pg';
import type { Store } from '../../../src/core/ports.ts';
import { createPostgresEngine, type PostgresOptions } from '../../../src/engines/postgres/engine.ts';
import { FakeLog } from '../../support/fakes.ts';
import { FakeIds } from '../../support/fakes.ts';
import { systemClock } from '../../../src/system/clock.ts';
import type { StoreBed } from '../store-harness.ts';

export const postgresUrl = process.env.SIGNALBOX_TEST_POSTGRES ?? 'postgres://postgres@127.0.0.1:5432/test';

/** An address with a schema that nothing else uses. */
export function freshAddress(url: string = postgresUrl): { url: string; schema: string } {
  const schema = `test_${randomBytes(6).toString('hex')}`;
  const address = new URL(url);
  address.searchParams.set('schema', schema);
  return { url: address.href, schema };
}

export function postgresParts(): Omit<PostgresOptions, 'url'> {
  return { clock: systemClock, ids: new FakeIds(), log: new FakeLog() };
}

export function openStore(url: string, more: Partial<PostgresOptions> = {}): Store {
  return createPostgresEngine({ ...postgresParts(), url, ...more }).store;
}

/** Runs statements on the server by another way than the engine. */
export async function onServer<T>(use: (client: Client) => Promise<T>, url: string = postgresUrl): Promise<T> {
  const plain = new URL(url);
  plain.searchParams.delete('schema');
  const client = new Client({ connectionString: plain.href });
  await client.connect();
  try {
    return await use(client);
  } finally {
    await client.end();
  }
}

export async function dropSchema(schema: string, url: string = postgresUrl): Promise<void> {
  await onServer(client => client.query(`SET client_min_messages = 'error'; DROP SCHEMA IF EXISTS ${schema} CASCADE`), url);
}

export async function postgresBed(): Promise<StoreBed> {
  const { url, schema } = freshAddress();
  return {
    connect: ({ clock, wakeups }) => openStore(url, { wakeups, time: () => clock.now() }),
    destroy: () => dropSchema(schema),
  };
}
