/** What a session is told, and what goes on, while the store cannot be reached. */
import { beforeEach, describe, expect, it } from 'vitest';
import { FakeLog, FakeWorktrees } from '../../test/support/fakes.ts';
import { type Bench, createBench } from '../../test/support/rules.ts';
import { SignalboxError } from '../core/errors.ts';
import { limits } from '../core/limits.ts';
import type { Store } from '../core/ports.ts';
import { callTool } from './call-tool.ts';
import type { ToolContext } from './define-tool.ts';
import { tools } from './index.ts';
import { Agent } from './participant.ts';

const gone = () => Promise.reject(new SignalboxError('unavailable', 'The server cannot be reached.', 'Call again.'));

/** The bench's store behind a wire that can be cut. */
class Wire implements Store {
  isCut = false;
  spansMachines = true;
  readonly #store: Store;

  constructor(store: Store) {
    this.#store = store;
  }

  transact: Store['transact'] = (...call) => (this.isCut ? gone() : this.#store.transact(...call));
  read: Store['read'] = (...call) => (this.isCut ? gone() : this.#store.read(...call));
  eventsAfter: Store['eventsAfter'] = (...call) => this.#store.eventsAfter(...call);
  projects: Store['projects'] = () => this.#store.projects();
  contents: Store['contents'] = project => this.#store.contents(project);
  load: Store['load'] = (...call) => this.#store.load(...call);
  inspect: Store['inspect'] = () => this.#store.inspect();
  close: Store['close'] = () => this.#store.close();
}

let bench: Bench;

beforeEach(() => {
  bench = createBench();
});

/** A session on a machine of its own: the others cannot judge its process, only its heartbeats. */
function seat(handle: string) {
  const { clock, ids, wakeups, processes } = bench;
  const self = { ...processes.spawn(), boot: `boot of ${handle}` };
  const wire = new Wire(bench.store);
  const worktrees = new FakeWorktrees([{ root: '/code/app', project: 'github.com/acme/shop' }]);
  const world = { store: wire, clock, ids, wakeups, processes: processes.as(self), worktrees, log: new FakeLog() };
  const nothing = { client: 'test', clientVersion: null, clientSession: null, parent: null, project: null };
  const caller = new Agent(world, {
    ...nothing,
    handle,
    process: self,
    host: handle,
    reach: 'calls',
    directory: '/code/app',
  });
  const context: ToolContext = {
    caller,
    signal: new AbortController().signal,
    path: 'calls',
    progress: () => {},
    afterAnswer: () => {},
  };
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers of every tool
  const call = async (name: string, input: unknown = {}): Promise<any> =>
    (await callTool(tools, name, input, context)).output;
  return { call, wire };
}

describe('a session that cannot reach a store of several machines', () => {
  it('is told for how long its locks still hold, and then that they may be gone', async () => {
    const otter = seat('otter');
    await otter.call('lock_acquire', { paths: ['a'] });
    await bench.clock.advance(limits.heartbeatMs);
    otter.wire.isCut = true;
    await bench.clock.advance(12_000);
    await expect(otter.call('lock_list')).rejects.toMatchObject({
      code: 'unavailable',
      message: 'The server cannot be reached. Your locks hold for 18 s more, unless their own time ends before.',
    });
    await bench.clock.advance(18_000);
    await expect(otter.call('lock_acquire', { paths: ['b'] })).rejects.toThrow(/may be somebody else's by now/);
  });

  it('is never told that its locks hold after somebody else could have them', async () => {
    const [otter, heron] = [seat('otter'), seat('heron')];
    await otter.call('lock_acquire', { paths: ['a'] });
    otter.wire.isCut = true;
    for (let second = 0; second < 45; second++) {
      const isOurs = (await otter.call('lock_list').catch(error => error.message)).includes('Your locks hold');
      const { granted } = await heron.call('lock_acquire', { paths: ['a'] });
      expect(isOurs && granted).toBe(false);
      if (granted) await heron.call('lock_release', { paths: ['a'] });
      await bench.clock.advance(1_000);
    }
  });

  it('loses its locks to others after its lease, and its old fence renews nothing when it returns', async () => {
    const [otter, heron] = [seat('otter'), seat('heron')];
    const [lock] = (await otter.call('lock_acquire', { paths: ['a'] })).locks;
    const { you: before } = await otter.call('session_list');
    otter.wire.isCut = true;
    await bench.clock.advance(limits.leaseWithoutHeartbeatMs - 1_000);
    expect((await heron.call('lock_acquire', { paths: ['a'] })).granted).toBe(false);
    await bench.clock.advance(2_000);
    const taken = await heron.call('lock_acquire', { paths: ['a'] });
    expect(taken.locks[0].fence).toBeGreaterThan(lock.fence);
    otter.wire.isCut = false;
    await expect(otter.call('lock_acquire', { paths: ['a'], fence: lock.fence })).rejects.toMatchObject({
      code: 'conflict',
      message: expect.stringContaining(`heron has file:a now, with fence ${taken.locks[0].fence}`),
    });
    expect((await otter.call('lock_release', { paths: ['a'] })).notHeld).toEqual(['file:a']);
    expect((await otter.call('session_list')).you).toEqual(before);
  });

  it('believes nothing after a sleep of the machine, during which the clock that never jumps stands still', async () => {
    const otter = seat('otter');
    await otter.call('lock_acquire', { paths: ['a'] });
    otter.wire.isCut = true;
    bench.clock.stepWallClock(60_000);
    await expect(otter.call('lock_list')).rejects.toThrow(/may be somebody else's by now/);
  });

  it('says nothing of leases where the store is on the same machine', async () => {
    const otter = seat('otter');
    await otter.call('lock_list');
    otter.wire.isCut = true;
    otter.wire.spansMachines = false;
    await expect(otter.call('lock_list')).rejects.toMatchObject({ message: 'The server cannot be reached.' });
  });
});

describe('a wait', () => {
  it('for a lock goes on while the store is away, and ends with the grant once it is back', async () => {
    const [otter, heron] = [seat('otter'), seat('heron')];
    await otter.call('lock_acquire', { paths: ['a'] });
    const waiting = heron.call('lock_acquire', { paths: ['a'], waitSeconds: 40 });
    await bench.clock.advance(1_000);
    heron.wire.isCut = true;
    await bench.clock.advance(8_000);
    await otter.call('lock_release', { paths: ['a'] });
    await bench.clock.advance(4_000);
    heron.wire.isCut = false;
    await bench.clock.advance(limits.safetyPollMs * 2);
    expect((await waiting).granted).toBe(true);
  });

  it('for a message goes on while the store is away', async () => {
    const [otter, heron] = [seat('otter'), seat('heron')];
    await heron.call('session_list');
    const waiting = heron.call('message_wait', { timeoutSeconds: 40 });
    await bench.clock.advance(1_000);
    heron.wire.isCut = true;
    await otter.call('message_send', { to: ['heron'], body: 'still there?' });
    await bench.clock.advance(6_000);
    heron.wire.isCut = false;
    await bench.clock.advance(limits.safetyPollMs * 2);
    expect((await waiting).messages).toMatchObject([{ body: 'still there?' }]);
  });

  it('says so when its time is over and the store is still away', async () => {
    const [otter, heron] = [seat('otter'), seat('heron')];
    await otter.call('lock_acquire', { paths: ['a'] });
    const waiting = [
      heron.call('lock_acquire', { paths: ['a'], waitSeconds: 10 }),
      heron.call('message_wait', { timeoutSeconds: 10 }),
    ].map(wait => wait.catch(error => error.code));
    await bench.clock.advance(1_000);
    heron.wire.isCut = true;
    await bench.clock.advance(12_000);
    expect(await Promise.all(waiting)).toEqual(['unavailable', 'unavailable']);
  });
});
