/** Messages of `claude-presence`: leaving them, and the inbox. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Workspace } from '../support/workspace.ts';
import { Presence } from './support/presence.ts';

let place: Workspace;
let one: Presence;

beforeEach(async () => {
  place = new Workspace();
  one = await Presence.start(place);
});

afterEach(() => place.dispose());

const refused = (more: object) =>
  one.refusal('broadcast', { session_id: 'a', project: one.project, message: 'm', ...more });

describe('a message', () => {
  it('is shown as it was stored, for everybody and of no weight unless said otherwise (CP-013, CP-075)', async () => {
    const answer = await one.post('a', 'Freeze at noon');
    expect(answer).toEqual({
      posted: {
        id: expect.any(Number),
        project: one.project,
        from_session: 'a',
        from_branch: null,
        to_session: null,
        priority: 'info',
        message: 'Freeze at noon',
        tags: null,
        created_at: expect.any(String),
      },
    });
    expect((await one.inbox('b')).messages).toEqual([answer.posted]);
  });

  it('to one session, with everything said, reaches that one as it was left (CP-013, CP-079, CP-080, CP-081)', async () => {
    await one.register('b');
    await one.register('c');
    const more = { to_session: 'b', from_branch: 'main', priority: 'warning', tags: ['release', 'Ü 1'] };
    const { posted } = await one.post('a', 'For you', more);
    expect(posted).toMatchObject(more);
    expect((await one.inbox('b')).messages).toEqual([posted]);
    expect(await one.inbox('c')).toMatchObject({ count: 0, total: 0 });
  });

  it('has a number higher than those before (CP-013)', async () => {
    const ids = [];
    for (const text of ['1', '2', '3']) ids.push((await one.post('a', text)).posted.id);
    expect(ids).toEqual([...ids].sort((x, y) => x - y));
    expect(new Set(ids).size).toBe(3);
  });

  it('needs no registration of its sender, and announces nobody (CP-076)', async () => {
    await one.post('Ghost', 'Boo');
    expect((await one.inbox('Reader')).messages).toMatchObject([{ from_session: 'Ghost' }]);
    expect(await one.names()).toEqual([]);
    expect(await one.client.json('session_heartbeat', { session_id: 'Ghost' })).toMatchObject({ ok: false });
  });

  it('to a name that nobody has waits for whoever takes it (CP-077)', async () => {
    const { posted } = await one.post('a', 'Welcome', { to_session: 'not yet' });
    await one.register('other');
    expect(await one.texts('other')).toEqual([]);
    await one.register('not yet');
    expect((await one.inbox('not yet')).messages).toEqual([posted]);
  });

  it('has 1 to 2000 characters, of one of three priorities (CP-078, CP-079)', async () => {
    for (const message of ['', 'x'.repeat(2_001)]) expect(await refused({ message })).toContain('message');
    expect(await refused({ priority: 'high' })).toContain('priority');
    const long = 'é'.repeat(2_000);
    await one.post('a', long);
    expect(await one.texts('b')).toEqual([long]);
  });

  it('reaches also who comes later (CP-082)', async () => {
    await one.post('a', 'Before you came');
    const two = await Presence.start(place);
    await two.register('b');
    expect(await two.texts('b')).toEqual(['Before you came']);
  });

  it('of blanks, to oneself, or the same for the third time is refused with the reason (CP-083, CP-084)', async () => {
    expect(JSON.parse(await refused({ message: '  ' }))).toHaveProperty('error');
    await one.register('a');
    expect(await refused({ to_session: 'a' })).toContain('you');
    await one.register('b');
    for (const _time of [1, 2]) await one.post('a', 'Hello?', { to_session: 'b' });
    expect(await refused({ message: 'Hello?', to_session: 'b' })).toContain('this very text');
    expect(await one.inbox('b')).toMatchObject({ total: 2 });
  });
});

describe('the inbox', () => {
  it("holds what is for everybody and for oneself, of the project, and nothing of one's own (CP-090, CP-091)", async () => {
    for (const name of ['a', 'b', 'c']) await one.register(name);
    await one.post('a', 'All');
    await one.post('a', 'B', { to_session: 'b' });
    await one.post('a', 'C', { to_session: 'c' });
    await one.post('b', 'Own');
    await one.on('elsewhere').post('a', 'There');
    const { count, unread_total, total, messages, ...rest } = await one.inbox('b');
    expect({ count, unread_total, total, rest }).toEqual({ count: 2, unread_total: 2, total: 2, rest: {} });
    expect(messages).toMatchObject([{ message: 'B' }, { message: 'All' }]);
    expect(await one.on('elsewhere').texts('b')).toEqual(['There']);
  });

  it('begins with the newest (CP-092)', async () => {
    await one.register('b');
    for (const text of ['1', '2', '3']) await one.post('a', text);
    expect(await one.texts('b')).toEqual(['3', '2', '1']);
  });

  it('marks what it shows as read, and counts the unread before that (CP-093, CP-094)', async () => {
    await one.register('b');
    for (const text of ['1', '2', '3']) await one.post('a', text);
    expect(await one.inbox('b', { limit: 2 })).toMatchObject({ count: 2, unread_total: 3, total: 3 });
    expect(await one.inbox('b')).toMatchObject({ count: 1, unread_total: 1, total: 3, messages: [{ message: '1' }] });
    expect(await one.inbox('b')).toEqual({ count: 0, unread_total: 0, total: 3, messages: [] });
  });

  it('marks nothing for a peek (CP-095)', async () => {
    await one.register('b');
    await one.post('a', 'Hello');
    for (const _time of [1, 2])
      expect(await one.inbox('b', { peek: true })).toMatchObject({ count: 1, unread_total: 1 });
    expect(await one.inbox('b')).toMatchObject({ count: 1, unread_total: 1 });
  });

  it('shows what was read as well where that is asked, and marks that too (CP-096)', async () => {
    await one.register('b');
    await one.post('a', '1');
    await one.inbox('b');
    await one.post('a', '2');
    const all = await one.inbox('b', { unread_only: false });
    expect(all).toMatchObject({ count: 2, unread_total: 1, total: 2, messages: [{ message: '2' }, { message: '1' }] });
    expect(await one.inbox('b')).toMatchObject({ count: 0, unread_total: 0, total: 2 });
  });

  it('leaves out what matters less, in its counts as well, and unread (CP-093, CP-097)', async () => {
    await one.register('b');
    for (const priority of ['info', 'warning', 'urgent']) await one.post('a', priority, { priority });
    const seen = async (min_priority: string) => {
      const { messages, unread_total, total } = await one.inbox('b', { min_priority, peek: true });
      return [unread_total, total, ...messages.map(({ priority }: { priority: string }) => priority)];
    };
    expect(await seen('info')).toEqual([3, 3, 'urgent', 'warning', 'info']);
    expect(await seen('warning')).toEqual([2, 2, 'urgent', 'warning']);
    expect(await seen('urgent')).toEqual([1, 1, 'urgent']);
    await one.inbox('b', { min_priority: 'warning' });
    expect(await one.inbox('b')).toMatchObject({ count: 1, total: 3, messages: [{ priority: 'info' }] });
  });

  it('shows 50 at once unless told otherwise, 200 at most (CP-098)', async () => {
    await one.register('b');
    for (let number = 0; number < 51; number += 1) await one.post('a', `Number ${number}`);
    expect(await one.inbox('b', { peek: true })).toMatchObject({ count: 50, unread_total: 51, total: 51 });
    expect(await one.inbox('b', { limit: 200 })).toMatchObject({ count: 51 });
    for (const limit of [0, -1, 1.5, 201]) {
      expect(await one.refusal('read_inbox', { session_id: 'b', project: one.project, limit })).toContain('limit');
    }
    expect(await one.refusal('read_inbox', { session_id: 'b', project: one.project, min_priority: 'low' })).toContain(
      'min_priority',
    );
  });

  it('is of the name, not of the connection: what one process reads for it is read (CP-099)', async () => {
    const two = await Presence.start(place);
    await one.register('b');
    await one.register('c');
    await two.post('a', 'Hello');
    expect(await two.texts('b')).toEqual(['Hello']);
    expect(await one.texts('b')).toEqual([]);
    expect(await one.texts('c')).toEqual(['Hello']);
  });
});
