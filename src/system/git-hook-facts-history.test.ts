/** What git's hooks tell of history that is about to be rewritten, asked of real git in the very moment. */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Repository } from '../../test/support/repository.ts';
import { hookFacts } from './git-hook-facts.ts';

let repository: Repository;

beforeEach(() => {
  repository = new Repository();
  repository.commit({ 'a.ts': '1', 'b.ts': '1' });
  repository.commit({ 'a.ts': '2' });
});

afterEach(() => repository.remove());

const id = (name: string) => repository.git('rev-parse', name).trim();
const environment = () => ({ PATH: process.env.PATH, HOME: repository.base, GIT_CONFIG_NOSYSTEM: '1' });

/**
 * A hook that notes what it was told and stops git for good, so that everything stays as it was at that moment; of transactions the
 * first one that is prepared for main.
 */
function stopAt(hook: string): void {
  const path = (name: string) => join(repository.base, name);
  const when =
    hook === 'reference-transaction' ? `[ "$1" = prepared ] && grep -q refs/heads/ "${path('now')}"` : 'true';
  const noting = `mv "${path('now')}" "${path('input')}"; printf '%s\\n' "$@" > "${path('args')}"; kill -9 $PPID`;
  mkdirSync(join(repository.root, '.git/hooks'), { recursive: true });
  writeFileSync(
    join(repository.root, '.git/hooks', hook),
    `#!/bin/sh\ncat > "${path('now')}"\nif ${when}; then ${noting}; fi\n`,
    { mode: 0o755 },
  );
}

const linesOf = (name: string) => {
  const path = join(repository.base, name);
  return existsSync(path) ? readFileSync(path, 'utf8').split('\n').filter(Boolean) : [];
};

/** The facts of the hook at which a command was stopped; undefined when that hook was not run. */
async function factsAt(hook: string, ...args: readonly string[]) {
  for (const name of ['args', 'input']) rmSync(join(repository.base, name), { force: true });
  try {
    const person = ['-c', 'user.name=Ann', '-c', 'user.email=ann@example.invalid'];
    const env = { ...environment(), GIT_EDITOR: 'true' };
    execFileSync('git', [...person, ...args], { cwd: repository.root, env, stdio: 'ignore' });
  } catch {
    // It was stopped, which is what this is about.
  }
  if (!existsSync(join(repository.base, 'args'))) return undefined;
  const input = linesOf('input').map(line => `${line}\n`);
  const call = { hook, args: linesOf('args'), input: input.join(''), environment: environment() };
  return hookFacts({ ...call, directory: repository.root });
}

describe('before a rebase', () => {
  it.each([
    ['rebase', 'next'],
    ['rebase', '-i', 'next'],
    ['pull', '-q', '--rebase', '.', 'next'],
  ])('with %s %s %s the branch and the commits are told that it makes anew', async (...args) => {
    repository.git('checkout', '-q', '-b', 'next', 'HEAD~1');
    repository.commit({ 'c.ts': '1' });
    repository.git('checkout', '-q', 'main');
    stopAt('pre-rebase');
    expect((await factsAt('pre-rebase', ...args))?.rewritings).toEqual([
      {
        kind: 'rebase',
        branch: 'main',
        from: id('main'),
        to: id('next'),
        lost: [id('main')],
        isAmend: false,
        isHere: true,
        isRename: false,
        isAbort: false,
        done: 'nothing',
      },
    ]);
  });

  it('that begins with another branch that one is told, and of one without an upstream all of its commits', async () => {
    repository.git('checkout', '-q', '-b', 'next', 'HEAD~1');
    repository.commit({ 'c.ts': '1' });
    stopAt('pre-rebase');
    const other = await factsAt('pre-rebase', 'rebase', 'next', 'main');
    expect(other?.rewritings).toMatchObject([{ branch: 'main', from: id('main'), lost: [id('main')] }]);
    const root = await factsAt('pre-rebase', 'rebase', '--root');
    expect(root?.rewritings).toMatchObject([{ branch: 'next', to: null, lost: [id('next'), id('next~1')] }]);
  });

  it('that has put aside what is changed that is told', async () => {
    repository.git('checkout', '-q', '-b', 'next', 'HEAD~1');
    repository.commit({ 'c.ts': '1' });
    repository.write('b.ts', 'changed');
    stopAt('pre-rebase');
    const facts = await factsAt('pre-rebase', 'rebase', '--autostash', 'main');
    expect(facts?.rewritings).toMatchObject([{ branch: 'next', done: 'autostash' }]);
    repository.git('rebase', '--quit');
    repository.git('stash', 'pop', '-q');
    expect(readFileSync(join(repository.root, 'b.ts'), 'utf8')).toBe('changed');
  });

  it('that loses nothing there is nothing to tell', async () => {
    repository.git('checkout', '-q', '-b', 'next', 'HEAD~1');
    stopAt('pre-rebase');
    expect((await factsAt('pre-rebase', 'rebase', 'main'))?.rewritings ?? []).toEqual([]);
  });
});

