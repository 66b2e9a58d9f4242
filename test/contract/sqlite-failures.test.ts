/** What the SQLite engine does when its file, its folder or its disk are not as they should be. */
import {
  chmodSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmdirSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { SqliteDatabase, SqliteDriver } from '../../src/engines/sqlite/driver.ts';
import { createSqliteStore } from '../../src/engines/sqlite/engine.ts';
import { applicationId, fileSystemOf } from '../../src/engines/sqlite/location.ts';
import { FakeLog } from '../support/fakes.ts';
import {
  clock,
  driver,
  edit,
  folder,
  open,
  path,
  refusal,
  storeSomething,
  usePath,
  useSqlite,
} from './sqlite-fixture.ts';
import { allEvents, counted, happened, increment, project } from './store-harness.ts';

useSqlite();

describe('SQLite: the file and its folder', () => {
  it('touches nothing before the first use', async () => {
    const store = open({ path: folder.path('new', 'store.db') });
    expect((await store.inspect()).problems).toEqual([]);
    await store.close();
    expect(readdirSync(folder.root)).toEqual([]);
  });

  it('creates missing folders and keeps all its files for the user alone', async () => {
    usePath(folder.path('a', 'b', 'store.db'));
    await open().transact(project, tx => increment(tx));
    expect(readdirSync(folder.path('a', 'b')).sort()).toEqual(['store.db', 'store.db-shm', 'store.db-wal']);
    for (const name of readdirSync(folder.path('a', 'b'))) {
      expect(statSync(folder.path('a', 'b', name)).mode & 0o777).toBe(0o600);
    }
    expect(statSync(folder.path('a')).mode & 0o777).toBe(0o700);
    expect(statSync(folder.path('a', 'b')).mode & 0o777).toBe(0o700);
  });

  it('is tried again after a failure', async () => {
    mkdirSync(path);
    const store = open();
    expect((await refusal(store)).message).toContain('is a folder');
    rmdirSync(path);
    expect(await store.transact(project, tx => increment(tx))).toBe(1);
  });

  it('refuses a path through something that is not a folder', async () => {
    writeFileSync(folder.path('file'), '');
    expect((await refusal(open({ path: folder.path('file', 'store.db') }))).message).toContain('not a folder');
  });

  it('refuses a file that is not SQLite, and does not write to it', async () => {
    for (const content of ['x', 'hello', 'SQLite format 3\0', 'text '.repeat(5_000)]) {
      writeFileSync(path, content);
      const error = await refusal(open());
      expect(error).toMatchObject({ code: 'unavailable', message: expect.stringContaining('not a Signalbox store') });
      expect(readFileSync(path, 'utf8')).toBe(content);
      expect(readdirSync(folder.root)).toEqual(['store.db']);
    }
  });

  it('refuses a database of another program, and does not write to it', async () => {
    for (const id of [0, 77]) {
      usePath(folder.path(`other-${id}.db`));
      edit(database => database.exec(`CREATE TABLE theirs (a); PRAGMA application_id=${id}; PRAGMA journal_mode=WAL`));
      const before = readFileSync(path);
      expect((await refusal(open())).message).toContain('not a Signalbox store');
      expect((await open().inspect()).problems[0]).toContain('not a Signalbox store');
      expect(readFileSync(path).equals(before)).toBe(true);
    }
  });

  it('refuses a store of a newer Signalbox, and does not write to it', async () => {
    await storeSomething();
    edit(database => database.exec('PRAGMA user_version=999'));
    const before = readFileSync(path);
    expect((await refusal(open())).message).toContain('was written by a newer Signalbox');
    expect(await open().inspect()).toMatchObject({
      isUsable: false,
      problems: [expect.stringContaining('newer Signalbox')],
    });
    expect(readFileSync(path).equals(before)).toBe(true);
  });

  it('stops writing when a newer Signalbox takes the store over while it is open', async () => {
    const store = open();
    await store.transact(project, tx => increment(tx));
    edit(database => database.exec('PRAGMA user_version=999'));
    expect((await refusal(store)).message).toContain('newer Signalbox');
    edit(database => database.exec('PRAGMA user_version=1'));
    expect(await store.transact(project, tx => increment(tx))).toBe(2);
  });

  it('marks its files as its own', async () => {
    await storeSomething();
    expect(readFileSync(path).readUInt32BE(68)).toBe(applicationId);
    edit(database => {
      expect(database.prepare('PRAGMA journal_mode').get()?.journal_mode).toBe('wal');
      expect(database.prepare('PRAGMA user_version').get()?.user_version).toBeGreaterThan(0);
    });
  });

  it('says that a damaged store is damaged, finds it in inspect, and leaves it as it is', async () => {
    const store = createSqliteStore({ path, clock });
    await store.transact(project, async tx => {
      for (let number = 0; number < 400; number++) await increment(tx, `lock-${number}`);
    });
    await store.close();
    const bytes = readFileSync(path);
    bytes.fill(0xa5, 4096, bytes.length);
    writeFileSync(path, bytes);
    expect((await refusal(open())).message).toContain('is damaged');
    expect(await open().inspect()).toMatchObject({
      isUsable: false,
      problems: [expect.stringContaining('is damaged')],
    });
    expect(readFileSync(path).equals(bytes)).toBe(true);
  });

  it('finds in inspect what SQLite itself cannot know: unreadable bodies, lost records, lost events', async () => {
    const store = open();
    await store.transact(project, async tx => {
      await increment(tx);
      tx.emit(happened(1));
    });
    edit(database => database.exec(`INSERT INTO record VALUES (1, 'lock', 'x', 'no json'); DELETE FROM event`));
    edit(database => database.exec(`INSERT INTO entry VALUES (1, 'lock', 'key', 'a', 'nowhere')`));
    expect((await store.inspect()).problems).toEqual([
      expect.stringContaining('1 records cannot be read'),
      expect.stringContaining('1 index entries lead to no record'),
      expect.stringContaining('newest events of 1 projects are missing'),
    ]);
    const reading = store.read(project, reader => reader.get('lock', 'x'));
    await expect(reading).rejects.toMatchObject({ code: 'unavailable' });
  });

  it('opens a new store when the file is taken away while it is open', async () => {
    const log = new FakeLog();
    const store = open({ log });
    await store.transact(project, tx => increment(tx));
    for (const name of readdirSync(folder.root)) renameSync(folder.path(name), folder.path(`gone-${name}`));
    await clock.advance(1_000);
    expect(await store.transact(project, tx => increment(tx))).toBe(1);
    expect(log.messages('warn')).toHaveLength(1);
    expect(statSync(path).size).toBeGreaterThan(0);
  });
});

describe('SQLite: the disk', () => {
  it('fails loudly when the disk is full, still reads, and goes on when there is space again', async () => {
    let database: SqliteDatabase | undefined;
    const watched: SqliteDriver = {
      ...driver,
      open: (...args) => {
        database = driver.open(...args);
        return database;
      },
    };
    const store = open({ driver: () => watched });
    await store.transact(project, async tx => {
      await increment(tx);
      tx.emit(happened(1));
    });
    database?.exec('PRAGMA max_page_count=1');
    const large = () =>
      store.transact(project, async tx => {
        for (let number = 0; number < 2_000; number++) await increment(tx, `lock-${number}`);
        return tx.emit(happened(2));
      });
    await expect(large()).rejects.toMatchObject({
      code: 'unavailable',
      message: expect.stringContaining('no space left'),
    });
    expect(await counted(store)).toBe(1);
    expect(await allEvents(store)).toHaveLength(1);
    database?.exec('PRAGMA max_page_count=100000');
    expect(await large()).toBe(2);
  });

  it('refuses every network file system before it creates anything', async () => {
    const types = [0x6969, 0x517b, 0xff534d42, 0xfe534d42 | 0, 0x01021997, 0x5346414f, 0x00c36400];
    for (const type of types) {
      const surroundings = { platform: 'linux', statfs: () => ({ type, bsize: 4096, bavail: 1e6 }) };
      const error = await refusal(open({ surroundings }));
      expect(error).toMatchObject({ code: 'unavailable', message: expect.stringContaining('network file system') });
      expect(error.next).toMatch(/SIGNALBOX_HOME.*local disk/);
      expect((await open({ surroundings }).inspect()).problems[0]).toContain('network file system');
      // Not even the folders that are missing.
      await refusal(open({ surroundings, path: folder.path('new', 'deep', 'store.db') }));
      expect(readdirSync(folder.root)).toEqual([]);
    }
  });

  it('recognises a Windows share by its path', () => {
    const windows = { platform: 'win32', statfs: () => ({ type: 0, bsize: 4096, bavail: 1e6 }) };
    expect(fileSystemOf('\\\\server\\share\\store.db', windows)).toBe('network');
    expect(fileSystemOf('//server/share/store.db', windows)).toBe('network');
    expect(fileSystemOf('C:\\Users\\me\\store.db', windows)).toBe('local');
    expect(fileSystemOf('\\\\?\\C:\\Users\\me\\store.db', windows)).toBe('local');
  });

  it('uses a network file system when the user insists, and still reports it', async () => {
    const surroundings = { platform: 'linux', statfs: () => ({ type: 0x6969, bsize: 4096, bavail: 1e6 }) };
    const store = open({ surroundings, allowNetworkFileSystem: true });
    expect(await store.transact(project, tx => increment(tx))).toBe(1);
    expect((await store.inspect()).problems[0]).toContain('network file system');
  });

  it('works on FUSE, where it may be anything, and reports it', async () => {
    const surroundings = { platform: 'linux', statfs: () => ({ type: 0x65735546, bsize: 4096, bavail: 1e6 }) };
    const store = open({ surroundings });
    expect(await store.transact(project, tx => increment(tx))).toBe(1);
    expect(await store.inspect()).toMatchObject({ isUsable: true, problems: [expect.stringContaining('FUSE')] });
  });

  it('reports little space, loose permissions, and never throws from inspect', async () => {
    const tight = { platform: 'linux', statfs: () => ({ type: 0xef53, bsize: 4096, bavail: 10 }) };
    const store = open({ surroundings: tight });
    await store.transact(project, tx => increment(tx));
    chmodSync(path, 0o644);
    expect((await store.inspect()).problems).toEqual([
      expect.stringContaining('MiB are free'),
      expect.stringContaining('chmod 600'),
    ]);
    const broken = {
      platform: 'linux',
      statfs: () => {
        throw Object.assign(new Error('no'), { code: 'EIO' });
      },
    };
    expect((await open({ surroundings: broken }).inspect()).problems[0]).toContain('disk failed');
  });
});
