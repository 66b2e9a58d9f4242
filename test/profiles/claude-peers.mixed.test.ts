/** One session on `claude-peers`, one that speaks natively: each other's company. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type LiveSession, until, Workspace } from '../support/workspace.ts';
import { Peer } from './support/peers.ts';

let place: Workspace;
let peer: Peer;
let heron: LiveSession;

beforeEach(async () => {
  place = new Workspace();
  [peer, heron] = await Promise.all([Peer.start(place), place.session({ args: ['--handle', 'heron'] })]);
  await heron.call('session_update', { task: 'Mend the shop' });
});

afterEach(() => place.dispose());

const company = async () => {
  const { sessions, you } = await heron.call('session_list');
  return sessions.filter(({ handle }: { handle: string }) => handle !== you);
};

describe('a native session and a peer', () => {
  it('see each other, with what each works on, until one is gone (CPE-017, CPE-080)', async () => {
    expect(await peer.list()).toEqual([
      {
        ID: 'heron',
        PID: String(heron.pid),
        CWD: place.repository,
        Repo: place.repository,
        Summary: 'Mend the shop',
        'Last seen': expect.any(String),
      },
    ]);
    expect(await company()).toMatchObject([{ task: expect.stringContaining('In shop on branch main') }]);
    await peer.summarize(`Reviews the shop. ${'x'.repeat(400)}`);
    const [{ task, handle }] = await company();
    expect(task).toMatch(/^Reviews the shop\. x{282}$/);
    // Its handle stays what natively it was: eight characters at random are no name to speak.
    expect(handle).toMatch(/^[a-z]+-[a-z]+/);
    heron.crash();
    await until('the crash is noticed', async () => (await peer.list()).length === 0);
  });

  it('write to each other: by handle, by id, by an answer to either (CPE-062, CPE-080)', async () => {
    await peer.send('heron', 'May I push?');
    const { messages } = await heron.call('message_read');
    const [{ handle }] = await company();
    expect(messages).toMatchObject([{ from: handle, body: 'May I push?' }]);
    await heron.call('message_send', { body: 'Yes', replyTo: messages[0].id });
    const [answer] = await peer.heard(1);
    expect(answer).toMatchObject({
      content: 'Yes',
      meta: { from_id: 'heron', from_summary: 'Mend the shop', from_cwd: place.repository },
    });
    await heron.call('message_send', { to: ['all'], body: 'Freeze at noon' });
    await peer.heard(2);
    expect(await peer.check()).toMatch(
      /^2 new messages:\n\nFrom heron \(.*\):\nYes\n\n---\n\nFrom heron \(.*\):\nFreeze at noon$/,
    );
    // Natively it is read now, and not before.
    const { messages: none } = await heron.call('message_read');
    expect(none).toEqual([]);
  });

  it('are told apart by the ids that messages come with: an answer reaches its asker, whoever has the same handle (CPE-026)', async () => {
    const elsewhere = join(place.folder, 'elsewhere');
    mkdirSync(elsewhere);
    const other = await place.session({ directory: elsewhere, args: ['--handle', 'heron'] });
    await other.handle();
    const found = (await peer.list()).find(({ PID }) => PID === String(other.pid));
    await peer.send(found?.ID ?? '', 'What is the endpoint?');
    const [question] = (await other.call('message_read')).messages;
    await other.call('message_send', { body: 'May I delete it?', replyTo: question.id });
    const [answer] = await peer.heard(1);
    expect(answer?.meta).toMatchObject({ from_id: found?.ID, from_cwd: elsewhere });
    await peer.send(answer?.meta.from_id?.toUpperCase() ?? '', 'Yes');
    expect((await other.call('message_read')).messages).toMatchObject([{ body: 'Yes' }]);
    expect((await heron.call('message_read')).messages).toEqual([]);
  });

  it('cannot pass for a peer, or take what is written to it, by a handle that reads like its id (CPE-026)', async () => {
    const second = await Peer.start(place);
    const [id, own] = [await peer.idOf(second), await second.idOf(peer)];
    const thief = await place.session({ args: ['--handle', id] });
    expect(await thief.handle()).toBe(id);
    const [{ handle }] = (await company()).filter((each: { id: string }) => each.id.startsWith(own));
    await thief.call('message_send', { to: [handle], body: 'I am the other one' });
    expect((await peer.heard(1))[0]?.meta.from_id).not.toBe(id);
    await peer.send(id, 'For you alone');
    expect((await second.heard(1)).map(({ content }) => content)).toEqual(['For you alone']);
    expect((await thief.call('message_read')).messages).toEqual([]);
  });

  it('has its message natively as read only once the peer has looked, however it was pushed (CPE-042)', async () => {
    const [{ handle }] = await company();
    const message = { to: [handle], body: 'Look here', key: 'k' };
    const state = async () => (await heron.call('message_send', message)).recipients;
    await state();
    await peer.heard(1);
    await until('the push is noted', async () => (await state())[0]?.state === 'delivered');
    expect(await state()).toEqual([{ session: handle, state: 'delivered', path: 'channel' }]);
    await peer.check();
    await until('it is read', async () => (await state())[0]?.state === 'read');
  });
});
