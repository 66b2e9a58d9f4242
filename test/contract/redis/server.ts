/** The servers of these tests, and the few moves that most of them make. */
import { randomUUID } from 'node:crypto';
import { Redis } from 'ioredis';
import { afterAll, afterEach, beforeAll, expect } from 'vitest';
import type { SignalboxError } from '../../../src/core/errors.ts';
import type { Store } from '../../../src/core/ports.ts';
import { createRedisStore, type RedisStoreOptions } from '../../../src/engines/redis/engine.ts';
import { redisServer } from '../../support/servers/choose.ts';
import { program } from '../../support/servers/programs.ts';
import { type RedisOptions, type RedisTestServer, startRedis } from '../../support/servers/redis/test-server.ts';
import { describeUnless } from '../../support/servers/suites.ts';
import { increment, project } from '../store-harness.ts';

/** A suite that starts servers of its own; left out so that nobody overlooks it where none is installed. */
export function describeRedis(title: string, body: () => void): void {
  const lack = { what: 'the program redis-server', remedy: redisServer.remedy };
  describeUnless(program('redis-server') ? undefined : lack, title, body);
}

/** A server of this test alone, to be stopped, started and killed. Keeps what it is given unless told otherwise. */
export function temporaryRedis(settings: RedisOptions['settings'] = {}, more: RedisOptions = {}) {
  return startRedis({ settings: { appendonly: 'yes', appendfsync: 'no', ...settings }, ...more });
}

/** One such server for all tests of the calling file. */
export function useServer(settings: RedisOptions['settings'] = {}): () => RedisTestServer {
  let server: RedisTestServer;
  beforeAll(async () => {
    server = await temporaryRedis(settings);
  });
  afterAll(() => server.remove());
  return () => server;
}

/** `url` with a beginning of its own for all keys, so that tests on one server do not meet. */
export function withPrefix(url: string, prefix = `test-${randomUUID()}`): string {
  const own = new URL(url);
  own.searchParams.set('prefix', prefix);
  return own.href;
}

/** Opens stores that are closed behind each test of the calling file. */
export function useStores(): (url: string, options?: Partial<RedisStoreOptions>) => Store {
  const opened: Store[] = [];
  afterEach(async () => {
    for (const store of opened.splice(0)) await store.close();
  });
  return (url, options = {}) => {
    const store = createRedisStore({ url, ...options });
    opened.push(store);
    return store;
  };
}

/** Removes everything whose key begins with the prefix of `url`. */
export async function removeKeys(url: string): Promise<void> {
  const { searchParams } = new URL(url);
  const client = new Redis(url.replace(/\?.*$/, ''));
  for await (const keys of client.scanStream({ match: `${searchParams.get('prefix')}:*`, count: 1_000 })) {
    if ((keys as string[]).length > 0) await client.unlink(keys as string[]);
  }
  client.disconnect();
}

/** What a caller is shown when it tries to write. */
export async function refusal(store: Store): Promise<SignalboxError> {
  const error = await store
    .transact(project, tx => increment(tx))
    .then(
      () => undefined,
      thrown => thrown as SignalboxError,
    );
  if (error === undefined) throw new Error('it was not refused');
  assertPlain(error);
  return error;
}

/** Whole sentences without the words of the server or of the driver. */
export function assertPlain(error: SignalboxError): void {
  expect(error).toMatchObject({ name: expect.stringMatching(/Error$/), code: 'unavailable' });
  expect(error.message).toMatch(/^[A-Z].*\.$/);
  expect(error.next).toMatch(/^[A-Z].*\.$/);
  expect(`${error.message} ${error.next}`).not.toMatch(
    /ECONN|ReplyError|NOAUTH|WRONGPASS|OOM|READONLY|secret|evalsha/i,
  );
}
