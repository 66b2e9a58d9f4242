import { beforeEach, describe, expect, it } from 'vitest';
import { FakeIds } from '../../test/support/fakes.ts';
import { type Bench, createBench, file, lockCalls } from '../../test/support/rules.ts';
import { excludes, locksInForce } from './blocking.ts';
import { passOn, release, withdraw } from './lock.ts';
import type { SessionRecord, WaiterRecord } from './records.ts';
import { resourcesOverlap } from './resource.ts';

let bench: Bench;
let otter: SessionRecord;
let heron: SessionRecord;
let wren: SessionRecord;

beforeEach(async () => {
  bench = createBench();
  [otter, heron, wren] = [await bench.join('otter'), await bench.join('heron'), await bench.join('wren')];
});

const { take, queue, waiting } = lockCalls(() => bench);

describe('many sessions in random order', () => {
  const names = ['a', 'b', 'c/d', 'c', 'c/*', '**/d'];

  it.each(Array.from({ length: 40 }, (_, seed) => seed))('keeps the invariants with seed %i', async seed => {
    const dice = new FakeIds(seed + 1);
    const random = (bound: number) => dice.below(bound);
    const sessions = [otter, heron, wren, await bench.join('robin'), await bench.join('finch')];
    const alive = new Set(sessions);
    const tickets: WaiterRecord[] = [];
    const pick = <T>(list: readonly T[]): T => list[random(list.length)] as T;
    const fences = new Map<string, number>();
    for (let step = 0; step < 120; step += 1) {
      const session = pick([...alive]);
      const resources = Array.from({ length: 1 + random(2) }, () => file(pick(names)));
      const mode = pick(['exclusive', 'exclusive', 'shared', 'intent'] as const);
      const choice = random(10);
      if (choice < 3) await take(session, resources, mode, { ttlMs: 1000 + random(20_000) });
      else if (choice < 6) {
        const outcome = await queue(session, resources, mode, { priority: pick(['low', 'normal', 'high', 'urgent']) });
        if (outcome.waiter) tickets.push(outcome.waiter);
      } else if (choice < 7) await bench.transact(unit => release(unit, session, 'all'));
      else if (choice < 8) await bench.clock.advance(random(8000));
      else if (choice === 8 && tickets.length > 0) await bench.transact(unit => withdraw(unit, pick(tickets)));
      else if (alive.size > 2 && random(4) === 0) {
        bench.kill(session);
        alive.delete(session);
      }
      await bench.transact(unit => passOn(unit));
      await checkInvariants(fences);
    }
    // Liveness: when every holder has let go, nobody is left waiting.
    for (let round = 0; round < sessions.length + tickets.length + 1; round += 1) {
      for (const session of alive) await bench.transact(unit => release(unit, session, 'all'));
    }
    expect(await waiting()).toBe(0);
  });

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
  }
});
