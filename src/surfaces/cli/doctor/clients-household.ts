/** A throw-away folder and the processes that are started for it: none of them outlives it, whatever they do. */
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Environment } from '../terminal.ts';

const most = 1_000_000;

/** What is started: a program with its words, or a line for a shell. */
export type Start = { readonly words: readonly string[] } | { readonly line: string; readonly shell: string | true };

export interface Ended {
  /** Null when it was killed, or could not be started. */
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A socket's path has little room. */
const longestBaseBytes = 36;

function shortBase(): string {
  const base = tmpdir();
  const isShort = process.platform === 'win32' || Buffer.byteLength(base) <= longestBaseBytes;
  return isShort || !existsSync('/tmp') ? base : '/tmp';
}

export class Household {
  /** Holds everything. */
  readonly folder: string;
  readonly #children = new Set<ChildProcess>();
  readonly #ends: Promise<void>[] = [];

  constructor() {
    // Before there is anything to be removed: a signal that nobody listens to ends the process where it stands.
    listen();
    this.folder = realpathSync(mkdtempSync(join(shortBase(), 'sbx-')));
    households.add(this);
    for (const name of ['project', 'state', 'run', 'peer']) mkdirSync(join(this.folder, name), { mode: 0o700 });
  }

  path(name: 'project' | 'state' | 'run' | 'peer'): string {
    return join(this.folder, name);
  }

  /** Starts a process in the folder's project. */
  start(what: Start, environment: Environment): ChildProcess {
    const options = {
      cwd: this.path('project'),
      env: { ...environment },
      stdio: 'pipe',
      windowsHide: true,
      // A group of its own, so that what it starts ends with it.
      detached: process.platform !== 'win32',
    } as const;
    const [program = '', ...args] = 'words' in what ? what.words : [];
    // Programs of npm are scripts for a shell there.
    const isScript = process.platform === 'win32' && !/\.exe$/i.test(program);
    const child =
      'line' in what
        ? spawn(what.line, { ...options, shell: what.shell })
        : spawn(program, args, { ...options, shell: isScript });
    this.#children.add(child);
    child.stdin.on('error', () => {});
    const ended = new Promise<void>(resolve => {
      const end = () => {
        this.#children.delete(child);
        resolve();
      };
      child.on('close', end);
      child.on('error', end);
    });
    this.#ends.push(ended);
    return child;
  }

  /** Runs a process to its end. */
  run(what: Start, environment: Environment, input: string): Promise<Ended> {
    const child = this.start(what, environment);
    const [stdout, stderr] = [collected(child.stdout), collected(child.stderr)];
    child.stdin?.end(input);
    return new Promise(resolve => {
      child.on('close', code => resolve({ code, stdout: stdout(), stderr: stderr() }));
      child.on('error', error => resolve({ code: null, stdout: '', stderr: error.message }));
    });
  }

  /** Ends every process at once. */
  kill(): void {
    for (const child of this.#children) killGroup(child);
  }

  /** Ends every process, not kindly, since nobody needs what they would still do, and removes the folder. Never rejects. */
  async close(): Promise<void> {
    for (const child of this.#children) child.stdin?.end();
    this.kill();
    await Promise.all(this.#ends);
    this.remove();
    households.delete(this);
  }

  remove(): void {
    try {
      rmSync(this.folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 });
    } catch {
      // On Windows a file may still be in use; the system clears its folder of temporary files.
    }
  }
}

/** The text that a stream has brought so far, up to a bound. */
export function collected(stream: NodeJS.ReadableStream | null): () => string {
  let text = '';
  stream?.setEncoding('utf8');
  stream?.on('data', piece => {
    if (text.length < most) text += String(piece);
  });
  return () => text;
}

function killGroup({ pid }: ChildProcess): void {
  if (pid === undefined) return;
  try {
    process.kill(process.platform === 'win32' ? pid : -pid, 'SIGKILL');
  } catch {
    // It has ended by itself.
  }
}

const households = new Set<Household>();
let isListening = false;

/** Whoever breaks off leaves nothing behind either. */
function listen(): void {
  if (isListening) return;
  isListening = true;
  for (const [signal, code] of [
    ['SIGINT', 130],
    ['SIGTERM', 143],
    ['SIGHUP', 129],
  ] as const) {
    process.once(signal, () => {
      for (const household of households) household.kill();
      for (const household of households) household.remove();
      process.exit(code);
    });
  }
}
