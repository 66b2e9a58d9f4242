/** A process with an end of the channel over PostgreSQL, in which somebody always waits. Its argument is the URL of the store. */
import { createPostgresEngine } from '../../../src/engines/postgres/engine.ts';
import { systemClock } from '../../../src/system/clock.ts';
import { systemIds } from '../../../src/system/ids.ts';
import { createLog } from '../../../src/system/log.ts';
import { serveDistantEnd } from '../distant-end.ts';

const { wakeups } = createPostgresEngine({
  url: process.argv[2] ?? '',
  clock: systemClock,
  ids: systemIds,
  log: createLog(),
});
wakeups.attend();
serveDistantEnd(wakeups);
