/** Keeps a machine connected with its hub: dials, says who it is, shows that it is there, and tries again when that ends. */
import { errorIn } from '../../bridge/errors.ts';
import { type Channel, Link } from '../../bridge/link.ts';
import type { Near } from '../../bridge/near.ts';
import { type Hello, type Ready, ready as readyForm } from '../../bridge/questions.ts';
import { SignalboxError } from '../../core/errors.ts';
import { whileCutOff } from '../../core/lease.ts';
import { limits } from '../../core/limits.ts';
import type { Clock, Ids, Log } from '../../core/ports.ts';
import type { HubDoor } from '../../hub-door.ts';

export interface ShuttleParts {
  readonly door: HubDoor;
  readonly near: Near;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly log: Log;
  /** What is told for the vocabulary that its client speaks; null for our own. */
  foreign?(): Hello['foreign'];
}

interface Listener {
  up(link: Link): void;
  down(): void;
}

/** The connection of a machine, as often as it has to be made. */
export class Shuttle {
  readonly #parts: ShuttleParts;
  readonly #stop = new AbortController();
  /** Who waits for a connection, for a short time and without end. */
  readonly #waiting = new Set<() => void>();
  readonly #patient = new Set<() => void>();
  #listener: Listener | undefined;
  #link: Link | undefined;
  #why = 'not connected yet';
  /** Where it was connected last; the next replica is tried when that fails. */
  #at = 0;
  #resumes: readonly (string | null)[] = [];
  /** Whether a hub has refused the token, so that none is asked for a while. */
  #isBarred = false;
  /** Ends the rest before it tries again. */
  #wanted = new AbortController();
  /** Ends the rest between two signs of life. */
  #hurry = new AbortController();
  /** When the last sign of life was given that the store took; undefined while nobody has joined. */
  #alive: { readonly elapsed: number; readonly now: number } | undefined;

  constructor(parts: ShuttleParts) {
    this.#parts = parts;
    parts.door.explain(() => ({
      message: this.#trouble(),
      next: 'Try again in a moment; `signalbox doctor` says what is wrong.',
    }));
  }

  get link(): Link | undefined {
    return this.#link;
  }

  /** The conversations whose sessions it has there. From now on it can say of them how long they are believed to hold. */
  meet(resumes: readonly (string | null)[]): void {
    this.#resumes = resumes;
    // Of none there is nothing to believe.
    if (resumes.length === 0) this.#alive = undefined;
    this.#hurry.abort();
  }

  /** Goes on until `stop`. */
  start(listener?: Listener): void {
    this.#listener = listener;
    void this.#keep();
  }

  stop(): void {
    this.#stop.abort();
    this.#link?.close('left');
  }

