import { beforeEach, describe, expect, it } from 'vitest';
import { type Bench, createBench, file, lockCalls, named } from '../../test/support/rules.ts';
import { surveyAction } from './conflict.ts';
import { isSafe, worstFirst } from './conflict-kinds.ts';
import { type IntentType, intentTypes, type LockMode, type SessionRecord } from './records.ts';

let bench: Bench;
let otter: SessionRecord;

beforeEach(async () => {
  bench = createBench();
  otter = await bench.join('otter');
});

const check = async (type: IntentType, ...paths: string[]) => {
  const action = { type, targets: paths.map(path => file(path)), branches: [] };
  return worstFirst((await bench.look(view => surveyAction(view, otter, action))).conflicts);
};
const { take, queue } = lockCalls(() => bench);
const lock = (session: SessionRecord, path: string, mode: LockMode = 'exclusive', ttlMs = 600_000) =>
  take(session, [file(path)], mode, { reason: 'move login', ttlMs });

describe('a check', () => {
  it('finds nothing when one is alone', async () => {
    for (const action of intentTypes) expect(await check(action, 'src/**')).toEqual([]);
  });

  it("names another's lock on a target with holder, reason and severity, the worst first", async () => {
    const heron = await bench.join('heron', { root: '/shop-2', branch: 'other' });
    await lock(heron, 'src/b.ts', 'intent');
    await lock(heron, 'src/a.ts');
    const conflicts = await check('file_edit', 'src');
    expect(conflicts.map(c => [c.kind, c.severity, c.session?.handle, c.resource])).toEqual([
      ['lock', 'high', 'heron', 'file:src/a.ts'],
      ['lock', 'low', 'heron', 'file:src/b.ts'],
    ]);
    expect(conflicts[0]?.description).toMatch(/heron holds file:src\/a\.ts.*"move login"/);
    expect(isSafe(conflicts)).toBe(false);
  });

  it('does not mind own locks, lapsed ones, those of the dead, or readers beside readers', async () => {
    const heron = await bench.join('heron', { root: '/shop-2', branch: 'other' });
    const wren = await bench.join('wren', { root: '/shop-3', branch: 'third' });
    await lock(otter, 'own.ts');
    await lock(heron, 'lapsed.ts', 'exclusive', 1000);
    await lock(wren, 'dead.ts');
    await lock(heron, 'read.ts', 'shared');
    await bench.clock.advance(1001);
    bench.kill(wren);
    for (const path of ['own.ts', 'lapsed.ts', 'dead.ts']) expect(await check('file_edit', path)).toEqual([]);
    expect(await check('build', 'read.ts')).toEqual([]);
    expect((await check('file_edit', 'read.ts')).map(c => c.severity)).toEqual(['high']);
  });

  it.each([
    ['git_rebase', 'high', false],
    ['git_merge', 'high', false],
    ['git_commit', 'medium', true],
    ['refactor', 'medium', true],
    ['dependency_change', 'medium', true],
    ['file_edit', 'low', true],
    ['build', 'low', true],
    ['test', 'low', true],
    ['git_push', 'low', true],
  ] as const)('rates company in the same checkout for %s as %s, safe: %s', async (action, severity, safe) => {
    await bench.join('heron', { branch: 'main' });
    const conflicts = await check(action);
    expect(conflicts.map(c => [c.kind, c.severity])).toEqual([['checkout', severity]]);
    expect(isSafe(conflicts)).toBe(safe);
  });

  it('minds the same branch in another checkout only where the action reaches it', async () => {
    await bench.join('heron', { root: '/shop-2', branch: 'main' });
    await bench.join('wren', { root: '/shop-3', branch: 'other' });
    expect((await check('git_push')).map(c => [c.kind, c.severity, c.session?.handle])).toEqual([
      ['branch', 'medium', 'heron'],
    ]);
    expect(await check('file_edit')).toEqual([]);
  });

  it('does not take a folder of the same name on another host for the same checkout', async () => {
    await bench.join('heron', { host: 'elsewhere', branch: 'other' });
    expect(await check('git_rebase')).toEqual([]);
  });
});

describe('what git keeps', () => {
  const gitLock = (session: SessionRecord, name: string) =>
    take(session, [named(name, `${session.host}:${session.root}`, `${session.host}:${session.anchor}`)]);
  const found = async (action: IntentType) => (await check(action)).filter(c => c.kind === 'lock').map(c => c.resource);

  it('of one checkout must be free for actions that move HEAD there, and does not matter elsewhere', async () => {
    const [here, there] = [await bench.join('heron'), await bench.join('wren', { root: '/shop-2' })];
    await gitLock(here, 'git:head');
    await gitLock(here, 'git:index');
    await gitLock(there, 'git:head');
    for (const action of ['git_commit', 'git_rebase', 'git_merge'] as const) {
      expect(await found(action)).toEqual(['git:head', 'git:index']);
    }
    for (const action of ['git_push', 'file_edit', 'build'] as const) expect(await found(action)).toEqual([]);
  });

  it('for all worktrees of a repository counts in each of them, and not in another clone', async () => {
    await gitLock(await bench.join('heron', { root: '/shop-2', anchor: '/shop' }), 'git:refs');
    await gitLock(await bench.join('wren', { root: '/shop-3', anchor: '/shop' }), 'git:stash');
    await gitLock(await bench.join('crow', { root: '/clone', anchor: '/clone' }), 'git:refs');
    await gitLock(await bench.join('ibis', { host: 'far', root: '/shop' }), 'git:refs');
    expect(await found('git_push')).toEqual(['git:refs']);
    expect(await found('git_commit')).toEqual(['git:refs']);
    expect(await found('git_rebase')).toEqual(['git:refs', 'git:stash']);
    expect(await found('file_edit')).toEqual([]);
    otter = await bench.join('lark', { root: '/shop-4', anchor: '/shop', branch: 'fourth' });
    expect(await found('git_rebase')).toEqual(['git:refs', 'git:stash']);
  });
});

describe('those who wait', () => {
  it('for what is about to be touched are named, and do not make it unsafe', async () => {
    const heron = await bench.join('heron', { root: '/shop-2', branch: 'other' });
    await lock(otter, 'src/a.ts');
    await queue(heron, [file('src/a.ts')]);
    const conflicts = await check('file_edit', 'src');
    expect(conflicts.map(c => [c.kind, c.severity, c.session?.handle, c.resource])).toEqual([
      ['queue', 'low', 'heron', 'file:src/a.ts'],
    ]);
    expect(await check('file_edit', 'docs')).toEqual([]);
    expect(await check('file_edit')).toEqual([]);
  });
});
