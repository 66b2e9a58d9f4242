/** Every choice of a simulation: one seed decides all of them. */
import { FakeIds } from '../support/fakes.ts';

export class Dice {
  readonly #source: FakeIds;

  /** The same numbers give the same choices; `salt` makes streams that do not disturb each other. */
  constructor(seed: number, salt: number = 0) {
    this.#source = new FakeIds((Math.imul(seed ^ 0x9e3779b9, 0x85ebca6b) + Math.imul(salt + 1, 0xc2b2ae35)) >>> 0);
  }

  below(bound: number): number {
    return this.#source.below(bound);
  }

  /** A whole number, both ends included. */
  between(least: number, most: number): number {
    return least + this.below(most - least + 1);
  }

  chance(share: number): boolean {
    return this.below(1_000_000) < share * 1_000_000;
  }

  pick<T>(choices: readonly [T, ...T[]]): T {
    return choices[this.below(choices.length)] as T;
  }

  /** Undefined when there is nothing to choose from. */
  pickFrom<T>(choices: readonly T[]): T | undefined {
    return choices[this.below(Math.max(1, choices.length))];
  }

  weighted<T>(choices: readonly (readonly [weight: number, value: T])[]): T {
    let left = this.below(choices.reduce((sum, [weight]) => sum + weight, 0));
    for (const [weight, value] of choices) {
      left -= weight;
      if (left < 0) return value;
    }
    throw new RangeError('nothing to choose from');
  }

  /** Some of the choices, each once, in their order; at least `least`. */
  some<T>(choices: readonly T[], least: number, most: number): T[] {
    const wanted = Math.min(choices.length, this.between(least, most));
    const chosen = new Set<number>();
    while (chosen.size < wanted) chosen.add(this.below(choices.length));
    return choices.filter((_, at) => chosen.has(at));
  }
}
