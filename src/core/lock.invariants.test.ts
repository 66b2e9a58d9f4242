import { beforeEach, describe, expect, it } from 'vitest';
import { FakeIds } from '../../test/support/fakes.ts';
import { type Bench, createBench, file, lockCalls, project } from '../../test/support/rules.ts';
import { asCandidate, excludes, isStanding, locksInForce, queueInForce } from './blocking.ts';
import { limits } from './limits.ts';
import { breakLocks } from './lock-break.ts';
import { handOff } from './lock-handoff.ts';
import { release } from './lock-release.ts';
import { obstacles } from './obstacles.ts';
import { operator } from './presence.ts';
import { type LockOutcome, passOn, withdraw } from './queue.ts';
import type { SessionRecord, WaiterRecord } from './records.ts';
import { resourcesOverlap } from './resource.ts';
import { heartbeat } from './session.ts';
import type { Unit } from './unit.ts';
import { chainTo } from './waits-for.ts';

let bench: Bench;
let otter: SessionRecord;
let heron: SessionRecord;
let wren: SessionRecord;

beforeEach(async () => {
  bench = createBench();
  [otter, heron, wren] = [await bench.join('otter'), await bench.join('heron'), await bench.join('wren')];
});

const { take, queue, stand, waiting } = lockCalls(() => bench);

/** What a session may do with locks, and how often compared with the rest. */
const moves = [
  'take',
  'take',
  'take',
  'queue',
  'queue',
  'stand',
  'stand',
  'release',
  'release one',
  'hand off',
  'break',
  'withdraw',
  'idle',
  'idle',
  'age',
  'die',
] as const;

describe('many sessions in random order', () => {
  const names = ['a', 'b', 'c/d', 'c', 'c/*', '**/d'];
  const priorities = ['low', 'normal', 'high', 'urgent'] as const;

  it.each(Array.from({ length: 40 }, (_, seed) => seed))('keeps the invariants with seed %i', async seed => {
    const dice = new FakeIds(seed + 1);
    const random = (bound: number) => dice.below(bound);
    const person = await bench.transact(unit => operator(unit));
    const sessions = [otter, heron, wren, await bench.join('robin'), await bench.join('finch')];
    const alive = new Set(sessions);
    const tickets: WaiterRecord[] = [];
    const pick = <T>(list: readonly T[]): T => list[random(list.length)] as T;
    const fences = new Map<string, number>();
    const play = async (move: (typeof moves)[number]) => {
      const session = pick([...alive]);
      const resources = Array.from({ length: 1 + random(2) }, () => file(pick(names)));
      const mode = pick(['exclusive', 'exclusive', 'shared', 'intent'] as const);
      const about = { priority: pick(priorities), ttlMs: 1000 + random(20_000) };
      if (move === 'take') await take(session, resources, mode, about);
      if (move === 'queue') tickets.push(...placeOf(await queue(session, resources, mode, about)));
      if (move === 'stand') await stand(session, resources, mode, about);
      if (move === 'release') await bench.transact(unit => release(unit, session, 'all'));
      if (move === 'release one') await bench.transact(unit => release(unit, session, resources));
      if (move === 'hand off') await refusable(unit => handOff(unit, session, 'all', pick(sessions).handle));
      if (move === 'break') await refusable(unit => breakLocks(unit, person, { session: session.handle }, 'random'));
      if (move === 'withdraw' && tickets.length > 0) await bench.transact(unit => withdraw(unit, pick(tickets)));
      if (move === 'idle') await bench.clock.advance(random(8000));
      if (move === 'age') await bench.clock.advance(random(2) * limits.queueAgeingMs);
      if (move === 'die' && alive.size > 2 && random(3) === 0) {
        bench.kill(session);
        alive.delete(session);
      }
      if (random(2) === 0) for (const other of alive) await bench.transact(unit => heartbeat(unit, other.id));
    };
    for (let step = 0; step < 120; step += 1) {
      await play(pick(moves));
      await bench.transact(unit => passOn(unit));
      await checkInvariants(fences);
    }
    // Liveness: when every holder has let go, nobody is left waiting.
    for (let round = 0; round < 200 && (await waiting()) > 0; round += 1) {
      for (const session of alive) await bench.transact(unit => releaseLocks(unit, session));
      for (const session of alive) await bench.transact(unit => heartbeat(unit, session.id));
    }
    expect(await waiting()).toBe(0);
  });

  /** A move that a rule may refuse: then it has changed nothing, which the invariants would show. */
  async function refusable(work: (unit: Unit) => Promise<unknown>): Promise<void> {
    await bench.transact(work).catch(error => expect(['conflict', 'not_found']).toContain(error.code));
  }

  function placeOf({ waiter }: LockOutcome): WaiterRecord[] {
    return waiter && !isStanding(waiter) ? [waiter] : [];
  }

  async function releaseLocks(unit: Unit, session: SessionRecord): Promise<void> {
    const locks = await unit.tx.list('lock', 'holder', { equals: session.id }, { limit: 99 });
    await release(unit, session, locks);
  }

  async function checkInvariants(fences: Map<string, number>): Promise<void> {
    const { locks } = await bench.look(view => locksInForce(view, null, null));
    for (const { lock, holder } of locks) {
      expect(holder.endedAt).toBeNull();
      for (const { lock: other } of locks) {
        if (lock.holder === other.holder || !excludes(lock.mode, other.mode)) continue;
        expect(resourcesOverlap(lock, other), `${lock.name} and ${other.name} are both held`).toBe(false);
      }
      const key = `${lock.id}`;
      expect(lock.fence).toBeGreaterThanOrEqual(fences.get(key) ?? 0);
      fences.set(key, lock.fence);
    }
    await checkGrants();
    await checkPlaces();
  }

  /** Every new grant of a resource has a higher fence than all before it, whoever gets it and by whichever move. */
  let grantsSeen = 0;
  const highest = new Map<string, number>();

  beforeEach(() => {
    grantsSeen = 0;
    highest.clear();
  });

  async function checkGrants(): Promise<void> {
    const events = await bench.store.eventsAfter(project, grantsSeen, 10_000);
    for (const { sequence, type, data } of events) {
      grantsSeen = sequence;
      if (type !== 'lock.granted') continue;
      expect(sequence).toBeGreaterThan(highest.get(String(data.resource)) ?? 0);
      highest.set(String(data.resource), sequence);
    }
    const stored = await bench.look(view => view.tx.list('lock', 'all', { prefix: '' }, { limit: 999 }));
    for (const lock of stored) expect(lock.fence).toBeLessThanOrEqual(highest.get(lock.name) ?? 0);
  }

  /** Nobody waits for itself, nobody who could be served waits, and only the living wait. */
  async function checkPlaces(): Promise<void> {
    const places = await bench.look(view => queueInForce(view, null, null));
    expect(await waiting()).toBe(places.length);
    for (const { waiter, session } of places) {
      const cycle = await bench.look(view => chainTo(view, session, session.id, 'locks'));
      expect(
        cycle?.map(link => link.handle),
        'a cycle of waiting',
      ).toBeUndefined();
      const found = await bench.look(view => obstacles(view, asCandidate(waiter, view.tx.now)));
      expect(found.blockers, `${session.handle} could be served`).not.toEqual([]);
    }
  }
});
