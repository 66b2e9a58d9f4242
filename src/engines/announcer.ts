/** Sends the hints that follow a commit, without letting them delay or fail it. */
import type { Wakeups } from '../core/ports.ts';

export class Announcer {
  readonly #wakeups: Pick<Wakeups, 'wake'> | undefined;
  readonly #underway = new Set<Promise<void>>();

  constructor(wakeups: Pick<Wakeups, 'wake'> | undefined) {
    this.#wakeups = wakeups;
  }

  /** Starts waking the audience of a stored commit and returns at once. What goes wrong is dropped: a hint may be lost. */
  announce(audience: readonly string[]): void {
    if (this.#wakeups === undefined || audience.length === 0) return;
    const wakeups = this.#wakeups;
    const sending = (async () => wakeups.wake(audience))()
      .catch(() => {})
      .finally(() => this.#underway.delete(sending));
    this.#underway.add(sending);
  }

  /** Resolves when the hints begun so far are sent, so that a short-lived process may end. */
  async settle(): Promise<void> {
    await Promise.all(this.#underway);
  }
}
