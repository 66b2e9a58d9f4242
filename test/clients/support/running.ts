/** A client's process that a test started, and what it said. */
import { type ChildProcess, spawn } from 'node:child_process';
import { until } from '../../support/workspace.ts';
import { kill, programBelow } from './processes.ts';
import type { Json } from './wires/wire.ts';

export interface Ending {
  /** Null when a signal ended it. */
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly output: string;
}

export interface Command {
  readonly program: string;
  readonly args: readonly string[];
  readonly folder: string;
  readonly environment: Readonly<Record<string, string>>;
  /** Whether the test is going to write to it; otherwise it reads from nothing. */
  readonly hasInput?: boolean;
  /** Tells the client itself from the launcher that npm puts before it. */
  readonly itself?: RegExp;
}

export class Running {
  readonly #child: ChildProcess;
  readonly #itself: RegExp | undefined;
  readonly #command: string;
  /** Standard output so far. */
  output = '';
  /** Standard error so far. */
  errors = '';
  readonly ended: Promise<Ending>;
  #ending: Ending | undefined;

  constructor({ program, args, folder, environment, hasInput = false, itself }: Command) {
    this.#itself = itself;
    this.#command = [program, ...args].join(' ');
    const stdio: ('pipe' | 'ignore')[] = [hasInput ? 'pipe' : 'ignore', 'pipe', 'pipe'];
    // A group of its own, as a terminal would give it: a signal for the tests' own group does not reach it.
    this.#child = spawn(program, args, { cwd: folder, env: environment, stdio, detached: true });
    this.#child.stdout?.setEncoding('utf8').on('data', text => {
      this.output += text;
    });
    this.#child.stderr?.setEncoding('utf8').on('data', text => {
      this.errors += text;
    });
    this.#child.on('error', error => {
      this.errors += String(error);
    });
    // Without the input's own listener, writing to a client that has gone would end the test run.
    this.#child.stdin?.on('error', () => {});
    // What it leaves behind may hold the pipes open: its exit counts, and not that they are closed.
    this.ended = new Promise(resolve => {
      const end = (code: number | null, signal: NodeJS.Signals | null) => {
        setTimeout(() => {
          this.#ending = { code, signal, output: this.output };
          resolve(this.#ending);
        }, 20);
      };
      this.#child.on('exit', end);
      this.#child.on('error', () => end(null, null));
    });
  }

  /** The client itself; its launcher until it is there. */
  get pid(): number {
    const launcher = this.#child.pid ?? 0;
    return (this.#itself && programBelow(launcher, this.#itself)) ?? launcher;
  }

  get ending(): Ending | undefined {
    return this.#ending;
  }

  kill(signal: NodeJS.Signals = 'SIGTERM'): void {
    kill(this.pid, signal);
  }

  write(text: string): void {
    this.#child.stdin?.write(text);
  }

  endInput(): void {
    this.#child.stdin?.end();
  }

  /** Standard output as one JSON object a line, for clients that write so; what is no object is left out. */
  events(): Json[] {
    return this.output.split('\n').flatMap(line => {
      try {
        return line.startsWith('{') ? [JSON.parse(line)] : [];
      } catch {
        return [];
      }
    });
  }

  async outputHas(text: string, patienceMs?: number): Promise<void> {
    await until(`the output has "${text}"`, () => this.output.includes(text), patienceMs);
  }

  /** For a failing test's notes. */
  summary(): string {
    const state = this.#ending ? `exit ${this.#ending.code ?? this.#ending.signal}` : 'running';
    return `$ ${this.#command}\n(${state})\n${lastLines(this.output)}\n${lastLines(this.errors)}`;
  }
}

const lastLines = (text: string) =>
  text
    .split('\n')
    .slice(-15)
    .map(line => line.slice(0, 400))
    .join('\n');
