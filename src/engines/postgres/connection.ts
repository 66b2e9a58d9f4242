/** One connection at work: opens a project, answers a unit's questions a batch at a time, and stores its commit. */
import type { PoolClient, QueryResult, QueryResultRow } from 'pg';
import type { Contents, Page } from '../../core/ports.ts';
import type { Kind } from '../../core/records.ts';
import type { Question, ReadAhead, Row, Snapshot } from '../snapshot.ts';
import { compareText, type Span } from '../span.ts';
import { type Commit, wholeRows } from '../unit-of-work.ts';
import { channelOf } from './channel.ts';
import { postgresFailure, toPostgresFailure } from './errors.ts';
import { schemaVersion } from './migrations/index.ts';
import {
  type AnswerRow,
  makeProject,
  openForReading,
  openForWriting,
  readAll,
  type Statement,
  writeAll,
} from './statements.ts';

export interface Target {
  readonly schema: string;
  readonly server: string;
  /** For tests: tells the time instead of the server. */
  readonly time?: () => number;
}

/** An open transaction over one project. */
export interface Opened {
  readonly snapshot: Snapshot;
  readonly ahead: readonly ReadAhead[];
  /** Undefined while the project has no row (a view of an untouched project). */
  readonly key: string | undefined;
  /** The transaction's id, by which its outcome can be asked for later; undefined for a view. */
  readonly xid: string | undefined;
}

/** Statements of so many shapes are kept prepared; more than a few dozen do not occur, but nothing may grow for ever. */
const preparedShapes = 300;

export class Connection {
  readonly #client: PoolClient;
  readonly #target: Target;
  readonly #names = new Map<string, string>();

  constructor(client: PoolClient, target: Target) {
    this.#client = client;
    this.#target = target;
  }

