import { beforeEach, describe, expect, it } from 'vitest';
import { aside, type FakeGitFacts, type FakeProbes } from '../../test/support/fake-git.ts';
import { FakeLog, FakeWorktrees } from '../../test/support/fakes.ts';
import { type Bench, createBench, project } from '../../test/support/rules.ts';
import type { ResolvedPath } from '../core/ports.ts';
import { Agent } from './agent.ts';
import { callTool } from './call-tool.ts';
import type { ToolContext } from './define-tool.ts';
import { operations } from './index.ts';

/** Checkouts in which files stand; the rest is not there. */
class Checkouts extends FakeWorktrees {
  readonly files = new Set(['a.ts', 'src/b.ts', 'odd:7']);

  override async resolve(path: string, directory: string, of: string): Promise<ResolvedPath> {
    const resolved = await super.resolve(path, directory, of);
    if (this.files.has(resolved.path)) return { ...resolved, isFolder: false };
    return resolved.path === '' || resolved.path === 'src' ? { ...resolved, isFolder: true } : resolved;
  }
}

function open() {
  const bench = createBench();
  const { store, clock, ids, wakeups, processes } = bench;
  const worktrees = new Checkouts([{ root: '/code/app', project }]);
  worktrees.add({ root: '/code/other', project, branch: 'next' });
  const ports = aside();
  const world = { store, clock, ids, wakeups, processes, worktrees, log: new FakeLog(), ...ports };
  const seat = (handle: string, directory = '/code/app') => {
    const self = processes.spawn();
    const nothing = { client: 'test', clientVersion: null, clientSession: null, parent: null, project: null };
    const facts = { ...nothing, handle, process: self, host: 'box', reach: 'calls', directory } as const;
    const caller = new Agent({ ...world, processes: processes.as(self) }, facts);
    const { signal } = new AbortController();
    const context = { caller, signal } as unknown as ToolContext;
    // biome-ignore lint/suspicious/noExplicitAny: tests look into answers of every tool
    const call = async (name: string, input: unknown = {}): Promise<any> =>
      (await callTool(operations, name, input, context)).output;
    const said = async (input: unknown) => (await callTool(operations, 'who', input, context)).text;
    const record = (files: string[], about: object = {}) => call('edit_record', { files, ...about });
    return { call, said, record, self };
  };
  return { bench, git: ports.git, probes: ports.probes, seat };
}

type Seat = ReturnType<ReturnType<typeof open>['seat']>;
let bench: Bench;
let git: FakeGitFacts;
let probes: FakeProbes;
let seat: (handle: string, directory?: string) => Seat;
let otter: Seat;
let heron: Seat;

beforeEach(() => {
  ({ bench, git, probes, seat } = open());
  [otter, heron] = [seat('otter'), seat('heron')];
});

const commitId = 'c'.repeat(40);

/** Git tells of one commit, of these files, made now. */
function commit(...paths: string[]): void {
  const files = paths.map(path => ({ path, change: 'modified' as const }));
  const facts = { id: commitId, author: 'Ann', at: bench.clock.now(), summary: 'Move login', files };
  git.commits.set('HEAD', facts).set(commitId, facts);
}

function blame(place: string, id: string | null): void {
  git.lines.set(place, { commit: id, author: 'Ann', at: bench.clock.now(), summary: 'Move login', originalLine: 1 });
}

const later = (seconds = 5) => bench.clock.stepWallClock(seconds * 1000);

