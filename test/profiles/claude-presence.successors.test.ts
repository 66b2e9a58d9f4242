/** What stays with a name of claude-presence when its session ends, and another one takes it. */
import { afterEach, beforeEach, expect, it } from 'vitest';
import { until, Workspace } from '../support/workspace.ts';
import { Presence } from './support/presence.ts';

let place: Workspace;
let one: Presence;

beforeEach(async () => {
  place = new Workspace();
  one = await Presence.start(place);
});

afterEach(() => place.dispose());

it('after an unregistration the next name over the connection is another session: no mail and no authorship of the one before (CP-120, CP-121)', async () => {
  await one.register('a');
  await one.register('b');
  await one.post('a', 'I was here');
  await one.post('b', 'For a alone', { to_session: 'a' });
  await one.unregister('a');
  await one.register('c');
  expect((await one.inbox('b')).messages).toMatchObject([{ from_session: 'a' }]);
  expect(await one.texts('c')).toEqual(['I was here']);
});

it('unread direct mail waits for a name that unregistered (CP-120)', async () => {
  await one.register('b');
  await one.register('a');
  await one.post('b', 'For you', { to_session: 'a' });
  await one.unregister('a');
  await one.register('a');
  expect(await one.texts('a')).toEqual(['For you']);
});

it('a message names who wrote it after that one unregistered (CP-121)', async () => {
  await one.register('reader');
  await one.post('Session One', 'm');
  await one.register('Session One');
  await one.unregister('Session One');
  expect((await one.inbox('reader')).messages).toMatchObject([{ from_session: 'Session One' }]);
});

it('a message names who wrote it after its process died and another took the name (CP-121)', async () => {
  const two = await Presence.start(place, { clientName: 'another' });
  await one.register('reader');
  await two.register('Session Two');
  await two.post('Session Two', 'm');
  two.client.session.crash();
  await until('the crash is noticed', async () => !(await one.names()).includes('Session Two'));
  await one.register('Session Two');
  expect((await one.inbox('reader')).messages).toMatchObject([{ from_session: 'Session Two' }]);
});

it('what was read stays read for a name that registers from a new process (CP-122)', async () => {
  const two = await Presence.start(place, { clientName: 'another' });
  await two.register('a');
  await one.post('b', 'Freeze');
  expect(await two.texts('a')).toEqual(['Freeze']);
  await until('it counts as read', async () => (await two.inbox('a', { peek: true })).count === 0);
  two.client.session.crash();
  await until('the crash is noticed', async () => !(await one.names()).includes('a'));
  await one.register('a');
  expect(await one.texts('a')).toEqual([]);
});

it('a server that is started anew by the same client does not bring back the session of another name (CP-125)', async () => {
  await one.register('a', { client_session_id: 'uuid-1' });
  one.client.session.crash();
  const two = await Presence.start(place);
  await until('the crash is noticed', async () => (await two.names()).length === 0);
  await two.register('b', { client_session_id: 'uuid-1' });
  expect(await two.names()).toEqual(['b']);
});

it('the server says on standard error that it is ready (CP-126)', async () => {
  await until(
    'it says so',
    () => /^\[claude-presence\] v0\.2\.1 ready on stdio — 9 tools registered$/m.test(one.client.session.stderr),
    3_000,
  );
});

it('a branch and tags of any length, and an empty list of tags, come back as given (CP-080, CP-081)', async () => {
  const said = { from_branch: `feature/${'x'.repeat(60)}`, tags: ['y'.repeat(60), ' a  b ', ''] };
  expect(await one.post('a', 'm', said)).toMatchObject({ posted: said });
  expect(await one.post('a', 'n', { tags: [] })).toMatchObject({ posted: { tags: [] } });
});

it('a registration that moves to another project keeps started_at (CP-124)', async () => {
  const { registered } = await one.register('a');
  await until('time has passed', () => Date.now() > Date.parse(registered.started_at) + 5);
  expect(await one.on('elsewhere').register('a')).toMatchObject({ registered: { started_at: registered.started_at } });
});

it('a native session that is called like a name is not taken for it (CP-120)', async () => {
  const native = await place.session({ args: ['--handle', 'heron'] });
  await native.handle();
  await one.register('heron');
  expect(await one.post('x', 'for the profile', { to_session: 'heron' })).toMatchObject({ posted: {} });
  expect(await one.texts('heron')).toEqual(['for the profile']);
});

it("one's own messages are not shown to a name that registers again (CP-123)", async () => {
  await one.register('b');
  await one.register('a');
  await one.post('a', 'I was here');
  await one.unregister('a');
  await one.register('a');
  expect(await one.texts('a')).toEqual([]);
});

it('what a native session writes to a name reaches who has it after a crash, and its own words reach it on no way (CP-129)', async () => {
  const heron = await place.session({ args: ['--handle', 'heron'] });
  const two = await Presence.start(place, { clientName: 'another' });
  await two.register('api-work');
  await two.post('api-work', 'I begin');
  two.client.session.crash();
  await until('the crash is noticed', async () => !(await one.names()).includes('api-work'));
  const three = await Presence.start(place, { clientName: 'third' });
  await three.register('api-work');
  await heron.call('message_send', { to: ['api-work'], body: 'Go on' });
  expect(await three.texts('api-work')).toEqual(['Go on']);
  const { stdout } = await place.command(['status', '--json']);
  const { sessions } = JSON.parse(stdout);
  expect(sessions.find(({ handle }: { handle: string }) => handle === 'api-work')).toMatchObject({ unread: 0 });
});

it('six calls that say one new name at once are one session (CP-121)', async () => {
  await Promise.all(Array.from({ length: 6 }, () => one.register('api-work')));
  expect(await one.names()).toEqual(['api-work']);
  const { sessions } = JSON.parse((await place.command(['status', '--json'])).stdout);
  expect(sessions).toHaveLength(1);
});
