import { beforeEach, describe, expect, it } from 'vitest';
import { type Bench, createBench, file, lockCalls, lockEndings, project } from '../../test/support/rules.ts';
import { acquire } from './lock.ts';
import { release, takeBack } from './lock-release.ts';
import { operator } from './presence.ts';
import { standing, withdraw } from './queue.ts';
import type { SessionRecord, WaiterRecord } from './records.ts';

let bench: Bench;
let otter: SessionRecord;
let heron: SessionRecord;
let wren: SessionRecord;

beforeEach(async () => {
  bench = createBench();
  [otter, heron, wren] = [await bench.join('otter'), await bench.join('heron'), await bench.join('wren')];
});

const { take, queue, ticketOf, holdersOf, waiting } = lockCalls(() => bench);

/** A request without what it is for. */
const line = { ticket: 't', pools: [], mode: 'exclusive', reason: null, ttlMs: 60_000, priority: 'normal' } as const;

describe('waiting in line', () => {
  const endings: [string, (ticket: WaiterRecord) => Promise<unknown>][] = [
    ['release', () => bench.transact(unit => release(unit, otter, [file('a')]))],
    ...lockEndings(
      () => bench,
      () => otter,
    ),
    ['weakening to shared', () => take(otter, [file('a')], 'shared')],
    [
      'a look of the waiter after the death of the holder',
      async ticket => {
        bench.kill(otter);
        await bench.transact(unit => standing(unit, ticket));
      },
    ],
    [
      'a newcomer noticing the death of the holder',
      async () => {
        bench.kill(otter);
        await take(wren, [file('a')], 'shared');
      },
    ],
  ];

  it.each(endings)('passes the grant on at %s, and wakes the waiter', async (_name, finish) => {
    await take(otter, [file('a')], 'exclusive', { ttlMs: 30_000 });
    const mode = _name === 'weakening to shared' ? 'shared' : 'exclusive';
    const ticket = ticketOf(await queue(heron, [file('a')], mode));
    const before = bench.wakeups.pokes.length;
    await finish(ticket);
    expect(await holdersOf(file('a'))).toContain('heron');
    expect(bench.wakeups.pokes.slice(before)).toContain(heron.id);
    expect((await bench.transact(unit => standing(unit, ticket))).granted).toHaveLength(1);
    expect(await waiting()).toBe(0);
  });

  it('passes on when a sharer keeps only an intent', async () => {
    await take(otter, [file('a')], 'shared');
    await queue(heron, [file('a')]);
    await take(otter, [file('a')], 'intent');
    expect(await holdersOf(file('a'))).toEqual(['heron', 'otter']);
  });

  it('serves those who wait in the order they came, newcomers last', async () => {
    await take(otter, [file('a')]);
    await queue(heron, [file('a')]);
    await queue(wren, [file('a')]);
    await bench.transact(unit => release(unit, otter, 'all'));
    expect(await holdersOf(file('a'))).toEqual(['heron']);
    expect((await take(otter, [file('a')])).granted).toBeNull();
    await bench.transact(unit => release(unit, heron, 'all'));
    expect(await holdersOf(file('a'))).toEqual(['wren']);
  });

  it('serves a higher priority first', async () => {
    await take(otter, [file('a')]);
    await queue(heron, [file('a')], 'exclusive', { priority: 'low' });
    await queue(wren, [file('a')], 'exclusive', { priority: 'high' });
    await bench.transact(unit => release(unit, otter, 'all'));
    expect(await holdersOf(file('a'))).toEqual(['wren']);
  });

  it('does not let a newcomer overtake somebody who waits for the same thing and more', async () => {
    await take(otter, [file('a')]);
    await queue(heron, [file('a'), file('b')]);
    const overtaking = await take(wren, [file('b')]);
    expect(overtaking.granted).toBeNull();
    expect(overtaking.blockers.map(blocker => [blocker.session.handle, blocker.lock])).toEqual([['heron', null]]);
    expect((await take(wren, [file('c')])).granted).not.toBeNull();
  });

  it("is never held up by the session's own other places", async () => {
    await take(otter, [file('a')]);
    await queue(heron, [file('a'), file('b')]);
    expect((await take(heron, [file('b')])).granted).not.toBeNull();
  });

  it('shows the first in line only the holder as in its way, and the second also the first', async () => {
    await take(otter, [file('a')]);
    const first = ticketOf(await queue(heron, [file('a')]));
    const second = ticketOf(await queue(wren, [file('a')]));
    const inTheWay = async (ticket: WaiterRecord) =>
      (await bench.transact(unit => standing(unit, ticket))).blockers.map(blocker => blocker.session.handle);
    expect(await inTheWay(first)).toEqual(['otter']);
    expect(await inTheWay(second)).toEqual(['otter', 'heron']);
  });

  it('grants to several sharers together', async () => {
    await take(otter, [file('a')]);
    await queue(heron, [file('a')], 'shared');
    await queue(wren, [file('a')], 'shared');
    await bench.transact(unit => release(unit, otter, 'all'));
    expect(await holdersOf(file('a'))).toEqual(['heron', 'wren']);
  });

  it('grants several resources only when all are free', async () => {
    await take(otter, [file('a')]);
    await take(wren, [file('b')]);
    const ticket = ticketOf(await queue(heron, [file('a'), file('b')]));
    await bench.transact(unit => release(unit, otter, 'all'));
    expect((await bench.transact(unit => standing(unit, ticket))).granted).toBeNull();
    await bench.transact(unit => release(unit, wren, 'all'));
    expect((await bench.transact(unit => standing(unit, ticket))).granted).toHaveLength(2);
  });

  it('skips a waiter that died, and one whose time is over', async () => {
    await take(otter, [file('a')]);
    await queue(heron, [file('a')]);
    await queue(wren, [file('a')]);
    bench.kill(heron);
    await bench.transact(unit => release(unit, otter, 'all'));
    expect(await holdersOf(file('a'))).toEqual(['wren']);
    const robin = await bench.join('robin');
    const late = ticketOf(await queue(robin, [file('a')]));
    await bench.clock.advance(46_000);
    await bench.transact(unit => release(unit, wren, 'all'));
    expect(await holdersOf(file('a'))).toEqual([]);
    expect((await bench.transact(unit => standing(unit, late))).lost).toBe(true);
  });

  it('lets those behind move up when one gives up', async () => {
    await take(otter, [file('a')], 'shared');
    const ticket = ticketOf(await queue(heron, [file('a')]));
    const behind = ticketOf(await queue(wren, [file('a')], 'shared'));
    const outcome = await bench.transact(unit => withdraw(unit, ticket));
    expect(outcome.granted).toBeNull();
    expect(await holdersOf(file('a'))).toEqual(['otter', 'wren']);
    expect((await bench.transact(unit => standing(unit, behind))).granted).toHaveLength(1);
  });

  it('skips a place whose own process died, even if its session lives on', async () => {
    await take(otter, [file('a')]);
    const person = await bench.transact(unit => operator(unit));
    const shell = bench.processes.spawn();
    const { processes } = bench;
    await bench.store.transact(project, tx =>
      acquire(
        { tx, ids: bench.ids, processes: processes.as(shell) },
        person,
        { ...line, resources: [file('a')] },
        tx.now + 45_000,
      ),
    );
    processes.kill(shell);
    await bench.transact(unit => release(unit, otter, 'all'));
    expect(await holdersOf(file('a'))).toEqual([]);
  });

  it('lets a newcomer pass a place whose own process died, although nobody has passed anything on yet', async () => {
    await take(otter, [file('b')]);
    const person = await bench.transact(unit => operator(unit));
    const shell = bench.processes.spawn();
    await bench.store.transact(project, tx =>
      acquire(
        { tx, ids: bench.ids, processes: bench.processes.as(shell) },
        person,
        { ...line, resources: [file('a'), file('b')] },
        tx.now + 45_000,
      ),
    );
    expect((await take(heron, [file('a')])).granted).toBeNull();
    bench.processes.kill(shell);
    expect((await take(heron, [file('a')])).granted).not.toBeNull();
  });

  it('takes back only what a cancelled request itself has got', async () => {
    await take(heron, [file('before')]);
    await take(otter, [file('a')]);
    const ticket = ticketOf(await queue(heron, [file('before'), file('a')]));
    await bench.transact(unit => release(unit, otter, 'all'));
    await bench.transact(unit => takeBack(unit, heron, ticket.id, ticket.resources));
    expect(await holdersOf(file('before'))).toEqual(['heron']);
    expect(await holdersOf(file('a'))).toEqual([]);
  });

  it('takes nothing back that another request of the session has asked for as well', async () => {
    await take(otter, [file('a')]);
    const cancelled = ticketOf(await queue(heron, [file('a')]));
    const kept = ticketOf(await queue(heron, [file('a')]));
    await bench.transact(unit => release(unit, otter, 'all'));
    await bench.transact(unit => takeBack(unit, heron, cancelled.id, cancelled.resources));
    expect(await holdersOf(file('a'))).toEqual(['heron']);
    await bench.transact(unit => takeBack(unit, heron, kept.id, kept.resources));
    expect(await holdersOf(file('a'))).toEqual([]);
  });

  it('undoes the change of mode that a cancelled request has got', async () => {
    await take(heron, [file('a')], 'shared');
    await take(otter, [file('a')], 'shared');
    const ticket = ticketOf(await queue(heron, [file('a')], 'exclusive'));
    await bench.transact(unit => release(unit, otter, 'all'));
    expect((await take(otter, [file('a')], 'shared')).granted).toBeNull();
    await bench.transact(unit => takeBack(unit, heron, ticket.id, ticket.resources));
    expect((await take(otter, [file('a')], 'shared')).granted).not.toBeNull();
    expect(await holdersOf(file('a'))).toEqual(['heron', 'otter']);
  });

  it('never restores a stronger mode that others have been let past meanwhile', async () => {
    await take(heron, [file('a')]);
    const weaker = await take(heron, [file('a')], 'shared');
    expect((await take(otter, [file('a')], 'shared')).granted).not.toBeNull();
    const ticket = weaker.granted?.[0]?.tickets.at(-1) ?? '';
    await bench.transact(unit => takeBack(unit, heron, ticket, [file('a')]));
    expect((await take(wren, [file('a')], 'shared')).granted).not.toBeNull();
  });

  it('tells one that gives up too late that it was granted', async () => {
    await take(otter, [file('a')]);
    const ticket = ticketOf(await queue(heron, [file('a')]));
    await bench.transact(unit => release(unit, otter, 'all'));
    expect((await bench.transact(unit => withdraw(unit, ticket))).granted).toHaveLength(1);
  });
});

