/** The SQL of the store over one open database. Statements are prepared once; every failure leaves in its mapped form. */
import type { Contents, Page } from '../../core/ports.ts';
import type { Kind } from '../../core/records.ts';
import type { Row, Snapshot } from '../snapshot.ts';
import type { Span } from '../span.ts';
import type { Commit, Entry } from '../unit-of-work.ts';
import type { SqliteDatabase, SqliteRow, SqliteStatement, SqliteValue } from './driver.ts';
import { mapped, storeFailure } from './errors.ts';
import { closeQuietly, rollbackQuietly, schemaVersion } from './open.ts';

/** The row of a project; `key` is undefined while nothing was ever written to it. */
export interface ProjectRow {
  readonly key: number | undefined;
  readonly sequence: number;
}

export class Connection {
  readonly #database: SqliteDatabase;
  readonly #path: string;
  readonly #statements = new Map<string, SqliteStatement>();

  constructor(database: SqliteDatabase, path: string) {
    this.#database = database;
    this.#path = path;
  }

  /**
   * Opens a transaction. `IMMEDIATE` takes the write lock at once; a transaction that took it later could find its snapshot outdated.
   * Throws `unavailable` if a newer program has changed the schema since this connection was opened.
   */
  begin(mode: 'IMMEDIATE' | 'DEFERRED'): void {
    this.#run(`BEGIN ${mode}`);
    try {
      if (this.#get('PRAGMA user_version')?.user_version !== schemaVersion) throw storeFailure('newer', this.#path);
    } catch (error) {
      this.rollback();
      throw error;
    }
  }

  commit(): void {
    this.#run('COMMIT');
  }

  rollback(): void {
    rollbackQuietly(this.#database);
  }

  project(name: string): ProjectRow {
    const row = this.#get('SELECT key, sequence FROM project WHERE name = ?', name);
    return row === undefined
      ? { key: undefined, sequence: 0 }
      : { key: Number(row.key), sequence: Number(row.sequence) };
  }

  /** What the open transaction sees of a project. */
  snapshot({ key, sequence }: ProjectRow, now: number): Snapshot {
    if (key === undefined) return { now, sequence, get: () => undefined, list: () => [], count: () => 0 };
    return {
      now,
      sequence,
      get: (kind, id) => this.#body(key, kind, id),
      list: (kind, index, span, page) => this.#list(key, kind, index, span, page),
      count: (kind, index, span) => this.#count(key, kind, index, span),
    };
  }

  /** Writes a commit into the open transaction. */
  apply(name: string, project: ProjectRow, commit: Commit): void {
    const { sequence } = commit;
    const key = project.key ?? this.#addProject(name);
    if (sequence !== project.sequence) this.#run('UPDATE project SET sequence = ? WHERE key = ?', sequence, key);
    for (const { kind, id, body } of commit.records) {
      if (body === undefined) this.#run('DELETE FROM record WHERE project = ? AND kind = ? AND id = ?', key, kind, id);
      else this.#run(upsertRecord, key, kind, id, body);
    }
    for (const entry of commit.removed) this.#entry(deleteEntry, key, entry);
    for (const entry of commit.added) this.#entry(insertEntry, key, entry);
    for (const { sequence, body } of commit.events) {
      this.#run('INSERT INTO event (project, sequence, body) VALUES (?, ?, ?)', key, sequence, body);
    }
  }

  /** Bodies of a project's events above `cursor`, oldest first. */
  eventsAfter(name: string, cursor: number, limit: number): string[] {
    return this.#all(selectEvents, name, cursor, limit).map(row => String(row.body));
  }

  /** Everything of a project as the open transaction sees it. */
  contents({ key, sequence }: ProjectRow): Contents {
    if (key === undefined) return { sequence, records: [], events: [] };
    const records = this.#all('SELECT kind, id, body FROM record WHERE project = ? ORDER BY kind, id', key);
    const events = this.#all('SELECT body FROM event WHERE project = ? ORDER BY sequence', key);
    return {
      sequence,
      records: records.map(row => ({ kind: String(row.kind) as Kind, id: String(row.id), body: String(row.body) })),
      events: events.map(row => String(row.body)),
    };
  }

  projects(): string[] {
    return this.#all('SELECT name FROM project ORDER BY name').map(row => String(row.name));
  }

  /** Moves what it can from the WAL into the file without waiting for anybody, and closes. */
  close(): void {
    try {
      this.#run('PRAGMA wal_checkpoint(PASSIVE)');
    } catch {
      // Another process will do it.
    }
    closeQuietly(this.#database);
  }

  #body(project: number, kind: Kind, id: string): string | undefined {
    const row = this.#get('SELECT body FROM record WHERE project = ? AND kind = ? AND id = ?', project, kind, id);
    return row === undefined ? undefined : String(row.body);
  }

  #list(project: number, kind: Kind, index: string, span: Span, { limit, reverse }: Required<Page>): readonly Row[] {
    const { where, values } = condition(span, reverse);
    const order = reverse ? 'DESC' : 'ASC';
    // CROSS JOIN keeps the planner from starting at the records: the entries are in the order that is wanted.
    const sql = `SELECT entry.value, entry.id, record.body FROM entry CROSS JOIN record
      ON record.project = entry.project AND record.kind = entry.kind AND record.id = entry.id
      WHERE entry.project = ? AND entry.kind = ? AND entry.name = ? ${where}
      ORDER BY entry.value ${order}, entry.id ${order} LIMIT ?`;
    return this.#all(sql, project, kind, index, ...values, limit) as unknown as readonly Row[];
  }

  #count(project: number, kind: Kind, index: string, span: Span): number {
    const { where, values } = condition(span, false);
    const sql = `SELECT count(*) AS number FROM entry WHERE project = ? AND kind = ? AND name = ? ${where}`;
    return Number(this.#get(sql, project, kind, index, ...values)?.number);
  }

  #addProject(name: string): number {
    this.#run('INSERT INTO project (name, sequence) VALUES (?, 0)', name);
    return Number(this.project(name).key);
  }

