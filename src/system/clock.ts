/** The port `Clock` on the machine's own clocks. */
import { uptime } from 'node:os';
import { performance } from 'node:perf_hooks';
import type { Clock } from '../core/ports.ts';

// Node fires a timer at once when its delay does not fit into 31 bits.
const longestTimerMs = 2 ** 31 - 1;

/**
 * The machine's own time. `elapsed()` does not move while a Linux machine is suspended, and never runs back. A pending `sleep`
 * keeps the process alive, a repeating tick does not. Waits are cut to 24 days.
 */
export const systemClock: Clock = {
  now: () => Date.now(),
  elapsed: () => performance.now(),
  // Elsewhere the system derives it from the wall clock, so it would move with that.
  uptime: () => (process.platform === 'linux' ? uptime() * 1000 : undefined),

  sleep(ms, signal) {
    if (signal?.aborted) return Promise.resolve();
    return new Promise(resolve => {
      const end = () => {
        clearTimeout(timer);
        // A signal outlives many sleeps; a listener left on it for each would pile up.
        signal?.removeEventListener('abort', end);
        resolve();
      };
      const timer = setTimeout(end, Math.min(ms, longestTimerMs));
      signal?.addEventListener('abort', end);
    });
  },

  every(ms, tick) {
    const timer = setInterval(tick, Math.min(ms, longestTimerMs));
    timer.unref();
    return () => clearInterval(timer);
  },
};
