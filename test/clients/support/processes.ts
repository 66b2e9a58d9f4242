/** Processes that a test started, and those that they started in turn. */
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { processesWith } from '../../support/process-facts.ts';
import { exists, pause } from '../../support/workspace.ts';

/** The first descendant, or the process itself, whose program fits; undefined when there is none (yet). */
export function programBelow(root: number, fits: RegExp): number | undefined {
  for (let generation = [root]; generation.length > 0; generation = generation.flatMap(childrenOf)) {
    const found = generation.find(pid => fits.test(programOf(pid)));
    if (found !== undefined) return found;
  }
  return undefined;
}

/** The command lines of all processes that live with this home, for a failing test's notes too. */
export function livingWith(home: string): { pid: number; command: string }[] {
  return processesWith('HOME', home)
    .filter(exists)
    .map(pid => ({ pid, command: read(`/proc/${pid}/cmdline`).replaceAll('\0', ' ').trim() }));
}

/** Kills all processes that live with this home; what they start meanwhile too. */
export async function killAll(home: string): Promise<void> {
  const end = performance.now() + 5000;
  for (let left = livingWith(home); left.length > 0; left = livingWith(home)) {
    for (const { pid } of left) kill(pid, 'SIGKILL');
    if (performance.now() > end) throw new Error(`these do not end: ${left.map(({ command }) => command).join('; ')}`);
    await pause(20);
  }
}

export function kill(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // It is gone.
  }
}

function childrenOf(pid: number): number[] {
  const threads = list(`/proc/${pid}/task`);
  return threads.flatMap(thread => read(`/proc/${pid}/task/${thread}/children`).split(' ').filter(Boolean).map(Number));
}

function programOf(pid: number): string {
  try {
    return readlinkSync(`/proc/${pid}/exe`);
  } catch {
    return '';
  }
}

function list(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function read(path: string): string {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return '';
  }
}
