/** Greets a server: is it fit, how full is it, and do the tables exist. Makes and migrates them when they do not. */
import type { Client } from 'pg';
import { limits } from '../../core/limits.ts';
import { postgresFailure, toPostgresFailure } from './errors.ts';
import { migrations, schemaVersion } from './migrations/index.ts';

export interface ServerFacts {
  /** As people write it: `15.4`. */
  readonly version: string;
  readonly isReplica: boolean;
  readonly connectionsUsed: number;
  readonly connectionsMax: number;
  /** Whether every text can be kept: the database is in UTF-8, or does not look at what it keeps. */
  readonly keepsAnyText: boolean;
  /** Version of the tables in the schema; 0 when there are none. */
  readonly schemaVersion: number;
}

/** The statements that can be sent over an open connection; what `pg` calls a client. */
export type Session = Pick<Client, 'query'>;

const oldestVersion = 140_000;

export async function serverFacts(session: Session, schema: string): Promise<ServerFacts & { number: number }> {
  const { rows } = await session.query(
    `SELECT current_setting('server_version') AS version, current_setting('server_version_num')::int AS number,
      pg_is_in_recovery() OR current_setting('default_transaction_read_only') = 'on' AS replica,
      current_setting('max_connections')::int AS max, current_setting('server_encoding') AS encoding, to_regclass($1) IS NOT NULL AS made,
      (SELECT coalesce(sum(numbackends), 0)::int FROM pg_stat_database) AS used`,
    [`${schema}.schema_version`],
  );
  const [row] = rows;
  const version = row.made ? (await session.query(`SELECT version FROM ${schema}.schema_version`)).rows[0]?.version : 0;
  return {
    version: String(row.version).split(' ')[0] ?? '',
    number: row.number,
    isReplica: row.replica,
    keepsAnyText: ['UTF8', 'SQL_ASCII'].includes(row.encoding),
    connectionsUsed: row.used,
    connectionsMax: row.max,
    schemaVersion: Number(version ?? 0),
  };
}

/**
 * Makes a new connection fit for work. Ten processes may do this at once: the tables are made under an advisory lock, by the
 * first. Errors: `unavailable` for a server that is too old, tables of a newer Signalbox, or a missing right.
 */
export async function greet(session: Session, schema: string, server: string): Promise<ServerFacts> {
  await session.query(
    // A unit that stops in the middle (its process was halted) must not keep the project locked for long.
    `SET statement_timeout = ${limits.serverStatementMs}; SET lock_timeout = ${limits.serverStatementMs};
     SET idle_in_transaction_session_timeout = ${limits.serverIdleInUnitMs}; SET client_min_messages = 'error';
     SET plan_cache_mode = force_generic_plan`,
  );
  const facts = await serverFacts(session, schema);
  if (facts.number < oldestVersion) throw postgresFailure('tooOld', server);
  if (facts.schemaVersion > schemaVersion) throw postgresFailure('newer', server);
  if (!facts.keepsAnyText) throw postgresFailure('encoding', server);
  if (facts.schemaVersion < schemaVersion && facts.isReplica) throw postgresFailure('readOnly', server);
  if (facts.schemaVersion < schemaVersion) await migrate(session, schema, server);
  return facts;
}

async function migrate(session: Session, schema: string, server: string): Promise<void> {
  try {
    await session.query('BEGIN');
    await session.query(`SELECT pg_advisory_xact_lock(hashtextextended($1, 0))`, [`signalbox ${schema}`]);
    // Asked first, because creating a schema needs a right even when it is there; and of the table itself: what functions know of
    // names may be from before the lock was waited for.
    const { rows } = await session.query('SELECT EXISTS (SELECT FROM pg_namespace WHERE nspname = $1)', [schema]);
    if (!rows[0].exists) await session.query(`CREATE SCHEMA ${schema}`);
    await session.query(`CREATE TABLE IF NOT EXISTS ${schema}.schema_version (version int NOT NULL)`);
    const known = await session.query(`SELECT version FROM ${schema}.schema_version`);
    const from = Number(known.rows[0]?.version ?? 0);
    if (from > schemaVersion) throw postgresFailure('newer', server);
    for (const step of migrations.slice(from)) await session.query(step(schema));
    if (known.rows.length === 0) await session.query(`INSERT INTO ${schema}.schema_version VALUES (${schemaVersion})`);
    else await session.query(`UPDATE ${schema}.schema_version SET version = ${schemaVersion}`);
    await session.query('COMMIT');
  } catch (error) {
    await session.query('ROLLBACK').catch(() => {});
    throw toPostgresFailure(error, server);
  }
}
