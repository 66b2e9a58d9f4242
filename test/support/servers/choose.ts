/**
 * Which server the tests use: the one named by a variable, else one that answers on the standard port of this machine, else a
 * temporary one of the installed programs.
 */
import { randomBytes } from 'node:crypto';
import { userInfo } from 'node:os';
import { Redis } from 'ioredis';
import pg from 'pg';
import { hubRoom } from './hub-room.ts';
import { startPostgres } from './postgres/test-server.ts';
import { postgresPrograms, program } from './programs.ts';
import { startRedis } from './redis/test-server.ts';

export interface ChosenServer {
  readonly url: string;
  readonly version: string;
  /** Room for one store beside all others: nothing is there yet. */
  room(): StoreRoom;
  /** Removes a temporary server; leaves any other alone. */
  release(): Promise<void>;
}

export interface StoreRoom {
  /** The URL of a store as users write it. */
  readonly url: string;
  /** Where the store itself is, where that URL is of something before it. */
  readonly store?: string;
  /** What else has to be said to use it. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Removes what was stored there. */
  clear(): Promise<void>;
}

/** A kind of server that tests may ask for. */
export interface ServerKind {
  readonly name: string;
  /** How to get one, as a sentence. */
  readonly remedy: string;
  /** Undefined when there is none and none can be started. Throws when the one that was named does not answer. */
  choose(): Promise<ChosenServer | undefined>;
}

export const postgresServer: ServerKind = {
  name: 'PostgreSQL',
  remedy: 'Install the package "postgresql" (the tests start a server), or set SIGNALBOX_TEST_POSTGRES to a URL.',
  choose: () =>
    choose({
      named: process.env.SIGNALBOX_TEST_POSTGRES,
      standard: [userInfo().username, 'postgres', 'test'].flatMap(user =>
        ['test', 'postgres'].map(database => `postgres://${encodeURIComponent(user)}@127.0.0.1:5432/${database}`),
      ),
      versionOf: postgresVersion,
      room: postgresRoom,
      start: async () => (postgresPrograms() ? startPostgres({ settings: { max_connections: 200 } }) : undefined),
    }),
};

export const redisServer: ServerKind = {
  name: 'Redis',
  remedy: 'Install the package "redis-server" (the tests start a server), or set SIGNALBOX_TEST_REDIS to a URL.',
  choose: () =>
    choose({
      named: process.env.SIGNALBOX_TEST_REDIS,
      standard: ['redis://127.0.0.1:6379'],
      versionOf: redisVersion,
      room: redisRoom,
      start: async () => (program('redis-server') ? startRedis() : undefined),
    }),
};

interface Policy {
  readonly named: string | undefined;
  /** Servers that this machine may have anyway. */
  readonly standard: readonly string[];
  /** Throws when it does not answer, or does not let the tests create what they need. */
  versionOf(url: string): Promise<string>;
  room(url: string): StoreRoom;
  start(): Promise<{ readonly url: string; readonly version: string; remove(): Promise<void> } | undefined>;
}

async function choose({ named, standard, versionOf, room, start }: Policy): Promise<ChosenServer | undefined> {
  const chosen = (url: string, version: string, release = async () => {}) => ({
    url,
    version,
    room: () => room(url),
    release,
  });
  // One that was named on purpose is used or the tests fail: another one would be a test of something else.
  if (named) return chosen(named, await versionOf(named));
  for (const url of standard) {
    const version = await versionOf(url).catch(() => undefined);
    if (version !== undefined) return chosen(url, version);
  }
  const started = await start();
  return started && chosen(started.url, started.version, () => started.remove());
}

/** Room for one store on a server known by its URL. */
export function roomOn(server: string): StoreRoom {
  if (server === 'hub') return hubRoom();
  return server.startsWith('redis') ? redisRoom(server) : postgresRoom(server);
}

/** A schema that nobody else has. */
function postgresRoom(server: string): StoreRoom {
  const schema = `test_${randomBytes(6).toString('hex')}`;
  const clear = () => onPostgres(server, client => client.query(`DROP SCHEMA IF EXISTS ${schema} CASCADE`));
  return { url: withParameter(server, 'schema', schema), clear: async () => void (await clear()) };
}

/** A beginning of keys that nobody else has. */
function redisRoom(server: string): StoreRoom {
  const prefix = `test:${randomBytes(6).toString('hex')}`;
  const clear = () =>
    onRedis(server, async client => {
      for await (const keys of client.scanStream({ match: `*${prefix}*`, count: 1_000 })) {
        if (keys.length > 0) await client.unlink(...keys);
      }
    });
  return { url: withParameter(server, 'prefix', prefix), clear };
}

function withParameter(text: string, name: string, value: string): string {
  const url = new URL(text);
  url.searchParams.set(name, value);
  return url.href;
}

async function postgresVersion(url: string): Promise<string> {
  const { rows } = await onPostgres(url, client =>
    client.query(
      "SELECT current_setting('server_version') AS version, has_database_privilege(current_database(), 'CREATE') AS may",
    ),
  );
  if (!rows[0]?.may) throw new Error('this user may not create a schema in that database');
  return String(rows[0].version).split(' ')[0] ?? '';
}

async function redisVersion(url: string): Promise<string> {
  return onRedis(url, async client => /redis_version:(\S+)/.exec(await client.info('server'))?.[1] ?? '');
}

async function onPostgres<T>(url: string, use: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 2_000 });
  client.on('error', () => {});
  try {
    await client.connect();
    return await use(client);
  } finally {
    await client.end().catch(() => {});
  }
}

async function onRedis<T>(url: string, use: (client: Redis) => Promise<T>): Promise<T> {
  const client = new Redis(url, { lazyConnect: true, retryStrategy: () => null, connectTimeout: 2_000 });
  // What goes wrong is thrown by the command.
  client.on('error', () => {});
  try {
    await client.connect();
    return await use(client);
  } finally {
    client.disconnect();
  }
}