describe('edit record', () => {
  it('takes the change from whether the file is there, and paths from where the caller stands', async () => {
    expect(await otter.record(['a.ts', './src/../a.ts', '/code/app/src/b.ts', 'gone.ts'])).toMatchObject({
      edits: [
        { path: 'a.ts', change: 'modified' },
        { path: 'src/b.ts', change: 'modified' },
        { path: 'gone.ts', change: 'deleted' },
      ],
      known: [],
    });
    expect((await otter.record(['new.ts'], { change: 'created' })).edits).toMatchObject([{ change: 'created' }]);
  });

  it('says what was recorded already instead of recording it twice', async () => {
    await otter.record(['a.ts']);
    expect(await otter.record(['a.ts'])).toEqual({ edits: [], known: ['a.ts'] });
  });

  it('records a commit once for each session', async () => {
    await heron.call('session_list');
    commit('a.ts', 'src/b.ts');
    const first = await otter.call('edit_record', { commit: 'HEAD' });
    expect(first).toMatchObject({ commit: commitId, edits: [{ path: 'a.ts' }, { path: 'src/b.ts' }], known: [] });
    later(3600);
    expect(await otter.call('edit_record', { commit: commitId })).toMatchObject({
      edits: [],
      known: ['a.ts', 'src/b.ts'],
    });
    expect((await heron.call('edit_record', { commit: 'HEAD' })).edits).toHaveLength(2);
  });

  it('records no commit that was made before the session was here', async () => {
    commit('a.ts');
    bench.clock.stepWallClock(3_600_000);
    const wren = seat('wren');
    await expect(wren.call('edit_record', { commit: 'HEAD' })).rejects.toMatchObject({
      code: 'conflict',
      message: expect.stringContaining('before wren was here'),
    });
    expect((await otter.call('who', { file: 'a.ts' })).answer).toBe('unknown');
  });

  it('takes only lines that the file has', async () => {
    probes.lineCounts.set('a.ts', 3);
    await expect(otter.record(['a.ts'], { lines: '4' })).rejects.toMatchObject({ code: 'invalid_input' });
    expect((await otter.record(['a.ts'], { lines: '3' })).edits).toHaveLength(1);
  });

  it('records a bounded part of a commit and says how much is left', async () => {
    commit(...Array.from({ length: 502 }, (_, at) => `f${at}`));
    expect(await otter.call('edit_record', { commit: 'HEAD' })).toMatchObject({ more: 2 });
  });

  it('belongs to the checkout that the path leads to', async () => {
    await otter.record(['/code/other/a.ts', '../other/src/b.ts']);
    const { edits } = await otter.call('who', { file: 'a.ts' });
    expect(edits).toMatchObject([{ checkout: '/code/other', branch: 'next' }]);
    expect((await otter.call('who', { file: 'src/b.ts' })).edits).toMatchObject([{ checkout: '/code/other' }]);
  });

  it.each([
    [{}, 'invalid_input'],
    [{ files: ['a.ts'], commit: 'HEAD' }, 'invalid_input'],
    [{ commit: 'HEAD', lines: '1' }, 'invalid_input'],
    [{ commit: 'nonsense' }, 'not_found'],
    [{ files: ['src'] }, 'invalid_input'],
    [{ files: ['.'] }, 'invalid_input'],
    [{ files: ['*.ts'] }, 'invalid_input'],
    [{ files: ['../../etc/passwd'] }, 'invalid_input'],
    [{ files: ['a.ts'], lines: '5-1' }, 'invalid_input'],
    [{ files: ['a.ts', 'src/b.ts'], lines: '5' }, 'invalid_input'],
    [{ files: ['a.ts'], change: 'deleted', lines: '5' }, 'invalid_input'],
    [{ files: ['a.ts'], intent: 'i1' }, 'not_found'],
  ])('refuses %j', async (input, code) => {
    await expect(otter.call('edit_record', input)).rejects.toMatchObject({ code });
  });
});

