/** Hints between processes over the channels of a Redis server, for all machines that share it. */
import { randomInt } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { limits } from '../../core/limits.ts';
import type { Ids, Log, Wakeups } from '../../core/ports.ts';
import { Call, within } from './call.ts';
import { loadDriver, type Redis, type RedisDriver } from './driver.ts';
import { lost, toFailure } from './errors.ts';
import { channelsOf } from './keys.ts';
import { end, Link, openServer, releaseProcess } from './link.ts';
import { parseRedisUrl, type RedisPlace } from './url.ts';

export interface RedisWakeupsOptions {
  /** See `parseRedisUrl`. Ends of the same prefix hear each other, on every database of the server. */
  readonly url: string;
  /** Spreads the attempts of processes to reach the server again. Default: random. */
  readonly ids?: Pick<Ids, 'below'>;
  readonly log?: Pick<Log, 'warn'>;
  /** For tests: another way to the driver. */
  readonly driver?: () => Promise<RedisDriver>;
}

/**
 * Creates an end of the channel. It connects when somebody listens or a hint is given, and keeps no process alive. Listening
 * costs nothing while nothing happens, so it always hears; when the connection was lost it tries to get it back for ever, and
 * wakes every listener once when it has.
 */
export function createRedisWakeups(options: RedisWakeupsOptions): Wakeups {
  return new RedisWakeups(options);
}

const shortestPauseMs = 50;
const longestPauseMs = 5_000;

interface Listener {
  readonly wake: () => void;
  isDue: boolean;
  isStopped: boolean;
}

class RedisWakeups implements Wakeups {
  readonly #options: RedisWakeupsOptions;
  readonly #place: RedisPlace;
  readonly #channels: string;
  /** Gives hints. Hearing them takes a connection of its own, which can do nothing else. */
  readonly #link: Link;
  readonly #listeners = new Map<string, Set<Listener>>();
  readonly #end = new AbortController();
  #subscriber: Redis | undefined;
  #problem: string | undefined;
  /** The attempt to subscribe that is under way. Never rejects. */
  #attempt: Promise<void> | undefined;
  #isKeeping = false;
  #hasWarned = false;
  readonly #due = new Set<string>();
  #sending: Promise<void> | undefined;

  constructor(options: RedisWakeupsOptions) {
    this.#options = options;
    this.#place = parseRedisUrl(options.url);
    this.#channels = channelsOf(this.#place.prefix);
    this.#link = new Link(this.#place, options.driver);
  }

