import { beforeEach, describe, expect, it } from 'vitest';
import { letterCalls } from '../../test/support/letters.ts';
import { type Bench, createBench } from '../../test/support/rules.ts';
import { begin } from './conversation-begin.ts';
import { limits } from './limits.ts';
import { becomePartner } from './partner.ts';
import type { SessionRecord } from './records.ts';
import { fittingTalk, unreadTalk } from './talk-mail.ts';

const issuer = 'claude-duo';
let bench: Bench;
let shop: SessionRecord;
let docs: SessionRecord;

const { write } = letterCalls(() => bench);
const arrives = async (path: string) => {
  const session = await bench.join();
  return (await bench.transact(unit => becomePartner(unit, session, { issuer, path, facts: {} }))).session;
};
const items = async (filter = {}) => {
  const me = await bench.now(shop);
  return bench.look(({ tx }) => unreadTalk(tx, me, issuer, { conversation: null, from: null, ...filter }));
};
const texts = async (filter = {}) => (await items(filter)).map(({ message }) => message.body);

beforeEach(async () => {
  bench = createBench();
  [shop, docs] = [await arrives('/a/shop'), await arrives('/a/docs')];
});

describe('what lies unread for a partner', () => {
  it('is what others said, the oldest first, without what Signalbox tells', async () => {
    const { conversation } = await bench.transact(unit => begin(unit, docs, { name: 'x', members: [shop.id] }));
    await write(docs, [conversation.id], 'one');
    await write(docs, ['shop'], 'two');
    expect(await bench.notices(shop)).toHaveLength(1);
    expect(await texts()).toEqual(['one', 'two']);
    expect(await texts({ conversation: conversation.id })).toEqual(['one']);
    expect(await texts({ conversation: 'direct', from: docs.id })).toEqual(['two']);
    expect(await texts({ conversation: 'direct', from: shop.id })).toEqual([]);
  });

  it('is nothing that it said itself, as the session that it was before', async () => {
    await write(shop, ['all'], 'mine');
    await write(docs, ['all'], 'theirs');
    const former = shop;
    bench.kill(former);
    shop = await arrives('/a/shop');
    // Its process was cut off, and did not know yet that its place was taken.
    await write(former, ['all'], 'mine, late');
    expect(await texts()).toEqual(['theirs']);
  });

  it('is what a native session said, also one that is called as the partner is', async () => {
    const native = await bench.join('till');
    shop = await arrives('/b/till');
    await write(native, [shop.id], 'Which till?');
    expect(await texts()).toEqual(['Which till?']);
  });

  it('is shown as far as one answer carries, and one message at least', async () => {
    const long = 'x'.repeat(limits.messageBodyBytes);
    for (let count = 0; count < 4; count += 1) await write(docs, ['shop'], `${count}${long}`.slice(0, long.length));
    const all = await items();
    const room = Math.floor(limits.historyAnswerBytes / limits.messageBodyBytes);
    expect(fittingTalk(all)).toEqual(all.slice(0, room));
    expect(fittingTalk(all.slice(0, 1))).toHaveLength(1);
    expect(
      fittingTalk(Array.from({ length: 300 }, () => ({ ...all[0], message: { body: '' } })) as never),
    ).toHaveLength(limits.messagesReadMax);
  });
});
