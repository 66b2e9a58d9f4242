/** The way from one simulated process to the store: units may be late, be lost, or lose their answer. */
import { SignalboxError } from '../../src/core/errors.ts';
import type { Store } from '../../src/core/ports.ts';
import type { Dice } from './dice.ts';
import type { ProcessClock } from './process-clock.ts';

/** How bad it is; shares are of units. `isCut` holds for everybody, until it is over. */
export interface Weather {
  isCut: boolean;
  late: number;
  lost: number;
  answerLost: number;
  /** The longest that a unit is late. */
  readonly lateMs: number;
}

const away = () => new SignalboxError('unavailable', 'The store cannot be reached.', 'Call again in a moment.');

export class Wire implements Store {
  readonly spansMachines: boolean;
  readonly #store: Store;
  readonly #clock: ProcessClock;
  readonly #weather: Weather;
  readonly #dice: () => Dice;

  constructor(store: Store, clock: ProcessClock, weather: Weather, dice: () => Dice) {
    this.spansMachines = store.spansMachines;
    this.#store = store;
    this.#clock = clock;
    this.#weather = weather;
    this.#dice = dice;
  }

  transact: Store['transact'] = (...call) => this.#travel(() => this.#store.transact(...call));
  read: Store['read'] = (...call) => this.#travel(() => this.#store.read(...call));
  eventsAfter: Store['eventsAfter'] = (...call) => this.#travel(() => this.#store.eventsAfter(...call));
  projects: Store['projects'] = () => this.#travel(() => this.#store.projects());
  contents: Store['contents'] = project => this.#store.contents(project);
  load: Store['load'] = (...call) => this.#store.load(...call);
  inspect: Store['inspect'] = () => this.#store.inspect();
  close: Store['close'] = async () => {};

  async #travel<T>(call: () => Promise<T>): Promise<T> {
    await this.#way();
    if (this.#weather.isCut || this.#dice().chance(this.#weather.lost)) throw away();
    const result = await call();
    await this.#way();
    if (this.#weather.isCut || this.#dice().chance(this.#weather.answerLost)) throw away();
    return result;
  }

  /** Half of what is late is late by some milliseconds only: as long as it takes others to come between. */
  async #way(): Promise<void> {
    const { late, lateMs } = this.#weather;
    await this.#clock.gate();
    const dice = this.#dice();
    if (dice.chance(late)) await this.#clock.sleep(dice.between(1, dice.chance(0.5) ? 20 : lateMs));
  }
}
