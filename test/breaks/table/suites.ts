/** The suites that several breaks name. */
export const away = 'src/tools/away.test.ts';
export const fence = 'src/core/lock.fence.test.ts';
export const agree = 'test/contract/engines-agree.test.ts';
export const machines =
  'test/scenarios/machines.test.ts › work as one team, and the one that is cut off loses its lock in time and knows it: $name, $clocks';
export const faults = 'test/contract/postgres/faults.test.ts';
export const hardening = 'test/contract/postgres/hardening.test.ts';
export const server = 'test/contract/postgres/server.test.ts';
export const redisFaults = 'test/contract/redis/faults.test.ts';
