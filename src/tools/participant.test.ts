import { beforeEach, describe, expect, it } from 'vitest';
import { aside } from '../../test/support/fake-git.ts';
import { FakeLog, FakeWorktrees } from '../../test/support/fakes.ts';
import { type Bench, createBench } from '../../test/support/rules.ts';
import { limits } from '../core/limits.ts';
import { lookAround } from '../core/presence.ts';
import { end } from '../core/session.ts';
import { Agent } from './agent.ts';
import { Visitor } from './visitor.ts';
import type { World } from './world.ts';

const root = '/code/app';

let bench: Bench;
let worktrees: FakeWorktrees;
let world: World;

beforeEach(() => {
  bench = createBench();
  worktrees = new FakeWorktrees([{ root, project: 'github.com/acme/shop' }]);
  const { store, clock, ids, wakeups, processes } = bench;
  world = { store, clock, ids, wakeups, processes, worktrees, log: new FakeLog(), ...aside() };
});

const agent = (about: { project?: string } = {}) => {
  const self = bench.processes.spawn();
  const nothing = { handle: null, client: 'test', clientVersion: null, clientSession: null, parent: null };
  const facts = {
    ...nothing,
    process: self,
    host: 'box',
    reach: 'calls',
    directory: root,
    project: null,
    ...about,
  } as const;
  return new Agent({ ...world, processes: bench.processes.as(self) }, facts);
};
const here = async () => (await bench.look(lookAround)).live.map(session => session.id);
const me = (participant: Agent | Visitor) => participant.read(async (_view, session) => session);

describe('an agent', () => {
  it('joins with its first use, once even when its first calls come together', async () => {
    const otter = agent();
    expect(await here()).toEqual([]);
    const [first, second] = await Promise.all([me(otter), otter.transact(async (_unit, session) => session)]);
    expect(first.id).toBe(second.id);
    expect(await here()).toEqual([first.id]);
  });

  it('tries again after a join that failed', async () => {
    const otter = agent();
    worktrees.describe = () => Promise.reject(new Error('away'));
    await expect(me(otter)).rejects.toThrow('away');
    worktrees.describe = FakeWorktrees.prototype.describe;
    expect((await me(otter)).branch).toBe('main');
  });

  it('shows its branch of the moment and its last activity', async () => {
    const otter = agent();
    const { id } = await me(otter);
    worktrees.setBranch(root, 'feature');
    await bench.clock.advance(limits.touchEveryMs + 1);
    expect((await me(otter)).branch).toBe('feature');
    const record = await bench.look(view => view.tx.get('session', id));
    expect(record?.lastSeenAt).toBe(bench.clock.now());
  });

  it('sends a heartbeat by itself, and none after it has left', async () => {
    const otter = agent();
    const { id } = await me(otter);
    const beat = async () => (await bench.look(view => view.tx.get('session', id)))?.heartbeatAt;
    await bench.clock.advance(limits.heartbeatMs);
    expect(await beat()).toBe(bench.clock.now());
    await otter.leave('client gone');
    await bench.clock.advance(limits.heartbeatMs);
    expect(await beat()).toBe(bench.clock.now() - limits.heartbeatMs);
    expect(bench.clock.pending).toBe(0);
    expect(bench.wakeups.listening).toBe(0);
  });

  it('comes back as itself when somebody took it for dead', async () => {
    const otter = agent();
    const { id, handle } = await me(otter);
    await bench.transact(unit => end(unit, id, 'process gone'));
    expect(await me(otter)).toMatchObject({ id, handle });
    expect(await here()).toEqual([id]);
  });

  it('is not brought back by a call that was under way when it left', async () => {
    const otter = agent();
    await me(otter);
    await otter.leave('client gone');
    await expect(otter.transact(async () => 1)).rejects.toMatchObject({ code: 'session_expired' });
    await expect(me(otter)).rejects.toMatchObject({ code: 'session_expired' });
    expect(await here()).toEqual([]);
  });

  it('belongs to the project a setting names, and still knows the paths of its own repository', async () => {
    const otter = agent({ project: 'our-team' });
    const [resource] = await otter.resources(['src/a.ts'], undefined);
    expect(resource?.name).toBe('file:src/a.ts');
    expect((await otter.place()).project).toBe('our-team');
    await me(otter);
    expect(await here()).toEqual([]);
  });

  it('names each resource once, and at least one', async () => {
    const otter = agent();
    expect(await otter.resources(['a', './a', 'a/'], ['ci', 'ci'])).toHaveLength(2);
    await expect(otter.resources([], [])).rejects.toMatchObject({ code: 'invalid_input' });
    const many = Array.from({ length: limits.resourcesPerCall + 1 }, (_, index) => `f${index}`);
    await expect(otter.resources(many, undefined)).rejects.toMatchObject({ code: 'limit_exceeded' });
  });
});

describe('a resource', () => {
  it('has the spelling of answers for a file in either list, and spaces around it count for nothing', async () => {
    const otter = agent();
    const names = async (paths: string[], free: string[]) =>
      (await otter.resources(paths, free)).map(resource => resource.name);
    expect(await names(['file:src/a.ts', ' src/a.ts '], ['file:src/a.ts'])).toEqual(['file:src/a.ts']);
    expect(await names([], [' ci '])).toEqual(['ci']);
  });
});

describe('a visitor', () => {
  it('is the operator where no session is proven', async () => {
    const person = new Visitor(world, root, null, null);
    expect(await me(person)).toMatchObject({ id: 'operator', kind: 'operator', handle: 'operator' });
    expect(await here()).toEqual([]);
  });

  it('is the session it runs in, until that ends', async () => {
    const otter = agent();
    const { id } = await me(otter);
    const shell = new Visitor(world, root, null, id);
    expect((await me(shell)).id).toBe(id);
    await otter.leave('client gone');
    await expect(me(shell)).rejects.toMatchObject({ code: 'session_expired' });
  });
});
