import { beforeEach, describe, expect, it } from 'vitest';
import { type Bench, createBench, file, lockCalls, lockEndings, named } from '../../test/support/rules.ts';
import { newcomersRank, queueInForce } from './blocking.ts';
import { limits } from './limits.ts';
import { release, takeBack } from './lock-release.ts';
import { obstacles } from './obstacles.ts';
import { operator } from './presence.ts';
import { leaveStanding, passOn, standing } from './queue.ts';
import { outlook } from './queue-outlook.ts';
import type { Priority, SessionRecord, WaiterRecord } from './records.ts';
import type { Unit } from './unit.ts';

let bench: Bench;
let otter: SessionRecord;
let heron: SessionRecord;
let wren: SessionRecord;

beforeEach(async () => {
  bench = createBench();
  [otter, heron, wren] = [await bench.join('otter'), await bench.join('heron'), await bench.join('wren')];
});

const { take, queue, stand, ticketOf, holdersOf, waiting } = lockCalls(() => bench);

const free = (session: SessionRecord) => bench.transact(unit => release(unit, session, 'all'));
const line = async () =>
  (await bench.look(view => queueInForce(view, null, null))).map(place => [place.session.handle, place.position]);

describe('a standing place', () => {
  const endings: [string, () => Promise<unknown>][] = [
    ...lockEndings(
      () => bench,
      () => otter,
    ),
    ['weakening', () => take(otter, [file('a')], 'intent')],
  ];

  it.each(endings)('is served at %s, and its session told by a notice', async (_name, finish) => {
    await take(otter, [file('a')], 'exclusive', { ttlMs: 30_000 });
    const outcome = await stand(heron, [file('a')], 'exclusive', { reason: 'refactor' });
    expect(outcome).toMatchObject({ granted: null, waiter: { process: null } });
    expect(await bench.notices(heron)).toEqual([]);
    const before = bench.wakeups.pokes.length;
    await finish();
    expect(await holdersOf(file('a'))).toContain('heron');
    const [told, ...more] = await bench.notices(heron);
    expect(told).toMatch(/^file:a \(exclusive, fence \d+\) is yours now, until .*, for "refactor"/);
    expect(more).toEqual([]);
    expect(bench.wakeups.pokes.slice(before)).toContain(heron.id);
    expect(await waiting()).toBe(0);
  });

  it('gives the lock the usual time, from the grant on', async () => {
    await take(otter, [file('a')]);
    await stand(heron, [file('a')], 'exclusive', { ttlMs: 60_000 });
    await bench.clock.advance(300_000);
    await free(otter);
    const { granted } = await take(heron, [file('a')], 'exclusive', { ttlMs: 60_000 });
    expect(granted?.[0]?.expiresAt).toBe(bench.clock.now() + 60_000);
  });

  it('is kept, not doubled, by asking again, and takes over what is different', async () => {
    await take(otter, [file('a'), file('b')]);
    await stand(heron, [file('a'), file('b')]);
    await stand(wren, [file('a')]);
    await bench.clock.advance(1_000);
    await stand(heron, [file('b'), file('a')]);
    expect(await line()).toEqual([
      ['heron', 1],
      ['wren', 2],
    ]);
    const again = await stand(heron, [file('b'), file('a')], 'exclusive', { priority: 'high', reason: 'now' });
    expect(again.waiter).toMatchObject({ priority: 'high', reason: 'now' });
    expect(await waiting()).toBe(2);
    expect(await line()).toEqual([
      ['heron', 1],
      ['wren', 2],
    ]);
  });

  it('loses its turn to a wish for more, and is replaced by it', async () => {
    await take(otter, [file('a')]);
    await stand(heron, [file('a')], 'shared');
    await stand(wren, [file('a')]);
    await stand(heron, [file('a')], 'exclusive');
    expect(await line()).toEqual([
      ['wren', 1],
      ['heron', 2],
    ]);
  });

  it('is the one that a call of its session waits at, and outlives the call', async () => {
    await take(otter, [file('a')]);
    const first = ticketOf(await stand(heron, [file('a')]));
    const second = ticketOf(await queue(heron, [file('a')]));
    expect(second.id).toBe(first.id);
    await bench.clock.advance(60_000);
    await free(otter);
    expect(await holdersOf(file('a'))).toEqual(['heron']);
  });

  it('goes with the lease of its session, and then holds up nobody', async () => {
    await take(otter, [file('a')]);
    await stand(heron, [file('a')]);
    await stand(wren, [file('a')]);
    bench.kill(heron);
    await free(otter);
    expect(await holdersOf(file('a'))).toEqual(['wren']);
    expect(await waiting()).toBe(0);
  });

  it('goes after its time, which its session is told', async () => {
    await take(otter, [file('a')], 'exclusive', { ttlMs: limits.queuePlaceMs * 2 });
    await stand(heron, [file('a')]);
    await bench.clock.advance(limits.queuePlaceMs - 1);
    await bench.transact(unit => passOn(unit));
    expect(await waiting()).toBe(1);
    await bench.clock.advance(1);
    await bench.transact(unit => passOn(unit));
    expect(await waiting()).toBe(0);
    expect(await bench.notices(heron)).toEqual([expect.stringContaining('Your place in the queue for file:a ended')]);
  });

  it('stays for the operator, whose lease never ends, and is served by whoever ends the lock', async () => {
    await take(otter, [file('a')]);
    const person = await bench.transact(unit => operator(unit));
    await stand(person, [file('a')]);
    await bench.clock.advance(3_600_000);
    await free(otter);
    expect(await holdersOf(file('a'))).toEqual(['operator']);
    expect(await bench.notices(person)).toHaveLength(1);
  });

  it('is left behind by a call that waited in vain, with its turn', async () => {
    await take(otter, [file('a')]);
    const ticket = ticketOf(await queue(heron, [file('a')]));
    await stand(wren, [file('a')]);
    const left = await bench.transact(unit => leaveStanding(unit, ticket));
    expect(left.waiter).toMatchObject({ id: ticket.id, process: null, arrival: ticket.arrival });
    await bench.clock.advance(120_000);
    await free(otter);
    expect(await holdersOf(file('a'))).toEqual(['heron']);
  });

  it('is taken back with the call that made it, when nobody knows of that', async () => {
    await take(otter, [file('a')]);
    const ticket = ticketOf(await stand(heron, [file('a')]));
    await bench.transact(unit => takeBack(unit, heron, ticket.id, ticket.resources));
    expect(await waiting()).toBe(0);
  });

  it('is refused beyond the number a session may have, and none is lost for that', async () => {
    const many = Array.from({ length: limits.queuePlacesPerSession + 1 }, (_, index) => named(`r${index}`));
    await take(otter, many.slice(0, 50));
    await take(otter, many.slice(50));
    for (const resource of many.slice(0, -1)) await stand(heron, [resource]);
    await expect(stand(heron, many.slice(-1))).rejects.toMatchObject({ code: 'limit_exceeded' });
    await stand(heron, many.slice(0, 1));
    expect(await waiting()).toBe(limits.queuePlacesPerSession);
    await queue(heron, many.slice(-1));
    expect(await waiting()).toBe(limits.queuePlacesPerSession + 1);
  });
});

