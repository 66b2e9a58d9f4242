import { beforeEach, describe, expect, it } from 'vitest';
import { type Bench, createBench } from '../../test/support/rules.ts';
import { confirm, handOver, recipientsOf } from './delivery.ts';
import { type InboxFilter, lookInto, unreadCount } from './inbox.ts';
import { limits } from './limits.ts';
import { type Draft, send } from './message.ts';
import type { SessionRecord } from './records.ts';
import { end, update } from './session.ts';

let bench: Bench;
let otter: SessionRecord;
let heron: SessionRecord;
let wren: SessionRecord;

beforeEach(async () => {
  bench = createBench();
  [otter, heron, wren] = [await bench.join('otter'), await bench.join('heron'), await bench.join('wren')];
});

const draft = (to: string[], body: string, about: Partial<Draft> = {}): Draft => ({
  to,
  body,
  priority: 'normal',
  replyTo: null,
  tags: [],
  key: null,
  ...about,
});
const write = (from: SessionRecord, to: string[], body: string, about: Partial<Draft> = {}) =>
  bench.transact(unit => send(unit, from, draft(to, body, about)));
const everything: InboxFilter = { conversation: null, from: null, minPriority: 'low', includeRead: false, limit: 200 };
const inbox = (session: SessionRecord, filter: Partial<InboxFilter> = {}) =>
  bench.look(view => lookInto(view.tx, session, { ...everything, ...filter }));
const bodies = async (session: SessionRecord, filter: Partial<InboxFilter> = {}) =>
  (await inbox(session, filter)).map(({ message }) => message.body);
const unread = (session: SessionRecord) => bench.look(view => unreadCount(view.tx, session));

describe('sending', () => {
  it('reaches the operator before its first word, however its name is spelled', async () => {
    const { recipients } = await write(otter, ['@Operator'], 'May I?');
    expect(recipients).toMatchObject([{ session: { handle: 'operator' } }]);
  });

  it('reaches exactly the recipients, wakes them, and never the sender', async () => {
    const before = bench.wakeups.pokes.length;
    const { recipients } = await write(otter, ['heron'], 'hello');
    expect(recipients.map(r => [r.session.handle, r.delivery.state, r.reachable])).toEqual([['heron', 'queued', true]]);
    expect(bench.wakeups.pokes.slice(before)).toEqual([heron.id]);
    expect(await bodies(heron)).toEqual(['hello']);
    expect(await bodies(wren)).toEqual([]);
    await write(otter, ['all'], 'to everybody');
    expect(await bodies(otter)).toEqual([]);
    expect(await bodies(wren)).toEqual(['to everybody']);
  });

  it('sends once to somebody addressed twice', async () => {
    await bench.transact(unit => update(unit, heron, { group: 'backend' }));
    const { recipients } = await write(otter, ['heron', 'group:backend', heron.id], 'once');
    expect(recipients).toHaveLength(1);
    expect(await bodies(heron)).toEqual(['once']);
  });

  it.each([
    [['nobody'], 'not_found'],
    [['heron', 'nobody'], 'not_found'],
    [['#nonsense'], 'not_found'],
    [['group:none'], 'not_found'],
    [['otter'], 'invalid_input'],
    [['all', 'heron'], 'invalid_input'],
  ])('to %j is refused as %s and nothing is sent to anybody', async (to, code) => {
    await expect(write(otter, to, 'x')).rejects.toMatchObject({ code });
    expect(await unread(heron)).toBe(0);
  });

  it('says who is here when a recipient is unknown', async () => {
    await expect(write(otter, ['herron'], 'x')).rejects.toMatchObject({ next: expect.stringContaining('heron') });
  });

  it('keeps mail for one that has left, and says so', async () => {
    await bench.transact(unit => end(unit, heron.id, 'left'));
    const { recipients } = await write(otter, ['heron'], 'for later');
    expect(recipients[0]?.reachable).toBe(false);
    expect(await bodies(heron)).toEqual(['for later']);
  });

  it('is refused above 16 KiB and passes at exactly that, counted in bytes', async () => {
    await write(otter, ['heron'], 'ü'.repeat(limits.messageBodyBytes / 2));
    const tooLong = `${'ü'.repeat(limits.messageBodyBytes / 2)}x`;
    await expect(write(otter, ['heron'], tooLong)).rejects.toMatchObject({ code: 'limit_exceeded' });
    await expect(write(otter, ['heron'], 'x'.repeat(1_000_000))).rejects.toMatchObject({ code: 'limit_exceeded' });
    await expect(write(otter, ['heron'], ' \n ')).rejects.toMatchObject({ code: 'invalid_input' });
    expect(await unread(heron)).toBe(1);
  });

  it('is limited per sender and minute, for nobody else', async () => {
    for (let count = 0; count < limits.messagesPerMinute; count += 1) await write(otter, ['heron'], `m ${count}`);
    await expect(write(otter, ['heron'], 'too many')).rejects.toMatchObject({ code: 'limit_exceeded' });
    await write(wren, ['heron'], 'mine');
    await bench.clock.advance(60_001);
    await write(otter, ['heron'], 'later');
    expect(await unread(heron)).toBe(limits.messagesPerMinute + 2);
  });

  it('has one effect for one key, and refuses the key for another text or other recipients', async () => {
    const first = await write(otter, ['heron'], 'once', { key: 'k1' });
    const second = await write(otter, ['heron'], 'once', { key: 'k1' });
    expect([second.message.id, second.repeated]).toEqual([first.message.id, true]);
    expect(second.recipients.map(r => r.session.handle)).toEqual(['heron']);
    await expect(write(otter, ['heron'], 'other', { key: 'k1' })).rejects.toMatchObject({ code: 'conflict' });
    await expect(write(otter, ['wren'], 'once', { key: 'k1' })).rejects.toThrow(/other recipients/);
    await write(wren, ['heron'], 'another sender', { key: 'k1' });
    expect(await bodies(heron)).toEqual(['once', 'another sender']);
  });

  it('answers only messages that exist', async () => {
    const { message } = await write(otter, ['heron'], 'question');
    expect((await write(heron, ['otter'], 'answer', { replyTo: message.id })).message.replyTo).toBe(message.id);
    await expect(write(heron, ['otter'], 'answer', { replyTo: 'm999' })).rejects.toMatchObject({ code: 'not_found' });
  });
});

