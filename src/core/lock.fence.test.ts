import { beforeEach, describe, expect, it } from 'vitest';
import { type Bench, createBench, file, lockCalls } from '../../test/support/rules.ts';
import { release } from './lock-release.ts';
import type { LockRecord, SessionRecord } from './records.ts';
import { end } from './session.ts';

let bench: Bench;
let otter: SessionRecord;
let heron: SessionRecord;

beforeEach(async () => {
  bench = createBench();
  [otter, heron] = [await bench.join('otter'), await bench.join('heron')];
});

const { take } = lockCalls(() => bench);

const highest = (locks: readonly LockRecord[] | null) => Math.max(...(locks ?? []).map(lock => lock.fence));

describe('a renewal with the fence of the grant', () => {
  it('renews what is still held, one resource or several, and keeps the fences', async () => {
    const resources = [file('a'), file('b')];
    const { granted } = await take(otter, resources);
    await bench.clock.advance(60_000);
    const again = await take(otter, resources, 'exclusive', { fence: highest(granted) });
    expect(again.granted?.map(lock => lock.fence)).toEqual(granted?.map(lock => lock.fence));
    expect(again.granted?.[0]?.expiresAt).toBe((granted?.[0]?.expiresAt ?? 0) + 60_000);
  });

  it('is refused when the lock has ended by time, although it is free', async () => {
    const { granted } = await take(otter, [file('a')], 'exclusive', { ttlMs: 1_000 });
    await bench.clock.advance(1_000);
    const renewing = take(otter, [file('a')], 'exclusive', { fence: highest(granted) });
    await expect(renewing).rejects.toMatchObject({ code: 'conflict', message: expect.stringContaining('file:a') });
    expect((await take(heron, [file('a')])).granted).not.toBeNull();
  });

  it('is refused after somebody else had it in between, and again while that one has it, who is named', async () => {
    const { granted } = await take(otter, [file('a')]);
    const fence = highest(granted);
    await bench.transact(unit => end(unit, otter.id, 'process gone'));
    const newer = await take(heron, [file('a')]);
    otter = await bench.join('otter', { clientSession: null });
    const refusal = await take(otter, [file('a')], 'exclusive', { fence }).catch(error => error);
    expect(refusal).toMatchObject({ code: 'conflict' });
    expect(refusal.message).toContain(`heron has file:a now, with fence ${highest(newer.granted)}`);
    await bench.transact(unit => release(unit, heron, 'all'));
    await expect(take(otter, [file('a')], 'exclusive', { fence })).rejects.toMatchObject({ code: 'conflict' });
  });

  it('is refused when the session itself lost the lock and took it again: the older fence is of another grant', async () => {
    const first = await take(otter, [file('a')]);
    await bench.transact(unit => release(unit, otter, 'all'));
    const second = await take(otter, [file('a')]);
    await expect(take(otter, [file('a')], 'exclusive', { fence: highest(first.granted) })).rejects.toMatchObject({
      code: 'conflict',
    });
    expect((await take(otter, [file('a')], 'exclusive', { fence: highest(second.granted) })).granted).not.toBeNull();
  });

  it('takes none of several when one was lost', async () => {
    const { granted } = await take(otter, [file('a')]);
    const renewing = take(otter, [file('a'), file('never held')], 'exclusive', { fence: highest(granted) });
    await expect(renewing).rejects.toMatchObject({ code: 'conflict' });
    expect((await take(heron, [file('never held')])).granted).not.toBeNull();
  });

  it('is refused with a fence that none of the named locks was granted under, older, newer or of another lock', async () => {
    const { granted } = await take(otter, [file('a')]);
    const other = await take(otter, [file('b')]);
    for (const fence of [highest(granted) - 1, highest(other.granted), 999_999]) {
      const refusal = await take(otter, [file('a')], 'exclusive', { fence }).catch(error => error);
      expect(refusal).toMatchObject({ code: 'conflict', message: expect.stringContaining('file:a') });
    }
    const both = await take(otter, [file('a'), file('b')], 'exclusive', { fence: highest(other.granted) });
    expect(both.granted).toHaveLength(2);
  });

  it('is refused in another mode: an intent keeps nobody out, so somebody else may have had it in between', async () => {
    const { granted } = await take(otter, [file('a')], 'intent');
    expect((await take(heron, [file('a')])).granted).not.toBeNull();
    await bench.transact(unit => release(unit, heron, 'all'));
    const fence = highest(granted);
    await expect(take(otter, [file('a')], 'exclusive', { fence })).rejects.toMatchObject({
      code: 'conflict',
      message: expect.stringContaining('intent'),
    });
    expect((await take(otter, [file('a')], 'intent', { fence })).granted).not.toBeNull();
  });
});
