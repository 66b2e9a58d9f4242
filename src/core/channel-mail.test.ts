import { beforeEach, describe, expect, it } from 'vitest';
import { type Bench, createBench } from '../../test/support/rules.ts';
import { type Channel, channelOf, markRead, unreadMail } from './channel-mail.ts';
import { type Draft, send } from './message.ts';
import { notify } from './notice.ts';
import type { SessionRecord } from './records.ts';

let bench: Bench;
let otter: SessionRecord;
let heron: SessionRecord;
let wren: SessionRecord;

beforeEach(async () => {
  bench = createBench();
  [otter, heron, wren] = [await bench.join('otter'), await bench.join('heron'), await bench.join('wren')];
});

const post = async (to: string, body: string, said?: Draft['said']) => {
  const draft = { to: [to], body, priority: 'normal', replyTo: null, tags: [], key: null } as const;
  const { message } = await bench.transact(unit => send(unit, otter, { ...draft, ...(said ? { said } : {}) }));
  return message;
};
const unread = async (by: SessionRecord, channel: Channel | null = null, limit = 10) =>
  (await bench.look(({ tx }) => unreadMail(tx, by, channel, limit))).map(({ message }) => message.body);
const mark = (by: SessionRecord, ids: readonly string[]) => bench.transact(unit => markRead(unit, by, ids, 'calls'));

describe('a message', () => {
  it('is of the channel it went to, or was said to be of, and general else', async () => {
    const messages = [
      await post('#git', 'a'),
      await post('heron', 'b', { channel: 'ideas' }),
      await post('heron', 'c', { channel: 'random' }),
      await post('all', 'd'),
    ];
    expect(messages.map(channelOf)).toEqual(['git', 'ideas', 'general', 'general']);
    expect(await unread(heron)).toEqual(['a', 'b', 'c', 'd']);
    expect(await unread(heron, 'general')).toEqual(['c', 'd']);
    expect(await unread(heron, 'git')).toEqual(['a']);
    expect(await unread(heron, null, 2)).toEqual(['a', 'b']);
  });

  it('stays unread, however often it is looked at, until its recipient says otherwise', async () => {
    const [first, second] = [await post('all', 'a'), await post('all', 'b')];
    expect([await unread(heron), await unread(heron)]).toEqual([
      ['a', 'b'],
      ['a', 'b'],
    ]);
    expect(await mark(heron, [first.id])).toEqual({ marked: 1, unknown: [] });
    expect(await unread(heron)).toEqual(['b']);
    expect(await unread(wren)).toEqual(['a', 'b']);
    expect(await mark(heron, [first.id, second.id, second.id])).toEqual({ marked: 1, unknown: [] });
    expect(await unread(heron)).toEqual([]);
  });

  it('of others is nobody else’s to mark', async () => {
    const { id } = await post('heron', 'a');
    expect(await mark(wren, [id, 'm999'])).toEqual({ marked: 0, unknown: [id, 'm999'] });
    expect(await unread(heron)).toEqual(['a']);
  });

  it('of Signalbox itself is one as well', async () => {
    await bench.transact(async unit => notify(unit, [heron.id], 'Your lock is over.'));
    expect(await unread(heron)).toEqual(['Your lock is over.']);
  });
});
