import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { HookedRepository } from '../support/hooked.ts';
import type { LiveSession } from '../support/workspace.ts';

let repository: HookedRepository;

beforeEach(async () => {
  repository = new HookedRepository();
  expect((await repository.guard('install', '--yes')).code).toBe(0);
});

afterEach(() => repository.dispose());

/** Starts what it is given and stands between: the client of a session, which no command of a test runs below. */
const clientOfItsOwn = [
  process.execPath,
  '-e',
  "require('node:child_process').spawn(process.argv[1], process.argv.slice(2), { stdio: 'inherit' }).on('exit', process.exit)",
];

/** What Signalbox has told a session. */
async function notices(session: LiveSession): Promise<string> {
  const { messages } = await session.call('message_read');
  return messages
    .filter((message: { from: string }) => message.from === 'signalbox')
    .map((message: { body: string }) => message.body)
    .join('\n');
}

/** Events of a kind, as an export tells them. */
async function events(type: string): Promise<Record<string, unknown>[]> {
  const { stdout } = await repository.place.command(['export']);
  const lines = stdout
    .split('\n')
    .filter(line => line.includes(`"${type}"`))
    .map(line => JSON.parse(line));
  return lines.map(line => line.event?.data ?? line.data);
}

describe('a commit', () => {
  it('of a file that a session has locked is refused, with who, what for, and what to do', async () => {
    const session = await repository.holder(['README.md']);
    const before = repository.head();
    const { code, stderr } = await repository.commit('README.md', 'changed\n');
    expect([code, repository.head()]).toEqual([1, before]);
    const handle = await session.handle();
    expect(stderr).toContain('signalbox: not committed.');
    expect(stderr).toContain(`README.md is locked by ${handle}, for "the new login"`);
    expect(stderr).toContain('git restore --staged -- :/README.md');
    expect(stderr).toContain('SIGNALBOX_BYPASS=');
    await repository.git(['restore', '--staged', '--', ':/README.md']);
    expect((await repository.commit('src/other.ts', 'x\n')).code).toBe(0);
  });

  it('of nothing that anybody has goes on without a word', async () => {
    await repository.holder(['README.md']);
    const { code, stdout, stderr } = await repository.commit('src/auth.ts', 'x\n');
    expect([code, stdout, stderr]).toEqual([0, '', '']);
  });

  it('of a file within a locked folder, and of one that is deleted, is refused as well', async () => {
    await repository.holder(['src']);
    expect((await repository.commit('src/new file.ts', 'x\n')).stderr).toContain("':/src/new file.ts'");
    await repository.git(['reset', '-q']);
    await repository.git(['rm', '-q', 'src/auth.ts']);
    expect((await repository.git(['commit', '-q', '-m', 'x'])).stderr).toContain('src/auth.ts is locked (file:src) by');
  });

  it('before the first one says how to leave a file out', async () => {
    const session = await repository.holder(['README.md']);
    await repository.git(['checkout', '-q', '--orphan', 'fresh']);
    const { code, stderr } = await repository.git(['commit', '-q', '-m', 'x']);
    expect([code, stderr.includes('git rm --cached -- :/README.md')]).toEqual([1, true]);
    await session.close();
  });

  it('by the session that holds the lock goes on', async () => {
    const session = await repository.holder(['README.md']);
    repository.put('README.md', 'mine\n');
    const { code, stderr } = await repository.gitOf(await session.handle(), ['commit', '-q', '-a', '-m', 'Mine']);
    expect([code, stderr]).toEqual([0, '']);
  });

  it('that is tried again at once is refused with a shorter text', async () => {
    const holder = await repository.holder(['README.md']);
    const session = await repository.place.session();
    const handle = await session.handle();
    repository.put('README.md', 'changed\n');
    const first = await repository.gitOf(handle, ['commit', '-a', '-m', 'x']);
    const second = await repository.gitOf(handle, ['commit', '-a', '-m', 'x']);
    expect(first.stderr).not.toContain('SIGNALBOX_BYPASS');
    expect(second.stderr).toBe(`signalbox: not committed: README.md is still ${await holder.handle()}'s.\n`);
  });

  it('that would take along what another session has not committed is refused, until that session is gone', async () => {
    const other = await repository.place.session();
    const session = await repository.place.session();
    const [theirs, mine] = [await other.handle(), await session.handle()];
    repository.put('src/auth.ts', 'theirs\n');
    await repository.place.command(['edit', 'record', 'src/auth.ts'], { environment: { SIGNALBOX_SESSION: theirs } });
    const refused = await repository.gitOf(mine, ['commit', '-a', '-m', 'x']);
    expect([
      refused.code,
      refused.stderr.includes(`${theirs} changed src/auth.ts here and has not committed it`),
    ]).toEqual([1, true]);
    await other.close();
    const { code, stderr } = await repository.gitOf(mine, ['commit', '-q', '-a', '-m', 'x']);
    expect([code, stderr]).toEqual([
      0,
      `signalbox: This commit takes along changes of ${theirs}, whose session has ended: src/auth.ts.\n`,
    ]);
  });

  it('is known as its session afterwards, so what was in it is nobody’s unfinished work', async () => {
    const session = await repository.place.session();
    const handle = await session.handle();
    repository.put('src/auth.ts', 'one\n');
    await repository.place.command(['edit', 'record', 'src/auth.ts'], { environment: { SIGNALBOX_SESSION: handle } });
    expect((await repository.gitOf(handle, ['commit', '-q', '-a', '-m', 'One'])).code).toBe(0);
    const { stdout } = await repository.place.command(['who', 'src/auth.ts:1', '--json']);
    expect(JSON.parse(stdout)).toMatchObject({
      answer: 'known',
      edits: [{ session: handle, commit: repository.head() }],
    });
    const other = await repository.place.session();
    repository.put('src/auth.ts', 'two\n');
    expect((await repository.gitOf(await other.handle(), ['commit', '-q', '-a', '-m', 'Two'])).stderr).toBe('');
  });

  it('that finishes a merge is not held up by what the merge brings along', async () => {
    await repository.git(['checkout', '-q', '-b', 'side']);
    await repository.commit('README.md', 'side\n');
    await repository.commit('src/auth.ts', 'side\n');
    await repository.git(['checkout', '-q', 'main']);
    await repository.commit('src/auth.ts', 'main\n');
    await repository.git(['merge', '-q', 'side']);
    const session = await repository.holder(['README.md']);
    repository.put('src/auth.ts', 'both\n');
    const { code, stderr } = await repository.git(['commit', '-q', '-a', '-m', 'Merge']);
    expect([code, stderr]).toEqual([0, '']);
    await session.close();
  });

  it('gets a trailer that names its session where policy wants one, once, and a person’s gets none', async () => {
    repository.put('signalbox.json', '{ "guard": { "commitTrailer": true } }');
    expect((await repository.guard('install', '--yes')).code).toBe(0);
    const session = await repository.place.session();
    const handle = await session.handle();
    repository.put('src/auth.ts', 'one\n');
    await repository.gitOf(handle, ['commit', '-q', '-a', '-m', 'One\n\nWith a body']);
    await repository.gitOf(handle, ['commit', '-q', '--amend', '--no-edit']);
    const message = repository.place.git('log', '-1', '--format=%B').trim();
    expect(message).toBe(`One\n\nWith a body\n\nSignalbox-Session: ${handle}`);
    await repository.commit('src/auth.ts', 'two\n');
    expect(repository.place.git('log', '-1', '--format=%B').trim()).toBe('Change src/auth.ts');
    await repository.gitOf(handle, ['commit', '-q', '--allow-empty', '-m', 'fixup! One']);
    expect(repository.place.git('log', '-1', '--format=%B').trim()).toBe('fixup! One');
  });
});

