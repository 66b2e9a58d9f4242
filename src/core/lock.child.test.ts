/** Waiting, queues, pools, handing off and conflict checks between a session and its sub-agents. */
import { beforeEach, describe, expect, it } from 'vitest';
import { askForLocks, type Bench, createBench, file, lockCalls, named } from '../../test/support/rules.ts';
import { endChild, joinChild } from './child.ts';
import { surveyAction } from './conflict.ts';
import { announce } from './intent.ts';
import { handOff } from './lock-handoff.ts';
import { release } from './lock-release.ts';
import type { SessionRecord } from './records.ts';

let bench: Bench;
let otter: SessionRecord;
let heron: SessionRecord;
let one: SessionRecord;
let two: SessionRecord;

beforeEach(async () => {
  bench = createBench();
  otter = await bench.join('otter');
  heron = await bench.join('heron');
  one = await bench.transact(unit => joinChild(unit, otter, { id: 'a1', type: null }));
  two = await bench.transact(unit => joinChild(unit, otter, { id: 'a2', type: null }));
});

const { take, queue, stand, holdersOf, waiting } = lockCalls(() => bench);
const free = (session: SessionRecord) => bench.transact(unit => release(unit, session, 'all'));
const hand = (giver: SessionRecord, to: SessionRecord) =>
  bench.transact(unit => handOff(unit, giver, 'all', to.handle));
const ports = (...values: string[]) => ({ pools: [{ pool: 'port', count: 1, values }] });

describe('a sub-agent in line', () => {
  it('is served although its parent holds what it waits for', async () => {
    await take(otter, [file('src/a.ts')]);
    await take(heron, [file('src/b.ts')]);
    expect((await queue(one, [file('src')])).blockers.map(({ session }) => session.handle)).toEqual(['heron']);
    await free(heron);
    expect(await holdersOf(file('src/b.ts'))).toEqual(['otter.1']);
  });

  it('is not held up by a place of its parent, but by those of all others', async () => {
    await take(heron, [file('b')]);
    await stand(otter, [file('a'), file('b')]);
    expect((await take(one, [file('a')])).granted).not.toBeNull();
    await free(one);
    await stand(two, [file('a'), file('b')]);
    expect((await take(one, [file('a')])).granted).toBeNull();
  });

  it('is served beside its parent in one go when both wait for the same', async () => {
    await take(heron, [file('a')]);
    await stand(otter, [file('a')]);
    await queue(one, [file('a')]);
    await free(heron);
    // It came later, and its lock is the one that is lent; the parent has its own.
    expect(await holdersOf(file('a'))).toEqual(['otter', 'otter.1']);
    expect(await waiting()).toBe(0);
  });

  it('keeps its parent waiting where it was there first, until its work is done', async () => {
    await take(heron, [file('a')]);
    await queue(one, [file('a')]);
    await stand(otter, [file('a')]);
    await free(heron);
    expect(await holdersOf(file('a'))).toEqual(['otter.1']);
    await bench.transact(unit => endChild(unit, otter, { id: 'a1', type: null }));
    expect(await holdersOf(file('a'))).toEqual(['otter']);
  });

  it('leaves the line with its parent', async () => {
    await take(heron, [file('a')]);
    await stand(one, [file('a')]);
    bench.kill(otter);
    await free(heron);
    expect([await waiting(), await holdersOf(file('a'))]).toEqual([0, []]);
  });
});

