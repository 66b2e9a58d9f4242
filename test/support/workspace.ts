/** A throw-away repository and store, and real `signalbox` processes in it: what the scenarios are played on. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import {
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Client } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import { roomOn, type StoreRoom } from './servers/choose.ts';

/** The program under test: the build of this checkout, or an installed one named by `SIGNALBOX_TEST_PROGRAM`. */
export const binary =
  process.env.SIGNALBOX_TEST_PROGRAM || fileURLToPath(new URL('../../dist/signalbox.mjs', import.meta.url));

export interface SessionOptions {
  readonly directory?: string;
  readonly args?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly era?: 'legacy' | 'modern';
  readonly clientName?: string;
  readonly node?: string;
  /** Starts the server through another program, which gets the server's own command line as its arguments. */
  readonly through?: readonly string[];
}

export interface CommandResult {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** One real MCP client with its own server process. */
export class LiveSession {
  readonly client: Client;
  readonly pid: number;
  readonly #transport: StdioClientTransport;
  stderr = '';
  /** Whether the test killed it: calls under way then fail, and that is no finding. */
  crashed = false;

  constructor(client: Client, transport: StdioClientTransport) {
    this.client = client;
    this.#transport = transport;
    this.pid = transport.pid ?? 0;
    transport.stderr?.on('data', chunk => {
      this.stderr += String(chunk);
    });
  }

  /** Calls a tool; its structured answer. A tool error is thrown with its text. */
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers of every tool
  async call(name: string, input: object = {}, options: object = {}): Promise<any> {
    const result = await this.client.callTool({ name, arguments: { ...input } }, options);
    const [content] = result.content as { text: string }[];
    if (result.isError) throw new Error(content?.text ?? 'no text');
    return result.structuredContent;
  }

  async handle(): Promise<string> {
    return (await this.call('session_list')).you;
  }

  /** Kills the server process as a crash would. */
  crash(): void {
    this.crashed = true;
    process.kill(this.pid, 'SIGKILL');
  }

  /** Ends the server's input and does nothing else. */
  endInput(): void {
    // Closing the transport would send signals after a while.
    (this.#transport as unknown as { _process?: ChildProcess })._process?.stdin?.end();
  }

  async close(): Promise<void> {
    await this.client.close();
  }

  get transport(): StdioClientTransport {
    return this.#transport;
  }
}

export class Workspace {
  /** The folder that holds everything. */
  readonly folder: string;
  readonly repository: string;
  readonly home: string;
  /** Holds the runtime folder with the sockets, so that they go with the rest. */
  readonly runtime: string;
  /** The whole environment of every process: nothing of this machine's own gets in. */
  readonly environment: Record<string, string>;
  /** Where the store is when it is not the file in `home`: on the server of this run, in a room of its own. */
  readonly room: StoreRoom | undefined;
  readonly #sessions: LiveSession[] = [];
  readonly #children: ChildProcess[] = [];

  /** `server` is the address of one on which the store lies; without, it is a file. */
  constructor(server = process.env.SIGNALBOX_TEST_STORE_SERVER) {
    this.room = server ? roomOn(server) : undefined;
    this.folder = realpathSync(mkdtempSync(join(tmpdir(), 'signalbox-test-')));
    this.repository = join(this.folder, 'shop');
    this.home = join(this.folder, 'state');
    this.runtime = join(this.folder, 'run');
    this.environment = {
      PATH: process.env.PATH ?? '',
      HOME: join(this.folder, 'user'),
      SIGNALBOX_HOME: this.home,
      XDG_RUNTIME_DIR: this.runtime,
      GIT_CONFIG_GLOBAL: '/dev/null',
      GIT_CONFIG_SYSTEM: '/dev/null',
      ...(this.room ? { SIGNALBOX_STORE: this.room.url, ...this.room.environment } : {}),
    };
    mkdirSync(this.repository);
    mkdirSync(join(this.folder, 'user'));
    mkdirSync(this.runtime, { mode: 0o700 });
    this.git('init', '-q', '-b', 'main');
    this.write('src/auth.ts', 'export {};\n');
    this.write('README.md', '# Shop\n');
    this.git('add', '.');
    // Long before anything happens here: times of commits are whole seconds, and an edit in the same one may have been committed.
    const date = new Date(Date.now() - 3_600_000).toISOString();
    const environment = { ...this.environment, GIT_AUTHOR_DATE: date, GIT_COMMITTER_DATE: date };
    const author = ['-c', 'user.name=Test', '-c', 'user.email=test@example.invalid'];
    execFileSync('git', [...author, 'commit', '-q', '-m', 'First'], { cwd: this.repository, env: environment });
  }

