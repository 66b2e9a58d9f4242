/** Wake-ups between processes over the server's notifications (LISTEN and NOTIFY). A commit sends them itself. */
import type { Client } from 'pg';
import { limits } from '../../core/limits.ts';
import type { Clock, Ids, Log, Wakeups } from '../../core/ports.ts';
import { evenIfNothingElseRuns } from '../server/real-time.ts';
import type { PostgresAddress } from './address.ts';
import { channelOf } from './channel.ts';
import { type Connections, driverOptions, isCrowded } from './connections.ts';
import { loadDriver } from './driver.ts';
import { Ear } from './ear.ts';
import { toPostgresFailure } from './errors.ts';
import { serverFacts } from './schema.ts';

export interface ListenerParts {
  readonly clock: Clock;
  readonly ids: Pick<Ids, 'below'>;
  readonly log: Pick<Log, 'info'>;
}

/** Known to the driver, not to its types. */
const pipelined = { pipeline: true };
const checkEveryMs = 1_000;
const firstPauseMs = 200;
const longestPauseMs = 10_000;
/** How long to stay deaf when the server is short of connections. */
const crowdedPauseMs = 15_000;

/**
 * A `Wakeups` that keeps one connection for hearing, and only while somebody waits and the server has connections to spare: a
 * hundred sessions that sit idle must not use up a server. Whenever it begins to hear (also after a break) it wakes every
 * listener once, because something may have happened before. Where there is no room it stays deaf, and those who wait look
 * every `limits.safetyPollMs`. A burst wakes at once and then at most every few milliseconds. Neither hearing nor trying to
 * keeps the process alive.
 */
export class Listener implements Wakeups {
  readonly #address: PostgresAddress;
  readonly #parts: ListenerParts;
  readonly #connections: Pick<Connections, 'use'>;
  readonly #ears = new Map<string, Ear>();
  #waiting = 0;
  #lastWaitedAt = Number.NEGATIVE_INFINITY;
  #stopChecks: (() => void) | undefined;
  #connecting: Promise<void> | undefined;
  #client: Client | undefined;
  #nextTryAt = Number.NEGATIVE_INFINITY;
  #pauseMs = firstPauseMs;
  #problem: string | undefined;
  readonly #unsent = new Set<string>();
  #sending: Promise<void> = Promise.resolve();
  #sendingNext: Promise<void> | undefined;
  #isClosed = false;

  constructor(address: PostgresAddress, parts: ListenerParts, connections: Pick<Connections, 'use'>) {
    this.#address = address;
    this.#parts = parts;
    this.#connections = connections;
  }

