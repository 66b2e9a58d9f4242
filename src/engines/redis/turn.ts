/** The turn that a unit takes after others were quicker than it, so that it is not overtaken again. Saves work, decides nothing. */
import { limits } from '../../core/limits.ts';
import { Call } from './call.ts';
import type { ProjectKeys } from './keys.ts';
import type { Link } from './link.ts';
import { scripts } from './scripts.ts';

export class Turn {
  /** Names the unit to the scripts. */
  readonly token: string;
  readonly #link: Link;
  readonly #keys: ProjectKeys;
  #isTaken = false;

  constructor(link: Link, keys: ProjectKeys, token: string) {
    this.#link = link;
    this.#keys = keys;
    this.token = token;
  }

  /** Asks for the turn, or for more time; whoever asks is told by the opening of its view whether somebody else has it. */
  async take(call: Call): Promise<void> {
    this.#isTaken = true;
    await this.#ask(call, limits.turnMs);
  }

  /** The commit has ended the turn. */
  end(): void {
    this.#isTaken = false;
  }

  /** Gives the turn back without waiting; it ends on its own if that does not arrive. */
  giveBack(): void {
    if (!this.#isTaken) return;
    this.#isTaken = false;
    this.#ask(new Call(), 0).catch(() => {});
  }

  #ask(call: Call, ms: number): Promise<unknown> {
    return this.#link.run(call, scripts.turn, [this.#keys.meta], [this.token, ms]);
  }
}
