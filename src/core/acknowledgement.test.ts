import { beforeEach, expect, it } from 'vitest';
import { letterCalls } from '../../test/support/letters.ts';
import { type Bench, createBench } from '../../test/support/rules.ts';
import { acknowledge } from './acknowledgement.ts';
import { confirm, handOver, recipientsOf } from './delivery.ts';
import type { Sent } from './message.ts';
import type { SessionRecord } from './records.ts';

let bench: Bench;
let otter: SessionRecord;
let heron: SessionRecord;

const { write, inbox, unread } = letterCalls(() => bench);
const ack = (session: SessionRecord, ...ids: string[]) =>
  bench.transact(unit => acknowledge(unit, session, ids, 'calls'));
const states = async ({ message }: Sent) => {
  const recipients = await bench.look(view => recipientsOf(view, message));
  return Object.fromEntries(recipients.map(({ session, delivery }) => [session.handle, delivery.state]));
};
const owed = (session: SessionRecord) => bench.look(view => view.tx.count('delivery', 'owed', { equals: session.id }));

beforeEach(async () => {
  bench = createBench();
  [otter, heron] = [await bench.join('otter'), await bench.join('heron')];
  await bench.join('wren');
});

it('is seen by the sender, counts as read, and wakes nobody', async () => {
  const sent = await write(otter, ['heron', 'wren'], 'deploy is frozen', { wantsAck: true });
  expect([await owed(heron), await unread(heron)]).toEqual([1, 1]);
  const before = bench.wakeups.pokes.length;
  expect(await ack(heron, sent.message.id)).toEqual({ acknowledged: [sent.message.id], unknown: [] });
  expect(await states(sent)).toEqual({ heron: 'acknowledged', wren: 'queued' });
  expect([await owed(heron), await unread(heron), await unread(otter)]).toEqual([0, 0, 0]);
  expect(bench.wakeups.pokes.slice(before)).toEqual([]);
});

it('repeated changes nothing', async () => {
  const sent = await write(otter, ['heron'], 'hello');
  await ack(heron, sent.message.id);
  const [before] = await bench.look(view => recipientsOf(view, sent.message));
  await bench.clock.advance(5_000);
  await ack(heron, sent.message.id, sent.message.id);
  expect(await bench.look(view => recipientsOf(view, sent.message))).toEqual([before]);
  expect(before?.delivery).toMatchObject({ path: 'calls', readAt: bench.clock.now() - 5_000 });
});

it('is of nobody else’s messages, and one wrong id keeps back none of the others', async () => {
  const [mine, foreign] = [await write(otter, ['heron'], 'for heron'), await write(otter, ['wren'], 'for wren')];
  const ids = ['m999999', foreign.message.id, mine.message.id, 'nonsense', `${otter.id}`];
  expect(await ack(heron, ...ids)).toEqual({
    acknowledged: [mine.message.id],
    unknown: ['m999999', foreign.message.id, 'nonsense', otter.id],
  });
  expect(await states(foreign)).toEqual({ wren: 'queued' });
  expect(await ack(otter, mine.message.id)).toMatchObject({ acknowledged: [] });
});

it('is given by an answer', async () => {
  const sent = await write(otter, ['heron'], 'may I?', { wantsAck: true });
  await write(heron, [], 'yes', { replyTo: sent.message.id });
  expect(await states(sent)).toEqual({ heron: 'acknowledged' });
  expect(await owed(heron)).toBe(0);
});

it('is not taken back by a confirmation that comes late', async () => {
  const sent = await write(otter, ['heron'], 'hello');
  const items = await inbox(heron);
  await bench.transact(async unit => handOver(unit, items, 'calls'));
  await ack(heron, sent.message.id);
  await bench.transact(unit => confirm(unit, heron.id, [sent.message.sequence]));
  expect(await states(sent)).toEqual({ heron: 'acknowledged' });
});

it('is asked of those who join later, too', async () => {
  const sent = await write(otter, ['#general'], 'freeze', { wantsAck: true });
  const late = await bench.join('late');
  expect(await owed(late)).toBe(1);
  await ack(late, sent.message.id);
  expect(await states(sent)).toEqual({ heron: 'queued', wren: 'queued', late: 'acknowledged' });
});
