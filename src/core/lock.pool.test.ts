import { beforeEach, describe, expect, it } from 'vitest';
import { poolCalls, port } from '../../test/support/pool-calls.ts';
import { type Bench, createBench, file, lockCalls, named } from '../../test/support/rules.ts';
import { limits } from './limits.ts';
import { breakLocks } from './lock-break.ts';
import { handOff } from './lock-handoff.ts';
import { release, takeBack } from './lock-release.ts';
import { operator } from './presence.ts';
import { type LockOutcome, passOn, standing, withdraw } from './queue.ts';
import type { PoolWish, SessionRecord } from './records.ts';
import { end } from './session.ts';

let bench: Bench;
let otter: SessionRecord;
let heron: SessionRecord;
let wren: SessionRecord;
let finch: SessionRecord;

beforeEach(async () => {
  bench = createBench();
  [otter, heron, wren, finch] = [
    await bench.join('otter'),
    await bench.join('heron'),
    await bench.join('wren'),
    await bench.join('finch'),
  ];
});

const { take, queue, ticketOf, waiting } = lockCalls(() => bench);

const { ask, line, free, got, heldBy } = poolCalls(() => bench);
const db: PoolWish = { pool: 'db', count: 1, values: ['db:a', 'db:b'] };

const blockedBy = (outcome: LockOutcome) =>
  outcome.blockers.map(({ session, lock }) => `${session.handle} ${lock?.name ?? 'waits'}`);

/** Otter, heron and wren have a port each; finch may wait. */
async function allTaken(): Promise<void> {
  for (const session of [otter, heron, wren]) await ask(session, [port()]);
}

describe('a pool', () => {
  it('gives each session another value, the first that is free, locked exclusive under its own name', async () => {
    const outcomes = [await ask(otter, [port()]), await ask(heron, [port()]), await ask(wren, [port()])];
    expect(outcomes.map(got)).toEqual([['port:3000'], ['port:3001'], ['port:3002']]);
    expect(outcomes[1]?.granted?.[0]).toMatchObject({ mode: 'exclusive', pool: 'port', holder: heron.id });
    expect((await take(finch, [named('port:3001')])).granted).toBeNull();
  });

  it('that is all taken refuses and names every holder', async () => {
    await allTaken();
    const refused = await ask(finch, [port()]);
    expect(refused.granted).toBeNull();
    expect(blockedBy(refused)).toEqual(['otter port:3000', 'heron port:3001', 'wren port:3002']);
  });

  it('gives nobody what is locked by name, in a mode that excludes', async () => {
    await take(otter, [named('port:3000')], 'shared');
    await take(heron, [named('port:3001')], 'intent');
    const outcome = await ask(wren, [port()]);
    expect(got(outcome)).toEqual(['port:3001']);
    expect(outcome.warnings.map(({ session }) => session.handle)).toEqual(['heron']);
  });

  it('gives the same value again, renewed under its fence, to who asks again', async () => {
    const first = await ask(otter, [port()]);
    await bench.clock.advance(1_000);
    const second = await ask(otter, [port()]);
    expect(got(second)).toEqual(['port:3000']);
    expect(second.granted?.[0]?.fence).toBe(first.granted?.[0]?.fence);
    expect(second.granted?.[0]?.expiresAt).toBeGreaterThan(first.granted?.[0]?.expiresAt ?? 0);
  });

  it('gives two different values to who asks for two, and the one that is missing to who has one', async () => {
    expect(got(await ask(otter, [port(2)]))).toEqual(['port:3000', 'port:3001']);
    await ask(heron, [port()]);
    await free(otter, 'port:3000');
    expect(got(await ask(heron, [port(2)]))).toEqual(['port:3002', 'port:3000']);
  });

  it('does not give a value that the session has by its name, nor one that the same call names', async () => {
    await take(otter, [named('port:3000')]);
    expect(got(await ask(otter, [port()]))).toEqual(['port:3001']);
    expect(got(await ask(heron, [port()], [named('port:3002')]))).toBeNull();
    await free(otter, 'port:3000');
    expect(got(await ask(heron, [port()], [named('port:3002')]))).toEqual(['port:3002', 'port:3000']);
    expect(got(await ask(heron, [port()], [named('port:3002')]))).toEqual(['port:3002', 'port:3000']);
  });

  it('is taken together with other pools, names and files, all or none', async () => {
    await take(otter, [file('a')]);
    expect(got(await ask(heron, [port(), db], [file('a')]))).toBeNull();
    expect(await heldBy(heron)).toEqual([]);
    expect(got(await ask(heron, [port(), db], [file('b')]))).toEqual(['file:b', 'port:3000', 'db:a']);
    await take(otter, [named('db:b')]);
    expect(got(await ask(wren, [port(), db], [file('c')]))).toBeNull();
    expect(await heldBy(wren)).toEqual([]);
  });

  it('is renewed by fence only while what it gave was never lost', async () => {
    const { granted } = await ask(otter, [port()], [], null, { ttlMs: 10_000 });
    const fence = granted?.[0]?.fence ?? 0;
    expect(got(await ask(otter, [port()], [], null, { fence, ttlMs: 10_000 }))).toEqual(['port:3000']);
    await expect(ask(otter, [port(2)], [], null, { fence })).rejects.toThrow(
      /no longer hold 2 places of the pool port/,
    );
    await bench.clock.advance(11_000);
    await bench.transact(unit => passOn(unit));
    await ask(heron, [port()]);
    await expect(ask(otter, [port()], [], null, { fence })).rejects.toThrow(/no longer hold a place of the pool port/);
  });

  it('gives back with the end of the session, and by death', async () => {
    await allTaken();
    await bench.transact(unit => end(unit, otter.id, 'left'));
    expect(got(await ask(finch, [port()]))).toEqual(['port:3000']);
    bench.kill(heron);
    expect(got(await ask(finch, [port(2)]))).toEqual(['port:3000', 'port:3001']);
  });

  it('counts against the number of locks a session can hold', async () => {
    const many = Array.from({ length: limits.locksPerSession }, (_, index) => named(`n${index}`));
    for (let at = 0; at < many.length; at += 50) await take(otter, many.slice(at, at + 50));
    await expect(ask(otter, [port()])).rejects.toThrow(/can hold 1000 locks/);
    await free(otter, 'n0');
    expect(got(await ask(otter, [port()]))).toEqual(['port:3000']);
    expect(got(await ask(otter, [port()]))).toEqual(['port:3000']);
  });
});

