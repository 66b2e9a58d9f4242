/** One session on `session-coordinator`, one that speaks natively: each other's company. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type LiveSession, until, Workspace } from '../support/workspace.ts';
import { type Acting, Coordinator } from './support/coordinator.ts';

let place: Workspace;
let one: Coordinator;
let anna: Acting;
let heron: LiveSession;

beforeEach(async () => {
  place = new Workspace();
  [one, heron] = await Promise.all([
    Coordinator.start(place),
    place.session({ args: ['--handle', 'heron', '--tools', 'all'] }),
  ]);
  [anna] = await Promise.all([one.register('Anna'), heron.handle()]);
});

afterEach(() => place.dispose());

const file = 'src/auth.ts';
const acquire = (input: object = {}) => heron.call('lock_acquire', { paths: [file], ...input });

describe('a lock', () => {
  it('of the profile is refused natively, seen there, and inherited after its release (SC-130)', async () => {
    await anna.lock(file);
    expect(await acquire()).toMatchObject({ granted: false, blockedBy: [{ holder: 'anna', mode: 'exclusive' }] });
    const waiting = acquire({ waitSeconds: 40 });
    expect(await anna.release(file)).toEqual({ released: true });
    expect(await waiting).toMatchObject({ granted: true });
    expect(await anna.lock(file)).toMatchObject({ granted: false, held_by: 'heron', holder_name: 'heron' });
  });

  it('of a native session keeps the profile out by its mode, and is seen there (SC-130)', async () => {
    await acquire({ mode: 'shared' });
    expect(await anna.lock(file)).toMatchObject({ granted: false, held_by: 'heron', held_type: 'shared' });
    expect(await anna.lock(file, { lock_type: 'shared' })).toMatchObject({ granted: true });
    expect(await one.locked({ session_id: 'heron' })).toEqual(['src/auth.ts shared heron']);
    expect(await anna.release(file)).toEqual({ released: true });
    await acquire({ mode: 'intent' });
    expect((await anna.lock(file)).warnings).toEqual([expect.stringContaining('heron')]);
  });

  it('is free on either side when the process of its holder is killed (SC-028, SC-130)', async () => {
    await anna.lock(file);
    one.client.session.crash();
    expect(await acquire({ waitSeconds: 40 })).toMatchObject({ granted: true });
    const two = await Coordinator.start(place);
    const ben = await two.register('Ben');
    expect(await ben.lock(file)).toMatchObject({ granted: false });
    heron.crash();
    await until('the lock is free', async () => (await ben.lock(file)).granted);
  });
});

describe('a message', () => {
  it('of the profile lands in the native inbox, with its channel and priority (SC-131)', async () => {
    await anna.send('Only you', { to_session: 'heron', channel: 'git', priority: 'high' });
    await anna.send('Everybody', { channel: 'alerts', priority: 'urgent' });
    const { messages } = await heron.call('message_read');
    expect(messages).toMatchObject([
      { from: 'anna', conversation: 'direct', body: 'Only you', priority: 'high' },
      { from: 'anna', conversation: '#alerts', body: 'Everybody', priority: 'urgent' },
    ]);
  });

  it('of a native session is in the list of the profile (SC-131)', async () => {
    await heron.call('message_send', { to: ['anna'], body: 'Only you', priority: 'low' });
    await heron.call('message_send', { to: ['#git'], body: 'Rebasing' });
    await heron.call('message_send', { to: ['all'], body: 'Lunch' });
    const list = await anna.inbox();
    expect(list).toMatchObject([
      { from_session: 'heron', from_name: 'heron', channel: 'general', to_session: anna.id, priority: 'low' },
      { content: 'Rebasing', channel: 'git', to_session: null },
      { content: 'Lunch', channel: 'general', to_session: null },
    ]);
    await anna.call('message_mark_read', { message_ids: list.map(({ message_id }) => message_id) });
    expect(await anna.inbox()).toEqual([]);
  });
});

describe('an intent', () => {
  it('of the profile makes a git operation unsafe natively until it is over (SC-132)', async () => {
    const { intent_id } = await anna.announce('git_rebase', 'main');
    expect((await heron.call('intent_list')).intents).toMatchObject([
      { session: 'anna', type: 'git_rebase', targets: ['branch:main'] },
    ]);
    const check = () => heron.call('conflict_check', { action: 'git_push' });
    expect(await check()).toMatchObject({ safe: false });
    await anna.call('intent_update', { intent_id, status: 'completed' });
    expect(await check()).toMatchObject({ safe: true });
  });

  it('of a native session is found by the profile, and so is its lock (SC-132)', async () => {
    const { intent } = await heron.call('intent_announce', { type: 'git_rebase', targets: ['branch:side'] });
    expect(await one.call('intent_list', { session_id: 'heron' })).toMatchObject([
      { intent_id: intent, session_id: 'heron', session_name: 'heron', target: 'side' },
    ]);
    const { conflicts, safe_to_proceed } = await anna.check('git_commit');
    expect({ conflicts, safe_to_proceed }).toMatchObject({
      conflicts: expect.arrayContaining([
        expect.objectContaining({ type: 'git_operation', severity: 'high', session_id: 'heron' }),
      ]),
      safe_to_proceed: false,
    });
    await acquire();
    expect((await anna.check('file_edit', { target: file })).conflicts).toContainEqual(
      expect.objectContaining({ type: 'file_lock', severity: 'high', session_name: 'heron' }),
    );
  });
});

describe('knowledge', () => {
  it('of the profile is found natively, and may be removed there (SC-133)', async () => {
    const note = { context_type: 'decision', project: 'my-app', content: 'We use JWT for authentication' };
    const { context_id } = await anna.call('context_share', note);
    const { entries } = await heron.call('context_query', { query: 'JWT' });
    expect(entries).toMatchObject([{ id: context_id, type: 'decision', author: 'anna', tags: ['@my-app'] }]);
    await heron.call('context_delete', { entry: context_id });
    expect(await one.call('context_query')).toEqual([]);
  });

  it('of a native session is found by the profile, under the label that is in use (SC-133)', async () => {
    await heron.call('context_share', { type: 'convention', title: 'Commits', content: 'Write them in English' });
    const found = { content: 'Write them in English', shared_by: 'heron', context_type: 'convention', project: null };
    for (const filter of [{}, { project: 'my-app' }, { keyword: 'ENGLISH' }, { context_type: 'convention' }])
      expect(await one.call('context_query', filter), JSON.stringify(filter)).toMatchObject([found]);
    expect(await one.call('context_query', { project: 'other' })).toEqual([]);
  });
});

describe('a session', () => {
  it('of each side is in the list of the other (SC-134)', async () => {
    const listed = await one.call('session_list', { project: 'my-app' });
    expect(listed.map(({ session_id }: { session_id: string }) => session_id).sort()).toEqual(
      [anna.id, 'heron'].sort(),
    );
    expect(await one.call('session_get', { session_id: 'heron' })).toMatchObject({
      session_id: 'heron',
      name: 'heron',
      project: 'my-app',
      branch: 'main',
      working_directory: place.repository,
      status: 'active',
    });
    expect(await one.names({ project: 'other' })).toEqual([]);
    const { sessions } = await heron.call('session_list');
    expect(sessions.map(({ handle }: { handle: string }) => handle).sort()).toEqual(['anna', 'heron']);
    // It has no session here to act as.
    await one.failure('lock_acquire', { session_id: 'heron', file_path: file });
    await anna.deregister();
    expect(await heron.call('session_list')).toMatchObject({ sessions: [{ handle: 'heron' }] });
  });
});
