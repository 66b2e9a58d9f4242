/** A person's shell, or that of a session: commands that come and go, each a process of its own. */
import { callTool } from '../../src/tools/call-tool.ts';
import type { ToolContext } from '../../src/tools/define-tool.ts';
import { operations } from '../../src/tools/index.ts';
import { Visitor } from '../../src/tools/visitor.ts';
import { FakeGitStage } from '../support/fake-git.ts';
import { ProcessClock } from './process-clock.ts';
import type { Call, Client, Fate, Ground, Machine } from './seat.ts';
import { Wire } from './wire.ts';

export class Shell implements Client {
  readonly name: string;
  readonly isUp = true;
  lastSession: string;
  readonly #ground: Ground;
  readonly #machine: Machine;
  readonly #session: string | null;
  readonly #calls = new Set<Call>();

  /** `session` is the id of the session it was opened in; null for the operator's. */
  constructor(ground: Ground, machine: Machine, session: string | null) {
    this.#ground = ground;
    this.#machine = machine;
    this.#session = session;
    this.lastSession = session ?? 'operator';
    this.name = session === null ? 'operator' : `shell of ${session.slice(0, 6)}`;
  }

  get calls(): readonly Call[] {
    return [...this.#calls];
  }

  call(call: Call, fate: Fate): void {
    void this.#make({ ...call }, fate);
  }

  async #make(call: Call, fate: Fate): Promise<void> {
    const { git, hub, ids, log, policy, probes, storeOf, time, weather, dice, worktrees } = this.#ground;
    const { processes } = this.#machine;
    const begun = this.#ground.version();
    this.#calls.add(call);
    const identity = processes.spawn();
    const clock = new ProcessClock(time, this.#machine);
    const wakeups = hub.connect();
    const wire = new Wire(storeOf(this.name), clock, weather, dice);
    const rest = {
      git,
      stage: new FakeGitStage(),
      ids,
      log,
      policy,
      probes,
      worktrees,
      processes: processes.as(identity),
    };
    const visitor = new Visitor({ store: wire, clock, wakeups, ...rest }, '/code/app', null, this.#session);
    const after: (() => Promise<void>)[] = [];
    const context: ToolContext = {
      caller: visitor,
      signal: new AbortController().signal,
      path: 'cli',
      progress: () => {},
      afterAnswer: action => after.push(action),
    };
    const result = await callTool(operations, call.tool, call.input, context).then(
      ({ output, text }) => ({ output: output as Record<string, unknown> | undefined, text, error: undefined }),
      error => ({ output: undefined, text: '', error }),
    );
    const isSeen = !fate.isAnswerLost;
    const span = { begun, ended: this.#ground.version(), isCancelled: false, isSeen };
    this.#ground.onAnswer({ seat: this, session: this.lastSession, call, fate, ...span, ...result });
    if (isSeen) for (const action of after) await action().catch(() => {});
    await visitor.leave();
    clock.end();
    await wakeups.close();
    processes.kill(identity);
    this.#calls.delete(call);
  }
}
