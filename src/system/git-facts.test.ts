import { execFileSync, spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Repository } from '../../test/support/repository.ts';
import { createGitFacts } from './git-facts.ts';

const facts = createGitFacts();
const patience = 20_000;
const [major = 0, minor = 0] = execFileSync('git', ['--version'], { encoding: 'utf8' })
  .replace(/^\D+/, '')
  .split('.')
  .map(Number);
const mergesInMemory = major > 2 || (major === 2 && minor >= 38);

let repository: Repository;

beforeEach(() => {
  repository = new Repository();
});

afterEach(() => repository.remove());

const changed = async (root = repository.root, limit = 100) => {
  const found = await facts.changedFiles(root, limit, patience);
  return found && { files: [...found.files].sort(), more: found.more };
};

/** Every file of the repository's own folder with its content's time, to see that nothing was written. */
const traces = (folder: string) =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .sort()
    .map(name => `${name} ${statSync(join(folder, name)).mtimeMs}`);

describe('changed files', () => {
  it('are those that differ from HEAD, staged or not, deleted, renamed, and new ones that are not ignored', async () => {
    repository.commit({
      'a.ts': '1',
      'b.ts': '1',
      'c.ts': '1',
      'old name.ts': 'long enough to be found again\n',
      '.gitignore': 'out/\n',
    });
    repository.write('a.ts', '2');
    repository.write('b.ts', '2');
    repository.git('add', 'b.ts');
    rmSync(join(repository.root, 'c.ts'));
    repository.git('mv', 'old name.ts', 'new name.ts');
    repository.write('new/deep/d.ts', '1');
    repository.write('out/built.js', '1');
    expect(await changed()).toEqual({
      files: ['a.ts', 'b.ts', 'c.ts', 'new name.ts', 'new/deep/d.ts', 'old name.ts'],
      more: false,
    });
  });

  it.skipIf(process.platform === 'win32')('have their names whole, whatever these hold', async () => {
    const names = [
      ' space at both ends ',
      'line\nbreak',
      'quote"d',
      '-option',
      'ünïcode/日本.ts',
      'tab\there',
      'a -> b',
    ];
    for (const name of names) repository.write(name, '1');
    expect((await changed())?.files).toEqual([...names].sort());
  });

  it('are told apart by whether git tracks them, what is staged being tracked', async () => {
    repository.commit({ 'a.ts': '1' });
    repository.write('a.ts', '2');
    repository.write('staged.ts', '1');
    repository.git('add', 'staged.ts');
    repository.write('new folder/é.ts', '1');
    const found = await facts.changedFiles(repository.root, 100, patience);
    expect([...(found?.files ?? [])].sort()).toEqual(['a.ts', 'new folder/é.ts', 'staged.ts']);
    expect(found?.untracked).toEqual(['new folder/é.ts']);
  });

  it('are in the one Unicode form that paths have here', async () => {
    repository.write('u\u0308.ts', '1');
    expect((await changed())?.files).toEqual(['\u00fc.ts']);
  });

  it('are cut at the limit, and that is said', async () => {
    for (let at = 0; at < 5; at += 1) repository.write(`f${at}`, '1');
    expect(await changed(repository.root, 5)).toMatchObject({ more: false });
    const cut = await changed(repository.root, 4);
    expect(cut).toMatchObject({ more: true });
    expect(cut?.files).toHaveLength(4);
  });

  it('can be asked for below some paths only, which are names and no patterns', async () => {
    repository.commit({ 'a/b.ts': '1', 'ab/c.ts': '1', 'd*': '1', de: '1' });
    for (const path of ['a/b.ts', 'a/deep/new.ts', 'ab/c.ts', 'd*', 'de', ':(top)x', '-x']) repository.write(path, '2');
    const under = async (...paths: string[]) =>
      [...((await facts.changedFiles(repository.root, 10, patience, paths))?.files ?? [])].sort();
    expect(await under('a')).toEqual(['a/b.ts', 'a/deep/new.ts']);
    expect(await under('d*', ':(top)x', '-x', 'nowhere')).toEqual(['-x', ':(top)x', 'd*']);
    expect(await under()).toHaveLength(7);
  });

  it('are told before the first commit, with a detached HEAD, and of a linked worktree alone', async () => {
    repository.write('a', '1');
    expect((await changed())?.files).toEqual(['a']);
    repository.commit({ a: '1' });
    const other = repository.worktree('feature/x');
    repository.at(other, 'checkout', '-q', '--detach');
    repository.write('b', '1', other);
    expect((await changed())?.files).toEqual([]);
    expect((await changed(other))?.files).toEqual(['b']);
  });

  it('are not told of a bare repository, a folder without git, one that is gone, without the program or without time', async () => {
    const bare = join(repository.base, 'bare.git');
    repository.git('init', '-q', '--bare', bare);
    mkdirSync(join(repository.root, 'below'));
    for (const root of [bare, repository.base, join(repository.base, 'gone'), join(repository.root, 'below')]) {
      expect(await changed(root)).toBeUndefined();
    }
    expect(await createGitFacts({ git: 'no-such-git' }).changedFiles(repository.root, 10, patience)).toBeUndefined();
    expect(await facts.changedFiles(repository.root, 10, 0)).toBeUndefined();
  });
});

