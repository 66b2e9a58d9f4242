/** What a session is told, and what goes on, while the store cannot be reached. */

import { beforeEach, describe, expect, it } from 'vitest';
import { aside } from '../../test/support/fake-git.ts';
import { FakeLog, FakeWorktrees } from '../../test/support/fakes.ts';
import { type Bench, createBench } from '../../test/support/rules.ts';
import { SignalboxError } from '../core/errors.ts';
import { limits } from '../core/limits.ts';
import type { Store } from '../core/ports.ts';
import { end } from '../core/session.ts';
import { Agent } from './agent.ts';
import { callTool } from './call-tool.ts';
import type { ToolContext } from './define-tool.ts';
import { tools } from './index.ts';

const gone = () => Promise.reject(new SignalboxError('unavailable', 'The server cannot be reached.', 'Call again.'));

/** The bench's store behind a wire that can be cut. */
class Wire implements Store {
  isCut = false;
  spansMachines = true;
  /** What happens between the next unit and its answer. */
  beforeAnswer: (() => Promise<void> | void) | undefined;
  readonly #store: Store;

  constructor(store: Store) {
    this.#store = store;
  }

  transact: Store['transact'] = async (...call) => {
    if (this.isCut) return gone();
    const answer = await this.#store.transact(...call);
    const { beforeAnswer } = this;
    this.beforeAnswer = undefined;
    await beforeAnswer?.();
    return answer;
  };
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
function seat(handle: string, clientSession: string | null = null) {
  const { clock, ids, wakeups, processes } = bench;
  const self = { ...processes.spawn(), boot: `boot of ${handle}` };
  const wire = new Wire(bench.store);
  const worktrees = new FakeWorktrees([{ root: '/code/app', project: 'github.com/acme/shop' }]);
  const rest = { worktrees, log: new FakeLog(), ...aside() };
  const world = { store: wire, clock, ids, wakeups, processes: processes.as(self), ...rest };
  const nothing = { client: 'test', clientVersion: null, clientSession, parent: null, project: null };
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
  const call = async (name: string, input: unknown = {}, signal = context.signal): Promise<any> =>
    (await callTool(tools, name, input, { ...context, signal })).output;
  return { call, wire, caller };
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
      message:
        'The server cannot be reached. Your locks hold for 18 s more, unless their own time ends before or somebody ended your session.',
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

describe('the moment from which a session counts', () => {
  it('is the beginning of the call, however long its answer took', async () => {
    const otter = seat('otter');
    await otter.call('session_list');
    await bench.clock.advance(1_000);
    otter.wire.beforeAnswer = () => bench.clock.advance(8_000);
    await otter.call('lock_acquire', { paths: ['a'] });
    otter.wire.isCut = true;
    await bench.clock.advance(3_000);
    await expect(otter.call('lock_list')).rejects.toThrow('Your locks hold for 19 s more');
  });

  it.each([
    ['a unit that changed nothing of its presence', 'lock_acquire'],
    ['a look', 'lock_list'],
  ])('is not that of %s: others see no sign of life in it', async (_what, tool) => {
    const otter = seat('otter');
    await otter.call('lock_acquire', { paths: ['a'] });
    await bench.clock.advance(limits.touchEveryMs - 100);
    await otter.call(tool, { paths: ['a'] });
    otter.wire.isCut = true;
    await bench.clock.advance(11_600);
    await expect(otter.call('lock_list')).rejects.toThrow('Your locks hold for 17 s more');
  });
});

describe('a session that found itself ended', () => {
  const endedSeat = async () => {
    const otter = seat('otter');
    const { locks } = await otter.call('lock_acquire', { paths: ['a'] });
    expect(locks).toHaveLength(1);
    const id = await otter.caller.session();
    await bench.transact(unit => end(unit, id, 'ended by heron'));
    return otter;
  };
  const told = async (otter: ReturnType<typeof seat>) => {
    otter.wire.isCut = true;
    return otter.call('lock_list').catch(error => error.message);
  };

  it('in a call is not told that its locks hold', async () => {
    const otter = await endedSeat();
    // It looks where it belongs before it comes back: that read still succeeds, its return does not.
    otter.wire.beforeAnswer = () => {
      otter.wire.transact = gone;
    };
    const refusal = await otter.call('lock_acquire', { paths: ['b'] }).catch(error => error);
    expect(refusal).toMatchObject({ code: 'unavailable', message: 'The server cannot be reached.' });
    expect(await told(otter)).toBe('The server cannot be reached.');
  });

  it('in a look is not told that its locks hold', async () => {
    const otter = await endedSeat();
    expect(await otter.caller.observe(async () => 1)).toBeUndefined();
    expect(await told(otter)).toBe('The server cannot be reached.');
  });

  it('by its heartbeat is not told that its locks hold', async () => {
    const otter = await endedSeat();
    await bench.clock.advance(limits.heartbeatMs);
    expect(await told(otter)).toBe('The server cannot be reached.');
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

describe('a lock that nobody knows of', () => {
  /** Heron waits for otter's lock; the wire is cut and the wait over before heron can say so. */
  const leftInLine = async (waitSeconds: number) => {
    const [otter, heron] = [seat('otter'), seat('heron')];
    await otter.call('lock_acquire', { paths: ['a'] });
    const cancelled = new AbortController();
    const waiting = heron
      .call('lock_acquire', { paths: ['a'], waitSeconds }, cancelled.signal)
      .catch(error => error.code);
    await bench.clock.advance(1_000);
    return { otter, heron, cancelled, waiting };
  };
  const isFreeFor = async (other: ReturnType<typeof seat>) =>
    (await other.call('lock_acquire', { paths: ['a'] })).granted;

  it('does not come of a wait that was cancelled while the store was away', async () => {
    const { otter, heron, cancelled, waiting } = await leftInLine(40);
    heron.wire.isCut = true;
    cancelled.abort();
    expect(await waiting).toBe('unavailable');
    heron.wire.isCut = false;
    await otter.call('lock_release', { paths: ['a'] });
    await bench.clock.advance(limits.heartbeatMs);
    expect(await isFreeFor(otter)).toBe(true);
  });

  it('does not stay when it was granted first and then cancelled while the store was away', async () => {
    const { otter, heron, cancelled, waiting } = await leftInLine(40);
    heron.wire.isCut = true;
    await otter.call('lock_release', { paths: ['a'] });
    cancelled.abort();
    expect(await waiting).toBe('unavailable');
    expect(await isFreeFor(otter)).toBe(false);
    heron.wire.isCut = false;
    expect((await heron.call('lock_list')).locks).toEqual([]);
    await bench.clock.advance(limits.heartbeatMs);
    expect(await isFreeFor(otter)).toBe(true);
  });

  it('does not stay when it was granted at once and the call cancelled while the store was away', async () => {
    const [otter, heron] = [seat('otter'), seat('heron')];
    await heron.call('session_list');
    const cancelled = new AbortController();
    heron.wire.beforeAnswer = () => {
      heron.wire.isCut = true;
      cancelled.abort();
    };
    await heron.call('lock_acquire', { paths: ['a'] }, cancelled.signal).catch(() => {});
    heron.wire.isCut = false;
    await bench.clock.advance(limits.heartbeatMs);
    expect(await isFreeFor(otter)).toBe(true);
  });

  it('does not stay when the answer of the call that got it was lost', async () => {
    const [otter, heron] = [seat('otter'), seat('heron')];
    await heron.call('session_list');
    heron.wire.beforeAnswer = gone;
    await expect(heron.call('lock_acquire', { paths: ['a'] })).rejects.toMatchObject({ code: 'unavailable' });
    await bench.clock.advance(limits.heartbeatMs);
    expect(await isFreeFor(otter)).toBe(true);
  });

  it('does not come of a wait whose time ended while the store was away', async () => {
    const { otter, heron, waiting } = await leftInLine(9);
    heron.wire.isCut = true;
    await bench.clock.advance(5_000);
    await otter.call('lock_release', { paths: ['a'] });
    await bench.clock.advance(4_000);
    expect(await waiting).toBe('unavailable');
    heron.wire.isCut = false;
    await bench.clock.advance(limits.heartbeatMs);
    expect(await isFreeFor(otter)).toBe(true);
  });

  it('is gone before the next call of that session looks, which keeps what it gets itself', async () => {
    const { otter, heron, cancelled, waiting } = await leftInLine(40);
    heron.wire.isCut = true;
    await otter.call('lock_release', { paths: ['a'] });
    cancelled.abort();
    await waiting;
    heron.wire.isCut = false;
    expect((await heron.call('lock_acquire', { paths: ['a'] })).granted).toBe(true);
    await bench.clock.advance(limits.heartbeatMs);
    expect(await isFreeFor(otter)).toBe(false);
  });
});

describe('a session whose joining was stored, but whose answer was lost,', () => {
  const lostOnJoining = async (otter: ReturnType<typeof seat>) => {
    await otter.caller.place();
    otter.wire.beforeAnswer = () => gone();
    await expect(otter.call('message_read')).rejects.toMatchObject({ code: 'unavailable' });
  };
  const living = async (other: ReturnType<typeof seat>) => (await other.call('session_list')).sessions;

  it('is one session with its handle when it calls again', async () => {
    const [heron, otter] = [seat('heron'), seat('otter')];
    await lostOnJoining(otter);
    expect((await otter.call('session_list')).you).toBe('otter');
    expect(await living(heron)).toHaveLength(2);
  });

  it('is the one it came back as, with its mail', async () => {
    const [heron, first] = [seat('heron'), seat('otter', 'talk')];
    await first.call('session_list');
    await first.caller.leave('client gone');
    await heron.call('message_send', { to: ['otter'], body: 'for later' });
    const second = seat('otter', 'talk');
    await lostOnJoining(second);
    expect((await second.call('message_read')).messages).toMatchObject([{ body: 'for later' }]);
    expect(await living(heron)).toHaveLength(2);
  });
});

describe('a renewal with a fence', () => {
  it('cannot wait in line: somebody else would have had the lock in between', async () => {
    const [otter, heron] = [seat('otter'), seat('heron')];
    const [lock] = (await otter.call('lock_acquire', { paths: ['a'] })).locks;
    const asked = { paths: ['a'], fence: lock.fence, waitSeconds: 5 };
    await expect(otter.call('lock_acquire', asked)).rejects.toMatchObject({
      code: 'invalid_input',
      next: expect.stringContaining('Leave out'),
    });
    await expect(heron.call('lock_acquire', asked)).rejects.toMatchObject({ code: 'invalid_input' });
    expect((await otter.call('lock_acquire', { ...asked, waitSeconds: 0 })).granted).toBe(true);
  });
});
