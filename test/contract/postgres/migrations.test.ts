import pg from 'pg';
import { expect, it } from 'vitest';
import { inOrder, ordered } from '../../../src/core/records.ts';
import { migrations } from '../../../src/engines/postgres/migrations/index.ts';
import { aLock, aMessage, aSession } from '../../support/records.ts';
import { postgresServer } from '../../support/servers/choose.ts';
import { describeWith } from '../../support/servers/suites.ts';
import { happened, project } from '../store-harness.ts';
import { openEngine } from './bed.ts';

await describeWith(postgresServer, 'PostgreSQL', server => {
  it('opens a store that was written by the first version, and goes on with it', async () => {
    const room = server.room();
    const schema = new URL(room.url).searchParams.get('schema') ?? '';
    const { pool: _pool, warnedAt: _warnedAt, ...lock } = aLock('a', { holder: 'h' });
    const {
      recipients: _r,
      thread: _t,
      wantsAck: _w,
      ...message
    } = aMessage('m1', { conversation: '#general', at: 7 });
    const address = new URL(room.url);
    address.search = '';
    const client = new pg.Client({ connectionString: address.href });
    await client.connect();
    await client.query(`CREATE SCHEMA ${schema}; CREATE TABLE ${schema}.schema_version (version int NOT NULL);
      INSERT INTO ${schema}.schema_version VALUES (1)`);
    await client.query(migrations[0]?.(schema) ?? '');
    await client.query(`INSERT INTO ${schema}.project (name, sequence) VALUES ($1, 1)`, [project]);
    const record = `INSERT INTO ${schema}.record VALUES (1, $1, $2, $3)`;
    await client.query(record, ['lock', 'a', JSON.stringify(lock)]);
    await client.query(record, ['message', 'm1', JSON.stringify(message)]);
    const session = aSession('s', { endedAt: 6 });
    await client.query(record, ['session', 's', JSON.stringify(session)]);
    await client.query(`INSERT INTO ${schema}.event VALUES (1, 1, $1)`, [
      JSON.stringify({ sequence: 1, at: 5, ...happened(1) }),
    ]);
    await client.end();
    const { store } = openEngine(room.url);
    try {
      const page = { limit: 2 };
      const found = await store.read(project, async reader => [
        await reader.get('lock', 'a'),
        ...(await reader.list('message', 'at', { prefix: '' }, page)),
        ...(await reader.list('message', 'history', { prefix: inOrder('#general') }, page)),
        ...(await reader.list('session', 'ended', { from: ordered(6), below: ordered(7) }, page)),
      ]);
      const old = { ...message, recipients: [], thread: 'm1', wantsAck: false };
      expect(found).toEqual([{ ...lock, pool: null, warnedAt: null, heldFor: null }, old, old, session]);
      expect(await store.transact(project, async tx => tx.emit(happened(2)))).toBe(2);
    } finally {
      await store.close();
      await room.clear();
    }
  });
});
