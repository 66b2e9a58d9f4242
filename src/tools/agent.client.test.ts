/** A session and its client: servers that follow each other, sub-agents, hooks that no server answers. */
import { beforeEach, describe, expect, it } from 'vitest';
import { settle } from '../../test/support/fakes.ts';
import { letterCalls } from '../../test/support/letters.ts';
import { type Bench, createBench, file, lockCalls } from '../../test/support/rules.ts';
import { hookOf, lockFor, serve, sessionOf } from '../../test/support/served.ts';
import { limits } from '../core/limits.ts';
import type { ProcessIdentity } from '../core/ports.ts';
import { callingSession, lookAround } from '../core/presence.ts';
import type { SessionRecord } from '../core/records.ts';
import { end } from '../core/session.ts';
import type { AgentFacts } from './agent-facts.ts';
import { attend, type HookOrigin } from './attendance.ts';
import type { Participant } from './participant.ts';

let bench: Bench;
let client: ProcessIdentity;

beforeEach(async () => {
  bench = createBench();
  client = bench.processes.spawn();
  await bench.clock.advance(1_000);
});

const { holdersOf } = lockCalls(() => bench);
const { write, bodies } = letterCalls(() => bench);
const server = (about: Partial<AgentFacts> = {}) => serve(bench, client, about);
const origin = (about: Partial<HookOrigin> = {}) => hookOf(client, about);
const living = async () => (await bench.look(lookAround)).live;
const handles = async () => (await living()).map(({ handle }) => handle);
const [me, lock] = [sessionOf, lockFor];

describe('a client that stops a server with its conversation', () => {
  const successive = { isSuccessive: true, isOnlyConversation: false } as const;
  /** A server of it, from whose life nothing hangs. */
  const outlived = (clientSession: string) => {
    const process = bench.processes.spawn();
    return { process, ...server({ ...successive, clientSession, process: client, server: process }) };
  };

  it('has one session over both, which keeps what it holds though the server was killed', async () => {
    const one = outlived('c1');
    const first = await me(one.agent);
    await lock(one.agent, 'a');
    bench.processes.kill(one.process);
    expect(await handles()).toEqual([first.handle]);
    const two = outlived('c2');
    const next = await me(two.agent);
    expect([next.id, next.clientSession, next.process, next.server]).toEqual([first.id, 'c2', client, two.process]);
    expect(await holdersOf(file('a'))).toEqual([first.handle]);
    await two.agent.leave('client gone');
    expect(await handles()).toEqual([first.handle]);
    bench.processes.kill(client);
    expect(await handles()).toEqual([]);
  });

  it('has two sessions while both servers run, and a hook finds the right one', async () => {
    const [one, two] = [outlived('c1'), outlived('c2')];
    const [first, second] = [await me(one.agent), await me(two.agent)];
    expect(second.id).not.toBe(first.id);
    const about = { isOnlyConversation: false, isSuccessive: true };
    const found = await attend(one.world, origin({ conversation: 'c2', ...about }));
    expect(found?.attached.session.id).toBe(second.id);
    const third = await attend(one.world, origin({ conversation: 'c3', ...about }));
    expect([first.id, second.id]).not.toContain(third?.attached.session.id);
  });
});

describe('a sub-agent', () => {
  it('holds no lock of which nobody knows after a call whose answer was lost', async () => {
    const { agent, ways } = server();
    const child = await agent.child({ id: 'a1', type: null });
    await me(child);
    ways.push('answer lost');
    await expect(lock(child, 'a')).rejects.toMatchObject({ code: 'unavailable' });
    await me(agent);
    await settle();
    expect(await holdersOf(file('a'))).toEqual([]);
  });
});

describe('serving', () => {
  it('hangs the session and its sub-agents from this process, and is tried again after it failed', async () => {
    const { agent, self, ways } = server({ process: client });
    await me(agent);
    const child = await me(await agent.child({ id: 'a1', type: null }));
    ways.push('lost');
    await expect(agent.serve()).rejects.toMatchObject({ code: 'unavailable' });
    expect((await me(agent)).process).toEqual(client);
    await agent.serve();
    expect([(await me(agent)).process, (await bench.now(child)).process]).toEqual([self, self]);
    await agent.leave('client gone');
    expect(await handles()).toEqual([]);
  });
});

