/** A seat at which one AI client sits: its server process is killed and started again, the session stays the same one. */
import type { LiveSession, Workspace } from '../support/workspace.ts';
import type { Findings } from './findings.ts';

/** What a call gives whose server was killed meanwhile: whether it took effect is unknown. */
export const interrupted = Symbol('interrupted');

/** Where somebody sits who calls tools, whatever lies between. */
export interface Seat {
  readonly name: string;
  /** How often what it held died with its process. */
  readonly deaths: number;
  // biome-ignore lint/suspicious/noExplicitAny: scenarios look into answers of every tool
  call(name: string, input?: object): Promise<any>;
}

export class Slot implements Seat {
  readonly name: string;
  readonly #workspace: Workspace;
  readonly #findings: Findings;
  #live: LiveSession | undefined;
  #whenUp: Promise<LiveSession>;
  #up: (session: LiveSession) => void = () => {};
  starts = 0;
  deaths = 0;

  constructor(name: string, workspace: Workspace, findings: Findings) {
    this.name = name;
    this.#workspace = workspace;
    this.#findings = findings;
    this.#whenUp = this.#nextUp();
  }

  /** Starts a server. It must come back under the slot's name: the one before died under the same client. */
  async start(): Promise<void> {
    const session = await this.#workspace.session({ clientName: this.name, args: ['--handle', this.name] });
    const handle = await session.handle();
    this.starts += 1;
    this.#findings.check(handle === this.name, `${this.name} came back as ${handle} at start ${this.starts}`);
    const { locks } = await session.call('lock_list', { session: handle });
    this.#findings.check(locks.length === 0, `${this.name} came back with ${locks.length} locks of its dead process`);
    this.#live = session;
    this.#up(session);
  }

  /** Kills the server as a crash would, at any moment of what it does. */
  kill(): number {
    const session = this.#live;
    if (!session) throw new Error(`${this.name} is not running`);
    this.deaths += 1;
    this.#live = undefined;
    this.#whenUp = this.#nextUp();
    this.#noteStandardError(session);
    session.crash();
    return session.pid;
  }

  get pid(): number | undefined {
    return this.#live?.pid;
  }

  /**
   * Calls a tool as soon as a server runs. `interrupted` when it was killed before its answer came; other failures are thrown.
   * An answer may come from a process that is dead by now: `deaths` tells.
   */
  // biome-ignore lint/suspicious/noExplicitAny: scenarios look into answers of every tool
  async call(name: string, input: object = {}): Promise<any> {
    const session = await this.#whenUp;
    try {
      return await session.call(name, input);
    } catch (error) {
      if (session.crashed) return interrupted;
      throw error;
    }
  }

  async close(): Promise<void> {
    if (!this.#live) return;
    await this.#live.close();
    this.#noteStandardError(this.#live);
  }

  #nextUp(): Promise<LiveSession> {
    return new Promise(resolve => {
      this.#up = resolve;
    });
  }

  #noteStandardError({ stderr }: LiveSession): void {
    this.#findings.check(stderr === '', `${this.name} wrote to standard error: ${stderr.slice(0, 500)}`);
  }
}
