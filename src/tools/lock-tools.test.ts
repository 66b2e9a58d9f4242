/** Locks as tools offer them: standing in line without waiting, being told, handing off, breaking. */
import { beforeEach, describe, expect, it } from 'vitest';
import { aside } from '../../test/support/fake-git.ts';
import { FakeLog, FakeWorktrees } from '../../test/support/fakes.ts';
import { type Bench, createBench, project } from '../../test/support/rules.ts';
import { limits } from '../core/limits.ts';
import { Agent } from './agent.ts';
import { callTool } from './call-tool.ts';
import type { ToolContext } from './define-tool.ts';
import { operations } from './index.ts';
import type { Participant } from './participant.ts';
import { Visitor } from './visitor.ts';

const root = '/code/app';

let bench: Bench;

beforeEach(() => {
  bench = createBench();
});

function callsOf(caller: Participant, signal = new AbortController().signal) {
  const context: ToolContext = { caller, signal, path: 'calls', progress: () => {}, afterAnswer: () => {} };
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers of every tool
  return async (name: string, input: unknown = {}): Promise<any> =>
    (await callTool(operations, name, input, context)).output;
}

function worldOf(self = bench.processes.spawn()) {
  const { store, clock, ids, wakeups, processes } = bench;
  const worktrees = new FakeWorktrees([{ root, project }]);
  return { store, clock, ids, wakeups, processes: processes.as(self), worktrees, log: new FakeLog(), ...aside() };
}

function seat(handle: string) {
  const self = bench.processes.spawn();
  const nothing = { client: 'test', clientVersion: null, clientSession: null, parent: null, project: null };
  const facts = { ...nothing, handle, process: self, host: 'box', reach: 'calls', directory: root } as const;
  const caller = new Agent(worldOf(self), facts);
  const stop = new AbortController();
  return { call: callsOf(caller, stop.signal), caller, stop, die: () => bench.processes.kill(self) };
}

const visitor = (session: string | null) => callsOf(new Visitor(worldOf(), root, null, session));

/** What the session has in its inbox from Signalbox itself; looking is nobody's activity. */
const notices = async ({ caller }: ReturnType<typeof seat>) => {
  const id = await caller.session();
  const session = await bench.look(view => view.tx.get('session', id));
  return session ? bench.notices(session) : [];
};

const holders = async () => {
  const locks = await bench.look(view => view.tx.list('lock', 'all', { prefix: '' }, { limit: 99 }));
  const sessions = await Promise.all(locks.map(lock => bench.look(view => view.tx.get('session', lock.holder))));
  return sessions.map(session => session?.handle);
};

const spoken = (name: string, output: Record<string, unknown>) =>
  operations.find(tool => tool.name === name)?.text(output) ?? '';