describe('a sub-agent of an agent', () => {
  it('is a caller of its own, the same for the same id', async () => {
    const { agent } = server();
    const one = await agent.child({ id: 'a1', type: null });
    expect(await agent.child({ id: 'a1', type: null })).toBe(one);
    await lock(one, 'a');
    expect(await holdersOf(file('a'))).toEqual([`${(await me(agent)).handle}.1`]);
  });

  it('hears hints, and is not heard for any more when its session is over', async () => {
    const { agent } = server();
    const one = await agent.child({ id: 'a1', type: null });
    for (const _ of [1, 2]) await one.hints();
    expect(bench.wakeups.listening).toBe(2);
    await agent.depart('its client ended it');
    expect(bench.wakeups.listening).toBe(0);
    await agent.child({ id: 'a1', type: null }).then(child => child.hints());
    await agent.leave('client gone');
    expect(bench.wakeups.listening).toBe(0);
  });

  it('keeps a place in line that its server watches', async () => {
    const { agent } = server();
    const holder = server({ parent: null, clientSession: null, isOnlyConversation: false });
    await lock(holder.agent, 'a');
    const one = await agent.child({ id: 'a1', type: null });
    await lock(one, 'a', { queue: true });
    bench.processes.kill(holder.self);
    await bench.clock.advance(limits.queueWatchMs * 2);
    const { handle } = await me(one);
    expect(await holdersOf(file('a'))).toEqual([handle]);
    expect(await bodies((await me(one)) as SessionRecord)).toEqual([expect.stringContaining('file:a')]);
    await agent.leave('client gone');
    await settle();
  });

  it('makes activity of each of its calls', async () => {
    const { agent } = server();
    await lock(agent, 'src', { ttlSeconds: 100 });
    const one = await agent.child({ id: 'a1', type: null });
    for (let call = 0; call < 4; call += 1) {
      await bench.clock.advance(60_000);
      await me(one);
    }
    expect(await holdersOf(file('src'))).toEqual([(await me(agent)).handle]);
  });

  it('comes back with its next call after its session was ended by somebody', async () => {
    const { agent } = server();
    const one = await me(await agent.child({ id: 'a1', type: null }));
    const id = await agent.session();
    await bench.transact(unit => end(unit, id, 'ended by heron'));
    const again = await me(await agent.child({ id: 'a1', type: null }));
    expect([again.id, again.parentSession]).toEqual([one.id, id]);
  });
});

describe('a hook without a server', () => {
  it('lets the session join that its server then takes over, and finds it from then on', async () => {
    const { agent, world, self } = server();
    const hooked = await attend(world, origin({ start: 'startup' }));
    expect(hooked?.attached.session).toMatchObject({ process: client, reach: 'hooks', clientSession: 'c1' });
    expect((await me(agent)).id).toBe(hooked?.attached.session.id);
    const again = await attend(world, origin());
    expect(again?.attached.session).toMatchObject({ id: hooked?.attached.session.id, process: self });
  });

  it('of an end ends nothing that its client has left already, and lets nobody join', async () => {
    const { agent, world } = server();
    expect(await attend(world, origin({ isEnd: true }))).toBeUndefined();
    const first = await me(agent);
    await agent.attach('c2', 'clear');
    expect(await attend(world, origin({ isEnd: true }))).toBeUndefined();
    expect((await attend(world, origin({ isEnd: true, conversation: 'c2' })))?.attached.session.id).toBe(first.id);
    expect((await attend(world, origin({ isEnd: true, conversation: 'never told' })))?.attached.session.id).toBe(
      first.id,
    );
  });

  it('whose client is not known speaks for a session that lives, and for no new one', async () => {
    const { agent, world } = server();
    expect(await attend(world, origin({ process: null }))).toBeUndefined();
    const first = await me(agent);
    const found = await attend(world, origin({ process: null }));
    expect(found?.attached.session.id).toBe(first.id);
    await write(await bench.join('heron'), [first.handle], 'hello');
    expect((await me(found?.caller as Participant)).id).toBe(first.id);
  });

  it('tells a command in the shell of the session who it is, over all of its conversations', async () => {
    const { agent } = server();
    const first = await me(agent);
    await agent.attach('c2', 'clear');
    await agent.child({ id: 'a1', type: null });
    for (const conversation of ['c1', 'c2', null]) {
      const clues = { session: null, conversation, parent: client };
      expect((await bench.look(view => callingSession(view, clues)))?.id).toBe(first.id);
    }
  });
});
