/** The hub's side of what it asks a machine: ports whose answers come over the connection of the session that they are about. */
import { SignalboxError } from '../core/errors.ts';
import type { GitStage } from '../core/git-stage.ts';
import { limits } from '../core/limits.ts';
import type { GuardPolicy } from '../core/policy.ts';
import type { PolicySource } from '../core/policy-watch.ts';
import type { Clock, GitFacts, GitState, Probes, Processes, ProcessIdentity, Worktrees } from '../core/ports.ts';
import { processKey } from '../core/process.ts';
import { errorIn } from './errors.ts';
import type { Link } from './link.ts';
import {
  type Answer,
  type Hello,
  type Moment,
  moment,
  type Question,
  questions,
  type Standing,
  type Words,
} from './questions.ts';

/** A machine, as far as a hub knows it. */
export class Far {
  readonly #link: Link;
  readonly #clock: Clock;
  readonly #roots = new Map<string, Standing>();
  readonly #processes = new Map<number, ProcessIdentity>();
  readonly #principal: string;
  /** Processes that are gone for good, and those of which somebody wants to know. */
  readonly #dead = new Set<string>();
  readonly #wondered = new Map<string, ProcessIdentity>();
  #isLooking = false;
  #asking = 0;
  readonly #inLine: (() => void)[] = [];
  /** How locks are held up there. */
  guard: GuardPolicy;
  /** What is wrong with its settings, for a person who was not told yet. */
  #wrong: string | null = null;
  /** What its wall clock is ahead of ours, at the least. */
  #ahead = Number.NEGATIVE_INFINITY;

