/** Resident memory of a process with everything it shares, in KiB (Linux). */
import { readFileSync } from 'node:fs';

export function residentMemoryKib(pid: number): number {
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'latin1'))?.[1] ?? 0);
}
