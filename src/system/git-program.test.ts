/** What a repository could do to whoever only asks git about it: programs by other owners, other spellings, pipes instead of files. */
import { execFileSync, spawnSync } from 'node:child_process';
import { appendFileSync, chownSync, existsSync, mkdirSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
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
/** Only root gives files away, and Windows has other owners. */
const mayGiveAway = process.getuid?.() === 0;
const makesPipes = process.platform !== 'win32' && spawnSync('mkfifo', ['--version']).error === undefined;

let repository: Repository;

beforeEach(() => {
  repository = new Repository();
});

afterEach(() => repository.remove());

/** What would leave a mark, were it run. */
const marker = () => join(repository.base, 'ran');
const marking = () => `sh -c 'id > "${marker()}"; false'`;
const config = () => join(repository.root, '.git', 'config');

/** Two commits that conflict in `a.ts`; the root of the second checkout. */
function conflicting(): string {
  repository.commit({ '.gitattributes': '*.ts merge=m filter=f\n', 'a.ts': '1\n' });
  const other = repository.worktree('other');
  repository.commit({ 'a.ts': 'theirs\n' }, other);
  repository.commit({ 'a.ts': 'ours\n' });
  return other;
}

function giveAway(...folders: string[]): void {
  for (const folder of folders) execFileSync('chown', ['-R', '65534', folder]);
}

describe('a repository of another user', () => {
  it.skipIf(!mayGiveAway)('is not looked into, and none of its programs runs', async () => {
    const other = conflicting();
    const [id, before] = [repository.git('rev-parse', 'HEAD').trim(), repository.git('rev-parse', 'other').trim()];
    for (const key of ['merge.m.driver', 'filter.f.clean', 'filter.f.smudge', 'filter.f.process'])
      repository.git('config', key, marking());
    repository.git('config', 'core.fsmonitor', marking());
    rmSync(marker(), { force: true });
    for (const root of [repository.root, other]) utimesSync(join(root, 'a.ts'), 1, 1);
    giveAway(repository.root, other);
    for (const root of [repository.root, other]) {
      for (const [ours, theirs] of [
        ['HEAD', 'other'],
        [id, before],
      ] as const)
        expect(await facts.dryMerge(root, ours, theirs, patience)).toBeUndefined();
      expect(await facts.changedFiles(root, 10, patience)).toBeUndefined();
      expect(await facts.blame(root, 'a.ts', 1, patience)).toBeUndefined();
      expect(await facts.commit(root, 'HEAD', patience)).toBeUndefined();
      expect(await facts.branches(root, 10, patience)).toBeUndefined();
    }
    expect(existsSync(marker())).toBe(false);
  });

  it.skipIf(!mayGiveAway)('is not merged with from one of our own', async () => {
    conflicting();
    const clone = join(repository.base, 'clone');
    repository.git('clone', '-q', repository.root, clone);
    const id = repository.git('rev-parse', 'other').trim();
    giveAway(repository.root);
    expect(await facts.dryMerge(clone, 'HEAD', id, patience, repository.root)).toBeUndefined();
  });

  it.skipIf(!mayGiveAway)('is looked into where the user has said that it is safe', async () => {
    conflicting();
    const home = join(repository.base, 'home');
    mkdirSync(home);
    writeFileSync(join(home, '.gitconfig'), '[safe]\n\tdirectory = *\n');
    repository.git('config', 'merge.m.driver', marking());
    chownSync(repository.root, 65534, 0);
    const trusting = createGitFacts({ environment: { ...process.env, HOME: home } });
    const merge = await trusting.dryMerge(repository.root, 'HEAD', 'other', patience);
    if (mergesInMemory) expect(merge).toEqual({ conflicts: ['a.ts'] });
    expect((await trusting.changedFiles(repository.root, 10, patience))?.files).toEqual([]);
    expect(existsSync(marker())).toBe(false);
  });
});

describe('a program that a config names', () => {
  /** Has git clean the content of `a.ts` if it is asked plainly. */
  const stale = () => utimesSync(join(repository.root, 'a.ts'), 1, 1);

  it.each([
    ['a byte that is no text', Buffer.from('x\xff', 'latin1'), false],
    ['an equals sign', Buffer.from('x=y'), false],
    ['a dot', Buffer.from('x.y'), true],
    ['large letters', Buffer.from('Xy'), true],
    ['a letter beyond ASCII', Buffer.from('xü'), true],
    ['no letter at all', Buffer.from(''), true],
    ['a quote and a backslash', Buffer.from('x\\"\\\\y'), true],
    ['a return', Buffer.from('x\ry'), true],
  ] as const)('is set aside or not asked about where its name has %s', async (_, name, isTold) => {
    repository.commit({ 'a.ts': '1\n' });
    const spelled = Buffer.from(String(name.toString('latin1')).replaceAll(/\\(.)/g, '$1'), 'latin1');
    writeFileSync(join(repository.root, '.git/info/attributes'), Buffer.concat([Buffer.from('*.ts filter='), spelled]));
    const quoted = Buffer.concat([Buffer.from('[filter "'), name, Buffer.from('"]\n')]);
    const escaped = marking().replaceAll('"', '\\"');
    appendFileSync(config(), Buffer.concat([quoted, Buffer.from(`\tclean = "${escaped}"\n\trequired\n`)]));
    stale();
    const found = await facts.changedFiles(repository.root, 10, patience);
    await facts.blame(repository.root, 'a.ts', 1, patience);
    expect(existsSync(marker())).toBe(false);
    expect(found !== undefined).toBe(isTold);
  });

  it('is set aside wherever its name comes from: an included file, one for this folder, or this worktree alone', async () => {
    repository.commit({ '.gitattributes': '[attr]odd filter=a\n*.ts odd\n*.md filter=b\n*.js filter=c\n' });
    repository.commit({ 'a.ts': '1', 'a.md': '1', 'a.js': '1' });
    const [plain, ifHere] = [join(repository.base, 'plain'), join(repository.base, 'if-here')];
    const filter = (name: string) => `[filter "${name}"]\n\tclean = "${marking().replaceAll('"', '\\"')}"\n`;
    writeFileSync(plain, filter('a'));
    writeFileSync(ifHere, filter('b'));
    repository.git('config', 'extensions.worktreeConfig', 'true');
    appendFileSync(join(repository.root, '.git/config.worktree'), filter('c'));
    appendFileSync(
      config(),
      `[include]\n\tpath = ${plain}\n[includeIf "gitdir:${repository.root}/"]\n\tpath = ${ifHere}\n`,
    );
    for (const file of ['a.ts', 'a.md', 'a.js']) utimesSync(join(repository.root, file), 1, 1);
    expect(await facts.changedFiles(repository.root, 10, patience)).toMatchObject({ files: [], more: false });
    expect(existsSync(marker())).toBe(false);
    spawnSync('git', ['status'], { cwd: repository.root });
    expect(existsSync(marker())).toBe(true);
  });

  it.skipIf(!mergesInMemory)('or a variable, or the settings of the user, does not merge', async () => {
    conflicting();
    const home = join(repository.base, 'home');
    mkdirSync(home);
    const driver = `[merge "m"]\n\tdriver = "${marking().replaceAll('"', '\\"')}"\n`;
    writeFileSync(join(home, '.gitconfig'), driver);
    const variables = { GIT_CONFIG_COUNT: '1', GIT_CONFIG_KEY_0: 'merge.m.driver', GIT_CONFIG_VALUE_0: marking() };
    const misled = createGitFacts({ environment: { ...process.env, HOME: home, ...variables } });
    expect(await misled.dryMerge(repository.root, 'HEAD', 'other', patience)).toEqual({ conflicts: ['a.ts'] });
    expect(existsSync(marker())).toBe(false);
  });

  it.skipIf(process.platform === 'win32')(
    'is not git itself, where the search path leads into the checkout',
    async () => {
      repository.commit({ a: '1' });
      writeFileSync(join(repository.root, 'git'), `#!/bin/sh\necho x > "${marker()}"\n`, { mode: 0o755 });
      const misled = createGitFacts({ environment: { ...process.env, PATH: `.:${process.env.PATH}` } });
      expect((await misled.changedFiles(repository.root, 10, patience))?.files).toEqual(['git']);
      expect(existsSync(marker())).toBe(false);
    },
  );
});

describe.skipIf(!makesPipes)('a pipe in place of a file of git', () => {
  const pipe = (path: string) => {
    rmSync(path, { force: true });
    execFileSync('mkfifo', [path]);
    expect(statSync(path).isFIFO()).toBe(true);
  };

  it('holds nobody up', async () => {
    conflicting();
    // In a process of its own: what waits for a pipe could not be ended here.
    const script = join(repository.base, 'ask.test.mjs');
    writeFileSync(
      script,
      `import { createWorktrees } from ${JSON.stringify(join(import.meta.dirname, 'worktrees.ts'))};
       import { createGitFacts } from ${JSON.stringify(join(import.meta.dirname, 'git-facts.ts'))};
       const root = ${JSON.stringify(repository.root)};
       await createWorktrees().describe(root);
       createWorktrees().branch(root);
       createGitFacts().state(root);
       await createGitFacts().dryMerge(root, 'HEAD', 'other', 300);`,
    );
    const bundle = join(repository.base, 'ask.mjs');
    const esbuild = join(import.meta.dirname, '../../node_modules/esbuild/bin/esbuild');
    execFileSync(esbuild, [
      script,
      '--bundle',
      '--platform=node',
      '--format=esm',
      `--outfile=${bundle}`,
      '--log-level=error',
    ]);
    for (const path of [
      '.gitattributes',
      '.git/info/attributes',
      '.git/commondir',
      '.git/shallow',
      '.git/config',
      '.git/HEAD',
    ]) {
      pipe(join(repository.root, path));
      const { signal, status } = spawnSync(process.execPath, [bundle], { timeout: patience });
      expect([path, status, signal]).toEqual([path, 0, null]);
    }
  });
});

describe.skipIf(!mergesInMemory)('a name that is to be merged', () => {
  const merged = (theirs: string) => facts.dryMerge(repository.root, 'HEAD', theirs, patience);

  it('is a local branch first, then one of a remote, then what else git knows by it', async () => {
    conflicting();
    repository.git('tag', 'other', 'main');
    expect(await merged('other')).toEqual({ conflicts: ['a.ts'] });
    repository.git('update-ref', 'refs/remotes/origin/far', 'refs/heads/other');
    repository.git('tag', 'origin/far', 'main');
    expect(await merged('origin/far')).toEqual({ conflicts: ['a.ts'] });
    expect(await merged('far')).toEqual({ conflicts: ['a.ts'] });
    repository.git('tag', 'v1', 'refs/heads/other');
    expect(await merged('v1')).toEqual({ conflicts: ['a.ts'] });
    expect(await facts.branches(repository.root, 10, patience)).toEqual(['main', 'other', 'origin/far']);
  });

  it('and that does not exist, or has nothing to be merged with yet, is told apart from what git cannot tell', async () => {
    expect(await merged('main')).toEqual({ missing: 'ours' });
    repository.commit({ a: '1' });
    expect(await merged('nowhere')).toEqual({ missing: 'theirs' });
    expect(await merged('refs/heads/nowhere')).toEqual({ missing: 'theirs' });
    expect(
      await createGitFacts({ git: 'no-such-git' }).dryMerge(repository.root, 'HEAD', 'x', patience),
    ).toBeUndefined();
  });

  it('may be a commit of another clone that this one has not fetched', async () => {
    repository.commit({ a: '1\n' });
    const clone = join(repository.base, 'clone');
    repository.git('clone', '-q', repository.root, clone);
    repository.commit({ a: 'ours\n' });
    repository.commit({ a: 'theirs\n' }, clone);
    const id = repository.at(clone, 'rev-parse', 'HEAD').trim();
    expect(await facts.dryMerge(repository.root, 'HEAD', id, patience)).toEqual({ missing: 'theirs' });
    expect(await facts.dryMerge(repository.root, 'HEAD', id, patience, clone)).toEqual({ conflicts: ['a'] });
  });

  it('is merged in a shallow clone as well', async () => {
    repository.commit({ a: '0\n' });
    repository.commit({ a: '1\n' });
    const clone = join(repository.base, 'clone');
    repository.git('clone', '-q', '--depth=1', `file://${repository.root}`, clone);
    repository.at(clone, 'branch', 'other');
    repository.commit({ a: 'ours\n' }, clone);
    repository.at(clone, 'checkout', '-q', 'other');
    repository.commit({ a: 'theirs\n' }, clone);
    expect(await facts.dryMerge(clone, 'main', 'other', patience)).toEqual({ conflicts: ['a'] });
  });
});
