/**
 * One recorded script, played over any engine: the same calls and moves of the clock give the same answers and leave the same
 * contents, to the byte. Ids, processes and time are decided by the seed.
 *
 * Left out, and why:
 * - calls that wait (`waitSeconds`, `timeoutSeconds` above 0): a step would not be over before the next begins, and how often a
 *   wait looks depends on how long a look takes. The simulation has them, over memory.
 * - lost, late and doubled units: what an engine does when its server is away is its own contract (`test/contract`).
 * - units side by side: their order is the engine's to choose. Signs of life that fall due together are the exception; they
 *   touch different records and no events.
 */
import { defaultGuard } from '../../src/core/policy.ts';
import type { Contents, Store } from '../../src/core/ports.ts';
import { placesProject } from '../../src/core/project.ts';
import { createMemoryStore } from '../../src/engines/memory/engine.ts';
import { FakeGitFacts, FakeProbes } from '../support/fake-git.ts';
import { FakeClock, FakeIds, FakeLog, FakeProcesses, FakeWakeups, FakeWorktrees, settle } from '../support/fakes.ts';
import { Dice } from './dice.ts';
import { proposal } from './kits.ts';
import { ObservedStore } from './observer.ts';
import { evenDay, pools } from './scene.ts';
import { type Answer, type Call, type Ground, type Machine, Seat } from './seat.ts';
import { nothing, type State } from './state.ts';

const project = 'github.com/acme/shop';
const seatCount = 4;

/** All moves of the clock are multiples of it, so that every unit runs at a time that is the same over every engine. */
const tickMs = 250;

export type ScriptStep =
  | { readonly kind: 'call'; readonly seat: number; readonly call: Call }
  | { readonly kind: 'pass'; readonly ticks: number }
  | { readonly kind: 'kill' | 'leave' | 'start'; readonly seat: number };

export interface Played {
  /** What every call was told, in order. */
  readonly answers: readonly string[];
  readonly contents: Contents;
  readonly places: Contents;
}

/** Opens an empty store whose time is the clock's. */
export type OpenStore = (clock: FakeClock) => Store;

/** A script for a seed: made up while it is played over memory, so that what it names exists. */
export async function recorded(seed: number, steps: number): Promise<ScriptStep[]> {
  const script: ScriptStep[] = [];
  const stage = new Stage(seed, clock => new ObservedStore(createMemoryStore({ clock }), project, false));
  for (let step = 0; step < steps; step++) {
    const next = stage.propose(new Dice(seed, step));
    if (!next) continue;
    script.push(next);
    await stage.do(next);
  }
  await stage.close();
  return script;
}

/** Plays a script from its beginning. */
export async function played(seed: number, script: readonly ScriptStep[], open: OpenStore): Promise<Played> {
  const stage = new Stage(seed, open);
  for (const step of script) await stage.do(step);
  return stage.close();
}

class Stage {
  readonly #time = new FakeClock();
  readonly #answers: string[] = [];
  readonly #store: Store;
  readonly #seats: Seat[];
  readonly #busy: Busy;
  #fresh = 0;

  constructor(seed: number, open: OpenStore) {
    this.#store = open(this.#time);
    this.#busy = new Busy(this.#store);
    const machine: Machine = { host: 'near', processes: new FakeProcesses({ host: 'near' }), wallAheadMs: 0 };
    const ground = this.#ground(seed);
    this.#seats = Array.from(
      { length: seatCount },
      (_, at) => new Seat(ground, `seat-${at}`, machine, '/code/app', at === 0 ? null : `talk ${at}`),
    );
    for (const seat of this.#seats) seat.start();
  }

