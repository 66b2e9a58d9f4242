/** Tells a client which of the resources it subscribed to have changed. While nobody subscribes nothing runs. */
import { SignalboxError } from '../../core/errors.ts';
import { limits } from '../../core/limits.ts';
import { lookAround, reap } from '../../core/presence.ts';
import { whileAway } from '../../tools/away.ts';
import type { Participant } from '../../tools/participant.ts';
import { changedBy, isAmong } from './resources.ts';

/** A request of a client that stays open: its id in the newer protocol, one for all subscriptions in the older one. */
type Listener = string | number | symbol;

const older = Symbol('resources/subscribe');

/** Those of a request that are watched: each once, and no more of them than a connection may subscribe to. */
export function watched(uris: readonly string[]): string[] {
  return [...new Set(uris)].slice(0, limits.subscriptionsPerConnection);
}

export class Subscriptions {
  readonly #wanted = new Map<Listener, ReadonlySet<string>>();
  readonly #tell: (uri: string) => Promise<void>;
  #stop: AbortController | undefined;
  /** The newest event that was looked at; it is there once the watch has begun. */
  #cursor: Promise<number> | undefined;

  /** `tell` sends one notification; a client that asked several times is told once, the protocol layer does the rest. */
  constructor(tell: (uri: string) => Promise<void>) {
    this.#tell = tell;
  }

  /**
   * `resources/subscribe` of the older protocol. When it resolves nothing that happens from then on is missed. Repeating it
   * changes nothing. `limit_exceeded` beyond `limits.subscriptionsPerConnection`.
   */
  async subscribe(uri: string, caller: Participant): Promise<void> {
    const known = this.#wanted.get(older) ?? new Set();
    if (!known.has(uri) && known.size >= limits.subscriptionsPerConnection) {
      throw new SignalboxError(
        'limit_exceeded',
        `A connection subscribes to ${limits.subscriptionsPerConnection} resources at most.`,
        'Subscribe to signalbox://sessions instead of single sessions.',
      );
    }
    this.#wanted.set(older, new Set([...known, uri]));
    await this.#begin(caller);
  }

  unsubscribe(uri: string): void {
    const left = [...(this.#wanted.get(older) ?? [])].filter(other => other !== uri);
    if (left.length === 0) this.cancel(older);
    else this.#wanted.set(older, new Set(left));
  }

  /**
   * `subscriptions/listen` of the newer protocol: all that one request wants, until it is cancelled. The protocol layer has
   * answered already; so what may have changed until the watch begins is told once, whether or not it has. Of too many addresses those
   * that `watched` leaves.
   */
  listen(listener: Listener, uris: readonly string[], caller: Participant): void {
    const wanted = watched(uris);
    if (wanted.length === 0) return;
    this.#wanted.set(listener, new Set(wanted));
    const isCold = this.#cursor === undefined;
    const begun = this.#begin(caller).then(() => (isCold ? this.#tellAmong(wanted, new Set(wanted)) : undefined));
    begun.catch(error => caller.world.log.warn('watching resources failed', { error: String(error) }));
  }

  cancel(listener: Listener): void {
    this.#wanted.delete(listener);
    if (this.#wanted.size === 0) this.close();
  }

  /** Ends the watching; after a new subscription it goes on from then. */
  close(): void {
    this.#wanted.clear();
    this.#stop?.abort();
    this.#stop = undefined;
    this.#cursor = undefined;
  }

  /** Tells of a change that no event records: the session itself took something out of its inbox. */
  async ownChange(uri: string): Promise<void> {
    if (this.#wanted.size > 0) await this.#tellAmong(this.#all(), new Set([uri]));
  }

  /** Resolves when the cursor stands. */
  async #begin(caller: Participant): Promise<void> {
    if (this.#cursor === undefined) {
      const stop = new AbortController();
      this.#stop = stop;
      this.#cursor = caller.read(async view => view.tx.sequence);
      const cursor = this.#cursor;
      cursor.then(
        first => this.#watch(caller, stop.signal, first),
        () => this.close(),
      );
    }
    await this.#cursor;
  }

  /**
   * Reads the events behind a cursor whenever a hint comes, and every `limits.safetyPollMs`, because hints reach only those whom
   * an event is about. Never rejects: what fails is tried again.
   */
  async #watch(caller: Participant, signal: AbortSignal, first: number): Promise<void> {
    const { log, clock } = caller.world;
    let cursor = first;
    while (!signal.aborted) {
      try {
        const hints = await caller.hints();
        const seen = hints.version;
        cursor = (await whileAway(() => this.#look(caller, cursor))) ?? cursor;
        await hints.changed(seen, limits.safetyPollMs, signal);
      } catch (error) {
        log.warn('watching resources failed', { error: String(error) });
        await clock.sleep(limits.safetyPollMs, signal);
      }
    }
  }

  /** Tells what has changed since the cursor; the new cursor. */
  async #look(caller: Participant, cursor: number): Promise<number> {
    const found = await caller.observe(async (view, me) => ({ stale: (await lookAround(view)).stale, me: me.id }));
    if (found === undefined) return cursor;
    const { project } = await caller.place();
    // Nobody writes an event for a process that died: whoever notices says so in the store. Not as an activity of the session,
    // which would renew its locks: it may have done nothing for long.
    const { store, ids, processes } = caller.world;
    if (found.stale) await store.transact(project, tx => reap({ tx, ids, processes }));
    const changed = new Set<string>();
    let [last, isBehind] = [cursor, true];
    while (isBehind) {
      const events = await caller.world.store.eventsAfter(project, last, limits.eventsPerLook);
      for (const uri of events.flatMap(event => changedBy(event, found.me))) changed.add(uri);
      last = events.at(-1)?.sequence ?? last;
      isBehind = events.length === limits.eventsPerLook;
    }
    await this.#tellAmong(this.#all(), changed);
    return last;
  }

  #all(): ReadonlySet<string> {
    return new Set([...this.#wanted.values()].flatMap(uris => [...uris]));
  }

  async #tellAmong(wanted: Iterable<string>, changed: ReadonlySet<string>): Promise<void> {
    for (const uri of wanted) if (changed.has(uri) || isAmong(uri, changed)) await this.#tell(uri);
  }
}
