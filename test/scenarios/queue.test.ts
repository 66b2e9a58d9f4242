/** Standing in line without waiting, handing off and breaking, played by real processes. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { exists, type LiveSession, until, Workspace } from '../support/workspace.ts';

let place: Workspace;

beforeEach(() => {
  place = new Workspace();
});

afterEach(() => place.dispose());

const file = { paths: ['src/auth.ts'] };

async function joined(...handles: string[]): Promise<LiveSession[]> {
  return Promise.all(
    handles.map(async handle => {
      const session = await place.session({ args: ['--handle', handle] });
      await session.handle();
      return session;
    }),
  );
}

/** The notice that a session waits for, and who has the lock then. */
async function nextNotice(session: LiveSession): Promise<string> {
  const { messages } = await session.call('message_wait', { timeoutSeconds: 30 });
  expect(messages).toMatchObject([{ from: 'signalbox', conversation: 'notice' }]);
  return messages[0].body;
}

async function holder(session: LiveSession): Promise<string | undefined> {
  return (await session.call('lock_list')).locks[0]?.holder;
}

describe('a session that stands in line', () => {
  it('goes on with other work and is told when the lock is its own', async () => {
    const [otter, heron] = (await joined('otter', 'heron')) as [LiveSession, LiveSession];
    const first = await otter.call('lock_acquire', file);
    const answer = await heron.call('lock_acquire', { ...file, queue: true, reason: 'login' });
    expect(answer).toMatchObject({ granted: false, queue: { position: 1 } });
    await heron.call('lock_acquire', { paths: ['README.md'] });
    await otter.call('lock_release', { all: true });
    expect(await nextNotice(heron)).toMatch(/file:src\/auth\.ts .* is yours now/);
    const again = await heron.call('lock_acquire', file);
    expect(again.locks[0].fence).toBeGreaterThan(first.locks[0].fence);
  });

  it('is told although the holder was killed and nobody looks', async () => {
    const [otter, heron] = (await joined('otter', 'heron')) as [LiveSession, LiveSession];
    await otter.call('lock_acquire', file);
    await heron.call('lock_acquire', { ...file, queue: true });
    const notice = nextNotice(heron);
    otter.crash();
    expect(await notice).toMatch(/is yours now/);
    expect(await holder(heron)).toBe('heron');
  });

  it('is skipped when it was killed in the queue, and the next one gets the lock', async () => {
    const [otter, heron, wren] = (await joined('otter', 'heron', 'wren')) as [LiveSession, LiveSession, LiveSession];
    await otter.call('lock_acquire', file);
    await heron.call('lock_acquire', { ...file, queue: true });
    expect(await wren.call('lock_acquire', { ...file, queue: true })).toMatchObject({ queue: { position: 2 } });
    heron.crash();
    await until('heron is gone', () => !exists(heron.pid));
    await otter.call('lock_release', { all: true });
    expect(await nextNotice(wren)).toMatch(/is yours now/);
    expect(await wren.call('lock_list')).toMatchObject({ locks: [{ holder: 'wren' }], waiting: [] });
  });

  it('is refused what would close a cycle of three, with the names', async () => {
    const [otter, heron, wren] = (await joined('otter', 'heron', 'wren')) as [LiveSession, LiveSession, LiveSession];
    await otter.call('lock_acquire', { resources: ['a'] });
    await heron.call('lock_acquire', { resources: ['b'] });
    await wren.call('lock_acquire', { resources: ['c'] });
    await otter.call('lock_acquire', { resources: ['b'], queue: true });
    await heron.call('lock_acquire', { resources: ['c'], queue: true });
    const refused = await wren.call('lock_acquire', { resources: ['a'], queue: true });
    expect(refused.next).toContain('wren waits for otter waits for heron waits for wren');
    expect((await wren.call('lock_list')).waiting).toHaveLength(2);
  });
});

describe('a lock', () => {
  it('is handed off past the queue, and goes to the one that waits afterwards', async () => {
    const [otter, heron, wren] = (await joined('otter', 'heron', 'wren')) as [LiveSession, LiveSession, LiveSession];
    const first = await otter.call('lock_acquire', { ...file, reason: 'login' });
    await wren.call('lock_acquire', { ...file, queue: true });
    expect(await otter.call('lock_release', { ...file, to: 'heron' })).toMatchObject({ to: 'heron' });
    expect(await nextNotice(heron)).toMatch(/otter has handed off to you: file:src\/auth\.ts.*login/);
    const { locks } = await wren.call('lock_list');
    expect(locks).toMatchObject([{ holder: 'heron', reason: 'login' }]);
    expect(locks[0].fence).toBeGreaterThan(first.locks[0].fence);
    await heron.call('lock_release', { all: true });
    expect(await nextNotice(wren)).toMatch(/is yours now/);
  });

  it('is broken by the operator alone, with a reason that its holder is told', async () => {
    const [otter, heron] = (await joined('otter', 'heron')) as [LiveSession, LiveSession];
    await otter.call('lock_acquire', file);
    await heron.call('lock_acquire', { ...file, queue: true });
    const command = ['lock', 'break', 'src/auth.ts', '--reason', 'hangs'];
    const inShell = await place.command(command, { environment: { SIGNALBOX_SESSION: 'heron' } });
    expect(inShell.code).not.toBe(0);
    expect(inShell.stderr).toContain('Only the operator');
    expect((await place.command(['lock', 'break', 'src/auth.ts'])).code).toBe(2);
    const broken = await place.command(command);
    expect(broken).toMatchObject({ code: 0, stdout: expect.stringContaining('Broken: file:src/auth.ts') });
    expect(await nextNotice(otter)).toMatch(/was broken by the operator, for this reason: "hangs"/);
    expect(await nextNotice(heron)).toMatch(/is yours now/);
    expect((await place.command(['lock', 'break', 'README.md', '--reason', 'hangs'])).stderr).toContain(
      'file:src/auth.ts by heron',
    );
    expect((await place.command(['lock', 'break', '--session', 'heron', '--reason', 'hangs'])).code).toBe(0);
    expect(await holder(otter)).toBeUndefined();
  });

  it('comes to a person who keeps a place on the command line', async () => {
    const [otter] = (await joined('otter')) as [LiveSession];
    await otter.call('lock_acquire', file);
    const asked = await place.command(['lock', 'acquire', 'src/auth.ts', '--queue', '--priority', 'high']);
    expect(asked).toMatchObject({ code: 1, stdout: expect.stringContaining('place 1 in line is kept') });
    await otter.call('lock_release', { all: true });
    expect(await holder(otter)).toBe('operator');
    expect((await place.command(['message', 'read'])).stdout).toContain('file:src/auth.ts');
    expect((await place.command(['lock', 'release', 'src/auth.ts'])).code).toBe(0);
  });
});