  #ground(seed: number): Ground {
    const worktrees = new FakeWorktrees([{ root: '/code/app', project }]);
    const calm = { isCut: false, late: 0, lost: 0, answerLost: 0, lateMs: 0 };
    const dice = new Dice(seed, -1);
    return {
      time: this.#time,
      ids: new FakeIds(seed),
      // Hints would wake nobody: no call waits.
      hub: new FakeWakeups(),
      worktrees,
      git: new FakeGitFacts(),
      probes: new FakeProbes(),
      policy: { messagesKeptDays: 30, pools, guard: defaultGuard },
      log: new FakeLog(),
      storeOf: () => this.#busy,
      weather: calm,
      dice: () => dice,
      sessionOf: () => null,
      version: () => 0,
      onAnswer: answer => this.#answers.push(spoken(answer)),
    };
  }

  propose(dice: Dice): ScriptStep | undefined {
    const at = dice.below(seatCount);
    const seat = this.#seats[at] as Seat;
    const kind = dice.weighted([
      [30, 'call'],
      [8, 'pass'],
      [1, 'kill'],
      [1, 'leave'],
    ] as const);
    if (kind === 'pass') return { kind, ticks: dice.pick([1, 4, 8, 40, 40, 130]) };
    if (!seat.isUp) return { kind: 'start', seat: at };
    if (kind !== 'call') return { kind, seat: at };
    const state: State = this.#store instanceof ObservedStore ? this.#store.state : nothing;
    const me = [...state.session.values()].find(({ handle }) => handle === seat.name);
    const call = proposal({ dice, state, me, mood: evenDay, fresh: () => `x${++this.#fresh}` });
    const { waitSeconds: _waits, ...input } = call.input;
    if ('timeoutSeconds' in input || call.tool === 'message_wait') input.timeoutSeconds = 0;
    return { kind: 'call', seat: at, call: { ...call, input } };
  }

  async do(step: ScriptStep): Promise<void> {
    if (step.kind === 'pass') {
      for (let tick = 0; tick < step.ticks; tick++) {
        await this.#time.advance(tickMs);
        await this.#idle();
      }
      return;
    }
    const seat = this.#seats[step.seat] as Seat;
    if (step.kind === 'start') seat.start();
    if (step.kind === 'kill') seat.crash();
    if (step.kind === 'leave') await seat.leave();
    if (step.kind === 'call') seat.call(step.call, { delayMs: 0, cancelAfterMs: null, isAnswerLost: false });
    await this.#idle();
  }

  async #idle(): Promise<void> {
    do await settle();
    while (this.#busy.underWay > 0 || this.#seats.some(seat => seat.calls.length > 0));
  }

  async close(): Promise<Played> {
    for (const seat of this.#seats) await seat.leave();
    await this.#idle();
    const [contents, places] = [await this.#store.contents(project), await this.#store.contents(placesProject)];
    await this.#store.close();
    return { answers: this.#answers, contents, places };
  }
}

function spoken({ seat, call, output, text, error }: Answer): string {
  const said = error === undefined ? [output, text] : [(error as Error).message, error];
  return `${seat.name} ${call.tool} ${JSON.stringify(call.input)}: ${JSON.stringify(said)}`;
}

/** Knows how many units are under way. */
class Busy implements Store {
  readonly spansMachines = false;
  underWay = 0;
  readonly #store: Store;

  constructor(store: Store) {
    this.#store = store;
  }

  transact: Store['transact'] = (...call) => this.#during(this.#store.transact(...call));
  read: Store['read'] = (...call) => this.#during(this.#store.read(...call));
  eventsAfter: Store['eventsAfter'] = (...call) => this.#during(this.#store.eventsAfter(...call));
  projects: Store['projects'] = () => this.#during(this.#store.projects());
  contents: Store['contents'] = project => this.#store.contents(project);
  load: Store['load'] = (...call) => this.#store.load(...call);
  inspect: Store['inspect'] = () => this.#store.inspect();
  close: Store['close'] = () => this.#store.close();

  async #during<T>(call: Promise<T>): Promise<T> {
    this.underWay += 1;
    try {
      return await call;
    } finally {
      this.underWay -= 1;
    }
  }
}
