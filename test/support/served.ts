/** Servers of one client on a bench, whose way to the store can be spoilt. */
import { SignalboxError } from '../../src/core/errors.ts';
import type { ProcessIdentity, Store } from '../../src/core/ports.ts';
import { Agent } from '../../src/tools/agent.ts';
import type { AgentFacts } from '../../src/tools/agent-facts.ts';
import type { HookOrigin } from '../../src/tools/attendance.ts';
import { callTool } from '../../src/tools/call-tool.ts';
import { tools } from '../../src/tools/index.ts';
import type { Participant } from '../../src/tools/participant.ts';
import type { World } from '../../src/tools/world.ts';
import { aside } from './fake-git.ts';
import { FakeLog, FakeWorktrees } from './fakes.ts';
import { type Bench, project } from './rules.ts';

const root = '/code/app';

/** What happens on the way to the store: each unit is asked in turn; what is over is plain. */
type Way = 'plain' | 'lost' | 'answer lost' | 'twice' | 'cut';

/** A server process of the client, with the one session that it has. */
export function serve(bench: Bench, client: ProcessIdentity, about: Partial<AgentFacts> = {}) {
  const self = bench.processes.spawn();
  const ways: Way[] = [];
  let isCut = false;
  let held: Promise<void> | undefined;
  const away = () => new SignalboxError('unavailable', 'The store cannot be reached.', 'Call again.');
  const transact: Store['transact'] = async (...call) => {
    const way = isCut ? 'cut' : (ways.shift() ?? 'plain');
    if (way === 'cut' || way === 'lost') throw away();
    if (way === 'twice') await bench.store.transact(...call);
    const late = held;
    held = undefined;
    const answer = await bench.store.transact(...call);
    await late;
    if (way === 'answer lost') throw away();
    return answer;
  };
  const store: Store = { ...unbound(bench.store), spansMachines: true, transact };
  const world: World = {
    ...{ store, clock: bench.clock, ids: bench.ids, wakeups: bench.wakeups, processes: bench.processes.as(self) },
    ...{ worktrees: new FakeWorktrees([{ root, project }]), log: new FakeLog(), ...aside() },
  };
  const agent = new Agent(world, {
    ...{ handle: null, client: 'test-client', clientVersion: null, clientSession: 'c1' },
    ...{ process: self, parent: client, host: 'box', reach: 'calls' },
    ...{ directory: root, project: null, isOnlyConversation: true },
    ...about,
  });
  return {
    agent,
    world,
    self,
    ways,
    /** Keeps the answer to the next unit back until the result is called. */
    delay: () => {
      let arrive = () => {};
      held = new Promise(resolve => {
        arrive = resolve;
      });
      return () => arrive();
    },
    cut: (now: boolean) => {
      isCut = now;
    },
  };
}

function unbound(store: Store): Store {
  return {
    spansMachines: store.spansMachines,
    transact: (...call) => store.transact(...call),
    read: (...call) => store.read(...call),
    eventsAfter: (...call) => store.eventsAfter(...call),
    projects: () => store.projects(),
    contents: name => store.contents(name),
    load: (...call) => store.load(...call),
    inspect: () => store.inspect(),
    close: () => store.close(),
  };
}

/** A hook of the client, as its command tells of it. */
export const hookOf = (client: ProcessIdentity, about: Partial<HookOrigin> = {}): HookOrigin => ({
  ...{ client: 'test-client', clientVersion: null, conversation: 'c1', process: client, directory: root },
  ...{ project: null, start: null, isOnlyConversation: true, isEnd: false },
  ...about,
});

export const sessionOf = (participant: Participant) => participant.transact(async (_unit, session) => session);

export const lockFor = (caller: Participant, path: string, more: Record<string, unknown> = {}) =>
  callTool(
    tools,
    'lock_acquire',
    { paths: [path], ...more },
    {
      ...{ caller, signal: new AbortController().signal, path: 'calls' },
      ...{ progress() {}, afterAnswer() {} },
    },
  );
