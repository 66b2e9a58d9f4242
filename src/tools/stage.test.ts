import { beforeEach, describe, expect, it } from 'vitest';
import { aside, treeFile } from '../../test/support/fake-git.ts';
import { FakeLog, FakeWorktrees } from '../../test/support/fakes.ts';
import { type Bench, createBench, project } from '../../test/support/rules.ts';
import type { TreeFile } from '../core/changed-tree.ts';
import { recordEdits } from '../core/edit.ts';
import { gitIndexOf } from '../core/git-head.ts';
import { limits } from '../core/limits.ts';
import { acquire } from '../core/lock.ts';
import type { SessionRecord } from '../core/records.ts';
import { callTool } from './call-tool.ts';
import type { ToolContext } from './define-tool.ts';
import { operations } from './index.ts';
import { Visitor } from './visitor.ts';
import type { World } from './world.ts';

let bench: Bench;
let world: World;
let ports: ReturnType<typeof aside>;
let otter: SessionRecord;
let heron: SessionRecord;

beforeEach(async () => {
  bench = createBench();
  const { store, clock, ids, wakeups, processes } = bench;
  const worktrees = new FakeWorktrees([{ root: '/shop', project }]);
  worktrees.add({ root: '/shop-2', project, anchor: '/shop' });
  ports = aside();
  world = { store, clock, ids, wakeups, processes, worktrees, log: new FakeLog(), ...ports };
  const about = { host: processes.self().host };
  [otter, heron] = [await bench.join('otter', about), await bench.join('heron', about)];
});

async function call(tool: string, session: SessionRecord | null, input: object = {}, directory = '/shop') {
  const caller = new Visitor(world, directory, null, session?.id ?? null);
  const context = { caller, signal: new AbortController().signal } as unknown as ToolContext;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers of every tool
  return (await callTool(operations, tool, input, context)) as { output: any; text: string };
}

const stage = async (session: SessionRecord | null, input: object = {}) => (await call('stage', session, input)).output;
const said = async (session: SessionRecord | null, input: object = {}) => (await call('stage', session, input)).text;

function changed(...files: (string | TreeFile)[]): void {
  const all = files.map(file => (typeof file === 'string' ? treeFile(file, 1) : file));
  ports.git.trees.set('/shop', { head: 'c1', headMovedAt: 0, files: all, same: [] });
}

async function edited(session: SessionRecord | null, ...paths: string[]): Promise<void> {
  const host = bench.processes.self().host;
  if (session === null) {
    await call('edit_record', null, { files: paths });
    return;
  }
  const about = { foldsCase: false, root: '/shop', branch: 'main', change: 'modified', lines: null } as const;
  const origin = { source: 'hook', commit: null, intent: null, host } as const;
  const edits = paths.map(path => ({ path, ...about }));
  await bench.transact(unit => recordEdits(unit, session, edits, origin));
}

