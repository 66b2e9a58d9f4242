import { beforeEach, describe, expect, it } from 'vitest';
import { type Bench, createBench, file, lockCalls, named } from '../../test/support/rules.ts';
import { excludes, locksOf } from './blocking.ts';
import { limits } from './limits.ts';
import { release } from './lock-release.ts';
import { renewLocks } from './lock-time.ts';
import type { SessionRecord } from './records.ts';

const minute = 60_000;

let bench: Bench;
let otter: SessionRecord;
let heron: SessionRecord;
let wren: SessionRecord;

beforeEach(async () => {
  bench = createBench();
  [otter, heron, wren] = [await bench.join('otter'), await bench.join('heron'), await bench.join('wren')];
});

const { take, queue, holdersOf } = lockCalls(() => bench);

describe('granting', () => {
  it('gives a free resource and refuses it to the next, naming holder, reason and times', async () => {
    const first = await take(otter, [file('src/a.ts')], 'exclusive', { reason: 'refactor' });
    expect(first.granted?.map(lock => lock.name)).toEqual(['file:src/a.ts']);
    const second = await take(heron, [file('src/a.ts')]);
    expect(second.granted).toBeNull();
    expect(second.blockers).toHaveLength(1);
    expect(second.blockers[0]?.session.handle).toBe('otter');
    expect(second.blockers[0]?.lock?.reason).toBe('refactor');
    expect(second.blockers[0]?.lock?.expiresAt).toBe(bench.clock.now() + 15 * minute);
  });

  it.each([
    ['exclusive', 'exclusive', false],
    ['exclusive', 'shared', false],
    ['shared', 'exclusive', false],
    ['shared', 'shared', true],
    ['exclusive', 'intent', true],
    ['shared', 'intent', true],
    ['intent', 'exclusive', true],
    ['intent', 'shared', true],
    ['intent', 'intent', true],
  ] as const)('held %s, wanted %s: granted %s; an intent always warns', async (held, asked, isGranted) => {
    await take(otter, [file('a')], held);
    const outcome = await take(heron, [file('a')], asked);
    expect(outcome.granted !== null).toBe(isGranted);
    expect(excludes(held, asked)).toBe(!isGranted);
    if (held === 'intent' || asked === 'intent') expect(outcome.warnings.map(w => w.session.handle)).toEqual(['otter']);
  });

  it('takes several resources all or none', async () => {
    await take(otter, [file('b')]);
    const refused = await take(heron, [file('a'), file('b'), named('ci')]);
    expect(refused.granted).toBeNull();
    expect(await holdersOf(file('a'))).toEqual([]);
    expect(await holdersOf(named('ci'))).toEqual([]);
  });

  it('sees that globs, folders and files overlap, in both directions', async () => {
    await take(otter, [file('src/auth/**')]);
    expect((await take(heron, [file('src/auth/login.ts')])).granted).toBeNull();
    expect((await take(heron, [file('src')])).granted).toBeNull();
    expect((await take(heron, [file('**/*.ts')])).granted).toBeNull();
    expect((await take(heron, [file('src/billing.ts')])).granted).not.toBeNull();
    expect((await take(wren, [file('src/*.ts')])).granted).toBeNull();
  });

  it('keeps git:head of two checkouts apart, and a free name for the whole project', async () => {
    await take(otter, [named('git:head', 'here:/shop'), named('ci', 'here:/shop')]);
    expect((await take(heron, [named('git:head', 'here:/shop-2')])).granted).not.toBeNull();
    expect((await take(heron, [named('git:head', 'here:/shop')])).granted).toBeNull();
    expect((await take(heron, [named('ci', 'here:/shop-2')])).granted).toBeNull();
  });

  it('treats two cases as one name where either file system folds case', async () => {
    await take(otter, [file('README.md', true)]);
    expect((await take(heron, [file('readme.md', false)])).granted).toBeNull();
    await take(otter, [file('Makefile', false)]);
    expect((await take(heron, [file('makefile', false)])).granted).not.toBeNull();
  });

  it("is never blocked by the session's own locks", async () => {
    await take(otter, [file('src/**')]);
    expect((await take(otter, [file('src/a.ts')])).granted).not.toBeNull();
  });

  it('renews on acquiring again: later end, same fence', async () => {
    const [first] = (await take(otter, [file('a')])).granted ?? [];
    await bench.clock.advance(5 * minute);
    const [second] = (await take(otter, [file('a')])).granted ?? [];
    expect(second?.fence).toBe(first?.fence);
    expect(second?.expiresAt).toBe((first?.expiresAt ?? 0) + 5 * minute);
  });

  it('changes the mode if nobody else is in the way, with a new fence', async () => {
    const [shared] = (await take(otter, [file('a')], 'shared')).granted ?? [];
    await take(heron, [file('a')], 'shared');
    expect((await take(otter, [file('a')], 'exclusive')).granted).toBeNull();
    await bench.transact(unit => release(unit, heron, [file('a')]));
    const [exclusive] = (await take(otter, [file('a')], 'exclusive')).granted ?? [];
    expect(exclusive?.mode).toBe('exclusive');
    expect(exclusive?.fence).toBeGreaterThan(shared?.fence ?? 0);
  });

  it('raises the fence of a resource with every new grant, for ever', async () => {
    let last = 0;
    for (let round = 0; round < 20; round += 1) {
      const session = [otter, heron, wren][round % 3] as SessionRecord;
      const [lock] = (await take(session, [file('a')])).granted ?? [];
      expect(lock?.fence).toBeGreaterThan(last);
      last = lock?.fence ?? 0;
      await bench.transact(unit => release(unit, session, 'all'));
    }
  });

  it('refuses more locks than a session may hold, and takes none of them', async () => {
    for (let index = 0; index < limits.locksPerSession; index += 50) {
      await take(
        otter,
        Array.from({ length: 50 }, (_, offset) => named(`r${index + offset}`)),
      );
    }
    await expect(take(otter, [named('one-more')])).rejects.toMatchObject({ code: 'limit_exceeded' });
    expect(await holdersOf(named('one-more'))).toEqual([]);
    expect((await take(otter, [named('r1')])).granted).toHaveLength(1);
  });

  it("lets nobody's release fail because the next in line holds too many locks", async () => {
    await take(otter, [file('a')]);
    await queue(heron, [file('a')]);
    for (let index = 0; index < limits.locksPerSession; index += 50) {
      await take(
        heron,
        Array.from({ length: 50 }, (_, offset) => named(`r${index + offset}`)),
      );
    }
    await bench.transact(unit => release(unit, otter, 'all'));
    expect(await holdersOf(file('a'))).toEqual(['heron']);
  });

  it('renews what a session holds beyond its bound, granted from the queue, like the rest', async () => {
    await take(otter, [file('a')]);
    await queue(heron, [file('a')]);
    for (let index = 0; index < limits.locksPerSession; index += 50) {
      const names = Array.from({ length: 50 }, (_, offset) => named(`r${index + offset}`));
      await take(heron, names);
    }
    await bench.transact(unit => release(unit, otter, 'all'));
    await bench.clock.advance(10 * minute);
    await bench.transact(unit => renewLocks(unit, heron));
    const held = await bench.look(view => locksOf(view.tx, heron.id));
    expect(held).toHaveLength(limits.locksPerSession + 1);
    expect(held.filter(lock => lock.expiresAt < bench.clock.now() + 15 * minute)).toEqual([]);
  });

  it('is refused, not decided on a part, where more locks lie than a search may read', async () => {
    const { transact } = bench.store;
    const crowd = Array.from({ length: limits.locksSearched }, () => ({
      ...file('src/**'),
      holder: 'x',
      expiresAt: 0,
    }));
    bench.store.transact = (project, work) =>
      transact.call(bench.store, project, tx =>
        work({ ...tx, now: tx.now, get: tx.get.bind(tx), count: tx.count.bind(tx), list: async () => crowd as never }),
      ) as never;
    await expect(take(otter, [file('src/a.ts')])).rejects.toMatchObject({ code: 'limit_exceeded' });
  });
});

