import { expect, it } from 'vitest';
import { aside } from '../../../test/support/fake-git.ts';
import { FakeLog, FakeWorktrees } from '../../../test/support/fakes.ts';
import { createBench } from '../../../test/support/rules.ts';
import { limits } from '../../core/limits.ts';
import { Agent } from '../../tools/agent.ts';
import { Subscriptions } from './subscriptions.ts';

it('is no activity of the session when the watch finds that a peer has died, and tells of it', async () => {
  const bench = createBench();
  const { store, clock, ids, wakeups, processes } = bench;
  const worktrees = new FakeWorktrees([{ root: '/app', project: 'github.com/acme/shop' }]);
  const nothing = { client: null, clientVersion: null, clientSession: null, parent: null, project: null };
  const self = { process: processes.self(), host: 'box', reach: 'calls', directory: '/app' } as const;
  const world = { store, clock, ids, wakeups, processes, worktrees, log: new FakeLog(), ...aside() };
  const agent = new Agent(world, { ...nothing, ...self, handle: 'heron' });
  const me = await agent.transact(async (_unit, session) => session);
  const peer = await bench.join('otter');
  const told: string[] = [];
  const subscriptions = new Subscriptions(async uri => {
    told.push(uri);
  });
  await subscriptions.subscribe('signalbox://sessions', agent);
  await clock.advance(limits.touchEveryMs * 3);
  const { lastSeenAt } = await bench.now(me);
  bench.kill(peer);
  await clock.advance(limits.safetyPollMs * 2);
  expect((await bench.now(peer)).endedAt).not.toBeNull();
  expect(told).toContain('signalbox://sessions');
  expect((await bench.now(me)).lastSeenAt).toBe(lastSeenAt);
  subscriptions.close();
  await agent.leave('done');
});
