/** Looking at all scopes: each of them, in few reads. */
import { expect, it } from 'vitest';
import { createBench } from '../../test/support/rules.ts';
import { setData } from './data.ts';
import { everyScope } from './data-scopes.ts';
import { limits } from './limits.ts';

it('tells every scope once, and reads little more often than the records fill reads', async () => {
  const bench = createBench();
  const otter = await bench.join('otter');
  const scopes = Array.from({ length: 2.5 * limits.dataRecordsRead }, (_, at) => `issue:${at}`);
  const crowded = Array.from({ length: 1.5 * limits.dataRecordsRead }, (_, at) => `key-${at}`);
  const wishes = [
    ...scopes.map(scope => ({ scope, key: 'a' })),
    ...crowded.map(key => ({ scope: 'issue', key })),
    { scope: 'issue:10+a', key: 'a' },
    { scope: 'zebra', key: 'a' },
  ];
  await bench.transact(async unit => {
    for (const wish of wishes) await setData(unit, otter, { ...wish, json: '1', ifRevision: null });
  });
  let reads = 0;
  const found = await bench.look(({ tx }) => {
    const counted: typeof tx.list = (...asked) => {
      reads += 1;
      return tx.list(...asked);
    };
    return everyScope({ ...tx, get: tx.get.bind(tx), count: tx.count.bind(tx), list: counted });
  });
  expect([...found].sort()).toEqual([...scopes, 'issue', 'issue:10+a', 'zebra'].sort());
  expect(reads).toBeLessThanOrEqual(Math.ceil(wishes.length / limits.dataRecordsRead) + 1);
});
