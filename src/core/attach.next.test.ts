import { beforeEach, describe, expect, it } from 'vitest';
import { attachCalls } from '../../test/support/attaching.ts';
import { type Bench, createBench } from '../../test/support/rules.ts';
import { livingOf } from './attach.ts';
import { noteEvent } from './client-event.ts';
import type { ProcessIdentity } from './process.ts';
import type { SessionRecord } from './records.ts';
import { end, update } from './session.ts';

let bench: Bench;
/** The client's process. */
let client: ProcessIdentity;

beforeEach(async () => {
  bench = createBench();
  client = bench.processes.spawn();
  await bench.clock.advance(1_000);
});

const { session } = attachCalls(
  () => bench,
  () => client,
);
const prompt = (me: SessionRecord) =>
  bench.transact(async unit => {
    const stored = (await unit.tx.get('session', me.id)) as SessionRecord;
    return noteEvent(unit, stored, { kind: 'prompt', source: null, prompt: 'Move the login', isHeld: false });
  });

describe('several conversations in one process of a client', () => {
  const many = { isOnly: false } as const;

  it('are sessions of their own, each found by its conversation', async () => {
    const first = await session({ ...many, conversation: 'c1', start: 'startup' });
    const second = await session({ ...many, conversation: 'c2', start: 'startup' });
    expect(second.id).not.toBe(first.id);
    expect((await session({ ...many, conversation: 'c1' })).id).toBe(first.id);
    expect((await session({ ...many, conversation: 'c2' })).id).toBe(second.id);
    const found = await bench.look(view => livingOf(view, 'test-client', client));
    expect(found.map(({ id }) => id)).toEqual([second.id, first.id]);
  });

  it('go on with a cleared one where it is the only one of its folder, and leave it unserved until its server calls', async () => {
    const server = bench.processes.spawn();
    const first = await session({ ...many, server, start: 'startup' });
    const elsewhere = await session({ ...many, conversation: 'c5', root: '/shop-2', start: 'startup' });
    const next = await session({ ...many, conversation: 'c2', start: 'clear' });
    expect([next.id, next.process]).toEqual([first.id, client]);
    const own = bench.processes.spawn();
    expect((await session({ ...many, server: own, conversation: 'c2' })).process).toEqual(own);
    // A late call of the conversation before takes nothing back.
    expect((await session({ ...many, server, conversation: 'c1' })).process).toEqual(own);
    expect((await session({ ...many, conversation: 'c5', root: '/shop-2' })).id).toBe(elsewhere.id);
  });

  it('begin a session with a cleared one where it could be that of two', async () => {
    const ids = [
      await session({ ...many, conversation: 'c1', start: 'startup' }),
      await session({ ...many, conversation: 'c2', start: 'startup' }),
      await session({ ...many, conversation: 'c3', start: 'clear' }),
    ].map(({ id }) => id);
    expect(new Set(ids).size).toBe(3);
  });

  it('begin a session where the one before has ended, unless it was cleared', async () => {
    const first = await session({ ...many, start: 'startup' });
    await bench.transact(unit => end(unit, first.id, 'its client ended it'));
    const other = await session({ ...many, conversation: 'c2', start: 'startup' });
    expect(other.id).not.toBe(first.id);
    await bench.transact(unit => end(unit, other.id, 'its client ended it'));
    expect((await session({ ...many, conversation: 'c3', start: 'clear' })).id).toBe(other.id);
  });

  it('go on in succession with the one whose server is dead, which it outlives, and with none whose server lives', async () => {
    const [one, two] = [bench.processes.spawn(), bench.processes.spawn()];
    const first = await session({ ...many, outlived: one, conversation: 'c1', start: 'succession' });
    const tab = await session({ ...many, outlived: two, conversation: 'c2', start: 'succession' });
    expect([tab.id === first.id, first.server, first.process]).toEqual([false, one, client]);
    bench.processes.kill(two);
    const found = await bench.look(view => livingOf(view, 'test-client', client));
    expect(found.map(({ id }) => id)).toEqual([tab.id, first.id]);
    const three = bench.processes.spawn();
    const next = await session({ ...many, outlived: three, conversation: 'c3', start: 'succession' });
    expect([next.id, next.pastConversations, next.server]).toEqual([tab.id, ['c2'], three]);
    // One of a hook alone was never served.
    const hooked = await session({ ...many, conversation: 'c9', start: 'startup' });
    expect((await session({ ...many, outlived: two, conversation: 'c10', start: 'succession' })).id).toBe(hooked.id);
  });

  it('in succession do not continue one that was ended, but one whose server crashed', async () => {
    const server = bench.processes.spawn();
    const first = await session({ ...many, server, start: 'startup' });
    bench.processes.kill(server);
    const next = await session({ ...many, conversation: 'c2', start: 'succession' });
    expect(next.id).toBe(first.id);
    await bench.transact(unit => end(unit, first.id, 'left'));
    expect((await session({ ...many, conversation: 'c3', start: 'succession' })).id).not.toBe(first.id);
  });

  it('are found among any number that have ended', async () => {
    const first = await session({ ...many, conversation: 'c0', start: 'startup' });
    for (let at = 1; at <= 60; at += 1) {
      const other = await session({ ...many, conversation: `c${at}`, start: 'startup' });
      await bench.transact(unit => end(unit, other.id, 'left'));
    }
    const found = await bench.look(view => livingOf(view, 'test-client', client));
    expect(found.map(({ id }) => id)).toEqual([first.id]);
    expect((await session({ ...many, conversation: 'c0' })).id).toBe(first.id);
  });
});

describe('a client that ends a session and its server before the next conversation begins', () => {
  it('has one session over both, without the task of the one before', async () => {
    const first = await session({ server: bench.processes.spawn(), start: 'startup' });
    expect((await prompt(first)).task).toBe('Move the login');
    await bench.transact(unit => end(unit, first.id, 'client gone'));
    const next = await session({ server: bench.processes.spawn(), conversation: 'c2', start: 'startup' });
    expect([next.id, next.task, next.pastConversations]).toEqual([first.id, null, ['c1']]);
  });

  it('keeps a task that the session named itself', async () => {
    const first = await session({ start: 'startup' });
    await bench.transact(unit => update(unit, first, { task: 'Payments' }));
    await bench.transact(unit => end(unit, first.id, 'client gone'));
    expect((await session({ conversation: 'c2', start: 'startup' })).task).toBe('Payments');
  });

  it.each(['fork', 'resume'] as const)('has another session when it begins by a %s', async start => {
    const first = await session({ start: 'startup' });
    await bench.transact(unit => end(unit, first.id, 'client gone'));
    expect((await session({ conversation: 'c2', start })).id).not.toBe(first.id);
  });

  it('has another session in another folder, and in another process', async () => {
    const first = await session({ start: 'startup' });
    await bench.transact(unit => end(unit, first.id, 'client gone'));
    expect((await session({ conversation: 'c2', root: '/shop-2' })).id).not.toBe(first.id);
    expect((await session({ conversation: 'c3', client: bench.processes.spawn() })).id).not.toBe(first.id);
  });
});
