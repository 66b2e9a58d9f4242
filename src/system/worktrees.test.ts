import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { fileResource, resourcesOverlap } from '../core/resource.ts';
import { createWorktrees } from './worktrees.ts';

let place: string;
const at = (...parts: string[]) => join(place, ...parts);
const origin = 'example.com/team/app';

function git(folder: string, ...args: string[]): string {
  const settings = ['-c', 'user.name=Test', '-c', 'user.email=test@example.com', '-c', 'init.defaultBranch=main'];
  const env = { ...process.env, GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_SYSTEM: '/dev/null' };
  const all = [...settings, '-c', 'protocol.file.allow=always', ...args];
  return execFileSync('git', all, { cwd: folder, env, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] }).trim();
}

function write(path: string, text = ''): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}

function repository(path: string, remote?: string): void {
  mkdirSync(path, { recursive: true });
  git(path, 'init', '-q');
  write(join(path, 'src/a.ts'));
  git(path, 'add', '.');
  git(path, 'commit', '-q', '-m', 'First');
  if (remote) git(path, 'remote', 'add', 'origin', remote);
}

// Nothing below changes what stands here; a test that needs more makes a folder of its own.
beforeAll(() => {
  place = realpathSync(mkdtempSync(join(tmpdir(), 'signalbox-worktrees-')));
  repository(at('app'), 'git@example.com:team/app.git');
  git(at('app'), 'worktree', 'add', '-q', '-b', 'side', at('side'));
  git(at('app'), 'worktree', 'add', '-q', '-b', 'inner', at('app/.wt/inner'));
  repository(at('again'), 'https://example.com/team/app');
  repository(at('lone'));
  git(at('lone'), 'worktree', 'add', '-q', '-b', 'lone-side', at('lone-side'));
  repository(at('library'), 'ssh://git@example.com/team/library.git');
  git(at('app'), 'submodule', 'add', '-q', at('library'), 'vendor/library');
  git(at('app/vendor/library'), 'remote', 'set-url', 'origin', 'https://example.com/team/library.git');
  repository(at('app/nested'), 'https://example.com/other/thing');
  mkdirSync(at('plain/sub'), { recursive: true });
  write(at('plain/sub/x.ts'));
  write(at('outside/secret.ts'));
  write(at('app/pages/[id]/page.tsx'));
  write(at('app/deep/er/b.ts'));
  symlinkSync('src', at('app/link'));
  symlinkSync('../src/a.ts', at('app/deep/a-link.ts'));
  symlinkSync('../src/later.ts', at('app/deep/dangling.ts'));
  symlinkSync(at('outside'), at('app/escape'));
  symlinkSync('circle-b', at('app/circle-a'));
  symlinkSync('circle-a', at('app/circle-b'));
  symlinkSync('.git', at('app/history'));
  symlinkSync(at('app'), at('app-link'));
});

afterAll(() => rmSync(place, { recursive: true, force: true }));

const ways = [
  ['with git', {}],
  ['without git', { git: null }],
  ['with a git that cannot be started', { git: '/nowhere/git' }],
] as const;

describe.each(ways)('a folder, %s', (_, options) => {
  const project = async (folder: string) => (await createWorktrees(options).describe(folder)).project;

  test('belongs to the project of its origin, in every checkout, clone and subfolder', async () => {
    for (const folder of ['app', 'app/src', 'app/deep/er', 'side', 'side/src', 'app/.wt/inner', 'again', 'app-link']) {
      expect(await project(at(folder)), folder).toBe(origin);
    }
  });

  test('belongs to its git common directory when there is no origin that others share', async () => {
    expect(await project(at('lone'))).toBe(at('lone/.git'));
    expect(await project(at('lone-side'))).toBe(at('lone/.git'));
    mkdirSync(at('local'), { recursive: true });
    git(place, 'clone', '-q', at('lone'), at('local', _.replaceAll(' ', '-')));
    expect(await project(at('local', _.replaceAll(' ', '-')))).toBe(at('local', _.replaceAll(' ', '-'), '.git'));
  });

  test('is a project of its own outside git', async () => {
    const tree = await createWorktrees(options).describe(at('plain/sub'));
    expect(tree).toMatchObject({ project: at('plain/sub'), root: at('plain/sub'), branch: null });
  });

  test('of a submodule or nested clone is of that project', async () => {
    expect(await project(at('app/vendor/library'))).toBe('example.com/team/library');
    expect(await project(at('app/nested/src'))).toBe('example.com/other/thing');
  });
});