describe('a branch that gets another name', () => {
  it('is told as such, and not as one that goes', async () => {
    stopAt('reference-transaction');
    expect((await factsAt('reference-transaction', 'branch', '-m', 'main', 'trunk'))?.rewritings).toMatchObject([
      { branch: 'main', to: null, isRename: true, isHere: true },
    ]);
  });

  it('is not what a crash has left of an earlier one', async () => {
    repository.git('branch', 'spare', 'HEAD~1');
    writeFileSync(
      join(repository.root, '.git/logs/refs/.tmp-renamed-log'),
      `${'0'.repeat(40)} ${id('main')} Ann <ann@example.invalid> 1 +0000\tcommit\n`,
    );
    stopAt('reference-transaction');
    expect((await factsAt('reference-transaction', 'branch', '-D', 'spare'))?.rewritings).toMatchObject([
      { branch: 'spare', to: null, isRename: false },
    ]);
  });
});

describe('a branch that is moved off its commits', () => {
  it.each([
    [['reset', '-q', '--hard', 'HEAD~1'], 'files'],
    [['checkout', '-q', '-B', 'main', 'HEAD~1'], 'files'],
    [['reset', '-q', 'HEAD~1'], 'index'],
    [['reset', '-q', '--soft', 'HEAD~1'], 'nothing'],
    [['update-ref', 'refs/heads/main', 'HEAD~1'], 'nothing'],
  ] as const)('by git %s is told with what git has done already: %s', async (args, done) => {
    stopAt('reference-transaction');
    const facts = await factsAt('reference-transaction', ...args);
    expect(facts?.rewritings).toMatchObject([{ branch: 'main', to: id('main~1'), done }]);
  });

  it.each([
    ['cherry-pick', '--abort'],
    ['revert', '--abort'],
    ['am', '--abort'],
  ])('by git %s %s is told as what was begun and goes back', async (verb, abort) => {
    repository.git('checkout', '-q', '-b', 'next', 'HEAD~1');
    repository.commit({ 'c.ts': '1' });
    repository.commit({ 'a.ts': 'other' });
    repository.git('format-patch', '-q', '-2', '-o', '../patches');
    if (verb !== 'revert') repository.git('checkout', '-q', 'main');
    const patches = ['../patches/0001-Change-c.ts.patch', '../patches/0002-Change-a.ts.patch'];
    if (verb === 'revert') repository.commit({ 'a.ts': 'more' });
    const from = id('HEAD');
    const what = { 'cherry-pick': ['next~1', 'next'], revert: ['--no-edit', 'HEAD~2', 'HEAD~1'], am: patches }[verb];
    expect(() => repository.git(verb, ...(what ?? []))).toThrow();
    stopAt('reference-transaction');
    const facts = await factsAt('reference-transaction', verb, abort);
    expect(facts?.rewritings).toMatchObject([{ to: from, isHere: true, isAbort: true }]);
  });

  it('loses nothing that other branches have, unless somebody stands on it here', async () => {
    repository.git('branch', 'spare');
    const call = { hook: 'reference-transaction', args: ['prepared'], environment: environment() };
    const lostOf = async (branch: string) => {
      const input = `${id('main')} ${id('main~1')} refs/heads/${branch}\n`;
      const { rewritings } = await hookFacts({ ...call, input, directory: repository.root });
      return rewritings.flatMap(({ lost }) => lost);
    };
    expect([await lostOf('spare'), await lostOf('main')]).toEqual([[], [id('main')]]);
    repository.git('checkout', '-q', '--detach');
    expect(await lostOf('main')).toEqual([]);
    repository.write('.git/rebase-merge/head-name', 'refs/heads/main\n');
    expect(await lostOf('main')).toEqual([id('main')]);
  });

  it('has its files back by reading the tree of HEAD over that of the new commit, and what somebody writes meanwhile stays', async () => {
    repository.commit({ 'new.ts': '1' });
    repository.git('read-tree', '-m', '-u', 'HEAD~1');
    repository.write('b.ts', 'somebody’s');
    repository.git('read-tree', '-m', '-u', 'HEAD~1', 'HEAD');
    expect(repository.git('status', '--porcelain').trim()).toBe('M b.ts');
    repository.git('checkout', '-q', 'b.ts');
    repository.git('reset', '-q', '--hard', 'HEAD');
    repository.git('read-tree', '-m', '-u', 'HEAD~2');
    repository.write('a.ts', 'somebody’s');
    expect(() => repository.git('read-tree', '-m', '-u', 'HEAD~2', 'HEAD')).toThrow();
    expect(readFileSync(join(repository.root, 'a.ts'), 'utf8')).toBe('somebody’s');
  });
});