describe('the inbox', () => {
  it('is in order of sending even when the clock jumps back', async () => {
    await write(otter, ['heron'], 'first');
    bench.clock.stepWallClock(-3_600_000);
    await write(wren, ['heron'], 'second');
    expect(await bodies(heron)).toEqual(['first', 'second']);
  });

  it('filters by conversation, sender and priority', async () => {
    await write(otter, ['heron'], 'direct', { priority: 'low' });
    await write(otter, ['#git'], 'git', { priority: 'urgent' });
    await write(wren, ['all'], 'everybody', { priority: 'high' });
    expect(await bodies(heron, { conversation: 'direct' })).toEqual(['direct']);
    expect(await bodies(heron, { conversation: '#git' })).toEqual(['git']);
    expect(await bodies(heron, { from: wren.id })).toEqual(['everybody']);
    expect(await bodies(heron, { minPriority: 'high' })).toEqual(['git', 'everybody']);
  });

  it('finds what a filter lets through behind any number of others', async () => {
    const sender = await bench.join('sender');
    for (let count = 0; count < 1200; count += 1) {
      if (count % 100 === 0) await bench.clock.advance(61_000);
      await write(sender, ['heron'], `m ${count}`);
    }
    await write(otter, ['heron'], 'urgent one', { priority: 'urgent' });
    expect(await bodies(heron, { minPriority: 'urgent', limit: 20 })).toEqual(['urgent one']);
    expect(await bodies(heron, { from: otter.id, includeRead: true, limit: 20 })).toEqual(['urgent one']);
    expect(await bodies(heron, { limit: 3 })).toEqual(['m 0', 'm 1', 'm 2']);
  });

  it('shows a handed-over message again until it is confirmed, then never', async () => {
    await write(otter, ['heron'], 'hello');
    const first = await inbox(heron);
    await bench.transact(async unit => handOver(unit, first, 'calls'));
    const again = await inbox(heron);
    expect(again.map(item => [item.message.id, item.delivery.state])).toEqual([[first[0]?.message.id, 'delivered']]);
    const sequences = again.map(item => item.message.sequence);
    await bench.transact(unit => confirm(unit, heron.id, sequences));
    await bench.transact(unit => confirm(unit, heron.id, sequences));
    expect(await bodies(heron)).toEqual([]);
    expect(await bodies(heron, { includeRead: true })).toEqual(['hello']);
  });

  it('does not confirm what no path has handed over', async () => {
    const { message } = await write(otter, ['heron'], 'hello');
    await bench.transact(unit => confirm(unit, heron.id, [message.sequence]));
    expect(await unread(heron)).toBe(1);
  });

  it('lets the sender see the state at each recipient', async () => {
    const { message } = await write(otter, ['heron', 'wren'], 'hello');
    const items = await inbox(heron);
    await bench.transact(async unit => handOver(unit, items, 'calls'));
    const states = async () => {
      const recipients = await bench.look(view => recipientsOf(view, message));
      return Object.fromEntries(recipients.map(r => [r.session.handle, r.delivery.state]));
    };
    expect(await states()).toEqual({ heron: 'delivered', wren: 'queued' });
  });
});