describe('a description', () => {
  const worktrees = createWorktrees();

  test('names the root and branch of the innermost checkout', async () => {
    expect(await worktrees.describe(at('app/deep'))).toEqual({
      project: origin,
      root: at('app'),
      anchor: at('app'),
      branch: 'main',
      foldsCase: false,
    });
    const side = { root: at('side'), anchor: at('app'), branch: 'side' };
    expect(await worktrees.describe(at('side/src'))).toMatchObject(side);
    expect(await worktrees.describe(at('app/.wt/inner'))).toMatchObject({ root: at('app/.wt/inner'), branch: 'inner' });
  });

  test('of a folder in .git is that of the tree around it', async () => {
    expect(await worktrees.describe(at('app/.git/hooks'))).toMatchObject({ root: at('app'), project: origin });
  });

  test('of a bare repository is its own', async () => {
    git(place, 'clone', '-q', '--bare', at('lone'), at('bare.git'));
    expect(await worktrees.describe(at('bare.git'))).toMatchObject({ root: at('bare.git'), project: at('bare.git') });
  });

  test('ignores a .git that leads nowhere', async () => {
    write(at('app/broken/.git'), 'gitdir: /nowhere/at/all\n');
    mkdirSync(at('app/empty/.git'), { recursive: true });
    write(at('app/orphan/.git/HEAD'), 'ref: refs/heads/main\n');
    write(at('app/orphan/.git/commondir'), '/nowhere/at/all\n');
    for (const folder of ['app/broken', 'app/empty', 'app/orphan']) {
      expect(await worktrees.describe(at(folder)), folder).toMatchObject({ root: at('app') });
    }
  });

  test('is not led astray by git variables', async () => {
    const environment = {
      ...process.env,
      GIT_DIR: at('lone/.git'),
      GIT_WORK_TREE: at('lone'),
      GIT_CONFIG: '/dev/null',
    };
    repository(at('conditional'));
    write(at('conditional/.git/more'), '[remote "origin"]\n\turl = https://example.com/team/conditional\n');
    git(at('conditional'), 'config', 'includeIf.gitdir:**/conditional/.git.path', 'more');
    const tree = await createWorktrees({ environment }).describe(at('conditional'));
    expect(tree.project).toBe('example.com/team/conditional');
  });

  test('follows a change of the origin', async () => {
    repository(at('moving'), 'https://example.com/team/before');
    expect((await worktrees.describe(at('moving'))).project).toBe('example.com/team/before');
    git(at('moving'), 'remote', 'set-url', 'origin', 'https://example.com/team/afterwards');
    expect((await worktrees.describe(at('moving'))).project).toBe('example.com/team/afterwards');
  });

  test('reads an origin that another file includes', async () => {
    repository(at('including'));
    write(at('including/.git/more'), '[remote "origin"]\n\turl = https://example.com/team/included\n');
    git(at('including'), 'config', 'include.path', 'more');
    expect((await worktrees.describe(at('including'))).project).toBe('example.com/team/included');
  });

  test('fails for a folder that does not exist, and for a file', async () => {
    for (const folder of ['missing', 'app/src/a.ts']) {
      await expect(worktrees.describe(at(folder))).rejects.toMatchObject({ code: 'not_found' });
    }
  });
});

describe('the branch', () => {
  const worktrees = createWorktrees();

  test('is read anew each time, also in linked worktrees', () => {
    repository(at('branches'));
    git(at('branches'), 'worktree', 'add', '-q', '-b', 'one/two', at('branches-side'));
    expect(worktrees.branch(at('branches'))).toBe('main');
    expect(worktrees.branch(at('branches-side'))).toBe('one/two');
    git(at('branches'), 'checkout', '-q', '-b', 'next');
    expect(worktrees.branch(at('branches'))).toBe('next');
  });

  test('is a short commit in brackets when detached', () => {
    repository(at('detached'));
    git(at('detached'), 'checkout', '-q', '--detach');
    expect(worktrees.branch(at('detached'))).toBe(`(${git(at('detached'), 'rev-parse', 'HEAD').slice(0, 7)})`);
  });

  test('has its name before the first commit', () => {
    mkdirSync(at('unborn'));
    git(at('unborn'), 'init', '-q');
    expect(worktrees.branch(at('unborn'))).toBe('main');
  });

  test('is null outside git, in a missing folder, and where HEAD does not tell', () => {
    expect(worktrees.branch(at('plain'))).toBeNull();
    expect(worktrees.branch(at('missing'))).toBeNull();
    repository(at('tables'));
    write(at('tables/.git/HEAD'), 'ref: refs/heads/.invalid\n');
    expect(worktrees.branch(at('tables'))).toBeNull();
  });

  test('is found again when the folder was made anew', () => {
    repository(at('fresh'));
    expect(worktrees.branch(at('fresh'))).toBe('main');
    rmSync(at('fresh'), { recursive: true });
    expect(worktrees.branch(at('fresh'))).toBeNull();
    git(at('app'), 'worktree', 'add', '-q', '-b', 'fresh', at('fresh'));
    expect(worktrees.branch(at('fresh'))).toBe('fresh');
  });
});