  #entry(sql: string, project: number, { kind, index, value, id }: Entry): void {
    this.#run(sql, project, kind, index, value, id);
  }

  #run(sql: string, ...values: SqliteValue[]): void {
    mapped(this.#path, () => this.#prepared(sql).run(...values));
  }

  #get(sql: string, ...values: SqliteValue[]): SqliteRow | undefined {
    return mapped(this.#path, () => this.#prepared(sql).get(...values));
  }

  #all(sql: string, ...values: SqliteValue[]): readonly SqliteRow[] {
    return mapped(this.#path, () => this.#prepared(sql).all(...values));
  }

  #prepared(sql: string): SqliteStatement {
    let statement = this.#statements.get(sql);
    if (statement === undefined) {
      statement = this.#database.prepare(sql);
      this.#statements.set(sql, statement);
    }
    return statement;
  }
}

const upsertRecord = `INSERT INTO record (project, kind, id, body) VALUES (?, ?, ?, ?)
  ON CONFLICT (project, kind, id) DO UPDATE SET body = excluded.body`;

const deleteEntry = 'DELETE FROM entry WHERE project = ? AND kind = ? AND name = ? AND value = ? AND id = ?';

const insertEntry = `INSERT INTO entry (project, kind, name, value, id) VALUES (?, ?, ?, ?, ?)
  ON CONFLICT (project, kind, name, value, id) DO NOTHING`;

const selectEvents = `SELECT body FROM event
  WHERE project = (SELECT key FROM project WHERE name = ?) AND sequence > ? ORDER BY sequence LIMIT ?`;

/** The part of a WHERE clause that a span stands for; its few forms keep the number of prepared statements small. */
function condition(span: Span, reverse: boolean): { readonly where: string; readonly values: readonly string[] } {
  if (span.equals !== undefined) {
    if (span.afterId === undefined) return { where: 'AND entry.value = ?', values: [span.equals] };
    return { where: `AND entry.value = ? AND entry.id ${reverse ? '<' : '>'} ?`, values: [span.equals, span.afterId] };
  }
  if (span.below === undefined) return { where: 'AND entry.value >= ?', values: [span.from] };
  return { where: 'AND entry.value >= ? AND entry.value < ?', values: [span.from, span.below] };
}
