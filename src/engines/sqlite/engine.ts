/** The engine for one machine: a SQLite file that any number of processes share, without a server. */
import { SignalboxError } from '../../core/errors.ts';
import type {
  Clock,
  Contents,
  Event,
  Ids,
  Log,
  Reader,
  Store,
  StoreReport,
  Transaction,
  Wakeups,
} from '../../core/ports.ts';
import { Announcer } from '../announcer.ts';
import { loadCommit, notEmpty } from '../contents.ts';
import { assertProjectName } from '../span.ts';
import { Turns, withoutWaiting } from '../turns.ts';
import { type Commit, parseEvent, runReader, runUnit, wholeRows } from '../unit-of-work.ts';
import { Connection } from './connection.ts';
import { chooseDriver, type SqliteDriver } from './driver.ts';
import { mapped, StoreFailure } from './errors.ts';
import { examine } from './inspect.ts';
import { identityOf, realSurroundings, type Surroundings } from './location.ts';
import { closeQuietly, openDatabase } from './open.ts';
import { Patience } from './patience.ts';
import { storeTime } from './store-time.ts';

export interface SqliteStoreOptions {
  /** The store file. Its folder is created when it is missing. */
  readonly path: string;
  readonly clock: Pick<Clock, 'now' | 'elapsed'> & Partial<Pick<Clock, 'uptime'>>;
  /** Names the boot of this machine, so that its uptime can stand for the time; see `storeTime`. */
  readonly boot?: string;
  readonly wakeups?: Pick<Wakeups, 'wake'>;
  readonly log?: Pick<Log, 'warn'>;
  /** Spreads the attempts of processes that wait for each other. Default: by process id. */
  readonly ids?: Pick<Ids, 'below'>;
  /** Whether `inspect` reads the whole file for damage (takes seconds on a large store). Default: true. */
  readonly examinesContent?: boolean;
  /** Opens a store on a network file system, too: the risk of a damaged store is the user's. Default: false. */
  readonly allowNetworkFileSystem?: boolean;
  /** For tests: another driver, another machine, another way to pause between attempts. */
  readonly driver?: () => SqliteDriver;
  readonly surroundings?: Surroundings;
  readonly pause?: (ms: number) => Promise<unknown>;
}

/** How often to look whether the file was removed or replaced under us. */
const identityCheckMs = 1_000;

/**
 * Creates a store over a file. Nothing is touched before the first use; a store that could not be opened is tried again at
 * the next use. Keeps the promise of `Store`: a commit survives the death of any process (a power failure may take the very
 * last ones, never a part of one). When another process is in the way it waits, up to about 15 seconds, without blocking
 * this process for more than 100 ms at a time. A unit that waits for anything but its transaction is undone: `internal`.
 */
export function createSqliteStore(options: SqliteStoreOptions): Store {
  return new SqliteStore(options);
}

/** An open connection and the file it belongs to. */
interface Opened {
  readonly connection: Connection;
  readonly identity: string | undefined;
  checkedAt: number;
}

/**
 * Connections whose file was removed or replaced. Closing one would delete the -wal file of the store that now has the same
 * name, so they are left open until the process ends, out of the garbage collector's reach.
 */
const abandoned: Connection[] = [];

class SqliteStore implements Store {
  readonly spansMachines = false;
  readonly #options: SqliteStoreOptions;
  readonly #announcer: Announcer;
  readonly #patience: Patience;
  readonly #surroundings: Surroundings;
  /** Writers of this process, first come first served also while the first of them waits for another process. */
  readonly #writers = new Turns();
  /** Who uses the connection. One transaction at a time, and never for longer than a few synchronous statements. */
  readonly #turns = new Turns();
  #driver: SqliteDriver | undefined;
  #opened: Opened | undefined;
  #isClosed = false;
  #now: () => number = () => this.#options.clock.now();

  constructor(options: SqliteStoreOptions) {
    this.#options = options;
    this.#announcer = new Announcer(options.wakeups);
    this.#patience = new Patience({ below: bound => this.#below(bound), ...pick(options.pause) });
    this.#surroundings = options.surroundings ?? realSurroundings;
  }

  async transact<T>(project: string, work: (transaction: Transaction) => Promise<T>): Promise<T> {
    this.#assertOpen();
    assertProjectName(project);
    return this.#writers.run(() => this.#whenFree(connection => this.#unit(connection, project, work)));
  }

  async read<T>(project: string, work: (reader: Reader) => Promise<T>): Promise<T> {
    this.#assertOpen();
    assertProjectName(project);
    return this.#whenFree(connection => this.#view(connection, project, work));
  }

  async eventsAfter(project: string, cursor: number, limit: number): Promise<Event[]> {
    this.#assertOpen();
    assertProjectName(project);
    const rows = wholeRows(limit);
    const bodies = await this.#whenFree(async connection => connection.eventsAfter(project, cursor, rows));
    return bodies.map(parseEvent);
  }

