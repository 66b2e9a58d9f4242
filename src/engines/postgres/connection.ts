/** One connection at work: opens a project, answers a unit's questions a batch at a time, and stores its commit. */
import type { PoolClient } from 'pg';
import type { Contents, Page } from '../../core/ports.ts';
import type { Kind } from '../../core/records.ts';
import type { Question, ReadAhead, Row, Snapshot } from '../snapshot.ts';
import { compareText, type Span } from '../span.ts';
import type { Commit } from '../unit-of-work.ts';
import { channelOf, lockKeyOf, nameOf } from './channel.ts';
import { postgresFailure, toPostgresFailure } from './errors.ts';
import { type Answer, Exchange, type Prepared } from './exchange.ts';
import { schemaVersion } from './migrations/index.ts';
import * as sql from './statements.ts';

export interface Target {
  readonly schema: string;
  readonly server: string;
  /** For tests: tells the time instead of the server. */
  readonly time?: () => number;
  /** Whether statements may be kept under names; not where a pooler puts others between. */
  readonly mayName: boolean;
}

/** A project that was opened, for a unit of work or a view. */
export interface Opened {
  readonly snapshot: Snapshot;
  readonly ahead: readonly ReadAhead[];
  /** Null for an untouched project. */
  readonly key: string | null;
  /** By what the outcome of the transaction can be asked for later; undefined for a view. */
  readonly trace: Omit<sql.Trace, 'event'> | undefined;
}

/** Statements of so many shapes are kept prepared; more than a few dozen do not occur, but nothing may grow for ever. */
const preparedShapes = 300;

/** What came out of a batch of questions: an answer for each, and of which state of the project. */
interface Answers {
  readonly state: string;
  readonly answers: readonly unknown[];
}

export class Connection {
  readonly #client: PoolClient;
  readonly #target: Target;
  readonly #names = new Map<string, string>();
  #last: Promise<unknown> = Promise.resolve();
  #hasFailed = false;

  constructor(client: PoolClient, target: Target) {
    this.#client = client;
    this.#target = target;
  }

  /** Whether nothing has gone wrong on it so far. After a failure nobody knows what is open or prepared on it. */
  get isSound(): boolean {
    return !this.#hasFailed;
  }

  /** Begins a unit of work: the project is this transaction's alone until it ends. One round trip, but for a new project. */
  async openForWriting(project: string, questions: readonly Question[]): Promise<Opened> {
    const { schema } = this.#target;
    const opening = [sql.openForWriting(schema, project), ...readAhead(schema, project, questions)];
    // The statements after the lock see what was committed before it was granted.
    let [, , opened, read] = await this.#send(sql.begin, sql.lockProject(lockKeyOf(schema, project)), ...opening);
    // The row is gone again with the transaction if the unit writes nothing.
    if (opened?.rows.length === 0) [, opened, read] = await this.#send(sql.makeProject(schema, project), ...opening);
    return this.#opened(project, opened, read, questions, false);
  }