describe('who changed a file', () => {
  it('is unknown when nothing is recorded', async () => {
    expect(await otter.call('who', { file: 'a.ts' })).toMatchObject({ answer: 'unknown', edits: [], locks: [] });
    expect(await otter.said({ file: 'a.ts' })).toBe('Unknown: no edit of a.ts is recorded.');
  });

  it('is told newest first: who, task, when, where, whether it is still here, how it is known, and who has it locked', async () => {
    await otter.call('session_update', { task: 'Move login' });
    await otter.record(['a.ts'], { lines: '3-4,9' });
    later();
    await heron.record(['a.ts']);
    await heron.call('lock_acquire', { paths: ['a.ts'], reason: 'rename' });
    bench.processes.kill(otter.self);
    git.changed.set('/code/app', ['a.ts']);
    const found = await heron.call('who', { file: 'a.ts' });
    expect(found).toMatchObject({
      answer: 'known',
      uncommitted: true,
      edits: [
        { session: 'heron', here: true, change: 'modified', by: 'command', checkout: '/code/app', branch: 'main' },
        { session: 'otter', here: false, task: 'Move login', lines: '3-4,9', at: '2030-01-01T00:00:00Z' },
      ],
      locks: [{ holder: 'heron', mode: 'exclusive', reason: 'rename' }],
    });
    const text = await heron.said({ file: 'a.ts' });
    for (const word of [
      'last modified by heron',
      'otter (gone)',
      '3-4,9',
      'Move login',
      'locked now by heron',
      'not committed',
    ]) {
      expect(text).toContain(word);
    }
  });

  it('says whether it is committed only where git knows the file', async () => {
    git.changed.set('/code/app', []);
    expect((await otter.call('who', { file: 'a.ts' })).uncommitted).toBeUndefined();
    blame('a.ts:1', commitId);
    expect((await otter.call('who', { file: 'a.ts' })).uncommitted).toBe(false);
    git.changed.set('/code/app', ['a.ts']);
    expect((await otter.call('who', { file: 'a.ts' })).uncommitted).toBe(true);
  });

  it('takes a name with a colon for a file where one is called so', async () => {
    expect(await otter.call('who', { file: 'odd:7' })).toMatchObject({ file: 'odd:7' });
    expect(await otter.call('who', { file: 'a.ts:7' })).toMatchObject({ file: 'a.ts', line: 7 });
    expect(await otter.call('who', { file: 'a.ts:7:13' })).toMatchObject({ file: 'a.ts', line: 7 });
    await expect(otter.call('who', { file: 'src' })).rejects.toMatchObject({ code: 'invalid_input' });
  });
});

describe('who wrote a line that is committed', () => {
  it('is the author of the commit, and the session if the ledger has the commit', async () => {
    commit('a.ts');
    blame('a.ts:5', commitId);
    const alone = await otter.call('who', { file: 'a.ts:5' });
    expect(alone).toMatchObject({ answer: 'known', commit: { id: commitId, author: 'Ann' }, edits: [] });
    expect(alone.text).toMatch(/is from commit cccccccccc by Ann .*"Move login".* is not recorded\.$/);
    await otter.call('edit_record', { commit: 'HEAD' });
    later(60);
    await heron.record(['a.ts']);
    const found = await heron.call('who', { file: 'a.ts:5' });
    expect(found).toMatchObject({ answer: 'known', edits: [{ session: 'otter', by: 'commit', commit: commitId }] });
    expect(found.text).toContain('recorded as its own by otter');
  });

  it('may be each of several sessions that recorded the commit', async () => {
    commit('a.ts');
    blame('a.ts:5', commitId);
    await otter.call('edit_record', { commit: 'HEAD' });
    await heron.call('edit_record', { commit: 'HEAD' });
    const found = await heron.call('who', { file: 'a.ts:5' });
    expect(found).toMatchObject({ answer: 'candidates' });
    expect(found.text).toContain('recorded as their own by heron, otter');
  });

  it('is found when the file had another name in the commit', async () => {
    commit('old.ts');
    blame('a.ts:5', commitId);
    await otter.call('edit_record', { commit: 'HEAD' });
    expect((await heron.call('who', { file: 'a.ts:5' })).edits).toMatchObject([{ session: 'otter' }]);
  });
});

