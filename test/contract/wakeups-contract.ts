/** What every channel of wake-ups must do, whoever wrote it. Call `describeWakeups` from a test file with a way to make ends of the channel. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Wakeups } from '../../src/core/ports.ts';

/** An end of the channel in a process of its own. */
export interface DistantEnd {
  readonly pid: number;
  /** Resolves when the session is listened to there. */
  listen(session: string): Promise<void>;
  stop(session: string): Promise<void>;
  /** Gives hints from there, each awaited. */
  wake(sessions: readonly string[]): Promise<void>;
  /** How many hints came for the session so far. */
  count(session: string): Promise<number>;
  problem(): Promise<string | undefined>;
  signal(name: NodeJS.Signals): void;
  /** Stops talking to the process without closing its end; resolves with its exit code once it has ended by itself. */
  endsByItself(): Promise<number | null>;
}

export interface WakeupsHarness {
  /** A new end of the channel in this process; all ends of one harness reach each other. The suite closes it. */
  connect(): Wakeups;
  /** A new end in a new process. The harness ends it in `dispose`. */
  spawn(): Promise<DistantEnd>;
  dispose(): Promise<void>;
}

/** Waits until something is so. Generous: it bounds a hang, it does not measure. */
export async function until(condition: () => boolean | Promise<boolean>, what: string): Promise<void> {
  const end = performance.now() + 45_000;
  while (!(await condition())) {
    if (performance.now() > end) throw new Error(`never happened: ${what}`);
    await new Promise(resolve => setTimeout(resolve, 2));
  }
}

/** Lets a hint that should not come have every chance to. */
export const quiet = () => new Promise(resolve => setTimeout(resolve, 50));

