/** The reference engine: the whole store in the process's memory. For tests, simulations and trying things out. */
import { SignalboxError } from '../../core/errors.ts';
import type { Clock, Contents, Event, Reader, Store, StoreReport, Transaction, Wakeups } from '../../core/ports.ts';
import { Announcer } from '../announcer.ts';
import { assertProjectName, compareText } from '../span.ts';
import { withoutWaiting } from '../turns.ts';
import { runReader, runUnit } from '../unit-of-work.ts';
import { ProjectState } from './state.ts';

/** What stores over the same state share, as two processes share a file. Opaque. */
export type MemoryState = Map<string, ProjectState>;

export function createMemoryState(): MemoryState {
  return new Map();
}

export interface MemoryStoreOptions {
  readonly clock: Pick<Clock, 'now'>;
  readonly wakeups?: Pick<Wakeups, 'wake'>;
  /** Default: a state of its own, gone with the store. */
  readonly state?: MemoryState;
}

/**
 * Creates a store in memory. It keeps the promise of `Store` except that nothing outlives the process.
 * A unit that waits for anything but its transaction is undone and fails with `internal`, as in every synchronous engine.
 */
export function createMemoryStore(options: MemoryStoreOptions): Store {
  return new MemoryStore(options);
}

class MemoryStore implements Store {
  readonly spansMachines = false;
  readonly #clock: Pick<Clock, 'now'>;
  readonly #announcer: Announcer;
  readonly #state: MemoryState;
  #isClosed = false;

  constructor({ clock, wakeups, state }: MemoryStoreOptions) {
    this.#clock = clock;
    this.#announcer = new Announcer(wakeups);
    this.#state = state ?? createMemoryState();
  }

  async transact<T>(project: string, work: (transaction: Transaction) => Promise<T>): Promise<T> {
    const state = this.#project(project);
    return state.turns.run(async () => {
      this.#assertOpen();
      const { result, commit } = await runUnit(state.snapshot(this.#clock.now()), work, { watch: withoutWaiting });
      if (!commit.isEmpty) state.apply(commit);
      this.#announcer.announce(commit.audience);
      return result;
    });
  }

  async read<T>(project: string, work: (reader: Reader) => Promise<T>): Promise<T> {
    const state = this.#project(project);
    return state.turns.run(async () => {
      this.#assertOpen();
      return runReader(state.snapshot(this.#clock.now()), work, { watch: withoutWaiting });
    });
  }

  async eventsAfter(project: string, cursor: number, limit: number): Promise<Event[]> {
    return this.#project(project).eventsAfter(cursor, limit);
  }

  async projects(): Promise<string[]> {
    this.#assertOpen();
    const written = [...this.#state].filter(([, state]) => state.wasWritten);
    return written.map(([name]) => name).sort(compareText);
  }

  async contents(project: string): Promise<Contents> {
    return this.#project(project).contents();
  }

  async load(project: string, contents: Contents): Promise<void> {
    const state = this.#project(project);
    await state.turns.run(async () => {
      const commit = state.loading(project, contents);
      if (!commit.isEmpty) state.apply(commit);
    });
  }

  async inspect(): Promise<StoreReport> {
    const problems = this.#isClosed ? ['The store is closed.'] : [];
    return {
      isUsable: !this.#isClosed,
      engine: 'memory',
      location: 'memory:',
      version: `Node ${process.versions.node}`,
      problems,
    };
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#announcer.settle();
  }

  #project(name: string): ProjectState {
    this.#assertOpen();
    assertProjectName(name);
    let state = this.#state.get(name);
    if (state === undefined) {
      state = new ProjectState();
      this.#state.set(name, state);
    }
    return state;
  }

  #assertOpen(): void {
    if (!this.#isClosed) return;
    throw new SignalboxError('unavailable', 'The store is closed.', 'Start Signalbox again.');
  }
}
