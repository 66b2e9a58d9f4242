/** Wake-ups between the processes of one user on one machine: one socket for each session that listens, one byte for each hint. */
import { createHash } from 'node:crypto';
import { posix } from 'node:path';
import { limits } from '../core/limits.ts';
import type { Clock, Log, Wakeups } from '../core/ports.ts';
import { ensurePrivateFolder, longestSocketPathBytes } from './folders.ts';
import { SocketListener, sweepDeadSockets } from './socket-listener.ts';
import { SocketSender } from './socket-sender.ts';

export interface SocketWakeupsOptions {
  /** The runtime folder; made, for this user alone, when the first session listens. Processes meet where it is the same. */
  readonly directory: string;
  readonly log: Log;
  readonly clock: Clock;
  readonly platform?: NodeJS.Platform;
}

const checkEveryMs = limits.safetyPollMs * 15;
// So many connections are opened at a time, not all that a broadcast could want.
const pokesAtOnce = 64;

interface Ear {
  readonly listener: SocketListener;
  readonly callbacks: Set<() => void>;
  hinted: boolean;
}

/**
 * A `Wakeups` over Unix sockets (named pipes on Windows). Beyond the port's promises:
 *
 * - Sessions of this very process are woken directly; every callback runs in a later turn of the event loop, once for a burst.
 * - A session heard by another living process is not taken from it: this one stays deaf for it and says so, until that one ends.
 * - A socket whose file was deleted is bound anew within `limits.safetyPollMs` × 15; so is one that could not be bound at first.
 * - Sockets of processes that died without `close()` are removed when some process first listens.
 * - `wake` resolves when the system has the bytes or it gave up, within about a quarter of a second even if a receiver hangs.
 * - Neither listening nor kept connections keep the process alive.
 */
export function createSocketWakeups(options: SocketWakeupsOptions): Wakeups {
  return new SocketWakeups(options);
}

class SocketWakeups implements Wakeups {
  readonly #options: SocketWakeupsOptions;
  readonly #platform: NodeJS.Platform;
  readonly #sender: SocketSender;
  readonly #ears = new Map<string, Ear>();
  // Opening and closing one after the other: a session that stops and listens again must not meet its own old socket.
  #work: Promise<void> = Promise.resolve();
  #stopChecks: (() => void) | undefined;
  #swept = false;
  #closed = false;

  constructor(options: SocketWakeupsOptions) {
    this.#options = options;
    this.#platform = options.platform ?? process.platform;
    this.#sender = new SocketSender(options.clock);
  }

  async listen(session: string, wake: () => void): Promise<() => Promise<void>> {
    if (this.#closed) return async () => {};
    const ear = this.#ears.get(session) ?? this.#newEar(session);
    // A callback of its own, since one function may listen twice.
    const callback = () => wake();
    ear.callbacks.add(callback);
    await this.#open(ear);
    if (ear.listener.problem === undefined) this.#sweepOnce();
    return async () => {
      ear.callbacks.delete(callback);
      if (ear.callbacks.size === 0 && this.#ears.get(session) === ear) await this.#remove(session, ear);
    };
  }

  /** Hearing costs nothing here, so it never stops. */
  attend(): () => void {
    return () => {};
  }

  async wake(sessions: readonly string[]): Promise<void> {
    const distant = [...new Set(sessions)].filter(session => !this.#wakeHere(session));
    for (let start = 0; start < distant.length; start += pokesAtOnce) {
      await Promise.all(distant.slice(start, start + pokesAtOnce).map(session => this.#poke(session)));
    }
  }

  problem(): string | undefined {
    for (const { listener } of this.#ears.values()) if (listener.problem !== undefined) return listener.problem;
    return undefined;
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#stopChecks?.();
    this.#sender.close();
    for (const [session, ear] of [...this.#ears]) {
      ear.callbacks.clear();
      void this.#remove(session, ear);
    }
    await this.#work;
  }

  #newEar(session: string): Ear {
    const ear: Ear = {
      callbacks: new Set(),
      hinted: false,
      listener: new SocketListener({
        path: this.#pathOf(session),
        pipe: this.#platform === 'win32',
        prepareFolder: () => {
          if (this.#platform !== 'win32') ensurePrivateFolder(this.#options.directory);
        },
        onHint: () => this.#hint(ear),
      }),
    };
    this.#ears.set(session, ear);
    this.#stopChecks ??= this.#options.clock.every(checkEveryMs, () => this.#check());
    return ear;
  }

  #open(ear: Ear): Promise<void> {
    return this.#next(async () => {
      const before = ear.listener.problem;
      await ear.listener.open();
      const after = ear.listener.problem;
      if (after !== undefined && after !== before) this.#options.log.warn('Hints are not heard.', { problem: after });
      // Hints may have been lost in the meantime.
      if (before !== undefined && after === undefined) this.#hint(ear);
    });
  }

  #remove(session: string, ear: Ear): Promise<void> {
    this.#ears.delete(session);
    if (this.#ears.size === 0) {
      this.#stopChecks?.();
      this.#stopChecks = undefined;
    }
    return this.#next(async () => ear.listener.close());
  }

  #next(step: () => Promise<void>): Promise<void> {
    this.#work = this.#work.then(step);
    return this.#work;
  }

  #check(): void {
    for (const ear of this.#ears.values()) void this.#open(ear);
  }

  #sweepOnce(): void {
    if (this.#swept || this.#platform === 'win32') return;
    this.#swept = true;
    void sweepDeadSockets(this.#options.directory, this.#options.clock.now(), () => this.#closed);
  }

  /** True when the session is heard here and nowhere else. */
  #wakeHere(session: string): boolean {
    const ear = this.#ears.get(session);
    if (ear === undefined) return false;
    this.#hint(ear);
    return ear.listener.problem === undefined;
  }

  #hint(ear: Ear): void {
    if (ear.hinted) return;
    ear.hinted = true;
    setImmediate(() => {
      ear.hinted = false;
      for (const callback of [...ear.callbacks]) this.#call(callback);
    });
  }

  #call(callback: () => void): void {
    try {
      callback();
    } catch (error) {
      this.#options.log.error('A listener failed on a hint.', { error });
    }
  }

  async #poke(session: string): Promise<void> {
    const path = this.#pathOf(session);
    if (this.#platform !== 'win32' && Buffer.byteLength(path) > longestSocketPathBytes) return;
    try {
      await this.#sender.poke(path);
    } catch (error) {
      this.#options.log.debug('A hint could not be given.', { error });
    }
  }

  #pathOf(session: string): string {
    const name = hash(session).slice(0, 20);
    if (this.#platform !== 'win32') return posix.join(this.#options.directory, `${name}.sock`);
    // Pipes have no folders; the installation goes into the name.
    return `\\\\.\\pipe\\signalbox-${hash(this.#options.directory).slice(0, 16)}-${name}`;
  }
}

function hash(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
