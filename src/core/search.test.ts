import { beforeEach, describe, expect, it } from 'vitest';
import { letterCalls } from '../../test/support/letters.ts';
import { aMessage } from '../../test/support/records.ts';
import { type Bench, createBench } from '../../test/support/rules.ts';
import { isCurrent, share } from './context.ts';
import { leave } from './conversation.ts';
import { begin } from './conversation-begin.ts';
import { historyOf } from './history.ts';
import { limits } from './limits.ts';
import { searchAll } from './message-search.ts';
import { queryOf } from './query.ts';
import type { ContextRecord, SessionRecord } from './records.ts';
import { search } from './search.ts';

let bench: Bench;
let otter: SessionRecord;
let heron: SessionRecord;
let wren: SessionRecord;

beforeEach(async () => {
  bench = createBench();
  [otter, heron, wren] = [await bench.join('otter'), await bench.join('heron'), await bench.join('wren')];
});

const letters = letterCalls(() => bench);
const write = async (...letter: Parameters<typeof letters.write>) => (await letters.write(...letter)).message.id;
const know = async (author: SessionRecord, title: string, content: string, ttlMs: number | null = null) =>
  (await bench.transact(unit => share(unit, author, { type: 'decision', title, content, tags: [], ttlMs }))).entry.id;
const look = (
  me: SessionRecord,
  query: string,
  { from = null, conversation }: { from?: SessionRecord | null; conversation?: string } = {},
) =>
  bench.look(async view => {
    const history = conversation === undefined ? null : await historyOf(view, me, conversation);
    return searchAll(view, me, { query: queryOf(query), from, history, limit: 10 });
  });
const ids = async (...asked: Parameters<typeof look>) => (await look(...asked)).hits.map(({ record }) => record.id);
/** Stores messages by the hundred, past the limits on sending. */
const fill = (count: number, body: (at: number) => string, conversation = 'all') =>
  bench.transact(async ({ tx }) => {
    for (let at = 0; at < count; at++) {
      const sequence = tx.emit({ type: 'message.sent', audience: [], data: {} });
      tx.put(
        'message',
        aMessage(`m${sequence}`, {
          sequence,
          conversation,
          recipients: conversation === 'direct' ? ['session-2'] : [],
          body: body(at),
          at: tx.now,
        }),
      );
    }
  });

describe('a search', () => {
  it('finds messages and context entries together, the best first', async () => {
    const passing = await write(otter, ['#general'], `a parser ${'and so on '.repeat(20)}`);
    const entry = await know(heron, 'Parser timeout', 'it is ten seconds');
    const direct = await write(heron, ['otter'], 'the parser has a timeout');
    await write(heron, ['otter'], 'nothing of it');
    expect(await ids(otter, 'parser timeout')).toEqual([entry, direct, passing]);
  });

  it('finds what one sent, got, or could have read in channels, all and own groups, and nothing of others', async () => {
    const { conversation } = await bench.transact(unit => begin(unit, otter, { name: 'zebra', members: ['heron'] }));
    const seen = [
      await write(otter, ['heron'], 'zebra one'),
      await write(heron, ['otter'], 'zebra two'),
      await write(wren, ['#ideas'], 'zebra three'),
      await write(wren, ['all'], 'zebra four'),
      await write(heron, [conversation.id], 'zebra five'),
    ];
    const hidden = await write(wren, ['heron'], 'zebra six');
    expect((await ids(otter, 'zebra')).sort()).toEqual([...seen].sort());
    expect(await ids(heron, 'zebra six')).toContain(hidden);
    expect((await ids(wren, 'zebra')).sort()).toEqual([seen[2], seen[3], hidden].sort());
  });

  it('still finds what one got in a group that one has left, and nothing later', async () => {
    const { conversation } = await bench.transact(unit =>
      begin(unit, otter, { name: 'g', members: ['heron', 'wren'] }),
    );
    const before = await write(otter, [conversation.id], 'zebra before');
    await bench.transact(unit => leave(unit, wren, conversation.id));
    await write(otter, [conversation.id], 'zebra after');
    expect(await ids(wren, 'zebra')).toEqual([before]);
  });

  it('finds no entry that has expired', async () => {
    await know(otter, 'zebra', 'for a while', 1_000);
    expect(await ids(heron, 'zebra')).toHaveLength(1);
    await bench.clock.advance(1_000);
    expect(await ids(heron, 'zebra')).toEqual([]);
  });

  it('is narrowed to a sender, and to a conversation, which holds no entries', async () => {
    const mine = await write(otter, ['heron'], 'zebra mine');
    const theirs = await write(heron, ['otter'], 'zebra theirs');
    const channel = await write(heron, ['#git'], 'zebra channel');
    const answer = await write(otter, ['#git'], 'zebra answer', { replyTo: channel });
    const entry = await know(heron, 'zebra', 'known');
    await know(otter, 'zebra crossing', 'known too');
    expect((await ids(otter, 'zebra', { from: heron })).sort()).toEqual([theirs, channel, entry].sort());
    expect((await ids(otter, 'zebra', { conversation: 'heron' })).sort()).toEqual([mine, theirs].sort());
    expect(await ids(otter, 'zebra', { conversation: 'heron', from: otter })).toEqual([mine]);
    expect((await ids(otter, 'zebra', { conversation: answer })).sort()).toEqual([channel, answer].sort());
    await expect(ids(wren, 'zebra', { conversation: mine })).rejects.toMatchObject({ code: 'not_found' });
  });

  it('finds tags, parts of names, and writing without spaces', async () => {
    const tagged = await write(otter, ['heron'], 'see there', { tags: ['zebra'] });
    const name = await write(otter, ['heron'], 'call lockAcquire in src/tools/lock-acquire.ts');
    const unspaced = await write(otter, ['heron'], '请锁定文件再修改');
    expect(await ids(heron, 'zebra')).toEqual([tagged]);
    expect(await ids(heron, 'acquire')).toEqual([name]);
    expect(await ids(heron, 'tools lock-acquire.ts')).toEqual([name]);
    expect(await ids(heron, '文件')).toEqual([unspaced]);
    expect(await ids(heron, '修')).toEqual([unspaced]);
    const plan = await write(otter, ['heron'], 'go on with plan B');
    await write(otter, ['heron'], 'boldly');
    expect(await ids(heron, 'b')).toEqual([plan]);
  });

  it('never finds a notice', async () => {
    await bench.transact(unit => begin(unit, otter, { name: 'zebra', members: ['heron'] }));
    expect(await ids(heron, 'zebra')).toEqual([]);
  });

  it('looks through all that were sent at one instant, and says that it found more', async () => {
    await fill(limits.searchPage * 2 + 5, at => (at === 1_000 ? 'zebra horse' : `zebra ${at}`));
    const { hits, more, messagesLeft } = await look(otter, 'zebra horse');
    expect([hits.length, more, messagesLeft]).toEqual([10, true, false]);
    expect(hits[0]?.record).toMatchObject({ body: 'zebra horse' });
  });

  it('says when there were too many messages to look through, and looks further back in one conversation', async () => {
    const first = await write(otter, ['#git'], 'the zebra of old');
    for (let batch = 0; batch < 10; batch++) {
      await bench.clock.advance(1_000);
      await fill(limits.messagesSearched / 10, at => `noise ${batch} ${at}`);
    }
    expect(await look(otter, 'zebra')).toMatchObject({ hits: [], messagesLeft: true });
    expect(await look(otter, 'zebra', { conversation: '#git' })).toMatchObject({
      hits: [{ record: { id: first } }],
      messagesLeft: false,
    });
  });
});

