/**
 * One simulated day: some sessions on the real tools, over the memory engine and fake time, with everything going wrong that
 * can. A seed decides all of it; after each unit of work and each answer the rules are held against what happened.
 */
import { defaultGuard, type Policy } from '../../src/core/policy.ts';
import { type ProcessIdentity, processKey } from '../../src/core/process.ts';
import { createMemoryStore } from '../../src/engines/memory/engine.ts';
import { FakeGitFacts, FakeProbes } from '../support/fake-git.ts';
import { FakeClock, FakeIds, FakeLog, FakeProcesses, FakeWakeups, FakeWorktrees, settle } from '../support/fakes.ts';
import { Dice } from './dice.ts';
import { type Doing, doings } from './doings.ts';
import { finish } from './finish.ts';
import { Follower } from './follower.ts';
import { Journal } from './journal.ts';
import { kits, proposal } from './kits.ts';
import { Knowledge, type Rule } from './knowledge.ts';
import { type Meddle, ObservedStore } from './observer.ts';
import { answerRules, type ShownMessage, type Told } from './rules/answers.ts';
import { guardRules } from './rules/guard.ts';
import { guardedRules } from './rules/guarded.ts';
import { hookRules } from './rules/hooks.ts';
import { ledgerRules, owe } from './rules/ledger.ts';
import { lockRules } from './rules/locks.ts';
import { messageRules } from './rules/messages.ts';
import { revisionRules } from './rules/revisions.ts';
import { sessionRules } from './rules/sessions.ts';
import { writtenRules } from './rules/written.ts';
import { guardPaths, type Mood, moodOf, pools, roots } from './scene.ts';
import { type Answer, type Call, type Client, type Fate, type Ground, type Machine, Seat } from './seat.ts';
import { Shell } from './shell.ts';
import type { Commit, State } from './state.ts';
import { SubAgentSeat } from './sub-agent.ts';
import { noteAnswer, processOf, rootOf, type ToolUse } from './tool-use.ts';
import type { Weather } from './wire.ts';

export const project = 'github.com/acme/shop';

export interface Options {
  readonly seed: number;
  /** How many steps at most. */
  readonly steps: number;
  /** Steps that are left out. */
  readonly without?: ReadonlySet<number>;
  /** Puts a defect between the rules and the store, to see whether it is found. */
  readonly meddle?: Meddle;
}

export interface Violation {
  readonly promise: string;
  readonly detail: string;
  /** The step it was found in; `steps` behind the last one. */
  readonly step: number;
}

export interface Outcome {
  readonly violation: Violation | undefined;
  readonly journal: Journal;
  /** How many calls of each tool were answered, and how many refused. */
  readonly answered: ReadonlyMap<string, number>;
  readonly final: State;
}

const commitRules = [
  ...guardRules,
  ...lockRules,
  ...ledgerRules,
  ...sessionRules,
  ...messageRules,
  ...hookRules,
  ...revisionRules,
];
const directories = ['/code/app', '/code/app', '/code/app/src', '/code/other'] as const;

export class Simulation {
  readonly seed: number;
  readonly time = new FakeClock();
  readonly journal: Journal;
  readonly seats: Seat[];
  readonly machines: readonly Machine[];
  readonly hub = new FakeWakeups();
  readonly worktrees = new FakeWorktrees();
  readonly git = new FakeGitFacts();
  readonly probes = new FakeProbes();
  readonly weather: Weather;
  readonly store: ObservedStore;
  readonly known: Knowledge;
  readonly follower: Follower;
  readonly log = new FakeLog();
  readonly #retries: { readonly seat: Client; readonly call: Call }[] = [];
  readonly #ground: Ground;
  readonly shells: Shell[];
  /** Three of each seat at most, by name. */
  readonly subAgents: SubAgentSeat[];
  readonly answered = new Map<string, number>();
  dice: Dice;
  step = 0;
  violation: Violation | undefined;
  readonly mood: Mood;
  /** Tools that run, as far as their clients go. */
  readonly uses: ToolUse[] = [];
  readonly #policy: Policy;
  #fresh = 0;

