/** Two sessions in one checkout with git's hooks in it: real git, a real server for each client. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ClientAtWork } from '../support/client-at-work.ts';
import { HookedRepository, noting } from '../support/hooked.ts';
import type { CommandResult } from '../support/workspace.ts';

let repository: HookedRepository;
let otter: ClientAtWork;
let heron: ClientAtWork;

beforeEach(async () => {
  repository = new HookedRepository();
  const { place } = repository;
  repository.put('gone.ts', '1\n');
  place.git('add', 'gone.ts');
  place.git('commit', '-q', '-m', 'More');
  [otter, heron] = [await ClientAtWork.start(place, 'otter'), await ClientAtWork.start(place, 'heron')];
});

afterEach(() => repository.dispose());

const git = (who: ClientAtWork, ...args: string[]) => repository.gitOf(who.handle, args);
const index = () => repository.place.git('diff', '--cached', '--name-only').trim().split('\n').filter(Boolean);
const filesOf = (commit: string) =>
  repository.place.git('show', '--name-only', '--no-renames', '--format=', '-z', commit).split('\0').filter(Boolean);
const subjects = () => repository.place.git('log', '--format=%s').trim().split('\n');

/** The command that somebody is told to run, with a message of its own. */
function told(text: string, message: string): string {
  const [, command = 'false'] = /: (git commit -m MESSAGE -- .*)$/m.exec(text) ?? [];
  return command.replace('MESSAGE', message);
}

/** As a model would: while git is writing for somebody else it tries again. */
async function persistently(run: () => Promise<CommandResult>): Promise<CommandResult> {
  for (;;) {
    const result = await run();
    if (!/index\.lock|cannot lock ref/.test(result.stderr)) return result;
  }
}

describe('two sessions that stage and commit in one checkout', () => {
  it('get both their commits with exactly their own files, by what a refusal tells them', async () => {
    expect((await repository.guard('install', '--yes')).code).toBe(0);
    await otter.edits("otter's file.ts", '1\n');
    await heron.edits('src/heron.ts', '1\n');
    for (const who of [otter, heron]) expect((await who.signalbox('stage')).code).toBe(0);
    expect(index()).toEqual(["otter's file.ts", 'src/heron.ts']);
    const refused = await Promise.all([otter, heron].map(who => persistently(() => git(who, 'commit', '-m', 'All'))));
    expect(refused.map(({ code }) => code)).toEqual([1, 1]);
    const [own = '', theirs = ''] = refused.map(({ stderr }) => stderr);
    const first = await repository.shellOf('otter', told(own, 'Otter'));
    expect([first.code, first.stderr, index()]).toEqual([0, '', ['src/heron.ts']]);
    expect((await repository.shellOf('heron', told(theirs, 'Heron'))).code).toBe(0);
    expect([filesOf('HEAD~1'), filesOf('HEAD'), index()]).toEqual([["otter's file.ts"], ['src/heron.ts'], []]);
    expect(subjects().slice(0, 2)).toEqual(['Heron', 'Otter']);
  });

  it.each([true, false])('at once, by what staging told them, with hooks: %j', async hasHooks => {
    if (hasHooks) expect((await repository.guard('install', '--yes')).code).toBe(0);
    await otter.edits('otter.ts', '1\n');
    await otter.runs('rm gone.ts');
    await heron.edits('heron.ts', '1\n');
    const staged = await Promise.all([otter, heron].map(who => who.signalbox('stage')));
    const results = await Promise.all(
      staged.map(({ stdout }, at) => {
        const who = at === 0 ? 'otter' : 'heron';
        return persistently(() => repository.shellOf(who, told(stdout, who)));
      }),
    );
    expect(results.map(({ code, stderr }) => [code, stderr])).toEqual([
      [0, ''],
      [0, ''],
    ]);
    const commits = new Map(['HEAD~1', 'HEAD'].map(commit => [subjects()[commit === 'HEAD' ? 0 : 1], filesOf(commit)]));
    expect([commits.get('otter'), commits.get('heron')]).toEqual([['gone.ts', 'otter.ts'], ['heron.ts']]);
  });
});

