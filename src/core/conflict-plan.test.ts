import { beforeEach, describe, expect, it } from 'vitest';
import { type Bench, createBench, file } from '../../test/support/rules.ts';
import { surveyAction } from './conflict.ts';
import type { EditRecord } from './edit-record.ts';
import { limits } from './limits.ts';
import type { IntentType, SessionRecord } from './records.ts';

let bench: Bench;
let otter: SessionRecord;

beforeEach(async () => {
  bench = createBench();
  otter = await bench.join('otter');
});

const planned = async (type: IntentType, targets: string[] = [], branches: string[] = []) => {
  const action = { type, targets: targets.map(path => file(path)), branches };
  return (await bench.look(view => surveyAction(view, otter, action))).plan;
};
const worktree = (handle: string, branch = handle) =>
  bench.join(handle, { root: `/${handle}`, anchor: '/shop', branch });

describe('git is asked', () => {
  it('nothing by who builds, tests, or names no file to edit, nor by who is alone', async () => {
    await worktree('heron');
    for (const type of ['build', 'test', 'file_edit', 'dependency_change'] as const) {
      expect(await planned(type)).toMatchObject({
        concernsGit: false,
        elsewhere: [],
        merges: [],
        wantsOwnChanges: false,
      });
    }
    bench = createBench();
    otter = await bench.join('otter');
    expect(await planned('file_edit', ['a.ts'])).toMatchObject({ concernsGit: false });
    expect(await planned('git_commit')).toMatchObject({
      concernsGit: true,
      elsewhere: [],
      merges: [],
      wantsOwnChanges: false,
    });
  });

  it('about each other checkout of this host once, and about the own one where it is compared or shared', async () => {
    await worktree('heron');
    await bench.join('wren', { root: '/heron', anchor: '/shop' });
    const plan = await planned('file_edit', ['a.ts']);
    expect(plan.elsewhere.map(({ root, sessions }) => [root, sessions.map(each => each.handle)])).toEqual([
      ['/heron', ['heron', 'wren']],
    ]);
    expect(plan.wantsOwnChanges).toBe(false);
    expect((await planned('refactor')).wantsOwnChanges).toBe(true);
    await bench.join('crow');
    expect(await planned('file_edit', ['a.ts'])).toMatchObject({
      wantsOwnChanges: true,
      company: [{ handle: 'crow' }],
    });
  });

  it('for changed files only below what the targets can mean, and for all where names may be spelled otherwise', async () => {
    await worktree('heron');
    const under = async (...targets: string[]) => (await planned('file_edit', targets)).under;
    expect(await under('src/a.ts', 'lib', 'docs/**/*.md', 'app/[id]/page.ts')).toEqual([
      'src/a.ts',
      'lib',
      'docs',
      'app',
    ]);
    expect(await under('src', '**/*.ts')).toEqual([]);
    expect(await under('ü.ts')).toEqual([]);
    const targets = [file('src/A.ts', true)];
    const survey = await bench.look(view => surveyAction(view, otter, { type: 'file_edit', targets, branches: [] }));
    expect(survey.plan.under).toEqual([]);
    expect((await planned('git_commit')).under).toEqual([]);
  });

  it('to try a merge with each other branch once, by the commit of another clone, and with those named', async () => {
    await worktree('heron', 'feature/x');
    await worktree('wren', 'feature/x');
    await worktree('ibis', 'main');
    await worktree('crow', '(abcdef1)');
    await bench.join('crane', { root: '/clone', anchor: '/clone', branch: 'far' });
    const merges = (await planned('git_push')).merges.map(({ theirs, head }) => [theirs, head]).sort();
    expect(merges).toEqual([
      ['abcdef1', null],
      ['refs/heads/far', '/clone'],
      ['refs/heads/feature/x', null],
    ]);
    const [first, ...rest] = (await planned('git_merge', [], ['feature/x'])).merges;
    expect(first).toEqual({ theirs: 'feature/x', head: null, branch: 'feature/x', session: null });
    expect(rest.map(({ theirs }) => theirs).sort()).toEqual(['abcdef1', 'refs/heads/far']);
  });

  it('to try a merge with a branch of the same name in each other clone, which is another branch', async () => {
    await bench.join('heron', { root: '/one', anchor: '/one', branch: 'main' });
    await bench.join('wren', { root: '/two', anchor: '/two', branch: 'feat' });
    await bench.join('ibis', { root: '/three', anchor: '/three', branch: 'feat' });
    await bench.join('crow', { root: '/three-b', anchor: '/three', branch: 'feat' });
    const merges = async (...named: string[]) =>
      (await planned('git_merge', [], named)).merges.map(({ theirs, head }) => [
        theirs,
        head === '/three-b' ? '/three' : head,
      ]);
    const far = [
      ['refs/heads/feat', '/three'],
      ['refs/heads/feat', '/two'],
      ['refs/heads/main', '/one'],
    ];
    expect((await merges()).sort()).toEqual(far);
    expect((await merges('feat')).sort()).toEqual([['feat', null], ...far]);
  });

  it('about the branches that are checked out now, whatever was at the last call of who works there', async () => {
    await worktree('heron', 'old');
    await bench.join('ibis', { host: 'far', root: '/heron', anchor: '/shop', branch: 'far' });
    const now = new Map([['/heron', 'new']]);
    const action = { type: 'git_push', targets: [], branches: [] } as const;
    const { plan } = await bench.look(view => surveyAction(view, otter, action, now));
    expect(plan.merges).toMatchObject([{ theirs: 'refs/heads/new', branch: 'new', session: { handle: 'heron' } }]);
    const same = new Map([['/heron', 'main']]);
    const { conflicts } = await bench.look(view => surveyAction(view, otter, action, same));
    expect(conflicts).toMatchObject([{ kind: 'branch', severity: 'medium', session: { handle: 'heron' } }]);
  });

  it('no more than the bounds, and what is left out or on another machine is said', async () => {
    for (let at = 0; at <= limits.checkoutsExamined; at += 1) await worktree(`tree-${at}`);
    await bench.join('ibis', { host: 'far' });
    const plan = await planned('git_commit');
    expect([plan.elsewhere.length, plan.merges.length]).toEqual([limits.checkoutsExamined, limits.mergesTried]);
    expect(plan.notLookedAt).toEqual([
      expect.stringMatching(/another machine \(ibis\): the files they have changed and their branches/),
      expect.stringMatching(/nothing was looked at of tree-8/),
    ]);
    expect((await planned('file_edit')).notLookedAt).toEqual([]);
  });
});

