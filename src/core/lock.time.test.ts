import { beforeEach, describe, expect, it } from 'vitest';
import { type Bench, createBench, file, lockCalls, project } from '../../test/support/rules.ts';
import { limits } from './limits.ts';
import { passOn } from './queue.ts';
import type { SessionRecord } from './records.ts';
import { heartbeat, touch } from './session.ts';

const minute = 60_000;

let bench: Bench;
let otter: SessionRecord;
let heron: SessionRecord;

beforeEach(async () => {
  bench = createBench();
  [otter, heron] = [await bench.join('otter'), await bench.join('heron')];
});

const { take, stand, holdersOf, waiting } = lockCalls(() => bench);

const beat = (session: SessionRecord) => bench.transact(unit => heartbeat(unit, session.id));
const act = async (session: SessionRecord) => {
  const record = await bench.now(session);
  await bench.transact(unit => touch(unit, record, null));
};
/** Heartbeats as a server process sends them, for so long. */
const idle = async (session: SessionRecord, ms: number) => {
  for (let passed = 0; passed < ms; passed += limits.heartbeatMs) {
    await bench.clock.advance(Math.min(limits.heartbeatMs, ms - passed));
    await beat(session);
  }
};
const told = async (session: SessionRecord, what: string) =>
  (await bench.notices(session)).filter(notice => notice.includes(what)).length;

describe('an idle holder', () => {
  it.each([
    ['a minute before the end of a long lock', 15 * minute, minute],
    ['in the last quarter of a short one', 2 * minute, minute / 2],
    ['in the last quarter of the shortest that is told', 40_000, 10_000],
  ])('is told %s, once, and by nothing else', async (_when, ttlMs, windowMs) => {
    await take(otter, [file('a')], 'exclusive', { ttlMs });
    await idle(otter, ttlMs - windowMs - 1);
    expect(await bench.notices(otter)).toEqual([]);
    await idle(otter, windowMs - 1);
    expect(await bench.notices(otter)).toEqual([expect.stringMatching(/^file:a \(exclusive, fence \d+\) lapses at/)]);
  });

  it('is told again of a later period of the same lock, not of the same one', async () => {
    await take(otter, [file('a')], 'exclusive', { ttlMs: 2 * minute });
    await idle(otter, 2 * minute - 10_000);
    await act(otter);
    expect(await told(otter, 'lapses at')).toBe(1);
    await idle(otter, 2 * minute - 10_000);
    expect(await told(otter, 'lapses at')).toBe(2);
  });

  it('of a lock too short for that is told only afterwards', async () => {
    await take(otter, [file('a')], 'exclusive', { ttlMs: 39_000 });
    await idle(otter, 39_000);
    expect(await told(otter, 'lapses at')).toBe(0);
    expect(await told(otter, 'lapsed at')).toBe(1);
  });

  it('is told of several locks by one notice', async () => {
    await take(otter, [file('a'), file('b')], 'exclusive', { ttlMs: 2 * minute });
    await idle(otter, 2 * minute);
    expect(await told(otter, 'begin to lapse at')).toBe(1);
    expect(await told(otter, 'lapsed at')).toBe(1);
  });

  it('that is active is never told', async () => {
    await take(otter, [file('a')]);
    for (let round = 0; round < 12; round += 1) {
      await idle(otter, 6 * minute);
      await act(otter);
    }
    expect(await bench.notices(otter)).toEqual([]);
    expect(await holdersOf(file('a'))).toEqual(['otter']);
  });
});

describe('a lapsed lock', () => {
  it('is ended by the heartbeat of its holder, so that others get it although nobody looks', async () => {
    await take(otter, [file('a')], 'exclusive', { ttlMs: 30_000 });
    await stand(heron, [file('a')]);
    await bench.clock.advance(30_000);
    await beat(otter);
    expect(await waiting()).toBe(0);
    expect(await holdersOf(file('a'))).toEqual(['heron']);
    expect(await bench.notices(heron)).toHaveLength(1);
  });

  it.each([
    ['the heartbeat of its holder', () => beat(otter)],
    ['the next call of its holder', () => act(otter)],
    ['somebody who passes on', () => bench.transact(unit => passOn(unit))],
    ['a newcomer', () => take(heron, [file('**')], 'shared')],
  ])('is told its holder once, which, when, and who has it now, ended by %s', async (_who, look) => {
    await take(otter, [file('a')], 'exclusive', { ttlMs: 30_000 });
    const at = new Date(bench.clock.now() + 30_000).toISOString().replace(/\.\d+/, '');
    if (_who !== 'a newcomer') await stand(heron, [file('**')], 'shared');
    await bench.clock.advance(30_000);
    await look();
    await bench.clock.advance(30_000);
    await beat(otter);
    expect(await bench.notices(otter)).toEqual([
      expect.stringMatching(new RegExp(`^Your lock on file:a .* lapsed at ${at}.* heron has it now\\.`)),
    ]);
  });

  it('that nobody wanted is told without a name', async () => {
    await take(otter, [file('a')], 'exclusive', { ttlMs: 30_000 });
    await bench.clock.advance(30_000);
    await beat(otter);
    const [notice] = await bench.notices(otter);
    expect(notice).toContain('lapsed at');
    expect(notice).not.toContain('has it now');
  });

  it('of a holder that died is told nobody, and its session ends once, whatever it held', async () => {
    await take(otter, [file('a'), file('b')]);
    bench.kill(otter);
    await take(heron, [file('a'), file('b')]);
    const events = await bench.store.eventsAfter(project, 0, 100);
    expect(events.filter(event => event.type === 'session.ended')).toHaveLength(1);
    expect(events.some(event => event.type === 'notice.sent')).toBe(false);
  });
});

describe('the heartbeat of a session', () => {
  it('without locks writes nothing but the sign of life', async () => {
    const before = await bench.look(async view => view.tx.sequence);
    await beat(otter);
    expect(await bench.look(async view => view.tx.sequence)).toBe(before);
    expect(await bench.notices(otter)).toEqual([]);
  });
});