describe('a rebase', () => {
  beforeEach(async () => {
    repository.put('.git/hooks/pre-rebase', noting('pre-rebase'), 0o755);
    expect((await repository.guard('install', '--yes')).code).toBe(0);
    await repository.git(['checkout', '-q', '-b', 'next']);
    await repository.commit('next.ts', '1\n');
    await repository.git(['checkout', '-q', 'main']);
    await repository.commit('main.ts', '1\n');
  });

  it.each([
    ['rebase', '-i', 'next'],
    ['pull', '-q', '--rebase', '.', 'next'],
  ])('is refused before it has done anything while another works here: %s %s', async (...args) => {
    const before = [repository.head(), repository.place.git('status', '--porcelain', '-b')];
    const { code, stderr } = await git(heron, ...args);
    expect([code === 0, stderr.includes('not run: "rebase main"'), stderr.includes('otter')]).toEqual([
      false,
      true,
      true,
    ]);
    expect([repository.head(), repository.place.git('status', '--porcelain', '-b')]).toEqual(before);
    expect(existsSync(join(repository.root, '.git/rebase-merge'))).toBe(false);
    expect(repository.notes()).toEqual([]);
  });

  it('goes on when the others rest, after the hook of somebody else that was there, and to its end', async () => {
    await otter.stops();
    const { code } = await git(heron, 'rebase', '-q', 'next');
    expect([code, subjects().slice(0, 2)]).toEqual([0, ['Change main.ts', 'Change next.ts']]);
    expect(repository.notes()).toEqual(['pre-rebase as pre-rebase: 1 [next]']);
  });
});

describe('what nobody relies on', () => {
  beforeEach(async () => {
    expect((await repository.guard('install', '--yes')).code).toBe(0);
    await otter.edits('otter.ts', '1\n');
    await git(otter, 'add', 'otter.ts');
    expect((await git(otter, 'commit', '-q', '-m', 'Otter')).code).toBe(0);
  });

  it('goes on while another rests in the checkout with a commit of its own', async () => {
    await otter.stops();
    await git(heron, 'push', '-q', 'origin', 'main:gone');
    await repository.git(['--git-dir', join(repository.place.folder, 'far.git'), 'branch', '-q', '-D', 'gone']);
    repository.put('heron.ts', '1\n');
    for (const command of [
      'notes add -m Seen',
      'branch own',
      'branch -m own renamed',
      'branch -m main trunk',
      'branch -m trunk main',
      'fetch -q --prune',
      'tag v1',
      'tag -f v1 HEAD~1',
      'worktree add -q -b wt ../wt',
      'worktree remove ../wt',
      'worktree add -q -B wt ../wt HEAD~1',
      'add heron.ts',
      'stash push -q -- heron.ts',
      'stash pop -q',
      'commit -q -m Heron -- heron.ts',
      'bisect start -q HEAD HEAD~2',
      'bisect reset',
      'pull -q --rebase',
    ]) {
      const { code, stderr } = await git(heron, ...command.split(' '));
      expect([command, code, code === 0 ? '' : stderr]).toEqual([command, 0, '']);
    }
  });

  it('is a shared branch that is pushed by force from the checkout itself, by whoever rewrote its own commit', async () => {
    repository.put('heron.ts', '1\n');
    await git(heron, 'add', 'heron.ts');
    await git(heron, 'commit', '-q', '-m', 'Heron', '--', 'heron.ts');
    await git(heron, 'push', '-q', 'origin', 'main');
    expect((await git(heron, 'commit', '-q', '--amend', '-m', 'Better', '--', 'heron.ts')).code).toBe(0);
    expect(await git(heron, 'push', '-q', '--force-with-lease', 'origin', 'main')).toMatchObject({
      code: 0,
      stderr: '',
    });
    const taking = await git(heron, 'push', '-q', '--force', 'origin', 'main~2:refs/heads/main');
    expect([taking.code, taking.stderr.includes('takes commits of otter')]).toEqual([1, true]);
  });
});

describe('a hard reset that is refused', () => {
  it('says that git has changed the files already, and how they come back without a loss', async () => {
    expect((await repository.guard('install', '--yes')).code).toBe(0);
    await repository.commit('src/auth.ts', 'two\n');
    const { code, stderr } = await repository.git(['reset', '-q', '--hard', 'HEAD~1']);
    expect([code === 0, stderr.includes('Git had set the files to')]).toEqual([false, true]);
    const [, command = 'false'] = /`(git read-tree [^`]+)`/.exec(stderr) ?? [];
    await repository.shellOf('operator', command);
    expect([repository.read('src/auth.ts'), repository.place.git('status', '--porcelain')]).toEqual(['two\n', '']);
  });
});