/** What would leave a mark, were it run. */
const marker = () => join(repository.base, 'ran');
const marking = (rest = '') => `sh -c 'echo x >> "${marker()}"; ${rest || 'cat'}'`;

describe('a question to git', () => {
  it('starts nothing that the config of the repository names: no monitor, filter, hook, driver or converter', async () => {
    repository.commit({ '.gitattributes': '*.ts filter=f merge=m diff=d\n', 'a.ts': '1\n', 'b.ts': '1\n' });
    const other = repository.worktree('other');
    repository.commit({ 'b.ts': 'theirs\n' }, other);
    repository.commit({ 'b.ts': 'ours\n' });
    const program = join(repository.base, 'program.sh');
    writeFileSync(program, `#!/bin/sh\necho x >> "${marker()}"\n`, { mode: 0o755 });
    for (const key of [
      'filter.f.clean',
      'filter.f.smudge',
      'filter.f.process',
      'merge.m.driver',
      'diff.d.textconv',
      'diff.d.command',
    ])
      repository.git('config', key, marking());
    for (const key of ['core.fsmonitor', 'gpg.program', 'diff.external', 'core.pager', 'core.sshCommand'])
      repository.git('config', key, program);
    repository.git('config', 'filter.f.required', 'true');
    repository.git('config', 'log.showSignature', 'true');
    repository.git('config', 'core.hooksPath', repository.base);
    writeFileSync(join(repository.base, 'post-index-change'), `#!/bin/sh\necho x >> "${marker()}"\n`, { mode: 0o755 });
    utimesSync(join(repository.root, 'a.ts'), 1, 1);
    // Signed, so that showing it would call for a check of the signature.
    const signature = 'gpgsig -----BEGIN PGP SIGNATURE-----\n \n -----END PGP SIGNATURE-----\n\n';
    const signed = repository.git('cat-file', 'commit', 'HEAD').replace('\n\n', `\n${signature}`);
    writeFileSync(join(repository.base, 'signed'), signed);
    const commit = repository.git('hash-object', '-t', 'commit', '-w', join(repository.base, 'signed')).trim();
    rmSync(marker(), { force: true });

    expect((await changed())?.files).toEqual([]);
    expect(await facts.changedTree(repository.root, 10, patience)).toMatchObject({ files: [] });
    expect(await facts.headMoves(repository.root, 10, patience)).toHaveLength(2);
    expect((await facts.commitsSince(repository.root, 0, ['a.ts'], patience))?.size).toBe(1);
    await facts.blame(repository.root, 'a.ts', 1, patience);
    expect(await facts.commit(repository.root, commit, patience)).toMatchObject({ id: commit });
    await facts.branches(repository.root, 10, patience);
    const merge = await facts.dryMerge(repository.root, 'main', 'other', patience);
    if (mergesInMemory) expect(merge).toEqual({ conflicts: ['b.ts'] });
    expect(existsSync(marker())).toBe(false);
    // The same question asked plainly would have run them: this test would see it.
    spawnSync('git', ['status'], { cwd: repository.root });
    expect(existsSync(marker())).toBe(true);
  });

  it('is not asked where a program cannot be set aside by its name', async () => {
    repository.commit({ a: '1' });
    repository.git('config', 'filter.x=y.clean', 'cat');
    expect(await changed()).toBeUndefined();
  });

  it('fetches nothing that a partial clone lacks', async () => {
    repository.commit({ a: '1\n' });
    repository.git('config', 'uploadpack.allowFilter', 'true');
    const clone = join(repository.base, 'clone');
    repository.git('clone', '-q', '--filter=blob:none', '--no-checkout', `file://${repository.root}`, clone);
    repository.at(clone, 'config', 'remote.origin.uploadpack', marking('git-upload-pack "$@"'));
    expect(await facts.blame(clone, 'a', 1, patience)).toBeUndefined();
    expect(existsSync(marker())).toBe(false);
  });

  it('takes no lock, writes nothing into the repository, and goes by no variable of its environment', async () => {
    repository.commit({ a: '1\n' });
    const other = repository.worktree('other');
    repository.commit({ a: 'theirs\n' }, other);
    repository.commit({ a: 'ours\n' });
    repository.write('a', 'changed\n');
    utimesSync(join(repository.root, 'a'), 1, 1);
    const before = traces(join(repository.root, '.git'));
    const temporaryFolder = join(repository.base, 'temporary');
    mkdirSync(temporaryFolder);
    const misled = createGitFacts({
      temporaryFolder,
      environment: { ...process.env, GIT_DIR: '/nowhere', GIT_INDEX_FILE: '/nowhere' },
    });
    expect(await misled.changedFiles(repository.root, 10, patience)).toMatchObject({ files: ['a'], more: false });
    expect(await misled.changedTree(repository.root, 10, patience)).toMatchObject({ files: [{ path: 'a' }] });
    const merge = await misled.dryMerge(repository.root, 'main', 'other', patience);
    if (mergesInMemory) expect(merge).toEqual({ conflicts: ['a'] });
    expect(traces(join(repository.root, '.git'))).toEqual(before);
    expect(readdirSync(temporaryFolder)).toEqual([]);
    expect(
      await createGitFacts({ temporaryFolder: '/nowhere' }).dryMerge(repository.root, 'main', 'other', 1),
    ).toBeUndefined();
  });
});