describe('lock_acquire with queue: true', () => {
  it('grants at once what is free, and keeps no place', async () => {
    const otter = seat('otter');
    expect(await otter.call('lock_acquire', { paths: ['a'], queue: true })).toMatchObject({ granted: true });
    expect((await otter.call('lock_list')).waiting).toEqual([]);
  });

  it('answers at once that a place is kept, for how long, how one is told, and how to give it up', async () => {
    const [otter, heron, wren] = [seat('otter'), seat('heron'), seat('wren')];
    await otter.call('lock_acquire', { paths: ['a'] });
    await heron.call('lock_acquire', { paths: ['a'], queue: true });
    const answer = await wren.call('lock_acquire', { paths: ['a'], queue: true });
    expect(answer).toMatchObject({ granted: false, locks: [], queue: { position: 2 } });
    expect(Date.parse(answer.queue.keptUntil)).toBe(bench.clock.now() + limits.queuePlaceMs);
    expect(answer.next).toMatch(/place is kept for 4 h.*notice.*message_read.*lock_release/);
    expect(spoken('lock_acquire', answer)).toContain(`Place in the queue: 2, kept until ${answer.queue.keptUntil}.`);
  });

  it('tells by a message when the lock is its own, at the moment of the release', async () => {
    const [otter, heron] = [seat('otter'), seat('heron')];
    await otter.call('lock_acquire', { paths: ['a'] });
    await heron.call('lock_acquire', { paths: ['a'], queue: true, reason: 'login' });
    const waiting = heron.call('message_wait');
    await bench.clock.advance(100);
    await otter.call('lock_release', { all: true });
    await bench.clock.advance(100);
    const { messages } = await waiting;
    expect(messages).toMatchObject([{ from: 'signalbox', conversation: 'notice' }]);
    expect(messages[0].body).toMatch(/file:a .* is yours now.*for "login"/);
    expect((await heron.call('lock_acquire', { paths: ['a'] })).granted).toBe(true);
  });

  it.each([
    ['its holder dies without a word', async (holder: ReturnType<typeof seat>) => holder.die(), 15 * 60],
    ['it expires', async () => bench.clock.advance(32_500), 33],
  ])('is served within a second when %s, although nobody looks and no hint comes', async (_how, finish, ttlSeconds) => {
    bench.wakeups.mode = 'lose';
    const [otter, heron] = [seat('otter'), seat('heron')];
    await otter.call('lock_acquire', { paths: ['a'], ttlSeconds });
    await heron.call('lock_acquire', { paths: ['a'], queue: true });
    await bench.clock.advance(limits.queueWatchMs);
    await finish(otter);
    await bench.clock.advance(900);
    expect(await holders()).toEqual(['heron']);
    expect(await notices(heron)).toHaveLength(1);
  });

  it('is served within the safety poll when a hint was lost', async () => {
    bench.wakeups.mode = 'lose';
    const [otter, heron] = [seat('otter'), seat('heron')];
    const person = visitor(null);
    await otter.call('lock_acquire', { resources: ['x'] });
    await person('lock_acquire', { resources: ['x', 'y'], queue: true });
    await heron.call('lock_acquire', { resources: ['y'], queue: true });
    expect(await holders()).toEqual(['otter']);
    otter.die();
    await bench.clock.advance(limits.safetyPollMs);
    expect(await holders()).toEqual(['operator', 'operator']);
  });

  it('watches as long as places stand and no longer: then no timer but the heartbeat is left', async () => {
    const [otter, heron] = [seat('otter'), seat('heron')];
    await heron.call('session_list');
    await otter.call('lock_acquire', { paths: ['a'] });
    const idle = bench.clock.pending;
    await heron.call('lock_acquire', { paths: ['a'], queue: true });
    await bench.clock.advance(3_000);
    expect(bench.clock.pending).toBeGreaterThan(idle);
    await heron.call('lock_release', { paths: ['a'] });
    await bench.clock.advance(limits.safetyPollMs);
    expect(bench.clock.pending).toBe(idle);
  });

  it('renews nothing by watching, and counts as no activity', async () => {
    const [otter, heron] = [seat('otter'), seat('heron')];
    await otter.call('lock_acquire', { paths: ['a'] });
    await heron.call('lock_acquire', { paths: ['b'], ttlSeconds: 100 });
    await heron.call('lock_acquire', { paths: ['a'], queue: true });
    const seen = (await bench.look(view => view.tx.list('session', 'handle', { equals: 'heron' }, { limit: 1 })))[0];
    await bench.clock.advance(60_000);
    otter.die();
    await bench.clock.advance(45_000);
    const locks = await bench.look(view => view.tx.list('lock', 'all', { prefix: '' }, { limit: 9 }));
    expect(locks.map(lock => [lock.name, lock.holder])).toEqual([['file:a', seen?.id]]);
    const record = await bench.look(view => view.tx.get('session', seen?.id ?? ''));
    expect(record?.lastSeenAt).toBe(seen?.lastSeenAt);
  });

  it('stops watching when the session leaves, whose places go with it', async () => {
    const [otter, heron] = [seat('otter'), seat('heron')];
    await otter.call('lock_acquire', { paths: ['a'] });
    await heron.call('lock_acquire', { paths: ['a'], queue: true });
    await bench.clock.advance(1_000);
    await heron.caller.leave('client gone');
    expect(bench.clock.pending).toBe(1);
    await otter.call('lock_release', { all: true });
    await otter.caller.leave('client gone');
    await bench.clock.advance(5_000);
    expect(await holders()).toEqual([]);
    expect(bench.clock.pending).toBe(0);
  });

  it('asked by a command in the shell of a session is watched for by the server of that session', async () => {
    bench.wakeups.mode = 'lose';
    const [otter, heron] = [seat('otter'), seat('heron')];
    await otter.call('lock_acquire', { paths: ['a'] });
    const shell = visitor(await heron.caller.session());
    await shell('lock_acquire', { paths: ['a'], queue: true });
    await bench.clock.advance(limits.heartbeatMs);
    otter.die();
    await bench.clock.advance(1_000);
    expect(await holders()).toEqual(['heron']);
  });

  it('together with waitSeconds waits first, and keeps the place and its turn when the time is over', async () => {
    const [otter, heron, wren] = [seat('otter'), seat('heron'), seat('wren')];
    await otter.call('lock_acquire', { paths: ['a'] });
    const first = heron.call('lock_acquire', { paths: ['a'], waitSeconds: 5, queue: true });
    await bench.clock.advance(1_000);
    await wren.call('lock_acquire', { paths: ['a'], queue: true });
    await bench.clock.advance(5_000);
    expect(await first).toMatchObject({ granted: false, queue: { position: 1, keptUntil: expect.any(String) } });
    await otter.call('lock_release', { all: true });
    expect(await holders()).toEqual(['heron']);
    expect(await notices(heron)).toHaveLength(1);
  });

  it('together with waitSeconds that end well needs no notice', async () => {
    const [otter, heron] = [seat('otter'), seat('heron')];
    await otter.call('lock_acquire', { paths: ['a'] });
    const call = heron.call('lock_acquire', { paths: ['a'], waitSeconds: 5, queue: true });
    await bench.clock.advance(1_000);
    await otter.call('lock_release', { all: true });
    await bench.clock.advance(100);
    expect((await call).granted).toBe(true);
    expect(await notices(heron)).toEqual([]);
  });

  it('keeps no place for a call that was cancelled, waiting or not', async () => {
    const [otter, heron, wren] = [seat('otter'), seat('heron'), seat('wren')];
    await otter.call('lock_acquire', { paths: ['a'] });
    const call = heron.call('lock_acquire', { paths: ['a'], waitSeconds: 5, queue: true });
    await bench.clock.advance(1_000);
    heron.stop.abort();
    await bench.clock.advance(200);
    await call;
    await wren.call('session_list');
    wren.stop.abort();
    await wren.call('lock_acquire', { paths: ['a'], queue: true });
    expect((await otter.call('lock_list')).waiting).toEqual([]);
  });

  it('leaves nothing of a call that may keep no more places, whether it is told before or after it waited', async () => {
    const [otter, heron] = [seat('otter'), seat('heron')];
    const names = Array.from({ length: limits.queuePlacesPerSession + 1 }, (_, at) => `r${at}`);
    const [last = '', ...others] = names;
    for (const some of [names.slice(0, 50), names.slice(50)]) await otter.call('lock_acquire', { resources: some });
    const wanted = { resources: [last], waitSeconds: 5, queue: true };
    const early = heron.call('lock_acquire', wanted).catch((error: Error) => error);
    await bench.clock.advance(1_000);
    for (const name of others) await heron.call('lock_acquire', { resources: [name], queue: true });
    await bench.clock.advance(5_000);
    expect(await early).toMatchObject({ code: 'limit_exceeded' });
    // Now it is known at once.
    await expect(heron.call('lock_acquire', wanted)).rejects.toMatchObject({ code: 'limit_exceeded' });
    await otter.call('lock_release', { resources: [last] });
    expect((await otter.call('lock_list', { resources: [last] })).locks).toEqual([]);
  });

  it('keeps the place that stood before a call that waits at it, however that ends', async () => {
    const [otter, heron] = [seat('otter'), seat('heron')];
    await otter.call('lock_acquire', { paths: ['a'] });
    await heron.call('lock_acquire', { paths: ['a'], queue: true });
    const call = heron.call('lock_acquire', { paths: ['a'], waitSeconds: 5 });
    await bench.clock.advance(5_200);
    expect(await call).toMatchObject({ granted: false, queue: { position: 1, keptUntil: expect.any(String) } });
    const second = heron.call('lock_acquire', { paths: ['a'], waitSeconds: 5 });
    await bench.clock.advance(1_000);
    heron.stop.abort();
    await bench.clock.advance(200);
    await second;
    expect((await otter.call('lock_list')).waiting).toMatchObject([{ session: 'heron', position: 1 }]);
  });

  it('does not go with a fence', async () => {
    const otter = seat('otter');
    const asked = otter.call('lock_acquire', { paths: ['a'], queue: true, fence: 3 });
    await expect(asked).rejects.toMatchObject({ code: 'invalid_input' });
  });

  it('that would never end is refused with the names, and keeps no place', async () => {
    const [otter, heron] = [seat('otter'), seat('heron')];
    await otter.call('lock_acquire', { paths: ['a'] });
    await heron.call('lock_acquire', { paths: ['b'] });
    await otter.call('lock_acquire', { paths: ['b'], queue: true });
    const refused = await heron.call('lock_acquire', { paths: ['a'], queue: true });
    expect(refused.next).toContain('heron waits for otter waits for heron');
    expect(refused.queue).toBeUndefined();
  });
});

