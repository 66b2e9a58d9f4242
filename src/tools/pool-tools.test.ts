/** Pools as tools offer them: a concrete value, probed, waited for, listed and given back. */

import { beforeEach, describe, expect, it } from 'vitest';
import { aside, FakeProbes } from '../../test/support/fake-git.ts';
import { FakeLog, FakeWorktrees, settle } from '../../test/support/fakes.ts';
import { type Bench, createBench, project } from '../../test/support/rules.ts';
import { limits } from '../core/limits.ts';
import type { Pool } from '../core/policy.ts';
import { defaultGuard } from '../core/policy.ts';
import { Agent } from './agent.ts';
import { callTool } from './call-tool.ts';
import { operations } from './index.ts';

const root = '/code/app';
const ports: Pool = { name: 'port', values: ['port:3000', 'port:3001', 'port:3002'], probe: 'tcp' };
const ci: Pool = { name: 'ci', values: ['ci:1', 'ci:2'], probe: null };

let bench: Bench;
let probes: FakeProbes;

beforeEach(() => {
  bench = createBench();
  probes = new FakeProbes();
});

function seat(handle: string) {
  const self = bench.processes.spawn();
  const { store, clock, ids, wakeups, processes } = bench;
  const worktrees = new FakeWorktrees([{ root, project }]);
  const own = { processes: processes.as(self), worktrees, log: new FakeLog() };
  const policy = { pools: [ports, ci], guard: defaultGuard, messagesKeptDays: 30 };
  const world = { store, clock, ids, wakeups, ...own, ...aside(), probes, policy };
  const nothing = { client: 'test', clientVersion: null, clientSession: null, parent: null, project: null };
  const facts = { ...nothing, handle, process: self, host: 'box', reach: 'calls', directory: root } as const;
  const caller = new Agent(world, facts);
  const stop = new AbortController();
  const context = { caller, signal: stop.signal, path: 'calls', progress: () => {}, afterAnswer: () => {} } as const;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers of every tool
  const call = async (name: string, input: unknown = {}): Promise<any> =>
    (await callTool(operations, name, input, context)).output;
  const get = (resources: string[], more: object = {}) => call('lock_acquire', { resources, ...more });
  return { call, get, stop, die: () => bench.processes.kill(self) };
}

const names = (answer: { locks: { resource: string }[] }) => answer.locks.map(({ resource }) => resource);
const spoken = (name: string, output: Record<string, unknown>) =>
  operations.find(tool => tool.name === name)?.text(output) ?? '';

