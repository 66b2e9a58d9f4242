import { beforeEach, describe, expect, it } from 'vitest';
import { poolCalls, port } from '../../test/support/pool-calls.ts';
import { type Bench, createBench, file, lockCalls, named } from '../../test/support/rules.ts';
import type { LockRequest } from './lock-grant.ts';
import { swapInUse } from './pool-swap.ts';
import { type LockOutcome, type Stay, standing } from './queue.ts';
import type { LockRecord, Resource, SessionRecord } from './records.ts';

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

const { ticketOf, waiting } = lockCalls(() => bench);

const { ask, line, free, got, heldBy } = poolCalls(() => bench);
/** Otter, heron and wren have a port each; finch may wait. */
async function allTaken(): Promise<void> {
  for (const session of [otter, heron, wren]) await ask(session, [port()]);
}

describe('a value that something outside uses', () => {
  const swap = (
    session: SessionRecord,
    outcome: LockOutcome,
    inUse: string[],
    stay: Stay | null = null,
    pools = [port()],
  ) =>
    bench.transact(async unit => {
      const taken = (outcome.granted ?? []).filter(lock => inUse.includes(lock.name));
      const ticket = outcome.granted?.[0]?.tickets[0] ?? '';
      const request: LockRequest = {
        ticket,
        resources: (outcome.granted ?? []).filter(({ pool }) => pool === null).map(asResource),
        pools,
        mode: 'exclusive',
        reason: null,
        ttlMs: 60_000,
        priority: 'normal',
        inUse: new Set(inUse),
      };
      return swapInUse(unit, session, request, taken, typeof stay === 'number' ? unit.tx.now + stay : stay, null);
    });
  const asResource = ({ name }: LockRecord): Resource => (name.startsWith('file:') ? file(name.slice(5)) : named(name));

  it('is given back and the next one taken, what else was granted stays', async () => {
    const first = await ask(otter, [port()], [file('a')]);
    const second = await swap(otter, first, ['port:3000', 'port:3001']);
    expect([got(second), second.inUse]).toEqual([
      ['file:a', 'port:3002'],
      ['port:3000', 'port:3001'],
    ]);
    expect(second.granted?.[0]?.fence).toBe(first.granted?.[0]?.fence);
    expect(await heldBy(otter)).toEqual(['file:a', 'port:3002']);
  });

  it('with no other left gives back all that the call got, and cannot be waited for', async () => {
    const first = await ask(otter, [port()], [file('a')]);
    const second = await swap(otter, first, ['port:3000', 'port:3001', 'port:3002'], 45_000);
    expect(second).toMatchObject({
      granted: null,
      blockers: [],
      waiter: null,
      inUse: ['port:3000', 'port:3001', 'port:3002'],
    });
    expect([await heldBy(otter), await waiting()]).toEqual([[], 0]);
  });

  it('is not waited for, but one that a session has is', async () => {
    await ask(otter, [port(2)]);
    const first = await ask(heron, [port()]);
    const second = await swap(heron, first, ['port:3001', 'port:3002'], 45_000);
    expect(second.waiter?.pools).toEqual([{ ...port(), values: ['port:3000', 'port:3001'] }]);
    await free(otter, 'port:3001');
    expect(await heldBy(heron)).toEqual(['port:3001']);
  });

  it('goes to the next in line, who finds out for itself', async () => {
    await allTaken();
    const first = ticketOf(await line(finch, [port()]));
    const robin = await bench.join('robin');
    await line(robin, [port()]);
    await free(otter, 'port:3000');
    const served = await bench.transact(unit => standing(unit, first));
    await bench.transact(async unit => {
      const request = { ...first, ticket: first.id, inUse: new Set(['port:3000']) };
      return swapInUse(unit, finch, request, served.granted ?? [], unit.tx.now + 45_000, first);
    });
    expect([await heldBy(finch), await heldBy(robin)]).toEqual([[], ['port:3000']]);
    const places = await bench.look(view => view.tx.list('waiter', 'queue', { prefix: '' }, { limit: 9 }));
    expect(places.map(({ session, arrival }) => [session, arrival])).toEqual([[finch.id, first.arrival]]);
  });
});