describe('going on in spite of a refusal', () => {
  it('is a person’s right, with a reason that is noted and told to the holder', async () => {
    const session = await repository.holder(['README.md'], clientOfItsOwn);
    const environment = { SIGNALBOX_BYPASS: 'the site is down' };
    const { code, stderr } = await repository.commit('README.md', 'changed\n', environment);
    expect(code).toBe(0);
    expect(stderr).toContain('SIGNALBOX_BYPASS, which is noted and told');
    expect(await events('guard.bypassed')).toMatchObject([
      { hook: 'pre-commit', reason: 'the site is down', files: 'README.md', session: 'operator' },
    ]);
    expect(await notices(session)).toBe(
      'operator committed README.md, although you have locked it or work on it. The reason given: "the site is down". Look at it before you go on.',
    );
  });

  it('is refused in the shell of a session, whatever that says of itself', async () => {
    await repository.holder(['README.md']);
    const session = await repository.place.session();
    repository.put('README.md', 'changed\n');
    const environment = { SIGNALBOX_BYPASS: 'because' };
    const refused = await repository.gitOf(await session.handle(), ['commit', '-a', '-m', 'x'], environment);
    expect([refused.code, refused.stderr.includes('is for a person in a shell of their own')]).toEqual([1, true]);
    const disguised = await repository.gitOf('operator', ['commit', '-a', '-m', 'x'], environment);
    expect(disguised.code).toBe(1);
    expect(await events('guard.bypassed')).toEqual([]);
  });

  it('is refused to a command that a client has started, though nothing in its environment says so', async () => {
    // Here the client of the session is this very process.
    await repository.holder(['README.md']);
    const { code, stderr } = await repository.commit('README.md', 'x\n', { SIGNALBOX_BYPASS: 'because' });
    expect([code, stderr.includes('is for a person in a shell of their own')]).toEqual([1, true]);
  });

  it('without a word, with --no-verify, is noted and told to the holder once the commit is there', async () => {
    const holder = await repository.holder(['README.md']);
    const session = await repository.place.session();
    const handle = await session.handle();
    repository.put('README.md', 'changed\n');
    expect((await repository.gitOf(handle, ['commit', '-q', '--no-verify', '-a', '-m', 'x'])).code).toBe(0);
    const [event] = await events('guard.bypassed');
    expect(event).toMatchObject({
      hook: 'reference-transaction',
      reason: null,
      commit: repository.head(),
      files: 'README.md',
    });
    expect(await notices(holder)).toContain(`${handle} committed README.md in ${repository.head().slice(0, 10)}`);
  });
});