describe('a search among messages that nobody but others may see', () => {
  it('finds what one may see behind however many of them, and says nothing of them', async () => {
    const mine = await write(heron, ['otter'], 'zebra');
    await bench.clock.advance(1_000);
    const { conversation } = await bench.transact(unit => begin(unit, heron, { name: 'closed', members: ['wren'] }));
    for (const hidden of ['direct', 'c9999', conversation.id]) {
      await fill(limits.messagesRanked + 100, () => 'zebra', hidden);
      expect(await look(otter, 'zebra')).toMatchObject({
        hits: [{ record: { id: mine } }],
        more: false,
        messagesLeft: false,
      });
    }
  });

  it('finds what one got in a group one has left behind much that was said later, or says that it did not look at all', async () => {
    const members = ['heron', 'wren'];
    const { conversation } = await bench.transact(unit => begin(unit, otter, { name: 'g', members }));
    const before = await write(otter, [conversation.id], 'zebra before');
    await bench.transact(unit => leave(unit, wren, conversation.id));
    await bench.clock.advance(1_000);
    await fill(limits.deliveriesAsked - 1, () => 'zebra', conversation.id);
    expect(await look(wren, 'zebra')).toMatchObject({ hits: [{ record: { id: before } }], messagesLeft: false });
    await fill(1, () => 'zebra', conversation.id);
    expect(await look(wren, 'zebra')).toMatchObject({ hits: [], messagesLeft: true });
    expect(await look(heron, 'zebra')).toMatchObject({ more: true, messagesLeft: false });
  });

  it('counts them for nothing, so that its order does not tell of them', async () => {
    const [one, other] = [
      await write(heron, ['otter'], 'zebra parser one'),
      await write(heron, ['otter'], 'horse parser two'),
    ];
    const order = await ids(otter, 'zebra horse');
    await fill(200, () => 'horse', 'c9999');
    expect([await ids(otter, 'zebra horse'), order]).toEqual([order, [other, one]]);
  });
});

describe('looking into the index of words', () => {
  const entries = (count: number, content: (at: number) => string) =>
    bench.transact(async ({ tx }) => {
      for (let at = 1; at <= count; at++) {
        const order = tx.emit({ type: 'context.shared', audience: [], data: {} });
        const entry: ContextRecord = {
          id: `k${order}`,
          type: 'note',
          title: null,
          titleKey: null,
          content: content(at),
          tags: [],
          author: otter.id,
          authorHandle: 'otter',
          branch: null,
          revision: 1,
          order,
          createdAt: tx.now,
          updatedAt: tx.now,
          expiresAt: null,
        };
        tx.put('context', entry);
      }
    });
  const find = (query: string) =>
    bench.look(({ tx }) =>
      search(tx, 'context', queryOf(query), { limit: 5, shows: entry => isCurrent(entry, tx.now) }),
    );

  it('says when a word is so common that older entries were not looked at, unless a rarer one beside it was', async () => {
    await entries(limits.searchCandidates + 1, at => (at === 1 ? 'common zebra' : 'common'));
    const common = await find('common');
    expect([common.isWhole, common.found.length]).toEqual([false, 5]);
    const rare = await find('common zebra');
    expect([rare.isWhole, rare.found[0]?.record.content]).toEqual([true, 'common zebra']);
    expect((await find('nothing')).found).toEqual([]);
  });

  it('finds words that begin with what was asked, of three letters at least', async () => {
    await entries(3, at => ['locksmith', 'locked', 'unlock'][at - 1] ?? '');
    expect((await find('lock')).found.map(({ record }) => record.content).sort()).toEqual(['locked', 'locksmith']);
    expect((await find('lo')).found).toEqual([]);
  });
});
