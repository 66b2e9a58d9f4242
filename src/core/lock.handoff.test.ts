import { beforeEach, describe, expect, it } from 'vitest';
import { type Bench, createBench, file, lockCalls, named } from '../../test/support/rules.ts';
import { limits } from './limits.ts';
import { handOff } from './lock-handoff.ts';
import { release, takeBack } from './lock-release.ts';
import { standing } from './queue.ts';
import type { LockRecord, Resource, SessionRecord } from './records.ts';
import { end } from './session.ts';

let bench: Bench;
let otter: SessionRecord;
let heron: SessionRecord;
let wren: SessionRecord;

beforeEach(async () => {
  bench = createBench();
  [otter, heron, wren] = [await bench.join('otter'), await bench.join('heron'), await bench.join('wren')];
});

const { take, queue, stand, ticketOf, holdersOf, waiting } = lockCalls(() => bench);

const give = async (giver: SessionRecord, resources: Resource[] | 'all', to: string) =>
  (await bench.transact(unit => handOff(unit, giver, resources, to))).locks;
const locksOf = (session: SessionRecord): Promise<LockRecord[]> =>
  bench.look(view => view.tx.list('lock', 'holder', { equals: session.id }, { limit: 99 }));
const free = (session: SessionRecord) => bench.transact(unit => release(unit, session, 'all'));

describe('handing off', () => {
  it('moves a lock past the queue, with a higher fence, its time begun anew and its reason kept', async () => {
    const [lock] = (await take(otter, [file('a')], 'exclusive', { reason: 'login', ttlMs: 60_000 })).granted ?? [];
    await stand(wren, [file('a')]);
    await bench.clock.advance(20_000);
    const [moved] = await give(otter, [file('a')], 'heron');
    expect(moved).toMatchObject({ holder: heron.id, reason: 'login', expiresAt: bench.clock.now() + 60_000 });
    expect(moved?.fence).toBeGreaterThan(lock?.fence ?? 0);
    expect(await holdersOf(file('a'))).toEqual(['heron']);
    expect(await waiting()).toBe(1);
  });

  it('tells the other by a notice and wakes it, and the one that waits still gets it next', async () => {
    await take(otter, [file('a'), file('b')], 'exclusive', { reason: 'login' });
    await stand(wren, [file('a')]);
    const before = bench.wakeups.pokes.length;
    await give(otter, 'all', '@heron');
    expect(bench.wakeups.pokes.slice(before)).toContain(heron.id);
    expect(await bench.notices(heron)).toEqual([
      expect.stringMatching(/^otter has handed off to you: file:a .*, file:b .*, taken for "login"/),
    ]);
    await free(heron);
    expect(await holdersOf(file('a'))).toEqual(['wren']);
  });

  it('leaves no moment in which nobody has the lock: one unit, one event after the other', async () => {
    await take(otter, [file('a')]);
    await stand(wren, [file('a')]);
    const before = await bench.look(async view => view.tx.sequence);
    await give(otter, [file('a')], 'heron');
    const events = await bench.store.eventsAfter('github.com/acme/shop', before, 10);
    expect(events.map(event => event.type)).toEqual(['lock.ended', 'lock.granted', 'notice.sent']);
    expect(events[0]?.data.cause).toBe('handed off');
  });

  it.each([
    ['shared', 'shared', 'shared'],
    ['shared', 'intent', 'shared'],
    ['exclusive', 'intent', 'exclusive'],
    ['intent', 'exclusive', 'exclusive'],
    ['intent', 'shared', 'shared'],
  ] as const)('of %s to one that has %s there leaves it %s', async (given, had, mode) => {
    await take(otter, [file('a')], given);
    const [own] = (await take(heron, [file('a')], had, { ttlMs: 3_600_000 })).granted ?? [];
    await give(otter, [file('a')], 'heron');
    const [lock, ...more] = await locksOf(heron);
    expect(more).toEqual([]);
    expect(lock).toMatchObject({ mode, expiresAt: own?.expiresAt });
    expect(lock?.fence).toBeGreaterThan(own?.fence ?? 0);
    expect(await locksOf(otter)).toEqual([]);
  });

  it('works for the operator, who need not have been here before', async () => {
    await take(otter, [file('a')]);
    await give(otter, [file('a')], 'operator');
    expect(await holdersOf(file('a'))).toEqual(['operator']);
  });

  it('serves the place at which the other stood for it, without weakening what it got', async () => {
    await take(otter, [file('a')]);
    await stand(wren, [file('a')]);
    await stand(heron, [file('a')], 'shared');
    const call = ticketOf(await queue(heron, [file('a')], 'shared', { ttlMs: 1_000 }));
    const [moved] = await give(otter, [file('a')], 'heron');
    expect(await locksOf(heron)).toMatchObject([{ mode: 'exclusive', fence: moved?.fence }]);
    expect(await waiting()).toBe(1);
    expect(await bench.notices(heron)).toHaveLength(1);
    expect((await bench.transact(unit => standing(unit, call))).granted).toMatchObject([{ mode: 'exclusive' }]);
  });

  it('is not undone by the cancellation of any earlier call, of neither session', async () => {
    const first = await take(otter, [file('a')], 'shared');
    const second = await take(otter, [file('a')]);
    const own = await take(heron, [file('a')], 'intent');
    await give(otter, [file('a')], 'heron');
    for (const ticket of [...(first.granted ?? []), ...(second.granted ?? [])].flatMap(lock => lock.tickets)) {
      await bench.transact(unit => takeBack(unit, otter, ticket, [file('a')]));
    }
    await bench.transact(unit => takeBack(unit, heron, own.granted?.[0]?.tickets[0] ?? '', [file('a')]));
    expect(await locksOf(heron)).toMatchObject([{ mode: 'exclusive' }]);
  });
});

