import { beforeEach, describe, expect, it } from 'vitest';
import { type Bench, createBench, file } from '../../test/support/rules.ts';
import { checkConflicts, isSafe } from './conflict.ts';
import { acquire } from './lock.ts';
import { type IntentType, intentTypes, type LockMode, type SessionRecord } from './records.ts';

let bench: Bench;
let otter: SessionRecord;

beforeEach(async () => {
  bench = createBench();
  otter = await bench.join('otter');
});

const check = (action: IntentType, ...paths: string[]) =>
  bench.look(view =>
    checkConflicts(
      view,
      otter,
      action,
      paths.map(path => file(path)),
    ),
  );
const lock = (session: SessionRecord, path: string, mode: LockMode = 'exclusive', ttlMs = 600_000) => {
  const request = {
    ticket: 't',
    resources: [file(path)],
    mode,
    reason: 'move login',
    ttlMs,
    priority: 'normal',
  } as const;
  return bench.transact(unit => acquire(unit, session, request, null));
};

describe('a check', () => {
  it('finds nothing when one is alone', async () => {
    for (const action of intentTypes) expect(await check(action, 'src/**')).toEqual([]);
  });

  it("names another's lock on a target with holder, reason and severity, the worst first", async () => {
    const heron = await bench.join('heron', { root: '/shop-2', branch: 'other' });
    await lock(heron, 'src/b.ts', 'intent');
    await lock(heron, 'src/a.ts');
    const conflicts = await check('file_edit', 'src');
    expect(conflicts.map(c => [c.kind, c.severity, c.session.handle, c.resource])).toEqual([
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
    expect((await check('git_push')).map(c => [c.kind, c.severity, c.session.handle])).toEqual([
      ['branch', 'medium', 'heron'],
    ]);
    expect(await check('file_edit')).toEqual([]);
  });

  it('does not take a folder of the same name on another host for the same checkout', async () => {
    await bench.join('heron', { host: 'elsewhere', branch: 'other' });
    expect(await check('git_rebase')).toEqual([]);
  });
});
