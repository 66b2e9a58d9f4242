import { beforeEach, describe, expect, it } from 'vitest';
import { aside } from '../../test/support/fake-git.ts';
import { FakeLog, FakeWorktrees } from '../../test/support/fakes.ts';
import { type Bench, createBench } from '../../test/support/rules.ts';
import { noteEvent } from '../core/client-event.ts';
import { lookAround } from '../core/presence.ts';
import type { ProcessIdentity } from '../core/process.ts';
import type { SessionRecord } from '../core/records.ts';
import { Agent } from './agent.ts';
import { Callers, type CallOwner, type ClientTraits, type EventOwner } from './callers.ts';
import type { Participant } from './participant.ts';
import type { World } from './world.ts';

const root = '/code/app';
const codex: ClientTraits = { name: 'codex', conversations: 'many', environment: 'nothing', servers: 'of threads' };
const plain: ClientTraits = { name: 'plain', conversations: 'many', environment: 'nothing' };

let bench: Bench;
let world: World;
/** The client's process: one for all its threads. */
let daemon: ProcessIdentity;

beforeEach(() => {
  bench = createBench();
  const worktrees = new FakeWorktrees([{ root, project: 'github.com/acme/shop' }]);
  const { store, clock, ids, wakeups, processes } = bench;
  world = { store, clock, ids, wakeups, processes, worktrees, log: new FakeLog(), ...aside() };
  daemon = processes.spawn();
});

/** A server process of the client. */
function server(traits = codex) {
  const self = bench.processes.spawn();
  const own = { ...world, processes: bench.processes.as(self) };
  const make = (conversation: string | null | undefined, lease: 'server' | 'client') =>
    new Agent(own, {
      ...{ handle: null, client: traits.name, clientVersion: null, clientSession: conversation ?? null },
      ...{ process: lease === 'client' ? daemon : self, parent: daemon, host: 'box', reach: 'calls' },
      ...{ directory: root, project: null, isOnlyConversation: traits.conversations === 'one' },
    });
  const callers = new Callers(bench.clock, traits, make);
  return {
    callers,
    /** It dies without a word. */
    kill: () => bench.processes.kill(self),
    /** It is told to stop. */
    stop: async () => {
      await callers.leave('client gone');
      bench.processes.kill(self);
    },
  };
}

const me = (participant: Participant) => participant.read(async (_view, session) => session);
const event = (conversation: string, more: Partial<EventOwner> = {}): EventOwner => ({
  ...{ conversation, agent: null, start: null, call: null },
  ...more,
});
const heard = async ({ callers }: { callers: Callers }, conversation: string, more: Partial<EventOwner> = {}) => {
  const found = await callers.ofEvent(event(conversation, more));
  const { start = null } = more;
  const note = { kind: start === null ? 'before-tool' : 'start', source: start, prompt: null, isHeld: false } as const;
  return found?.caller.transact(async (unit, session) => noteEvent(unit, session, note));
};
const called = async ({ callers }: { callers: Callers }, conversation: string | null, agent?: string) => {
  const owner: CallOwner = {
    id: null,
    tool: 'x',
    input: {},
    conversation,
    agent: agent ? { id: agent, type: null } : null,
  };
  return me(await callers.ofCall(owner));
};
const stored = async ({ id }: SessionRecord) => (await bench.look(view => view.tx.get('session', id))) as SessionRecord;
const here = async () => (await bench.look(lookAround)).live.map(session => session.id).sort();