it('an answer tells a grant as it is after another place of the session was served by it', async () => {
  await take(wren, [file('x')]);
  await stand(heron, [file('a'), file('x')]);
  bench.kill(wren);
  const { granted } = await take(heron, [file('a')], 'shared');
  const stored = await bench.look(view => view.tx.get('lock', granted?.[0]?.id ?? ''));
  expect(granted).toEqual([stored]);
  expect(stored?.mode).toBe('exclusive');
});

describe('giving a place up', () => {
  it('is releasing what one only waits for', async () => {
    await take(otter, [file('a'), file('b')]);
    await stand(heron, [file('a'), file('b')]);
    await stand(wren, [file('b')]);
    const { released, withdrawn, notHeld } = await bench.transact(unit =>
      release(unit, heron, [file('a'), file('never')]),
    );
    expect(released).toEqual([]);
    expect(withdrawn.map(resource => resource.name)).toEqual(['file:a', 'file:b']);
    expect(notHeld.map(resource => resource.name)).toEqual(['file:never']);
    expect(await line()).toEqual([['wren', 1]]);
  });

  it('is releasing everything', async () => {
    await take(otter, [file('a')]);
    await take(heron, [file('b')]);
    await stand(heron, [file('a')]);
    const { released, withdrawn } = await bench.transact(unit => release(unit, heron, 'all'));
    expect([released.length, withdrawn.length]).toEqual([1, 1]);
    expect(await waiting()).toBe(0);
  });

  it('lets those behind move up at once', async () => {
    await take(otter, [file('a')], 'shared');
    await stand(heron, [file('a')]);
    await stand(wren, [file('a')], 'shared');
    await bench.transact(unit => release(unit, heron, [file('a')]));
    expect(await holdersOf(file('a'))).toEqual(['otter', 'wren']);
  });

  it('is not releasing the lock that one holds and wants in a stronger mode', async () => {
    await take(otter, [file('a')], 'shared');
    await take(heron, [file('a')], 'shared');
    await stand(heron, [file('a')], 'exclusive');
    await bench.transact(unit => release(unit, heron, [file('a'), file('never')]));
    expect(await waiting()).toBe(1);
    await free(otter);
    expect(await holdersOf(file('a'))).toEqual(['heron']);
  });

  it('leaves alone what another call of the session is waiting for', async () => {
    await take(otter, [file('a')]);
    const ticket = ticketOf(await queue(heron, [file('a')]));
    const { notHeld } = await bench.transact(unit => release(unit, heron, [file('a')]));
    expect(notHeld).toHaveLength(1);
    await free(otter);
    expect((await bench.transact(unit => standing(unit, ticket))).granted).toHaveLength(1);
  });
});