describe('staging', () => {
  it("takes a session's own files by their names in git, and says whose the others are", async () => {
    await edited(otter, 'src/a.ts', '\u00fc.ts', 'both.ts');
    await edited(heron, 'both.ts', 'theirs.ts');
    changed('src/a.ts', treeFile('\u00fc.ts', 1, { name: 'u\u0308.ts' }), 'both.ts', 'theirs.ts', 'nobodys.ts');
    const { output, text } = await call('stage', otter);
    expect(output).toEqual({
      session: 'otter',
      staged: ['src/a.ts', '\u00fc.ts'],
      mixed: [{ file: 'both.ts', by: ['heron'] }],
      unknown: ['nobodys.ts'],
      left: [{ file: 'theirs.ts', by: ['heron'] }],
      commit: "git commit -m MESSAGE -- src/a.ts 'u\u0308.ts'",
    });
    expect(ports.stage.asked).toEqual([['src/a.ts', 'u\u0308.ts']]);
    expect(text.split('\n')).toEqual([
      'Staged 2 files: src/a.ts, \u00fc.ts.',
      'Left out, because others changed them as well: both.ts (heron). mixed: true takes them whole.',
      'Left out, because nobody is known to have changed them: nobodys.ts. unknown: true takes them.',
      'Left to those who changed them: theirs.ts (heron).',
      "Commit by name, since others may stage here too: git commit -m MESSAGE -- src/a.ts 'u\u0308.ts'",
    ]);
  });

  it('takes what is mixed or of nobody when asked, and says what went along', async () => {
    await edited(otter, 'both.ts');
    await edited(heron, 'both.ts');
    changed('both.ts', 'nobodys.ts');
    const input = { mixed: true, unknown: true };
    expect(await stage(otter, input)).toMatchObject({ staged: ['both.ts', 'nobodys.ts'] });
    expect(await said(otter, input)).toBe(
      'Staged 2 files: both.ts, nobodys.ts.\nWhole, with changes of others in them: both.ts (heron).\n' +
        'Commit by name, since others may stage here too: git commit -m MESSAGE -- both.ts nobodys.ts',
    );
  });

  it('that is only tried asks nothing of git’s index', async () => {
    await edited(otter, 'a.ts');
    changed('a.ts');
    expect(await stage(otter, { dryRun: true })).toMatchObject({ staged: ['a.ts'], dryRun: true });
    expect(await said(otter, { dryRun: true })).toBe('Would stage 1 file: a.ts.');
    expect(ports.stage.asked).toEqual([]);
  });

  it('waits until nobody else is about to commit what is staged, and stages nothing before', async () => {
    await edited(otter, 'a.ts');
    changed('a.ts');
    const request = { ticket: 't', pools: [], mode: 'exclusive', priority: 'normal', reason: 'git commit' } as const;
    const resources = [gitIndexOf(heron)];
    await bench.transact(unit => acquire(unit, heron, { ...request, resources, ttlMs: 60_000 }, null));
    for (const session of [otter, null])
      await expect(stage(session, { of: 'otter' })).rejects.toThrow(
        'Nothing was staged: heron has the index of this checkout to itself for "git commit".',
      );
    expect(ports.stage.asked).toEqual([]);
    await bench.clock.advance(60_001);
    expect((await stage(otter)).staged).toEqual(['a.ts']);
  });

  it('again stages nothing anew, and says the same', async () => {
    await edited(otter, 'a.ts', 'b.ts');
    changed(treeFile('a.ts', 1, { inIndex: 'whole' }), treeFile('b.ts', 1, { inIndex: 'part' }));
    expect((await stage(otter)).staged).toEqual(['a.ts', 'b.ts']);
    expect(ports.stage.asked).toEqual([['b.ts']]);
  });

  it('of nothing is a no, with the rest named', async () => {
    changed('nobodys.ts');
    const { output, text } = await call('stage', otter);
    expect(output).toMatchObject({ staged: [], unknown: ['nobodys.ts'] });
    expect(operations.find(({ name }) => name === 'stage')?.cli?.refused?.(output)).toBe(true);
    expect(text).toMatch(/^Nothing of otter is there to be staged\.\nLeft out, because nobody/);
  });

  it('takes only what lies at or below the places named, and says where nothing is', async () => {
    await edited(otter, 'src/a.ts', 'src/deep/b.ts', 'lib/c.ts');
    changed('src/a.ts', 'src/deep/b.ts', 'lib/c.ts');
    expect((await stage(otter, { files: ['src'] })).staged).toEqual(['src/a.ts', 'src/deep/b.ts']);
    expect((await stage(otter, { files: ['src/*.ts', '/shop/lib/c.ts'] })).staged).toEqual(['lib/c.ts', 'src/a.ts']);
    const nowhere = await call('stage', otter, { files: ['docs', 'lib'] });
    expect(nowhere.output).toMatchObject({ staged: ['lib/c.ts'], unchanged: ['docs'] });
    expect(nowhere.text).toContain('Nothing is changed at docs.');
    expect((await call('stage', otter, { files: ['.'] }, '/shop/src')).output.staged).toHaveLength(2);
  });

  it('refuses places in another checkout or outside the project', async () => {
    changed('a.ts');
    for (const files of [['../shop-2/a.ts'], ['/etc/passwd']]) {
      await expect(stage(otter, { files })).rejects.toMatchObject({ code: 'invalid_input' });
    }
    expect(ports.stage.asked).toEqual([]);
  });

  it('names what stands in the index and would be committed along', async () => {
    await edited(otter, 'a.ts');
    await edited(heron, 'b.ts');
    changed('a.ts', treeFile('b.ts', 1, { inIndex: 'whole' }), treeFile('c.ts', 1, { inIndex: 'whole' }));
    const { output, text } = await call('stage', otter);
    expect(output.indexed).toEqual([
      { file: 'b.ts', by: ['heron'] },
      { file: 'c.ts', by: [] },
    ]);
    expect(text).toContain('unless it names its files: b.ts (heron), c.ts.');
  });

  it('says how to commit exactly what is its own, with what it had staged before, where others may stage as well', async () => {
    await edited(otter, 'a.ts', 'src/b.ts', 'src/c.ts');
    await edited(heron, 'h.ts');
    const staged = (path: string) => treeFile(path, 1, { inIndex: 'whole' });
    changed('a.ts', staged('src/b.ts'), 'src/c.ts', staged('h.ts'));
    const { output, text } = await call('stage', otter, { files: ['/shop/a.ts'] }, '/shop/src');
    expect(output.commit).toBe('git commit -m MESSAGE -- ../a.ts b.ts');
    expect(text).toContain(`\nCommit by name, since others may stage here too: ${output.commit}`);
    expect((await stage(otter, { dryRun: true })).commit).toBeUndefined();
    ports.git.states.set('/shop', { operation: 'merge', locked: [] });
    expect((await stage(otter)).commit).toBeUndefined();
  });

  it('says nothing of that where nobody else stages', async () => {
    await edited(otter, 'a.ts');
    bench.kill(heron);
    changed('a.ts');
    expect(await said(otter)).toBe('Staged 1 file: a.ts.');
    changed('a.ts', treeFile('h.ts', 1, { inIndex: 'whole' }));
    expect((await stage(otter)).commit).toBe('git commit -m MESSAGE -- a.ts');
  });

  it('says what another changed in the same moment', async () => {
    await edited(otter, 'a.ts', 'b.ts');
    changed('a.ts', 'b.ts');
    const added = ports.stage.stage.bind(ports.stage);
    ports.stage.stage = async (...what) => {
      await edited(heron, 'a.ts', 'c.ts');
      return added(...what);
    };
    await bench.clock.advance(1_000);
    const { output, text } = await call('stage', otter);
    expect(output.meanwhile).toEqual([{ file: 'a.ts', by: ['heron'] }]);
    expect(text).toContain('look at what is staged: a.ts (heron).');
  });

  it('says that there is more than was looked at', async () => {
    changed(...Array.from({ length: limits.changedFilesListed + 1 }, (_, at) => `f${at}`));
    expect(await stage(otter, { dryRun: true })).toMatchObject({ more: true });
    expect(await said(otter, { dryRun: true })).toMatch(/ and 4970 more\. unknown: true takes them\.\nThere are more/);
  });

  it.each([
    [{ staged: false, why: 'busy' }, 'unavailable', /index\.lock/],
    [{ staged: false, why: 'missing' }, 'unavailable', /older than 2\.25/],
    [{ staged: false, why: 'late' }, 'unavailable', /longer than 20 s/],
    [{ staged: false, why: 'refused', said: 'fatal: "no"\nx' }, 'conflict', /git said "fatal: 'no' x"\.$/],
  ] as const)('that fails with %j says that nothing was staged, and why', async (outcome, code, message) => {
    await edited(otter, 'a.ts');
    changed('a.ts');
    ports.stage.outcome = outcome;
    await expect(stage(otter)).rejects.toMatchObject({ code, message: expect.stringMatching(/^Nothing was staged: /) });
    await expect(stage(otter)).rejects.toMatchObject({ message: expect.stringMatching(message) });
  });

  it('is unavailable where git does not tell what is changed, or when', async () => {
    await expect(stage(otter)).rejects.toMatchObject({ code: 'unavailable' });
    await edited(otter, 'a.ts');
    changed('a.ts');
    ports.git.commitsSince = async () => undefined as never;
    await expect(stage(otter)).rejects.toMatchObject({ code: 'unavailable' });
  });
});

