/** How often a tool waits for the server: counted on the wire, because that is what a distant server costs. */

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { limits } from '../../../src/core/limits.ts';
import { systemClock } from '../../../src/system/clock.ts';
import { systemIds } from '../../../src/system/ids.ts';
import { createProcesses } from '../../../src/system/processes.ts';
import { Agent } from '../../../src/tools/agent.ts';
import { callTool } from '../../../src/tools/call-tool.ts';
import { tools } from '../../../src/tools/index.ts';
import { aside } from '../../support/fake-git.ts';
import { FakeLog, FakeWorktrees } from '../../support/fakes.ts';
import { postgresServer, type StoreRoom } from '../../support/servers/choose.ts';
import { startProxy, type TestProxy } from '../../support/servers/proxy.ts';
import { describeWith } from '../../support/servers/suites.ts';
import { openEngine, portOf, through } from './bed.ts';

await describeWith(postgresServer, 'postgres: round trips', server => {
  let room: StoreRoom;
  let proxy: TestProxy;
  let session: ReturnType<typeof seat>;

  /** It stands still, however long a call takes here: a session is touched when this test says so. */
  let now = Date.now();

  function seat() {
    const { store, wakeups } = openEngine(through(room.url, proxy.port), { time: () => now });
    const processes = createProcesses();
    const worktrees = new FakeWorktrees([{ root: '/code/app', project: 'github.com/acme/shop' }]);
    const unused = { worktrees, log: new FakeLog(), ...aside() };
    const world = { store, wakeups, clock: systemClock, ids: systemIds, processes, ...unused };
    const nothing = { handle: null, client: 'test', clientVersion: null, clientSession: null, parent: null };
    const self = processes.self();
    const caller = new Agent(world, {
      ...nothing,
      process: self,
      host: self.host,
      reach: 'calls',
      directory: '/code/app',
      project: null,
    });
    const rest = {
      signal: new AbortController().signal,
      path: 'calls',
      progress: () => {},
      afterAnswer: () => {},
    } as const;
    return {
      store,
      caller,
      // biome-ignore lint/suspicious/noExplicitAny: tests look into answers of every tool
      call: async (name: string, input: unknown = {}): Promise<any> =>
        (await callTool(tools, name, input, { caller, ...rest })).output,
    };
  }

  const counted = async (name: string, input: unknown) => {
    proxy.resetCounters();
    const output = await session.call(name, input);
    return { output, roundTrips: proxy.counters.roundTrips };
  };

  beforeAll(async () => {
    room = server.room();
    proxy = await startProxy(portOf(room.url));
    session = seat();
    await session.call('lock_acquire', { paths: ['warm/up.ts'] });
  });
  afterAll(async () => {
    await session.caller.leave('done');
    await session.store.close();
    await proxy.close();
    await room.clear();
  });

  describe('of an uncontended lock_acquire', () => {
    it('are two, for one file, several, a glob, and a renewal', async () => {
      for (const paths of [['src/deep/down/a.ts'], ['src/b.ts', 'src/c.ts'], ['docs/**'], ['src/b.ts']]) {
        const { output, roundTrips } = await counted('lock_acquire', { paths });
        expect(output.granted).toBe(true);
        expect(roundTrips, JSON.stringify(paths)).toBeLessThanOrEqual(2);
      }
    });

    it('are fewer than four also when the session has to be touched', async () => {
      now += limits.touchEveryMs;
      const { roundTrips } = await counted('lock_acquire', { paths: ['src/later.ts'] });
      expect(roundTrips).toBeLessThan(4);
    });
  });
});
