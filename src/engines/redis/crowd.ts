/** What a process remembers of a project that others want as well. */
import { elapsedMs } from '../server/real-time.ts';
import type { Turn } from './turn.ts';

/** How long a project counts as one that many want, after others were before a unit. */
const crowdedMs = 1_000;

/**
 * Units that come right behind each other share one turn, as many as `limits.unitsInRound` allows: handing it on costs more
 * than a unit, because the process that gets it has been asleep. A process whose units do not come so hands on at once.
 */
export class Crowd {
  #until = 0;
  #kept: Turn | undefined;
  /** Whether a unit ended in this very moment, and whether the one under way followed another in that way. */
  #hasJustEnded = false;
  #isInRow = false;

  /** Others were before a unit just now. */
  notice(): void {
    this.#until = elapsedMs() + crowdedMs;
  }

  get isOver(): boolean {
    return elapsedMs() >= this.#until;
  }

  /** A unit begins; with the turn that was kept for it, if one was. */
  begin(): Turn | undefined {
    const kept = this.#kept;
    this.#kept = undefined;
    this.#isInRow = this.#hasJustEnded;
    return kept;
  }

  /** Whether the unit under way leaves its turn to the next one. */
  keeps(turn: Turn): boolean {
    return this.#isInRow && turn.hasRoom;
  }

  /** A unit has ended; `kept` is its turn for one that begins before anything else happens in this process. */
  end(kept?: Turn): void {
    this.#kept = kept;
    this.#hasJustEnded = true;
    setImmediate(() => {
      this.#hasJustEnded = false;
      void this.handOn();
    });
  }

  /** Hands a turn on that was kept in vain. */
  async handOn(): Promise<void> {
    const kept = this.#kept;
    this.#kept = undefined;
    await kept?.giveBack();
  }
}
