/** The SQL of the store. Every text is the same for the same shape of question, so that the server plans it once a connection. */
import type { Question } from '../snapshot.ts';
import { type Commit, type Entry, wholeRows } from '../unit-of-work.ts';
import { arrayText } from './exchange.ts';

export interface Statement {
  readonly text: string;
  readonly values: readonly (string | null)[];
}

const nothing: readonly string[] = [];

export const begin: Statement = { text: 'BEGIN ISOLATION LEVEL READ COMMITTED', values: nothing };
/** For a view that must not be torn however busy the project is. */
export const beginView: Statement = { text: 'BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY', values: nothing };
export const commit: Statement = { text: 'COMMIT', values: nothing };
export const rollback: Statement = { text: 'ROLLBACK', values: nothing };

const clock = '(extract(epoch FROM clock_timestamp()) * 1000)::bigint';

/** What both ways of opening a project answer, by position. `state` changes with each commit of the project. */
export interface ProjectRow {
  readonly version: number;
  readonly now: number;
  /** Null for an untouched project. */
  readonly key: string | null;
  readonly sequence: number;
  readonly latest: number;
  readonly state: string;
  /** The transaction's id; null for a view. */
  readonly xid: string | null;
  /** When the server was started: which life of which server the transaction's id belongs to. */
  readonly life: string | null;
}

export function projectRow(row: readonly (string | null)[]): ProjectRow {
  const [version, now, key = null, sequence, latest, state, xid = null, life = null] = row;
  const project = { key, sequence: Number(sequence ?? 0), latest: Number(latest ?? 0), state: state ?? '' };
  return { version: Number(version), now: Number(now), ...project, xid, life };
}

/**
 * Makes the project this transaction's alone until it ends; waits in line for that. A lock by name and not of the project's row: it is there
 * before the row is, is handed on with one wake-up instead of two, and writes nothing. Two projects with one `lockKey` only
 * wait for each other.
 */
export function lockProject(lockKey: string): Statement {
  return { text: 'SELECT pg_advisory_xact_lock($1::bigint)', values: [lockKey] };
}

/** No row for an untouched project. By `xid` the outcome of the transaction can be asked for later. */
export function openForWriting(schema: string, project: string): Statement {
  return {
    text: `SELECT (SELECT version FROM ${schema}.schema_version), ${clock}, key, sequence, latest, xmin, pg_current_xact_id(),
      pg_postmaster_start_time()
      FROM ${schema}.project WHERE name = $1`,
    values: [project],
  };
}

/** One row, also for an untouched project. */
export function openForReading(schema: string, project: string): Statement {
  return {
    text: `SELECT tables.version, ${clock}, p.key, p.sequence, p.latest, p.xmin
      FROM ${schema}.schema_version AS tables LEFT JOIN ${schema}.project AS p ON p.name = $1`,
    values: [project],
  };
}

export function makeProject(schema: string, project: string): Statement {
  return {
    text: `INSERT INTO ${schema}.project (name) VALUES ($1) ON CONFLICT (name) DO NOTHING RETURNING key`,
    values: [project],
  };
}

/** What is to be known of a transaction whose answer may be lost. */
export interface Trace {
  readonly xid: string;
  readonly life: string;
  readonly key: string;
  /** An event that it stores, if it stores one: its number is given once, and its body tells whose it is. */
  readonly event: { readonly sequence: number; readonly body: string } | undefined;
}

/**
 * What became of the transaction by its id (https://www.postgresql.org/docs/current/functions-info.html: `pg_xact_status`), in which
 * life of the server, and the body of the event. An id that this server has not completed yet has no status.
 */
export function outcomeOf(schema: string, { xid, key, event }: Trace): Statement {
  return {
    text: `SELECT CASE WHEN $1::text::xid8 < pg_snapshot_xmax(pg_current_snapshot()) THEN pg_xact_status($1::text::xid8) END,
      pg_postmaster_start_time(), (SELECT body FROM ${schema}.event WHERE project = $2::bigint AND sequence = $3::bigint)`,
    values: [xid, key, String(event?.sequence ?? 0)],
  };
}

export function notify(channels: readonly string[]): Statement {
  return {
    text: `SELECT count(pg_notify(channel, '')) FROM unnest($1::text[]) AS channel`,
    values: [arrayText(channels)],
  };
}

export function eventsAfter(schema: string, project: string, cursor: number, limit: number): Statement {
  return {
    text: `SELECT body FROM ${schema}.event WHERE project = (SELECT key FROM ${schema}.project WHERE name = $1)
      AND sequence > $2::bigint ORDER BY sequence LIMIT $3::bigint`,
    values: [project, String(Math.max(0, Math.floor(cursor))), String(wholeRows(limit))],
  };
}

/**
 * All questions in one statement, so that they cost one round trip and are of one moment. A row is `n` (which question), value, id,
 * and the body or number; the row with `n` -1 says the project's `state` at that moment.
 */
export function readAll(schema: string, project: string, questions: readonly Question[]): Statement {
  const values: string[] = [project];
  const parameter = (value: string | number) => `$${values.push(String(value))}`;
  const parts = questions.map((question, n) => `(${part(schema, n, question, parameter)})`);
  const state = `SELECT -1 AS n, ${none} AS value, ${none} AS id, (SELECT xmin FROM ${schema}.project WHERE name = $1)::text`;
  return { text: [`(${state})`, ...parts].join(' UNION ALL '), values };
}

const none = 'NULL::text COLLATE "C"';

