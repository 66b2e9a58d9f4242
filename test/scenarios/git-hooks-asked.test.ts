import { copyFileSync, existsSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { chooseDriver } from '../../src/engines/sqlite/driver.ts';
import { HookedRepository } from '../support/hooked.ts';
import { binary } from '../support/workspace.ts';

let repository: HookedRepository;

beforeEach(async () => {
  repository = new HookedRepository();
  expect((await repository.guard('install', '--yes')).code).toBe(0);
});

afterEach(() => repository.dispose());

describe('policy', () => {
  it('may have a refusal be a warning, or nothing', async () => {
    await repository.holder(['README.md']);
    repository.put('signalbox.json', '{ "guard": { "git": "warn" } }');
    const warned = await repository.commit('README.md', 'one\n');
    expect([warned.code, warned.stderr.includes('README.md is locked by')]).toEqual([0, true]);
    repository.put('signalbox.json', '{ "guard": { "git": "off" } }');
    expect(await repository.commit('README.md', 'two\n')).toMatchObject({ code: 0, stderr: '' });
  });

  it('says what becomes of a commit when the store fails: it goes on with a line, or is stopped', async () => {
    const broken = { SIGNALBOX_STORE: `sqlite:${join(repository.place.folder, 'no/such/thing')}` };
    writeFileSync(join(repository.place.folder, 'no'), 'a file where a folder should be');
    const goesOn = await repository.commit('README.md', 'one\n', broken);
    expect([goesOn.code, goesOn.stderr.startsWith('signalbox: goes on, unchecked: ')]).toEqual([0, true]);
    repository.put('signalbox.json', '{ "guard": { "onFailure": "block" } }');
    const stopped = await repository.commit('README.md', 'two\n', broken);
    expect([stopped.code, stopped.stderr.includes('stopped, because it could not be checked')]).toEqual([1, true]);
  });
});

describe('a hook', () => {
  /** The entry of the hooks alone, which cannot open a store by itself. */
  const entryAlone = () => {
    const alone = join(repository.place.folder, 'git-hook.cjs');
    copyFileSync(join(dirname(binary), 'git-hook.cjs'), alone);
    const text = repository.read('.git/hooks/pre-commit');
    const changed = text.replace(/signalbox_entry='[^']*'/, `signalbox_entry='${alone}'`);
    repository.put('.git/hooks/pre-commit', changed, 0o755);
  };

  it('is answered by any server that works in the checkout, for whoever asks, by the policy of this moment', async () => {
    entryAlone();
    const session = await repository.holder(['README.md']);
    const refused = await repository.commit('README.md', 'x\n');
    expect([refused.code, refused.stderr.includes('README.md is locked by')]).toEqual([1, true]);
    expect((await repository.gitOf(await session.handle(), ['commit', '-q', '-m', 'x'])).code).toBe(0);
    repository.put('signalbox.json', '{ "guard": { "git": "off" } }');
    expect(await repository.commit('README.md', 'y\n')).toMatchObject({ code: 0, stderr: '' });
  });

  it('is not answered by a server of another checkout or with another store', async () => {
    entryAlone();
    const root = repository.place.worktree('next');
    await repository.place.session({ directory: root });
    const elsewhere = { SIGNALBOX_STORE: `sqlite:${join(repository.place.folder, 'other.db')}` };
    await repository.place.session({ environment: elsewhere });
    expect((await repository.commit('README.md', 'x\n')).stderr).toContain('goes on, unchecked: ');
  });

  it('is held up by no server that hangs', async () => {
    const session = await repository.holder(['README.md']);
    process.kill(session.pid, 'SIGSTOP');
    const refused = await repository.commit('README.md', 'x\n');
    process.kill(session.pid, 'SIGCONT');
    expect([refused.code, refused.stderr.includes('README.md is locked by')]).toEqual([1, true]);
  });
});

describe('a store that another process keeps from being written', () => {
  it('lets nothing through that is locked, and a commit end in time', async () => {
    const session = await repository.place.session();
    await repository.holder(['README.md']);
    const handle = await session.handle();
    const database = chooseDriver().open(join(repository.place.home, 'signalbox.db'));
    database.exec('BEGIN IMMEDIATE');
    repository.put('README.md', 'x\n');
    const refused = await repository.gitOf(handle, ['commit', '-a', '-m', 'x']);
    expect([refused.code, refused.stderr.includes('README.md is locked by')]).toEqual([1, true]);
    await repository.git(['checkout', '-q', '--', 'README.md']);
    repository.put('src/auth.ts', 'x\n');
    const late = await repository.gitOf(handle, ['commit', '-q', '-a', '-m', 'x']);
    expect([late.code, late.stderr]).toEqual([
      0,
      'signalbox: what was committed is not recorded: It took longer than 5 s.\n',
    ]);
    database.exec('ROLLBACK');
    database.close();
  });
});

describe('a fetch', () => {
  it('of many references of a remote starts nothing but the hook itself', async () => {
    for (let at = 0; at < 20; at++) repository.place.git('push', '-q', 'origin', `main:refs/heads/b${at}`);
    const traces = join(repository.place.folder, 'started');
    // A program of that name stands before git’s own in nobody’s PATH but the hook’s: the lines call git and node, and nothing else.
    const text = repository
      .read('.git/hooks/reference-transaction')
      .replace(/signalbox_node='[^']*'/, `signalbox_node='${traces}'`);
    repository.put(
      '.git/hooks/reference-transaction',
      text.replace(/^#!\/bin\/sh\n/, `#!/bin/sh\ngit() { echo git >> '${traces}.git'; command git "$@"; }\n`),
      0o755,
    );
    expect((await repository.git(['fetch', '-q', 'origin'])).code).toBe(0);
    expect(repository.place.git('branch', '-r').trim().split('\n')).toHaveLength(21);
    expect(existsSync(`${traces}.git`)).toBe(false);
  });
});
