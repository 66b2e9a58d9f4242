/** Where the demonstration plays: a repository, a store and sockets in one folder that is thrown away with everything in it. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { devNull, tmpdir } from 'node:os';
import { join } from 'node:path';
import { Actor } from './actor.ts';
import { DemoFailure } from './failure.ts';

/** Room for `run/signalbox-<8>/<20>.sock` below the folder: the path of a socket may have about 100 bytes. */
const longestFolderBytes = 50;

export class Stage {
  readonly folder: string;
  readonly #program: string;
  readonly #environment: Readonly<Record<string, string>>;
  readonly #actors: Actor[] = [];
  readonly #interrupt = new AbortController();
  readonly #onSignal = () => this.#interrupt.abort(new DemoFailure('You interrupted it.'));
  /** The last resort, if the process ends while the play goes on. */
  readonly #onExit = () => this.#clear();

  constructor(program: string) {
    this.#program = program;
    this.folder = createFolder();
    this.#environment = this.#isolatedEnvironment();
    for (const name of ['user', 'run', 'shop']) mkdirSync(join(this.folder, name), { mode: 0o700 });
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, this.#onSignal);
    process.on('exit', this.#onExit);
  }

  get actors(): readonly Actor[] {
    return this.#actors;
  }

  /** Why the demonstration has to end early, once somebody wants it to. */
  get interruption(): DemoFailure | undefined {
    return this.#interrupt.signal.reason;
  }

  /** `work`, unless somebody wants the demonstration to end first: then it rejects with that. */
  async unlessInterrupted<T>(work: Promise<T>): Promise<T> {
    const { signal } = this.#interrupt;
    let onAbort = () => {};
    const interrupted = new Promise<never>((_resolve, reject) => {
      onAbort = () => reject(signal.reason);
      if (signal.aborted) onAbort();
      else signal.addEventListener('abort', onAbort, { once: true });
    });
    try {
      return await Promise.race([work, interrupted]);
    } finally {
      signal.removeEventListener('abort', onAbort);
    }
  }

  /** A small repository with two checkouts, `shop` on `main` and `shop-limits` on `rate-limits`. */
  createRepository(): void {
    mkdirSync(join(this.folder, 'shop', 'src'));
    writeFileSync(join(this.folder, 'shop', 'src', 'auth.ts'), 'export function requireLogin() {}\n');
    this.#git('init', '--quiet', '--initial-branch=main', '--template=');
    this.#git('add', '.');
    this.#git('-c', 'user.name=Demo', '-c', 'user.email=demo@example.invalid', 'commit', '--quiet', '-m', 'First');
    this.#git('worktree', 'add', '--quiet', '-b', 'rate-limits', join(this.folder, 'shop-limits'));
  }

  /** A session in one of the checkouts; it is started by `start()`. */
  actor(name: string, checkout: string): Actor {
    const directory = join(this.folder, checkout);
    const { signal } = this.#interrupt;
    const actor = new Actor({ name, program: this.#program, directory, environment: this.#environment, signal });
    this.#actors.push(actor);
    return actor;
  }

  /** Ends every process and removes every file. Returns once nothing is left. */
  async dispose(): Promise<void> {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.off(signal, this.#onSignal);
    process.off('exit', this.#onExit);
    await Promise.all(this.#actors.map(actor => actor.close()));
    this.#clear();
  }

  #clear(): void {
    for (const actor of this.#actors) actor.kill();
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  }

  /** Nothing of the user's own gets in, and nothing of the demonstration gets out. */
  #isolatedEnvironment(): Record<string, string> {
    const inherited = ['PATH', 'SystemRoot', 'TEMP', 'TMPDIR'].flatMap(name => {
      const value = process.env[name];
      return value === undefined ? [] : [[name, value] as const];
    });
    const user = join(this.folder, 'user');
    return {
      ...Object.fromEntries(inherited),
      HOME: user,
      USERPROFILE: user,
      SIGNALBOX_HOME: join(this.folder, 'state'),
      XDG_RUNTIME_DIR: join(this.folder, 'run'),
      GIT_CONFIG_GLOBAL: devNull,
      GIT_CONFIG_NOSYSTEM: '1',
    };
  }

  #git(...args: string[]): void {
    const cwd = join(this.folder, 'shop');
    try {
      execFileSync('git', args, { cwd, env: this.#environment, stdio: ['ignore', 'ignore', 'pipe'], timeout: 20_000 });
    } catch (error) {
      const { stderr, message, code } = error as Error & { stderr?: Buffer; code?: string };
      if (code === 'ENOENT') throw new DemoFailure('git is not installed; the demo needs it for its repository.');
      throw new DemoFailure(`git ${args[0]} failed: ${String(stderr ?? '').trim() || message}`);
    }
  }
}

function createFolder(): string {
  const usual = join(realpathSync(tmpdir()), 'signalbox-demo-');
  const prefix =
    Buffer.byteLength(usual) + 6 > longestFolderBytes && process.platform !== 'win32' ? '/tmp/signalbox-demo-' : usual;
  return realpathSync(mkdtempSync(prefix));
}
