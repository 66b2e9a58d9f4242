import { beforeEach, describe, expect, it } from 'vitest';
import { type Bench, createBench, file, lockCalls, named } from '../../test/support/rules.ts';
import { surveyAction } from './conflict.ts';
import { isSafe } from './conflict-kinds.ts';
import { announce } from './intent.ts';
import { limits } from './limits.ts';
import { type IntentType, intentTypes, type LockMode, type Resource, type SessionRecord } from './records.ts';

let bench: Bench;
/** Asks, and names no file. */
let otter: SessionRecord;
/** In the same checkout. */
let heron: SessionRecord;
/** In another one. */
let wren: SessionRecord;

beforeEach(async () => {
  bench = createBench();
  otter = await bench.join('otter');
  heron = await bench.join('heron');
  wren = await bench.join('wren', { root: '/shop-2', anchor: '/shop', branch: 'other' });
});

const { take } = lockCalls(() => bench);
const lock = (session: SessionRecord, path: string, mode: LockMode = 'exclusive') =>
  take(session, [file(path)], mode, { reason: 'move login' });
const survey = (type: IntentType, targets: Resource[] = []) =>
  bench.look(view => surveyAction(view, otter, { type, targets, branches: [] }));
const found = async (kind: 'lock' | 'intent', type: IntentType, targets: Resource[] = []) =>
  (await survey(type, targets)).conflicts.filter(conflict => conflict.kind === kind);
const severity = async (kind: 'lock' | 'intent', type: IntentType) =>
  (await found(kind, type)).map(conflict => conflict.severity).join();

describe('an action that names no file', () => {
  it.each([
    // What, and how bad a lock is of somebody in the same checkout, in another one, and on the whole project from there.
    ['refactor', 'high', 'high', 'high'],
    ['dependency_change', 'medium', 'low', 'high'],
    ['git_merge', 'high', 'low', 'high'],
    ['git_rebase', 'high', 'low', 'high'],
    ['build', 'medium', 'low', 'low'],
    ['test', 'medium', 'low', 'low'],
    ['git_commit', 'low', '', ''],
    ['file_edit', '', '', 'high'],
    ['git_push', '', '', ''],
  ] as const)(
    '(%s) is told the locks of others on files: here %j, elsewhere %j, on everything %j',
    async (type, ...expected) => {
      await lock(heron, 'src/**');
      expect(await severity('lock', type)).toBe(expected[0]);
      const [conflict] = await found('lock', type);
      if (conflict) {
        expect([conflict.session?.handle, conflict.resource]).toEqual(['heron', 'file:src/**']);
        expect(conflict.description).toMatch(
          new RegExp(`^heron holds file:src/\\*\\* \\(exclusive\\) for "move login", and ${type} names no files: `),
        );
      }
      bench.kill(heron);
      expect(await found('lock', type)).toEqual([]);
      await lock(wren, 'docs');
      expect(await severity('lock', type)).toBe(expected[1]);
      bench.kill(wren);
      await lock(await bench.join('crow', { root: '/shop-3', anchor: '/shop', branch: 'third' }), '**');
      expect(await severity('lock', type)).toBe(expected[2]);
    },
  );

  it('is not safe while it would surely write to what another has locked', async () => {
    await lock(heron, '**');
    for (const type of ['refactor', 'dependency_change', 'git_merge', 'git_rebase', 'file_edit'] as const)
      expect(isSafe((await survey(type)).conflicts)).toBe(false);
    for (const type of ['build', 'test', 'git_commit', 'git_push'] as const)
      expect(isSafe((await survey(type)).conflicts)).toBe(true);
  });

  it('is told one conflict for each holder, with the worst of its locks first, and none of its own', async () => {
    await lock(heron, 'a.ts', 'intent');
    await lock(heron, 'b.ts');
    await lock(otter, 'c.ts');
    const conflicts = await found('lock', 'refactor');
    expect(conflicts.map(c => [c.severity, c.session?.handle, c.resource])).toEqual([['high', 'heron', null]]);
    expect(conflicts[0]?.description).toMatch(/^heron holds file:b\.ts, file:a\.ts /);
  });

  it('reads beside readers, and is only told of those who exclude nobody', async () => {
    await lock(heron, 'a.ts', 'shared');
    expect(await severity('lock', 'build')).toBe('');
    expect(await severity('lock', 'refactor')).toBe('high');
    bench.kill(heron);
    await lock(wren, 'b.ts', 'intent');
    expect(await severity('lock', 'refactor')).toBe('low');
  });

  it('is not told so where it names files, or where the lock is on none', async () => {
    await lock(heron, 'src/**');
    await take(heron, [named('port:3000')]);
    for (const type of intentTypes) expect(await found('lock', type, [file('docs/a.md')])).toEqual([]);
    bench.kill(heron);
    await take(wren, [named('ci')]);
    for (const type of intentTypes) expect(await found('lock', type)).toEqual([]);
    expect(await severity('lock', 'refactor')).toBe('');
  });

  it('is told of no more locks than a bound, and that there are more', async () => {
    for (let at = 0; at < limits.fileLocksExamined; at += 1) {
      const holder = at % 100 === 0 ? await bench.join(`crow-${at}`, { root: '/shop-4' }) : null;
      if (holder) wren = holder;
      await lock(wren, `f${at}.ts`);
    }
    expect((await survey('refactor')).notLookedAt).toEqual([expect.stringMatching(/Only 500 locks on files/)]);
    expect((await survey('git_push')).notLookedAt).toEqual([]);
  });

  it.each([
    // What, and how bad an announced edit of some files is in the same checkout and in another one.
    ['refactor', 'medium', 'medium'],
    ['git_merge', 'medium', 'low'],
    ['git_rebase', 'medium', 'low'],
    ['dependency_change', 'low', 'low'],
    ['build', 'low', ''],
    ['test', 'low', ''],
    ['git_commit', 'low', ''],
    ['git_push', '', ''],
    ['file_edit', '', ''],
  ] as const)('(%s) is told what others have announced on files: here %j, elsewhere %j', async (type, ...expected) => {
    const say = (session: SessionRecord) =>
      bench.transact(unit =>
        announce(unit, session, { type: 'file_edit', resources: [file('src')], branches: [], description: 'why' }),
      );
    await say(heron);
    expect(await severity('intent', type)).toBe(expected[0]);
    bench.kill(heron);
    await say(wren);
    expect(await severity('intent', type)).toBe(expected[1]);
  });
});