  /** The connection, as soon as there is one; undefined after `ms`, or where none is to be expected. It is tried for more often meanwhile. */
  async up(ms: number): Promise<Link | undefined> {
    if (this.#link || this.#isBarred) return this.#link;
    this.#wanted.abort();
    await this.#come(this.#waiting, ms, this.#stop.signal);
    return this.#link;
  }

  /** The connection, as soon as there is one, however long that takes; undefined once `signal` aborts. */
  async ever(signal: AbortSignal): Promise<Link | undefined> {
    const over = AbortSignal.any([signal, this.#stop.signal]);
    while (!this.#link && !over.aborted) await this.#come(this.#patient, limits.bridgeRefusedMs, over);
    return over.aborted ? undefined : this.#link;
  }

  async #come(among: Set<() => void>, ms: number, over: AbortSignal): Promise<void> {
    const come = new AbortController();
    const wake = () => come.abort();
    among.add(wake);
    await this.#parts.clock.sleep(ms, AbortSignal.any([come.signal, over]));
    among.delete(wake);
  }

  /**
   * Connects once with whichever replica can be reached; one that says nothing is not waited for long while there are others. Errors: what
   * kept it from the last one; a token that one does not take no other takes.
   */
  async connectAny(): Promise<{ readonly link: Link; readonly ready: Ready }> {
    for (const left = [...this.#parts.door.addresses].slice(1); ; left.pop()) {
      try {
        return await this.connect(left.length === 0 ? limits.bridgeDialMs : limits.bridgeDialFirstMs);
      } catch (error) {
        if (left.length === 0 || !(error instanceof SignalboxError) || error.code !== 'unavailable') throw error;
        this.#at += 1;
      }
    }
  }

  /** Connects once. Errors: what kept it from that. */
  async connect(ms: number = limits.bridgeDialMs): Promise<{ readonly link: Link; readonly ready: Ready }> {
    const { door } = this.#parts;
    const address = door.addresses[this.#at % door.addresses.length] ?? '';
    const wire = await door.dial(address, ms).catch(error => {
      if (error instanceof SignalboxError) throw error;
      throw this.#unreachable(address, error as Error & { status?: number | null });
    });
    const link = new Link(wire, 'first', (what, value, channel) => this.#asked(what, value, channel));
    const ready = await this.#greet(link, ms).catch(error => {
      link.close('not understood');
      throw error;
    });
    return { link, ready };
  }

  async #greet(link: Link, ms: number): Promise<Ready> {
    const { door, near, clock } = this.#parts;
    near.forget();
    const hello = door.hello(this.#resumes, this.#parts.foreign?.() ?? null);
    near.names(hello.directory);
    const told = { ...hello, keepsBlock: near.keepsBlock, moment: near.moment() };
    const answer = await link.ask('hello', told, ms, clock);
    const refusal = errorIn(answer?.value);
    if (refusal) throw refusal;
    const parsed = readyForm.safeParse(answer?.value);
    if (parsed.success) return parsed.data;
    throw new SignalboxError('unavailable', 'The hub did not answer.', 'Try again in a moment.');
  }

  #asked(what: string, value: unknown, channel: Channel): void {
    if (what === 'question') void this.#parts.near.answer(value, channel);
    else {
      if (what === 'told') this.#parts.near.told();
      channel.end();
    }
  }

  async #keep(): Promise<void> {
    const { clock, ids, log } = this.#parts;
    let again: number = limits.bridgeAgainMs;
    while (!this.#stop.signal.aborted) {
      try {
        const { link } = await this.connect();
        const since = clock.elapsed();
        await this.#stay(link);
        // A hub that takes a connection and drops it is no better than one that takes none.
        if (clock.elapsed() - since >= limits.bridgeBeatMs) again = limits.bridgeAgainMs;
      } catch (error) {
        const news = error instanceof SignalboxError ? error.message : String(error);
        if (news !== this.#why) log.warn('the hub is not reached', { why: news });
        this.#why = news;
        this.#at += 1;
        if (error instanceof SignalboxError && error.code === 'unauthenticated') await this.#refused();
      }
      // Many machines whose hub went away must not come back in one moment.
      const rest = again / 2 + ids.below(Math.ceil(again / 2));
      await clock.sleep(Math.min(rest, limits.bridgeAgainMs), this.#stop.signal);
      // Somebody who waits for it is no machine among many.
      this.#wanted = new AbortController();
      if (this.#waiting.size === 0)
        await clock.sleep(rest - limits.bridgeAgainMs, AbortSignal.any([this.#stop.signal, this.#wanted.signal]));
      again = Math.min(again * 2, limits.bridgeAgainMostMs);
    }
  }

  /** Nobody is asked again soon, whoever waits: a token changes seldom, and refusals lock out. */
  async #refused(): Promise<void> {
    this.#isBarred = true;
    await this.#parts.clock.sleep(limits.bridgeRefusedMs, this.#stop.signal);
    this.#isBarred = false;
  }

  /** Until the connection is gone. */
  async #stay(link: Link): Promise<void> {
    if (this.#stop.signal.aborted) return link.close('left');
    this.#link = link;
    this.#why = 'it did not answer in time';
    this.#listener?.up(link);
    for (const wake of [...this.#waiting, ...this.#patient]) wake();
    const { clock } = this.#parts;
    while (!link.signal.aborted) {
      // Before the sign of life: what is met while that is on its way wants another one.
      this.#hurry = new AbortController();
      await this.#beat(link);
      await clock.sleep(limits.bridgeBeatMs, AbortSignal.any([link.signal, this.#hurry.signal]));
    }
    this.#link = undefined;
    this.#why = `the connection ended: ${link.why}`;
    this.#at += 1;
    this.#listener?.down();
  }

  /** A sign of life. A hub that says nothing at all meanwhile is gone; one whose store is slow says at least that it is there. */
  async #beat(link: Link): Promise<void> {
    const { clock, near } = this.#parts;
    const begun = { elapsed: clock.elapsed(), now: clock.now() };
    const heard = link.heard;
    const channel = link.open('beat', { moment: near.moment() });
    channel.hear(said => {
      if ((said as { isTaken?: unknown }).isTaken === true && this.#resumes.length > 0) this.#alive = begun;
    });
    await clock.sleep(limits.bridgeSilentMs - limits.bridgeBeatMs, channel.signal);
    if (link.heard === heard) link.close('silent');
  }

  #unreachable(address: string, { message, status = null }: Error & { status?: number | null }): SignalboxError {
    if (status === 401) {
      return new SignalboxError(
        'unauthenticated',
        `The hub ${address} does not take the token.`,
        'Ask an admin of it for another one.',
      );
    }
    const next = 'Look whether it runs, and whether this machine reaches it.';
    return new SignalboxError('unavailable', `The hub ${address} is not reached: ${message}.`, next);
  }

  /** Why nothing can be done now, and what a session may still believe of its locks. */
  #trouble(): string {
    const why = /[.!?]$/.test(this.#why) ? this.#why : `The hub is not reached: ${this.#why}.`;
    if (this.#alive === undefined) return why;
    const { clock } = this.#parts;
    const since = Math.max(clock.elapsed() - this.#alive.elapsed, clock.now() - this.#alive.now);
    return `${why} ${whileCutOff(since)}`;
  }
}
