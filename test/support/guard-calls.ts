/** What the hooks of sessions ask before a tool and tell after it, as the operations are called, on the bench of the moment. */
import { defaultGuard, defaultPolicy, type GuardPolicy } from '../../src/core/policy.ts';
import type { SessionRecord } from '../../src/core/records.ts';
import { callTool } from '../../src/tools/call-tool.ts';
import clientEvent from '../../src/tools/client-event.ts';
import type { ToolContext, ToolDefinition } from '../../src/tools/define-tool.ts';
import guardCheck from '../../src/tools/guard-check.ts';
import guardDone from '../../src/tools/guard-done.ts';
import { Visitor } from '../../src/tools/visitor.ts';
import type { World } from '../../src/tools/world.ts';
import { FakeGitFacts, FakeGitStage, FakeProbes } from './fake-git.ts';
import { FakeLog, FakeWorktrees } from './fakes.ts';
import { type Bench, project } from './rules.ts';

export interface GuardScene {
  readonly git: FakeGitFacts;
  readonly worktrees: FakeWorktrees;
  policy: GuardPolicy;
}

/** Two checkouts, `/shop` on main and `/shop-2` on feature. */
export function guardScene(): GuardScene {
  const worktrees = new FakeWorktrees([
    { root: '/shop', project },
    { root: '/shop-2', project, anchor: '/shop', branch: 'feature' },
  ]);
  return { git: new FakeGitFacts(), worktrees, policy: defaultGuard };
}

export function guardCalls(bench: () => Bench, scene: () => GuardScene) {
  let last: World | undefined;
  /** One for all calls, as in a server: what it remembers goes by it. */
  const world = (): World => {
    const { store, clock, ids, wakeups, processes } = bench();
    const { git, worktrees, policy } = scene();
    if (last?.store === store && last.git === git && last.policy.guard === policy) return last;
    const set = { ...defaultPolicy, guard: policy };
    last = {
      store,
      clock,
      ids,
      wakeups,
      processes,
      worktrees,
      git,
      stage: new FakeGitStage(),
      probes: new FakeProbes(),
      policy: set,
      log: new FakeLog(),
    };
    return last;
  };
  const call = async (session: SessionRecord, tool: ToolDefinition, input: Record<string, unknown>) => {
    const after: (() => Promise<void>)[] = [];
    const context: ToolContext = {
      caller: new Visitor(world(), session.root, null, session.id),
      signal: new AbortController().signal,
      path: 'hook',
      progress: () => {},
      afterAnswer: action => void after.push(action),
    };
    const { output, text } = await callTool([tool], tool.name, input, context);
    for (const action of after) await action();
    return { output, text };
  };
  const edit = (paths: readonly string[], change = 'modified') => ({
    kind: 'edit',
    files: paths.map(path => ({ path, change })),
  });
  /** Null when it may run, else what the model is told. */
  const check = async (session: SessionRecord, action: object, id: string | null = null) => {
    const { output, text } = await call(session, guardCheck, { action, call: id });
    return output.refused === true ? text : null;
  };
  const done = async (session: SessionRecord, action: object, id: string | null = null, hasFailed = false) =>
    (await call(session, guardDone, { action, call: id, hasFailed })).text;
  const event = async (session: SessionRecord, about: Record<string, unknown>) =>
    (await call(session, clientEvent, about)).text;
  return {
    check,
    done,
    event,
    mayEdit: (session: SessionRecord, ...paths: string[]) => check(session, edit(paths)),
    hasEdited: (session: SessionRecord, ...paths: string[]) => done(session, edit(paths)),
    /** Asks and, where it may, has it done. */
    edits: async (session: SessionRecord, ...paths: string[]) => {
      const refusal = await check(session, edit(paths));
      if (refusal === null) await done(session, edit(paths));
      return refusal;
    },
    mayRun: (session: SessionRecord, command: string, id: string | null = null) =>
      check(session, { kind: 'shell', command, directory: null }, id),
    hasRun: (session: SessionRecord, command: string, id: string | null = null) =>
      done(session, { kind: 'shell', command, directory: null }, id),
    /** What is over although nothing told it. */
    finish: async (session: SessionRecord) => (await call(session, guardDone, {})).text,
    stops: (session: SessionRecord) => event(session, { kind: 'stop' }),
    prompt: (session: SessionRecord, prompt = 'go on') => event(session, { kind: 'prompt', prompt }),
  };
}
