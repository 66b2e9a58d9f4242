/** The fakes decide what other tests mean, so what they promise is tested too. */
import { describe, expect, it } from 'vitest';
import { FakeClock, FakeIds, FakeProcesses, FakeWakeups, FakeWorktrees, settle } from '../support/fakes.ts';

describe('FakeClock', () => {
  it('stands still until it is advanced', async () => {
    const clock = new FakeClock(1_000);
    let woken = false;
    void clock.sleep(10).then(() => {
      woken = true;
    });
    await settle();
    expect([clock.now(), clock.elapsed(), woken]).toEqual([1_000, 0, false]);
    await clock.advance(9);
    expect([clock.now(), clock.elapsed(), woken]).toEqual([1_009, 9, false]);
    await clock.advance(1);
    expect([clock.now(), clock.elapsed(), woken]).toEqual([1_010, 10, true]);
  });

  it('fires in order of due time, each at its own time, and in order of creation when due together', async () => {
    const clock = new FakeClock(0);
    const fired: string[] = [];
    const note = (name: string) => () => fired.push(`${name}@${clock.elapsed()}`);
    void clock.sleep(20).then(note('late'));
    void clock.sleep(10).then(note('first'));
    void clock.sleep(10).then(note('second'));
    const stop = clock.every(8, note('tick'));
    await clock.advance(20);
    stop();
    expect(fired).toEqual(['tick@8', 'first@10', 'second@10', 'tick@16', 'late@20']);
  });

  it('lets a loop of sleeps run through in one advance', async () => {
    const clock = new FakeClock();
    let rounds = 0;
    const loop = (async () => {
      while (rounds < 5) {
        await clock.sleep(100);
        rounds++;
      }
    })();
    await clock.advance(499);
    expect(rounds).toBe(4);
    await clock.advance(1);
    await loop;
    expect(rounds).toBe(5);
  });

  it('ends a sleep at once when its signal aborts, also before it began', async () => {
    const clock = new FakeClock();
    const abort = new AbortController();
    const sleeping = clock.sleep(1_000, abort.signal);
    expect(clock.pending).toBe(1);
    abort.abort();
    await sleeping;
    await clock.sleep(1_000, abort.signal);
    expect([clock.pending, clock.elapsed()]).toEqual([0, 0]);
  });

  it('steps the wall clock without touching durations or timers', async () => {
    const clock = new FakeClock(5_000);
    let ticks = 0;
    const stop = clock.every(10, () => ticks++);
    clock.stepWallClock(-4_000);
    expect([clock.now(), clock.elapsed(), ticks]).toEqual([1_000, 0, 0]);
    await clock.advance(10);
    expect([clock.now(), ticks]).toEqual([1_010, 1]);
    stop();
    await clock.advance(100);
    expect([ticks, clock.pending]).toEqual([1, 0]);
  });
});

describe('FakeIds', () => {
  it('gives the same sequence for the same seed and another one for another seed', () => {
    const three = (seed: number) => {
      const ids = new FakeIds(seed);
      return [ids.next(), ids.next(), ids.next()];
    };
    expect(three(7)).toEqual(three(7));
    expect(new Set([...three(7), ...three(8)]).size).toBe(6);
    expect(three(7).every(id => /^[a-z0-9]{26}$/.test(id))).toBe(true);
  });
});

describe('FakeWakeups', () => {
  it('delivers, loses, delays and doubles as it is told, and records every poke', async () => {
    const hub = new FakeWakeups();
    let woken = 0;
    const stop = await hub.connect().listen('a', () => woken++);
    const counts: number[] = [];
    for (const mode of ['deliver', 'lose', 'delay', 'double'] as const) {
      hub.mode = mode;
      await hub.wake(['a']);
      await settle();
      counts.push(woken);
    }
    hub.release();
    await settle();
    expect([...counts, woken]).toEqual([1, 1, 1, 3, 4]);
    expect(hub.pokes).toEqual(['a', 'a', 'a', 'a']);
    await stop();
    expect(hub.listening).toBe(0);
  });
});

describe('FakeProcesses', () => {
  it('tells a dead process from a later one with its pid and judges no other machine', () => {
    const table = new FakeProcesses();
    const first = table.spawn();
    table.kill(first);
    const second = table.spawn({ pid: first.pid });
    const foreign = table.spawn({ boot: 'elsewhere', pid: second.pid });
    expect([first, second, foreign].map(each => table.liveness(each))).toEqual(['dead', 'alive', 'unknown']);
    table.kill(first);
    expect(table.as(second).liveness(table.as(second).self())).toBe('alive');
  });
});

describe('FakeWorktrees', () => {
  it('finds the innermost checkout and resolves paths by their text', async () => {
    const worktrees = new FakeWorktrees([{ root: '/code/app' }, { root: '/code/app/wt', branch: 'topic' }]);
    expect((await worktrees.describe('/code/app/wt/src')).branch).toBe('topic');
    expect((await worktrees.resolve('../b.ts', '/code/app/src', 'example.com/team/app')).path).toBe('b.ts');
    await expect(worktrees.resolve('/etc/passwd', '/code/app', 'example.com/team/app')).rejects.toMatchObject({
      code: 'invalid_input',
    });
    await expect(worktrees.describe('/nowhere')).rejects.toMatchObject({ code: 'not_found' });
  });
});