describe.skipIf(!mergesInMemory)('a merge that is only tried', () => {
  it('names the files that would conflict between two worktrees, and none where it would be clean', async () => {
    repository.commit({ 'a b.ts': '1\n', 'deep/ü.ts': '1\n', c: '1\n', gone: '1\n' });
    const other = repository.worktree('feature/x');
    const clean = repository.worktree('clean');
    repository.commit({ 'a b.ts': 'x\n', 'deep/ü.ts': 'x\n', gone: 'x\n' }, other);
    repository.commit({ c: 'x\n' }, clean);
    rmSync(join(repository.root, 'gone'));
    repository.commit({ 'a b.ts': 'y\n', 'deep/ü.ts': 'y\n' });
    const merge = await facts.dryMerge(repository.root, 'refs/heads/main', 'refs/heads/feature/x', patience);
    expect([...(merge && 'conflicts' in merge ? merge.conflicts : [])].sort()).toEqual(['a b.ts', 'deep/ü.ts', 'gone']);
    expect(await facts.dryMerge(other, 'HEAD', 'main', patience)).toMatchObject({ conflicts: expect.any(Array) });
    expect(await facts.dryMerge(repository.root, 'main', 'clean', patience)).toEqual({ conflicts: [] });
  });

  it('treats files as the attributes at the top of the checkout say', async () => {
    repository.commit({ '.gitattributes': '*.log merge=union\n', 'a.log': '1\n' });
    const other = repository.worktree('other');
    repository.commit({ 'a.log': '1\ntheirs\n' }, other);
    repository.commit({ 'a.log': '1\nours\n' });
    expect(await facts.dryMerge(repository.root, 'main', 'other', patience)).toEqual({ conflicts: [] });
  });

  it.skipIf(process.platform === 'win32')('is made wherever the repository lies', async () => {
    repository.commit({ a: '1\n' });
    const other = repository.worktree('other');
    repository.commit({ a: 'theirs\n' }, other);
    repository.commit({ a: 'ours\n' });
    const moved = join(repository.base, 'a:b "c" \\d');
    renameSync(repository.root, moved);
    expect(await facts.dryMerge(moved, 'main', 'other', patience)).toEqual({ conflicts: ['a'] });
  });

  it('is not made with what does not exist, has nothing in common, or is no name', async () => {
    repository.commit({ a: '1' });
    repository.git('checkout', '-q', '--orphan', 'island');
    repository.commit({ a: '2' });
    for (const theirs of ['main', '--help', 'a..b', ':/x', '']) {
      expect(await facts.dryMerge(repository.root, 'HEAD', theirs, patience)).toBeUndefined();
    }
    expect(await facts.dryMerge(repository.root, 'HEAD', 'nowhere', patience)).toEqual({ missing: 'theirs' });
  });
});