  /**
   * Begins a view without a transaction: what is asked later must be of the same state, or `torn` is thrown. One round
   * trip for a view whose reads are all named ahead.
   */
  async openForReading(project: string, questions: readonly Question[]): Promise<Opened> {
    const { schema } = this.#target;
    if (questions.length === 0) {
      const [opened] = await this.#send(sql.openForReading(schema, project));
      return this.#opened(project, opened, undefined, questions, true);
    }
    const [opened, read] = await this.#send(
      sql.openForReading(schema, project),
      sql.readAll(schema, project, questions),
    );
    return this.#opened(project, opened, read, questions, true);
  }

  /** Begins a view that sees one moment whatever is committed meanwhile, and is in nobody's way. To be ended. */
  async openSteadily(project: string, questions: readonly Question[]): Promise<Opened> {
    const { schema } = this.#target;
    const [, opened, read] = await this.#send(
      sql.beginView,
      sql.openForReading(schema, project),
      ...readAhead(schema, project, questions),
    );
    return this.#opened(project, opened, read, questions, false);
  }

  /** Stores a commit and ends the transaction, in one round trip. */
  async commit(key: string, now: number, commit: Commit): Promise<void> {
    const { schema } = this.#target;
    const channels = commit.audience.map(session => channelOf(schema, session));
    const [, ended] = await this.#send(sql.writeAll({ schema, key, now, channels }, commit), sql.commit);
    this.#assertCommitted(ended);
  }

  /** Ends a transaction that changed nothing, or is to change nothing. */
  async rollback(): Promise<void> {
    await this.#send(sql.rollback);
  }

  /**
   * What became of a transaction whose answer was lost. In the life of the server in which it ran its id tells. A server that crashed
   * may give the id of a transaction that left no trace to another one, and a successor has ids of its own: then only the
   * event tells, if there was one.
   */
  async outcomeOf(trace: sql.Trace): Promise<'committed' | 'aborted' | 'in progress' | 'unknown'> {
    const [answer] = await this.#send(sql.outcomeOf(this.#target.schema, trace));
    const [status, life, body] = answer?.rows[0] ?? [];
    if (life === trace.life) return status === 'committed' || status === 'aborted' ? status : 'in progress';
    if (trace.event !== undefined) return body === trace.event.body ? 'committed' : 'aborted';
    return status === 'aborted' ? 'aborted' : 'unknown';
  }

  async eventsAfter(project: string, cursor: number, limit: number): Promise<string[]> {
    const [answer] = await this.#send(sql.eventsAfter(this.#target.schema, project, cursor, limit));
    return firstColumn(answer);
  }

  async notify(channels: readonly string[]): Promise<void> {
    await this.#send(sql.notify(channels));
  }

  async projects(): Promise<string[]> {
    const [answer] = await this.#send({ text: `SELECT name FROM ${this.#target.schema}.project`, values: [] });
    return firstColumn(answer).sort(compareText);
  }

  /** Everything of a project, as the open view sees it. */
  async contents({ key, snapshot }: Opened): Promise<Contents> {
    const { schema } = this.#target;
    const { sequence } = snapshot;
    if (key === null) return { sequence, records: [], events: [] };
    const [stored, happened] = await this.#send(
      { text: `SELECT kind, id, body FROM ${schema}.record WHERE project = $1 ORDER BY kind, id`, values: [key] },
      { text: `SELECT body FROM ${schema}.event WHERE project = $1 ORDER BY sequence`, values: [key] },
    );
    const records = stored?.rows.map(([kind, id, body]) => ({
      kind: kind as Kind,
      id: id ?? '',
      body: body ?? '',
    }));
    return { sequence, records: records ?? [], events: firstColumn(happened) };
  }

  /** Opens a project that must be untouched; undefined when it is not. */
  async openUntouched(project: string): Promise<Omit<sql.Trace, 'event'> | undefined> {
    const { schema } = this.#target;
    const lock = sql.lockProject(lockKeyOf(schema, project));
    const [, , made] = await this.#send(sql.begin, lock, sql.makeProject(schema, project));
    if (made?.rows.length === 0) return undefined;
    const [opened] = await this.#send(sql.openForWriting(schema, project));
    return traceOf(sql.projectRow(opened?.rows[0] ?? []));
  }

  /** Stores a part of a commit; the transaction stays open. */
  async write(key: string, part: Commit): Promise<void> {
    await this.#send(sql.writeAll({ schema: this.#target.schema, key, now: 0, channels: [] }, part));
  }

  async end(): Promise<void> {
    const [ended] = await this.#send(sql.commit);
    this.#assertCommitted(ended);
  }

  /** A transaction in which something failed ends as if it had been rolled back, and says so only in this word. */
  #assertCommitted(ended: Answer | undefined): void {
    if (ended?.tag !== 'COMMIT') throw postgresFailure('busy', this.#target.server);
  }

  #opened(
    project: string,
    opened: Answer | undefined,
    read: Answer | undefined,
    questions: readonly Question[],
    mayTear: boolean,
  ): Opened {
    const { server, time } = this.#target;
    const [row] = opened?.rows ?? [];
    if (row === undefined) throw postgresFailure('busy', server);
    const found = sql.projectRow(row);
    const { version, key, state, sequence, now, latest } = found;
    if (version !== schemaVersion) throw postgresFailure('newer', server);
    const assertWhole = (read: Answers) => {
      if (mayTear && read.state !== state) throw postgresFailure('torn', server);
      return read.answers;
    };
    const known = read === undefined ? [] : assertWhole(answersIn(read, questions));
    const ahead = questions.map((question, at) => ({ question, answer: Promise.resolve(known[at]) }));
    const batch = new Batch(async asked => {
      const [answer] = await this.#send(sql.readAll(this.#target.schema, project, asked));
      return assertWhole(answersIn(answer, asked));
    });
    const snapshot: Snapshot = {
      now: time ? time() : Math.max(now, latest),
      sequence,
      get: (kind, id) => batch.ask({ kind, id }) as Promise<string | undefined>,
      list: (kind: Kind, index: string, span: Span, page: Required<Page>) =>
        batch.ask({ kind, index, span, page }) as Promise<readonly Row[]>,
      count: (kind, index, span) => batch.ask({ kind, index, span, page: undefined }) as Promise<number>,
    };
    return { snapshot, ahead, key, trace: traceOf(found) };
  }

  /** One round trip. A connection on which something failed is not used again, so what is prepared on it is known. */
  #send(...statements: readonly sql.Statement[]): Promise<readonly Answer[]> {
    const sending = this.#last.then(async () => {
      const exchange = new Exchange(statements.map(statement => this.#prepared(statement)));
      this.#client.query(exchange);
      try {
        return await exchange.answers;
      } catch (error) {
        this.#hasFailed = true;
        throw toPostgresFailure(error, this.#target.server);
      }
    });
    // The next one follows also if nobody waits for this one any more; by then the connection refuses it.
    this.#last = sending.catch(() => {});
    return sending;
  }

  #prepared({ text, values }: sql.Statement): Prepared {
    const known = this.#names.get(text);
    if (known !== undefined) return { name: known, text: undefined, values };
    // The nameless statement is parsed anew each time.
    if (!this.#target.mayName || this.#names.size >= preparedShapes) return { name: '', text, values };
    // Where a pooler hands one connection to several processes, one name must never mean two statements.
    const name = nameOf(text);
    this.#names.set(text, name);
    return { name, text, values };
  }
}

