/** What keeps a session present while its server runs: hints are heard for it, and a heartbeat is sent. */
import { limits } from '../core/limits.ts';
import type { Hints } from './hints.ts';
import type { World } from './world.ts';

/** It is that of one session at a time; changing is done one after the other, however many ask for it at once. */
export class Lifeline {
  readonly #world: World;
  readonly #hints: Hints;
  readonly #beat: (session: string) => Promise<void>;
  #session: string | undefined;
  #stopListening: (() => Promise<void>) | undefined;
  #stopHeartbeat: (() => void) | undefined;
  #isOver = false;
  #turn: Promise<unknown> = Promise.resolve();

  constructor(world: World, hints: Hints, beat: (session: string) => Promise<void>) {
    this.#world = world;
    this.#hints = hints;
    this.#beat = beat;
  }

  /** Keeps that session present from now on and no other; none at all without one. */
  follow(session: string | undefined): Promise<void> {
    const next = this.#turn.then(() => this.#change(session));
    this.#turn = next.catch(() => undefined);
    return next;
  }

  /** Ends for good: the heart stops at once, whatever is under way. */
  end(): Promise<void> {
    this.#isOver = true;
    this.#stopHeartbeat?.();
    return this.follow(undefined);
  }

  async #change(session: string | undefined): Promise<void> {
    if (this.#session === session) return;
    this.#session = undefined;
    this.#stopHeartbeat?.();
    this.#stopHeartbeat = undefined;
    await this.#stopListening?.();
    this.#stopListening = undefined;
    if (session === undefined || this.#isOver) return;
    this.#stopListening = await this.#world.wakeups.listen(session, () => this.#hints.bump());
    this.#session = session;
    // It may have been over by the time that it listened. Behind a hub its machine gives the signs of life.
    if (!this.#isOver && this.#world.principal === undefined)
      this.#stopHeartbeat = this.#world.clock.every(limits.heartbeatMs, () => void this.#beat(session));
  }
}