describe('the order in the line', () => {
  const order: Priority[] = ['low', 'normal', 'high', 'urgent'];

  it.each([1, 2, 3])('rises: after %i steps of waiting low goes before newcomers of that level', async steps => {
    await take(otter, [file('a')], 'exclusive', { ttlMs: 3_600_000 });
    await stand(heron, [file('a')], 'exclusive', { priority: 'low' });
    await bench.clock.advance(steps * limits.queueAgeingMs - 1);
    await stand(wren, [file('a')], 'exclusive', { priority: order[steps] as Priority });
    expect((await line()).map(([handle]) => handle)).toEqual(['wren', 'heron']);
    await bench.clock.advance(1);
    expect((await line()).map(([handle]) => handle)).toEqual(['heron', 'wren']);
  });

  it('starves nobody: a low place is served within three steps of a stream of urgent newcomers', async () => {
    let holder = otter;
    await take(otter, [file('a')]);
    await stand(heron, [file('a')], 'exclusive', { priority: 'low' });
    const began = bench.clock.now();
    for (let turn = 0; (await holdersOf(file('a')))[0] !== 'heron'; turn += 1) {
      expect(bench.clock.now() - began).toBeLessThanOrEqual(3 * limits.queueAgeingMs + 10_000);
      const next = await bench.join(`urgent-${turn}`);
      await stand(next, [file('a')], 'exclusive', { priority: 'urgent' });
      await bench.clock.advance(10_000);
      await free(holder);
      if ((await holdersOf(file('a')))[0] === next.handle) holder = next;
    }
    expect(bench.clock.now() - began).toBeGreaterThan(2 * limits.queueAgeingMs);
  });

  it('lets an urgent newcomer take what is free before those of lower priority, who wait for more', async () => {
    await take(otter, [file('a')]);
    await stand(heron, [file('a'), file('b')]);
    expect((await take(wren, [file('b')], 'exclusive', { priority: 'high' })).granted).toHaveLength(1);
    expect((await take(wren, [file('b'), file('c')])).granted).toHaveLength(2);
  });
});

describe('a long line', () => {
  /** How often passing on, and asking, read an index when so many stand in one line. */
  const reads = async (places: number) => {
    const name = file(`line of ${places}`);
    await take(otter, [name]);
    for (let index = 0; index < places; index += 1) await stand(await bench.join(), [name]);
    const count = async (work: (unit: Unit) => Promise<unknown>) => {
      let listed = 0;
      const list = (tx: Unit['tx'], method: string | symbol) => {
        const value = tx[method as keyof Unit['tx']];
        if (typeof value !== 'function') return value;
        if (method === 'list') listed += 1;
        return value.bind(tx);
      };
      await bench.transact(unit => work({ ...unit, tx: new Proxy(unit.tx, { get: list }) }));
      return listed;
    };
    const passing = await count(passOn);
    const looking = await count(unit => obstacles(unit, { ...asking, resources: [name], session: wren.id }));
    return { passing, looking };
  };
  const asking = { seat: null, mode: 'exclusive', pools: [], rank: newcomersRank('normal') } as const;

  it('costs in proportion to its length, not to a power of it', async () => {
    const [short, long] = [await reads(6), await reads(24)];
    expect(long.passing).toBeLessThan(short.passing * 4 * 2);
    expect(long.looking).toBeLessThan(short.looking * 4 * 2);
  });
});