  async listen(session: string, wake: () => void): Promise<() => Promise<void>> {
    if (this.#isClosed) return async () => {};
    const ear = this.#ears.get(session) ?? new Ear(channelOf(this.#address.schema, session));
    this.#ears.set(session, ear);
    const callback = ear.add(wake);
    this.#hearIfWanted();
    await this.#connecting;
    await this.#tell(`LISTEN ${ear.channel}`);
    ear.isReliedOn = true;
    return async () => {
      ear.remove(callback);
      if (!ear.isEmpty || this.#ears.get(session) !== ear) return;
      this.#ears.delete(session);
      await this.#tell(`UNLISTEN ${ear.channel}`);
    };
  }

  attend(): () => void {
    this.#waiting += 1;
    this.#hearIfWanted();
    let isOver = false;
    return () => {
      if (isOver) return;
      isOver = true;
      this.#waiting -= 1;
      this.#lastWaitedAt = this.#parts.clock.elapsed();
    };
  }

  /** For those who have nothing to commit. What is asked for while hints are on their way goes together after them. */
  async wake(sessions: readonly string[]): Promise<void> {
    if (this.#isClosed || sessions.length === 0) return;
    for (const session of sessions) this.#unsent.add(channelOf(this.#address.schema, session));
    const before = this.#sending;
    this.#sendingNext ??= before.then(() => {
      const channels = [...this.#unsent];
      this.#unsent.clear();
      this.#sendingNext = undefined;
      // A hint may be lost.
      this.#sending = this.#connections.use(connection => connection.notify(channels)).catch(() => {});
      return this.#sending;
    });
    await this.#sendingNext;
  }

  problem(): string | undefined {
    return this.#problem;
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    for (const ear of this.#ears.values()) ear.close();
    this.#ears.clear();
    this.#stopChecks?.();
    await this.#connecting;
    await this.#rest();
  }

  /** Begins to hear if somebody waits and it is time to try; looks after that from now on. */
  #hearIfWanted(): void {
    if (!this.#isWanted()) return;
    this.#stopChecks ??= this.#parts.clock.every(checkEveryMs, () => this.#check());
    const isDue = this.#parts.clock.elapsed() >= this.#nextTryAt;
    if (this.#client !== undefined || this.#connecting !== undefined || !isDue) return;
    this.#connecting = this.#hear().finally(() => {
      this.#connecting = undefined;
    });
  }

  #check(): void {
    if (this.#isWanted()) {
      this.#hearIfWanted();
      return;
    }
    this.#stopChecks?.();
    this.#stopChecks = undefined;
    void this.#rest();
  }

  #isWanted(): boolean {
    if (this.#isClosed || this.#ears.size === 0) return false;
    return this.#waiting > 0 || this.#parts.clock.elapsed() - this.#lastWaitedAt < limits.listenLingerMs;
  }

  /** Connects, names the channels, and wakes everybody. Never rejects: a failure is a reason to try again later. */
  async #hear(): Promise<void> {
    let client: Client | undefined;
    try {
      client = await this.#connect();
      if (isCrowded(await serverFacts(client, this.#address.schema))) {
        this.#stayDeaf(`The PostgreSQL server ${this.#address.server} has few connections left.`, crowdedPauseMs);
        return await client.end();
      }
      const ears = [...this.#ears.values()];
      await client.query(ears.map(({ channel }) => `LISTEN ${channel}`).join('; '));
      this.#client = client;
      this.#problem = undefined;
      this.#pauseMs = firstPauseMs;
      for (const ear of ears) if (ear.isReliedOn) ear.hint();
    } catch (error) {
      await client?.end().catch(() => {});
      this.#stayDeaf(toPostgresFailure(error, this.#address.server).message, this.#pauseMs);
      this.#pauseMs = Math.min(this.#pauseMs * 2, longestPauseMs);
    }
  }

  #stayDeaf(reason: string, pauseMs: number): void {
    const { clock, ids, log } = this.#parts;
    if (this.#problem === undefined) log.info('hints from the server are not heard for now', { reason });
    this.#problem = reason;
    this.#nextTryAt = clock.elapsed() + pauseMs + ids.below(pauseMs);
  }

  async #connect(): Promise<Client> {
    const { Client } = await loadDriver();
    const client = new Client({
      ...driverOptions(this.#address),
      // Sessions come and go while others do; nobody has to wait for the answer before.
      ...pipelined,
      connectionTimeoutMillis: limits.serverConnectMs,
    });
    // Followed by `end`.
    client.on('error', () => {});
    client.on('notification', ({ channel }) => {
      for (const ear of this.#ears.values()) if (ear.channel === channel) ear.hint();
    });
    client.on('end', () => {
      if (this.#client !== client) return;
      this.#client = undefined;
      this.#nextTryAt = this.#parts.clock.elapsed() + this.#parts.ids.below(firstPauseMs);
    });
    await client.connect();
    // Known to the driver, not to its types.
    (client as unknown as { unref(): void }).unref();
    return client;
  }

  async #rest(): Promise<void> {
    const client = this.#client;
    this.#client = undefined;
    if (client) await evenIfNothingElseRuns(client.end()).catch(() => {});
  }

  async #tell(statement: string): Promise<void> {
    const said = this.#client?.query(statement);
    if (said) await evenIfNothingElseRuns(said).catch(() => {});
  }
}
