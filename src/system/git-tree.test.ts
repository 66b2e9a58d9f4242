import { chmodSync, mkdirSync, renameSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Repository } from '../../test/support/repository.ts';
import type { ChangedTree, TreeFile } from '../core/changed-tree.ts';
import { createGitFacts } from './git-facts.ts';

const facts = createGitFacts();
const patience = 20_000;

let repository: Repository;

beforeEach(() => {
  repository = new Repository();
  repository.commit({ 'a.ts': '1\n', 'b.ts': '1\n', 'deep/c.ts': '1\n', '.gitignore': 'out/\n' });
});

afterEach(() => repository.remove());

async function tree(also: readonly string[] = [], limit = 100): Promise<ChangedTree> {
  const found = await facts.changedTree(repository.root, limit, patience, also);
  if (!found) throw new Error('git did not tell');
  return found;
}

const at = (path: string) => join(repository.root, path);
const spoken = (files: readonly TreeFile[]) => files.map(file => `${file.change} ${file.path}`).sort();
const fileOf = async (path: string) => (await tree()).files.find(file => file.path === path);

describe('how a checkout differs from HEAD', () => {
  it('is told file by file, with what each is compared with HEAD', async () => {
    repository.write('a.ts', '2\n');
    rmSync(at('b.ts'));
    repository.write('new/d.ts', '1\n');
    repository.write('staged.ts', '1\n');
    repository.write('out/built.js', '1\n');
    repository.git('add', 'staged.ts');
    repository.git('mv', 'deep/c.ts', 'deep/moved.ts');
    const { files, more, head } = await tree();
    expect(spoken(files)).toEqual([
      'created deep/moved.ts',
      'created new/d.ts',
      'created staged.ts',
      'deleted b.ts',
      'deleted deep/c.ts',
      'modified a.ts',
    ]);
    expect([more, head]).toEqual([false, repository.git('rev-parse', 'HEAD').trim()]);
  });

  it('says how much of each change stands in the index', async () => {
    repository.write('a.ts', '2\n');
    repository.write('b.ts', '2\n');
    repository.git('add', 'a.ts', 'b.ts');
    repository.write('b.ts', '3\n');
    repository.write('new.ts', '1\n');
    repository.git('rm', '-q', '--cached', 'deep/c.ts');
    const { files } = await tree();
    const index = Object.fromEntries(files.map(file => [file.path, file.inIndex]));
    expect(index).toEqual({ 'a.ts': 'whole', 'b.ts': 'part', 'new.ts': 'none', 'deep/c.ts': 'part' });
    expect(files.find(file => file.path === 'deep/c.ts')).toMatchObject({ change: 'modified' });
  });

  it('has times that no program can set, and marks that last as long as contents do', async () => {
    const begun = Date.now();
    repository.write('a.ts', '2\n');
    utimesSync(at('a.ts'), 1, 1);
    const first = await fileOf('a.ts');
    expect(first?.changedAt).toBeGreaterThan(begun - 1_000);
    chmodSync(at('a.ts'), 0o600);
    const second = await fileOf('a.ts');
    expect(second?.mark).toBe(first?.mark);
    repository.write('a.ts', '34\n');
    expect((await fileOf('a.ts'))?.mark).not.toBe(first?.mark);
  });

  it('has the time of a file that was moved there, not of its contents', async () => {
    repository.write('out/old.ts', '1\n');
    utimesSync(at('out/old.ts'), 1, 1);
    const begun = Date.now();
    renameSync(at('out/old.ts'), at('new.ts'));
    expect((await fileOf('new.ts'))?.changedAt).toBeGreaterThan(begun - 1_000);
  });

  it('has for a file that is gone the time of the nearest folder that is left', async () => {
    const before = await tree();
    rmSync(at('deep'), { recursive: true });
    const gone = await fileOf('deep/c.ts');
    expect(gone).toMatchObject({ change: 'deleted', mark: null });
    expect(gone?.changedAt).toBeGreaterThan(before.headMovedAt ?? 0);
  });

  it('tells of paths besides that do not differ, whether they are there', async () => {
    repository.write('a.ts', '2\n');
    const { files, same } = await tree(['a.ts', 'b.ts', 'never.ts', 'deep']);
    expect(spoken(files)).toEqual(['modified a.ts']);
    expect(spoken(same)).toEqual(['deleted deep', 'deleted never.ts', 'modified b.ts']);
  });

  it('follows no link, and takes a file for gone that a folder has replaced', async () => {
    rmSync(at('a.ts'));
    mkdirSync(at('a.ts'));
    writeFileSync(at('a.ts/inside'), '1');
    symlinkSync('/nowhere', at('link'));
    expect(spoken((await tree()).files)).toEqual(['created a.ts/inside', 'created link', 'deleted a.ts']);
  });

  it('leaves out a repository within this one', async () => {
    repository.git('init', '-q', at('inner'));
    writeFileSync(at('inner/x'), '1');
    expect((await tree()).files).toEqual([]);
  });

  it.skipIf(process.platform === 'win32')('keeps the name that git has beside the path', async () => {
    repository.write('u\u0308 x\n.ts', '1');
    expect((await tree()).files).toMatchObject([
      { path: '\u00fc x\n.ts', name: 'u\u0308 x\n.ts', mark: expect.any(String) },
    ]);
  });

  it.skipIf(process.platform !== 'linux')('leaves out a name that is no text', async () => {
    writeFileSync(Buffer.concat([Buffer.from(`${repository.root}/`), Buffer.from([0x66, 0xff])]), '1');
    repository.write('a.ts', '2\n');
    expect(spoken((await tree()).files)).toEqual(['modified a.ts']);
  });

  it('says what a merge has left undecided', async () => {
    repository.git('checkout', '-q', '-b', 'next');
    repository.commit({ 'a.ts': 'theirs\n' });
    repository.git('checkout', '-q', 'main');
    repository.commit({ 'a.ts': 'ours\n' });
    expect(() => repository.git('merge', '-q', 'next')).toThrow();
    expect(await fileOf('a.ts')).toMatchObject({ isUnmerged: true, change: 'modified' });
  });

  it('is cut at the limit, and that is said', async () => {
    for (let index = 0; index < 30; index += 1) repository.write(`f${index}`, '1');
    expect(await tree([], 30)).toMatchObject({ more: false });
    const cut = await tree([], 29);
    expect([cut.more, cut.files.length]).toEqual([true, 29]);
    const few = await tree([], 2);
    expect([few.more, few.files.length, few.head]).toEqual([true, 2, repository.git('rev-parse', 'HEAD').trim()]);
  });

  it('is told before the first commit, and not of what is no checkout or without time', async () => {
    const fresh = join(repository.base, 'fresh');
    repository.git('init', '-q', fresh);
    writeFileSync(join(fresh, 'a'), '1');
    expect(await facts.changedTree(fresh, 10, patience)).toMatchObject({ head: null, files: [{ change: 'created' }] });
    expect(await facts.changedTree(repository.base, 10, patience)).toBeUndefined();
    expect(await facts.changedTree(repository.root, 10, 0)).toBeUndefined();
  });
});