describe('the state of a checkout', () => {
  const state = (root = repository.root) => facts.state(root);

  it('is quiet when nothing is under way, and undefined where there is no checkout', () => {
    expect(state()).toEqual({ operation: null, locked: [] });
    expect(state(repository.base)).toBeUndefined();
  });

  it('knows what was begun and not finished, in that worktree only', () => {
    repository.commit({ a: '1\n' });
    const other = repository.worktree('other');
    repository.commit({ a: 'theirs\n' }, other);
    repository.commit({ a: 'ours\n' });
    const begin = (...args: string[]) => {
      expect(() => repository.at(other, ...args)).toThrow();
      const { operation } = state(other) ?? {};
      repository.at(other, args[0] as string, '--abort');
      return operation;
    };
    expect(begin('rebase', 'main')).toBe('rebase');
    expect(begin('rebase', '--apply', 'main')).toBe('rebase');
    expect(begin('merge', 'main')).toBe('merge');
    expect(begin('cherry-pick', 'main')).toBe('cherry-pick');
    repository.at(other, 'bisect', 'start');
    expect(state(other)?.operation).toBe('bisect');
    expect(state()).toEqual({ operation: null, locked: [] });
  });

  it("sees git's lock files: index and HEAD of this worktree, stash and references of all of them", () => {
    repository.commit({ a: '1' });
    const other = repository.worktree('other');
    const common = join(repository.root, '.git');
    writeFileSync(join(common, 'worktrees', 'other', 'index.lock'), '');
    writeFileSync(join(common, 'worktrees', 'other', 'HEAD.lock'), '');
    writeFileSync(join(common, 'packed-refs.lock'), '');
    writeFileSync(join(common, 'refs', 'stash.lock'), '');
    expect(state(other)?.locked).toEqual(['index', 'head', 'stash', 'refs']);
    expect(state()?.locked).toEqual(['stash', 'refs']);
    rmSync(join(common, 'packed-refs.lock'));
    writeFileSync(join(common, 'refs', 'heads', 'main.lock'), '');
    expect(state()?.locked).toEqual(['stash', 'refs']);
    expect(state(other)?.locked).toEqual(['index', 'head', 'stash']);
  });
});

