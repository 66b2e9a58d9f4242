import { beforeEach, describe, expect, it } from 'vitest';
import { letterCalls } from '../../test/support/letters.ts';
import { type Bench, createBench } from '../../test/support/rules.ts';
import { conversationOf, leave, membersOf, pruneConversations } from './conversation.ts';
import { begin } from './conversation-begin.ts';
import { conversationsOf } from './conversation-list.ts';
import { confirm, handOver } from './delivery.ts';
import { type InboxFilter, lookInto } from './inbox.ts';
import { limits } from './limits.ts';
import { defaultPolicy } from './policy.ts';
import type { ConversationRecord, SessionRecord } from './records.ts';
import { prune as retention } from './retention.ts';
import { end } from './session.ts';

const dayMs = 86_400_000;

let bench: Bench;
let otter: SessionRecord;
let heron: SessionRecord;
let wren: SessionRecord;

beforeEach(async () => {
  bench = createBench();
  [otter, heron, wren] = [await bench.join('otter'), await bench.join('heron'), await bench.join('wren')];
});

const start = (creator: SessionRecord, members: string[], name = 'auth') =>
  bench.transact(unit => begin(unit, creator, { name, members }));
const everything: InboxFilter = { conversation: null, from: null, minPriority: 'low', includeRead: false, limit: 200 };
const { write, inbox, bodies } = letterCalls(() => bench);
const read = (session: SessionRecord) =>
  bench.transact(async unit => {
    const items = await lookInto(unit.tx, session, everything);
    handOver(unit, items, 'calls');
    await confirm(
      unit,
      session.id,
      items.map(({ message }) => message.sequence),
    );
  });
const out = (session: SessionRecord, id: string) => bench.transact(unit => leave(unit, session, id));
const handles = (members: readonly SessionRecord[]) => members.map(member => member.handle);
const list = (session: SessionRecord) => bench.look(view => conversationsOf(view, session));
const shown = async (session: SessionRecord) =>
  (await list(session)).conversations.map(({ id, unread, last }) => [id, unread, last?.body ?? null]);