describe('the moves of HEAD', () => {
  const moves = async (root = repository.root) => (await facts.headMoves(root, 20, patience))?.map(({ how }) => how);

  it('are told in the words of git, newest first, with the second in which they happened', async () => {
    const begun = Math.floor(Date.now() / 1000) * 1000;
    repository.git('checkout', '-q', '-b', 'next');
    repository.commit({ 'a.ts': '2\n' });
    const [newest] = (await facts.headMoves(repository.root, 1, patience)) ?? [];
    expect(newest).toMatchObject({ commit: repository.git('rev-parse', 'HEAD').trim(), how: 'commit: Change a.ts' });
    expect(newest?.at).toBeGreaterThanOrEqual(begun);
    expect(await moves()).toEqual([
      'commit: Change a.ts',
      'checkout: moving from main to next',
      'commit (initial): Change a.ts, b.ts, deep/c.ts, .gitignore',
    ]);
  });

  it('are those of one checkout, and change the time by which HEAD was moved', async () => {
    const other = repository.worktree('next');
    const before = await tree();
    repository.commit({ 'a.ts': '2\n' }, other);
    expect(await moves()).toHaveLength(1);
    expect((await tree()).headMovedAt).toBe(before.headMovedAt);
    repository.commit({ 'a.ts': '3\n' });
    expect((await tree()).headMovedAt).toBeGreaterThan(before.headMovedAt ?? 0);
  });

  it('are not told before the first commit, and not of what is no checkout', async () => {
    const fresh = join(repository.base, 'fresh');
    repository.git('init', '-q', fresh);
    expect(await moves(fresh)).toBeUndefined();
    expect(await moves(repository.base)).toBeUndefined();
  });
});

describe('the commits of files since an instant', () => {
  it('are told by path, newest first, whatever the names hold', async () => {
    const odd = 'commit\n0123456789012345678901234567890123456789 1.ts';
    repository.commit({ 'a.ts': '2\n', [odd]: '1' });
    repository.commit({ 'a.ts': '3\n' });
    const ids = repository.git('log', '--format=%H', '-2').trim().split('\n');
    const found = await facts.commitsSince(repository.root, Date.now() - 60_000, ['a.ts', odd, 'b.ts'], patience);
    expect(
      found
        ?.get('a.ts')
        ?.map(({ id }) => id)
        .slice(0, 2),
    ).toEqual(ids);
    expect(found?.get(odd)).toMatchObject([{ id: ids[1] }]);
    expect(found?.has('.gitignore')).toBe(false);
  });

  it('are none before it, and what a merge brought counts as its own', async () => {
    repository.git('checkout', '-q', '-b', 'next');
    repository.commit({ 'b.ts': '2\n' });
    repository.git('checkout', '-q', 'main');
    repository.commit({ 'a.ts': '2\n' });
    repository.git('merge', '-q', '--no-ff', '-m', 'Merge', 'next');
    const merge = repository.git('rev-parse', 'HEAD').trim();
    const found = await facts.commitsSince(repository.root, Date.now() - 60_000, ['b.ts'], patience);
    expect(found?.get('b.ts')?.[0]?.id).toBe(merge);
    expect(await facts.commitsSince(repository.root, Date.now() + 60_000, ['a.ts'], patience)).toEqual(new Map());
  });

  it('are asked for of all files where the names would make too long a command line', async () => {
    const names = Array.from({ length: 3_000 }, (_, index) => `some/folder/with/a/name/file-${index}.ts`);
    const found = await facts.commitsSince(repository.root, Date.now() - 60_000, ['a.ts', ...names], patience);
    expect(found?.get('a.ts')).toHaveLength(1);
  });

  it('are undefined where git does not tell', async () => {
    expect(await facts.commitsSince(repository.base, 0, ['a.ts'], patience)).toBeUndefined();
  });
});
