/** The connections of one process to its server: few, made when needed, given back when idle. */
import type { Pool, PoolClient } from 'pg';
import { SignalboxError } from '../../core/errors.ts';
import { limits } from '../../core/limits.ts';
import { evenIfNothingElseRuns } from '../server/real-time.ts';
import type { PostgresAddress } from './address.ts';
import { Connection, type Target } from './connection.ts';
import { loadDriver } from './driver.ts';
import { isForeignName, toPostgresFailure } from './errors.ts';
import { greet, type ServerFacts } from './schema.ts';

export class Connections {
  readonly #address: PostgresAddress;
  readonly #time: (() => number) | undefined;
  /** Connections that were greeted, with what is prepared on them. */
  readonly #known = new WeakMap<PoolClient, Connection>();
  /** Until it turns out that a pooler puts others' statements on our connections. */
  #mayName = true;
  #pool: Promise<Pool> | undefined;
  #isClosed = false;

  constructor(address: PostgresAddress, time: (() => number) | undefined) {
    this.#address = address;
    this.#time = time;
  }

  /** Runs `use` alone on a connection. One that failed for a reason of its own is not used again. */
  async use<T>(use: (connection: Connection) => Promise<T>): Promise<T> {
    const pool = await this.#open();
    const client = await this.#mapped(() => pool.connect());
    let connection = this.#known.get(client);
    let isSound = false;
    try {
      connection ??= await this.#greeted(client, pool);
      const result = await use(connection);
      isSound = connection.isSound;
      return result;
    } catch (error) {
      // What the work threw says nothing against the connection; what failed on it does, whatever was thrown then.
      isSound = connection?.isSound === true;
      if (isForeignName(error)) this.#mayName = false;
      throw error;
    } finally {
      client.release(!isSound);
    }
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    const pool = await this.#pool?.catch(() => undefined);
    this.#pool = undefined;
    if (pool) await evenIfNothingElseRuns(pool.end());
  }

  async #greeted(client: PoolClient, pool: Pool): Promise<Connection> {
    const { schema, server } = this.#address;
    const facts = await this.#mapped(() => greet(client, schema, server));
    pool.options.idleTimeoutMillis = isCrowded(facts) ? limits.connectionIdleCrowdedMs : limits.connectionIdleMs;
    const own = { schema, server, mayName: this.#mayName };
    const target: Target = this.#time === undefined ? own : { ...own, time: this.#time };
    const connection = new Connection(client, target);
    this.#known.set(client, connection);
    return connection;
  }

  #open(): Promise<Pool> {
    if (this.#isClosed) throw new SignalboxError('unavailable', 'The store is closed.', 'Start Signalbox again.');
    this.#pool ??= this.#create().catch(error => {
      this.#pool = undefined;
      throw error;
    });
    return this.#pool;
  }

  async #create(): Promise<Pool> {
    const { Pool } = await loadDriver();
    const { connections } = this.#address;
    const pool = new Pool({
      ...driverOptions(this.#address),
      max: connections,
      idleTimeoutMillis: limits.connectionIdleMs,
      connectionTimeoutMillis: limits.serverConnectMs,
      // A process that has nothing else to do ends, whatever connections are kept.
      allowExitOnIdle: true,
    });
    // A connection that breaks while nobody uses it is simply made anew.
    pool.on('error', () => {});
    // One that breaks between two statements of a unit says so here, too; unheard it would end the process.
    pool.on('connect', client => client.on('error', () => {}));
    return pool;
  }

  /** The driver throws some failures at once, and rejects with the others. */
  async #mapped<T>(call: () => Promise<T>): Promise<T> {
    try {
      return await call();
    } catch (error) {
      throw toPostgresFailure(error, this.#address.server);
    }
  }
}

/** What every connection is opened with. */
export function driverOptions({ connectionString, isOwn }: PostgresAddress) {
  return {
    connectionString: isOwn ? connectionString : withoutAmbientPassword(connectionString),
    application_name: 'signalbox',
    keepAlive: true,
    // When the network swallows everything, nobody else ends the wait.
    query_timeout: limits.serverStatementMs + 1_000,
  };
}

/** A password in the address, even a wrong one, keeps the driver from looking for one in the environment and in ~/.pgpass. */
function withoutAmbientPassword(connectionString: string): string {
  const url = new URL(connectionString);
  if (url.password === '') url.password = 'none';
  return url.href;
}

/** Whether so many connections are taken that one more which only listens, or is kept for later, could keep somebody out. */
export function isCrowded({ connectionsUsed, connectionsMax }: ServerFacts): boolean {
  return connectionsUsed > connectionsMax / 2;
}