describe('messages to all and to channels', () => {
  it('reach those who join within 24 hours, once, and not later ones', async () => {
    await write(otter, ['#general'], 'welcome');
    const early = await bench.join('early', { clientSession: 'c' });
    expect(await bodies(early)).toEqual(['welcome']);
    const items = await inbox(early);
    await bench.transact(async unit => handOver(unit, items, 'calls'));
    const sequences = items.map(item => item.message.sequence);
    await bench.transact(unit => confirm(unit, early.id, sequences));
    await bench.transact(unit => end(unit, early.id, 'left'));
    expect(await bodies(await bench.join('early', { clientSession: 'c' }))).toEqual([]);
    await bench.clock.advance(24 * 3_600_000 + 1);
    expect(await bodies(await bench.join('late'))).toEqual([]);
  });

  it('reach a joiner all, however many they are', async () => {
    for (let count = 0; count < 300; count += 1) {
      if (count % 100 === 0) await bench.clock.advance(61_000);
      await write(otter, ['#general'], `m ${count}`);
    }
    expect(await unread(await bench.join('early'))).toBe(300);
  });

  it('reach one that was away, without what it had already', async () => {
    const gone = await bench.join('gone', { clientSession: 'c' });
    await write(otter, ['all'], 'before');
    const items = await inbox(gone);
    await bench.transact(async unit => handOver(unit, items, 'calls'));
    const sequences = items.map(item => item.message.sequence);
    await bench.transact(unit => confirm(unit, gone.id, sequences));
    await bench.transact(unit => end(unit, gone.id, 'left'));
    await write(otter, ['all'], 'meanwhile');
    const back = await bench.join(null, { clientSession: 'c' });
    expect(await bodies(back)).toEqual(['meanwhile']);
  });

  it('reach one whose process had died before anybody noticed', async () => {
    const gone = await bench.join('gone', { clientSession: 'c' });
    bench.kill(gone);
    await write(otter, ['all'], 'meanwhile');
    await bench.clock.advance(1000);
    expect(await bodies(await bench.join(null, { clientSession: 'c' }))).toEqual(['meanwhile']);
  });

  it('never come back to their sender when it returns', async () => {
    const chatty = await bench.join('chatty', { clientSession: 'c' });
    await write(chatty, ['all'], 'mine');
    await bench.transact(unit => end(unit, chatty.id, 'left'));
    expect(await bodies(await bench.join(null, { clientSession: 'c' }))).toEqual([]);
  });

  it('are kept for joiners when nobody else is here', async () => {
    for (const other of [heron, wren]) await bench.transact(unit => end(unit, other.id, 'left'));
    expect((await write(otter, ['all'], 'anybody?')).recipients).toEqual([]);
    expect(await bodies(await bench.join('new'))).toEqual(['anybody?']);
  });

  it('do not go to sessions whose process is gone', async () => {
    bench.kill(heron);
    const { recipients } = await write(otter, ['all'], 'hello');
    expect(recipients.map(r => r.session.handle)).toEqual(['wren']);
  });
});