function traceOf({ key, xid, life }: sql.ProjectRow): Omit<sql.Trace, 'event'> | undefined {
  return key === null || xid === null || life === null ? undefined : { key, xid, life };
}

function readAhead(schema: string, project: string, questions: readonly Question[]): sql.Statement[] {
  return questions.length === 0 ? [] : [sql.readAll(schema, project, questions)];
}

function firstColumn(answer: Answer | undefined): string[] {
  return (answer?.rows ?? []).map(([value]) => value ?? '');
}

function answersIn(answer: Answer | undefined, questions: readonly Question[]): Answers {
  const found: (string | null)[][][] = questions.map(() => []);
  let state = '';
  for (const row of answer?.rows ?? []) {
    if (row[0] === '-1') state = row[3] ?? '';
    else found[Number(row[0])]?.push([...row]);
  }
  return { state, answers: questions.map((question, at) => answerTo(question, found[at] ?? [])) };
}

function answerTo(question: Question, rows: readonly (readonly (string | null)[])[]): unknown {
  if ('id' in question) return rows[0]?.[3] ?? undefined;
  if (question.page === undefined) return Number(rows[0]?.[3] ?? 0);
  const listed = rows.map(([, value, id, body]) => ({ value: value ?? '', id: id ?? '', body: body ?? '' }));
  // The parts of one statement come in their order on every server there is, but nothing says that they must.
  const direction = question.page.reverse ? -1 : 1;
  return listed.sort((a, b) => direction * (compareText(a.value, b.value) || compareText(a.id, b.id)));
}

/** Collects the questions that are asked in one turn, so that they travel together. */
class Batch {
  readonly #answer: (questions: readonly Question[]) => Promise<readonly unknown[]>;
  #collected: Question[] = [];
  #answers: Promise<readonly unknown[]> | undefined;

  constructor(answer: (questions: readonly Question[]) => Promise<readonly unknown[]>) {
    this.#answer = answer;
  }

  async ask(question: Question): Promise<unknown> {
    const at = this.#collected.push(question) - 1;
    this.#answers ??= Promise.resolve().then(() => {
      const questions = this.#collected;
      this.#collected = [];
      this.#answers = undefined;
      return this.#answer(questions);
    });
    return (await this.#answers)[at];
  }
}
