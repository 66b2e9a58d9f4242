import { expect, it } from 'vitest';
import { aSession } from '../../test/support/records.ts';
import { createBench, project } from '../../test/support/rules.ts';
import { ownStore } from './own-store.ts';

it('A session is found by its conversation, however many of others claim that', async () => {
  const bench = createBench();
  const of = (principal: string) => ({ clientSession: 'one', hub: { principal, leaseMs: 30_000 } });
  await bench.store.transact(project, async tx => {
    for (let at = 0; at < 25; at += 1) tx.put('session', aSession(`a${at}`, of('ben')));
    tx.put('session', aSession('b', of('ana')));
    for (let at = 0; at < 25; at += 1) tx.put('session', aSession(`c${at}`, of('ben')));
  });
  const found = await ownStore(bench.store, 'ana').read(project, tx =>
    tx.list('session', 'clientSession', { equals: 'one' }, { limit: 10 }),
  );
  expect(found.map(({ id }) => id)).toEqual(['b']);
});
