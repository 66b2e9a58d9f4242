import { beforeEach, describe, expect, it } from 'vitest';
import { askForLocks, type Bench, createBench, named } from '../../test/support/rules.ts';
import { leaseHolds } from './lease.ts';
import { limits } from './limits.ts';
import type { SessionRecord } from './records.ts';
import { touch } from './session.ts';

let bench: Bench;
let wren: SessionRecord;

beforeEach(async () => {
  bench = createBench();
  wren = await bench.join('wren', { process: null, hub: { principal: 'ana', leaseMs: limits.hubIdleMs } });
});

const isThere = () => bench.look(async view => leaseHolds(view, (await view.tx.get('session', wren.id)) ?? wren));

describe('a session without a process that came by a hub', () => {
  it('lives for its own time after its last request, and no longer', async () => {
    await bench.clock.advance(limits.hubIdleMs - 1);
    expect(await isThere()).toBe(true);
    await bench.transact(unit => touch(unit, wren, null));
    await bench.clock.advance(limits.hubIdleMs - 1);
    expect(await isThere()).toBe(true);
    await bench.clock.advance(1);
    expect(await isThere()).toBe(false);
  });

  it('leaves what it had locked to whoever asks once its time is over', async () => {
    const heron = await bench.join('heron');
    const wish = { resources: [named('ci')], ttlMs: limits.lockMaxTtlSeconds * 1_000 };
    await askForLocks(bench, wren, wish, null);
    expect((await askForLocks(bench, heron, wish, null)).granted).toBeNull();
    await bench.clock.advance(limits.hubIdleMs);
    expect((await askForLocks(bench, heron, wish, null)).granted).toHaveLength(1);
  });
});

describe('a session whose machine is behind a hub', () => {
  it('ends at once when its machine says that its process is dead', async () => {
    const otter = await bench.join('otter', { hub: { principal: 'ana', leaseMs: limits.leaseWithoutHeartbeatMs } });
    const lives = () => bench.look(async view => leaseHolds(view, (await view.tx.get('session', otter.id)) ?? otter));
    expect(await lives()).toBe(true);
    bench.kill(otter);
    expect(await lives()).toBe(false);
  });
});
