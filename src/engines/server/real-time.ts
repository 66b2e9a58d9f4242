/** Real time, for waiting for servers and other processes: that wait is real also under a test's clock, which stands still. */
import { setTimeout as sleep } from 'node:timers/promises';

/** Milliseconds that only rise, from an arbitrary origin. */
export function elapsedMs(): number {
  return performance.now();
}

/** Resolves after `ms`. */
export async function pause(ms: number): Promise<void> {
  await sleep(ms);
}

/** Calls `act` after `ms`, unless the returned function is called before. */
export function after(ms: number, act: () => void): () => void {
  const timer = setTimeout(act, ms);
  return () => clearTimeout(timer);
}

/** The same, without keeping the process alive for it. */
export function afterIfAlive(ms: number, act: () => void): () => void {
  const timer = setTimeout(act, ms);
  timer.unref();
  return () => clearTimeout(timer);
}

/** Waits for what runs over connections that keep no process alive; without this the process would end before it. */
export async function evenIfNothingElseRuns<T>(work: Promise<T>): Promise<T> {
  const hold = setInterval(() => {}, 60_000);
  try {
    return await work;
  } finally {
    clearInterval(hold);
  }
}
