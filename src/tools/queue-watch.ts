/** Watches for a session that stands in line while nobody waits for an answer: a sudden death or an expiry wakes no one by itself. */
import { limits } from '../core/limits.ts';
import type { Outlook } from '../core/queue-outlook.ts';
import { whileAway } from './away.ts';
import type { Hints } from './hints.ts';
import type { World } from './world.ts';

export class QueueWatch {
  readonly #world: Pick<World, 'clock' | 'processes' | 'log'>;
  readonly #hints: Hints;
  readonly #look: () => Promise<Outlook | undefined>;
  #running: AbortController | undefined;
  #begun = 0;

  /** `look` serves what can be served and says what else to watch; undefined when the session stands in line nowhere. */
  constructor(
    world: Pick<World, 'clock' | 'processes' | 'log'>,
    hints: Hints,
    look: () => Promise<Outlook | undefined>,
  ) {
    this.#world = world;
    this.#hints = hints;
    this.#look = look;
  }

  /** Watches until the session stands in line nowhere any more. Costs nothing from then on. */
  begin(): void {
    this.#begun += 1;
    if (this.#running) return;
    this.#running = new AbortController();
    void this.#watch(this.#running.signal);
  }

  end(): void {
    this.#running?.abort();
  }

  async #watch(signal: AbortSignal): Promise<void> {
    try {
      while (!signal.aborted) {
        const [begun, seen] = [this.#begun, this.#hints.version];
        const look = await whileAway(async () => ({ found: await this.#look() }));
        // One that was begun meanwhile may be for a place that the look did not see yet.
        if (look && !look.found && begun === this.#begun) break;
        await this.#rest(look?.found, seen, signal);
      }
    } catch (error) {
      // The next heartbeat begins again while places stand.
      if (!signal.aborted) this.#world.log.warn('watching the queue failed', { error: String(error) });
    }
    this.#running = undefined;
  }

  /** Waits for a hint, a death, the first end by time, or the safety poll. No store is asked. */
  async #rest(found: Outlook | undefined, seen: number, signal: AbortSignal): Promise<void> {
    const { clock } = this.#world;
    const end = clock.elapsed() + Math.min(limits.safetyPollMs, found?.soonestEndInMs ?? limits.safetyPollMs);
    do {
      const left = Math.max(limits.holderCheckMs, Math.min(limits.queueWatchMs, end - clock.elapsed()));
      await this.#hints.changed(seen, left, signal);
    } while (!signal.aborted && this.#hints.version === seen && clock.elapsed() < end && !this.#somebodyDied(found));
  }

  #somebodyDied(found: Outlook | undefined): boolean {
    return (found?.processes ?? []).some(process => this.#world.processes.liveness(process) === 'dead');
  }
}
