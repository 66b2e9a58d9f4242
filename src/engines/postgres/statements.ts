/** The SQL of the store. Every text is the same for the same shape of question, so that the server plans it once a connection. */
import type { Question } from '../snapshot.ts';
import type { Commit } from '../unit-of-work.ts';

export interface Statement {
  readonly text: string;
  readonly values: readonly unknown[];
}

/** One row of an answer to several questions: `n` says which. */
export interface AnswerRow {
  readonly n: number;
  readonly value: string | null;
  readonly id: string | null;
  /** The body, or the number of entries. */
  readonly body: string | null;
}

/**
 * The project's row, taken for this transaction alone. The time is read outside the locking query, so after the wait for the
 * lock: inside it could be older than the commit that was waited for. `xid` tells later whether the transaction was committed.
 */
export function openForWriting(schema: string, project: string): Statement {
  return {
    text: `WITH held AS MATERIALIZED (SELECT key, sequence, latest FROM ${schema}.project WHERE name = $1 FOR UPDATE)
      SELECT key, sequence, latest, ${clock} AS now, pg_current_xact_id()::text AS xid,
        (SELECT version FROM ${schema}.schema_version) AS version FROM held`,
    values: [project],
  };
}

export function openForReading(schema: string, project: string): Statement {
  return {
    text: `SELECT tables.version, ${clock} AS now, project.key, project.sequence, project.latest
      FROM ${schema}.schema_version AS tables LEFT JOIN ${schema}.project ON project.name = $1`,
    values: [project],
  };
}

const clock = '(extract(epoch FROM clock_timestamp()) * 1000)::bigint';

export function makeProject(schema: string, project: string): Statement {
  return {
    text: `INSERT INTO ${schema}.project (name) VALUES ($1) ON CONFLICT (name) DO NOTHING RETURNING key`,
    values: [project],
  };
}

/** All questions in one statement, so that they cost one round trip and one plan. */
export function readAll(schema: string, project: string, questions: readonly Question[]): Statement {
  const values: unknown[] = [project];
  const parameter = (value: unknown) => `$${values.push(value)}`;
  const key = `(SELECT key FROM ${schema}.project WHERE name = $1)`;
  const parts = questions.map((question, n) => `(${part(schema, key, n, question, parameter)})`);
  return { text: parts.join(' UNION ALL '), values };
}

function part(
  schema: string,
  key: string,
  n: number,
  question: Question,
  parameter: (value: unknown) => string,
): string {
  const { kind } = question;
  if ('id' in question) {
    return `SELECT ${n} AS n, NULL::text COLLATE "C" AS value, NULL::text COLLATE "C" AS id, body
      FROM ${schema}.record WHERE project = ${key} AND kind = ${parameter(kind)} AND id = ${parameter(question.id)}`;
  }
  const { index, page } = question;
  const from = `e.project = ${key} AND e.kind = ${parameter(kind)} AND e.name = ${parameter(index)}`;
  const where = `${from} ${condition(question, parameter)}`;
  if (page === undefined) {
    return `SELECT ${n} AS n, NULL::text COLLATE "C" AS value, NULL::text COLLATE "C" AS id, count(*)::text AS body
      FROM ${schema}.entry AS e WHERE ${where}`;
  }
  const order = page.reverse ? 'DESC' : 'ASC';
  // The page is cut from the index first; only its records are fetched.
  return `SELECT ${n} AS n, e.value, e.id, r.body FROM (
      SELECT e.project, e.kind, e.value, e.id FROM ${schema}.entry AS e WHERE ${where}
      ORDER BY e.value ${order}, e.id ${order} LIMIT ${parameter(page.limit)}
    ) AS e JOIN ${schema}.record AS r ON r.project = e.project AND r.kind = e.kind AND r.id = e.id
    ORDER BY e.value ${order}, e.id ${order}`;
}

function condition(
  { span, page }: Extract<Question, { index: string }>,
  parameter: (value: unknown) => string,
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

/** A whole commit as one statement: only the parts that have something to do are in it. */
export function writeAll({ schema, key, now, channels }: Writing, commit: Commit): Statement {
  const values: unknown[] = [key];
  const parameter = (value: unknown, type: string) => `$${values.push(value)}::${type}`;
  const columns = <T>(rows: readonly T[], ...of: ((row: T) => unknown)[]) =>
    of.map(column => parameter(rows.map(column), 'text[]')).join(', ');
  const stored = commit.records.filter(record => record.body !== undefined);
  const gone = commit.records.filter(record => record.body === undefined);
  const parts = [
    `UPDATE ${schema}.project SET sequence = ${parameter(commit.sequence, 'bigint')},
      latest = greatest(latest, ${parameter(now, 'bigint')}) WHERE key = $1`,
  ];
  if (stored.length > 0) {
    parts.push(`INSERT INTO ${schema}.record (project, kind, id, body)
      SELECT $1::bigint, * FROM unnest(${columns(
        stored,
        row => row.kind,
        row => row.id,
        row => row.body,
      )}) ON CONFLICT (project, kind, id) DO UPDATE SET body = excluded.body`);
  }
  if (gone.length > 0) {
    parts.push(
      `DELETE FROM ${schema}.record AS r USING unnest(${columns(
        gone,
        row => row.kind,
        row => row.id,
      )}) AS g (kind, id) WHERE r.project = $1 AND r.kind = g.kind COLLATE "C" AND r.id = g.id COLLATE "C"`,
    );
  }
  const entryColumns = [
    (entry: Commit['added'][number]) => entry.kind,
    (entry: Commit['added'][number]) => entry.index,
    (entry: Commit['added'][number]) => entry.value,
    (entry: Commit['added'][number]) => entry.id,
  ];
  if (commit.removed.length > 0) {
    parts.push(`DELETE FROM ${schema}.entry AS e USING unnest(${columns(commit.removed, ...entryColumns)})
      AS g (kind, name, value, id) WHERE e.project = $1 AND e.kind = g.kind COLLATE "C"
      AND e.name = g.name COLLATE "C" AND e.value = g.value COLLATE "C" AND e.id = g.id COLLATE "C"`);
  }
  if (commit.added.length > 0) {
    parts.push(`INSERT INTO ${schema}.entry (project, kind, name, value, id)
      SELECT $1::bigint, * FROM unnest(${columns(commit.added, ...entryColumns)}) ON CONFLICT DO NOTHING`);
  }
  if (commit.events.length > 0) {
    const sequences = parameter(
      commit.events.map(event => event.sequence),
      'bigint[]',
    );
    parts.push(`INSERT INTO ${schema}.event (project, sequence, body)
      SELECT $1::bigint, * FROM unnest(${sequences}, ${columns(commit.events, row => row.body)})`);
  }
  const notice =
    channels.length === 0
      ? 'SELECT 1'
      : `SELECT count(pg_notify(channel, '')) FROM unnest(${parameter(channels, 'text[]')}) AS channel`;
  return { text: `WITH ${parts.map((sql, at) => `part${at} AS (${sql})`).join(', ')} ${notice}`, values };
}