describe('a push', () => {
  it('of commits with a file that a session has locked by name is refused, and told with what', async () => {
    await repository.commit('README.md', 'changed\n');
    const session = await repository.holder(['README.md']);
    const { code, stderr } = await repository.git(['push', '-q', 'origin', 'main']);
    expect([code, stderr.includes(`README.md is locked by ${await session.handle()}`)]).toEqual([1, true]);
    await session.call('lock_release', { all: true });
    expect(await repository.git(['push', '-q', 'origin', 'main'])).toMatchObject({ code: 0, stderr: '' });
  });

  it('of a new branch looks only at commits that no remote has', async () => {
    await repository.commit('README.md', 'changed\n');
    await repository.git(['push', '-q', 'origin', 'main']);
    await repository.holder(['README.md']);
    await repository.git(['checkout', '-q', '-b', 'next']);
    await repository.commit('src/auth.ts', 'x\n');
    expect(await repository.git(['push', '-q', 'origin', 'next'])).toMatchObject({ code: 0, stderr: '' });
  });

  it('that throws away commits of a branch which others work on is refused, also where they are not known here', async () => {
    const root = repository.place.worktree('next');
    await repository.git(['commit', '-q', '--allow-empty', '-m', 'Theirs'], {}, root);
    await repository.git(['push', '-q', 'origin', 'next'], {}, root);
    const session = await repository.place.session({ directory: root });
    const handle = await session.handle();
    const forced = await repository.git(['push', '-q', '--force', 'origin', 'main:next']);
    expect([forced.code, forced.stderr.includes(`${handle} works on next`)]).toEqual([1, true]);
    const gone = await repository.git(['push', '-q', 'origin', '--delete', 'next']);
    expect([gone.code, gone.stderr.includes(handle)]).toEqual([1, true]);
    await session.close();
    expect((await repository.git(['push', '-q', '--force', 'origin', 'main:next'])).code).toBe(0);
  });
});