describe('giving back', () => {
  it('by the name of the pool gives back all that came out of it, and nothing else', async () => {
    await ask(otter, [port(2), db], [file('a')]);
    const outcome = await bench.transact(unit => release(unit, otter, [], ['Port', 'gone']));
    expect(outcome.released.map(({ name }) => name)).toEqual(['port:3000', 'port:3001']);
    expect(outcome.pools.notHeld).toEqual(['gone']);
    expect(await heldBy(otter)).toEqual(['db:a', 'file:a']);
  });

  it('by the value gives back that one', async () => {
    await ask(otter, [port(2)]);
    await free(otter, 'port:3000');
    expect(await heldBy(otter)).toEqual(['port:3001']);
  });

  it('gives up a place that is kept for a pool', async () => {
    await allTaken();
    await ask(finch, [port()], [], 'standing');
    const outcome = await bench.transact(unit => release(unit, finch, [], ['port']));
    expect([outcome.pools.withdrawn, outcome.pools.notHeld, await waiting()]).toEqual([['port'], [], 0]);
  });

  it('takes back what a cancelled call got out of a pool, and leaves what was had before', async () => {
    await ask(otter, [port()]);
    const { granted } = await ask(otter, [port(2)]);
    const ticket = granted?.[1]?.tickets[0] ?? '';
    await bench.transact(unit => takeBack(unit, otter, ticket, []));
    expect(await heldBy(otter)).toEqual(['port:3000']);
  });

  it('to another session hands the value off, out of the same pool', async () => {
    await ask(otter, [port()]);
    await bench.transact(unit => handOff(unit, otter, [], 'heron', ['port']));
    expect([await heldBy(otter), got(await ask(heron, [port()]))]).toEqual([[], ['port:3000']]);
    await expect(bench.transact(unit => handOff(unit, otter, [], 'heron', ['port']))).rejects.toThrow(
      /do not hold pool:port/,
    );
  });

  it('by force works on the value', async () => {
    await ask(otter, [port()]);
    const person = await bench.transact(unit => operator(unit));
    await bench.transact(unit => breakLocks(unit, person, { resources: [named('port:3000')] }, 'stuck'));
    expect(got(await ask(heron, [port()]))).toEqual(['port:3000']);
  });
});

