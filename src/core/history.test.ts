import { beforeEach, describe, expect, it } from 'vitest';
import { letterCalls } from '../../test/support/letters.ts';
import { type Bench, createBench } from '../../test/support/rules.ts';
import { leave } from './conversation.ts';
import { begin } from './conversation-begin.ts';
import { historyOf, pageOf } from './history.ts';
import { limits } from './limits.ts';
import type { SessionRecord } from './records.ts';

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
const page = (me: SessionRecord, conversation: string, before: string | null = null, limit = 20) =>
  bench.look(async view => pageOf(view, me, await historyOf(view, me, conversation), before, limit));
const bodies = async (me: SessionRecord, conversation: string) =>
  (await page(me, conversation)).messages.map(({ body }) => body);
const missing = { code: 'not_found' };

describe('the history of a conversation', () => {
  it('of two sessions holds what they wrote to each other, oldest first, and nothing else', async () => {
    await write(otter, ['heron'], 'one');
    await write(heron, ['otter', 'wren'], 'two');
    await write(wren, ['heron'], 'not for otter');
    await write(otter, ['all'], 'for all');
    for (const name of ['heron', 'direct:heron', '@heron', heron.id])
      expect(await bodies(otter, name)).toEqual(['one', 'two']);
    expect(await bodies(wren, 'heron')).toEqual(['two', 'not for otter']);
    expect(await bodies(wren, 'otter')).toEqual([]);
  });

  it('of a channel and of all is open to everybody', async () => {
    await write(otter, ['#git'], 'pushed');
    await write(otter, ['all'], 'everyone');
    const late = await bench.join('late');
    expect(await bodies(late, '#git')).toEqual(['pushed']);
    expect(await bodies(late, 'all')).toEqual(['everyone']);
    await expect(page(late, '#nothing')).rejects.toMatchObject({ ...missing, next: /#general/ });
  });

  it('of a group is open to its members until they leave', async () => {
    const { conversation } = await bench.transact(unit => begin(unit, otter, { name: 'g', members: ['heron'] }));
    await write(otter, [conversation.id], 'inside');
    expect(await bodies(heron, conversation.id)).toEqual(['inside']);
    await expect(page(wren, conversation.id)).rejects.toMatchObject(missing);
    await bench.transact(unit => leave(unit, heron, conversation.id));
    await expect(page(heron, conversation.id)).rejects.toMatchObject(missing);
    expect(await bodies(otter, conversation.id)).toEqual(['inside']);
  });

  it('holds no notices', async () => {
    await bench.transact(unit => begin(unit, otter, { name: 'g', members: ['heron'] }));
    const [notice] = await bench.look(view => view.tx.list('delivery', 'inbox', { equals: heron.id }, { limit: 1 }));
    await expect(page(heron, notice?.message ?? '')).rejects.toMatchObject(missing);
    await expect(page(heron, 'notice')).rejects.toMatchObject(missing);
    expect(await bodies(heron, 'all')).toEqual([]);
  });

  it('is told in pages from the newest back, without a hole and without a double', async () => {
    for (let at = 1; at <= 7; at++) await write(otter, ['heron'], `${at}`);
    const pages: string[][] = [];
    for (let before: string | null = null; ; ) {
      const next = await page(heron, 'otter', before, 3);
      pages.push(next.messages.map(({ body }) => body));
      before = next.before;
      if (before === null) break;
    }
    expect(pages).toEqual([['5', '6', '7'], ['2', '3', '4'], ['1']]);
    await expect(page(heron, 'otter', 'yesterday')).rejects.toMatchObject({ code: 'invalid_input' });
  });

  it('gives no more text at once than an answer may carry, but one message at least', async () => {
    const long = 'x'.repeat(limits.messageBodyBytes);
    for (let at = 0; at < 4; at++) await write(otter, ['heron'], long.slice(at));
    const first = await page(heron, 'otter');
    expect(first.messages.map(({ body }) => body.length)).toEqual([long.length - 2, long.length - 3]);
    const second = await page(heron, 'otter', first.before);
    expect(second.messages.map(({ body }) => body.length)).toEqual([long.length, long.length - 1]);
    expect(second.before).toBeNull();
  });

  it('marks nothing as read', async () => {
    await write(otter, ['heron'], 'one');
    await page(heron, 'otter');
    expect(await bench.look(view => view.tx.count('delivery', 'queued', { equals: heron.id }))).toBe(1);
  });
});

describe('a thread', () => {
  it('is found by any of its messages, from the first one on', async () => {
    const first = await write(otter, ['#general'], 'question');
    await write(otter, ['#general'], 'something else');
    const answer = await write(heron, ['#general'], 'answer', { replyTo: first });
    await write(wren, ['#general'], 'thanks', { replyTo: answer });
    for (const id of [first, answer]) expect(await bodies(wren, id)).toEqual(['question', 'answer', 'thanks']);
    const last = await page(wren, first, null, 2);
    expect(last.messages.map(({ body }) => body)).toEqual(['answer', 'thanks']);
    const rest = await page(wren, first, last.before, 2);
    expect([rest.messages.map(({ body }) => body), rest.before]).toEqual([['question'], null]);
    expect(await page(wren, first, first)).toEqual({ messages: [], before: null });
  });

  it('of a group that one has left holds what one got there, and nothing later', async () => {
    const { conversation } = await bench.transact(unit =>
      begin(unit, otter, { name: 'g', members: ['heron', 'wren'] }),
    );
    const got = await write(otter, [conversation.id], 'before');
    await bench.transact(unit => leave(unit, wren, conversation.id));
    await write(heron, [conversation.id], 'after', { replyTo: got });
    expect(await bodies(wren, got)).toEqual(['before']);
    expect(await bodies(heron, got)).toEqual(['before', 'after']);
  });

  it('shows of what others wrote to each other nothing, not even that it exists', async () => {
    const first = await write(otter, ['heron'], 'between us');
    const second = await write(heron, ['otter', 'wren'], 'with wren', { replyTo: first });
    await write(otter, ['heron'], 'again between us', { replyTo: second });
    await expect(page(wren, first)).rejects.toMatchObject(missing);
    await expect(page(wren, 'm99999')).rejects.toMatchObject(missing);
    expect(await bodies(wren, second)).toEqual(['with wren']);
    expect(await bodies(otter, second)).toEqual(['between us', 'with wren', 'again between us']);
  });

  it('goes on behind messages that are none of the reader’s business, and says where', async () => {
    const first = await write(otter, ['wren', 'heron'], 'first');
    await write(heron, ['wren'], 'for wren', { replyTo: first });
    for (let at = 0; at < 30; at++) {
      await bench.clock.advance(limits.loopWindowMs);
      await write(heron, ['otter'], `aside ${at}`, { replyTo: first });
    }
    const newest = await page(wren, first, null, 1);
    const told = [];
    for (let next = newest; ; next = await page(wren, first, next.before, 1)) {
      told.push(...next.messages.map(({ body }) => body));
      if (next.before === null) break;
    }
    expect(told).toEqual(['for wren', 'first']);
  });
});