describe('threads with servers of their own', () => {
  it('a sub-agent is a child of the session that another server serves, and the session is one', async () => {
    const [main, sub] = [server(), server()];
    const root = await called(main, 'A');
    const child = await called(sub, 'A', 'SUB');
    expect(child).toMatchObject({ parentSession: root.id, handle: `${root.handle}.1` });
    expect(await here()).toEqual([root.id, child.id].sort());
    expect(await called(sub, 'A', 'SUB')).toMatchObject({ id: child.id });
    expect((await stored(root)).process).toEqual(root.process);
  });

  it('the lease of a session never hangs from the server of a sub-agent', async () => {
    const [main, sub] = [server(), server()];
    const root = await heard(main, 'A', { start: 'startup' });
    await called(sub, 'A', 'SUB');
    expect((await stored(root as SessionRecord)).process).toEqual(daemon);
    await sub.stop();
    expect((await stored(root as SessionRecord)).endedAt).toBeNull();
  });

  it('a sub-agent ends with its thread, and its session with it if nothing else was ever heard of that', async () => {
    const [one, two] = [server(), server()];
    const first = await called(one, 'A', 'SUB-1');
    const second = await called(two, 'A', 'SUB-2');
    await one.stop();
    expect(await here()).toEqual([first.parentSession, second.id].sort());
    await two.stop();
    expect(await here()).toEqual([]);
  });

  it('a second server of a conversation shares its living session and takes its lease over', async () => {
    const [first, second] = [server(), server()];
    const root = await called(first, 'A');
    const again = await called(second, 'A');
    expect(again.id).toBe(root.id);
    await first.stop();
    expect((await stored(root)).endedAt).toBeNull();
    second.kill();
    expect(await here()).toEqual([]);
  });

  it('the first call takes over the session that an event of any server let join', async () => {
    const [other, own] = [server(), server()];
    const root = await heard(other, 'A', { start: 'startup' });
    expect(root?.process).toEqual(daemon);
    expect(await called(own, 'A')).toMatchObject({ id: root?.id });
    await other.stop();
    expect(await here()).toEqual([root?.id]);
    own.kill();
    expect(await here()).toEqual([]);
  });

  it('a server that a call has proved to be of one conversation leaves the events of others to others', async () => {
    const one = server();
    await called(one, 'A');
    expect(await heard(one, 'A')).toBeDefined();
    expect(await one.callers.ofEvent(event('B'))).toBeUndefined();
  });

  it('the end of one server ends its session and no other', async () => {
    const [one, two] = [server(), server()];
    const a = await heard(one, 'A', { start: 'startup' });
    const b = await heard(one, 'B', { start: 'startup' });
    const c = await called(two, 'C');
    await called(one, 'A');
    await one.stop();
    expect(await here()).toEqual([b?.id, c.id].sort());
    expect((await stored(a as SessionRecord)).endReason).toBe('client gone');
  });

  it('the end of the whole client ends all of its sessions', async () => {
    const [one, two] = [server(), server()];
    await heard(one, 'A', { start: 'startup' });
    await called(two, 'B', 'SUB');
    bench.processes.kill(daemon);
    expect(await here()).toEqual([]);
  });

  describe('a cleared context', () => {
    it('goes on as the same session, which outlives the server of the thread before', async () => {
      const [before, after] = [server(), server()];
      const session = await called(before, 'A');
      expect(await heard(after, 'B', { start: 'clear' })).toMatchObject({ id: session.id, clientSession: 'B' });
      await before.stop();
      expect(await here()).toEqual([session.id]);
      expect(await called(after, 'B')).toMatchObject({ id: session.id });
    });

    it('is not ended by the end of the thread before, told to whichever server', async () => {
      const [before, after] = [server(), server()];
      const session = await called(before, 'A');
      await heard(after, 'B', { start: 'clear' });
      await called(after, 'B');
      expect(await after.callers.end('A', 'over')).toBe(false);
      expect(await before.callers.end('A', 'over')).toBe(true);
      await before.stop();
      expect(await here()).toEqual([session.id]);
      // Its lease is still that of the server that serves it now.
      after.kill();
      expect(await here()).toEqual([]);
    });
  });

  it('the end of a conversation ends its session; a server that does not know it says so', async () => {
    const [one, two] = [server(), server()];
    await heard(one, 'A', { start: 'startup' });
    expect(await two.callers.end('A', 'over')).toBe(false);
    expect(await one.callers.end('A', 'over')).toBe(true);
    expect(await here()).toEqual([]);
    expect(await one.callers.end('A', 'over')).toBe(false);
  });

  it('a server that minds many conversations one after the other forgets those that are over', async () => {
    const one = server();
    for (const conversation of ['A', 'B', 'C', 'D']) {
      const session = await heard(one, conversation, { start: 'startup' });
      const teller = server();
      await heard(teller, conversation);
      await teller.callers.end(conversation, 'over');
      expect((await stored(session as SessionRecord)).endedAt).not.toBeNull();
    }
    expect(one.callers.present).toHaveLength(1);
  });

  it('use of the connection without a word whose it is belongs to the proven session', async () => {
    const one = server();
    await me(one.callers.main);
    const session = await called(one, 'A');
    expect(await me(one.callers.main)).toMatchObject({ id: session.id });
    expect(await here()).toEqual([session.id]);
  });

  it('two calls at once make one session', async () => {
    const [main, sub] = [server(), server()];
    const all = await Promise.all([called(main, 'A'), called(main, 'A'), called(sub, 'A', 'S'), called(sub, 'A', 'T')]);
    expect(new Set(all.map(({ id, parentSession }) => parentSession ?? id)).size).toBe(1);
  });
});

describe('sub-agents of sub-agents', () => {
  it('act as the one below the conversation, whoever told first', async () => {
    const one = server({ ...plain, servers: 'of conversations' });
    const child = await called(one, 'A', 'SUB');
    const agent = (id: string) => ({ id, type: null });
    expect(await heard(one, 'SUB', { agent: agent('SUB-SUB') })).toMatchObject({ id: child.id });
    expect(await heard(one, 'SUB-SUB', { agent: agent('DEEP') })).toMatchObject({ id: child.id });
    expect(await called(one, 'SUB-SUB', 'DEEP')).toMatchObject({ id: child.id });
    expect(await here()).toEqual([child.id, child.parentSession].sort());
  });
});

describe('a server for whatever its client runs', () => {
  it('hears the events of all conversations once it is known to serve several', async () => {
    const one = server(plain);
    await called(one, 'A');
    expect(await one.callers.ofEvent(event('B'))).toBeUndefined();
    const b = await called(one, 'B');
    expect(await heard(one, 'B')).toMatchObject({ id: b.id });
    expect(await heard(one, 'A')).toBeDefined();
    expect(await heard(one, 'C')).toBeDefined();
  });

  it('has a session for each conversation that calls tell of', async () => {
    const one = server(plain);
    const [a, b] = [await called(one, 'A'), await called(one, 'B')];
    expect(a.id).not.toBe(b.id);
    expect(await called(one, 'A')).toMatchObject({ id: a.id });
    await one.stop();
    expect(await here()).toEqual([]);
  });

  it('knows a call by the announcement of a hook: by its id, else by what is called with what', async () => {
    const one = server(plain);
    const announce = (conversation: string, id: string | null, input: object) =>
      heard(one, conversation, { start: 'startup', call: { id, tool: 'mcp__signalbox__x', input } });
    const a = await announce('A', 'call-1', {});
    const b = await announce('B', null, { p: 1, q: 2 });
    const call = { tool: 'x', conversation: null, agent: null };
    expect(await me(await one.callers.ofCall({ ...call, id: 'call-1', input: {} }))).toMatchObject({ id: a?.id });
    expect(await me(await one.callers.ofCall({ ...call, id: 'call-2', input: { q: 2, p: 1 } }))).toMatchObject({
      id: b?.id,
    });
  });
});
