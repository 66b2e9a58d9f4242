/** Hears that the turn of a unit of this process has come, over a connection that is there only while units wait. */
import { randomUUID } from 'node:crypto';
import { limits } from '../../core/limits.ts';
import { after, afterIfAlive, elapsedMs } from '../server/real-time.ts';
import { within } from './call.ts';
import type { Redis } from './driver.ts';
import { lost } from './errors.ts';
import { turnChannelOf } from './keys.ts';
import { end, type Link } from './link.ts';
import type { RedisPlace } from './url.ts';
import type { Reply } from './view.ts';

/** What a unit is called with. */
export interface Calling {
  /** The beginning of its view. */
  readonly opening: Reply;
  /** How many wait behind it. */
  readonly behind: number;
}

/** A unit that waits to be called. */
export class Summons {
  readonly #forget: () => void;
  #calling: Calling | undefined;
  #isRung = false;
  #wake: () => void = () => {};

  constructor(forget: () => void) {
    this.#forget = forget;
  }

  /** Calls it; without anything it is to ask for itself. */
  ring(calling?: Calling): void {
    this.#calling = calling;
    this.#isRung = true;
    this.#wake();
  }

  /** What it was called with; undefined when it was not within `ms`, or has to ask. */
  async within(ms: number): Promise<Calling | undefined> {
    if (!this.#isRung) {
      await new Promise<void>(resolve => {
        const stop = after(ms, resolve);
        this.#wake = () => {
          stop();
          resolve();
        };
      });
    }
    return this.#calling;
  }

  /** Nobody waits any more. */
  end(): void {
    this.#forget();
  }
}

export class Doorbell {
  readonly #link: Link;
  readonly #place: RedisPlace;
  readonly #channel: string;
  readonly #expected = new Map<string, Summons>();
  #server: Redis | undefined;
  #isOpening = false;
  /** When it was needed the last time, and until when a server that refused it is left alone. */
  #neededAt = 0;
  #quietUntil = 0;
  #isClosed = false;

  constructor(link: Link, place: RedisPlace) {
    this.#link = link;
    this.#place = place;
    this.#channel = turnChannelOf(place.prefix, randomUUID());
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  /** Where it hears; empty while it does not, but then it will soon. */
  get channel(): string {
    if (this.#server !== undefined) return this.#channel;
    if (!this.#isOpening && !this.#isClosed && elapsedMs() >= this.#quietUntil) void this.#open();
    return '';
  }

  /** Whether it may hear through another server than the one that calls. */
  get isElsewhere(): boolean {
    return this.#link.isCluster;
  }

  expect(token: string): Summons {
    this.#neededAt = elapsedMs();
    const summons = new Summons(() => this.#expected.delete(token));
    this.#expected.set(token, summons);
    return summons;
  }

  /** All who wait have to ask for themselves. */
  close(): void {
    this.#isClosed = true;
    this.#ringAll();
    if (this.#server !== undefined) end(this.#server);
    this.#server = undefined;
  }

  async #open(): Promise<void> {
    this.#isOpening = true;
    let server: Redis | undefined;
    try {
      server = await this.#link.openListener();
      const listener = server;
      listener.on('message', (_channel, text) => this.#hear(text));
      listener.once('end', () => this.#lose(listener));
      await within(listener.subscribe(this.#channel), limits.serverConnectMs, () => lost(this.#place.label));
      if (this.#isClosed || listener.status === 'end') throw lost(this.#place.label);
      this.#server = listener;
      this.#endWhenIdle(listener);
    } catch {
      if (server !== undefined) end(server);
      this.#quietUntil = elapsedMs() + limits.turnMs;
    } finally {
      this.#isOpening = false;
    }
  }

  #hear(text: string): void {
    const [token, opening, behind] = JSON.parse(text) as [token: string, opening: Reply, behind: number];
    this.#expected.get(token)?.ring({ opening, behind });
  }

  #lose(server: Redis): void {
    if (this.#server !== server) return;
    this.#server = undefined;
    this.#ringAll();
  }

  #ringAll(): void {
    for (const summons of this.#expected.values()) summons.ring();
  }

  #endWhenIdle(server: Redis): void {
    if (this.#server !== server) return;
    const idleMs = this.#expected.size > 0 ? 0 : elapsedMs() - this.#neededAt;
    if (idleMs >= limits.connectionIdleMs) {
      this.#server = undefined;
      end(server);
    } else afterIfAlive(limits.connectionIdleMs - idleMs, () => this.#endWhenIdle(server));
  }
}
