/** One session on `claude-presence`, one that speaks natively: each other's company. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type LiveSession, until, Workspace } from '../support/workspace.ts';
import { Presence } from './support/presence.ts';

let place: Workspace;
let foreign: Presence;
let heron: LiveSession;

beforeEach(async () => {
  place = new Workspace();
  [foreign, heron] = await Promise.all([Presence.start(place), place.session({ args: ['--handle', 'heron'] })]);
  await Promise.all([foreign.register('otter', { intent: 'Mend the shop' }), heron.handle()]);
});

afterEach(() => place.dispose());

const acquire = (input: object) => heron.call('lock_acquire', input);

describe('a lock', () => {
  it('of the profile is refused natively, seen there, and inherited after its release (CP-110)', async () => {
    await foreign.claim('otter', 'ci', { reason: 'Nightly' });
    const refused = await acquire({ resources: ['ci'] });
    expect(refused).toMatchObject({ granted: false });
    expect(JSON.stringify(refused)).toContain('otter');
    const { locks } = await heron.call('lock_list');
    expect(locks).toMatchObject([{ resource: 'ci', holder: 'otter', reason: 'Nightly' }]);
    const waiting = acquire({ resources: ['ci'], waitSeconds: 40 });
    await foreign.release('otter', 'ci');
    expect(await waiting).toMatchObject({ granted: true });
    expect(await foreign.claim('otter', 'ci')).toMatchObject({ ok: false, held_by: { held_by: 'heron' } });
  });

  it('of a native session is refused in the profile, seen there, and inherited after its release (CP-110)', async () => {
    await acquire({ resources: ['ci'], reason: 'Nightly' });
    expect(await foreign.claim('otter', 'ci')).toMatchObject({
      ok: false,
      held_by: { resource: 'ci', held_by: 'heron', reason: 'Nightly', project: foreign.project },
      holder_session: { id: 'heron' },
    });
    expect(await foreign.locked()).toEqual(['ci']);
    expect(await foreign.release('otter', 'ci')).toEqual({ released: false, reason: 'not_owner' });
    await heron.call('lock_release', { resources: ['ci'] });
    expect(await foreign.claim('otter', 'ci')).toMatchObject({ ok: true });
  });

  it('is free on either side when the process of its holder is killed (CP-062, CP-110)', async () => {
    await foreign.claim('otter', 'ci');
    foreign.client.session.crash();
    expect(await acquire({ resources: ['ci'], waitSeconds: 40 })).toMatchObject({ granted: true });
    const second = await Presence.start(place);
    await second.register('wren');
    expect(await second.claim('wren', 'ci')).toMatchObject({ ok: false });
    heron.crash();
    await until('the lock is free', async () => (await second.claim('wren', 'ci')).ok);
  });

  it('on a file is the same file on both sides (CP-111)', async () => {
    place.write('src/app.ts', 'x\n');
    await foreign.claim('otter', 'src/app.ts');
    expect(await acquire({ paths: ['src/app.ts'] })).toMatchObject({ granted: false });
    await foreign.release('otter', 'src/app.ts');
    expect(await acquire({ paths: ['src/app.ts'] })).toMatchObject({ granted: true });
    expect(await foreign.claim('otter', 'src/app.ts')).toMatchObject({
      ok: false,
      held_by: { resource: 'src/app.ts' },
    });
  });

  it('that is released by force is told to the native session that had it (CP-068)', async () => {
    await acquire({ resources: ['ci'] });
    expect(await foreign.release('otter', 'ci', { force: true })).toEqual({ released: true });
    await until('it is told', async () =>
      /otter/.test(JSON.stringify(await heron.call('message_read', { peek: true }))),
    );
    expect(await foreign.claim('otter', 'ci')).toMatchObject({ ok: true });
  });
});

describe('a message', () => {
  it('to everybody and to one lands in the native inbox (CP-112)', async () => {
    await foreign.post('otter', 'Freeze at noon', { priority: 'urgent' });
    await foreign.post('otter', 'Only you', { to_session: 'heron', priority: 'warning' });
    const { messages } = await heron.call('message_read');
    const told = messages.map(({ from, body, priority }: Record<string, string>) => [from, body, priority].join(': '));
    expect(told.sort()).toEqual(['otter: Freeze at noon: urgent', 'otter: Only you: high']);
  });

  it('of a native session, to one and to everybody, is in the inbox of the profile (CP-112)', async () => {
    await heron.call('message_send', { to: ['otter'], body: 'Only you', priority: 'high' });
    await heron.call('message_send', { to: ['all'], body: 'Freeze', priority: 'low' });
    expect((await foreign.inbox('otter')).messages).toMatchObject([
      { from_session: 'heron', message: 'Freeze', to_session: null, priority: 'info' },
      { from_session: 'heron', message: 'Only you', to_session: 'otter', priority: 'warning' },
    ]);
    expect(await foreign.inbox('otter')).toMatchObject({ count: 0, unread_total: 0, total: 2 });
  });
});

describe('a session', () => {
  it('of each side is in the list of the other (CP-044, CP-113)', async () => {
    expect((await foreign.names()).sort()).toEqual(['heron', 'otter']);
    expect(await foreign.listed('heron')).toMatchObject({ project: foreign.project, pid: expect.any(Number) });
    const others = async () => {
      const { sessions, you } = await heron.call('session_list');
      return sessions.filter(({ handle }: { handle: string }) => handle !== you);
    };
    expect(await others()).toMatchObject([{ handle: 'otter', task: 'Mend the shop' }]);
    await foreign.unregister('otter');
    expect(await others()).toEqual([]);
    heron.crash();
    await until('the crash is noticed', async () => (await foreign.names()).length === 0);
  });
});