describe('a group conversation', () => {
  it('has its creator and those it names as members, and tells them by whom they were added', async () => {
    const { conversation, members } = await start(otter, ['heron', wren.id]);
    expect(conversation.id).toMatch(/^c\d+$/);
    expect(handles(members)).toEqual(['otter', 'heron', 'wren']);
    const [notice] = await inbox(heron);
    expect(notice?.message).toMatchObject({ from: 'signalbox', conversation: 'notice' });
    expect(notice?.message.body).toContain(
      `otter added you to the conversation ${conversation.id} "auth" of otter, heron, wren`,
    );
    expect(await inbox(otter)).toEqual([]);
  });

  it('takes the members of a session group, each once', async () => {
    for (const session of [heron, wren])
      await bench.transact(async unit => unit.tx.put('session', { ...session, group: 'backend' }));
    expect(handles((await start(otter, ['group:backend', 'heron'])).members)).toEqual(['otter', 'heron', 'wren']);
  });

  it('is the same one when the same is asked again within an hour, and nobody is told twice', async () => {
    const first = await start(otter, ['heron', 'wren']);
    const again = await start(otter, ['wren', 'heron']);
    expect(again).toMatchObject({ repeated: true, conversation: { id: first.conversation.id } });
    expect(await inbox(heron)).toHaveLength(1);
    expect((await start(heron, ['otter', 'wren'])).repeated).toBe(false);
    expect((await start(otter, ['heron', 'wren'], 'other')).repeated).toBe(false);
    await bench.clock.advance(limits.conversationRepeatMs);
    expect((await start(otter, ['heron', 'wren'])).repeated).toBe(false);
  });

  it.each([
    ['nobody else', ['otter'], 'invalid_input'],
    ['an unknown session', ['heron', 'nobody-here'], 'not_found'],
    ['a channel', ['#general'], 'invalid_input'],
    ['everyone', ['all'], 'invalid_input'],
    ['a conversation it is not in', ['c1'], 'not_found'],
  ])('is not begun with %s', async (_who, members, code) => {
    await expect(start(otter, members)).rejects.toMatchObject({ code });
    expect((await list(otter)).conversations).toEqual([]);
  });

  it('has a name of one line, cleaned, within its bound', async () => {
    expect((await start(otter, ['heron'], ' a\u001b[31m\nb ')).conversation.name).toBe('a b');
    await expect(start(otter, ['heron'], ' \n ')).rejects.toMatchObject({ code: 'invalid_input' });
    const long = 'x'.repeat(limits.conversationNameCharacters + 1);
    await expect(start(otter, ['heron'], long)).rejects.toMatchObject({ code: 'limit_exceeded' });
  });

  it('is refused beyond the bound of members, and of conversations of any of them', async () => {
    const others = [];
    for (let at = 0; at < limits.conversationMembers; at++) others.push((await bench.join(`s-${at}`)).handle);
    await expect(start(otter, others)).rejects.toMatchObject({ code: 'limit_exceeded' });
    expect((await start(otter, others.slice(1))).members).toHaveLength(limits.conversationMembers);
    for (let at = 1; at < limits.conversationsPerSession; at++) await start(heron, ['wren'], `topic ${at}`);
    await start(heron, ['wren'], 'the last one');
    await expect(start(otter, ['heron'])).rejects.toMatchObject({ code: 'limit_exceeded', message: /heron is in 200/ });
  });

  it('gives what a member writes to all other members, also to those who have ended and return', async () => {
    const { conversation } = await start(otter, ['heron', 'wren']);
    for (const session of [heron, wren]) await read(session);
    await bench.transact(unit => end(unit, wren.id, 'asked'));
    const sent = await write(otter, [conversation.id], 'hello group');
    expect(sent.message.conversation).toBe(conversation.id);
    expect(sent.recipients.map(r => [r.session.handle, r.reachable]).sort()).toEqual([
      ['heron', true],
      ['wren', false],
    ]);
    expect(await bodies(wren)).toEqual(['hello group']);
    expect(await bodies(otter)).toEqual([]);
  });

  it('takes nothing from who is no member, whether or not it exists, in the same words', async () => {
    const { conversation } = await start(otter, ['heron']);
    const refusal = (id: string) =>
      write(wren, [id], 'let me in').catch(error => [error.code, error.message.replace(id, 'ID')]);
    expect(await refusal(conversation.id)).toEqual(['not_found', 'You are in no conversation "ID".']);
    expect(await refusal('c99999')).toEqual(await refusal(conversation.id));
  });

  it('goes on without who leaves, who gets nothing more of it; leaving again changes nothing', async () => {
    const { conversation } = await start(otter, ['heron', 'wren']);
    for (const session of [heron, wren]) await read(session);
    expect(await out(wren, conversation.id)).toBe(true);
    expect(await out(wren, conversation.id)).toBe(false);
    await write(heron, [conversation.id], 'without wren');
    expect(await bodies(otter)).toEqual(['without wren']);
    expect(await bodies(wren)).toEqual([]);
    await expect(bench.look(view => conversationOf(view, wren, conversation.id))).rejects.toMatchObject({
      code: 'not_found',
    });
  });

  it('tells the last one that nobody is left, and ends with it', async () => {
    const { conversation } = await start(otter, ['heron']);
    await out(heron, conversation.id);
    await expect(bench.look(view => membersOf(view, otter, conversation.id))).rejects.toThrow(
      /Everybody else has left/,
    );
    await out(otter, conversation.id);
    expect(await bench.look(view => view.tx.get('conversation', conversation.id))).toMatchObject({
      members: [],
      endedAt: bench.clock.now(),
    });
    expect((await list(otter)).conversations).toEqual([]);
  });

  it('is deleted when it has ended or holds no message, after its time', async () => {
    const ended = (await start(otter, ['heron'], 'ended')).conversation;
    for (const session of [otter, heron]) await out(session, ended.id);
    const spoken = (await start(otter, ['heron'], 'spoken')).conversation;
    await write(otter, [spoken.id], 'kept');
    await start(otter, ['heron'], 'silent');
    const prune = () => bench.transact(unit => pruneConversations(unit, 100));
    expect(await prune()).toBe(0);
    await bench.clock.advance(limits.conversationIdleKeptDays * dayMs + 1);
    const young = (await start(otter, ['heron'], 'young')).conversation;
    expect(await prune()).toBe(2);
    const left = await bench.look(view => view.tx.list('conversation', 'spoken', { prefix: '' }, { limit: 10 }));
    expect(left.map((each: ConversationRecord) => each.id)).toEqual([spoken.id, young.id]);
    // Its message is as old by now: whoever deletes that deletes the conversation.
    while ((await bench.transact(unit => retention(unit, defaultPolicy))) > 0);
    expect(await bench.look(view => view.tx.get('conversation', spoken.id))).toBeUndefined();
    expect(await bench.look(view => view.tx.get('conversation', young.id))).toBeDefined();
  });

  it('is kept while somebody writes to it, however old it is and however soon its messages go', async () => {
    const { id } = (await start(otter, ['heron'], 'old and in use')).conversation;
    for (let day = 0; day < 3; day++) {
      await bench.clock.advance((limits.conversationIdleKeptDays / 2) * dayMs);
      await write(otter, [id], `still here ${day}`);
      const policy = { ...defaultPolicy, messagesKeptDays: 1 };
      await bench.clock.advance(2 * dayMs);
      while ((await bench.transact(unit => retention(unit, policy))) > 0);
    }
    await write(heron, [id], 'and so am I');
    expect(await bench.look(view => view.tx.get('conversation', id))).toBeDefined();
  });

  it('is deleted in the end also behind many older ones that are in use', async () => {
    for (let at = 0; at < 3; at++)
      await write(otter, [(await start(otter, ['heron'], `used ${at}`)).conversation.id], 'kept');
    await bench.clock.advance(dayMs);
    const silent = (await start(otter, ['heron'], 'silent')).conversation;
    await bench.clock.advance(limits.conversationIdleKeptDays * dayMs + 1);
    let deleted = 0;
    for (let at = 0; at < 50; at++) deleted += await bench.transact(unit => pruneConversations(unit, 2));
    expect(deleted).toBe(1);
    expect(await bench.look(view => view.tx.get('conversation', silent.id))).toBeUndefined();
  });
});

