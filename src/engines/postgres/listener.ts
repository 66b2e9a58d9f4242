/** Wake-ups between processes over the server's notifications (LISTEN and NOTIFY). A commit sends them itself. */
import type { Client } from 'pg';
import { limits } from '../../core/limits.ts';
import type { Clock, Ids, Log, Wakeups } from '../../core/ports.ts';
import type { PostgresAddress } from './address.ts';
import { channelOf } from './channel.ts';
import { driverOptions, isCrowded } from './connections.ts';
import { loadDriver } from './driver.ts';
import { toPostgresFailure } from './errors.ts';
import { serverFacts } from './schema.ts';

export interface ListenerParts {
  readonly clock: Clock;
  readonly ids: Pick<Ids, 'below'>;
  readonly log: Pick<Log, 'info' | 'warn'>;
}

/**
 * A `Wakeups` that keeps one connection for hearing, and only while somebody waits and the server has connections to spare: a
 * hundred sessions that sit idle must not use up a server. Whenever it begins to hear (also after a break) it wakes every
 * listener once, because something may have happened before. Where there is no room it stays deaf, and those who wait look
 * every `limits.safetyPollMs`. Sending (`wake`) is for those who have nothing to commit.
 */
export function createListener(address: PostgresAddress, parts: ListenerParts): Wakeups {
  return new Listener(address, parts);
}

const firstPauseMs = 200;
const longestPauseMs = 10_000;
/** How long to stay deaf when the server is short of connections. */
const crowdedPauseMs = 15_000;

class Listener implements Wakeups {
  readonly #address: PostgresAddress;
  readonly #parts: ListenerParts;
  readonly #ears = new Map<string, Set<() => void>>();
  #waiting = 0;
  #lastWaitedAt = 0;
  /** Set while the loop that keeps the connection runs. */
  #loop: Promise<void> | undefined;
  #stop = new AbortController();
  #client: Client | undefined;
  #problem: string | undefined;
  #isClosed = false;

  constructor(address: PostgresAddress, parts: ListenerParts) {
    this.#address = address;
    this.#parts = parts;
  }

  async listen(session: string, wake: () => void): Promise<() => Promise<void>> {
    if (this.#isClosed) return async () => {};
    const callbacks = this.#ears.get(session) ?? new Set();
    this.#ears.set(session, callbacks);
    const callback = () => wake();
    callbacks.add(callback);
    if (callbacks.size === 1) await this.#tell(`LISTEN ${channelOf(this.#address.schema, session)}`);
    return async () => {
      callbacks.delete(callback);
      if (callbacks.size > 0 || this.#ears.get(session) !== callbacks) return;
      this.#ears.delete(session);
      await this.#tell(`UNLISTEN ${channelOf(this.#address.schema, session)}`);
    };
  }

  attend(): () => void {
    this.#waiting += 1;
    this.#loop ??= this.#keepHearing().finally(() => {
      this.#loop = undefined;
    });
    let isOver = false;
    return () => {
      if (isOver) return;
      isOver = true;
      this.#waiting -= 1;
      this.#lastWaitedAt = this.#parts.clock.elapsed();
    };
  }

  async wake(sessions: readonly string[]): Promise<void> {
    const here = sessions.filter(session => this.#ears.has(session));
    for (const session of here) this.#wakeHere(session);
    const channels = sessions.map(session => channelOf(this.#address.schema, session));
    try {
      const client = await this.#connect();
      try {
        await client.query(`SELECT pg_notify(channel, '') FROM unnest($1::text[]) AS channel`, [channels]);
      } finally {
        await client.end();
      }
    } catch {
      // A hint may be lost.
    }
  }

  problem(): string | undefined {
    return this.#problem;
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#ears.clear();
    this.#stop.abort();
    await this.#loop;
  }

  /** Keeps a connection while somebody waits, and a little longer; one at a time, for ever if need be. Never rejects. */
  async #keepHearing(): Promise<void> {
    const { clock, ids, log } = this.#parts;
    let pauseMs = firstPauseMs;
    while (this.#isWanted()) {
      try {
        const wasHearing = await this.#hear();
        if (wasHearing) pauseMs = firstPauseMs;
      } catch (error) {
        const { message } = toPostgresFailure(error, this.#address.server);
        if (this.#problem === undefined) log.info('hints from the server are not heard', { reason: message });
        this.#problem = message;
      }
      if (!this.#isWanted()) return;
      await clock.sleep(pauseMs + ids.below(pauseMs), this.#stop.signal);
      pauseMs = Math.min(pauseMs * 2, longestPauseMs);
    }
  }

  #isWanted(): boolean {
    if (this.#isClosed || this.#ears.size === 0) return false;
    return this.#waiting > 0 || this.#parts.clock.elapsed() - this.#lastWaitedAt < limits.listenLingerMs;
  }

  /** Hears until nobody wants it any more (then false is no failure), or until the connection breaks. */
  async #hear(): Promise<boolean> {
    const { clock } = this.#parts;
    const client = await this.#connect();
    const ended = new AbortController();
    client.on('end', () => ended.abort());
    client.on('notification', ({ channel }) => this.#heard(channel));
    try {
      if (isCrowded(await serverFacts(client, this.#address.schema))) {
        this.#problem = `The PostgreSQL server ${this.#address.server} has few connections left; hints wait for more.`;
        await client.end();
        await clock.sleep(crowdedPauseMs, this.#stop.signal);
        return true;
      }
      // Set before the channels are named, so that a listener that comes meanwhile names its own.
      this.#client = client;
      await Promise.all([...this.#ears.keys()].map(session => client.query(`LISTEN ${this.#channel(session)}`)));
      this.#problem = undefined;
      for (const session of this.#ears.keys()) this.#wakeHere(session);
      while (this.#isWanted() && !ended.signal.aborted) {
        await clock.sleep(limits.listenLingerMs / 5, AbortSignal.any([ended.signal, this.#stop.signal]));
      }
      return true;
    } finally {
      if (this.#client === client) this.#client = undefined;
      await client.end().catch(() => {});
    }
  }

  #channel(session: string): string {
    return channelOf(this.#address.schema, session);
  }

  async #connect(): Promise<Client> {
    const { Client } = await loadDriver();
    const { connectionString } = this.#address;
    const client = new Client({
      ...driverOptions(connectionString),
      connectionTimeoutMillis: limits.serverConnectMs,
    });
    // Told by `end` as well.
    client.on('error', () => {});
    await client.connect();
    // Known to the driver, not to its types: hearing alone keeps no process alive.
    (client as unknown as { unref(): void }).unref();
    return client;
  }

  async #tell(statement: string): Promise<void> {
    await this.#client?.query(statement).catch(() => {});
  }

  #heard(channel: string): void {
    for (const session of this.#ears.keys()) if (this.#channel(session) === channel) this.#wakeHere(session);
  }

  /** In a later turn: whoever wakes somebody is not interrupted by what that one does. */
  #wakeHere(session: string): void {
    for (const callback of this.#ears.get(session) ?? []) setImmediate(callback);
  }
}