describe('the ledger', () => {
  const edit = (session: SessionRecord, path: string, about: Partial<EditRecord> = {}) =>
    bench.transact(async unit => {
      const { id, handle, host, root, branch } = session;
      const sequence = unit.tx.emit({ type: 'edit.recorded', audience: [], data: {} });
      const [what, how] = [
        { path, pathKey: path, change: 'modified' },
        { task: null, intent: null, source: 'hook', mayBeOf: [] },
      ] as const;
      const where = { session: id, handle, host, root, branch, at: unit.tx.now, commit: null, lines: null };
      unit.tx.put('edit', { id: `e${sequence}`, sequence, ...what, ...how, ...where, ...about });
    });

  it('tells who of those that live in this checkout has changed which file since its last commit', async () => {
    const [heron, wren] = [await bench.join('heron'), await worktree('wren')];
    await edit(heron, 'a');
    await edit(otter, 'a');
    await edit(otter, 'b');
    await edit(heron, 'b');
    await edit(wren, 'c');
    await edit(heron, 'd');
    await edit(otter, 'd', { source: 'commit', commit: 'abc' });
    await edit(heron, 'e', { root: '/wren' });
    await edit(otter, 'f', { source: 'commit', commit: 'abc' });
    await edit(heron, 'f');
    const { edits } = await planned('git_commit');
    expect(Object.fromEntries(edits)).toEqual({
      a: new Set([heron.id, otter.id]),
      b: new Set([heron.id, otter.id]),
      d: new Set(),
      f: new Set([heron.id]),
    });
  });
});