describe('who wrote a line that is not committed', () => {
  beforeEach(() => blame('a.ts:5', null));

  it('is known by recorded lines, the only candidate, one of several, or unknown', async () => {
    expect((await otter.call('who', { file: 'a.ts:5' })).text).toMatch(/^Unknown: .*no edit .* is recorded/);
    await otter.record(['a.ts'], { lines: '4-6' });
    expect(await otter.call('who', { file: 'a.ts:5' })).toMatchObject({
      answer: 'known',
      edits: [{ session: 'otter', lines: '4-6' }],
    });
    await heron.record(['a.ts']);
    const several = await otter.call('who', { file: 'a.ts:5' });
    expect(several).toMatchObject({
      answer: 'candidates',
      edits: [{ session: 'heron' }, { session: 'otter', approximate: true }],
    });
    expect(several.text).toMatch(/one of heron, otter, .*may have moved lines/);
  });

  it('counts only edits of this checkout since the last commit of the file', async () => {
    await otter.record(['a.ts']);
    later();
    commit('a.ts');
    await otter.call('edit_record', { commit: 'HEAD' });
    later();
    await seat('crane', '/code/other').record(['a.ts']);
    expect(await otter.call('who', { file: 'a.ts:5' })).toMatchObject({ answer: 'unknown', edits: [] });
    await heron.record(['a.ts']);
    const found = await otter.call('who', { file: 'a.ts:5' });
    expect(found).toMatchObject({ answer: 'candidates', edits: [{ session: 'heron' }] });
    expect(found.text).toMatch(/by heron, .*It is the only recorded edit since the last commit\.$/);
  });

  it('looks some commits back for the last one of the file', async () => {
    await heron.record(['a.ts']);
    later();
    commit('a.ts');
    const facts = git.commits.get('HEAD');
    later();
    await otter.record(['a.ts']);
    later();
    commit('README.md');
    if (facts) git.commits.set('HEAD~1', facts);
    expect((await otter.call('who', { file: 'a.ts:5' })).edits).toMatchObject([{ session: 'otter' }]);
  });
});

describe('what git does not know', () => {
  it('is a new file: then the ledger answers', async () => {
    git.changed.set('/code/app', ['src/b.ts']);
    await otter.record(['src/b.ts'], { change: 'created' });
    expect(await otter.call('who', { file: 'src/b.ts:3' })).toMatchObject({
      answer: 'known',
      edits: [{ session: 'otter', change: 'created' }],
    });
  });

  it('is unknown for a line behind the end of a file that git does not know yet', async () => {
    await otter.record(['a.ts'], { change: 'created' });
    git.changed.set('/code/app', ['a.ts']);
    probes.lineCounts.set('a.ts', 2);
    expect(await otter.call('who', { file: 'a.ts:2' })).toMatchObject({
      answer: 'known',
      edits: [{ session: 'otter' }],
    });
    const behind = await otter.call('who', { file: 'a.ts:3' });
    expect(behind).toMatchObject({ answer: 'unknown', text: expect.stringContaining('It has 2 lines.') });
    await expect(otter.call('who', { file: 'a.ts:0' })).rejects.toMatchObject({ code: 'invalid_input' });
  });

  it('is not hidden by any number of edits in another checkout', async () => {
    blame('a.ts:4', null);
    await otter.record(['a.ts'], { lines: '4' });
    for (let at = 0; at < 230; at++) {
      later();
      await heron.record(['/code/other/a.ts'], { lines: '1' });
    }
    expect(await otter.call('who', { file: 'a.ts:4' })).toMatchObject({
      answer: 'known',
      edits: [{ session: 'otter' }],
    });
  });

  it('names how many candidates there are beside those that are shown', async () => {
    blame('a.ts:1', null);
    for (let at = 0; at < 12; at++) {
      await seat(`wren-${at}`).record(['a.ts']);
      later(90);
    }
    const found = await otter.call('who', { file: 'a.ts:1' });
    expect(found).toMatchObject({ answer: 'candidates', more: 2, text: expect.stringContaining('2 older edits') });
    expect(found.edits).toHaveLength(10);
  });

  it('is a line that is not there, or anything at all where git cannot be asked: unknown, whatever is recorded', async () => {
    await otter.record(['a.ts'], { lines: '1-99' });
    expect((await otter.call('who', { file: 'a.ts:9' })).text).toContain('Git cannot tell');
    blame('a.ts:1', commitId);
    const found = await otter.call('who', { file: 'a.ts:9' });
    expect(found).toMatchObject({ answer: 'unknown', edits: [] });
    expect(found.text).toContain('no line 9');
  });
});