describe('whose changes are staged', () => {
  it("are the session's own, and of no other session", async () => {
    await expect(stage(otter, { of: 'heron' })).rejects.toMatchObject({ code: 'forbidden' });
    await expect(stage(otter, { of: 'nobody' })).rejects.toMatchObject({ code: 'not_found' });
    await edited(otter, 'a.ts');
    changed('a.ts');
    expect((await stage(otter, { of: 'otter' })).staged).toEqual(['a.ts']);
  });

  it('are for the operator what it recorded, or those of the session that it names', async () => {
    await edited(otter, 'a.ts');
    await edited(heron, 'b.ts');
    await edited(null, 'mine.ts');
    changed('a.ts', 'b.ts', 'mine.ts', 'nobodys.ts');
    expect(await stage(null)).toMatchObject({ session: 'operator', staged: ['mine.ts'], unknown: ['nobodys.ts'] });
    expect(await stage(null, { unknown: true })).toMatchObject({ staged: ['mine.ts', 'nobodys.ts'] });
    expect(await stage(null, { of: 'heron' })).toMatchObject({ session: 'heron', staged: ['b.ts'] });
  });
});

describe('who left what uncommitted', () => {
  it('is told for every changed file, with nobody for those of which nobody is known', async () => {
    await edited(otter, 'a.ts', 'b.ts', 'both.ts');
    await edited(heron, 'both.ts');
    changed('a.ts', treeFile('b.ts', 1, { change: 'deleted' }), 'both.ts', 'README.md');
    const { output, text } = await call('who', null, { uncommitted: true });
    expect(output).toMatchObject({
      answer: 'candidates',
      changes: [
        { file: 'README.md', change: 'modified', by: [] },
        { file: 'a.ts', by: [{ session: 'otter', here: true }] },
        { file: 'b.ts', change: 'deleted' },
        { file: 'both.ts', by: [{ session: 'heron' }, { session: 'otter' }] },
      ],
    });
    expect(text.split('\n')).toEqual([
      '4 files in /shop are changed and not committed; nobody is known to have changed 1 of them.',
      'otter: a.ts, b.ts (deleted)',
      'heron and otter: both.ts',
      'nobody that is known: README.md',
    ]);
  });

  it('is told for a folder, for nothing at all, and is unknown where git does not tell', async () => {
    await edited(otter, 'src/a.ts');
    changed('src/a.ts', 'b.ts');
    const { output } = await call('who', null, { uncommitted: true, file: 'src' });
    expect(output).toMatchObject({ answer: 'known', changes: [{ file: 'src/a.ts' }] });
    changed();
    expect((await call('who', null, { uncommitted: true })).text).toBe(
      'Nothing in /shop is changed and not committed.',
    );
    ports.git.trees.clear();
    expect((await call('who', null, { uncommitted: true })).output).toMatchObject({ answer: 'unknown', changes: [] });
    await expect(call('who', null)).rejects.toMatchObject({ code: 'invalid_input' });
  });
});
