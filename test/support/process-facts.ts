/** What Linux tells of running processes, read from `/proc`. */
import { readdirSync, readFileSync } from 'node:fs';

/** Processor time that a process has used so far in all its threads, in milliseconds; 0 once it is gone. */
export function processorTimeMs(pid: number): number {
  // The scheduler counts nanoseconds; /proc/<pid>/stat counts ticks of 10 ms, too coarse for processes that hardly run.
  const nanoseconds = entries(`/proc/${pid}/task`).map(thread => {
    const [running = '0'] = text(`/proc/${pid}/task/${thread}/schedstat`).split(' ');
    return Number(running);
  });
  return nanoseconds.reduce((sum, own) => sum + own, 0) / 1e6;
}

/** How many files, pipes and sockets a process has open. */
export function openFiles(pid: number): number {
  return entries(`/proc/${pid}/fd`).length;
}

/** Memory that a process has to itself and its share of what it shares with others, in KiB. */
export function proportionalMemoryKib(pid: number): number {
  return Number(/^Pss:\s+(\d+) kB$/m.exec(text(`/proc/${pid}/smaps_rollup`))?.[1] ?? 0);
}

/** Processes that were started with `variable=value` in their environment, without zombies. */
export function processesWith(variable: string, value: string): number[] {
  return entries('/proc')
    .filter(name => /^\d+$/.test(name))
    .filter(pid => text(`/proc/${pid}/environ`).split('\0').includes(`${variable}=${value}`))
    .map(Number);
}

function entries(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

/** A file's text; empty when the process is gone or belongs to somebody else. */
function text(path: string): string {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return '';
  }
}
