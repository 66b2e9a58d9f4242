/** The engine for several machines over a PostgreSQL server that the team already has. */
import { SignalboxError } from '../../core/errors.ts';
import { limits } from '../../core/limits.ts';
import type {
  Ask,
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
import { ServerFailure } from '../server/failure.ts';
import { type PatienceOptions, withPatience } from '../server/patience.ts';
import { elapsedMs } from '../server/real-time.ts';
import { withinUnitLimit } from '../server/unit-limit.ts';
import { type Question, questionsOf } from '../snapshot.ts';
import { assertProjectName } from '../span.ts';
import { Turns } from '../turns.ts';
import { type Commit, parseEvent, runReader, runUnit } from '../unit-of-work.ts';
import { type PostgresAddress, parseAddress } from './address.ts';
import type { Connection } from './connection.ts';
import { Connections } from './connections.ts';
import { postgresFailure } from './errors.ts';
import { examine } from './inspect.ts';
import { Listener } from './listener.ts';
import type { Trace } from './statements.ts';

export interface PostgresOptions {
  /** `postgres://USER:PASSWORD@HOST:PORT/DATABASE`, with `sslmode`, `sslrootcert`, `sslcert`, `sslkey` as the driver knows them, and our own `schema` and `connections`. */
  readonly url: string;
  readonly clock: Clock;
  readonly ids: Pick<Ids, 'below'>;
  readonly log: Pick<Log, 'info' | 'warn'>;
  /** Told of each commit besides the server's own notifications. */
  readonly wakeups?: Pick<Wakeups, 'wake'>;
  /** False for an address that somebody else chose: then the driver takes no password from the environment or ~/.pgpass. Default: true. */
  readonly isOwnAddress?: boolean;
  /** How long a call tries again while the server is busy or away. Default: `limits.serverPatienceMs`. */
  readonly patienceMs?: number | undefined;
  /** For tests and simulations: tells the time instead of the server. */
  readonly time?: () => number;
}

/**
 * Creates a store on a PostgreSQL server (14 or newer) and the channel of its notifications. Nothing is touched before the first
 * use. Keeps the promise of `Store`; `now` is the server's clock and never runs back in a project. One unit of work of a project
 * runs at a time, which the server sees to; views wait for nobody. A lost connection, a restart or a failover shorter than
 * `limits.serverPatienceMs` is waited for. A unit whose commit was under way when the connection broke takes effect once or not
 * at all: the server is asked which (`pg_xact_status`, or the unit's event if the server has been restarted since). `invalid_input` for a wrong address.
 */
export function createPostgresEngine(options: PostgresOptions): { store: Store; wakeups: Wakeups } {
  const address = parseAddress(options.url, options.isOwnAddress);
  const connections = new Connections(address, options.time);
  const store = new PostgresStore(options, address, connections);
  return { store, wakeups: new Listener(address, options, connections) };
}

/** How often a view may be torn by commits before it is read in a transaction, which costs one round trip more. */
const tornViews = 2;

class PostgresStore implements Store {
  readonly spansMachines = true;
  readonly #address: PostgresAddress;
  readonly #announcer: Announcer;
  readonly #connections: Connections;
  /** Units of this process in one project, first come first served: the second would only occupy a connection to wait. */
  readonly #writers = new Map<string, { readonly turns: Turns; users: number }>();
  readonly #patience: PatienceOptions;
  #isClosed = false;

  constructor(options: PostgresOptions, address: PostgresAddress, connections: Connections) {
    this.#address = address;
    this.#announcer = new Announcer(options.wakeups);
    this.#connections = connections;
    const { ids, patienceMs } = options;
    this.#patience = { below: bound => ids.below(bound), ...(patienceMs === undefined ? {} : { patienceMs }) };
  }

  async transact<T>(
    project: string,
    work: (transaction: Transaction) => Promise<T>,
    ahead?: readonly Ask[],
  ): Promise<T> {
    this.#assertOpen();
    assertProjectName(project);
    const questions = questionsOf(ahead);
    const unit = (connection: Connection) => this.#unit(connection, project, work, questions);
    // Counted from here: those who stand in line behind calls that fail must not wait for all of them.
    const begunMs = elapsedMs();
    const { result, commit } = await this.#inTurn(project, () => this.#patiently(unit, begunMs));
    this.#announcer.announce(commit.audience);
    return result;
  }

  async read<T>(project: string, work: (reader: Reader) => Promise<T>, ahead?: readonly Ask[]): Promise<T> {
    this.#assertOpen();
    assertProjectName(project);
    const questions = questionsOf(ahead);
    let torn = 0;
    return this.#patiently(async connection => {
      const isSteady = torn >= tornViews;
      torn += 1;
      const opened = await (isSteady
        ? connection.openSteadily(project, questions)
        : connection.openForReading(project, questions));
      const view = runReader(opened.snapshot, work, { watch: withinUnitLimit, ahead: opened.ahead });
      return isSteady ? endedAfter(connection, view) : view;
    });
  }

  async eventsAfter(project: string, cursor: number, limit: number): Promise<Event[]> {
    this.#assertOpen();
    assertProjectName(project);
    const bodies = await this.#patiently(connection => connection.eventsAfter(project, cursor, limit));
    return bodies.map(parseEvent);
  }

  async projects(): Promise<string[]> {
    this.#assertOpen();
    return this.#patiently(connection => connection.projects());
  }

  async contents(project: string): Promise<Contents> {
    this.#assertOpen();
    assertProjectName(project);
    return this.#patiently(async connection =>
      endedAfter(connection, connection.contents(await connection.openSteadily(project, []))),
    );
  }

  async load(project: string, contents: Contents): Promise<void> {
    this.#assertOpen();
    assertProjectName(project);
    const commit = loadCommit(contents);
    await this.#inTurn(project, () => this.#patiently(connection => this.#load(connection, project, commit)));
  }

  async inspect(): Promise<StoreReport> {
    const report = await examine(this.#address);
    if (!this.#isClosed) return report;
    return { ...report, isUsable: false, problems: ['The store is closed.', ...report.problems] };
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#connections.close();
    await this.#announcer.settle();
  }

  async #unit<T>(
    connection: Connection,
    project: string,
    work: (transaction: Transaction) => Promise<T>,
    questions: readonly Question[],
  ): Promise<Done<T>> {
    const { snapshot, ahead, key, trace } = await connection.openForWriting(project, questions);
    let done: Done<T>;
    try {
      done = await runUnit(snapshot, work, { watch: withinUnitLimit, ahead });
    } catch (error) {
      await connection.rollback().catch(() => {});
      throw error;
    }
    const { commit } = done;
    if (commit.isEmpty || key === null) await connection.rollback();
    else await settled(connection.commit(key, snapshot.now, commit), trace, done);
    return done;
  }

  async #load(connection: Connection, project: string, commit: Commit): Promise<void> {
    const opened = await connection.openUntouched(project);
    if (opened === undefined || commit.isEmpty) {
      await connection.rollback();
      if (opened === undefined) throw notEmpty(project);
      return;
    }
    try {
      for (const part of partsOf(commit)) await connection.write(opened.key, part);
    } catch (error) {
      await connection.rollback().catch(() => {});
      throw error;
    }
    await settled(connection.end(), opened, { result: undefined, commit });
  }

  /** Asks the server what became of a transaction whose answer was lost. `uncertain` when it cannot be asked in time. */
  async #wasCommitted(trace: Trace): Promise<boolean> {
    const { server } = this.#address;
    const ask = async (connection: Connection) => {
      const outcome = await connection.outcomeOf(trace);
      // The server has not noticed yet that the connection is gone, or is still at it.
      if (outcome === 'in progress') throw postgresFailure('busy', server);
      if (outcome === 'unknown') throw postgresFailure('uncertain', server);
      return outcome === 'committed';
    };
    try {
      return await withPatience(() => this.#connections.use(ask), this.#patience);
    } catch (error) {
      throw postgresFailure('uncertain', server, error);
    }
  }

  /** Runs `use` on a connection, and again on a better one while the server is busy or away. */
  #patiently<T>(use: (connection: Connection) => Promise<T>, begunMs = elapsedMs()): Promise<T> {
    const options = { ...this.#patience, begunMs };
    return withPatience(async tries => {
      // Whoever had no chance before its time was over is not given a first one that may last as long again.
      if (tries === 0 && elapsedMs() - begunMs >= this.#patienceMs)
        throw postgresFailure('silent', this.#address.server);
      this.#assertOpen();
      try {
        return await this.#connections.use(use);
      } catch (error) {
        if (error instanceof LostCommit && (await this.#wasCommitted(error.trace))) return error.done as T;
        throw error;
      }
    }, options);
  }

  get #patienceMs(): number {
    return this.#patience.patienceMs ?? limits.serverPatienceMs;
  }

  async #inTurn<T>(project: string, job: () => Promise<T>): Promise<T> {
    const writers = this.#writers.get(project) ?? { turns: new Turns(), users: 0 };
    this.#writers.set(project, writers);
    writers.users += 1;
    try {
      return await writers.turns.run(job);
    } finally {
      writers.users -= 1;
      if (writers.users === 0) this.#writers.delete(project);
    }
  }

  #assertOpen(): void {
    if (!this.#isClosed) return;
    throw new SignalboxError('unavailable', 'The store is closed.', 'Start Signalbox again.');
  }
}

/** What `view` gives; the connection's transaction ends first, in any case. */
async function endedAfter<T>(connection: Connection, view: Promise<T>): Promise<T> {
  try {
    return await view;
  } finally {
    await connection.rollback().catch(() => {});
  }
}

interface Done<T> {
  readonly result: T;
  readonly commit: Commit;
}

/** The connection broke while a transaction was being committed; `done` is what to give to the caller if it was. */
class LostCommit extends ServerFailure {
  readonly trace: Trace;
  readonly done: Done<unknown>;

  constructor({ kind, message, next, cause }: ServerFailure, trace: Trace, done: Done<unknown>) {
    super(kind, message, next, cause);
    this.trace = trace;
    this.done = done;
  }
}

/** Waits for a commit, and says so in its own way when the answer was lost. */
async function settled(
  committing: Promise<void>,
  trace: Omit<Trace, 'event'> | undefined,
  done: Done<unknown>,
): Promise<void> {
  try {
    await committing;
  } catch (error) {
    const isLost = error instanceof ServerFailure && error.kind === 'lost' && trace !== undefined;
    throw isLost ? new LostCommit(error, { ...trace, event: done.commit.events[0] }, done) : error;
  }
}

/** A large commit in pieces that one statement can carry; together they are stored by one transaction. */
function* partsOf(commit: Commit): Generator<Commit> {
  const { loadBatch: size } = limits;
  const most = Math.max(commit.records.length, commit.added.length, commit.events.length, 1);
  for (let at = 0; at < most; at += size) {
    yield {
      ...commit,
      records: commit.records.slice(at, at + size),
      added: commit.added.slice(at, at + size),
      events: commit.events.slice(at, at + size),
    };
  }
}