describe('history', () => {
  it('is not rewritten under another session that works in the checkout, and is for the only one there', async () => {
    const session = await repository.place.session();
    const handle = await session.handle();
    await repository.gitOf(handle, ['commit', '-q', '--allow-empty', '-m', 'One']);
    const before = repository.head();
    const refused = await repository.git(['reset', '-q', '--hard', 'HEAD~1']);
    expect([refused.code, repository.head()]).toEqual([128, before]);
    expect(refused.stderr).toContain(handle);
    expect((await repository.gitOf(handle, ['commit', '-q', '--amend', '--allow-empty', '-m', 'Two'])).code).toBe(0);
    expect((await repository.gitOf(handle, ['reset', '-q', '--hard', 'HEAD~1'])).code).toBe(0);
  });

  it('of a branch that somebody has checked out elsewhere is neither moved nor deleted', async () => {
    const root = repository.place.worktree('next');
    await repository.git(['commit', '-q', '--allow-empty', '-m', 'Theirs'], {}, root);
    const session = await repository.place.session({ directory: root });
    const handle = await session.handle();
    const moved = await repository.git(['update-ref', 'refs/heads/next', 'main']);
    expect([moved.code, moved.stderr.includes(`${handle} works on next`)]).toEqual([128, true]);
    expect((await repository.git(['update-ref', '-d', 'refs/heads/next'])).code).not.toBe(0);
    expect(repository.place.git('log', '-1', '--format=%s', 'next').trim()).toBe('Theirs');
    await repository.git(['branch', 'spare']);
    expect(await repository.git(['branch', '-q', '-D', 'spare'])).toMatchObject({ code: 0 });
  });

  it('takes along what others committed only with their consent: an amend of another’s commit is refused', async () => {
    const session = await repository.place.session();
    const other = await repository.place.session();
    repository.put('src/auth.ts', 'one\n');
    await repository.gitOf(await session.handle(), ['commit', '-q', '-a', '-m', 'One']);
    const refused = await repository.gitOf(await other.handle(), ['commit', '-q', '--amend', '-m', 'Mine now']);
    expect(refused.code).not.toBe(0);
    expect(refused.stderr).toContain(`The commit that it replaces is ${await session.handle()}'s`);
  });

  it('is not rewritten by git’s own upkeep, which is never held up', async () => {
    await repository.place.session();
    for (const name of ['one', 'two']) await repository.git(['branch', name]);
    await repository.commit('src/auth.ts', 'x\n');
    for (const args of [
      ['pack-refs', '--all', '--prune'],
      ['branch', 'three'],
      ['gc', '-q', '--prune=now'],
      ['branch', '-q', '-D', 'two'],
    ]) {
      expect(await repository.git(args)).toMatchObject({ code: 0, stderr: '' });
    }
  });

  it('keeps a stash that another session made', async () => {
    const session = await repository.place.session();
    const other = await repository.place.session();
    repository.put('src/auth.ts', 'stashed\n');
    await repository.gitOf(await session.handle(), ['stash', '-q']);
    const refused = await repository.gitOf(await other.handle(), ['stash', 'drop', '-q']);
    expect([refused.code === 0, refused.stderr.includes(`stash is ${await session.handle()}'s`)]).toEqual([
      false,
      true,
    ]);
    expect((await repository.gitOf(await session.handle(), ['stash', 'drop', '-q'])).code).toBe(0);
  });
});

describe('another branch', () => {
  it('that is checked out is told to those who work in the checkout, and to whoever did it', async () => {
    const session = await repository.place.session();
    const handle = await session.handle();
    const { code, stderr } = await repository.git(['checkout', '-q', '-b', 'next']);
    expect(code).toBe(0);
    expect(stderr).toBe(
      `signalbox: HEAD moved from main to next under ${handle}, who works in this checkout too and was told.\n`,
    );
    expect(await notices(session)).toContain('operator has checked out next in your checkout, where main was');
    const silent = await repository.gitOf(handle, ['checkout', '-q', 'main']);
    expect(silent.stderr).toBe('');
    expect((await repository.git(['checkout', '-q', '--', 'README.md'])).stderr).toBe('');
  });
});
