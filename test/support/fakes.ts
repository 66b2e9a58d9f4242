import type { Clock, Ids, Liveness, Log, Processes, ProcessIdentity, Wakeups } from '../../src/core/ports.ts';

const nextTurn = setImmediate; // Kept from before a test may replace the global one.

/** Lets everything run that is ready: all microtasks, and what they put into the next turns of the event loop. */
export async function settle(turns = 2): Promise<void> {
  for (let turn = 0; turn < turns; turn++) await new Promise<void>(resolve => nextTurn(resolve));
}

interface FakeTimer {
  dueAt: number;
  readonly fire: () => void;
  readonly repeatMs: number | null;
}

/**
 * Time that stands still until `advance`. Both kinds of time move together there; `stepWallClock` moves only `now()`, as when
 * somebody sets the clock or NTP corrects it. A sleep of zero or less ends at once.
 */
export class FakeClock implements Clock {
  #elapsed = 0;
  #wall: number;
  // In order of creation, which decides between timers that fall due together.
  #timers: FakeTimer[] = [];

  constructor(startAt: number = Date.UTC(2030, 0, 1)) {
    this.#wall = startAt;
  }

  now(): number {
    return this.#wall;
  }

  elapsed(): number {
    return this.#elapsed;
  }

  uptime = (): number => this.#elapsed;

  /** How many sleeps and repeating ticks are under way: zero when nothing was left running. */
  get pending(): number {
    return this.#timers.length;
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    if (ms <= 0 || signal?.aborted) return Promise.resolve();
    return new Promise(resolve => {
      const end = () => {
        this.#remove(timer);
        signal?.removeEventListener('abort', end);
        resolve();
      };
      const timer: FakeTimer = { dueAt: this.#elapsed + ms, fire: end, repeatMs: null };
      signal?.addEventListener('abort', end);
      this.#timers.push(timer);
    });
  }

  every(ms: number, tick: () => void): () => void {
    if (!(ms > 0)) throw new RangeError('a repeating tick needs a positive interval');
    const timer: FakeTimer = { dueAt: this.#elapsed + ms, fire: tick, repeatMs: ms };
    this.#timers.push(timer);
    return () => this.#remove(timer);
  }

  /**
   * Moves time by `ms` and fires what falls due, in order, each at its own time. What a timer sets off settles before the next
   * one fires, and timers it creates fire too if they fall due within `ms`.
   */
  async advance(ms: number): Promise<void> {
    await settle();
    const end = this.#elapsed + ms;
    for (;;) {
      const due = this.#earliest();
      if (due === undefined || due.dueAt > end) break;
      this.#moveTo(due.dueAt);
      if (due.repeatMs !== null) due.dueAt += due.repeatMs;
      due.fire();
      await settle();
    }
    this.#moveTo(end);
  }

  /** Sets the wall clock forward or back; durations and timers do not notice. */
  stepWallClock(ms: number): void {
    this.#wall += ms;
  }

  #moveTo(elapsed: number): void {
    // A timer's callback may advance the clock itself; time still never runs backwards.
    const step = Math.max(0, elapsed - this.#elapsed);
    this.#elapsed += step;
    this.#wall += step;
  }

  #earliest(): FakeTimer | undefined {
    return this.#timers.reduce<FakeTimer | undefined>(
      (first, timer) => (first === undefined || timer.dueAt < first.dueAt ? timer : first),
      undefined,
    );
  }

  #remove(timer: FakeTimer): void {
    this.#timers = this.#timers.filter(other => other !== timer);
  }
}

/** Ids and numbers that a seed decides: the same seed gives the same sequence on every machine. */
export class FakeIds implements Ids {
  #state: number;

  constructor(seed: number = 1) {
    this.#state = seed >>> 0;
  }

  next(): string {
    const letters = '0123456789abcdefghjkmnpqrstvwxyz';
    return Array.from({ length: 26 }, () => letters[this.below(letters.length)]).join('');
  }

  below(bound: number): number {
    return Math.floor(this.#random() * bound);
  }

  /** mulberry32: tiny, and good enough to shuffle tests. */
  #random(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let mixed = this.#state;
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }
}

/** What the hub does with a hint: hand it over, drop it, keep it until `release()`, or hand it over twice. */
export type WakeupMode = 'deliver' | 'lose' | 'delay' | 'double';

interface Hub {
  readonly listeners: Set<{ readonly session: string; readonly wake: () => void }>;
  readonly pokes: string[];
  readonly held: string[];
  mode: WakeupMode;
}

/**
 * Hints within one test. `connect()` gives the end of another process on the same hub, to be closed on its own. Hints arrive
 * in a later microtask, never inside `wake()`.
 */
export class FakeWakeups implements Wakeups {
  readonly #hub: Hub;
  readonly #stops = new Set<() => Promise<void>>();
  /** Set it to make this end report a problem, as if it had no channel; hints no longer reach its listeners. */
  deafBecause: string | undefined;

  constructor(hub?: Hub) {
    this.#hub = hub ?? { listeners: new Set(), pokes: [], held: [], mode: 'deliver' };
  }