export function describeWakeups(name: string, createHarness: () => Promise<WakeupsHarness>): void {
  describe(`wake-ups over ${name}`, () => {
    let harness: WakeupsHarness;
    let ends: Wakeups[];

    const connect = () => {
      const end = harness.connect();
      ends.push(end);
      return end;
    };

    beforeEach(async () => {
      ends = [];
      harness = await createHarness();
    });

    afterEach(async () => {
      for (const end of ends) await end.close();
      await harness.dispose();
    });

    it('carry a hint to a listener in another process, again and again', async () => {
      const distant = await harness.spawn();
      await distant.listen('a');
      const here = connect();
      for (let round = 1; round <= 20; round++) {
        await here.wake(['a']);
        await until(async () => (await distant.count('a')) >= round, `hint ${round}`);
      }
    });

    it('carry a hint between two other processes and back', async () => {
      const [one, other] = [await harness.spawn(), await harness.spawn()];
      await one.listen('one');
      await other.listen('other');
      await one.wake(['other']);
      await until(async () => (await other.count('other')) > 0, 'the way there');
      await other.wake(['one']);
      await until(async () => (await one.count('one')) > 0, 'the way back');
    });

    it('carry a hint to a listener in this process, but never inside the call', async () => {
      const here = connect();
      let woken = 0;
      await here.listen('a', () => woken++);
      const waking = here.wake(['a']);
      expect(woken).toBe(0);
      await waking;
      await until(() => woken > 0, 'the hint');
    });

    it('carry a hint between two ends in one process', async () => {
      const [here, there] = [connect(), connect()];
      let woken = 0;
      await there.listen('a', () => woken++);
      await here.wake(['a']);
      await until(() => woken > 0, 'the hint');
    });

    it('wake a listener once for a burst', async () => {
      const here = connect();
      let woken = 0;
      await here.listen('a', () => woken++);
      await Promise.all(Array.from({ length: 1_000 }, () => here.wake(['a', 'a'])));
      await until(() => woken > 0, 'the hint');
      await quiet();
      expect(woken).toBeLessThan(10);
    });

    it('wake a receiver that was stopped during a burst few times, and never keep its sender waiting', async () => {
      const distant = await harness.spawn();
      await distant.listen('a');
      const here = connect();
      let woken = 0;
      await here.listen('b', () => woken++);
      await here.wake(['a']);
      await until(async () => (await distant.count('a')) > 0, 'the first hint');
      const before = await distant.count('a');
      distant.signal('SIGSTOP');
      // Far more than the queue between two processes holds.
      for (let round = 0; round < 5_000; round++) await here.wake(['a']);
      await here.wake(['a', 'b']);
      await until(() => woken > 0, 'a hint to somebody else');
      distant.signal('SIGCONT');
      await until(async () => (await distant.count('a')) > before, 'the hint after the stop');
      expect((await distant.count('a')) - before).toBeLessThan(500);
      await here.wake(['a']);
    });

    it('reach the named sessions and nobody else', async () => {
      const distant = await harness.spawn();
      for (const session of ['a', 'b', 'c']) await distant.listen(session);
      const here = connect();
      let woken = 0;
      await here.listen('d', () => woken++);
      await here.wake(['a', 'c', 'nobody']);
      await until(async () => (await distant.count('a')) > 0 && (await distant.count('c')) > 0, 'both hints');
      await quiet();
      expect([await distant.count('b'), woken]).toEqual([0, 0]);
    });

    it('reach every listener of a session in one process until each is stopped', async () => {
      const [here, sender] = [connect(), connect()];
      const woken = { first: 0, second: 0 };
      const stopFirst = await here.listen('a', () => woken.first++);
      const stopSecond = await here.listen('a', () => woken.second++);
      await sender.wake(['a']);
      await until(() => woken.first > 0 && woken.second > 0, 'both');
      await stopFirst();
      const { first, second } = woken;
      await sender.wake(['a']);
      await until(() => woken.second > second, 'the second alone');
      await stopSecond();
      await sender.wake(['a']);
      await quiet();
      expect([woken.first, woken.second]).toEqual([first, second + 1]);
    });

    it('are heard again by a session that stopped and listens anew', async () => {
      const [here, sender] = [connect(), connect()];
      for (let round = 0; round < 5; round++) {
        let woken = 0;
        const stop = await here.listen('a', () => woken++);
        expect(here.problem()).toBeUndefined();
        await sender.wake(['a']);
        await until(() => woken > 0, `the hint of round ${round}`);
        await stop();
      }
    });

    it('reach the process that takes over after a killed one, at once', async () => {
      const killed = await harness.spawn();
      await killed.listen('a');
      const here = connect();
      await here.wake(['a']);
      await until(async () => (await killed.count('a')) > 0, 'the first hint');
      killed.signal('SIGKILL');
      const successor = await harness.spawn();
      await until(async () => {
        await here.wake(['a']);
        await successor.listen('a');
        return (await successor.problem()) === undefined;
      }, 'the takeover');
      const before = await successor.count('a');
      await until(async () => {
        await here.wake(['a']);
        return (await successor.count('a')) > before;
      }, 'the hint');
    });

    it('go on when one callback throws', async () => {
      const here = connect();
      let woken = 0;
      await here.listen('a', () => {
        throw new Error('broken listener');
      });
      await here.listen('a', () => woken++);
      await here.wake(['a']);
      await until(() => woken > 0, 'the other listener');
    });

    it('are neither heard nor given after close, and nothing fails', async () => {
      const [here, sender] = [connect(), connect()];
      let woken = 0;
      const stop = await here.listen('a', () => woken++);
      await here.close();
      await sender.wake(['a']);
      await here.wake(['a']);
      await here.listen('a', () => woken++);
      await stop();
      await here.close();
      await quiet();
      expect(woken).toBe(0);
    });

    it('keep no process alive, neither by listening nor by having given hints', async () => {
      const distant = await harness.spawn();
      const other = await harness.spawn();
      await distant.listen('a');
      await other.listen('b');
      await distant.wake(['b', 'nobody']);
      await other.wake(['a']);
      expect(await distant.endsByItself()).toBe(0);
    });
  });
}