  constructor({ seed, meddle }: Options) {
    this.seed = seed;
    this.dice = new Dice(seed, -1);
    const { dice, time } = this;
    this.journal = new Journal(time);
    const twoMachines = dice.chance(0.4);
    this.machines = ['near', 'far'].slice(0, twoMachines ? 2 : 1).map(host => ({
      host,
      processes: new FakeProcesses({ host, boot: `boot of ${host}` }),
      wallAheadMs: 0,
    }));
    // The store's own time: that of a server or of the machine's uptime, whatever wall clocks are set to.
    const start = time.now();
    const clock = { now: () => start + time.elapsed() };
    this.store = new ObservedStore(createMemoryStore({ clock, wakeups: this.hub }), project, twoMachines, meddle);
    this.store.onCommit = commit => this.#observe(commit);
    const guard = { ...defaultGuard, paths: guardPaths, graceSeconds: dice.pick([0, 20, 60]) };
    this.#policy = { messagesKeptDays: 30, pools, guard };
    this.known = new Knowledge({
      isAlive: session => this.#isAlive(session.process),
      callsBy: process => this.#callsBy(process),
      guard,
    });
    this.follower = new Follower(this.store, project);
    // Some days are calm, so that what goes wrong by itself is seen as well.
    const bad = dice.chance(0.3) ? 0 : dice.below(100) / 100;
    this.weather = { isCut: false, late: bad * 0.4, lost: bad * 0.02, answerLost: bad * 0.02, lateMs: 3_000 };
    for (const root of roots) this.worktrees.add({ root, project, anchor: '/code/app' });
    this.mood = moodOf(dice);
    const ground = this.#makeGround();
    this.#ground = ground;
    this.shells = [new Shell(ground, this.machines[0] as Machine, null)];
    this.seats = Array.from({ length: dice.between(3, 6) }, (_, at) => {
      const machine = this.machines[at % this.machines.length] as Machine;
      const conversation = dice.chance(0.7) ? `talk ${at}` : null;
      return new Seat(ground, `seat-${at}`, machine, dice.pick(directories), conversation);
    });
    this.subAgents = this.seats.flatMap(seat => ['a1', 'a2', 'a3'].map(id => new SubAgentSeat(seat, id)));
    for (const seat of this.seats) seat.start();
  }