describe('several places of one session', () => {
  it('never close a cycle by a grant: whoever holds what it waits for elsewhere goes first', async () => {
    const robin = await bench.join('robin');
    await take(otter, [file('a')]);
    await take(wren, [file('b')]);
    await stand(heron, [file('a')]);
    await stand(heron, [file('b')]);
    await stand(wren, [file('a')]);
    await stand(robin, [file('a')]);
    await free(otter);
    expect(await holdersOf(file('a'))).toEqual(['wren']);
    await free(wren);
    expect(await holdersOf(file('b'))).toEqual(['heron']);
    expect(await holdersOf(file('a'))).toEqual(['heron']);
  });

  it('refuse a cycle of three that is asked for without waiting, and name it', async () => {
    await take(otter, [file('a')]);
    await take(heron, [file('b')]);
    await take(wren, [file('c')]);
    await stand(otter, [file('b')]);
    await stand(heron, [file('c')]);
    const outcome = await stand(wren, [file('a')]);
    expect(outcome).toMatchObject({ granted: null, waiter: null, cycle: ['wren', 'otter', 'heron', 'wren'] });
    expect(await waiting()).toBe(2);
  });

  it('do not weaken what the session got by another way since, when they are served at last', async () => {
    await take(otter, [file('b')]);
    await stand(heron, [file('a'), file('b')], 'shared');
    const { granted } = await take(heron, [file('a')], 'exclusive');
    await free(otter);
    const locks = await bench.look(view => view.tx.list('lock', 'holder', { equals: heron.id }, { limit: 9 }));
    expect(locks).toMatchObject([
      { name: 'file:a', mode: 'exclusive', fence: granted?.[0]?.fence },
      { name: 'file:b', mode: 'shared' },
    ]);
    expect(await bench.notices(heron)).toEqual([expect.stringMatching(/^file:b \(shared, fence \d+\) is yours now/)]);
  });

  it('end without a notice when the session got everything by another way', async () => {
    const robin = await bench.join('robin');
    await take(otter, [file('b')]);
    await take(wren, [file('a')], 'shared');
    await stand(robin, [file('a'), file('b')]);
    await stand(heron, [file('a')], 'shared');
    expect(await waiting()).toBe(2);
    await take(heron, [file('a')], 'shared', { priority: 'high' });
    expect(await waiting()).toBe(1);
    expect(await bench.notices(heron)).toEqual([]);
  });
});

describe('what a process watches for', () => {
  const look = (session: SessionRecord) => bench.look(view => outlook(view, session.id));

  it('is nothing without a standing place', async () => {
    await take(otter, [file('a')]);
    await queue(heron, [file('a')]);
    expect(await look(heron)).toBeNull();
  });

  it('is the holder, its time, and whether something can be passed on already', async () => {
    await take(otter, [file('a')], 'exclusive', { ttlMs: 60_000 });
    await stand(heron, [file('a')]);
    expect(await look(heron)).toEqual({ processes: [otter.process], soonestEndInMs: 60_000, isDue: false });
    await bench.clock.advance(60_000);
    expect(await look(heron)).toMatchObject({ isDue: true });
  });

  it('reaches through those ahead to what they wait for, because nobody may watch for them', async () => {
    const person = await bench.transact(unit => operator(unit));
    await take(otter, [file('b')]);
    await stand(person, [file('a'), file('b')]);
    const shell: WaiterRecord = ticketOf(await queue(wren, [file('a')]));
    await stand(heron, [file('a')]);
    expect((await look(heron))?.processes).toEqual(
      expect.arrayContaining([otter.process, wren.process, shell.process]),
    );
    bench.kill(otter);
    expect(await look(heron)).toMatchObject({ isDue: true });
  });
});
