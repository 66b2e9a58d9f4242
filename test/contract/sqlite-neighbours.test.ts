/** What the SQLite engine does when other processes are in its way, and how failures of SQLite look to a caller. */
import { describe, expect, it } from 'vitest';
import type { SqliteDatabase, SqliteDriver, SqliteValue } from '../../src/engines/sqlite/driver.ts';
import { migrations } from '../../src/engines/sqlite/migrations/index.ts';
import { migrate } from '../../src/engines/sqlite/open.ts';
import { driver, open, path, refusal, storeSomething, useSqlite } from './sqlite-fixture.ts';
import { counted, increment, project } from './store-harness.ts';

useSqlite();

describe('SQLite: neighbours in the way', () => {
  it('waits for a writer in another process and then goes on', async () => {
    const first = open();
    await first.transact(project, tx => increment(tx));
    const neighbour = driver.open(path);
    neighbour.exec('BEGIN IMMEDIATE');
    let pauses = 0;
    const pause = async () => {
      pauses += 1;
      if (pauses === 2) neighbour.exec('ROLLBACK');
    };
    expect(await open({ pause }).transact(project, tx => increment(tx))).toBe(2);
    expect(pauses).toBe(2);
    neighbour.close();
  });

  it('lets reads pass while a write waits for another process', async () => {
    const seed = open();
    await seed.transact(project, tx => increment(tx));
    const neighbour = driver.open(path);
    neighbour.exec('BEGIN IMMEDIATE');
    let endPause = () => {};
    const paused = new Promise<void>(resolve => {
      endPause = resolve;
    });
    const store = open({ pause: () => paused });
    const writing = store.transact(project, tx => increment(tx));
    expect(await counted(store)).toBe(1);
    neighbour.exec('ROLLBACK');
    endPause();
    expect(await writing).toBe(2);
    neighbour.close();
  });

  it('has the write lock from the beginning of a unit, before its first read', async () => {
    await storeSomething();
    const neighbour = driver.open(path);
    await open().transact(project, async () => {
      const busy = expect.objectContaining({ errcode: 5 });
      expect(() => neighbour.exec('BEGIN IMMEDIATE')).toThrow(busy);
    });
    neighbour.exec('BEGIN IMMEDIATE; ROLLBACK');
    neighbour.close();
  });

  it('tries again when another process keeps it from switching to WAL', async () => {
    let refusals = 2;
    const contended = wrapped(sql => {
      if (sql.includes('journal_mode=WAL') && refusals-- > 0) throw busy();
    });
    expect(await open({ driver: () => contended, pause: async () => {} }).transact(project, tx => increment(tx))).toBe(
      1,
    );
    expect(refusals).toBe(-1);
  });

  it('takes no migration twice when another process was faster', async () => {
    const raw = driver.open(path);
    const other = driver.open(path);
    let isFirst = true;
    const slow: SqliteDatabase = {
      prepare: sql => raw.prepare(sql),
      close: () => raw.close(),
      exec: sql => {
        if (sql === 'BEGIN IMMEDIATE' && isFirst) migrate(other, path, migrations);
        isFirst = false;
        raw.exec(sql);
      },
    };
    migrate(slow, path, migrations);
    expect(isFirst).toBe(false);
    expect(other.prepare('PRAGMA user_version').get()?.user_version).toBe(migrations.length);
    other.close();
    raw.close();
  });

  it('gives up with a next step after a bounded number of attempts, and never says "database is locked"', async () => {
    await storeSomething();
    let pauses = 0;
    const pause = async () => {
      pauses += 1;
    };
    const error = await refusal(open({ pause, driver: () => failing('BEGIN IMMEDIATE', 5) }));
    expect(error).toMatchObject({ code: 'unavailable', message: expect.stringContaining('busy for too long') });
    expect(pauses).toBeGreaterThan(100);
    expect(pauses).toBeLessThan(200);
  });

  it('gives each failure of SQLite its own sentence, wherever it strikes', async () => {
    await storeSomething();
    const pause = async () => {};
    const messages = new Map<number, string>();
    for (const code of [3, 5, 8, 10, 11, 13, 14, 26, 3338, 1032, 1]) {
      for (const where of ['BEGIN IMMEDIATE', 'COMMIT', 'SELECT body FROM record', 'INSERT INTO record']) {
        const error = await refusal(open({ pause, driver: () => failing(where, code) }));
        expect(error.code).toBe(code === 1 ? 'internal' : 'unavailable');
        messages.set(code & 0xff, error.message);
      }
    }
    expect(new Set(messages.values()).size).toBe(messages.size);
    expect(await counted(open())).toBe(1);
  });

  it('opens anew after a connection broke', async () => {
    await storeSomething();
    let opens = 0;
    const broken = failing('COMMIT', 10);
    const store = open({
      driver: () => ({ ...driver, open: (...args) => (++opens === 1 ? broken : driver).open(...args) }),
    });
    expect((await refusal(store)).message).toContain('disk failed');
    expect(await store.transact(project, tx => increment(tx))).toBe(2);
    expect(opens).toBe(2);
  });

  it('says so when the file system cannot share a database between processes', async () => {
    const stubborn: SqliteDriver = {
      ...driver,
      open: (...args) => {
        const database = driver.open(...args);
        const memory = { get: () => ({ journal_mode: 'delete' }), all: () => [], run: () => undefined };
        const prepare = (sql: string) => (sql.includes('journal_mode') ? memory : database.prepare(sql));
        return { exec: sql => database.exec(sql), close: () => database.close(), prepare };
      },
    };
    expect((await refusal(open({ driver: () => stubborn }))).message).toContain('cannot hold a database');
  });
});

/** What SQLite throws; its own text must not get through to a caller. */
function busy(errcode = 5): Error {
  return Object.assign(new Error('database is locked'), { code: 'ERR_SQLITE_ERROR', errcode });
}

/** A driver that asks before each run of a statement. */
function wrapped(before: (sql: string) => void): SqliteDriver {
  return {
    ...driver,
    open: (...args) => {
      const database = driver.open(...args);
      const prepare = (sql: string) => {
        const statement = database.prepare(sql);
        const run =
          <T>(method: (...values: SqliteValue[]) => T) =>
          (...values: SqliteValue[]) => {
            before(sql.trimStart());
            return method.apply(statement, values);
          };
        return { get: run(statement.get), all: run(statement.all), run: run(statement.run) };
      };
      return { exec: sql => database.exec(sql), close: () => database.close(), prepare };
    },
  };
}

/** A driver whose statements that begin with `where` fail with a result code of SQLite. */
function failing(where: string, errcode: number): SqliteDriver {
  return wrapped(sql => {
    if (sql.startsWith(where)) throw busy(errcode);
  });
}
