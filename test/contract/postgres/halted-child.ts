/** A process that says when it is in the middle of a unit, and stays there. Its argument is the URL of the store. */
import { createPostgresEngine } from '../../../src/engines/postgres/engine.ts';
import { systemClock } from '../../../src/system/clock.ts';
import { systemIds } from '../../../src/system/ids.ts';
import { createLog } from '../../../src/system/log.ts';
import { aLock } from '../../support/records.ts';

const { store } = createPostgresEngine({
  url: process.argv[2] ?? '',
  clock: systemClock,
  ids: systemIds,
  log: createLog(),
});
await store.transact('example.com/team/app', async tx => {
  tx.put('lock', aLock('half'));
  process.stdout.write('inside\n');
  await new Promise(resolve => setTimeout(resolve, 60_000));
});