  async projects(): Promise<string[]> {
    this.#assertOpen();
    return this.#whenFree(async connection => connection.projects());
  }

  async contents(project: string): Promise<Contents> {
    this.#assertOpen();
    assertProjectName(project);
    return this.#whenFree(async connection => {
      connection.begin('DEFERRED');
      try {
        return connection.contents(connection.project(project));
      } finally {
        connection.rollback();
      }
    });
  }

  async load(project: string, contents: Contents): Promise<void> {
    this.#assertOpen();
    assertProjectName(project);
    const commit = loadCommit(contents);
    await this.#writers.run(() => this.#whenFree(connection => this.#load(connection, project, commit)));
  }

  async inspect(): Promise<StoreReport> {
    const { path, examinesContent = true, allowNetworkFileSystem = false } = this.#options;
    const report = examine(() => this.#chooseDriver(), {
      path,
      surroundings: this.#surroundings,
      examinesContent,
      allowNetworkFileSystem,
    });
    return this.#isClosed
      ? { ...report, isUsable: false, problems: ['The store is closed.', ...report.problems] }
      : report;
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#turns.run(async () => this.#disconnect());
    await this.#announcer.settle();
  }

  async #unit<T>(connection: Connection, name: string, work: (transaction: Transaction) => Promise<T>): Promise<T> {
    connection.begin('IMMEDIATE');
    try {
      const project = connection.project(name);
      const snapshot = connection.snapshot(project, this.#now());
      const { result, commit } = await runUnit(snapshot, work, { watch: withoutWaiting });
      if (commit.isEmpty) {
        connection.rollback();
        return result;
      }
      connection.apply(name, project, commit);
      connection.commit();
      this.#announcer.announce(commit.audience);
      return result;
    } catch (error) {
      connection.rollback();
      throw error;
    }
  }

  async #load(connection: Connection, name: string, commit: Commit): Promise<void> {
    connection.begin('IMMEDIATE');
    try {
      const project = connection.project(name);
      if (project.key !== undefined) throw notEmpty(name);
      if (commit.isEmpty) return connection.rollback();
      connection.apply(name, project, commit);
      connection.commit();
    } catch (error) {
      connection.rollback();
      throw error;
    }
  }

  async #view<T>(connection: Connection, name: string, work: (reader: Reader) => Promise<T>): Promise<T> {
    connection.begin('DEFERRED');
    try {
      const snapshot = connection.snapshot(connection.project(name), this.#now());
      return await runReader(snapshot, work, { watch: withoutWaiting });
    } finally {
      connection.rollback();
    }
  }

  /** Runs `use` alone on the connection, opening it if need be, and again while other processes are in the way. */
  async #whenFree<T>(use: (connection: Connection) => Promise<T>): Promise<T> {
    return this.#patience.during(() =>
      this.#turns.run(async () => {
        this.#assertOpen();
        const { connection } = this.#connect();
        try {
          return await use(connection);
        } catch (error) {
          if (error instanceof StoreFailure && error.kind === 'broken') this.#disconnect();
          throw error;
        }
      }),
    );
  }

  #connect(): Opened {
    if (this.#opened !== undefined && this.#wasReplaced(this.#opened)) this.#abandon(this.#opened);
    if (this.#opened !== undefined) return this.#opened;
    const { path, clock, allowNetworkFileSystem = false } = this.#options;
    const driver = this.#chooseDriver();
    const database = openDatabase(driver, {
      path,
      surroundings: this.#surroundings,
      allowNetworkFileSystem,
    });
    try {
      this.#now = mapped(path, () => storeTime(database, this.#options));
    } catch (error) {
      closeQuietly(database);
      throw error;
    }
    this.#opened = {
      connection: new Connection(database, path),
      identity: identityOf(path),
      checkedAt: clock.elapsed(),
    };
    return this.#opened;
  }

  #wasReplaced(opened: Opened): boolean {
    const elapsed = this.#options.clock.elapsed();
    if (elapsed - opened.checkedAt < identityCheckMs) return false;
    opened.checkedAt = elapsed;
    return identityOf(this.#options.path) !== opened.identity;
  }

  #abandon({ connection }: Opened): void {
    this.#options.log?.warn('The store file was removed or replaced while it was open; it is opened anew.');
    abandoned.push(connection);
    this.#opened = undefined;
  }

  #disconnect(): void {
    this.#opened?.connection.close();
    this.#opened = undefined;
  }

  #chooseDriver(): SqliteDriver {
    this.#driver ??= (this.#options.driver ?? chooseDriver)();
    return this.#driver;
  }

  #below(bound: number): number {
    return this.#options.ids?.below(bound) ?? process.pid % bound;
  }

  #assertOpen(): void {
    if (!this.#isClosed) return;
    throw new SignalboxError('unavailable', 'The store is closed.', 'Start Signalbox again.');
  }
}

function pick(pause: SqliteStoreOptions['pause']): { readonly pause?: (ms: number) => Promise<unknown> } {
  return pause === undefined ? {} : { pause };
}
