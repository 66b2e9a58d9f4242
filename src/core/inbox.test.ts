import { beforeEach, expect, it } from 'vitest';
import { letterCalls } from '../../test/support/letters.ts';
import { aMessage } from '../../test/support/records.ts';
import { type Bench, createBench } from '../../test/support/rules.ts';
import { acknowledge } from './acknowledgement.ts';
import { begin } from './conversation-begin.ts';
import { limits } from './limits.ts';
import { newDelivery, notify } from './notice.ts';
import type { SessionRecord } from './records.ts';

let bench: Bench;
let otter: SessionRecord;
let heron: SessionRecord;

const { write, inbox, bodies, unread } = letterCalls(() => bench);

beforeEach(async () => {
  bench = createBench();
  [otter, heron] = [await bench.join('otter'), await bench.join('heron')];
});

/** Puts unread messages into an inbox, each with the number of an event as in real life. */
const fill = (session: SessionRecord, count: number) =>
  bench.transact(async ({ tx }) => {
    for (let index = 0; index < count; index += 1) {
      const sequence = tx.emit({ type: 'message.sent', audience: [], data: {} });
      const message = aMessage(`m${sequence}`, { sequence, from: 'somebody', recipients: [session.id], at: tx.now });
      tx.put('message', message);
      tx.put('delivery', newDelivery(session.id, message));
    }
  });

it('takes no more direct mail once it is full, says whose it is, and sends to nobody then', async () => {
  const wren = await bench.join('wren');
  await fill(heron, limits.unreadPerSession - 1);
  await write(otter, ['heron'], 'the last one');
  await expect(write(otter, ['wren', 'heron'], 'one more')).rejects.toMatchObject({
    code: 'limit_exceeded',
    message: `heron has ${limits.unreadPerSession} unread messages, which is the limit; nothing was sent.`,
  });
  expect([await unread(heron), await unread(wren)]).toEqual([limits.unreadPerSession, 0]);
  const [oldest] = await inbox(heron, { limit: 1 });
  await bench.transact(unit => acknowledge(unit, heron, [oldest?.message.id ?? ''], 'calls'));
  await write(otter, ['heron'], 'one more');
});

it('keeps what goes to everybody or into a conversation also when it is full, so that nobody misses it or is silenced', async () => {
  await fill(heron, limits.unreadPerSession);
  expect((await write(otter, ['#general'], 'to all of you')).recipients).toHaveLength(1);
  const { conversation } = await bench.transact(unit => begin(unit, otter, { name: 'team', members: ['heron'] }));
  await write(otter, [conversation.id], 'to us two');
  // The invitation to the conversation is a notice.
  expect(await unread(heron)).toBe(limits.unreadPerSession + 3);
});

it('shows notices as a conversation of their own, from signalbox', async () => {
  await write(otter, ['heron'], 'hello');
  await bench.transact(async unit => notify(unit, [heron.id], 'The lock is yours.'));
  expect(await bodies(heron)).toEqual(['hello', 'The lock is yours.']);
  expect(await bodies(heron, { conversation: 'notice' })).toEqual(['The lock is yours.']);
  expect(await bodies(heron, { from: 'signalbox' })).toEqual(['The lock is yours.']);
  expect(await bodies(heron, { conversation: 'direct' })).toEqual(['hello']);
});

it('keeps notices out of every history', async () => {
  await bench.transact(async unit => notify(unit, [heron.id], 'The lock is yours.'));
  const entries = await bench.look(async ({ tx }) => [
    await tx.count('message', 'history', { prefix: '' }),
    await tx.count('message', 'at', { prefix: '' }),
  ]);
  expect(entries).toEqual([0, 1]);
});