function part(schema: string, n: number, question: Question, parameter: (value: string | number) => string): string {
  const key = `(SELECT key FROM ${schema}.project WHERE name = $1)`;
  const { kind } = question;
  if ('id' in question) {
    return `SELECT ${n}, ${none}, ${none}, body
      FROM ${schema}.record WHERE project = ${key} AND kind = ${parameter(kind)} AND id = ${parameter(question.id)}`;
  }
  const { index, page } = question;
  const from = `e.project = ${key} AND e.kind = ${parameter(kind)} AND e.name = ${parameter(index)}`;
  const where = `${from} ${condition(question, parameter)}`;
  if (page === undefined) {
    return `SELECT ${n}, ${none}, ${none}, count(*)::text FROM ${schema}.entry AS e WHERE ${where}`;
  }
  const order = page.reverse ? 'DESC' : 'ASC';
  // The page is cut from the index first; only its records are fetched.
  return `SELECT ${n}, e.value, e.id, r.body FROM (
      SELECT e.project, e.kind, e.value, e.id FROM ${schema}.entry AS e WHERE ${where}
      ORDER BY e.value ${order}, e.id ${order} LIMIT ${parameter(wholeRows(page.limit))}::bigint
    ) AS e JOIN ${schema}.record AS r ON r.project = e.project AND r.kind = e.kind AND r.id = e.id
    ORDER BY e.value ${order}, e.id ${order}`;
}

function condition(
  { span, page }: Extract<Question, { index: string }>,
  parameter: (value: string | number) => string,
): string {
  if (span.equals !== undefined) {
    const equals = `AND e.value = ${parameter(span.equals)}`;
    if (span.afterId === undefined) return equals;
    return `${equals} AND e.id ${page?.reverse ? '<' : '>'} ${parameter(span.afterId)}`;
  }
  const from = `AND e.value >= ${parameter(span.from)}`;
  return span.below === undefined ? from : `${from} AND e.value < ${parameter(span.below)}`;
}

export interface Writing {
  readonly schema: string;
  readonly key: string;
  readonly now: number;
  /** Channels to notify once this is committed. */
  readonly channels: readonly string[];
}

const entryColumns = [
  (entry: Entry) => entry.kind as string,
  (entry: Entry) => entry.index,
  (entry: Entry) => entry.value,
  (entry: Entry) => entry.id,
];

/** A whole commit as one statement: only the parts that have something to do are in it. */
export function writeAll({ schema, key, now, channels }: Writing, commit: Commit): Statement {
  const values: string[] = [key];
  const parameter = (value: string | number, type: string) => `$${values.push(String(value))}::${type}`;
  const columns = <T>(rows: readonly T[], of: readonly ((row: T) => string)[]) =>
    of.map(column => parameter(arrayText(rows.map(column)), 'text[]')).join(', ');
  const stored = commit.records.filter(record => record.body !== undefined);
  const gone = commit.records.filter(record => record.body === undefined);
  const parts = [
    `UPDATE ${schema}.project SET sequence = ${parameter(commit.sequence, 'bigint')},
      latest = greatest(latest, ${parameter(now, 'bigint')}) WHERE key = $1::bigint`,
  ];
  if (stored.length > 0) {
    const rows = columns(stored, [row => row.kind, row => row.id, row => row.body ?? '']);
    parts.push(`INSERT INTO ${schema}.record (project, kind, id, body) SELECT $1::bigint, * FROM unnest(${rows})
      ON CONFLICT (project, kind, id) DO UPDATE SET body = excluded.body`);
  }
  if (gone.length > 0) {
    const rows = columns(gone, [row => row.kind, row => row.id]);
    parts.push(`DELETE FROM ${schema}.record WHERE ctid = ANY (ARRAY(SELECT found.ctid
      FROM unnest(${rows}) AS g (kind, id) CROSS JOIN LATERAL (SELECT r.ctid FROM ${schema}.record AS r
        WHERE r.project = $1::bigint AND r.kind = g.kind COLLATE "C" AND r.id = g.id COLLATE "C" LIMIT 1) AS found))`);
  }
  if (commit.removed.length > 0) {
    // Found one by one through the key: a join would be planned over all entries of the project. Nobody else touches them meanwhile.
    parts.push(`DELETE FROM ${schema}.entry WHERE ctid = ANY (ARRAY(SELECT found.ctid
      FROM unnest(${columns(commit.removed, entryColumns)}) AS g (kind, name, value, id)
      CROSS JOIN LATERAL (SELECT e.ctid FROM ${schema}.entry AS e
        WHERE e.project = $1::bigint AND e.kind = g.kind COLLATE "C" AND e.name = g.name COLLATE "C"
          AND e.value = g.value COLLATE "C" AND e.id = g.id COLLATE "C" LIMIT 1) AS found))`);
  }
  if (commit.added.length > 0) {
    parts.push(`INSERT INTO ${schema}.entry (project, kind, name, value, id)
      SELECT $1::bigint, * FROM unnest(${columns(commit.added, entryColumns)}) ON CONFLICT DO NOTHING`);
  }
  if (commit.events.length > 0) {
    const sequences = parameter(arrayText(commit.events.map(event => event.sequence)), 'bigint[]');
    parts.push(`INSERT INTO ${schema}.event (project, sequence, body)
      SELECT $1::bigint, * FROM unnest(${sequences}, ${columns(commit.events, [row => row.body])})`);
  }
  const notice =
    channels.length === 0
      ? 'SELECT 1'
      : `SELECT count(pg_notify(channel, '')) FROM unnest(${parameter(arrayText(channels), 'text[]')}) AS channel`;
  return { text: `WITH ${parts.map((sql, at) => `part${at} AS (${sql})`).join(', ')} ${notice}`, values };
}