describe('a hand-off is refused, and nothing moves,', () => {
  const refused = async (resources: Resource[] | 'all', to: string) => {
    const error = await give(otter, resources, to).catch(caught => caught);
    expect(error.next).toMatch(/\.$/);
    return error.code;
  };

  it('to oneself, to one that has ended or died, and to nobody', async () => {
    await take(otter, [file('a')]);
    await bench.transact(unit => end(unit, wren.id, 'left'));
    bench.kill(heron);
    expect(await refused([file('a')], 'otter')).toBe('conflict');
    expect(await refused([file('a')], 'wren')).toBe('conflict');
    expect(await refused([file('a')], 'heron')).toBe('conflict');
    expect(await refused([file('a')], 'nobody')).toBe('not_found');
    expect(await holdersOf(file('a'))).toEqual(['otter']);
  });

  it('of what one does not hold, or not any more, together with what one holds', async () => {
    await take(otter, [file('a')]);
    await take(otter, [file('old')], 'exclusive', { ttlMs: 1_000 });
    await bench.clock.advance(1_000);
    expect(await refused([file('a'), file('b')], 'heron')).toBe('conflict');
    expect(await refused([file('a'), file('old')], 'heron')).toBe('conflict');
    expect(await holdersOf(file('a'))).toEqual(['otter']);
    await free(otter);
    expect(await refused('all', 'heron')).toBe('conflict');
  });

  it('of what overlaps a lock that the giver keeps: both would have it then', async () => {
    await take(otter, [file('src/**'), file('src/a.ts')]);
    expect(await refused([file('src/a.ts')], 'heron')).toBe('conflict');
    expect(await refused([file('src/**')], 'heron')).toBe('conflict');
    expect(await holdersOf(file('src/a.ts'))).toEqual(['otter', 'otter']);
    expect(await give(otter, 'all', 'heron')).toHaveLength(2);
    await take(wren, [file('docs/**'), file('docs/x.md')], 'shared');
    expect(await give(wren, [file('docs/x.md')], 'heron')).toHaveLength(1);
  });

  it('when the other would hold too many', async () => {
    for (let index = 0; index < limits.locksPerSession; index += 50) {
      await take(
        heron,
        Array.from({ length: 50 }, (_, offset) => named(`r${index + offset}`)),
      );
    }
    await take(otter, [file('a')]);
    expect(await refused([file('a')], 'heron')).toBe('limit_exceeded');
  });

  it('when the other waits for somebody who waits for the lock, and names the cycle', async () => {
    await take(otter, [file('a')]);
    await take(wren, [file('b')]);
    await stand(wren, [file('a')]);
    await stand(heron, [file('b')]);
    await expect(give(otter, [file('a')], 'heron')).rejects.toMatchObject({
      code: 'conflict',
      message: expect.stringContaining('wren waits for heron waits for wren'),
    });
  });
});
