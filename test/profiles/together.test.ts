/** All vocabularies at once over one store, each on an entry of its own. */
import { afterEach, beforeEach, expect, it } from 'vitest';
import { Workspace } from '../support/workspace.ts';
import { ForeignClient } from './support/foreign-client.ts';
import { Presence } from './support/presence.ts';

let place: Workspace;

beforeEach(() => {
  place = new Workspace();
  place.write('src/app.ts', 'x\n');
});

afterEach(() => place.dispose());

it('Sessions of five vocabularies and a native one see each other, and one file is one lock for all of them', async () => {
  const [presence, peers, coordinator, instances, duo, heron] = await Promise.all([
    Presence.start(place),
    ForeignClient.start(place, 'claude-peers'),
    ForeignClient.start(place, 'session-coordinator'),
    ForeignClient.start(place, 'claude-session-coordinator'),
    ForeignClient.start(place, 'claude-duo'),
    place.session({ args: ['--handle', 'heron'] }),
  ]);
  await heron.handle();
  await presence.register('front-end', { intent: 'Move the login' });
  await peers.text('set_summary', { summary: 'Looks at the tests' });
  const { session_id } = await coordinator.json('session_register', { name: 'Wren', project: 'shop' });
  await instances.json('sign_on');
  await duo.text('register', { name: 'Duo' });

  const claimed = await presence.claim('front-end', 'src/app.ts', { reason: 'rewrite' });
  expect(claimed).toMatchObject({ ok: true });
  expect(await coordinator.json('lock_acquire', { session_id, file_path: 'src/app.ts' })).toMatchObject({
    granted: false,
    held_by: 'front-end',
  });
  expect(await heron.call('lock_acquire', { paths: ['src/app.ts'] })).toMatchObject({ granted: false });
  await presence.release('front-end', 'src/app.ts');
  expect(await coordinator.json('lock_acquire', { session_id, file_path: 'src/app.ts' })).toMatchObject({
    granted: true,
  });
  expect(await presence.claim('front-end', 'src/app.ts')).toMatchObject({ ok: false });

  const { sessions } = await heron.call('session_list');
  const handles = sessions.map(({ handle }: { handle: string }) => handle);
  expect(handles).toEqual(expect.arrayContaining(['front-end', 'wren', 'claude_1']));
  expect(sessions).toHaveLength(6);
  expect((await presence.names()).length).toBe(6);
  expect(await peers.text('list_peers', { scope: 'repo' })).toContain('ID: front-end');
  expect(await duo.text('list_partners')).toContain('native:front-end');

  await heron.call('message_send', { to: ['all'], body: 'Lunch' });
  expect(await presence.texts('front-end')).toContain('Lunch');
  expect(await peers.text('check_messages')).toContain('Lunch');
  expect(JSON.stringify(await coordinator.json('message_list', { session_id }))).toContain('Lunch');
  expect(await duo.text('listen')).toContain('Lunch');
});