describe('the list of conversations', () => {
  it('holds direct ones, groups, channels and all, the newest first, with what is unread in each', async () => {
    expect(await shown(otter)).toEqual([]);
    const { conversation } = await start(heron, ['otter']);
    await write(heron, ['otter'], 'one');
    await write(heron, ['otter'], 'two');
    await write(otter, ['wren'], 'to wren');
    await write(wren, ['#git'], 'pushed');
    await write(heron, ['all'], 'everyone');
    expect(await shown(otter)).toEqual([
      ['all', 1, 'everyone'],
      ['#git', 1, 'pushed'],
      ['direct:wren', 0, 'to wren'],
      ['direct:heron', 2, 'two'],
      [conversation.id, 0, null],
    ]);
    await read(otter);
    expect((await shown(otter)).map(([, unread]) => unread)).toEqual([0, 0, 0, 0, 0]);
  });

  it('has one direct conversation for each peer, also where one message went to several', async () => {
    await write(otter, ['heron', 'wren'], 'to both');
    expect((await shown(otter)).sort()).toEqual([
      ['direct:heron', 0, 'to both'],
      ['direct:wren', 0, 'to both'],
    ]);
    expect(await shown(heron)).toEqual([['direct:otter', 1, 'to both']]);
    await write(wren, ['otter'], 'from wren');
    expect((await shown(otter))[0]).toEqual(['direct:wren', 1, 'from wren']);
    expect(await shown(heron)).toEqual([['direct:otter', 1, 'to both']]);
  });

  it('has no notices, and nothing of groups of others', async () => {
    await start(heron, ['wren']);
    expect(await shown(otter)).toEqual([]);
    expect((await shown(wren)).map(([, unread]) => unread)).toEqual([0]);
  });

  it('is bounded, and says so', async () => {
    await bench.transact(async unit => {
      for (let at = 0; at <= limits.conversationsListed; at++) {
        const conversation = {
          id: `c${at + 1000}`,
          name: 'n',
          members: [otter.id],
          createdBy: otter.id,
          at: 1,
          spokenAt: 1,
          endedAt: null,
        };
        unit.tx.put('conversation', conversation);
      }
    });
    const { conversations, more } = await list(otter);
    expect([conversations.length, more]).toEqual([limits.conversationsListed, true]);
  });
});