describe('a cycle of waiting', () => {
  it('is none where a parent waits for its sub-agent, which waits for nothing', async () => {
    await take(one, [file('a')]);
    const outcome = await queue(otter, [file('a')]);
    expect([outcome.cycle, outcome.waiter === null]).toEqual([null, false]);
  });

  it('is none where the sub-agent waits for what its parent holds as well', async () => {
    await take(otter, [file('src/a.ts')]);
    await take(heron, [file('src/b.ts')]);
    await take(one, [file('c')]);
    await queue(one, [file('src')]);
    const outcome = await queue(otter, [file('c')]);
    expect([outcome.cycle, outcome.waiter === null]).toEqual([null, false]);
    await free(heron);
    expect(await holdersOf(file('src/b.ts'))).toEqual(['otter.1']);
  });

  it('is seen over a sub-agent that waits for somebody who waits for its parent', async () => {
    await take(one, [file('a')]);
    await take(heron, [file('b')]);
    await take(otter, [file('c')]);
    await queue(one, [file('b')]);
    await queue(heron, [file('c')]);
    const outcome = await queue(otter, [file('a')]);
    expect(outcome.cycle).toEqual(['otter', 'otter.1', 'heron', 'otter']);
  });

  it('is seen between siblings', async () => {
    await take(one, [file('a')]);
    await take(two, [file('b')]);
    await queue(one, [file('b')]);
    expect((await queue(two, [file('a')])).cycle).toEqual(['otter.2', 'otter.1', 'otter.2']);
  });

  it('is none over a pool whose value its parent holds by name', async () => {
    await take(otter, [named('port:1')]);
    await take(heron, [file('x')]);
    await take(one, [file('c')]);
    await queue(one, [named('port:1'), file('x')]);
    await askForLocks(bench, two, ports('port:1'), 45_000);
    const outcome = await queue(otter, [file('c')]);
    expect(outcome.cycle).toBeNull();
  });
});

describe('a pool', () => {
  it('gives a sub-agent a place of its own, and not the one that its parent uses', async () => {
    await askForLocks(bench, otter, ports('port:1', 'port:2'), null);
    const given = await askForLocks(bench, one, ports('port:1', 'port:2'), null);
    expect(given.granted?.map(({ name }) => name)).toEqual(['port:2']);
    const none = await askForLocks(bench, two, ports('port:1', 'port:2'), null);
    expect(none.blockers.map(({ session }) => session.handle).sort()).toEqual(['otter', 'otter.1']);
  });

  it('lends what the parent has of it to a sub-agent that asks for it by its name', async () => {
    await askForLocks(bench, otter, ports('port:1'), null);
    expect((await take(one, [named('port:1')])).granted).not.toBeNull();
    expect((await take(two, [named('port:1')])).granted).toBeNull();
  });
});

describe('handing off', () => {
  it('from a parent to its sub-agent and back merges what both have', async () => {
    await take(otter, [file('a')]);
    await take(one, [file('a')]);
    await hand(otter, one);
    expect(await holdersOf(file('a'))).toEqual(['otter.1']);
    await take(otter, [file('b')]);
    await hand(one, otter);
    expect(await holdersOf(file('a'))).toEqual(['otter']);
  });

  it('between siblings is done under what their parent holds', async () => {
    await take(otter, [file('src')]);
    await take(one, [file('src/a.ts')]);
    await hand(one, two);
    expect(await holdersOf(file('src/a.ts'))).toEqual(['otter', 'otter.2']);
  });

  it('to others is refused while a sub-agent or the parent holds the same', async () => {
    await take(otter, [file('src')]);
    await take(one, [file('src/a.ts')]);
    for (const giver of [otter, one]) {
      await expect(hand(giver, heron)).rejects.toMatchObject({ code: 'conflict' });
    }
    await expect(hand(otter, two)).rejects.toMatchObject({ code: 'conflict', next: 'Have otter.1 release it first.' });
    await free(one);
    await hand(otter, heron);
    expect(await holdersOf(file('src'))).toEqual(['heron']);
  });
});

describe('whether it is safe', () => {
  const conflicts = async (me: SessionRecord, type: 'file_edit' | 'git_rebase' = 'file_edit') => {
    const survey = await bench.look(view =>
      surveyAction(view, me, { type, targets: [file('src/a.ts')], branches: [] }),
    );
    return survey.conflicts.map(({ kind, session }) => `${kind} ${session?.handle}`).sort();
  };

  it('is not in doubt for a sub-agent because of what its parent holds, waits for or announced', async () => {
    await take(otter, [file('src')]);
    await take(heron, [file('b')]);
    await stand(otter, [file('src/a.ts'), file('b')]);
    const intent = { type: 'file_edit', resources: [file('src/a.ts')], branches: [], description: undefined } as const;
    await bench.transact(unit => announce(unit, otter, intent));
    expect(await conflicts(one)).toEqual(['checkout heron', 'checkout otter.2']);
    await free(otter);
    await take(two, [file('src/a.ts')]);
    expect(await conflicts(one)).toEqual(['checkout heron', 'checkout otter.2', 'lock otter.2']);
  });

  it('is told to a parent of what its sub-agents hold', async () => {
    await take(one, [file('src/a.ts')]);
    expect(await conflicts(otter)).toContain('lock otter.1');
  });
});
