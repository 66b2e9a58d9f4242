import { beforeEach, describe, expect, it } from 'vitest';
import { letterCalls } from '../../test/support/letters.ts';
import { aLock, aMessage, aSession } from '../../test/support/records.ts';
import { type Bench, createBench } from '../../test/support/rules.ts';
import { begin } from './conversation-begin.ts';
import { limits } from './limits.ts';
import { newDelivery } from './notice.ts';
import { defaultPolicy } from './policy.ts';
import type { Kind, RecordOf, SessionRecord } from './records.ts';
import { prune } from './retention.ts';
import { end, join, update } from './session.ts';

const dayMs = 86_400_000;

let bench: Bench;
let otter: SessionRecord;
let heron: SessionRecord;

const { write, unread } = letterCalls(() => bench);
const days = (count: number) => bench.clock.advance(count * dayMs);
const pruned = (messagesKeptDays = 30) => bench.transact(unit => prune(unit, { ...defaultPolicy, messagesKeptDays }));
const has = async (kind: Kind, id: string) =>
  (await bench.look(async ({ tx }) => (await tx.get(kind, id)) as RecordOf<Kind> | undefined)) !== undefined;
const put = <K extends Kind>(kind: K, record: Partial<RecordOf<K>> & { id: string }) =>
  bench.transact(async ({ tx }) => tx.put(kind, record as RecordOf<K>));

beforeEach(async () => {
  bench = createBench();
  [otter, heron] = [await bench.join('otter'), await bench.join('heron')];
});

describe('messages', () => {
  it('go with their deliveries after their time, read or not, and not a moment earlier', async () => {
    const old = await write(otter, ['heron'], 'old');
    await bench.clock.advance(1);
    const young = await write(otter, ['heron'], 'young');
    await days(30);
    expect(await pruned()).toBe(2);
    expect([await has('message', old.message.id), await has('message', young.message.id)]).toEqual([false, true]);
    expect(await unread(heron)).toBe(1);
    expect(await pruned()).toBe(0);
  });

  it('are kept as long as the team has set', async () => {
    await write(otter, ['heron'], 'hello');
    await days(8);
    expect(await pruned(9)).toBe(0);
    expect(await pruned(7)).toBe(2);
  });

  it('go a batch at a time, and one to very many in several', async () => {
    const crowd = 3 * limits.retentionBatch;
    await bench.transact(async ({ tx }) => {
      const sequence = tx.emit({ type: 'message.sent', audience: [], data: {} });
      const message = aMessage(`m${sequence}`, { sequence, conversation: 'all', at: tx.now });
      tx.put('message', message);
      for (let index = 0; index < crowd; index += 1) tx.put('delivery', newDelivery(`s${index}`, message));
    });
    for (let index = 0; index < 5; index += 1) await write(otter, ['heron'], `${index}`);
    await days(31);
    const counts: number[] = [];
    for (let count = await pruned(); count > 0; count = await pruned()) counts.push(count);
    expect(Math.max(...counts)).toBeLessThanOrEqual(limits.retentionBatch);
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(crowd + 1 + 10);
    expect(await bench.look(({ tx }) => tx.count('delivery', 'inbox', { prefix: '' }))).toBe(0);
  });
});

