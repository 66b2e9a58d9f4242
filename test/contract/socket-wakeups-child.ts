/** A process with an end of the socket channel. Its argument is the runtime folder. */
import { systemClock } from '../../src/system/clock.ts';
import { createLog } from '../../src/system/log.ts';
import { createSocketWakeups } from '../../src/system/socket-wakeups.ts';
import { serveDistantEnd } from './distant-end.ts';

serveDistantEnd(createSocketWakeups({ directory: process.argv[2] ?? '', clock: systemClock, log: createLog() }));
