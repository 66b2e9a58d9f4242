/** Tells a client which of the resources it subscribed to have changed. While nobody subscribes nothing runs. */
import { limits } from '../../core/limits.ts';
import { lookAround, reap } from '../../core/presence.ts';
import { whileAway } from '../../tools/away.ts';
import type { Participant } from '../../tools/participant.ts';
import { changedBy, isAmong } from './resources.ts';

/** A request of a client that stays open: its id in the newer protocol, one for all subscriptions in the older one. */
type Listener = string | number | symbol;

const older = Symbol('resources/subscribe');

export class Subscriptions {
  readonly #wanted = new Map<Listener, ReadonlySet<string>>();
  readonly #tell: (uri: string) => Promise<void>;
  #stop: AbortController | undefined;

  /** `tell` sends one notification; a client that asked several times is told once, the protocol layer does the rest. */
  constructor(tell: (uri: string) => Promise<void>) {
    this.#tell = tell;
  }

  /** `resources/subscribe` of the older protocol. Repeating it changes nothing. */
  subscribe(uri: string, caller: Participant): void {
    this.listen(older, [...(this.#wanted.get(older) ?? []), uri], caller);
  }

  unsubscribe(uri: string): void {
    const left = [...(this.#wanted.get(older) ?? [])].filter(other => other !== uri);
    if (left.length === 0) this.cancel(older);
    else this.#wanted.set(older, new Set(left));
  }

  /** `subscriptions/listen` of the newer protocol: all that one request wants, until it is cancelled. */
  listen(listener: Listener, uris: readonly string[], caller: Participant): void {
    const isNew = this.#wanted.has(listener) || this.#wanted.size < limits.subscriptionsPerConnection;
    if (!isNew || uris.length === 0) return;
    this.#wanted.set(listener, new Set(uris.slice(0, limits.subscriptionsPerConnection)));
    if (this.#stop) return;
    this.#stop = new AbortController();
    void this.#watch(caller, this.#stop.signal);
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
  }

  /**
   * Reads the events behind a cursor whenever a hint comes, and every `limits.safetyPollMs`, because hints reach only those whom
   * an event is about. Never rejects: what fails is tried again.
   */
  async #watch(caller: Participant, signal: AbortSignal): Promise<void> {
    const { log, clock } = caller.world;
    let cursor: number | undefined;
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

  /** Tells what has changed since the cursor; the new cursor. The first look only finds out where the events stand. */
  async #look(caller: Participant, cursor: number | undefined): Promise<number | undefined> {
    const found = await caller.observe(async (view, me) => {
      const { stale } = await lookAround(view);
      return { sequence: view.tx.sequence, stale, me: me.id };
    });
    if (found === undefined) return cursor;
    // Nobody writes an event for a process that died: whoever notices says so in the store.
    if (found.stale) await caller.transact(unit => reap(unit));
    if (cursor === undefined) return found.sequence;
    const { project } = await caller.place();
    const changed = new Set<string>();
    let [last, isBehind] = [cursor, true];
    while (isBehind) {
      const events = await caller.world.store.eventsAfter(project, last, limits.eventsPerLook);
      for (const uri of events.flatMap(event => changedBy(event, found.me))) changed.add(uri);
      last = events.at(-1)?.sequence ?? last;
      isBehind = events.length === limits.eventsPerLook;
    }
    await this.#tellAll(changed);
    return last;
  }

  async #tellAll(changed: ReadonlySet<string>): Promise<void> {
    const wanted = new Set([...this.#wanted.values()].flatMap(uris => [...uris]));
    for (const uri of wanted) if (isAmong(uri, changed)) await this.#tell(uri);
  }
}