describe('waiting that would never end', () => {
  it('is refused and names the cycle of two', async () => {
    await take(otter, [file('a')]);
    await take(heron, [file('b')]);
    await queue(otter, [file('b')]);
    const outcome = await queue(heron, [file('a')]);
    expect(outcome.waiter).toBeNull();
    expect(outcome.cycle).toEqual(['heron', 'otter', 'heron']);
  });

  it('is refused and names the cycle of three', async () => {
    await take(otter, [file('a')]);
    await take(heron, [file('b')]);
    await take(wren, [file('c')]);
    await queue(otter, [file('b')]);
    await queue(heron, [file('c')]);
    expect((await queue(wren, [file('a')])).cycle).toEqual(['wren', 'otter', 'heron', 'wren']);
  });

  it('is not made by fairness: who holds what the one ahead waits for may pass it', async () => {
    await take(otter, [file('a')]);
    await queue(heron, [file('a'), file('b')]);
    expect((await take(otter, [file('b')])).granted).not.toBeNull();
  });

  it('is not made by fairness through a third one in the queue', async () => {
    await take(otter, [file('a')]);
    await queue(heron, [file('a'), file('b')]);
    await queue(wren, [file('b'), file('c')]);
    expect((await take(otter, [file('c')])).granted).not.toBeNull();
  });
});