describe('history', () => {
  it('tells who wrote a line and in which commit, and that a line is not committed yet', async () => {
    repository.commit({ 'a b.ts': 'one\ntwo\n' });
    repository.write('a b.ts', 'new\none\ntwo\n');
    const id = repository.git('rev-parse', 'HEAD').trim();
    expect(await facts.blame(repository.root, 'a b.ts', 2, patience)).toMatchObject({
      commit: id,
      author: 'Ann',
      summary: 'Change a b.ts',
      originalLine: 1,
      at: expect.any(Number),
    });
    expect(await facts.blame(repository.root, 'a b.ts', 1, patience)).toMatchObject({ commit: null });
    expect(await facts.blame(repository.root, 'a b.ts', 9, patience)).toBeUndefined();
    expect(await facts.blame(repository.root, 'none', 1, patience)).toBeUndefined();
  });

  it('tells what a commit changed, the first, a later one and a merge against its first parent', async () => {
    repository.commit({ 'a b': '1', 'line\nbreak': '1', c: '1' });
    expect(await facts.commit(repository.root, 'HEAD', patience)).toMatchObject({
      id: repository.git('rev-parse', 'HEAD').trim(),
      author: 'Ann',
      files: [
        { path: 'a b', change: 'created' },
        { path: 'c', change: 'created' },
        { path: 'line\nbreak', change: 'created' },
      ],
    });
    const other = repository.worktree('other');
    repository.commit({ d: '1' }, other);
    rmSync(join(repository.root, 'c'));
    repository.commit({ 'a b': '2' });
    expect((await facts.commit(repository.root, 'main', patience))?.files).toEqual([
      { path: 'a b', change: 'modified' },
      { path: 'c', change: 'deleted' },
    ]);
    repository.git('merge', '-q', '-m', 'Merge', 'other');
    expect(await facts.commit(repository.root, 'HEAD', patience)).toMatchObject({
      summary: 'Merge',
      files: [{ path: 'd', change: 'created' }],
    });
    for (const name of ['nowhere', '--all', '']) {
      expect(await facts.commit(repository.root, name, patience)).toBeUndefined();
    }
  });

  it('tells the commits that HEAD has and a revision has not, newest first, and of no revision nothing', async () => {
    for (const text of ['1', '2', '3']) repository.commit({ a: text });
    const ids = repository.git('rev-list', 'HEAD').trim().split('\n');
    const since = (base: string, limit = 10) => facts.commitsSinceBase(repository.root, base, limit, patience);
    expect(await since('HEAD~2')).toEqual(ids.slice(0, 2));
    expect(await since('HEAD~2', 1)).toEqual(ids.slice(0, 1));
    expect(await since('HEAD')).toEqual([]);
    for (const base of ['nowhere', '@{upstream}', '--all', 'HEAD..main', '']) expect(await since(base)).toBeUndefined();
  });

  it('tells the entries of the stash, newest first, from every worktree, and without one nothing', async () => {
    repository.commit({ a: '1' });
    expect(await facts.stashes(repository.root, 10, patience)).toBeUndefined();
    for (const text of ['2', '3']) {
      repository.write('a', text);
      repository.git('stash');
    }
    const ids = ['stash@{0}', 'stash@{1}'].map(name => repository.git('rev-parse', name).trim());
    expect(await facts.stashes(repository.worktree('other'), 10, patience)).toEqual(ids);
    expect(await facts.stashes(repository.root, 1, patience)).toEqual(ids.slice(0, 1));
  });

  it('lists local branches, the one checked out first, and none before the first commit', async () => {
    expect(await facts.branches(repository.root, 10, patience)).toEqual([]);
    repository.commit({ a: '1' });
    repository.git('branch', 'alpha');
    repository.git('branch', 'feature/ü');
    expect(await facts.branches(repository.root, 10, patience)).toEqual(['main', 'alpha', 'feature/ü']);
    expect(await facts.branches(repository.root, 1, patience)).toEqual(['main']);
    repository.git('checkout', '-q', '--detach');
    expect(await facts.branches(repository.root, 10, patience)).toEqual(['alpha', 'feature/ü', 'main']);
    expect(readFileSync(join(repository.root, '.git/HEAD'), 'utf8')).not.toContain('ref:');
  });
});
