/** The store that all simulated processes share, with a view of every unit that it stored. */
import type { Event, NewEvent, Page, Range, Reader, Store, Transaction } from '../../src/core/ports.ts';
import type { IndexName, Kind, RecordOf } from '../../src/core/records.ts';
import { applied, type Commit, nothing, type State } from './state.ts';

/** Stands between a rule and the transaction: tests of the simulation itself put defects there. */
export type Meddle = (transaction: Transaction) => Transaction;

export class ObservedStore implements Store {
  readonly spansMachines: boolean;
  /** Every state of the project so far; its version is its place here. */
  readonly history: State[] = [nothing];
  /** Called with each unit that wrote, before the next one begins. */
  onCommit: (commit: Commit) => void = () => {};
  readonly #store: Store;
  readonly #project: string;
  readonly #meddle: Meddle;

  constructor(store: Store, project: string, spansMachines: boolean, meddle: Meddle = same => same) {
    this.#store = store;
    this.#project = project;
    this.spansMachines = spansMachines;
    this.#meddle = meddle;
  }

  get state(): State {
    return this.history.at(-1) as State;
  }

  /** The store as one simulated process uses it: what that writes is known as its doing. */
  as(by: string): Store {
    const { spansMachines, read, eventsAfter, projects, contents, load, inspect, close } = this;
    const transact: Store['transact'] = (project, work) => this.#transact(by, project, work);
    return { spansMachines, transact, read, eventsAfter, projects, contents, load, inspect, close };
  }

  transact: Store['transact'] = (project, work) => this.#transact('nobody', project, work);

  #transact<T>(by: string, project: string, work: (transaction: Transaction) => Promise<T>): Promise<T> {
    if (project !== this.#project) return this.#store.transact(project, work);
    return this.#store.transact(project, async tx => {
      const unit = new ObservedTransaction(tx);
      const result = await work(this.#meddle(unit));
      if (unit.writes.size > 0 || unit.events.length > 0) {
        const commit = applied(this.state, unit.writes, unit.events, tx.now, by);
        this.history.push(commit.after);
        this.onCommit(commit);
      }
      return result;
    });
  }

  read: Store['read'] = (...call) => this.#store.read(...call);
  eventsAfter: Store['eventsAfter'] = (...call) => this.#store.eventsAfter(...call);
  projects: Store['projects'] = () => this.#store.projects();
  contents: Store['contents'] = project => this.#store.contents(project);
  load: Store['load'] = (...call) => this.#store.load(...call);
  inspect: Store['inspect'] = () => this.#store.inspect();
  close: Store['close'] = () => this.#store.close();
}

class ObservedTransaction implements Transaction {
  readonly writes = new Map<string, { kind: Kind; id: string; record: RecordOf<Kind> | undefined }>();
  readonly events: Event[] = [];
  readonly #tx: Transaction;

  constructor(tx: Transaction) {
    this.#tx = tx;
  }

  get now(): number {
    return this.#tx.now;
  }

  get sequence(): number {
    return this.#tx.sequence;
  }

  get = <K extends Kind>(kind: K, id: string) => this.#tx.get(kind, id);
  list = <K extends Kind>(kind: K, index: IndexName<K>, range: Range, page: Page) =>
    this.#tx.list(kind, index, range, page);
  count = <K extends Kind>(kind: K, index: IndexName<K>, range: Range) => this.#tx.count(kind, index, range);

  put<K extends Kind>(kind: K, record: RecordOf<K>): void {
    this.#tx.put(kind, record);
    const { id } = record;
    // As it is stored, whatever the rule still does to its object.
    this.writes.set(`${kind} ${id}`, { kind, id, record: JSON.parse(JSON.stringify(record)) });
  }

  delete(kind: Kind, id: string): void {
    this.#tx.delete(kind, id);
    this.writes.set(`${kind} ${id}`, { kind, id, record: undefined });
  }

  emit(event: NewEvent): number {
    const sequence = this.#tx.emit(event);
    this.events.push({ ...event, sequence, at: this.#tx.now });
    return sequence;
  }
}

/** A reader that passes on to another one: the base of meddlers. */
export class Passing implements Transaction {
  protected readonly tx: Transaction;

  constructor(tx: Transaction) {
    this.tx = tx;
  }

  get now(): number {
    return this.tx.now;
  }

  get sequence(): number {
    return this.tx.sequence;
  }

  get: Reader['get'] = (kind, id) => this.tx.get(kind, id);
  list: Reader['list'] = (kind, index, range, page) => this.tx.list(kind, index, range, page);
  count: Reader['count'] = (kind, index, range) => this.tx.count(kind, index, range);

  put<K extends Kind>(kind: K, record: RecordOf<K>): void {
    this.tx.put(kind, record);
  }

  delete(kind: Kind, id: string): void {
    this.tx.delete(kind, id);
  }

  emit(event: NewEvent): number {
    return this.tx.emit(event);
  }
}