describe('lock_list', () => {
  it('shows each place with its turn, priority and whether it is kept, in fields and in words', async () => {
    const [otter, heron, wren] = [seat('otter'), seat('heron'), seat('wren')];
    await otter.call('lock_acquire', { paths: ['a'] });
    await heron.call('lock_acquire', { paths: ['a'], queue: true });
    const call = wren.call('lock_acquire', { paths: ['a'], waitSeconds: 9, priority: 'urgent' });
    await bench.clock.advance(500);
    const list = await otter.call('lock_list');
    expect(list.waiting).toMatchObject([
      { session: 'wren', position: 1, priority: 'urgent' },
      { session: 'heron', position: 2, priority: 'normal', keptUntil: expect.any(String) },
    ]);
    expect(list.waiting[0].keptUntil).toBeUndefined();
    const words = spoken('lock_list', list);
    expect(words).toContain('wren for file:a (exclusive, place 1, urgent priority)');
    expect(words).toContain(`place kept until ${list.waiting[1].keptUntil}`);
    await bench.clock.advance(9_000);
    await call;
  });
});

describe('lock_release', () => {
  it('says which places it gave up, in fields and in words', async () => {
    const [otter, heron] = [seat('otter'), seat('heron')];
    await otter.call('lock_acquire', { paths: ['a'] });
    await heron.call('lock_acquire', { paths: ['a'], queue: true });
    const answer = await heron.call('lock_release', { paths: ['a', 'b'] });
    expect(answer).toEqual({ released: [], withdrawn: ['file:a'], notHeld: ['file:b'] });
    expect(spoken('lock_release', answer)).toBe('No longer waiting for: file:a.\nNot held by you: file:b.');
  });

  it('with to hands the locks off and says so', async () => {
    const [otter, heron] = [seat('otter'), seat('heron')];
    await heron.call('session_list');
    await otter.call('lock_acquire', { paths: ['a'] });
    const answer = await otter.call('lock_release', { all: true, to: 'heron' });
    expect(answer).toEqual({ released: ['file:a'], notHeld: [], to: 'heron' });
    expect(spoken('lock_release', answer)).toBe('Handed off to heron: file:a.');
    expect(await holders()).toEqual(['heron']);
  });
});

