import { chmodSync, existsSync, lstatSync, readFileSync, readlinkSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { defaultGuard } from '../../src/core/policy.ts';
import { healGitHooks } from '../../src/git-hooks.ts';
import { husky9Hook, husky9Runner, lefthookHook, preCommitHook } from '../support/hook-fixtures.ts';
import { HookedRepository, noting } from '../support/hooked.ts';

let repository: HookedRepository;

beforeEach(() => {
  repository = new HookedRepository();
});

afterEach(() => repository.dispose());

const install = () => repository.guard('install', '--yes');

/** Hook by hook, what `guard status` says of it. */
async function states(): Promise<Record<string, string>> {
  const { stdout } = await repository.guard('status', '--json');
  return Object.fromEntries(
    JSON.parse(stdout).hooks.map((each: { hook: string; state: string }) => [each.hook, each.state]),
  );
}

const allLive = {
  'pre-commit': 'live',
  'reference-transaction': 'live',
  'post-checkout': 'live',
  'pre-push': 'live',
  'pre-rebase': 'live',
};

function husky(): void {
  repository.put('.husky/_/pre-commit', husky9Hook, 0o755);
  repository.put('.husky/_/pre-push', husky9Hook, 0o755);
  repository.put('.husky/_/h', husky9Runner);
  repository.put('.husky/_/.gitignore', '*');
  repository.place.git('config', 'core.hooksPath', '.husky/_');
}

describe('guard status', () => {
  it('says of submodules that git does not ask there, and asks neither before nor after an install in them', async () => {
    const { place } = repository;
    const library = join(place.folder, 'library');
    place.git('init', '-q', '-b', 'main', library);
    place.git('-C', library, 'commit', '-q', '--allow-empty', '-m', 'Begin');
    place.git('-c', 'protocol.file.allow=always', 'submodule', 'add', '-q', library, 'lib');
    place.git('commit', '-q', '-m', 'Library');
    const { stdout } = await install();
    expect(stdout).toContain('Not asked by git in submodules (lib): they have hooks of their own.');
    const status = await repository.guard('status', '--json');
    expect([status.code, JSON.parse(status.stdout).submodules]).toEqual([0, ['lib']]);
    await repository.holder(['lib']);
    const directory = join(repository.root, 'lib');
    for (const when of ['before', 'after']) {
      repository.put('lib/file.ts', when);
      await repository.git(['add', 'file.ts'], {}, directory);
      expect(await repository.git(['commit', '-q', '-m', 'x'], {}, directory)).toMatchObject({ code: 0, stderr: '' });
      await place.command(['guard', 'install', '--yes'], { directory });
    }
  });

  it('proves each hook by asking the one that git runs, and runs no hook of others for that', async () => {
    repository.put('.git/hooks/pre-commit', noting('pre-commit'), 0o755);
    expect(await states()).toMatchObject({ 'pre-commit': 'missing' });
    expect((await repository.guard('status')).stdout).toContain('Git does not ask Signalbox in this repository.');
    await install();
    expect(await states()).toEqual(allLive);
    expect(repository.notes()).toEqual([]);
    const asked = await repository.git(['hook', 'run', 'pre-commit'], { SIGNALBOX_SELF_TEST: 'abc' });
    expect([asked.code, asked.stderr, repository.notes()]).toEqual([1, 'signalbox self-test abc\n', []]);
    const stopped = await repository.commit('src/auth.ts', 'x\n', { SIGNALBOX_SELF_TEST: 'abc' });
    expect([stopped.code, stopped.stderr]).toEqual([1, 'signalbox self-test abc\n']);
  });

  it('does not take lines for proof that git does not run, or that something stands before', async () => {
    await install();
    const path = join(repository.root, '.git/hooks/pre-commit');
    repository.put('.git/hooks/pre-commit', `#!/bin/sh\necho ran >> "$NOTES"\n${readFileSync(path, 'utf8')}`, 0o755);
    chmodSync(join(repository.root, '.git/hooks/pre-push'), 0o644);
    expect(await states()).toEqual({ ...allLive, 'pre-commit': 'unproven', 'pre-push': 'unproven' });
    expect(repository.notes()).toEqual([]);
    repository.place.git('config', 'core.hooksPath', '/dev/null');
    const status = await repository.guard('status');
    expect([status.code, status.stdout.includes('git takes its hooks from another folder now')]).toEqual([1, true]);
  });

  it('says when a manager has written over a hook, and install mends it', async () => {
    husky();
    await install();
    expect(await states()).toEqual(allLive);
    husky();
    const status = await repository.guard('status');
    expect(status.code).toBe(1);
    expect(status.stdout).toContain('husky has written over a hook; run `signalbox guard install` again.');
    expect(await states()).toEqual({ ...allLive, 'pre-commit': 'missing', 'pre-push': 'missing' });
    expect((await install()).code).toBe(0);
    expect(await states()).toEqual(allLive);
  });
});

describe('hooks that were written over', () => {
  it('are mended without a word where a person had installed them, and nowhere else', async () => {
    husky();
    const heal = () => healGitHooks(repository.root, defaultGuard, repository.place.environment);
    const before = repository.state();
    expect([await heal(), repository.state()]).toEqual([false, before]);
    await install();
    expect(await heal()).toBe(false);
    husky();
    expect(await heal()).toBe(true);
    expect(await states()).toEqual(allLive);
    await repository.guard('remove', '--yes');
    expect([await heal(), repository.state()]).toEqual([false, before]);
  });

  it('by lefthook or pre-commit, which move aside what they find, are mended, and nothing of ours stays there', async () => {
    await install();
    const hooks = join(repository.root, '.git/hooks');
    renameSync(join(hooks, 'pre-commit'), join(hooks, 'pre-commit.old'));
    repository.put('.git/hooks/pre-commit', lefthookHook('pre-commit'), 0o755);
    renameSync(join(hooks, 'pre-push'), join(hooks, 'pre-push.legacy'));
    repository.put('.git/hooks/pre-push', preCommitHook('pre-push', '/nowhere'), 0o755);
    expect(await states()).toMatchObject({ 'pre-commit': 'missing', 'pre-push': 'missing' });
    await install();
    expect(await states()).toEqual(allLive);
    expect([existsSync(join(hooks, 'pre-commit.old')), existsSync(join(hooks, 'pre-push.legacy'))]).toEqual([
      false,
      false,
    ]);
    await repository.guard('remove', '--yes');
    expect(repository.read('.git/hooks/pre-commit')).toBe(lefthookHook('pre-commit'));
    expect(repository.read('.git/hooks/pre-push')).toBe(preCommitHook('pre-push', '/nowhere'));
  });

  it('of a repository that was moved are found again where they are now', async () => {
    repository.put('tools/pre-commit', noting('pre-commit'), 0o755);
    repository.place.git('add', 'tools');
    repository.place.git('commit', '-q', '-m', 'Hooks');
    repository.place.git('config', 'core.hooksPath', 'tools');
    const before = repository.state();
    await install();
    const moved = join(repository.place.folder, 'moved');
    renameSync(repository.root, moved);
    expect(await healGitHooks(moved, defaultGuard, repository.place.environment)).toBe(true);
    await repository.git(['commit', '-q', '--allow-empty', '-m', 'x'], {}, moved);
    expect(repository.notes()).toEqual(['pre-commit as pre-commit: 0 []']);
    await repository.place.command(['guard', 'remove', '--yes'], { directory: moved });
    expect(repository.state(moved)).toEqual(before);
  });
});

describe('removing', () => {
  it('takes out only ours where somebody has changed a hook or the configuration since', async () => {
    repository.put('.git/hooks/pre-commit', noting('pre-commit'), 0o755);
    repository.place.git('config', 'core.hooksPath', '.git/hooks');
    await install();
    repository.put('.git/hooks/pre-commit', `${repository.read('.git/hooks/pre-commit')}# theirs\n`, 0o755);
    repository.place.git('config', 'user.name', 'Bo');
    await repository.guard('remove', '--yes');
    expect(repository.read('.git/hooks/pre-commit')).toBe(`${noting('pre-commit')}# theirs\n`);
    expect(repository.place.git('config', 'user.name').trim()).toBe('Bo');
  });

  it('takes out only our setting of where hooks are, and leaves one that is not ours any more', async () => {
    repository.put('tools/pre-commit', noting('pre-commit'), 0o755);
    repository.place.git('config', 'core.hooksPath', 'tools');
    await install();
    repository.place.git('config', 'user.name', 'Bo');
    await repository.guard('remove', '--yes');
    expect(repository.place.git('config', 'core.hooksPath').trim()).toBe('tools');
    expect(repository.place.git('config', 'user.name').trim()).toBe('Bo');
    await install();
    repository.place.git('config', 'core.hooksPath', 'elsewhere');
    await repository.guard('remove', '--yes');
    expect(repository.place.git('config', 'core.hooksPath').trim()).toBe('elsewhere');
    expect(existsSync(join(repository.root, '.git/signalbox'))).toBe(false);
  });

  it('works without the journal: what is ours is known by its looks', async () => {
    repository.put('.git/hooks/pre-commit', noting('pre-commit'), 0o755);
    repository.put('scripts/push', noting('pre-push'), 0o755);
    symlinkSync('../../scripts/push', join(repository.root, '.git/hooks/pre-push'));
    const before = repository.state();
    await install();
    rmSync(join(repository.root, '.git/signalbox'), { recursive: true });
    expect((await repository.guard('remove', '--yes')).code).toBe(0);
    expect(readlinkSync(join(repository.root, '.git/hooks/pre-push'))).toBe('../../scripts/push');
    expect(repository.state().filter(line => !line.startsWith('.git/signalbox-kept '))).toEqual(before);
  });

  it('says so when there is nothing to take out', async () => {
    const { code, stdout } = await repository.guard('remove');
    expect([code, stdout]).toEqual([0, 'Nothing of Signalbox is in the hooks of this repository.\n']);
  });
});

describe('installing', () => {
  it('shows every change and makes none with --dry-run, and asks nobody who cannot answer', async () => {
    repository.put('.git/hooks/pre-commit', noting('pre-commit'), 0o755);
    const before = repository.state();
    const shown = await repository.guard('install', '--dry-run');
    expect([shown.code, shown.stdout.includes('+# >>> signalbox guard pre-commit >>>')]).toEqual([0, true]);
    const planned = JSON.parse((await repository.guard('install', '--dry-run', '--json')).stdout);
    expect(planned).toMatchObject({
      action: 'install',
      state: 'planned',
      files: [{ change: 'change' }, { change: 'create' }, {}, {}, {}],
    });
    const refused = await repository.guard('install');
    expect([refused.code, refused.stderr.includes('--yes'), repository.state()]).toEqual([2, true, before]);
  });

  it('undoes everything when one hook cannot be written', async () => {
    repository.put('.git/hooks/pre-commit', noting('pre-commit'), 0o755);
    repository.put('.git/hooks/pre-push', noting('pre-push'), 0o555);
    const before = repository.state();
    const { code, stderr } = await install();
    expect([code, stderr.includes('pre-push is write-protected'), repository.state()]).toEqual([9, true, before]);
  });

  it('keeps a link a link for everybody else: the file that it leads to is never written', async () => {
    const script = repository.put('scripts/hook', noting('pre-commit'), 0o755);
    symlinkSync('../../scripts/hook', join(repository.root, '.git/hooks/pre-commit'));
    const before = lstatSync(script).mtimeMs;
    await install();
    expect([lstatSync(script).mtimeMs, readFileSync(script, 'utf8')]).toEqual([before, noting('pre-commit')]);
  });
});

describe('hooks whose Signalbox is gone', () => {
  const without = (hook: string) => {
    const text = repository.read(`.git/hooks/${hook}`);
    repository.put(
      `.git/hooks/${hook}`,
      text.replace(/signalbox_entry='[^']*'/, "signalbox_entry='/gone/git-hook.cjs'"),
      0o755,
    );
  };

  it('go on without a word', async () => {
    repository.put('.git/hooks/pre-commit', noting('pre-commit'), 0o755);
    await install();
    for (const hook of Object.keys(allLive)) without(hook);
    await repository.holder(['README.md']);
    expect(await repository.commit('README.md', 'x\n')).toMatchObject({ code: 0, stdout: '', stderr: '' });
    expect(repository.notes()).toEqual(['pre-commit as pre-commit: 0 []']);
    expect(await states()).toMatchObject({ 'pre-commit': 'broken' });
  });

  it('stop git where policy says so, and say how to go on', async () => {
    repository.put('signalbox.json', '{ "guard": { "onFailure": "block" } }');
    await install();
    without('pre-commit');
    const { code, stderr } = await repository.commit('README.md', 'x\n');
    expect([code, stderr.includes('take the lines between the marks out of this hook')]).toEqual([1, true]);
  });
});