describe('the end of a lock', () => {
  it('comes with its time, judged when somebody looks', async () => {
    await take(otter, [file('a')], 'exclusive', { ttlMs: minute });
    await bench.clock.advance(minute - 1);
    expect((await take(heron, [file('a')])).granted).toBeNull();
    await bench.clock.advance(1);
    expect((await take(heron, [file('a')])).granted).not.toBeNull();
    expect(await holdersOf(file('a'))).toEqual(['heron']);
  });

  it('comes with the death of its holder, at once and for everything it held', async () => {
    await take(otter, [file('a'), file('b')]);
    bench.kill(otter);
    expect((await take(heron, [file('a')])).granted).not.toBeNull();
    expect(await holdersOf(file('b'))).toEqual([]);
    expect(await bench.look(view => view.tx.count('lock', 'holder', { equals: otter.id }))).toBe(0);
    expect((await bench.now(otter)).endedAt).not.toBeNull();
  });

  it('comes with the death of its holder even when another process has got its pid', async () => {
    await take(otter, [file('a')]);
    bench.kill(otter);
    bench.processes.spawn({ pid: otter.process?.pid ?? 0 });
    expect((await take(heron, [file('a')])).granted).not.toBeNull();
  });

  it('reports what was not held instead of failing', async () => {
    await take(otter, [file('a')]);
    const outcome = await bench.transact(unit => release(unit, otter, [file('a'), file('never')]));
    expect(outcome.released.map(lock => lock.name)).toEqual(['file:a']);
    expect(outcome.notHeld.map(resource => resource.name)).toEqual(['file:never']);
  });

  it("never touches another session's lock", async () => {
    await take(otter, [file('a')]);
    await bench.transact(unit => release(unit, heron, [file('a')]));
    await bench.transact(unit => release(unit, heron, 'all'));
    expect(await holdersOf(file('a'))).toEqual(['otter']);
  });
});