  /** `principal`: whose machine it is. What it says of processes counts for those of this principal's machines alone. */
  constructor(link: Link, clock: Clock, guard: GuardPolicy, principal: string) {
    [this.#link, this.#clock, this.guard, this.#principal] = [link, clock, guard, principal];
  }

  /** A process as it is called here: so no machine of another principal can call one of its own. */
  owned(process: ProcessIdentity): ProcessIdentity {
    return { ...process, boot: `${this.#principal}/${process.boot}` };
  }

  /** Takes in what came with something that the machine said. */
  note(told: Moment): void {
    // What is on its way is older when it arrives: the largest difference is the nearest to the truth, and never too large.
    // A clock that is off by a year and more is none: what is counted from it would never end.
    const ahead = told.now - this.#clock.now();
    this.#ahead = Math.max(this.#ahead, Math.abs(ahead) < limits.bridgeAheadMostMs ? ahead : 0);
    for (const root of told.roots ?? []) {
      if (this.#roots.size < limits.bridgeRoots || this.#roots.has(root.root)) this.#roots.set(root.root, root);
    }
    if (told.guard) this.guard = told.guard;
    if (told.wrong !== undefined) this.#wrong = told.wrong;
    for (const [pid, identity] of told.processes ?? []) this.#meet(pid, this.owned(identity));
  }

  /** The last that was told of an id counts. Those of one request stay while others come: several are under way at once. */
  #meet(pid: number, identity: ProcessIdentity): void {
    this.#processes.delete(pid);
    this.#processes.set(pid, identity);
    const [oldest] = this.#processes.keys();
    if (this.#processes.size > limits.bridgeProcessesKnown && oldest !== undefined) this.#processes.delete(oldest);
  }

  /** Our clock with the time of day that the machine has: by that its files are dated. */
  get clock(): Clock {
    const clock = this.#clock;
    return {
      now: () => clock.now() + this.#ahead,
      elapsed: () => clock.elapsed(),
      uptime: () => clock.uptime(),
      sleep: (ms, signal) => clock.sleep(ms, signal),
      every: (ms, tick) => clock.every(ms, tick),
    };
  }

  readonly worktrees: Worktrees = {
    describe: directory => this.#ask('describe', [directory]),
    branch: root => this.#standing(root, at => at.branch, null),
    resolve: (...words) => this.#ask('resolve', words).then(whole),
    placeOf: async (...words) => {
      const placed = await this.#ask('placeOf', words);
      if (placed.where === 'outside')
        return placed.path === undefined ? { where: 'outside' } : { where: 'outside', path: placed.path };
      return placed.where === 'git' ? placed : { ...placed, resolved: whole(placed.resolved) };
    },
  };

  readonly git: GitFacts = {
    changedFiles: (root, limit, ms, under) => this.#fact('changedFiles', [root, limit, ms, copy(under)], ms),
    changedTree: (root, limit, ms, also) => this.#fact('changedTree', [root, limit, ms, copy(also)], ms),
    headMoves: (root, limit, ms) => this.#fact('headMoves', [root, limit, ms], ms),
    commitsSince: async (root, since, names, ms) => {
      const found = await this.#fact('commitsSince', [root, since, [...names], ms], ms);
      return found && new Map(found);
    },
    ignored: (root, paths, ms) => this.#fact('ignored', [root, [...paths], ms], ms),
    stagedFiles: (root, limit, ms) => this.#fact('stagedFiles', [root, limit, ms], ms),
    commitsSinceBase: (root, base, limit, ms, tip) => this.#fact('commitsSinceBase', [root, base, limit, ms, tip], ms),
    stashes: (root, limit, ms) => this.#fact('stashes', [root, limit, ms], ms),
    state: root => this.#standing(root, at => stateOf(at), undefined),
    dryMerge: (root, ours, theirs, ms, theirRoot) => this.#fact('dryMerge', [root, ours, theirs, ms, theirRoot], ms),
    blame: (root, path, line, ms) => this.#fact('blame', [root, path, line, ms], ms),
    commit: (root, revision, ms) => this.#fact('commit', [root, revision, ms], ms),
    branches: (root, limit, ms) => this.#fact('branches', [root, limit, ms], ms),
    aliases: (root, ms) => this.#fact('aliases', [root, ms], ms),
  };

  /** Its settings, as it said last: that is with every call. */
  get policy(): PolicySource {
    const far = this;
    return {
      get current() {
        return far.guard;
      },
      refreshed: () => far.guard,
      get untold() {
        return far.#wrong;
      },
      told() {
        far.#wrong = null;
        far.#link.open('told', {}).end();
      },
    };
  }

  readonly stage: GitStage = {
    stage: (root, names, ms) =>
      this.#ask('stage', [root, [...names], ms], ms).catch(() => ({ staged: false, why: 'late' }) as const),
  };

  readonly probes: Probes = {
    lineCount: async (root, path) => (await this.#ask('lineCount', [root, path]).catch(() => null)) ?? undefined,
    // Where nobody answers, nobody can be told that something else has it.
    isPortFree: port => this.#ask('isPortFree', [port]).catch(() => true),
  };

  gitHooksHold(directory: string): Promise<boolean> {
    return this.#ask('gitHooksHold', [directory], limits.gitHookMs * 2);
  }

  /** Has the machine say in a file of its own how many messages wait. Never rejects: one that is gone says it when it is back. */
  async tell(unread: number): Promise<void> {
    await this.#ask('tell', [Math.min(unread, limits.bridgeListed)], limits.gitAnswerMs).catch(() => false);
  }

  /** Whether a conversation rests there that the machine can wake. Never rejects. */
  canWake(conversation: string): Promise<boolean> {
    return this.#ask('canWake', [conversation]).catch(() => false);
  }

  /** Has a resting conversation woken, in the machine's own words. Whether it was. Never rejects. */
  wake(conversation: string): Promise<boolean> {
    return this.#ask('wake', [conversation], limits.bridgeWakeAgainMs + limits.wakeCommandMs).catch(() => false);
  }

  /** Whether the client goes on without its server, which says goodbye. */
  isClientAlive = false;

  /**
   * Its processes: those that it told of. Whether one of the machine lives has to be asked, which takes longer than rules may wait: until it
   * is known to be dead leases decide. Others are judged from here.
   */
  processes({ self, parent }: Pick<Hello, 'self' | 'parent'>, real: Processes): Processes {
    const client = parent && processKey(parent);
    return {
      self: () => self,
      identify: pid => this.#processes.get(pid),
      liveness: process => {
        if (process.boot !== self.boot) return real.liveness(process);
        const key = processKey(process);
        if (this.#dead.has(key)) return 'dead';
        if (key === client) return this.isClientAlive ? 'alive' : 'unknown';
        if (key !== processKey(self)) this.#wonder(process);
        return 'unknown';
      },
    };
  }

  /** Finds out which of these processes of the machine are dead. Never fails: what is not told is not known. */
  async lookFor(processes: readonly ProcessIdentity[]): Promise<void> {
    const asked = processes.filter(process => this.#own(process) && !this.#dead.has(processKey(process)));
    if (asked.length === 0) return;
    const words = asked.slice(0, limits.bridgeListed).map(process => this.#asToldBy(process));
    const dead = await this.#ask('dead', [words]).catch(() => []);
    for (const at of dead) {
      const process = asked[at];
      if (process) this.#dead.add(processKey(process));
    }
  }

  /** Has a process looked for soon, with all others that are wondered about. */
  #wonder(process: ProcessIdentity): void {
    this.#wondered.set(processKey(process), process);
    if (this.#isLooking) return;
    this.#isLooking = true;
    void (async () => {
      const processes = [...this.#wondered.values()];
      this.#wondered.clear();
      await this.lookFor(processes);
      await this.#clock.sleep(limits.bridgeLookMs, this.#link.signal);
      this.#isLooking = false;
    })();
  }

  #own({ boot }: ProcessIdentity): boolean {
    return boot.startsWith(`${this.#principal}/`);
  }

  /** An identity by the name that the machine itself gives it. */
  #asToldBy(process: ProcessIdentity): ProcessIdentity {
    return { ...process, boot: process.boot.slice(this.#principal.length + 1) };
  }

  /** What is known of a checkout since the machine last said something; of one that it was not asked about, once it is. */
  #standing<T>(root: string, read: (standing: Standing) => T, unknown: T): T | Promise<T> {
    const known = this.#roots.get(root);
    if (known || root === '') return known ? read(known) : unknown;
    return this.#ask('describe', [root]).then(
      () => {
        const standing = this.#roots.get(root);
        return standing ? read(standing) : unknown;
      },
      () => unknown,
    );
  }

  /** A question of git: what is not answered is not known. */
  async #fact<Q extends Question>(
    question: Q,
    words: Words<Q>,
    ms: number,
  ): Promise<NonNullable<Answer<Q>> | undefined> {
    return (await this.#ask(question, words, ms).catch(() => undefined)) ?? undefined;
  }

  /** Waits until another question may be asked: a command that names hundreds of files asks about each. */
  async #turn(): Promise<void> {
    // Whoever ends hands its turn on.
    if (this.#asking >= limits.bridgeQuestions) await new Promise<void>(resolve => this.#inLine.push(resolve));
    else this.#asking += 1;
  }

  #endTurn(): void {
    const next = this.#inLine.shift();
    if (next) next();
    else this.#asking -= 1;
  }

  /** Errors: what the machine says; `unavailable` when it does not answer in time, or with something that is no answer. */
  async #ask<Q extends Question>(question: Q, words: Words<Q>, ms = 0): Promise<Answer<Q>> {
    await this.#turn();
    const said = await this.#link.ask('question', { question, words }, ms + limits.bridgeAskMs, this.#clock);
    this.#endTurn();
    const told = (said?.value ?? {}) as { value?: unknown; error?: unknown; moment?: unknown };
    const around = moment.safeParse(told.moment);
    if (around.success) this.note(around.data);
    const refusal = errorIn(told);
    if (refusal) throw refusal;
    const parsed = questions[question].answer.safeParse(told.value);
    if (parsed.success) return parsed.data as Answer<Q>;
    throw new SignalboxError('unavailable', `The machine of this session did not answer (${question}).`, 'Try again.');
  }
}

function stateOf({ state }: Standing): GitState | undefined {
  if (state === null) return undefined;
  const { operation, locked, isBare } = state;
  return { operation, locked, ...(isBare ? { isBare: true } : {}) };
}

const copy = (list: readonly string[] | undefined) => (list === undefined ? undefined : [...list]);

function whole({ path, foldsCase, isFolder }: { path: string; foldsCase: boolean; isFolder?: boolean | undefined }) {
  return { path, foldsCase, ...(isFolder === undefined ? {} : { isFolder }) };
}