describe('a push by force', () => {
  it('loses what no other branch of the remote has', async () => {
    repository.git('init', '-q', '--bare', '../far.git');
    repository.git('remote', 'add', 'origin', '../far.git');
    repository.git('checkout', '-q', '-b', 'topic');
    repository.commit({ 'c.ts': '1' });
    const shared = id('HEAD');
    repository.commit({ 'd.ts': '1' });
    const own = id('HEAD');
    repository.git('push', '-q', 'origin', 'topic', `${shared}:refs/heads/other`);
    const input = `refs/heads/main ${id('main')} refs/heads/topic ${own}\n`;
    const call = { hook: 'pre-push', args: ['origin', 'url'], input, environment: environment() };
    const { pushes } = await hookFacts({ ...call, directory: repository.root });
    expect(pushes).toEqual([{ branch: 'topic', isForced: true, lost: [own] }]);
  });
});

describe('a commit of files by name', () => {
  it('tells only those, the folder that git was called in, and whether all of the index goes together', async () => {
    repository.write('src/own.ts', '1');
    repository.write('theirs.ts', '1');
    repository.git('add', '-A');
    repository.git('rm', '-q', 'b.ts');
    writeFileSync(
      join(repository.root, '.git/hooks/pre-commit'),
      `#!/bin/sh\nenv | grep ^GIT_ > "${repository.base}/variables"\ngit diff --cached --name-only --no-renames > "${repository.base}/staged"\nexit 1\n`,
      { mode: 0o755 },
    );
    expect(() => repository.at(join(repository.root, 'src'), 'commit', '-m', 'x', '--', 'own.ts', '../b.ts')).toThrow();
    expect(linesOf('staged')).toEqual(['b.ts', 'src/own.ts']);
    const variables = Object.fromEntries(linesOf('variables').map(line => line.split('=', 2)));
    expect(variables).toMatchObject({ GIT_PREFIX: 'src/' });
    const told = (more: Record<string, string>) =>
      hookFacts({
        hook: 'pre-commit',
        args: [],
        input: '',
        environment: { ...environment(), ...more },
        directory: repository.root,
      });
    expect(await told({ GIT_PREFIX: 'src/' })).toMatchObject({ folder: 'src/', isWhole: false });
    writeFileSync(join(repository.root, '.git/CHERRY_PICK_HEAD'), id('HEAD'));
    expect(await told({})).toMatchObject({ folder: '', isWhole: true });
  });
});
