import { spawnSync } from 'node:child_process';
import { getEventListeners } from 'node:events';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { systemClock } from './clock.ts';

describe('systemClock', () => {
  afterEach(() => {
    vi.useRealTimers();
  });

  it('sleeps for as long as it was asked and not less', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    let awake = false;
    const sleeping = systemClock.sleep(1_000).then(() => {
      awake = true;
    });
    await vi.advanceTimersByTimeAsync(999);
    expect(awake).toBe(false);
    await vi.advanceTimersByTimeAsync(1);
    await sleeping;
    expect(awake).toBe(true);
  });

  it('ends a sleep when its signal aborts, and leaves neither timer nor listener behind', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const abort = new AbortController();
    const sleeping = systemClock.sleep(60_000, abort.signal);
    abort.abort();
    await sleeping;
    await systemClock.sleep(60_000, abort.signal);
    expect([vi.getTimerCount(), getEventListeners(abort.signal, 'abort').length]).toEqual([0, 0]);
  });

  it('leaves no listener on the signal of a sleep that ended by itself', async () => {
    const abort = new AbortController();
    await systemClock.sleep(1, abort.signal);
    expect(getEventListeners(abort.signal, 'abort')).toEqual([]);
  });

  it('does not turn a very long wait into none', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    let awake = false;
    void systemClock.sleep(Number.MAX_SAFE_INTEGER).then(() => {
      awake = true;
    });
    await vi.advanceTimersByTimeAsync(1_000_000);
    expect(awake).toBe(false);
  });

  it('ticks until it is stopped', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    let ticks = 0;
    const stop = systemClock.every(10, () => ticks++);
    await vi.advanceTimersByTimeAsync(35);
    stop();
    await vi.advanceTimersByTimeAsync(100);
    expect(ticks).toBe(3);
  });

  it('asks Node not to stay alive for a tick', () => {
    // The same call in a real process: it must end although the interval is never cleared.
    const source = systemClock.every.toString();
    const result = spawnSync(
      process.execPath,
      ['-e', `const longestTimerMs = 1e9; ({ ${source} }).every(3_600_000, () => {})`],
      { timeout: 20_000 },
    );
    expect([result.status, result.signal, String(result.stderr)]).toEqual([0, null, '']);
  });

  it('has an elapsed time that never runs back', () => {
    const readings = Array.from({ length: 1_000 }, () => systemClock.elapsed());
    expect(readings).toEqual([...readings].sort((left, right) => left - right));
  });
});
