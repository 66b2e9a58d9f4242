import { existsSync, lstatSync, mkdirSync, readFileSync, readlinkSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Repository } from '../../test/support/repository.ts';
import { ancestorsOf } from './ancestors.ts';
import { createGitHookFiles } from './git-hook-files.ts';

let repository: Repository;

beforeEach(() => {
  repository = new Repository();
  repository.commit({ 'a.ts': '1' });
});

afterEach(() => repository.remove());

const environment = () => ({ PATH: process.env.PATH, HOME: repository.base, GIT_CONFIG_NOSYSTEM: '1' });
const files = () => createGitHookFiles(environment());
const hook = (name = 'pre-commit') => join(repository.root, '.git/hooks', name);
const bytes = (text: string) => new TextEncoder().encode(text);
const nothing = { kind: 'nothing' } as const;
const file = (text: string, mode = 0o755) => ({ kind: 'file', bytes: bytes(text), mode }) as const;

describe('exchanging a hook', () => {
  it('makes, changes and removes files and links, with their modes and what links say', () => {
    const { exchange, look } = files();
    const path = hook();
    const steps = [
      nothing,
      file('one', 0o700),
      { kind: 'link', to: '../gone' },
      file('two', 0o644),
      { kind: 'link', to: '/x' },
      nothing,
    ] as const;
    for (const [at, after] of steps.entries()) {
      const before = steps[at - 1];
      if (!before) continue;
      exchange({ path, before, after });
      const seen = look(path);
      expect(seen.kind === 'file' ? { ...seen, bytes: new Uint8Array(seen.bytes) } : seen).toEqual(after);
    }
  });

  it('never writes through a link', () => {
    writeFileSync(join(repository.root, 'script'), 'theirs');
    symlinkSync('../../script', hook());
    files().exchange({ path: hook(), before: { kind: 'link', to: '../../script' }, after: file('ours') });
    expect([readFileSync(join(repository.root, 'script'), 'utf8'), lstatSync(hook()).isFile()]).toEqual([
      'theirs',
      true,
    ]);
  });

  it('changes nothing where something else stands than was seen', () => {
    const { exchange } = files();
    writeFileSync(hook(), 'theirs');
    for (const before of [nothing, file('seen'), { kind: 'link', to: 'x' } as const])
      for (const after of [file('ours'), nothing, { kind: 'link', to: 'y' } as const])
        expect(() => exchange({ path: hook(), before, after })).toThrow('was changed by somebody else meanwhile');
    expect(readFileSync(hook(), 'utf8')).toBe('theirs');
    expect(
      files()
        .names(join(repository.root, '.git/hooks'))
        .filter(name => name.includes('signalbox')),
    ).toEqual([]);
  });

  it('keeps out of git’s way where git itself writes', () => {
    const path = join(repository.root, '.git/config');
    const seen = files().look(path);
    writeFileSync(`${path}.lock`, '');
    expect(() => files().exchange({ path, before: seen, after: file('x'), isGitsOwn: true })).toThrow('Git is writing');
    expect(existsSync(`${path}.lock`)).toBe(true);
  });

  it('refuses a folder in the place of a hook, and reads none', () => {
    mkdirSync(hook());
    expect(files().look(hook())).toEqual({ kind: 'other' });
    expect(() => files().exchange({ path: hook(), before: nothing, after: file('x') })).toThrow(
      'was changed by somebody else',
    );
  });
});

describe('where hooks are', () => {
  it('is told with every value that git finds, the one that counts last, from any folder of a checkout and of a worktree', async () => {
    const root = repository.worktree('next');
    mkdirSync(join(root, 'deep'));
    writeFileSync(join(repository.base, '.gitconfig'), '[core]\n\thooksPath = ~/all hooks\n');
    repository.git('config', 'core.hooksPath', 'tools/hooks');
    const place = await files().place(join(root, 'deep'));
    const common = join(repository.root, '.git');
    expect(place).toMatchObject({ root, commonDirectory: common, gitDirectory: join(common, 'worktrees/next') });
    expect(place.settings).toEqual([
      { scope: 'global', value: '~/all hooks', folder: join(repository.base, 'all hooks') },
      { scope: 'local', value: 'tools/hooks', folder: join(root, 'tools/hooks') },
    ]);
    expect(await files().takesFrom(join(root, 'tools/hooks'), place)).toBe(true);
    expect(await files().takesFrom(join(common, 'hooks'), place)).toBe(false);
  });

  it('is not told outside a checkout, nor in a repository without one', async () => {
    await expect(files().place(repository.base)).rejects.toThrow('no checkout of a git repository');
    repository.git('init', '-q', '--bare', '../bare.git');
    await expect(files().place(join(repository.base, 'bare.git'))).rejects.toThrow('no checkout of a git repository');
  });

  it('is changed in a configuration as git would, in any encoding', async () => {
    const config = Buffer.from('[core]\n\tbare = false\n# gr\u00fc\u00dfe\n[user]\n\tname = x\n', 'latin1');
    const pointed = await files().configured(config, "/a 'b/hooks");
    expect(await files().hooksPathIn(pointed)).toBe("/a 'b/hooks");
    expect(Buffer.from(await files().configured(pointed, null)).equals(config)).toBe(true);
    expect(await files().hooksPathIn(config)).toBeNull();
    expect(await files().configured(null, null)).toHaveLength(0);
  });

  it('is left alone only where git ignores it and has nothing of it', async () => {
    const place = await files().place(repository.root);
    const alone = (folder: string) => files().isLeftAlone(join(repository.root, folder), place);
    repository.write('.gitignore', '/own\n/kept\n');
    repository.write('kept/pre-commit', 'x');
    repository.git('add', '-f', 'kept/pre-commit');
    expect([await alone('own'), await alone('kept'), await alone('tools')]).toEqual([true, false, false]);
  });

  it('may be a link to a folder elsewhere', () => {
    symlinkSync('../..', join(repository.root, 'link'));
    expect(files().realPath(join(repository.root, 'link/x'))).toBe(join(repository.base, '..', 'x'));
    expect(readlinkSync(join(repository.root, 'link'))).toBe('../..');
  });
});

describe('the processes above one', () => {
  it.skipIf(process.platform === 'win32')('are told from the nearest on, with it as the first', () => {
    expect(ancestorsOf(process.pid, 2)).toEqual([process.pid, process.ppid]);
    expect(ancestorsOf(process.pid, 1)).toEqual([process.pid]);
    expect(ancestorsOf(2 ** 22 + 1, 5).length).toBeLessThan(2);
  });
});

describe('submodules', () => {
  it('are those that are checked out, whatever their names; a repository without any has none', async () => {
    const place = await files().place(repository.root);
    expect(await files().submodules(place)).toEqual([]);
    repository.write(
      '.gitmodules',
      '[submodule "x.y"]\n\tpath = lib/a b\n\turl = x\n[submodule "gone"]\n\tpath = gone\n',
    );
    repository.git('init', '-q', 'lib/a b');
    expect(await files().submodules(place)).toEqual(['lib/a b']);
  });
});