describe('lock_acquire of a pool', () => {
  it('answers with the value to use and the pool it is out of, in fields and in words', async () => {
    const answer = await seat('otter').get(['pool:port', 'pool:ci', 'release'], { paths: ['src/a.ts'] });
    expect(answer.locks).toMatchObject([
      { resource: 'file:src/a.ts' },
      { resource: 'release' },
      { resource: 'port:3000', pool: 'pool:port', mode: 'exclusive' },
      { resource: 'ci:1', pool: 'pool:ci' },
    ]);
    expect(spoken('lock_acquire', answer)).toContain('Granted: port:3000, which is yours to use out of pool:port (');
  });

  it('gives the same value again for the same call, two for the name given twice', async () => {
    const otter = seat('otter');
    expect([names(await otter.get(['pool:port'])), names(await otter.get(['pool:port']))]).toEqual([
      ['port:3000'],
      ['port:3000'],
    ]);
    expect(names(await otter.get(['pool:port', 'pool:port']))).toEqual(['port:3000', 'port:3001']);
  });

  it('passes over what something outside uses, and says so', async () => {
    probes.used.add(3000).add(3001);
    const answer = await seat('otter').get(['pool:port']);
    expect(names(answer)).toEqual(['port:3002']);
    expect(answer.warnings).toEqual([expect.stringMatching(/^port:3000, port:3001 are in use by something outside/)]);
    expect(names(await seat('heron').get(['port:3000']))).toEqual(['port:3000']);
  });

  it('does not look at what the session has already, which it uses itself', async () => {
    const otter = seat('otter');
    await otter.get(['pool:port']);
    probes.used.add(3000);
    expect(names(await otter.get(['pool:port']))).toEqual(['port:3000']);
    expect(names(await otter.get(['pool:port', 'pool:port']))).toEqual(['port:3000', 'port:3001']);
  });

  it('looks at nothing in a pool that is not probed', async () => {
    probes.used.add(1);
    expect(names(await seat('otter').get(['pool:ci']))).toEqual(['ci:1']);
  });

  it('is refused with nothing locked when all that nobody has is in use outside', async () => {
    await seat('otter').get(['port:3002']);
    probes.used.add(3000).add(3001);
    const heron = seat('heron');
    const answer = await heron.get(['pool:port'], { paths: ['src/a.ts'] });
    expect(answer).toMatchObject({
      granted: false,
      locks: [],
      blockedBy: [{ holder: 'otter', resource: 'port:3002' }],
    });
    expect(answer.warnings[0]).toMatch(/port:3000, port:3001 are in use/);
    expect((await heron.call('lock_list', { session: 'heron' })).locks).toEqual([]);
  });

  it('says what to do, and does not wait, when nobody has any of it and all is in use outside', async () => {
    for (const port of [3000, 3001, 3002]) probes.used.add(port);
    const otter = seat('otter');
    const answer = await otter.get(['pool:port'], { waitSeconds: 5, queue: true });
    expect(answer).toMatchObject({ granted: false, blockedBy: [] });
    expect((await otter.call('lock_list')).waiting).toEqual([]);
    expect(spoken('lock_acquire', answer)).toMatch(
      /port:3002 are in use .*\nNext: Nobody in Signalbox has these: end what/,
    );
  });

  it('is exclusive: another mode is refused before anything is locked', async () => {
    const otter = seat('otter');
    for (const mode of ['shared', 'intent'])
      await expect(otter.get(['pool:port'], { mode })).rejects.toThrow(/exclusive/);
    await expect(otter.get(['pool:database'])).rejects.toThrow(
      /There is no pool:database; there is pool:port, pool:ci/,
    );
    await expect(otter.get(['pool:ci', 'pool:ci', 'pool:ci'])).rejects.toThrow(/holds 2/);
    await expect(otter.get(Array(51).fill('pool:port'))).rejects.toThrow(/one call takes 50/);
    expect((await otter.call('lock_list')).locks).toEqual([]);
  });

  it('is meant as what it is when it, or a value of it, is given among the paths', async () => {
    const otter = seat('otter');
    const given = (paths: string[]) => otter.call('lock_acquire', { paths });
    expect((await given(['pool:port'])).locks).toMatchObject([{ resource: 'port:3000', pool: 'pool:port' }]);
    expect((await given(['port:3001'])).locks).toMatchObject([{ resource: 'port:3001' }]);
    expect((await otter.call('lock_release', { paths: ['pool:port', 'port:3001'] })).notHeld).toEqual([]);
    expect((await otter.call('lock_list')).locks).toEqual([]);
  });

  it('renews by fence what it gave, and is refused once that is lost', async () => {
    const otter = seat('otter');
    const [{ fence }] = (await otter.get(['pool:port'])).locks;
    expect((await otter.get(['pool:port'], { fence })).locks).toMatchObject([{ resource: 'port:3000', fence }]);
    await otter.call('lock_release', { resources: ['pool:port'] });
    await expect(otter.get(['pool:port'], { fence })).rejects.toThrow(/no longer hold a place of the pool port/);
  });

  it('keeps nothing for a call that was cancelled while it was looking', async () => {
    const otter = seat('otter');
    const looked = probes.isPortFree.bind(probes);
    probes.isPortFree = async port => {
      otter.stop.abort();
      return looked(port);
    };
    await otter.get(['pool:port']).catch(() => undefined);
    expect((await seat('heron').call('lock_list')).locks).toEqual([]);
  });

  it('has no more than one round of looking when many are in use', async () => {
    let units = 0;
    const { transact } = bench.store;
    probes.used.add(3000).add(3001);
    const otter = seat('otter');
    await otter.call('session_list');
    bench.store.transact = ((...args: Parameters<typeof transact>) => {
      units += 1;
      return transact.apply(bench.store, args);
    }) as typeof transact;
    expect(names(await otter.get(['pool:port']))).toEqual(['port:3002']);
    expect(units).toBe(2);
  });
});