describe('lock_break', () => {
  it('is for the operator: it says what was broken and from whom', async () => {
    const otter = seat('otter');
    await otter.call('lock_acquire', { paths: ['a'] });
    const answer = await visitor(null)('lock_break', { paths: ['a'], reason: 'hangs' });
    expect(answer.broken).toMatchObject([{ resource: 'file:a', holder: 'otter', mode: 'exclusive' }]);
    expect(spoken('lock_break', answer)).toMatch(/^Broken: file:a, held by otter \(exclusive, fence \d+\)/);
    expect(await notices(otter)).toHaveLength(1);
  });

  it('is forbidden to a session, also by a command in its shell', async () => {
    const [otter, heron] = [seat('otter'), seat('heron')];
    await otter.call('lock_acquire', { paths: ['a'] });
    const shell = visitor(await heron.caller.session());
    await expect(shell('lock_break', { paths: ['a'], reason: 'mine' })).rejects.toMatchObject({ code: 'forbidden' });
    expect(await holders()).toEqual(['otter']);
  });

  it('takes a session or resources, not both and not neither', async () => {
    const person = visitor(null);
    const both = person('lock_break', { paths: ['a'], session: 'otter', reason: 'x' });
    await expect(both).rejects.toMatchObject({ code: 'invalid_input' });
    await expect(person('lock_break', { reason: 'x' })).rejects.toMatchObject({ code: 'invalid_input' });
  });
});

describe('a heartbeat', () => {
  it('tells an idle holder before its lock lapses, and passes it on afterwards', async () => {
    const [otter, heron] = [seat('otter'), seat('heron')];
    await otter.call('lock_acquire', { paths: ['a'], ttlSeconds: 120 });
    await heron.call('lock_acquire', { paths: ['a'], queue: true });
    await bench.clock.advance(110_000);
    expect(await notices(otter)).toEqual([expect.stringContaining('lapses at')]);
    await bench.clock.advance(20_000);
    expect(await holders()).toEqual(['heron']);
    expect((await notices(otter))[1]).toContain('heron has it now');
  });
});