describe('a path', () => {
  const worktrees = createWorktrees();
  const resolve = async (path: string, from = 'app') => (await worktrees.resolve(path, at(from), origin)).path;
  const refused = (path: string, from = 'app') =>
    worktrees.resolve(path, at(from), origin).then(
      found => expect.fail(`${path} became ${found.path}`),
      error => error as { code: string; message: string; next: string },
    );

  test('is taken from the folder it is named in, and written from the root', async () => {
    expect(await resolve('a.ts', 'app/src')).toBe('src/a.ts');
    expect(await resolve('../src/a.ts', 'app/deep')).toBe('src/a.ts');
    expect(await resolve('./src//a.ts')).toBe('src/a.ts');
    expect(await resolve('src/')).toBe('src');
    expect(await resolve('.')).toBe('');
    expect(await resolve('new/folder/../c.ts')).toBe('new/c.ts');
    expect((await refused('~/a.ts')).message).toContain('not expanded');
  });

  test('may be absolute in any checkout or clone of the project', async () => {
    expect(await resolve(at('app/src/a.ts'))).toBe('src/a.ts');
    expect(await resolve(at('side/src/a.ts'))).toBe('src/a.ts');
    expect(await resolve(at('again/src/new.ts'))).toBe('src/new.ts');
    expect(await resolve(at('app-link/src/a.ts'))).toBe('src/a.ts');
    expect(await resolve(at('side'))).toBe('');
  });

  test('in a worktree inside the checkout is that of the worktree', async () => {
    expect(await resolve('.wt/inner/src/a.ts')).toBe('src/a.ts');
    expect(await resolve(at('app/.wt/inner/src/*.ts'))).toBe('src/*.ts');
  });

  test('in a submodule or nested clone is part of the outer tree when named from there', async () => {
    expect(await resolve('vendor/library/src/a.ts')).toBe('vendor/library/src/a.ts');
    expect(await resolve('nested/src/a.ts')).toBe('nested/src/a.ts');
    const inside = await worktrees.resolve('src/a.ts', at('app/nested'), 'example.com/other/thing');
    expect(inside.path).toBe('src/a.ts');
    const outer = worktrees.resolve('../src/a.ts', at('app/nested'), 'example.com/other/thing');
    await expect(outer).rejects.toMatchObject({ code: 'invalid_input' });
  });

  test('follows links, also of folders, before `..`, and to what does not exist yet', async () => {
    expect(await resolve('link/a.ts')).toBe('src/a.ts');
    expect(await resolve('link/new/x.ts')).toBe('src/new/x.ts');
    expect(await resolve('link/*.ts')).toBe('src/*.ts');
    expect(await resolve('deep/a-link.ts')).toBe('src/a.ts');
    expect(await resolve('deep/dangling.ts')).toBe('src/later.ts');
    expect(await resolve('link/../deep/er/b.ts')).toBe('deep/er/b.ts');
  });

  test('has one Unicode form, however it is stored', async () => {
    write(at('app/gr\u00f6\u00dfe.ts'));
    write(at('app/cafe\u0301/x.ts'));
    for (const form of ['NFC', 'NFD']) {
      expect(await resolve('größe.ts'.normalize(form))).toBe('größe.ts'.normalize('NFC'));
      expect(await resolve('café/x.ts'.normalize(form))).toBe('café/x.ts'.normalize('NFC'));
      expect(await resolve('caf\u00e9/new.ts'.normalize(form))).toBe('caf\u00e9/new.ts');
    }
  });

  test('with a pattern keeps it behind its real folder', async () => {
    expect(await resolve('./src/../link/**/*.{ts,tsx}')).toBe('src/**/*.{ts,tsx}');
    expect(await resolve('*.ts', 'app/src')).toBe('src/*.ts');
    expect(await resolve('{src,deep/er}/*.ts')).toBe('{src,deep/er}/*.ts');
    expect(await resolve('new/*.ts')).toBe('new/*.ts');
  });

  test('with a name that exists is no pattern there', async () => {
    expect(await resolve('pages/[id]/page.tsx')).toBe('pages/[id]/page.tsx');
    expect(await resolve('page.tsx', 'app/pages/[id]')).toBe('pages/[id]/page.tsx');
    expect(await resolve('pages/[id]/../x.ts')).toBe('pages/x.ts');
    write(at('app/odd/{1..3}.ts'));
    expect(await resolve('odd/{1..3}.ts')).toBe('odd/{1..3}.ts');
  });

  test('tells whether a folder stands there', async () => {
    const isFolder = async (path: string) =>
      ((await worktrees.resolve(path, at('app'), origin)) as { isFolder?: boolean }).isFolder;
    expect(await isFolder('src')).toBe(true);
    expect(await isFolder('src/a.ts')).toBe(false);
    expect(await isFolder('later/')).toBe(true);
    expect(await isFolder('later')).toBeUndefined();
  });

  test('outside the project is refused without a word on what is there', async () => {
    for (const path of [
      '../outside/secret.ts',
      at('outside/secret.ts'),
      '/',
      'escape/secret.ts',
      '../..',
      '/nowhere/x',
    ]) {
      const error = await refused(path);
      expect(error).toMatchObject({ code: 'invalid_input' });
      expect(error.message + error.next).not.toMatch(/secret|outside\/|signalbox-worktrees|nowhere/);
    }
  });

  test('inside what git keeps is refused, with the resource to lock instead', async () => {
    for (const path of [
      '.git',
      '.git/config',
      '.GIT/HEAD',
      'history/HEAD',
      'vendor/library/.git',
      '.git/hooks/*',
      'x/.git/y',
    ]) {
      expect(await refused(path), path).toMatchObject({
        code: 'invalid_input',
        next: expect.stringContaining('git:head'),
      });
    }
    expect(await refused('.git', 'side')).toMatchObject({ next: expect.stringContaining('git:head') });
    expect(await resolve('.gitignore')).toBe('.gitignore');
    expect(await resolve('.github/x.yml')).toBe('.github/x.yml');
  });

  test('inside what git keeps is refused in a repository without a remote, too, which is named by its .git folder', async () => {
    write(at('lonely/a.ts'));
    git(at('lonely'), 'init', '-q', '-b', 'main');
    const { project } = await worktrees.describe(at('lonely'));
    expect(project).toBe(at('lonely/.git'));
    expect((await worktrees.resolve('a.ts', at('lonely'), project)).path).toBe('a.ts');
    for (const path of ['.git', '.git/HEAD', '.git/hooks/x']) {
      await expect(worktrees.resolve(path, at('lonely'), project), path).rejects.toMatchObject({
        next: expect.stringContaining('git:head'),
      });
    }
  });

  test('is refused when it is empty, holds control characters, leads in a circle, or is no pattern', async () => {
    for (const path of ['', 'a\0b', 'a\nb', 'a\u009bb', 'circle-a', '@(a|b).ts', 'src/*/../a.ts', '*/../../../etc']) {
      expect(await refused(path), JSON.stringify(path)).toMatchObject({
        code: 'invalid_input',
        message: expect.stringMatching(/^[A-Z].*\.$/s),
        next: expect.stringMatching(/^[A-Z].*\.$/s),
      });
    }
  });

  test('resolves in a folder outside git from that folder', async () => {
    const plain = await worktrees.resolve('sub/x.ts', at('plain'), at('plain'));
    expect(plain.path).toBe('sub/x.ts');
    const deeper = await worktrees.resolve('x.ts', at('plain/sub'), at('plain'));
    expect(deeper.path).toBe('sub/x.ts');
  });

  test('resolves when the project was named by configuration', async () => {
    expect((await worktrees.resolve('a.ts', at('app/src'), 'our-team')).path).toBe('src/a.ts');
    expect((await worktrees.resolve(at('side/src/a.ts'), at('app'), 'our-team')).path).toBe('src/a.ts');
    await expect(worktrees.resolve(at('lone/src/a.ts'), at('app'), 'our-team')).rejects.toMatchObject({
      code: 'invalid_input',
    });
  });

  test('may have backslashes on Windows, also behind the prefix for long paths', async () => {
    const windows = createWorktrees({ platform: 'win32' });
    expect((await windows.resolve('src\\new folder\\a.ts', at('app'), origin)).path).toBe('src/new folder/a.ts');
    const long = `\\\\?\\${at('app/src/a.ts').replaceAll('/', '\\')}`;
    expect((await windows.resolve(long, at('app'), origin)).path).toBe('src/a.ts');
  });
});

test('on a file system without case two spellings of a path are one resource', async () => {
  const folding = createWorktrees({ foldsCase: true });
  const [one, other] = await Promise.all(
    ['src/New.ts', 'SRC/new.TS'].map(async path => fileResource(await folding.resolve(path, at('app'), origin))),
  );
  if (!one || !other) return expect.fail();
  expect(one.key).toBe(other.key);
  expect(resourcesOverlap(one, other)).toBe(true);
});