describe('the line before a pool', () => {
  it('is served with whatever becomes free first, in the order in which they came', async () => {
    await allTaken();
    const [first, second] = [ticketOf(await line(finch, [port()])), await bench.join('robin')];
    const behind = ticketOf(await line(second, [port()]));
    await free(wren, 'port:3002');
    expect(got(await bench.transact(unit => standing(unit, first)))).toEqual(['port:3002']);
    bench.kill(otter);
    expect(got(await bench.transact(unit => standing(unit, behind)))).toEqual(['port:3000']);
  });

  it('is one with the line of those who want a value by its name', async () => {
    await allTaken();
    await queue(finch, [named('port:3001')]);
    const robin = await bench.join('robin');
    const pool = ticketOf(await line(robin, [port()]));
    await free(heron, 'port:3001');
    expect(await heldBy(finch)).toEqual(['port:3001']);
    expect((await bench.transact(unit => standing(unit, pool))).granted).toBeNull();
    const named3000 = ticketOf(await queue(heron, [named('port:3000')]));
    await free(otter, 'port:3000');
    expect(await heldBy(robin)).toEqual(['port:3000']);
    expect((await bench.transact(unit => standing(unit, named3000))).granted).toBeNull();
    const [tern, dove] = [await bench.join('tern'), await bench.join('dove')];
    await take(otter, [file('a')]);
    await queue(tern, [named('port:3002'), file('a')]);
    await line(dove, [port()]);
    await free(wren, 'port:3002');
    expect(await heldBy(dove)).toEqual([]);
    await bench.transact(unit => release(unit, otter, 'all'));
    expect(await heldBy(tern)).toEqual(['file:a', 'port:3002']);
  });

  it('is not overtaken by newcomers, who get what is left over', async () => {
    await take(otter, [file('a')]);
    await line(heron, [port(2)], [file('a')]);
    expect(got(await ask(wren, [port()]))).toEqual(['port:3002']);
    const refused = await ask(finch, [port()]);
    expect(blockedBy(refused)).toEqual(['wren port:3002', 'heron waits']);
    expect(got(await take(finch, [named('port:3000')]))).toBeNull();
  });

  it('tells who keeps a place by a notice, and what to do if something outside uses it', async () => {
    await allTaken();
    const kept = await ask(finch, [port()], [], 'standing');
    expect((await ask(finch, [port()], [], 'standing')).waiter?.id).toBe(kept.waiter?.id);
    expect((await ask(finch, [port(2)], [], 'standing')).waiter?.id).not.toBe(kept.waiter?.id);
    await free(heron, 'port:3001');
    expect(await bench.notices(finch)).toEqual([
      expect.stringMatching(/port:3001 .* is yours now.*something outside .* acquire pool:port again/),
    ]);
  });

  it('forgets a place whose time is over or whose process died, and one that was given up', async () => {
    await allTaken();
    const ticket = ticketOf(await line(finch, [port()]));
    await bench.transact(unit => withdraw(unit, ticket));
    await line(finch, [port()]);
    await bench.clock.advance(46_000);
    await free(otter, 'port:3000');
    expect([await waiting(), await heldBy(finch)]).toEqual([0, []]);
  });

  it('passes over a value whose holder has lapsed until that is ended, and gives it then', async () => {
    await ask(otter, [port(1, 1)], [], null, { ttlMs: 5_000 });
    await bench.clock.advance(6_000);
    expect(got(await ask(heron, [port(1, 1)]))).toEqual(['port:3000']);
    expect(await bench.notices(otter)).toHaveLength(1);
  });
});

describe('waiting for a pool', () => {
  const cycleOf = async (outcome: Promise<LockOutcome>) => (await outcome).cycle;

  it('is no deadlock while one of its holders waits for nobody', async () => {
    await allTaken();
    await take(finch, [file('a')]);
    await queue(otter, [file('a')]);
    await queue(heron, [file('a')]);
    const outcome = await line(finch, [port()]);
    expect([outcome.cycle, outcome.waiter === null]).toEqual([null, false]);
    await free(wren, 'port:3002');
    expect(await heldBy(finch)).toEqual(['file:a', 'port:3002']);
  });

  it('is refused as a deadlock when all its holders wait for the caller, directly or through others', async () => {
    await allTaken();
    await take(finch, [file('a')]);
    await queue(otter, [file('a')]);
    await take(otter, [file('b')]);
    await queue(heron, [file('b')]);
    await queue(wren, [file('a')]);
    const refused = await line(finch, [port()]);
    expect(refused.waiter).toBeNull();
    expect(refused.cycle).toEqual(['finch', 'otter', 'finch']);
  });

  it('closes the cycle from the other side too: who would wait for one that waits for the pool is refused', async () => {
    const both = port(1, 2);
    await ask(otter, [both]);
    await ask(heron, [both]);
    await take(finch, [file('a')]);
    await line(finch, [both]);
    expect(await cycleOf(queue(otter, [file('a')]))).toBeNull();
    expect(await cycleOf(queue(heron, [file('a')]))).toEqual(['heron', 'finch', 'heron']);
  });

  it('of two who have one each and want two is refused to the second', async () => {
    const both = port(2, 2);
    await ask(otter, [port(1, 2)]);
    await ask(heron, [port(1, 2)]);
    expect((await line(otter, [both])).cycle).toBeNull();
    expect((await line(heron, [both])).cycle).toEqual(['heron', 'otter', 'heron']);
  });

  it('that the session has all itself, by name, is refused', async () => {
    await take(otter, [named('port:3000')]);
    const refused = await line(otter, [port(1, 1)]);
    expect([refused.granted, refused.waiter, refused.cycle]).toEqual([null, null, ['otter', 'otter']]);
  });

  it('does not keep its own holders out of line: who waits for them lets them pass', async () => {
    const one = port(1, 1);
    await ask(otter, [one]);
    await take(heron, [file('a')]);
    await queue(otter, [file('a')]);
    await line(wren, [one], [file('b')]);
    await take(finch, [file('c')]);
    expect(got(await take(otter, [file('b')]))).toEqual(['file:b']);
  });
});