  /** Begins a unit of work: the project is this transaction's alone until it ends. One round trip, but for a new project. */
  async openForWriting(project: string, questions: readonly Question[]): Promise<Opened> {
    const { schema } = this.#target;
    const begun = this.#run('BEGIN ISOLATION LEVEL READ COMMITTED');
    const opening = this.#ask(openForWriting(schema, project));
    let ahead = this.#readAhead(project, questions);
    await begun;
    let { rows } = await opening;
    if (rows.length === 0) {
      // Gone again with the transaction if the unit writes nothing. Somebody else may make it at this moment: then this waits.
      await this.#ask(makeProject(schema, project));
      const again = this.#ask(openForWriting(schema, project));
      ahead = this.#readAhead(project, questions);
      ({ rows } = await again);
    }
    const [row] = rows;
    if (row === undefined) throw postgresFailure('busy', this.#target.server);
    this.#assertVersion(row);
    return { snapshot: this.#snapshot(project, row), ahead, key: String(row.key), xid: String(row.xid) };
  }

  /** Begins a view. It sees one moment whatever is committed meanwhile, and is in nobody's way. */
  async openForReading(project: string, questions: readonly Question[]): Promise<Opened> {
    const begun = this.#run('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
    const opening = this.#ask(openForReading(this.#target.schema, project));
    const ahead = this.#readAhead(project, questions);
    await begun;
    const [row] = (await opening).rows;
    if (row === undefined) throw postgresFailure('unreachable', this.#target.server);
    this.#assertVersion(row);
    const key = row.key === null ? undefined : String(row.key);
    return { snapshot: this.#snapshot(project, row), ahead, key, xid: undefined };
  }

  /** Stores a commit and ends the transaction, in one round trip. */
  async commit(key: string, now: number, commit: Commit): Promise<void> {
    const { schema } = this.#target;
    const channels = commit.audience.map(session => channelOf(schema, session));
    const written = this.#ask(writeAll({ schema, key, now, channels }, commit));
    const ended = this.#run('COMMIT');
    await written;
    await this.#assertCommitted(ended);
  }

  /** Ends a transaction that changed nothing, or is to change nothing. Need not be waited for: the connection keeps the order. */
  async rollback(): Promise<void> {
    await this.#run('ROLLBACK');
  }

  /** What became of a transaction whose answer was lost. */
  async outcomeOf(xid: string): Promise<'committed' | 'aborted' | 'in progress' | 'unknown'> {
    const { rows } = await this.#ask({ text: 'SELECT pg_xact_status($1::text::xid8) AS status', values: [xid] });
    return rows[0]?.status ?? 'unknown';
  }

  async eventsAfter(project: string, cursor: number, limit: number): Promise<string[]> {
    const { schema } = this.#target;
    const text = `SELECT body FROM ${schema}.event WHERE project = (SELECT key FROM ${schema}.project WHERE name = $1)
      AND sequence > $2 ORDER BY sequence LIMIT $3`;
    const { rows } = await this.#ask({ text, values: [project, Math.max(0, Math.floor(cursor)), wholeRows(limit)] });
    return rows.map(row => row.body);
  }

  async notify(channels: readonly string[]): Promise<void> {
    const text = `SELECT count(pg_notify(channel, '')) FROM unnest($1::text[]) AS channel`;
    await this.#ask({ text, values: [channels] });
  }

  async projects(): Promise<string[]> {
    const { rows } = await this.#ask({ text: `SELECT name FROM ${this.#target.schema}.project`, values: [] });
    return rows.map(row => row.name as string).sort(compareText);
  }

  /** Everything of a project, as the open view sees it. */
  async contents({ key, snapshot }: Opened): Promise<Contents> {
    const { schema } = this.#target;
    const { sequence } = snapshot;
    if (key === undefined) return { sequence, records: [], events: [] };
    const records = `SELECT kind, id, body FROM ${schema}.record WHERE project = $1 ORDER BY kind, id`;
    const events = `SELECT body FROM ${schema}.event WHERE project = $1 ORDER BY sequence`;
    const [stored, happened] = await Promise.all([
      this.#ask({ text: records, values: [key] }),
      this.#ask({ text: events, values: [key] }),
    ]);
    return {
      sequence,
      records: stored.rows as { kind: Kind; id: string; body: string }[],
      events: happened.rows.map(row => row.body),
    };
  }

  /** Opens a project that must be untouched; undefined when it is not. */
  async openUntouched(project: string): Promise<{ key: string; xid: string } | undefined> {
    const { schema } = this.#target;
    await this.#run('BEGIN ISOLATION LEVEL READ COMMITTED');
    const made = await this.#ask(makeProject(schema, project));
    const [row] = made.rows;
    if (row === undefined) return undefined;
    const [own] = (await this.#ask(openForWriting(schema, project))).rows;
    return { key: String(row.key), xid: String(own?.xid) };
  }

  /** Stores a part of a commit; the transaction stays open. */
  async write(key: string, part: Commit): Promise<void> {
    await this.#ask(writeAll({ schema: this.#target.schema, key, now: 0, channels: [] }, part));
  }

  async end(): Promise<void> {
    await this.#assertCommitted(this.#run('COMMIT'));
  }

  #assertVersion(row: QueryResultRow): void {
    if (Number(row.version) !== schemaVersion) throw postgresFailure('newer', this.#target.server);
  }

  /** A transaction in which something failed ends as if it had been rolled back, and says so only in this word. */
  async #assertCommitted(ending: Promise<QueryResult>): Promise<void> {
    const { command } = await ending;
    if (command !== 'COMMIT') throw postgresFailure('busy', this.#target.server);
  }

  #snapshot(project: string, row: QueryResultRow): Snapshot {
    const { time } = this.#target;
    const batch = new Batch(questions => this.#answers(project, questions));
    return {
      now: time ? time() : Math.max(Number(row.now), Number(row.latest ?? 0)),
      sequence: Number(row.sequence ?? 0),
      get: (kind, id) => batch.ask({ kind, id }) as Promise<string | undefined>,
      list: (kind: Kind, index: string, span: Span, page: Required<Page>) =>
        batch.ask({ kind, index, span, page }) as Promise<readonly Row[]>,
      count: (kind, index, span) => batch.ask({ kind, index, span, page: undefined }) as Promise<number>,
    };
  }

  #readAhead(project: string, questions: readonly Question[]): ReadAhead[] {
    if (questions.length === 0) return [];
    const answers = this.#answers(project, questions);
    // What fails here fails the opening as well, which is waited for.
    answers.catch(() => {});
    return questions.map((question, at) => {
      const answer = answers.then(all => all[at]);
      answer.catch(() => {});
      return { question, answer };
    });
  }

  async #answers(project: string, questions: readonly Question[]): Promise<unknown[]> {
    const { rows } = await this.#ask(readAll(this.#target.schema, project, questions));
    const found: AnswerRow[][] = questions.map(() => []);
    for (const row of rows as AnswerRow[]) found[row.n]?.push(row);
    return questions.map((question, at) => answerTo(question, found[at] ?? []));
  }

  #ask({ text, values }: Statement): Promise<QueryResult<QueryResultRow>> {
    let name = this.#names.get(text);
    if (name === undefined && this.#names.size < preparedShapes) {
      name = `signalbox_${this.#names.size}`;
      this.#names.set(text, name);
    }
    return this.#mapped(
      this.#client.query(name === undefined ? { text, values: [...values] } : { name, text, values: [...values] }),
    );
  }

  #run(text: string): Promise<QueryResult> {
    return this.#mapped(this.#client.query(text));
  }

  #mapped<T>(answer: Promise<T>): Promise<T> {
    const known = answer.catch(error => {
      throw toPostgresFailure(error, this.#target.server);
    });
    // Several statements are under way at once; the first failure is the one that is waited for.
    known.catch(() => {});
    return known;
  }
}

function answerTo(question: Question, rows: readonly AnswerRow[]): unknown {
  if ('id' in question) return rows[0]?.body ?? undefined;
  if (question.page === undefined) return Number(rows[0]?.body ?? 0);
  const listed = rows.map(({ value, id, body }) => ({ value: value ?? '', id: id ?? '', body: body ?? '' }));
  // The parts of one statement come in their order on every server there is, but nothing says that they must.
  const direction = question.page.reverse ? -1 : 1;
  return listed.sort((a, b) => direction * (compareText(a.value, b.value) || compareText(a.id, b.id)));
}

/** Collects the questions that are asked in one turn, so that they travel together. */
class Batch {
  readonly #answer: (questions: readonly Question[]) => Promise<unknown[]>;
  #collected: Question[] = [];
  #answers: Promise<unknown[]> | undefined;

  constructor(answer: (questions: readonly Question[]) => Promise<unknown[]>) {
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
