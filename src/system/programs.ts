/** Starts other programs, bounded in time. */
import { spawn } from 'node:child_process';
import { parse } from 'node:path';
import type { Programs } from '../core/ports.ts';

/** Started there, no file of a checkout can be taken for the program. */
const startFolder = parse(process.execPath).root;

export function createPrograms(): Programs {
  return { run };
}

function run([program, ...args]: readonly string[], withinMs: number): Promise<boolean> {
  if (!program) return Promise.resolve(false);
  return new Promise(resolve => {
    // Killed hard: nobody waits for what a program that hangs may have to say.
    const limits = { timeout: withinMs, killSignal: 'SIGKILL' } as const;
    const child = spawn(program, args, { cwd: startFolder, stdio: 'ignore', windowsHide: true, ...limits });
    child.unref();
    child.on('error', () => resolve(false));
    child.on('close', code => resolve(code === 0));
  });
}