  async listen(session: string, wake: () => void): Promise<() => Promise<void>> {
    const listener: Listener = { wake, isDue: false, isStopped: false };
    if (this.#isClosed) return async () => {};
    let listeners = this.#listeners.get(session);
    if (listeners === undefined) {
      listeners = new Set();
      this.#listeners.set(session, listeners);
    }
    listeners.add(listener);
    if (this.#subscriber !== undefined) await this.#subscribe(this.#subscriber, [session]);
    else {
      if (!this.#isKeeping) void this.#keepSubscribed();
      await this.#attempt;
    }
    return () => this.#stop(session, listener);
  }

  attend(): () => void {
    return () => {};
  }

  wake(sessions: readonly string[]): Promise<void> {
    if (this.#isClosed || sessions.length === 0) return Promise.resolve();
    for (const session of sessions) this.#due.add(session);
    this.#sending ??= this.#send();
    return this.#sending;
  }

  problem(): string | undefined {
    return this.#problem;
  }

  async close(): Promise<void> {
    this.#end.abort();
    this.#listeners.clear();
    if (this.#subscriber !== undefined) end(this.#subscriber);
    await this.#attempt;
    await this.#sending;
    this.#link.close();
  }

  get #isClosed(): boolean {
    return this.#end.signal.aborted;
  }

  async #send(): Promise<void> {
    // What is given in one go shares one round trip, and a session is named in it once.
    await undefined;
    const sessions = [...this.#due];
    this.#due.clear();
    this.#sending = undefined;
    // After that time every listener has looked by itself.
    const call = new Call(limits.safetyPollMs);
    const publish = this.#link.use(call, client =>
      Promise.all(sessions.map(session => client.publish(this.#channels + session, ''))),
    );
    await within(publish, call.waitMs, () => lost(this.#place.label)).catch(() => {});
  }

  async #stop(session: string, listener: Listener): Promise<void> {
    listener.isStopped = true;
    const listeners = this.#listeners.get(session);
    if (listeners === undefined || !listeners.delete(listener) || listeners.size > 0) return;
    this.#listeners.delete(session);
    const subscriber = this.#subscriber;
    if (subscriber === undefined) return;
    const answer = subscriber.unsubscribe(this.#channels + session);
    await within(answer, limits.serverStatementMs, () => lost(this.#place.label)).catch(() => end(subscriber));
  }

  async #keepSubscribed(): Promise<void> {
    this.#isKeeping = true;
    let isMissing = false;
    for (let failures = 0; !this.#isClosed; failures += 1) {
      const connecting = this.#connect();
      this.#attempt = connecting.then(
        () => {},
        error => this.#noteProblem(error),
      );
      const subscriber = await connecting.catch(() => undefined);
      if (subscriber !== undefined) {
        failures = 0;
        this.#problem = undefined;
        if (isMissing) this.#wakeAll();
        await endOf(subscriber);
        this.#subscriber = undefined;
        if (!this.#isClosed) this.#noteProblem(lost(this.#place.label));
      }
      isMissing = true;
      const bound = Math.min(longestPauseMs, shortestPauseMs * 2 ** Math.min(failures, 10));
      const options = { ref: false, signal: this.#end.signal };
      await sleep(1 + this.#below(bound), undefined, options).catch(() => {});
    }
  }

  /** A connection that hears everybody who listens now. Who comes later subscribes on it. */
  async #connect(): Promise<Redis> {
    const driver = await loadDriver(this.#options.driver);
    const subscriber = await openServer(driver, this.#place);
    releaseProcess(subscriber);
    subscriber.on('message', channel => this.#hear(channel));
    this.#subscriber = subscriber;
    if (this.#isClosed) end(subscriber);
    else if (!(await this.#subscribe(subscriber, [...this.#listeners.keys()]))) throw lost(this.#place.label);
    return subscriber;
  }

  /** Whether it is heard; if not, the connection is ended, and got anew by who keeps it. */
  async #subscribe(subscriber: Redis, sessions: readonly string[]): Promise<boolean> {
    if (sessions.length === 0) return true;
    try {
      const answer = subscriber.subscribe(...sessions.map(session => this.#channels + session));
      await within(answer, limits.serverStatementMs, () => lost(this.#place.label));
      return true;
    } catch (error) {
      this.#noteProblem(error);
      this.#subscriber = undefined;
      end(subscriber);
      return false;
    }
  }

  #noteProblem(error: unknown): void {
    const failure = toFailure(error, this.#place.label);
    this.#problem = `${failure.message} Until then sessions notice what others do some seconds late. ${failure.next}`;
    if (this.#hasWarned || this.#isClosed) return;
    this.#hasWarned = true;
    this.#options.log?.warn('hints over Redis cannot be received', { reason: failure.message });
  }

  #hear(channel: string): void {
    for (const listener of this.#listeners.get(channel.slice(this.#channels.length)) ?? []) this.#rouse(listener);
  }

  #wakeAll(): void {
    for (const listeners of this.#listeners.values()) for (const listener of listeners) this.#rouse(listener);
  }

  /** Once for everything that comes until its next turn. */
  #rouse(listener: Listener): void {
    if (listener.isDue) return;
    listener.isDue = true;
    setImmediate(() => {
      listener.isDue = false;
      if (listener.isStopped || this.#isClosed) return;
      try {
        listener.wake();
      } catch {
        // A listener that fails is its owner's concern, not that of the others.
      }
    });
  }

  #below(bound: number): number {
    return this.#options.ids?.below(bound) ?? randomInt(bound);
  }
}

function endOf(subscriber: Redis): Promise<void> {
  if (subscriber.status === 'end') return Promise.resolve();
  return new Promise(resolve => subscriber.once('end', resolve));
}
