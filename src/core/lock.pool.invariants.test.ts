import { beforeEach, describe, expect, it } from 'vitest';
import { FakeIds } from '../../test/support/fakes.ts';
import { type Bench, createBench, file, named } from '../../test/support/rules.ts';
import { excludes, locksInForce, queueInForce } from './blocking.ts';
import { acquire } from './lock.ts';
import type { LockRequest } from './lock-grant.ts';
import { release } from './lock-release.ts';
import { swapInUse } from './pool-swap.ts';
import { passOn, withdraw } from './queue.ts';
import type { LockMode, LockRecord, PoolWish, Resource, SessionRecord, WaiterRecord } from './records.ts';

let bench: Bench;

beforeEach(() => {
  bench = createBench();
});

interface Wanted {
  readonly session: string;
  readonly mode: LockMode;
  readonly resources: readonly Resource[];
  readonly pools: readonly PoolWish[];
}

const locksNow = async (): Promise<LockRecord[]> =>
  (await bench.look(view => locksInForce(view, null, null))).locks.map(({ lock }) => lock);
const linesNow = async (): Promise<WaiterRecord[]> =>
  (await bench.look(view => queueInForce(view, null, null))).map(({ waiter }) => waiter);

/** Whether a wait can end by what those who are `left` let alone. Written anew, by names, to be compared with the rules. */
function canEnd(wanted: Wanted, locks: readonly LockRecord[], left: ReadonlySet<string>): boolean {
  const inTheWay = (name: string) =>
    locks.some(
      lock =>
        lock.name === name &&
        lock.holder !== wanted.session &&
        left.has(lock.holder) &&
        excludes(lock.mode, wanted.mode),
    );
  if (wanted.resources.some(({ name }) => inTheWay(name))) return false;
  return wanted.pools.every(({ pool, values, count }) => {
    const named = new Set(wanted.resources.map(({ name }) => name));
    const usable = values.filter(value => {
      const own = locks.find(lock => lock.name === value && lock.holder === wanted.session && lock.mode !== 'intent');
      return !named.has(value) && !inTheWay(value) && (!own || (own.pool === pool && own.mode === 'exclusive'));
    });
    return usable.length >= count;
  });
}

/** Who would wait for ever: those who are left when everybody whose waits can end has gone. */
function stuck(lines: readonly Wanted[], locks: readonly LockRecord[]): string[] {
  const left = new Set(lines.map(({ session }) => session));
  for (let shrinks = true; shrinks; ) {
    shrinks = false;
    for (const session of left) {
      const own = lines.filter(line => line.session === session);
      if (!own.every(line => canEnd(line, locks, left))) continue;
      left.delete(session);
      shrinks = true;
    }
  }
  return [...left];
}

/** Whether somebody has itself, by name, what it waits for out of the pool: that ends when it gives up. */
function blocksItself(line: Wanted, locks: readonly LockRecord[]): boolean {
  return !canEnd(line, locks, new Set());
}

describe('pools, names and files in random order', () => {
  it.each(Array.from({ length: 60 }, (_, seed) => seed))(
    'never give a value twice nor wait for ever, with seed %i',
    async seed => {
      const dice = new FakeIds(seed + 1);
      const random = (bound: number) => dice.below(bound);
      const pick = <T>(list: readonly T[]): T => list[random(list.length)] as T;
      const sessions = await Promise.all(['otter', 'heron', 'wren', 'finch'].map(handle => bench.join(handle)));
      const alive = new Set<SessionRecord>(sessions);
      const size = 2 + random(2);
      const values = Array.from({ length: size }, (_, index) => `port:${index}`);
      for (let step = 0; step < 60; step += 1) {
        const session = pick([...alive]);
        const isForPool = random(3) > 0;
        const names = ['a', 'b', ...values.map(value => `/${value}`)];
        const chosen = Array.from({ length: isForPool ? random(2) : 1 + random(2) }, () => pick(names));
        const pools = isForPool ? [{ pool: 'port', count: 1 + random(Math.min(2, size)), values }] : [];
        const resources = [...new Set(chosen)].map(name => (name.startsWith('/') ? named(name.slice(1)) : file(name)));
        const mode = isForPool ? 'exclusive' : pick(['exclusive', 'exclusive', 'shared', 'intent'] as const);
        const request: LockRequest = {
          ticket: bench.ids.next(),
          resources,
          pools,
          mode,
          reason: null,
          ttlMs: 86_400_000,
          priority: pick(['low', 'normal', 'high']),
        };
        const before = { locks: await locksNow(), lines: await linesNow() };
        // One wait at a time, as a session makes its calls.
        const waits = before.lines.some(line => line.session === session.id);
        const choice = waits ? 8 + random(4) : random(12);
        if (choice < 3) await bench.transact(unit => acquire(unit, session, request, null));
        else if (choice < 8) {
          const stay = choice < 6 ? 80_000_000 : 'standing';
          const outcome = await bench.transact(unit =>
            acquire(unit, session, request, stay === 'standing' ? stay : unit.tx.now + stay),
          );
          const closing = { session: session.id, ...request };
          const lines = [...before.lines, closing];
          if (outcome.cycle && !blocksItself(closing, before.locks))
            expect(stuck(lines, before.locks), 'refused without need').toContain(session.id);
        } else if (choice < 10) await bench.transact(unit => release(unit, session, random(2) ? 'all' : [], ['port']));
        else if (choice === 10) {
          const place = pick(before.lines);
          if (place) await bench.transact(unit => withdraw(unit, place));
          const ours = before.locks.filter(lock => lock.holder === session.id && lock.pool !== null);
          const [ticket] = ours[0]?.tickets.slice(-1) ?? [];
          const one = {
            ...request,
            resources: [],
            pools: [{ pool: 'port', count: 1, values }],
            mode: 'exclusive',
          } as const;
          if (ours[0] && ticket) {
            const again = { ...one, ticket, inUse: new Set([ours[0].name]) };
            await bench.transact(unit => swapInUse(unit, session, again, ours.slice(0, 1), unit.tx.now + 60_000, null));
          }
        } else if (alive.size > 2 && random(4) === 0) {
          bench.kill(session);
          alive.delete(session);
        }
        await bench.transact(unit => passOn(unit));
        await withdrawBlocked();
        await bench.clock.advance(random(20_000));
        await checkAll(step);
      }
      for (let round = 0; round < 80; round += 1) {
        for (const session of alive) await bench.transact(unit => release(unit, session, 'all', []));
      }
      expect(await linesNow()).toEqual([]);
    },
  );

  /** Who has taken by name what it waits for gives up; another may have got just that by it. */
  async function withdrawBlocked(): Promise<void> {
    for (;;) {
      const locks = await locksNow();
      const blocked = (await linesNow()).find(line => blocksItself(line, locks));
      if (!blocked) return;
      await bench.transact(unit => withdraw(unit, blocked));
    }
  }

  async function checkAll(step: number): Promise<void> {
    const [locks, lines] = [await locksNow(), await linesNow()];
    for (const lock of locks) {
      const others = locks.filter(other => other.name === lock.name && other.holder !== lock.holder);
      expect(
        others.filter(other => excludes(lock.mode, other.mode)),
        `${lock.name} is held twice`,
      ).toEqual([]);
    }
    expect(stuck(lines, locks), `wait for ever after step ${step}`).toEqual([]);
  }
});
