/** Starts `store-worker.ts` processes and listens to what they say, one JSON value a line. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';

export interface Worker {
  readonly child: ChildProcess;
  /** The whole lines that it has written so far. */
  readonly lines: readonly string[];
  /** Ends with the exit code, or null after a signal; standard error in `errors`. */
  readonly ended: Promise<{ readonly code: number | null; readonly errors: string }>;
  /** Its next line, each only once and in order; undefined when it has ended without another. */
  next(): Promise<string | undefined>;
}

/** Starts processes of one bundled program, and kills those that are left. */
export class Workers {
  readonly #file: string;
  readonly #running = new Set<ChildProcess>();

  constructor(file: string) {
    this.#file = file;
  }

  start(...args: string[]): Worker {
    const child = spawn(process.execPath, [this.#file, ...args], { stdio: ['pipe', 'pipe', 'pipe'] });
    this.#running.add(child);
    // One that is gone reads nothing more; how it ended is in `ended`.
    child.stdin.on('error', () => {});
    let output = '';
    let errors = '';
    let taken = 0;
    const lines: string[] = [];
    child.stdout.on('data', chunk => {
      const parts = (output + chunk).split('\n');
      // The last part is a line that is still being written; a killed process may never finish it.
      output = parts.pop() ?? '';
      lines.push(...parts);
      child.emit('lines');
    });
    child.stderr.on('data', chunk => {
      errors += chunk;
    });
    const ended = once(child, 'close').then(([code]) => {
      this.#running.delete(child);
      child.emit('lines');
      return { code: code as number | null, errors };
    });
    const next = async () => {
      while (taken >= lines.length && this.#running.has(child)) await once(child, 'lines');
      return lines[taken++];
    };
    return { child, lines, ended, next };
  }

  killAll(): void {
    for (const child of this.#running) child.kill('SIGKILL');
  }
}
