/** A simulated client: one AI session after the other, each on the real tools in a process that can be stopped and killed. */

import type { ConversationStart } from '../../src/core/attach.ts';
import { SignalboxError } from '../../src/core/errors.ts';
import type { Policy } from '../../src/core/policy.ts';
import type { Ids, ProcessIdentity, Store } from '../../src/core/ports.ts';
import { Agent } from '../../src/tools/agent.ts';
import { callTool } from '../../src/tools/call-tool.ts';
import type { ToolContext } from '../../src/tools/define-tool.ts';
import type { Participant } from '../../src/tools/participant.ts';
import { type FakeGitFacts, FakeGitStage, type FakeProbes } from '../support/fake-git.ts';
import type { FakeClock, FakeLog, FakeProcesses, FakeWakeups, FakeWorktrees } from '../support/fakes.ts';
import type { Dice } from './dice.ts';
import { hookOperations, known } from './hook-kits.ts';
import { Noted } from './noted.ts';
import { ProcessClock } from './process-clock.ts';
import { type Weather, Wire } from './wire.ts';

/** A computer with processes and a wall clock of its own. */
export interface Machine {
  readonly host: string;
  readonly processes: FakeProcesses;
  wallAheadMs: number;
}

/** What all seats share. */
export interface Ground {
  readonly time: FakeClock;
  readonly ids: Ids;
  readonly hub: FakeWakeups;
  readonly worktrees: FakeWorktrees;
  readonly git: FakeGitFacts;
  readonly probes: FakeProbes;
  readonly policy: Policy;
  readonly log: FakeLog;
  /** The store as a process of that name uses it. */
  storeOf(name: string): Store;
  readonly weather: Weather;
  readonly dice: () => Dice;
  /** The session that the process serves, as the store has it; null before it joined. */
  sessionOf(process: ProcessIdentity): string | null;
  /** How many states the store has had. */
  version(): number;
  onAnswer(answer: Answer): void;
}

export interface Call {
  readonly tool: string;
  readonly input: Record<string, unknown>;
}

/** What becomes of a call on its way between client and server process. */
export interface Fate {
  readonly delayMs: number;
  readonly cancelAfterMs: number | null;
  /** A lost answer never reaches the client: it knows nothing of what the call did. */
  readonly isAnswerLost: boolean;
}

/** Nothing happens to it on its way. */
export const plainFate: Fate = { delayMs: 0, cancelAfterMs: null, isAnswerLost: false };

/** Whoever calls. */
export interface Client {
  readonly name: string;
  readonly isUp: boolean;
  /** The session that it was last known to be. */
  lastSession: string | null;
  /** Calls that have not ended. */
  readonly calls: readonly Call[];
  /** Begins a call and returns at once; `Ground.onAnswer` hears how it ended, unless the process dies before. */
  call(call: Call, fate: Fate): void;
}

export interface Answer {
  readonly seat: Client;
  /** The session that called; null when it could not even join. */
  readonly session: string | null;
  readonly call: Call;
  readonly fate: Fate;
  /** Versions of the store at the beginning and the end of the call. */
  readonly begun: number;
  readonly ended: number;
  readonly output: Record<string, unknown> | undefined;
  readonly text: string;
  readonly error: unknown;
  /** Whether the client had broken it off: then it has no effect that lasts, and nobody reads it. */
  readonly isCancelled: boolean;
  /** Whether the client got it. */
  readonly isSeen: boolean;
}

interface Asking {
  readonly who: Client;
  readonly callerOf: (agent: Agent) => Promise<Participant>;
  readonly calls: Set<Call>;
}

interface Running {
  readonly identity: ProcessIdentity;
  readonly clock: ProcessClock;
  readonly wakeups: FakeWakeups;
  readonly agent: Agent;
}

export class Seat implements Client {
  readonly name: string;
  readonly machine: Machine;
  readonly directory: string;
  /** What the client calls its conversation; null for a client that tells nothing of the kind. */
  conversation: string | null;
  lastSession: string | null = null;
  readonly #calls = new Set<Call>();
  readonly #ground: Ground;
  readonly #client: ProcessIdentity;
  #running: Running | undefined;
  /** The calls under way of all who use its server. */
  readonly #callSets = new Set<Set<Call>>();
  /** Breaks off the calls under way. */
  #cancels = new Set<AbortController>();

  constructor(ground: Ground, name: string, machine: Machine, directory: string, conversation: string | null) {
    this.#ground = ground;
    this.name = name;
    this.machine = machine;
    this.directory = directory;
    this.conversation = conversation;
    this.#client = machine.processes.spawn({ boot: machine.processes.self().boot });
  }

  get isUp(): boolean {
    return this.#running !== undefined;
  }

