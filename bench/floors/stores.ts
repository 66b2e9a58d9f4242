/**
 * Floors of the engines: what a unit of work cannot do without on each kind of server, by hand with the same driver. That is a
 * read and a write by key, each with a round trip of its own where there is a network, and one commit. Nothing keeps the two
 * together on a server, no event is written, and no other index than the key's.
 */
import { Redis } from 'ioredis';
import pg from 'pg';
import { chooseDriver } from '../../src/engines/sqlite/driver.ts';

/** What a worker does on a store, with the product or without. */
export interface Work {
  unit(key: string): Promise<void>;
  /** The same so that nobody comes between the read and the write: what a unit has to do where many want one key. */
  alone(key: string): Promise<void>;
  /** Gives a hint to who listens under that name; when it was on its way, by the machine's monotonic time in nanoseconds. */
  hint(to: string): Promise<bigint>;
  close(): Promise<void>;
}

/** The key, or name of a listener, that a floor uses; the room's own, so that rooms do not disturb each other. */
export function channelOf(room: string, to: string): string {
  return `${roomOf(room).name}_${to}`.replace(/\W/g, '_');
}

/** Makes what the floor of a room needs: a table with a row for each key. Redis needs nothing. */
export async function layFloor(room: string, keys: readonly string[]): Promise<void> {
  const { url, name } = roomOf(room);
  if (url.startsWith('postgres')) {
    const client = await postgresClient(url);
    await client.query(`CREATE SCHEMA ${name}; CREATE TABLE ${name}.floor (k text PRIMARY KEY, v bigint NOT NULL)`);
    await client.query(`INSERT INTO ${name}.floor SELECT unnest($1::text[]), 0`, [keys]);
    await client.end();
  } else if (url.startsWith('sqlite:')) {
    const database = sqliteDatabase(url);
    database.exec(`PRAGMA journal_mode=WAL; CREATE TABLE floor (k TEXT PRIMARY KEY, v INTEGER NOT NULL) STRICT;
      CREATE TABLE event (k TEXT NOT NULL, v INTEGER NOT NULL, body TEXT NOT NULL, PRIMARY KEY (k, v)) STRICT, WITHOUT ROWID`);
    for (const key of keys) database.prepare('INSERT INTO floor VALUES (?, 0)').run(key);
    database.close();
  }
}

export async function openFloor(room: string): Promise<Work> {
  if (room.startsWith('sqlite:')) return sqliteFloor(room);
  return room.startsWith('postgres') ? postgresFloor(room) : redisFloor(room);
}

/** Calls `wake` for each hint of a floor to `to`; connects on its own. What it returns ends it. */
export async function listenBare(room: string, to: string, wake: () => void): Promise<() => Promise<void>> {
  const { url } = roomOf(room);
  if (url.startsWith('postgres')) {
    const client = await postgresClient(url);
    client.on('notification', wake);
    await client.query(`LISTEN ${channelOf(room, to)}`);
    return () => client.end();
  }
  const client = await redisClient(url);
  client.on('message', wake);
  await client.subscribe(channelOf(room, to));
  return async () => client.disconnect();
}

async function postgresFloor(room: string): Promise<Work> {
  const { url, name } = roomOf(room);
  const client = await postgresClient(url);
  return {
    async unit(key) {
      await client.query({ name: 'read', text: `SELECT v FROM ${name}.floor WHERE k = $1`, values: [key] });
      await client.query({ name: 'write', text: `UPDATE ${name}.floor SET v = v + 1 WHERE k = $1`, values: [key] });
    },
    async alone(key) {
      const row = `${name}.floor WHERE k = '${key}'`;
      const [, found] = (await client.query(`BEGIN; SELECT v FROM ${row} FOR UPDATE`)) as unknown as pg.QueryResult[];
      const value = Number(found?.rows[0]?.v) + 1;
      await client.query(`UPDATE ${name}.floor SET v = ${value} WHERE k = '${key}'; COMMIT`);
    },
    async hint(to) {
      const begun = process.hrtime.bigint();
      await client.query(`NOTIFY ${channelOf(room, to)}`);
      return begun;
    },
    close: () => client.end(),
  };
}

async function redisFloor(room: string): Promise<Work> {
  const { url, name } = roomOf(room);
  const client = await redisClient(url);
  const load = async (script: string) => String(await client.script('LOAD', script));
  const read = await load("return redis.call('GET', KEYS[1])");
  const write = await load("return redis.call('SET', KEYS[1], ARGV[1])");
  return {
    async unit(key) {
      const value = await client.evalsha(read, 1, `${name}:${key}`);
      await client.evalsha(write, 1, `${name}:${key}`, Number(value) + 1);
    },
    async alone(key) {
      for (;;) {
        const [, [, value] = []] = (await client.pipeline().watch(`${name}:${key}`).get(`${name}:${key}`).exec()) ?? [];
        const stored = await client
          .multi()
          .set(`${name}:${key}`, Number(value) + 1)
          .exec();
        if (stored !== null) return;
      }
    },
    async hint(to) {
      const begun = process.hrtime.bigint();
      await client.publish(channelOf(room, to), '');
      return begun;
    },
    close: async () => client.disconnect(),
  };
}

function sqliteFloor(room: string): Work {
  const database = sqliteDatabase(room);
  const begin = database.prepare('BEGIN IMMEDIATE');
  const read = database.prepare('SELECT v FROM floor WHERE k = ?');
  const write = database.prepare('UPDATE floor SET v = ? WHERE k = ?');
  const happen = database.prepare('INSERT INTO event (k, v, body) VALUES (?, ?, ?)');
  const commit = database.prepare('COMMIT');
  const unit = async (key: string) => {
    // It waits by itself for so long; then it is asked again.
    while (!hasBegun(() => begin.run()));
    const value = Number(read.get(key)?.v) + 1;
    write.run(value, key);
    happen.run(key, value, `{"sequence":${value},"at":1,"type":"test","audience":[],"data":{"fence":${value}}}`);
    commit.run();
  };
  return {
    unit,
    // A file has one writer at a time anyway.
    alone: unit,
    hint: () => Promise.reject(new Error('SQLite gives no hints')),
    close: async () => database.close(),
  };
}

function hasBegun(begin: () => unknown): boolean {
  try {
    begin();
    return true;
  } catch (error) {
    if (!/locked|busy/.test((error as Error).message)) throw error;
    return false;
  }
}

/** With the settings of the product. */
function sqliteDatabase(room: string) {
  const database = chooseDriver().open(room.slice('sqlite:'.length));
  database.exec('PRAGMA busy_timeout=100; PRAGMA synchronous=NORMAL; PRAGMA wal_autocheckpoint=4000');
  return database;
}

async function postgresClient(connectionString: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString, keepAlive: true });
  await client.connect();
  return client;
}

async function redisClient(url: string): Promise<Redis> {
  const client = new Redis(url, { lazyConnect: true, retryStrategy: () => null });
  await client.connect();
  return client;
}

/** The server of a room, and the name under which everything of the room lies there. */
function roomOf(room: string): { readonly url: string; readonly name: string } {
  if (room.startsWith('sqlite:')) return { url: room, name: '' };
  const url = new URL(room);
  const name = url.searchParams.get('schema') ?? url.searchParams.get('prefix') ?? '';
  url.search = '';
  return { url: url.href, name };
}