  connect(): FakeWakeups {
    return new FakeWakeups(this.#hub);
  }

  /** Every session id that was poked through this hub, in order, delivered or not. */
  get pokes(): readonly string[] {
    return this.#hub.pokes;
  }

  get mode(): WakeupMode {
    return this.#hub.mode;
  }

  set mode(mode: WakeupMode) {
    this.#hub.mode = mode;
  }

  /** How many listeners the whole hub has: zero when nothing was left running. */
  get listening(): number {
    return this.#hub.listeners.size;
  }

  attend = () => () => {};
  async listen(session: string, wake: () => void): Promise<() => Promise<void>> {
    const listener = {
      session,
      wake: () => {
        if (this.deafBecause === undefined) wake();
      },
    };
    const stop = async () => {
      this.#hub.listeners.delete(listener);
      this.#stops.delete(stop);
    };
    this.#hub.listeners.add(listener);
    this.#stops.add(stop);
    return stop;
  }

  async wake(sessions: readonly string[]): Promise<void> {
    this.#hub.pokes.push(...sessions);
    if (this.#hub.mode === 'lose') return;
    if (this.#hub.mode === 'delay') {
      this.#hub.held.push(...sessions);
      return;
    }
    this.#deliver(sessions);
    if (this.#hub.mode === 'double') this.#deliver(sessions);
  }

  /** Hands over what `delay` held back. */
  release(): void {
    this.#deliver(this.#hub.held.splice(0));
  }

  problem(): string | undefined {
    return this.deafBecause;
  }

  async close(): Promise<void> {
    for (const stop of [...this.#stops]) await stop();
  }

  #deliver(sessions: readonly string[]): void {
    for (const session of sessions) {
      queueMicrotask(() => {
        for (const listener of [...this.#hub.listeners]) if (listener.session === session) listener.wake();
      });
    }
  }
}

/**
 * The process table of one machine. `spawn` starts a process, `kill` ends it for good; what comes from another `boot` is
 * `unknown`, as in reality. `as(identity)` is the table seen by that process: one for each simulated session.
 */
export class FakeProcesses implements Processes {
  readonly #alive: Map<number, ProcessIdentity>;
  readonly #machine: { readonly host: string; readonly boot: string; started: number };
  readonly #self: ProcessIdentity;

  constructor(machine: { host?: string; boot?: string } = {}) {
    this.#machine = { host: machine.host ?? 'box', boot: machine.boot ?? 'boot-1', started: 0 };
    this.#alive = new Map();
    this.#self = this.spawn();
  }

  self(): ProcessIdentity {
    return this.#self;
  }

  /** Starts a process. Give the `pid` of a dead one to have the number used again; `boot` to place it on another machine. */
  spawn(options: { pid?: number; boot?: string; host?: string } = {}): ProcessIdentity {
    const started = ++this.#machine.started;
    const identity: ProcessIdentity = {
      host: options.host ?? this.#machine.host,
      boot: options.boot ?? this.#machine.boot,
      pid: options.pid ?? 1_000 + started,
      startedAt: String(started),
    };
    if (identity.boot !== this.#machine.boot) return identity;
    if (this.#alive.has(identity.pid)) throw new Error(`pid ${identity.pid} is still in use`);
    this.#alive.set(identity.pid, identity);
    return identity;
  }

  /** Ends exactly that process; one that is dead already stays dead. */
  kill(identity: ProcessIdentity): void {
    if (this.liveness(identity) === 'alive') this.#alive.delete(identity.pid);
  }

  identify(pid: number): ProcessIdentity | undefined {
    return this.#alive.get(pid);
  }

  liveness(process: ProcessIdentity): Liveness {
    if (process.boot !== this.#machine.boot) return 'unknown';
    return this.#alive.get(process.pid)?.startedAt === process.startedAt ? 'alive' : 'dead';
  }

  /** The same table as that process sees it. */
  as(identity: ProcessIdentity): Processes {
    return {
      self: () => identity,
      identify: pid => this.identify(pid),
      liveness: process => this.liveness(process),
    };
  }
}

export interface LogLine {
  readonly level: 'debug' | 'info' | 'warn' | 'error';
  readonly message: string;
  readonly details?: Record<string, unknown> | undefined;
}

/** Keeps what was logged, to be looked at or to be asserted empty. */
export class FakeLog implements Log {
  readonly lines: LogLine[] = [];

  debug(message: string, details?: Record<string, unknown>): void {
    this.lines.push({ level: 'debug', message, details });
  }

  info(message: string, details?: Record<string, unknown>): void {
    this.lines.push({ level: 'info', message, details });
  }

  warn(message: string, details?: Record<string, unknown>): void {
    this.lines.push({ level: 'warn', message, details });
  }

  error(message: string, details?: Record<string, unknown>): void {
    this.lines.push({ level: 'error', message, details });
  }

  /** The messages of one level, in order. */
  messages(level: LogLine['level']): string[] {
    return this.lines.filter(line => line.level === level).map(line => line.message);
  }
}

export { FakeWorktrees } from './fake-worktrees.ts';