  /** The variables that lead to this workspace's store, for a process of another one. */
  get store(): Record<string, string> {
    return this.room ? { SIGNALBOX_STORE: this.room.url, ...this.room.environment } : { SIGNALBOX_HOME: this.home };
  }

  git(...args: string[]): string {
    return execFileSync('git', args, { cwd: this.repository, env: this.environment, encoding: 'utf8' });
  }

  write(path: string, text: string): void {
    const full = join(this.repository, path);
    mkdirSync(dirname(full), { recursive: true });
    writeFileSync(full, text);
  }

  /** A second checkout of the same repository; its path. */
  worktree(name: string): string {
    const path = join(this.folder, name);
    this.git('worktree', 'add', '-q', '-b', name, path);
    return path;
  }

  async session(options: SessionOptions = {}): Promise<LiveSession> {
    const [command = process.execPath, ...args] = [
      ...(options.through ?? []),
      options.node ?? process.execPath,
      binary,
      'mcp',
      ...(options.args ?? []),
    ];
    const transport = new StdioClientTransport({
      command,
      args,
      cwd: options.directory ?? this.repository,
      env: { ...this.environment, ...options.environment },
      stderr: 'pipe',
    });
    const client = new Client(
      { name: options.clientName ?? 'scenario', version: '1.0.0' },
      { versionNegotiation: { mode: options.era === 'modern' ? { pin: '2026-07-28' } : 'legacy' } },
    );
    await client.connect(transport);
    const session = new LiveSession(client, transport);
    this.#sessions.push(session);
    return session;
  }

  /** The sockets on which sessions of this workspace listen, or died listening. */
  sockets(): string[] {
    const names = readdirSync(this.runtime, { recursive: true, encoding: 'utf8' });
    // One may be gone, or have got its name, since the folder was read.
    return names.filter(name => lstatSync(join(this.runtime, name), { throwIfNoEntry: false })?.isSocket());
  }

  /** Runs a command to its end. */
  async command(
    args: readonly string[],
    options: { directory?: string; environment?: Record<string, string>; input?: string } = {},
  ) {
    const child = this.start(args, options);
    child.stdin?.end(options.input ?? '');
    let stdout = '';
    let stderr = '';
    child.stdout?.on('data', chunk => {
      stdout += String(chunk);
    });
    child.stderr?.on('data', chunk => {
      stderr += String(chunk);
    });
    const code = await new Promise<number | null>(resolve => child.on('close', resolve));
    return { code, stdout, stderr } satisfies CommandResult;
  }

  /** Starts a command and leaves it running. */
  start(
    args: readonly string[],
    options: { directory?: string; environment?: Record<string, string> } = {},
  ): ChildProcess {
    const child = spawn(process.execPath, [binary, ...args], {
      cwd: options.directory ?? this.repository,
      env: { ...this.environment, ...options.environment },
      stdio: 'pipe',
    });
    this.#children.push(child);
    return child;
  }

  async dispose(): Promise<void> {
    await Promise.allSettled(this.#sessions.map(session => session.close()));
    for (const child of this.#children) if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL');
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
    await this.room?.clear();
  }
}

/** Whether a process still runs. A dead one that nobody has reaped yet (an orphan's new parent may be slow) does not. */
export function exists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return !/\) [ZX] /.test(readFileSync(`/proc/${pid}/stat`, 'latin1'));
  } catch (error) {
    // Signal 0 found it, and this system has no /proc.
    return (error as NodeJS.ErrnoException).code === 'ENOENT' && process.platform !== 'linux';
  }
}

/** Waits until `condition` holds; fails with what it waited for after a while that is generous also on a slow machine: it measures nothing. */
export async function until(
  what: string,
  condition: () => boolean | Promise<boolean>,
  patienceMs = 45_000,
): Promise<void> {
  const end = performance.now() + patienceMs;
  while (performance.now() < end) {
    if (await condition()) return;
    await pause(10);
  }
  throw new Error(`waited in vain until ${what}`);
}

export function pause(ms: number): Promise<void> {
  return new Promise(resolve => setTimeout(resolve, ms));
}