  #makeGround(): Ground {
    return {
      time: this.time,
      ids: new FakeIds(this.seed),
      hub: this.hub,
      worktrees: this.worktrees,
      git: this.git,
      probes: this.probes,
      policy: this.#policy,
      log: this.log,
      storeOf: name => this.store.as(name),
      weather: this.weather,
      dice: () => this.dice,
      sessionOf: process => this.#sessionOf(process),
      version: () => this.store.state.version,
      onAnswer: answer => this.#hear(answer),
    };
  }

  #isAlive(process: ProcessIdentity | null): boolean {
    return process === null || this.machines.some(({ processes }) => processes.liveness(process) === 'alive');
  }

  #sessionOf(process: ProcessIdentity): string | null {
    const key = processKey(process);
    const sessions = [...this.store.state.session.values()];
    const served = sessions.filter(
      ({ process, parentSession }) => process !== null && parentSession === null && processKey(process) === key,
    );
    return (served.find(({ endedAt }) => endedAt === null) ?? served.at(-1))?.id ?? null;
  }

  /** The calls under way of all whom a process serves. */
  #callsBy(process: string): Call[] {
    const clients: Client[] = [...this.seats, ...this.subAgents, ...this.shells];
    return clients.filter(client => processOf(client) === process).flatMap(({ calls }) => calls);
  }

  /** Notes what breaks a promise. Only the first counts: what follows may follow from it. */
  fail(promise: string, detail: string): void {
    this.violation ??= { promise, detail, step: this.step };
  }

  hold<Seen>(rules: readonly Rule<Seen>[], seen: Seen): void {
    for (const rule of rules) {
      for (const detail of rule.broken(seen, this.known)) this.fail(rule.promise, detail);
    }
  }

  #observe(commit: Commit): void {
    this.journal.commit(commit);
    this.hold(commitRules, commit);
    if (commit.now < commit.before.now) this.fail('the time of the store never runs back', `${commit.now}`);
  }

  #hear(answer: Answer): void {
    const { call, session, seat, output, isSeen, begun, ended } = answer;
    this.journal.answer(answer);
    const told: Told = { answer, span: this.store.history.slice(begun, ended + 1) };
    this.hold([...answerRules, ...guardedRules, ...writtenRules], told);
    if (output) this.answered.set(call.tool, (this.answered.get(call.tool) ?? 0) + 1);
    if (isSeen && session !== null) for (const { id } of messagesIn(output)) this.known.show(session, id);
    // Who got no answer asks again, with the same key: that is what keys are for.
    if (!isSeen || output === undefined) this.again(seat, call);
    noteAnswer(this, answer);
  }

  /** Notes that a client will make a call once more. */
  again(seat: Client, call: Call): void {
    this.#retries.push({ seat, call });
  }

  /** The operator's shell, or a new one in a session. */
  shell(session: string | null): Shell {
    const known = this.shells.find(({ lastSession }) => lastSession === (session ?? 'operator'));
    if (known) return known;
    const shell = new Shell(this.#ground, this.dice.pickFrom(this.machines) as Machine, session);
    this.shells.push(shell);
    return shell;
  }

  /** A text that nothing else in this simulation has. */
  fresh = (): string => `x${++this.#fresh}`;

  /** Lets a seat begin a call. A call that acknowledges is noted first: it may have its effect at any time from now on. */
  call(seat: Client, call: Call, fate: Fate): void {
    // Whoever may turn to another conversation meanwhile may be anybody by then.
    const session = seat instanceof Shell ? seat.lastSession : null;
    if (call.tool === 'message_ack') this.known.acknowledge(session, call.input.messages as string[]);
    if (call.tool === 'guard_done') owe(this.known, processOf(seat), rootOf(seat), call);
    this.journal.call(seat, call, fate);
    seat.call(call, fate);
  }

  /** A call that got no answer and is made once more, if there is one whose seat runs. */
  retry(): { readonly seat: Client; readonly call: Call } | undefined {
    const at = this.#retries.findIndex(({ seat, call }) => seat.isUp && 'key' in call.input);
    return at < 0 ? this.#retries.shift() : this.#retries.splice(at, 1)[0];
  }

  /** What a seat may ask next. */
  propose(seat: Client, offered: readonly string[] = Object.keys(kits)): Call {
    const me = seat.lastSession === null ? undefined : this.store.state.session.get(seat.lastSession);
    return proposal({ dice: this.dice, state: this.store.state, me, mood: this.mood, fresh: this.fresh }, offered);
  }

  async advance(ms: number): Promise<void> {
    await this.time.advance(ms);
    await settle(6);
  }

  async run(steps: number, without: ReadonlySet<number> = new Set()): Promise<Outcome> {
    for (this.step = 0; this.step < steps && !this.violation; this.step++) {
      if (without.has(this.step)) continue;
      // A stream of its own for each step: leaving one out changes the others as little as possible.
      this.dice = new Dice(this.seed, this.step);
      await this.#doSomething();
      await settle(6);
      await this.follower.look(this.dice.between(1, 20), detail => this.fail('no cursor skips an event', detail));
    }
    this.step = steps;
    if (!this.violation) await this.#end();
    return { violation: this.violation, journal: this.journal, answered: this.answered, final: this.store.state };
  }

  async #doSomething(): Promise<void> {
    const choices = doings.map(doing => [doing.weight, doing] as const);
    const doing: Doing = this.dice.weighted(choices);
    this.journal.step = this.step;
    await doing.do(this);
  }

  async #end(): Promise<void> {
    this.dice = new Dice(this.seed, this.step);
    this.journal.step = this.step;
    await finish(this);
  }
}

function messagesIn(output: Record<string, unknown> | undefined): ShownMessage[] {
  const lists = [output?.messages, output?.answers].filter(list => Array.isArray(list));
  return lists.flat() as ShownMessage[];
}

/** Plays one seed to its end, or to the first broken promise. */
export async function simulate(options: Options): Promise<Outcome> {
  return new Simulation(options).run(options.steps, options.without);
}
