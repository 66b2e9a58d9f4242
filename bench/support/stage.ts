/** Where a measurement takes place: a throw-away repository and state, and the processes started in it. */
import { join } from 'node:path';
import { Workspace } from '../../test/support/workspace.ts';
import { LineProcess, RawServer } from './client.ts';
import type { Room } from './engine-rooms.ts';
import type { Programs } from './row.ts';

export class Stage {
  readonly workspace = new Workspace();
  readonly #programs: Programs;
  readonly #started: LineProcess[] = [];

  constructor(programs: Programs) {
    this.#programs = programs;
  }

  get storePath(): string {
    return join(this.workspace.home, 'signalbox.db');
  }

  /** A server of the product, not yet spoken to. */
  startProduct(): RawServer {
    return this.#keep(new RawServer([this.#programs.product, 'mcp'], this.#options()));
  }

  /** A server that does nothing, not yet spoken to. */
  startBare(): RawServer {
    return this.#keep(new RawServer([this.#programs.bareServer], this.#options()));
  }

  /** A session of the product that has joined. */
  async session(): Promise<RawServer & { handle: string }> {
    const server = this.startProduct();
    await server.initialize();
    const { you } = await server.call('session_list');
    return Object.assign(server, { handle: String(you) });
  }

  async sessions(count: number): Promise<(RawServer & { handle: string })[]> {
    const sessions: (RawServer & { handle: string })[] = [];
    // A few at a time: more only make each other slow.
    while (sessions.length < count) {
      const group = Array.from({ length: Math.min(4, count - sessions.length) }, () => this.session());
      sessions.push(...(await Promise.all(group)));
    }
    return sessions;
  }

  /** A server that does nothing and has been called once. */
  async bare(): Promise<RawServer> {
    const server = this.startBare();
    await server.initialize();
    await server.call('noop');
    return server;
  }

  async bares(count: number): Promise<RawServer[]> {
    const servers: RawServer[] = [];
    while (servers.length < count) {
      servers.push(
        ...(await Promise.all(Array.from({ length: Math.min(4, count - servers.length) }, () => this.bare()))),
      );
    }
    return servers;
  }

  /** Two processes with a socket between them: lines written to `talk` come out of `listen`. */
  async relay(): Promise<{ talk: LineProcess; listen: LineProcess }> {
    const path = join(this.workspace.runtime, 'relay.sock');
    const listen = await this.#ready([this.#programs.relay, 'listen', path, 'out']);
    return { listen, talk: await this.#ready([this.#programs.relay, 'talk', path]) };
  }

  /** The path of a socket at which another process sends back what it gets. */
  async echo(): Promise<string> {
    const path = join(this.workspace.runtime, 'echo.sock');
    await this.#ready([this.#programs.relay, 'listen', path, 'echo']);
    return path;
  }

  /** A process that sends messages as a session, without a client in front of it. */
  async sender(): Promise<LineProcess> {
    return this.#ready([this.#programs.sender]);
  }

  /** A process that works on one project of a room, with both of its ways open. */
  async engineWorker({ store, floor }: Room, project: string): Promise<LineProcess> {
    // Many stand side by side: none of them needs much.
    return this.#ready(['--max-old-space-size=128', this.#programs.engineWorker, store, floor, project]);
  }

  /** A finished run of a program, which reads `input`; how long it took. */
  async run(args: readonly string[], input = '', more: Readonly<Record<string, string>> = {}): Promise<number> {
    const begun = performance.now();
    const { cwd, env } = this.#options();
    const child = new LineProcess(args, { cwd, env: { ...env, ...more } });
    child.child.stdin?.end(input);
    const code = await new Promise(resolve => child.child.once('exit', resolve));
    const ms = performance.now() - begun;
    if (code !== 0) throw new Error(`ended with ${code}: ${child.stderr.slice(0, 500)}`);
    return ms;
  }

  async dispose(): Promise<void> {
    await Promise.all(this.#started.map(process => process.close()));
    await this.workspace.dispose();
  }

  async #ready(args: readonly string[]): Promise<LineProcess> {
    const process = this.#keep(new LineProcess(args, this.#options()));
    await process.line();
    return process;
  }

  #keep<T extends LineProcess>(process: T): T {
    this.#started.push(process);
    return process;
  }

  #options() {
    return { cwd: this.workspace.repository, env: this.workspace.environment };
  }
}

/** Runs `work` on a stage of its own and clears it away, whatever happens. */
export async function onStage<T>(programs: Programs, work: (stage: Stage) => Promise<T>): Promise<T> {
  const stage = new Stage(programs);
  try {
    return await work(stage);
  } finally {
    await stage.dispose();
  }
}
