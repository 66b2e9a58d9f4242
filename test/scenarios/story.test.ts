import { execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { exists, type LiveSession, until, Workspace } from '../support/workspace.ts';

let place: Workspace;

beforeEach(() => {
  place = new Workspace();
});

afterEach(() => place.dispose());

// How sessions speak to their client and how a path is spelled is the same on every engine: on a server once is enough.
const isOnServer = process.env.SIGNALBOX_TEST_STORE_SERVER !== undefined;
const eras = [
  ['legacy', 'modern'],
  ['legacy', 'legacy'],
  ['modern', 'modern'],
] as const;
const spellings = [
  'src/**',
  './src/auth.ts',
  'src//auth.ts',
  'src/../src/auth.ts',
  'link/auth.ts',
  'src',
  '**/auth.{ts,js}',
];

describe.each(isOnServer ? eras.slice(0, 1) : eras)(
  'two sessions, one on a %s and one on a %s connection',
  (firstEra, secondEra) => {
    let otter: LiveSession;
    let heron: LiveSession;

    beforeEach(async () => {
      [otter, heron] = await Promise.all([
        place.session({ era: firstEra, args: ['--handle', 'otter'] }),
        place.session({ era: secondEra, args: ['--handle', 'heron'] }),
      ]);
    });

    it('see each other with task, branch and checkout, without having registered', async () => {
      await otter.call('session_update', { task: 'Move login', status: 'working' });
      const { you, sessions } = await heron.call('session_list');
      expect(you).toBe('heron');
      const seen = sessions.find((session: { handle: string }) => session.handle === 'otter');
      expect(seen).toMatchObject({ state: 'active', task: 'Move login', branch: 'main', client: 'scenario', locks: 0 });
      expect(seen.checkout).toBe(place.repository);
    });

    it('never both hold a file; the refused one learns everything it needs', async () => {
      const first = await otter.call('lock_acquire', { paths: ['src/auth.ts'], reason: 'move login' });
      expect(first).toMatchObject({ granted: true, locks: [{ resource: 'file:src/auth.ts', mode: 'exclusive' }] });
      const second = await heron.call('lock_acquire', { paths: ['src/auth.ts'] });
      expect(second).toMatchObject({
        granted: false,
        locks: [],
        blockedBy: [{ holder: 'otter', reason: 'move login' }],
      });
      expect(second.next).toMatch(/otter has file:src\/auth\.ts for "move login".*waitSeconds/);
    });

    it('pass a lock on to the one that waits, the moment it is released', async () => {
      const first = await otter.call('lock_acquire', { paths: ['src/auth.ts'] });
      const waiting = heron.call('lock_acquire', { paths: ['src/auth.ts'], waitSeconds: 30 });
      await until('heron stands in line', async () => (await otter.call('lock_list')).waiting.length === 1);
      await otter.call('lock_release', { all: true });
      const second = await waiting;
      expect(second.granted).toBe(true);
      expect(second.locks[0].fence).toBeGreaterThan(first.locks[0].fence);
    });

    it('pass a lock on when its holder is killed', async () => {
      await otter.call('lock_acquire', { paths: ['src/auth.ts'] });
      const waiting = heron.call('lock_acquire', { paths: ['src/auth.ts'], waitSeconds: 30 });
      await until('heron stands in line', async () => (await otter.call('lock_list')).waiting.length === 1);
      otter.crash();
      expect((await waiting).granted).toBe(true);
      expect((await heron.call('session_list')).sessions.map((session: { handle: string }) => session.handle)).toEqual([
        'heron',
      ]);
    });

    it('write to each other: the message wakes the one that waits, once, and is read when its answer is out', async () => {
      await heron.handle();
      const waiting = heron.call('message_wait', { timeoutSeconds: 30 });
      const sent = await otter.call('message_send', { to: ['heron'], body: 'Are you done?', key: 'q1' });
      expect(sent.recipients).toEqual([{ session: 'heron', state: 'queued', path: 'calls' }]);
      const { messages, timedOut } = await waiting;
      expect(timedOut).toBe(false);
      expect(messages).toMatchObject([
        { id: sent.message, from: 'otter', body: 'Are you done?', conversation: 'direct' },
      ]);
      await until('the delivery is confirmed', async () => {
        const again = await otter.call('message_send', { to: ['heron'], body: 'Are you done?', key: 'q1' });
        return again.recipients[0].state === 'read';
      });
      expect((await heron.call('message_read')).messages).toEqual([]);
      await heron.call('message_send', { to: ['otter'], body: 'Yes', replyTo: sent.message });
      expect((await otter.call('message_read')).messages).toMatchObject([{ body: 'Yes', replyTo: sent.message }]);
    });

    it('leave no process and no lock behind when their clients go', async () => {
      await otter.call('lock_acquire', { paths: ['src/auth.ts'] });
      otter.endInput();
      await until('the server is gone', () => !exists(otter.pid));
      expect((await heron.call('lock_list')).locks).toEqual([]);
      expect((await heron.call('session_list')).sessions).toHaveLength(1);
    });
  },
);

describe('sessions', () => {
  it('started in one folder are two sessions', async () => {
    const [first, second] = await Promise.all([place.session(), place.session()]);
    expect(await first.handle()).not.toBe(await second.handle());
    expect((await first.call('session_list', { scope: 'checkout' })).sessions).toHaveLength(2);
  });

  it('are not made by a client that only looks: discovery, listing, health check', async () => {
    const probe = await place.session();
    await probe.client.listTools();
    await probe.client.listResources();
    const modern = await place.session({ era: 'modern' });
    await modern.client.listTools();
    const real = await place.session();
    expect((await real.call('session_list')).sessions).toHaveLength(1);
  });

  it('of two worktrees are one project with checkouts of their own', async () => {
    const other = place.worktree('feature');
    const first = await place.session({ args: ['--handle', 'otter'] });
    const second = await place.session({ directory: other, args: ['--handle', 'heron'] });
    await first.call('lock_acquire', { paths: ['src/auth.ts'] });
    expect((await second.call('lock_acquire', { paths: ['src/auth.ts'] })).granted).toBe(false);
    expect((await second.call('lock_acquire', { paths: [`${place.repository}/src/auth.ts`] })).granted).toBe(false);
    expect((await second.call('session_list')).sessions).toHaveLength(2);
    expect((await second.call('session_list', { scope: 'checkout' })).sessions).toMatchObject([
      { handle: 'heron', branch: 'feature' },
    ]);
    await first.call('lock_acquire', { resources: ['git:head'] });
    expect((await second.call('lock_acquire', { resources: ['git:head'] })).granted).toBe(true);
  });

  it.each([
    [
      'a remote is added',
      (place: Workspace) => place.git('remote', 'add', 'origin', 'https://example.com/acme/shop.git'),
    ],
    [
      'the remote is changed',
      (place: Workspace) => place.git('remote', 'set-url', 'origin', 'https://example.com/acme/moved.git'),
    ],
  ])('are not parted when %s in the middle of work', async (_what, change) => {
    if (_what === 'the remote is changed') place.git('remote', 'add', 'origin', 'https://example.com/acme/shop.git');
    const first = await place.session({ args: ['--handle', 'otter'] });
    await first.call('lock_acquire', { paths: ['src/auth.ts'] });
    change(place);
    const second = await place.session({ args: ['--handle', 'heron'] });
    expect((await second.call('lock_acquire', { paths: ['src/auth.ts'] })).granted).toBe(false);
    expect((await first.call('message_send', { to: ['heron'], body: 'hello' })).recipients).toHaveLength(1);
    expect((await place.command(['status'])).stdout).toContain('src/auth.ts');
    await Promise.all([first.close(), second.close()]);
    const third = await place.session();
    await third.handle();
    expect((await place.command(['status', '--json'])).stdout).toMatch(/example\.com\/acme\/(shop|moved)/);
  });

  it('are not parted when their folder becomes a repository', async () => {
    const folder = `${place.folder}/plain`;
    mkdirSync(folder);
    const first = await place.session({ directory: folder });
    await first.call('lock_acquire', { paths: ['a.ts'] });
    execFileSync('git', ['init', '-q', folder], { env: place.environment });
    const second = await place.session({ directory: folder });
    expect((await second.call('lock_acquire', { paths: ['a.ts'] })).granted).toBe(false);
  });

  it('of different repositories do not see each other', async () => {
    const first = await place.session();
    await first.call('lock_acquire', { paths: ['src/auth.ts'] });
    const elsewhere = new Workspace();
    try {
      const second = await elsewhere.session({ environment: place.store });
      expect((await second.call('session_list')).sessions).toHaveLength(1);
      expect((await second.call('lock_acquire', { paths: ['src/auth.ts'] })).granted).toBe(true);
      expect((await second.call('session_list', { scope: 'machine' })).sessions).toHaveLength(2);
      await expect(second.call('message_send', { to: [await first.handle()], body: 'x' })).rejects.toThrow(/not_found/);
    } finally {
      await elsewhere.dispose();
    }
  });

  it('come back as who they were when only their server was killed', async () => {
    const environment = { CLAUDE_CODE_SESSION_ID: 'conversation-1', CLAUDECODE: '1' };
    const first = await place.session({ environment });
    const handle = await first.handle();
    const other = await place.session({ args: ['--handle', 'heron'] });
    first.crash();
    await other.call('message_send', { to: [handle], body: 'while you were away' });
    const second = await place.session({ environment });
    expect(await second.handle()).toBe(handle);
    expect((await second.call('message_read')).messages).toMatchObject([{ body: 'while you were away' }]);
  });

  it('that left come back under the same handle with their next call', async () => {
    const session = await place.session({ args: ['--tools', 'all'] });
    const handle = await session.handle();
    await session.call('lock_acquire', { paths: ['a'] });
    expect(await session.call('session_end')).toEqual({ ended: handle, released: ['file:a'] });
    const other = await place.session();
    expect((await other.call('session_list')).sessions).toHaveLength(1);
    expect(await session.handle()).toBe(handle);
    expect((await other.call('session_list')).sessions).toHaveLength(2);
  });
});

describe('one file', () => {
  it.each(isOnServer ? spellings.slice(0, 1) : spellings)('is the same lock when it is called %s', async spelling => {
    const { symlinkSync } = await import('node:fs');
    symlinkSync('src', `${place.repository}/link`);
    const [first, second] = await Promise.all([place.session(), place.session()]);
    await first.call('lock_acquire', { paths: ['src/auth.ts'] });
    expect((await second.call('lock_acquire', { paths: [spelling] })).granted).toBe(false);
  });
});

describe('a session that ended while its remote was changed', () => {
  it('comes back to where the others are by now, and holds nothing that they have', async () => {
    place.git('remote', 'add', 'origin', 'https://example.com/acme/shop.git');
    const first = await place.session({ args: ['--tools', 'all', '--handle', 'otter'] });
    await first.call('lock_acquire', { paths: ['src/auth.ts'] });
    await first.call('session_end');
    place.git('remote', 'set-url', 'origin', 'https://example.com/acme/moved.git');
    const second = await place.session({ args: ['--handle', 'heron'] });
    expect((await second.call('lock_acquire', { paths: ['src/auth.ts'] })).granted).toBe(true);
    expect((await first.call('lock_acquire', { paths: ['src/auth.ts'] })).granted).toBe(false);
    expect((await second.call('session_list')).sessions).toHaveLength(2);
  });
});
