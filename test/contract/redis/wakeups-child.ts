/** A process with an end of the channel over Redis. Its argument is the URL. */
import { createRedisWakeups } from '../../../src/engines/redis/wakeups.ts';
import { serveDistantEnd } from '../distant-end.ts';

serveDistantEnd(createRedisWakeups({ url: process.argv[2] ?? '' }));
