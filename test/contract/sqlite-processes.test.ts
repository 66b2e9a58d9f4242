/** The SQLite engine under several real processes: what only they can break. */
import { chmodSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { chooseDriver } from '../../src/engines/sqlite/driver.ts';
import { createSqliteStore } from '../../src/engines/sqlite/engine.ts';
import { type Bundle, bundle } from '../support/bundle.ts';
import { FakeClock } from '../support/fakes.ts';
import { type TemporaryFolder, temporaryFolder } from '../support/folder.ts';
import { aLock } from '../support/records.ts';
import { type Worker, Workers } from '../support/workers.ts';
import { allEvents, counted, project } from './store-harness.ts';

let worker: Bundle;
let folder: TemporaryFolder;
let path: string;
let workers: Workers;

beforeAll(async () => {
  worker = await bundle('test/support/store-worker.ts');
  workers = new Workers(worker.file);
});
afterAll(() => worker.remove());

beforeEach(() => {
  folder = temporaryFolder();
  path = folder.path('store.db');
});
afterEach(async () => {
  workers.killAll();
  folder.remove();
});

function start(command: string, ...args: string[]): Worker {
  return workers.start(command, `sqlite:${path}`, ...args);
}

async function succeed(started: readonly Worker[]): Promise<void> {
  for (const { ended } of started) expect(await ended).toEqual({ code: 0, errors: '' });
}

function open() {
  return createSqliteStore({ path, clock: new FakeClock() });
}

function integrity(): unknown {
  const database = chooseDriver().open(path);
  try {
    return database.prepare('PRAGMA integrity_check').get()?.integrity_check;
  } finally {
    database.close();
  }
}

describe('SQLite under real processes', () => {
  it('loses no update of eight processes that read, change and write one record', async () => {
    await succeed(Array.from({ length: 8 }, () => start('increment', '250')));
    const store = open();
    expect(await counted(store)).toBe(2_000);
    const events = await allEvents(store, project, 1_000);
    expect(events.map(event => event.data.fence)).toEqual(Array.from({ length: 2_000 }, (_, at) => at + 1));
    expect((await store.inspect()).problems).toEqual([]);
    await store.close();
    expect(integrity()).toBe('ok');
  });

  it('lets ten processes create the same fresh store at once', async () => {
    for (let round = 0; round < 3; round++) {
      path = folder.path(`new-${round}`, 'deep', 'store.db');
      await succeed(Array.from({ length: 10 }, () => start('increment', '1')));
      const store = open();
      expect(await counted(store)).toBe(10);
      await store.close();
    }
  });

  it('keeps every acknowledged commit when processes are killed at any moment', async () => {
    const loaders: Worker[] = [];
    const store = open();
    for (let round = 0; round < 24; round++) {
      const fresh = start('load', `w${round}`);
      loaders.push(fresh);
      // Killing the oldest of three leaves it some random part of a unit to die in.
      await until(() => fresh.lines.length >= 3 + ((round * 7) % 11));
      if (round >= 3) loaders[round - 3]?.child.kill('SIGKILL');
    }
    for (const { child, ended } of loaders) {
      child.kill('SIGKILL');
      await ended;
    }
    const events = await allEvents(store, project, 1_000);
    expect(events.map(event => event.sequence)).toEqual(events.map((_, at) => at + 1));
    let acknowledged = 0;
    for (const [at, { lines }] of loaders.entries()) {
      for (const line of lines) {
        const { number, sequence } = JSON.parse(line) as { number: number; sequence: number };
        expect(events[sequence - 1]?.data).toEqual({ name: `w${at}`, number });
        acknowledged += 1;
      }
      const last = lines.length;
      const held = await store.read(project, reader => reader.count('lock', 'holder', { equals: `w${at}` }));
      // At most the one commit whose acknowledgement died with its process is there on top.
      expect([last, last + 1]).toContain(held);
    }
    expect(acknowledged).toBeGreaterThan(24);
    expect((await store.inspect()).problems).toEqual([]);
    await store.close();
    expect(integrity()).toBe('ok');
  });

  describe.skipIf(process.platform === 'win32')('for a user without rights', () => {
    async function nobody(): Promise<{ written: unknown; problems: string[] }> {
      const probe = start('as-nobody');
      await succeed([probe]);
      return JSON.parse(probe.lines[0] ?? '{}');
    }

    async function prepare(): Promise<Buffer> {
      mkdirSync(folder.path('state'), { mode: 0o777 });
      chmodSync(folder.root, 0o755);
      chmodSync(folder.path('state'), 0o777);
      path = folder.path('state', 'store.db');
      const store = open();
      await store.transact(project, async tx => tx.put('lock', aLock('before')));
      await store.close();
      chmodSync(path, 0o666);
      return readFileSync(path);
    }

    it('says that a read-only file is read-only, and leaves it as it is', async () => {
      const before = await prepare();
      chmodSync(path, 0o444);
      const { written, problems } = await nobody();
      expect(written).toMatchObject({ code: 'unavailable', message: expect.stringContaining('read-only') });
      expect(problems[0]).toContain('read-only');
      expect(readFileSync(path).equals(before)).toBe(true);
    });

    it('says that a read-only folder is read-only', async () => {
      const before = await prepare();
      chmodSync(folder.path('state'), 0o555);
      expect((await nobody()).written).toMatchObject({ message: expect.stringContaining('read-only') });
      expect(readFileSync(path).equals(before)).toBe(true);
    });

    it('says that permission is missing, for the file and for creating one', async () => {
      await prepare();
      chmodSync(path, 0o000);
      expect((await nobody()).written).toMatchObject({ message: expect.stringContaining('may not read and write') });
      path = folder.path('state', 'closed', 'store.db');
      mkdirSync(folder.path('state', 'closed'), { mode: 0o700 });
      expect((await nobody()).written).toMatchObject({ code: 'unavailable' });
      path = folder.path('unwritable', 'store.db');
      expect((await nobody()).written).toMatchObject({ message: expect.stringContaining('may not read and write') });
    });

    it('creates its files for its user alone, in a folder of its own', async () => {
      await prepare();
      path = folder.path('state', 'mine', 'store.db');
      writeFileSync(folder.path('state', 'witness'), '');
      expect(await nobody()).toEqual({ written: 'ok', problems: [] });
      expect(statSync(path).mode & 0o777).toBe(0o600);
      expect(statSync(folder.path('state', 'mine')).mode & 0o777).toBe(0o700);
    });
  });
});

/** Waits for something another process does. The test's own limit ends a wait that is in vain. */
async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise(resolve => setTimeout(resolve, 2));
}
