/** The schema on disk: what it is, and that stores of every released version still open. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { indexes, inOrder, ordered } from '../../src/core/records.ts';
import { chooseDriver, type SqliteDatabase } from '../../src/engines/sqlite/driver.ts';
import { createSqliteStore } from '../../src/engines/sqlite/engine.ts';
import { applicationId } from '../../src/engines/sqlite/location.ts';
import { migrations } from '../../src/engines/sqlite/migrations/index.ts';
import { happened, project } from '../contract/store-harness.ts';
import { FakeClock } from '../support/fakes.ts';
import { type TemporaryFolder, temporaryFolder } from '../support/folder.ts';
import { aLock, aMessage, aSession } from '../support/records.ts';

const golden = join(import.meta.dirname, 'sqlite-schema.sql');
let folder: TemporaryFolder;
let path: string;

beforeEach(() => {
  folder = temporaryFolder();
  path = folder.path('store.db');
});
afterEach(() => folder.remove());

function look<T>(use: (database: SqliteDatabase) => T): T {
  const database = chooseDriver().open(path);
  try {
    return use(database);
  } finally {
    database.close();
  }
}

it('is the schema in test/golden/sqlite-schema.sql, with the same declared indexes', async () => {
  const store = createSqliteStore({ path, clock: new FakeClock() });
  await store.transact(project, async tx => tx.put('lock', aLock('a')));
  await store.close();
  const version = look(database => database.prepare('PRAGMA user_version').get()?.user_version);
  const statements = look(database =>
    database.prepare('SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY name').all(),
  );
  // A declared index is part of the schema: entries exist only for those that the program knew when it wrote the record.
  const declared = Object.entries(indexes).map(
    ([kind, functions]) => `-- ${kind}: ${Object.keys(functions).join(' ')}`,
  );
  const real = [
    `-- Version ${version}. Regenerate with SIGNALBOX_UPDATE_GOLDEN=1; a change needs a migration.`,
    '-- Declared indexes; a new one, or one that finds other values, needs a migration that rebuilds its entries.',
    ...declared,
    ...statements.map(({ sql }) => `\n${String(sql).replaceAll(/\n {2}/g, '\n')};`),
    '',
  ].join('\n');
  if (process.env.SIGNALBOX_UPDATE_GOLDEN === '1') writeFileSync(golden, real);
  expect(existsSync(golden) ? readFileSync(golden, 'utf8') : '').toBe(real);
});

it('opens a store that was written by the first version, and goes on with it', async () => {
  const { pool: _pool, warnedAt: _warnedAt, ...lock } = aLock('a', { holder: 'h' });
  const { recipients: _r, thread: _t, wantsAck: _w, ...message } = aMessage('m1', { conversation: '#general', at: 7 });
  const session = aSession('s', { endedAt: 6 });
  const event = { sequence: 1, at: 5, ...happened(1) };
  look(database => {
    database.exec(`PRAGMA application_id=${applicationId}; PRAGMA journal_mode=WAL`);
    migrations[0]?.apply(database);
    database.exec('PRAGMA user_version=1');
    database.prepare('INSERT INTO project (key, name, sequence) VALUES (7, ?, 1)').run(project);
    database.prepare("INSERT INTO record VALUES (7, 'lock', 'a', ?)").run(JSON.stringify(lock));
    database.prepare("INSERT INTO record VALUES (7, 'message', 'm1', ?)").run(JSON.stringify(message));
    database.prepare("INSERT INTO record VALUES (7, 'session', 's', ?)").run(JSON.stringify(session));
    database.prepare("INSERT INTO entry VALUES (7, 'lock', 'holder', 'h', 'a')").run();
    database.prepare('INSERT INTO event VALUES (7, 1, ?)').run(JSON.stringify(event));
  });
  const store = createSqliteStore({ path, clock: new FakeClock() });
  expect((await store.inspect()).problems.filter(problem => !problem.includes('chmod'))).toEqual([]);
  const found = await store.read(project, reader => reader.list('lock', 'holder', { equals: 'h' }, { limit: 2 }));
  // What it did not know is there with what it means.
  expect(found).toEqual([{ ...lock, pool: null, warnedAt: null, heldFor: null }]);
  const old = { ...message, recipients: [], thread: 'm1', wantsAck: false };
  const page = { limit: 2 };
  const byAge = await store.read(project, reader => reader.list('message', 'at', { prefix: '' }, page));
  const history = { prefix: inOrder('#general') };
  const byChannel = await store.read(project, reader => reader.list('message', 'history', history, page));
  expect([byAge, byChannel]).toEqual([[old], [old]]);
  const ended = { from: ordered(6), below: ordered(7) };
  expect(await store.read(project, reader => reader.list('session', 'ended', ended, page))).toEqual([session]);
  expect(await store.transact(project, async tx => tx.emit(happened(2)))).toBe(2);
  expect((await store.eventsAfter(project, 0, 9)).map(each => each.sequence)).toEqual([1, 2]);
  await store.close();
});

it('numbers its migrations from 1 without a gap', () => {
  expect(migrations.map(step => step.version)).toEqual(migrations.map((_, at) => at + 1));
});
