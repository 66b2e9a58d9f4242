/** Messages of `session-coordinator`: to one and to all, channels, marking as read. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Workspace } from '../support/workspace.ts';
import { type Acting, Coordinator } from './support/coordinator.ts';

let place: Workspace;
let one: Coordinator;
let two: Coordinator;
let a: Acting;
let b: Acting;
let c: Acting;

beforeEach(async () => {
  place = new Workspace();
  [one, two] = await Promise.all([Coordinator.start(place), Coordinator.start(place)]);
  [a, b, c] = [await one.register('Anna'), await two.register('Ben'), await two.register('Cleo')];
});

afterEach(() => place.dispose());

const read = (by: Acting, message_ids: readonly (string | undefined)[]) =>
  by.call('message_mark_read', { message_ids });

describe('a message', () => {
  it('to one session is in its list only (SC-070)', async () => {
    const sent = await a.send('Only you', { to_session: b.id, channel: 'ideas', priority: 'high' });
    expect(sent).toEqual({ message_id: expect.any(String), status: 'sent', recipients: 1 });
    expect(await b.inbox()).toEqual([
      {
        message_id: sent.message_id,
        from_session: a.id,
        from_name: 'Anna',
        to_session: b.id,
        channel: 'ideas',
        priority: 'high',
        content: 'Only you',
        sent_at: expect.stringMatching(/^\d{4}-.*Z$/),
      },
    ]);
    expect([await a.inbox(), await c.inbox()]).toEqual([[], []]);
  });

  it('to nobody in particular is in the list of all others (SC-071)', async () => {
    expect(await a.send('Freeze at noon', { channel: 'alerts' })).toMatchObject({ recipients: 2 });
    for (const other of [b, c])
      expect(await other.inbox()).toMatchObject([{ content: 'Freeze at noon', to_session: null, channel: 'alerts' }]);
    expect(await a.inbox()).toEqual([]);
  });

  it('has one of five channels, general unless said otherwise, by which the list is narrowed down (SC-072)', async () => {
    const names = ['general', 'coordination', 'ideas', 'alerts', 'git'];
    await a.send('plain');
    await a.send('plain to you', { to_session: b.id });
    for (const channel of names.slice(1)) await a.send(`all ${channel}`, { channel });
    for (const channel of names.slice(1)) await a.send(`you ${channel}`, { channel, to_session: b.id });
    expect(await b.texts({ channel: 'general' })).toEqual(['plain', 'plain to you']);
    for (const channel of names.slice(1))
      expect(await b.texts({ channel })).toEqual([`all ${channel}`, `you ${channel}`]);
    expect(await b.inbox()).toHaveLength(10);
    const other = { from_session: a.id, content: 'x', channel: 'random' };
    expect((await one.failure('message_send', other)).error).toContain('channel');
  });

  it('has one of four priorities, normal unless said otherwise (SC-073)', async () => {
    await a.send('plain');
    const priorities = ['low', 'normal', 'high', 'urgent'];
    for (const priority of priorities) await a.send(`as ${priority}`, { priority });
    expect((await b.inbox()).map(({ priority }) => priority)).toEqual(['normal', ...priorities]);
    const other = { from_session: a.id, content: 'x', priority: 'info' };
    expect((await one.failure('message_send', other)).error).toContain('priority');
  });

  it('to a session that is not here is refused, and nobody gets it (SC-076)', async () => {
    await c.deregister();
    for (const to_session of [c.id, 'never-there', 'all', '#general'])
      expect((await one.failure('message_send', { from_session: a.id, to_session, content: 'x' })).error).toContain(
        to_session,
      );
    expect(await b.inbox()).toEqual([]);
  });

  it('to all is in the list of who comes later (SC-077)', async () => {
    await a.send('Freeze at noon');
    expect(await (await two.register('Dora')).texts()).toEqual(['Freeze at noon']);
  });

  it('of blanks, to oneself, too long, or for the third time is refused (SC-078)', async () => {
    for (const more of [{ content: '  ' }, { content: 'x', to_session: a.id }, { content: 'x'.repeat(16_385) }])
      await one.failure('message_send', { from_session: a.id, ...more });
    await a.send('again');
    await a.send('again');
    const { next } = await one.failure('message_send', { from_session: a.id, content: 'again' });
    // There is no such tool here.
    expect(next).not.toContain('message_wait');
    expect(await b.texts()).toEqual(['again', 'again']);
  });
});

describe('the list', () => {
  it('has the oldest first, and looking marks nothing (SC-074)', async () => {
    await a.send('first');
    await c.send('second', { to_session: b.id });
    await a.send('third');
    for (let time = 0; time < 3; time += 1) expect(await b.texts()).toEqual(['first', 'second', 'third']);
  });

  it('leaves out what was marked as read, for who marked it (SC-075)', async () => {
    for (const text of ['first', 'second', 'third']) await a.send(text);
    const [first, second, third] = (await b.inbox()).map(({ message_id }) => message_id);
    expect(await read(b, [second])).toEqual({ marked: 1 });
    expect(await b.texts()).toEqual(['first', 'third']);
    expect(await read(b, [first, second, third, third])).toEqual({ marked: 2 });
    expect(await b.texts()).toEqual([]);
    expect(await c.texts()).toEqual(['first', 'second', 'third']);
  });

  it('keeps what somebody else was told to have read, and says which ids it never got (SC-075)', async () => {
    const { message_id } = await a.send('Only you', { to_session: b.id });
    expect(await read(c, [message_id, 'm999'])).toEqual({ marked: 0, not_found: [message_id, 'm999'] });
    expect(await b.texts()).toEqual(['Only you']);
    await one.failure('message_mark_read', { session_id: b.id, message_ids: [] });
  });
});
