/** One server program as a child of this process: started, stopped, killed and stopped in mid-air, together with its own children. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { program } from './programs.ts';

export interface ServerCommand {
  readonly program: string;
  readonly args: readonly string[];
  readonly folder: string;
  readonly user?: { readonly uid: number; readonly gid: number };
  /** A command that starts the program in its turn, for example in another network; it must become the program (`exec`). Linux only. */
  readonly through?: readonly string[];
  /** The signal that ends it at once and lets it clean up behind itself. */
  readonly endsBy: NodeJS.Signals;
  /** Resolves once the server answers; it is asked again while it throws. */
  ready(): Promise<void>;
}

const setpriv = program('setpriv');
const startPatienceMs = 60_000;
const stopPatienceMs = 20_000;
const noteCharacters = 4_000;

/** Every server that runs, so that neither it nor its folder outlives this process, whose tests may have been broken off. */
const running = new Set<ServerProcess>();
process.on('exit', () => {
  for (const server of running) server.abandon();
});

export class ServerProcess {
  readonly #command: ServerCommand;
  #child: ChildProcess | undefined;
  #ended: Promise<unknown> = Promise.resolve();
  #notes = '';

  constructor(command: ServerCommand) {
    this.#command = command;
  }

  get pid(): number {
    const pid = this.#child?.pid;
    if (pid === undefined) throw new Error(`${this.#command.program} does not run`);
    return pid;
  }

  get runs(): boolean {
    return this.#child !== undefined && this.#child.exitCode === null && this.#child.signalCode === null;
  }

  /** Starts it, on the data it has, and waits until it answers. Throws with the last of what it wrote when it does not. */
  async start(): Promise<void> {
    if (this.runs) return;
    const { folder, through = [] } = this.#command;
    const [first = '', ...args] = [...through, ...this.#bound(), ...this.#line()];
    const child = spawn(first, args, { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'], ...this.#asUser() });
    this.#child = child;
    this.#notes = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream?.on('data', chunk => {
        this.#notes = (this.#notes + chunk).slice(-noteCharacters);
      });
    }
    running.add(this);
    this.#ended = once(child, 'exit').then(
      () => running.delete(this),
      () => running.delete(this),
    );
    await this.#untilReady();
  }

  /** Ends it with `signal` and waits for its end; one that does not end in time is killed. */
  async stop(signal = this.#command.endsBy): Promise<void> {
    if (!this.runs) return;
    this.resume();
    this.#child?.kill(signal);
    const patience = setTimeout(() => this.kill(), stopPatienceMs);
    await this.#ended;
    clearTimeout(patience);
  }

  /** Kills it and all its children at once, as a machine that loses its power would. */
  async kill(): Promise<void> {
    if (!this.runs) return;
    const killed = this.#signal('SIGKILL');
    await this.#ended;
    while (!killed.every(isGone)) await new Promise(resolve => setTimeout(resolve, 2));
  }

  /** What can still be done when this process itself ends: nothing that waits. */
  abandon(): void {
    this.resume();
    this.#child?.kill(this.#command.endsBy);
    rmSync(this.#command.folder, { recursive: true, force: true });
  }

  /** Stops it and all its children where they are: connections stay open and nothing answers. */
  pause(): void {
    this.#signal('SIGSTOP');
  }

  resume(): void {
    if (this.runs) this.#signal('SIGCONT');
  }

  /** Has Linux end the server with this process, also when this one is killed; and changes the user behind `through`. */
  #bound(): string[] {
    if (!setpriv) return [];
    const { user, endsBy } = this.#command;
    const become = user ? [`--reuid=${user.uid}`, `--regid=${user.gid}`, '--clear-groups'] : [];
    return [setpriv, `--pdeathsig=${endsBy.replace('SIG', '')}`, ...become];
  }

  #asUser() {
    return setpriv ? {} : this.#command.user;
  }

  #line(): readonly string[] {
    return [this.#command.program, ...this.#command.args];
  }

  /** The parent first: one that is stopped starts no further children while the others get their signal. Returns those. */
  #signal(signal: NodeJS.Signals): number[] {
    const { pid } = this;
    const before = childrenOf(pid);
    this.#child?.kill(signal);
    const children = [...new Set([...before, ...childrenOf(pid)])];
    for (const child of children) {
      try {
        process.kill(child, signal);
      } catch {
        // It has ended on its own, for example because its parent has.
      }
    }
    return children;
  }

  async #untilReady(): Promise<void> {
    const end = performance.now() + startPatienceMs;
    for (;;) {
      if (!this.runs) throw new Error(`${this.#command.program} ended at its start:\n${this.#notes}`);
      try {
        return await this.#command.ready();
      } catch (error) {
        if (performance.now() < end) {
          await new Promise(resolve => setTimeout(resolve, 25));
          continue;
        }
        await this.kill();
        throw new Error(`${this.#command.program} does not answer: ${(error as Error).message}\n${this.#notes}`);
      }
    }
  }
}

/** Direct children by `/proc`; nothing where there is none, or when the process is gone. */
function childrenOf(pid: number): number[] {
  try {
    const threads = readdirSync(`/proc/${pid}/task`);
    return threads.flatMap(thread =>
      readFileSync(`/proc/${pid}/task/${thread}/children`, 'latin1').split(' ').filter(Boolean).map(Number),
    );
  } catch {
    return [];
  }
}

/** Zombies are gone: nobody may be there to reap an orphan. */
function isGone(pid: number): boolean {
  try {
    return /\) [ZX] /.test(readFileSync(`/proc/${pid}/stat`, 'latin1'));
  } catch {
    return true;
  }
}

/** A port of 127.0.0.1 that nobody listens on at this moment. */
export async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const address = probe.address();
  await new Promise(resolve => probe.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('no free port');
  return address.port;
}
