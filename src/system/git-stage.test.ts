import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Repository } from '../../test/support/repository.ts';
import { createGitStage } from './git-stage.ts';

const patience = 20_000;
const port = createGitStage();

let repository: Repository;

beforeEach(() => {
  repository = new Repository();
  repository.commit({ 'a.ts': '1\n', 'b.ts': '1\n', 'deep/c.ts': '1\n', 'deep/d.ts': '1\n' });
});

afterEach(() => repository.remove());

const stage = (...names: string[]) => port.stage(repository.root, names, patience);
const at = (path: string) => join(repository.root, path);
/** What stands in the index and not in HEAD. */
function staged(): string[] {
  const entries = repository.git('diff', '--cached', '--name-status', '--no-renames', '-z').split('\0').slice(0, -1);
  return entries.flatMap((entry, index) => (index % 2 ? [`${entries[index - 1]} ${entry}`] : [])).sort();
}

describe('staging', () => {
  it('puts files into the index whole as they lie there, new ones and deletions too, and no other', async () => {
    for (const path of ['a.ts', 'b.ts', 'new.ts', 'other.ts']) repository.write(path, '2\n');
    rmSync(at('deep/c.ts'));
    expect(await stage('a.ts', 'new.ts', 'deep/c.ts')).toEqual({ staged: true });
    expect(staged()).toEqual(['A new.ts', 'D deep/c.ts', 'M a.ts']);
    repository.write('a.ts', '3\n');
    expect(await stage('a.ts')).toEqual({ staged: true });
    expect(repository.git('show', ':a.ts')).toBe('3\n');
  });

  it.skipIf(process.platform === 'win32')('takes a name for nothing but itself', async () => {
    const names = [
      '-A',
      '--all',
      ':(top)x',
      ':!a.ts',
      '*',
      'a?ts',
      'line\nbreak',
      ' blank ',
      '"quoted"',
      '\\',
      'u\u0308',
    ];
    for (const name of [...names, 'b.ts', 'c.ts']) repository.write(name, '2\n');
    for (const name of names) {
      expect(await stage(name)).toEqual({ staged: true });
      expect(staged()).toEqual([`A ${name}`]);
      repository.git('reset', '-q');
    }
  });

  it('goes by no variable that would lead elsewhere, and needs no folder to stand in', async () => {
    const misled = createGitStage({
      environment: { ...process.env, GIT_DIR: '/nowhere', GIT_INDEX_FILE: '/nowhere', GIT_GLOB_PATHSPECS: '1' },
    });
    repository.write('a.ts', '2\n');
    expect(await misled.stage(repository.root, ['a.ts'], patience)).toEqual({ staged: true });
    expect(staged()).toEqual(['M a.ts']);
  });

  it('stages nothing where nothing is named', async () => {
    repository.write('a.ts', '2\n');
    expect(await stage()).toEqual({ staged: true });
    expect(staged()).toEqual([]);
  });

  it('is all or nothing, with the words of git for why not', async () => {
    repository.write('a.ts', '2\n');
    const refused = await stage('a.ts', 'never.ts');
    expect(refused).toEqual({
      staged: false,
      why: 'refused',
      said: expect.stringMatching(/^fatal: pathspec 'never\.ts'/),
    });
    expect(staged()).toEqual([]);
  });

  it('takes a folder that became a file or a link, with what was in it', async () => {
    rmSync(at('deep'), { recursive: true });
    symlinkSync('elsewhere', at('deep'));
    expect(await stage('deep', 'deep/c.ts', 'deep/d.ts')).toEqual({ staged: true });
    expect(staged()).toEqual(['A deep', 'D deep/c.ts', 'D deep/d.ts']);
  });

  it('runs the filters of the repository, as for whoever stages by hand', async () => {
    repository.git('config', 'filter.upper.clean', 'tr a-z A-Z');
    repository.write('.gitattributes', '*.txt filter=upper\n');
    repository.write('a.txt', 'hello\n');
    expect(await stage('a.txt')).toEqual({ staged: true });
    expect(repository.git('show', ':a.txt')).toBe('HELLO\n');
  });

  it('waits for another git command to end, as long as there is time', async () => {
    repository.write('a.ts', '2\n');
    const lock = join(repository.root, '.git/index.lock');
    writeFileSync(lock, '');
    expect(await port.stage(repository.root, ['a.ts'], 300)).toEqual({ staged: false, why: 'busy' });
    const staging = stage('a.ts');
    execFileSync('sleep', ['0.2']);
    rmSync(lock);
    expect(await staging).toEqual({ staged: true });
    expect(existsSync(lock)).toBe(false);
  });

  it('says so where git is missing, too old, or has no time', async () => {
    repository.write('a.ts', '2\n');
    expect(await createGitStage({ git: 'no-such-git' }).stage(repository.root, ['a.ts'], patience)).toEqual({
      staged: false,
      why: 'missing',
    });
    const folder = join(repository.base, 'bin');
    mkdirSync(folder);
    const old = join(folder, 'old-git');
    writeFileSync(old, '#!/bin/sh\necho "error: unknown option \\`pathspec-from-file=-" >&2\nexit 129\n');
    chmodSync(old, 0o755);
    expect(await createGitStage({ git: old }).stage(repository.root, ['a.ts'], patience)).toMatchObject({
      why: 'missing',
    });
    expect(await port.stage(repository.root, ['a.ts'], 0)).toEqual({ staged: false, why: 'late' });
    expect(staged()).toEqual([]);
  });
});
