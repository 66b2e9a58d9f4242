/** What `doctor` says of a PostgreSQL store. Looks through a connection of its own and changes nothing. */

import { toSignalboxError } from '../../core/errors.ts';
import { limits } from '../../core/limits.ts';
import type { StoreReport } from '../../core/ports.ts';
import type { PostgresAddress } from './address.ts';
import { driverOptions } from './connections.ts';
import { loadDriver } from './driver.ts';
import { postgresFailure, toPostgresFailure } from './errors.ts';
import { schemaVersion } from './migrations/index.ts';
import { serverFacts } from './schema.ts';

/** Never throws; a server without our tables is healthy: the first use makes them. */
export async function examine(address: PostgresAddress): Promise<StoreReport> {
  const { location, schema, server } = address;
  const problems: string[] = [];
  const report = { isUsable: true, engine: 'postgres', location, version: 'unknown', problems };
  try {
    const { Client } = await loadDriver();
    const client = new Client({
      ...driverOptions(address),
      connectionTimeoutMillis: limits.serverConnectMs,
    });
    client.on('error', () => {});
    await client.connect();
    try {
      const facts = await serverFacts(client, schema);
      report.version = `PostgreSQL ${facts.version}`;
      const refusal = refusalOf(facts);
      if (refusal) throw postgresFailure(refusal, server);
      if (facts.schemaVersion === 0) problems.push(...(await rightsProblems(client, address)));
      report.isUsable = problems.length === 0;
      if (facts.connectionsUsed > facts.connectionsMax * 0.8) {
        problems.push(
          `${facts.connectionsUsed} of the ${facts.connectionsMax} connections of the PostgreSQL server ${server} are taken. ` +
            'Raise max_connections there, or put PgBouncer in front of it.',
        );
      }
      const { rows } = await client.query(`SELECT current_setting('fsync') AS fsync`);
      if (rows[0].fsync === 'off') {
        problems.push(
          `The PostgreSQL server ${server} runs with fsync off: a power failure can lose or damage what was stored. ` +
            'Set fsync = on in its configuration.',
        );
      }
    } finally {
      await client.end().catch(() => {});
    }
  } catch (error) {
    const failure = toSignalboxError(toPostgresFailure(error, server));
    report.isUsable = false;
    problems.push(`${failure.message} ${failure.next}`);
  }
  return report;
}

function refusalOf(
  facts: Awaited<ReturnType<typeof serverFacts>>,
): 'tooOld' | 'newer' | 'encoding' | 'readOnly' | undefined {
  if (facts.number < 140_000) return 'tooOld';
  if (facts.schemaVersion > schemaVersion) return 'newer';
  if (!facts.keepsAnyText) return 'encoding';
  return facts.isReplica ? 'readOnly' : undefined;
}

async function rightsProblems(
  client: Parameters<typeof serverFacts>[0],
  { schema, server }: PostgresAddress,
): Promise<string[]> {
  const { rows } = await client.query(
    `SELECT CASE WHEN to_regnamespace($1) IS NULL THEN has_database_privilege(current_database(), 'CREATE')
      ELSE has_schema_privilege($1, 'CREATE') END AS may`,
    [schema],
  );
  if (rows[0].may) return [];
  const { message, next } = postgresFailure('noRight', server);
  return [`${message} ${next}`];
}