  get calls(): readonly Call[] {
    return [...this.#calls];
  }

  get isStopped(): boolean {
    return this.#running?.clock.isStopped ?? false;
  }

  /** Starts the server process: under a conversation that was here before it is that session again. */
  start(): void {
    const ground = this.#ground;
    const { machine } = this;
    // It may come back as another one.
    this.lastSession = null;
    const identity = machine.processes.spawn();
    const clock = new ProcessClock(ground.time, machine);
    const wakeups = ground.hub.connect();
    const store = new Wire(ground.storeOf(this.name), clock, ground.weather, ground.dice);
    const { ids, worktrees, git, probes, policy, log } = ground;
    const processes = machine.processes.as(identity);
    const agent = new Agent(
      { store, clock, ids, wakeups, processes, worktrees, git, stage: new FakeGitStage(), probes, policy, log },
      {
        handle: this.name,
        client: 'simulated',
        clientVersion: '1',
        clientSession: this.conversation,
        process: identity,
        parent: this.#client,
        host: machine.host,
        reach: 'calls',
        directory: this.directory,
        project: null,
        isOnlyConversation: this.conversation !== null,
      },
    );
    this.#running = { identity, clock, wakeups, agent };
  }

  call(call: Call, fate: Fate): void {
    this.callAs(this, async agent => agent, this.#calls, call, fate);
  }

  /** The same for somebody whom this seat's server serves; `calls` are its calls under way. */
  callAs(
    who: Client,
    callerOf: (agent: Agent) => Promise<Participant>,
    calls: Set<Call>,
    call: Call,
    fate: Fate,
  ): void {
    const running = this.#running;
    if (!running) throw new Error(`${this.name} does not run`);
    void this.#make(running, { who, callerOf, calls }, call, fate);
  }

  /** The client turns to a conversation, as it tells its server. */
  async turn(conversation: string, start: ConversationStart): Promise<void> {
    this.conversation = conversation;
    await this.#running?.agent.attach(conversation, start).then(() => undefined, this.#expectAway);
  }

  async #make(running: Running, { who, callerOf, calls }: Asking, call: Call, fate: Fate): Promise<void> {
    const ground = this.#ground;
    const begun = ground.version();
    const stop = new AbortController();
    const after: (() => Promise<void>)[] = [];
    // The same call may be under way twice.
    const own = { ...call };
    calls.add(own);
    this.#callSets.add(calls);
    this.#cancels.add(stop);
    await running.clock.sleep(fate.delayMs);
    if (fate.cancelAfterMs !== null) void running.clock.sleep(fate.cancelAfterMs).then(() => stop.abort());
    const noted = new Noted();
    const context = (caller: Participant): ToolContext => ({
      caller: noted.over(caller),
      signal: stop.signal,
      path: hookOperations.some(({ name }) => name === call.tool) ? 'hook' : 'calls',
      progress: () => {},
      afterAnswer: action => after.push(action),
    });
    const asked = callerOf(running.agent).then(caller => callTool(known, call.tool, call.input, context(caller)));
    const result = await asked.then(
      ({ output, text }) => ({ output: output as Record<string, unknown> | undefined, text, error: undefined }),
      error => ({ output: undefined, text: '', error }),
    );
    await running.clock.gate();
    const isCancelled = stop.signal.aborted;
    const isSeen = !fate.isAnswerLost && !isCancelled;
    this.#cancels.delete(stop);
    const session = noted.session ?? (who === this ? ground.sessionOf(running.identity) : null);
    who.lastSession = session ?? who.lastSession;
    const span = { begun, ended: ground.version() };
    ground.onAnswer({ seat: who, session, call, fate, ...span, isCancelled, isSeen, ...result });
    // As the server does it: what was shown counts as read only now, and a failure of that is not the call's.
    if (isSeen) for (const action of after) await action().catch(this.#expectAway);
    calls.delete(own);
  }

  readonly #expectAway = (error: unknown) => {
    const { code } = error as SignalboxError;
    if (error instanceof SignalboxError && (code === 'unavailable' || code === 'session_expired')) return;
    this.#ground.log.error('after an answer', { error: String(error) });
  };

  /** Breaks off everything that is under way, as a client does when its user presses a key. */
  cancel(): void {
    for (const stop of this.#cancels) stop.abort();
  }

  stop(): void {
    this.#running?.clock.stop();
  }

  goOn(): void {
    this.#running?.clock.goOn();
  }

  /** Like `kill -9`: nothing is said to anybody. */
  crash(): void {
    const running = this.#running;
    if (!running) return;
    this.machine.processes.kill(running.identity);
    running.clock.end();
    void running.wakeups.close();
    this.#forget();
  }

  /** The client closes: the session ends at once. The process lives until that is done. */
  async leave(): Promise<void> {
    const running = this.#running;
    if (!running) return;
    this.cancel();
    await running.agent.leave('client closed');
    if (this.#running !== running) return;
    if (running.clock.ticking > 0) this.#ground.log.error('ticks go on after leaving', { seat: this.name });
    this.machine.processes.kill(running.identity);
    running.clock.end();
    void running.wakeups.close();
    this.#forget();
  }

  #forget(): void {
    this.#running = undefined;
    this.#cancels = new Set();
    for (const calls of this.#callSets) calls.clear();
    this.#callSets.clear();
  }
}
