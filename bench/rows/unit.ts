/** What the store adds to SQLite: one unit of work through the Store port against the same statements by hand. */
import { join } from 'node:path';
import { indexes, type LockRecord, type SessionRecord } from '../../src/core/records.ts';
import { chooseDriver } from '../../src/engines/sqlite/driver.ts';
import { createSqliteStore } from '../../src/engines/sqlite/engine.ts';
import { systemClock } from '../../src/system/clock.ts';
import { aLock, aSession } from '../../test/support/records.ts';
import { againstFloor, type Row } from '../support/row.ts';
import { onStage } from '../support/stage.ts';
import { median, p99, shown } from '../support/statistics.ts';

const project = 'example.com/acme/shop';
const sessions: readonly SessionRecord[] = [0, 1, 2].map(index => aSession(`session-${index}`));
const lockIds = Array.from({ length: 5 }, (_, index) => `session-0||file:src/part-${index}.ts`);

function lockOf(id: string, round: number): LockRecord {
  return aLock(id, { holder: 'session-0', key: `file:${id}`, fence: 1, expiresAt: round });
}

export const unit: Row = {
  name: 'unit',
  title: 'A unit of work in SQLite',
  floor:
    'the same statements (3 reads by key, 1 range, 2 upserts, sequence, event) by hand in BEGIN IMMEDIATE … COMMIT, same driver and settings, bodies ready made; in turn, 20 by 20',
  run: ({ programs, quick }) =>
    onStage(programs, async stage => {
      const store = createSqliteStore({ path: join(stage.workspace.folder, 'port.db'), clock: systemClock });
      const bare = await bareUnit(join(stage.workspace.folder, 'bare.db'));
      await store.transact(project, async tx => {
        for (const session of sessions) tx.put('session', session);
        for (const id of lockIds) tx.put('lock', lockOf(id, 0));
      });
      const throughPort = (round: number) =>
        store.transact(project, async tx => {
          for (const { id } of sessions) await tx.get('session', id);
          await tx.list('lock', 'holder', { equals: 'session-0' }, { limit: 100 });
          tx.put('session', { ...(sessions[0] as SessionRecord), lastSeenAt: round });
          tx.put('lock', lockOf(lockIds[round % 5] ?? '', round));
          tx.emit({ type: 'lock.granted', audience: [], data: { resource: 'file:src/part.ts', round } });
        });
      const samples: number[] = [];
      const floor: number[] = [];
      const blocks = quick ? 20 : 120;
      for (let block = -5; block < blocks; block++) {
        for (let index = 1; index <= 20; index++) {
          const round = (block + 5) * 20 + index;
          const begun = performance.now();
          await throughPort(round);
          if (block >= 0) samples.push(performance.now() - begun);
        }
        for (let index = 1; index <= 20; index++) {
          const begun = performance.now();
          bare((block + 5) * 20 + index);
          if (block >= 0) floor.push(performance.now() - begun);
        }
      }
      await store.close();
      const more = `p99 ${shown(p99(samples) * 1000)} / ${shown(p99(floor) * 1000)} µs`;
      return [againstFloor('unit of work, p50', 'µs', median(samples) * 1000, median(floor) * 1000, undefined, more)];
    }),
};

/** The floor. The schema is the product's own, made by opening a store at the path. */
async function bareUnit(path: string): Promise<(round: number) => void> {
  const store = createSqliteStore({ path, clock: systemClock });
  await store.transact(project, async tx => {
    for (const session of sessions) tx.put('session', session);
    for (const id of lockIds) tx.put('lock', lockOf(id, 0));
  });
  await store.close();
  const database = chooseDriver().open(path);
  database.exec('PRAGMA busy_timeout=100; PRAGMA synchronous=NORMAL; PRAGMA wal_autocheckpoint=4000');
  const prepare = (sql: string) => database.prepare(sql);
  const begin = prepare('BEGIN IMMEDIATE');
  const commit = prepare('COMMIT');
  const get = prepare('SELECT body FROM record WHERE project = 1 AND kind = ? AND id = ?');
  const list = prepare(`SELECT entry.value, entry.id, record.body FROM entry CROSS JOIN record
    ON record.project = entry.project AND record.kind = entry.kind AND record.id = entry.id
    WHERE entry.project = 1 AND entry.kind = 'lock' AND entry.name = ? AND entry.value = ?
    ORDER BY entry.value, entry.id LIMIT 100`);
  const upsert = prepare(
    'INSERT INTO record (project, kind, id, body) VALUES (1, ?, ?, ?) ON CONFLICT (project, kind, id) DO UPDATE SET body = excluded.body',
  );
  const sequence = prepare('UPDATE project SET sequence = ? WHERE key = 1');
  const event = prepare('INSERT INTO event (project, sequence, body) VALUES (1, ?, ?)');
  const sessionBody = JSON.stringify(sessions[0]);
  const lockBody = JSON.stringify(lockOf(lockIds[0] ?? '', 1));
  const eventBody = JSON.stringify({ sequence: 1, at: 1, type: 'lock.granted', audience: [], data: { round: 1 } });
  const index = Object.keys(indexes.lock).find(name => name === 'holder') ?? '';
  return round => {
    begin.run();
    for (const { id } of sessions) get.get('session', id);
    list.all(index, 'session-0');
    upsert.run('session', 'session-0', sessionBody.replace('1000', String(round)));
    upsert.run('lock', lockIds[round % 5] ?? '', lockBody);
    sequence.run(round);
    event.run(round, eventBody);
    commit.run();
  };
}