describe('sessions that ended', () => {
  const leave = (session: SessionRecord) => bench.transact(unit => end(unit, session.id, 'left'));

  it('go when their handle is free again, never while they live; who returns joins anew', async () => {
    const gone = await bench.join('gone', { clientSession: 'c' });
    await leave(gone);
    await days(limits.handleKeptDays);
    expect(await pruned()).toBe(0);
    await bench.clock.advance(1);
    expect(await pruned()).toBe(1);
    expect([await has('session', gone.id), await has('session', otter.id)]).toEqual([false, true]);
    const back = await bench.join('gone', { clientSession: 'c' });
    expect([back.id === gone.id, back.handle]).toEqual([false, 'gone']);
  });

  it('stay as long as messages, mail that waits for them, or a former handle that is kept', async () => {
    const [renamed, addressed, gone] = [await bench.join('a'), await bench.join('b'), await bench.join('c')];
    for (const session of [renamed, addressed, gone]) await leave(session);
    await days(20);
    await write(otter, ['b'], 'for later');
    await bench.transact(async unit => {
      await update(unit, renamed, { handle: 'new' });
      await end(unit, renamed.id, 'left');
    });
    await days(11);
    expect(await pruned(60)).toBe(0);
    expect(await pruned(30)).toBe(1);
    const left = () => Promise.all([renamed, addressed, gone].map(({ id }) => has('session', id)));
    expect(await left()).toEqual([true, true, false]);
    await days(20);
    while ((await pruned()) > 0);
    expect(await left()).toEqual([false, false, false]);
  });

  it('are struck off their group conversations', async () => {
    const gone = await bench.join('gone');
    await leave(gone);
    await days(5);
    const wanted = { name: 'team', members: ['gone', 'heron'] };
    const { conversation } = await bench.transact(unit => begin(unit, otter, wanted));
    await days(26);
    await pruned(7);
    expect(await has('session', gone.id)).toBe(false);
    const kept = await bench.look(({ tx }) => tx.get('conversation', conversation.id));
    expect(kept?.members).toEqual([otter.id, heron.id]);
  });

  it('go also behind a whole batch of some that must stay', async () => {
    const kept = { endedAt: bench.clock.now(), endReason: 'left', process: null };
    await bench.transact(async ({ tx }) => {
      for (let index = 0; index < limits.retentionBatch + 50; index += 1) {
        tx.put('session', aSession(`stays${index}`, { ...kept, pastHandles: [{ handle: `h${index}`, until: 9e15 }] }));
      }
    });
    await bench.clock.advance(1_000);
    await put('session', aSession('goes', { endedAt: bench.clock.now(), endReason: 'left' }));
    await days(60);
    for (let round = 0; round < 200 && (await has('session', 'goes')); round += 1) await pruned();
    const left = await Promise.all(['goes', 'stays0', otter.id, heron.id].map(id => has('session', id)));
    expect(left).toEqual([false, true, true, true]);
  });

  it('that still hold a lock by some mistake stay', async () => {
    await put('lock', aLock('l', { holder: heron.id }));
    await put('session', { ...heron, endedAt: bench.clock.now() } as SessionRecord);
    await days(31);
    await pruned();
    expect(await has('session', heron.id)).toBe(true);
  });
});

describe('what else grows old', () => {
  it.each([
    ['intent', limits.endedIntentsKeptDays, (at: number) => ({ endedAt: at })],
    ['data', limits.deletedKeptDays, (at: number) => ({ deletedAt: at, scope: 's' })],
    ['edit', limits.editsKeptDays, (at: number) => ({ at, pathKey: 'a', sequence: 1, session: 's', commit: null })],
  ] as const)('of the kind %s goes after %i days', async (kind, keptDays, fields) => {
    await put(kind, { id: 'x1', ...fields(bench.clock.now()) } as never);
    await days(keptDays);
    expect(await pruned()).toBe(0);
    await bench.clock.advance(1);
    expect(await pruned()).toBe(1);
    expect(await has(kind, 'x1')).toBe(false);
  });

  it('is not what goes on: open intents, data that is set, context without an end', async () => {
    await put('intent', { id: 'i1', endedAt: null, sequence: 1, session: otter.id, expiresAt: 9e15 } as never);
    await put('data', { id: 'd1', deletedAt: null, scope: 's' } as never);
    const about = { type: 'decision', order: 1, title: null, titleKey: null, content: 'x', tags: [] };
    await put('context', { id: 'k1', ...about, expiresAt: null } as never);
    await put('context', { id: 'k2', ...about, expiresAt: bench.clock.now() + dayMs } as never);
    await days(1);
    await bench.clock.advance(1);
    expect(await pruned()).toBe(1);
    await days(400);
    await pruned();
    expect(
      await Promise.all([has('intent', 'i1'), has('data', 'd1'), has('context', 'k1'), has('context', 'k2')]),
    ).toEqual([true, true, true, false]);
  });

  it('goes a batch of each kind at a time', async () => {
    await bench.transact(async ({ tx }) => {
      for (let index = 0; index < limits.retentionBatch + 1; index += 1) {
        tx.put('intent', { id: `i${index}`, endedAt: tx.now } as never);
        tx.put('data', { id: `d${index}`, scope: 's', deletedAt: tx.now } as never);
      }
    });
    await days(400);
    expect([await pruned(), await pruned(), await pruned()]).toEqual([2 * limits.retentionBatch, 2, 0]);
  });
});

it('costs one read of each kind when nothing is old', async () => {
  for (let index = 0; index < 50; index += 1) await write(otter, ['heron'], `m ${index}`);
  await bench.transact(async unit => {
    let reads = 0;
    const { tx } = unit;
    const counted = {
      ...tx,
      now: tx.now,
      list: (...call: Parameters<typeof tx.list>) => {
        reads += call[3].limit;
        return tx.list(...call);
      },
    } as typeof tx;
    await prune({ ...unit, tx: counted }, defaultPolicy);
    // Six oldest ones, and a page of conversations that holds none.
    expect(reads).toBeLessThanOrEqual(6 + limits.conversationsPruned);
  });
});

it('is done when a session joins', async () => {
  const { message } = await write(otter, ['heron'], 'old');
  await days(31);
  await bench.transact(unit => join(unit, bench.arrive({ handle: 'new' }), null, defaultPolicy));
  expect(await has('message', message.id)).toBe(false);
});