describe('waiting for a pool', () => {
  async function threeTaken() {
    const seats = [seat('otter'), seat('heron'), seat('wren')];
    for (const each of seats) await each.get(['pool:port']);
    return seats as [ReturnType<typeof seat>, ReturnType<typeof seat>, ReturnType<typeof seat>];
  }

  it('names every holder, and gets what is freed first', async () => {
    const [otter, heron] = await threeTaken();
    const finch = seat('finch');
    const refused = await finch.get(['pool:port']);
    expect(refused.blockedBy.map(({ holder }: { holder: string }) => holder)).toEqual(['otter', 'heron', 'wren']);
    const waiting = finch.get(['pool:port'], { waitSeconds: 30 });
    await bench.clock.advance(500);
    expect((await otter.call('lock_list', { resources: ['pool:port'] })).waiting).toMatchObject([
      { session: 'finch', resources: ['pool:port'], position: 1 },
    ]);
    await heron.call('lock_release', { resources: ['pool:port'] });
    await settle(20);
    await bench.clock.advance(200);
    expect(names(await waiting)).toEqual(['port:3001']);
  });

  it('gets what a dead holder had', async () => {
    const [otter] = await threeTaken();
    const waiting = seat('finch').get(['pool:port'], { waitSeconds: 30 });
    await bench.clock.advance(500);
    otter.die();
    await bench.clock.advance(500);
    expect(names(await waiting)).toEqual(['port:3000']);
  });

  it('swaps what was granted from the queue if it is in use outside, and waits on in its turn for another', async () => {
    const [otter, heron, wren] = await threeTaken();
    const finch = seat('finch');
    const waiting = finch.get(['pool:port'], { waitSeconds: 30 });
    await bench.clock.advance(500);
    const behind = seat('dove').get(['port:3000'], { waitSeconds: 30 });
    await bench.clock.advance(500);
    probes.used.add(3001);
    await heron.call('lock_release', { all: true });
    await bench.clock.advance(500);
    expect((await wren.call('lock_list', { resources: ['pool:port'] })).pools).toEqual([
      { pool: 'pool:port', size: 3, free: 1, next: ['port:3001'] },
    ]);
    const robin = seat('robin').get(['pool:port'], { waitSeconds: 30 });
    await bench.clock.advance(500);
    await otter.call('lock_release', { all: true });
    await bench.clock.advance(500);
    expect(names(await waiting)).toEqual(['port:3000']);
    await wren.call('lock_release', { all: true });
    await bench.clock.advance(500);
    expect(names(await robin)).toEqual(['port:3002']);
    await finch.call('lock_release', { all: true });
    await bench.clock.advance(500);
    expect(names(await behind)).toEqual(['port:3000']);
  });

  it('ends with its time, in line or looking for another', async () => {
    const [, heron] = await threeTaken();
    const finch = seat('finch');
    const waiting = finch.get(['pool:port'], { waitSeconds: 5 });
    probes.used.add(3001);
    await bench.clock.advance(1_000);
    await heron.call('lock_release', { all: true });
    await bench.clock.advance(5_000);
    expect(await waiting).toMatchObject({ granted: false, locks: [] });
    expect((await finch.call('lock_list')).waiting).toEqual([]);
  });

  it('keeps a place with queue: true; the same value is there when asked again', async () => {
    const [otter] = await threeTaken();
    const finch = seat('finch');
    expect((await finch.get(['pool:port'], { queue: true })).next).toMatch(/place is kept/);
    await otter.call('lock_release', { all: true });
    await bench.clock.advance(limits.holderCheckMs);
    expect(names(await finch.get(['pool:port']))).toEqual(['port:3000']);
  });
});

describe('lock_list of a pool', () => {
  it('shows who has which value, and which are free', async () => {
    const [otter, heron] = [seat('otter'), seat('heron')];
    await otter.get(['pool:port'], { reason: 'dev server' });
    await heron.get(['port:3002', 'pool:ci'], { paths: ['src/a.ts'] });
    const answer = await otter.call('lock_list', { resources: ['pool:port'] });
    expect(answer).toMatchObject({
      locks: [
        { resource: 'port:3000', holder: 'otter', reason: 'dev server' },
        { resource: 'port:3002', holder: 'heron' },
      ],
      waiting: [],
      pools: [{ pool: 'pool:port', size: 3, free: 1, next: ['port:3001'] }],
    });
    expect(spoken('lock_list', answer)).toContain('pool:port: 1 of 3 free: port:3001');
    const mine = await otter.call('lock_list', { resources: ['pool:port', 'pool:ci'], session: 'heron' });
    expect(mine.locks.map(({ resource }: { resource: string }) => resource)).toEqual(['port:3002', 'ci:1']);
    await expect(otter.call('lock_list', { resources: ['pool:gone'] })).rejects.toThrow(/There is no pool:gone/);
  });
});

describe('lock_release of a pool', () => {
  it('gives back all of it, says what was not had, and gives up a kept place', async () => {
    const [otter, heron] = [seat('otter'), seat('heron')];
    await otter.get(['pool:ci', 'pool:ci']);
    await heron.get(['pool:ci'], { queue: true });
    expect(await heron.call('lock_release', { resources: ['pool:ci', 'pool:port'] })).toMatchObject({
      released: [],
      withdrawn: ['pool:ci'],
      notHeld: ['pool:port'],
    });
    expect(await otter.call('lock_release', { resources: ['pool:ci'] })).toMatchObject({ released: ['ci:1', 'ci:2'] });
  });

  it('hands a value off by the name of the pool', async () => {
    const [otter, heron] = [seat('otter'), seat('heron')];
    await heron.call('session_list');
    await otter.get(['pool:port']);
    expect(await otter.call('lock_release', { resources: ['pool:port'], to: 'heron' })).toMatchObject({
      released: ['port:3000'],
      to: 'heron',
    });
    expect(names(await heron.get(['pool:port']))).toEqual(['port:3000']);
  });
});

describe('where a pool means nothing', () => {
  it('is said, with what to name instead', async () => {
    const otter = seat('otter');
    const check = otter.call('conflict_check', { action: 'test', targets: ['pool:port'] });
    await expect(check).rejects.toThrow(/any free value of a pool/);
  });
});
