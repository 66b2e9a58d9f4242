/** A session that its server serves over the conversations of its client, lost answers and its end. */
import { beforeEach, describe, expect, it } from 'vitest';
import { settle } from '../../test/support/fakes.ts';
import { type Bench, createBench, file, lockCalls } from '../../test/support/rules.ts';
import { hookOf, lockFor, serve, sessionOf } from '../../test/support/served.ts';
import type { SignalboxError } from '../core/errors.ts';
import { limits } from '../core/limits.ts';
import type { ProcessIdentity } from '../core/ports.ts';
import { lookAround } from '../core/presence.ts';
import type { AgentFacts } from './agent-facts.ts';
import { attend, type HookOrigin } from './attendance.ts';

let bench: Bench;
let client: ProcessIdentity;

beforeEach(async () => {
  bench = createBench();
  client = bench.processes.spawn();
  await bench.clock.advance(1_000);
});

const { holdersOf } = lockCalls(() => bench);
const server = (about: Partial<AgentFacts> = {}) => serve(bench, client, about);
const origin = (about: Partial<HookOrigin> = {}) => hookOf(client, about);
const living = async () => (await bench.look(lookAround)).live;
const handles = async () => (await living()).map(({ handle }) => handle);
const [me, lock] = [sessionOf, lockFor];
/** What a session of this process costs while it is there: a heartbeat and an ear. */
const signs = () => [bench.clock.pending, bench.wakeups.listening];

describe('attaching', () => {
  it.each(['lost', 'answer lost', 'twice'] as const)('leads to one session when its unit is %s', async way => {
    const { agent, ways } = server();
    for (const [conversation, start] of [
      ['c1', 'startup'],
      ['c2', 'clear'],
      ['c9', 'resume'],
      ['c10', 'fork'],
      ['c1', 'resume'],
    ] as const) {
      ways.push(way);
      if (way === 'twice') await agent.attach(conversation, start);
      else await expect(agent.attach(conversation, start)).rejects.toMatchObject({ code: 'unavailable' });
      const { session } = await agent.attach(conversation, start);
      expect(await living()).toMatchObject([{ id: session.id, clientSession: conversation }]);
      expect(await agent.session()).toBe(session.id);
    }
    expect(signs()).toEqual([1, 1]);
  });

  it('after a join whose answer was lost goes on with that session, in whatever conversation', async () => {
    const { agent, ways } = server({ clientSession: null });
    ways.push('answer lost');
    await expect(agent.session()).rejects.toMatchObject({ code: 'unavailable' });
    await agent.attach('c2', 'clear');
    expect(await handles()).toHaveLength(1);
  });

  it('at the same time as calls leads to one session, which beats once', async () => {
    const { agent } = server();
    const [{ session }, first, second] = await Promise.all([
      agent.attach('c1', 'startup'),
      me(agent),
      agent.session(),
      agent.attach('c1', null),
    ]);
    expect([first.id, second]).toEqual([session.id, session.id]);
    expect(signs()).toEqual([1, 1]);
    await agent.leave('done');
    expect(signs()).toEqual([0, 0]);
  });

  it('does not let a call that waits bring the session back that was left', async () => {
    const { agent } = server();
    const before = await me(agent);
    const holder = server({ parent: null, clientSession: null, isOnlyConversation: false }).agent;
    await lock(holder, 'a');
    const waiting = lock(agent, 'a', { waitSeconds: 45 }).then(
      ({ output }) => JSON.stringify(output),
      (error: SignalboxError) => error.code,
    );
    await bench.clock.advance(1_000);
    await agent.attach('c9', 'resume');
    await bench.clock.advance(limits.safetyPollMs * 2);
    expect(await waiting).toBe('session_expired');
    expect((await bench.now(before)).endedAt).not.toBeNull();
    expect(await handles()).toHaveLength(2);
  });

  it('by a hook that answered instead is learnt with the next call, which belonged to the session before', async () => {
    const { agent, world } = server();
    const before = await me(agent);
    const turned = await attend(world, origin({ conversation: 'c9', start: 'resume' }));
    await expect(me(agent)).rejects.toMatchObject({ code: 'session_expired' });
    expect((await me(agent)).id).toBe(turned?.attached.session.id);
    expect([agent.conversation, (await bench.now(before)).endedAt === null]).toEqual(['c9', false]);
    expect(await handles()).toHaveLength(1);
  });

  it('is not undone by a call that found the session ended before it knew', async () => {
    const { agent, delay } = server();
    const before = await me(agent);
    // The answer is late: the session before has ended, and nobody here knows yet.
    const arrive = delay();
    const turned = agent.attach('c9', 'resume');
    await settle();
    const call = me(agent).then(
      ({ id }) => id,
      (error: SignalboxError) => error.code,
    );
    await settle();
    arrive();
    await turned;
    expect(await call).toBe('session_expired');
    expect((await bench.now(before)).endedAt).not.toBeNull();
    expect(await handles()).toHaveLength(1);
  });

  it('says what may still be believed of locks while the store is away', async () => {
    const { agent, cut } = server();
    await lock(agent, 'a');
    cut(true);
    await expect(agent.attach('c2', 'clear')).rejects.toThrow(/Your locks hold for \d+ s more/);
    cut(false);
    await agent.attach('c2', 'clear');
    expect(await holdersOf(file('a'))).toEqual(await handles());
  });

  it('after it has left is refused', async () => {
    const { agent } = server();
    await agent.leave('gone');
    await expect(agent.attach('c1', 'startup')).rejects.toMatchObject({ code: 'session_expired' });
    expect(await handles()).toEqual([]);
  });
});

describe('departing', () => {
  it('ends the session and its signs of life, and a later event or call brings it back', async () => {
    const { agent } = server();
    const first = await me(agent);
    await lock(agent, 'a');
    await agent.depart('its client ended it');
    expect([await handles(), signs(), agent.isHere]).toEqual([[], [0, 0], false]);
    expect((await me(agent)).id).toBe(first.id);
    await agent.depart('its client ended it');
    expect((await agent.attach('c1', null)).session.id).toBe(first.id);
    expect(signs()).toEqual([1, 1]);
  });

  it.each([true, false])(
    'of a client that tells no conversation is undone by a call (one at a time: %s)',
    async isOnly => {
      const { agent } = server({ clientSession: null, isOnlyConversation: isOnly });
      const first = await me(agent);
      await agent.depart('its client ended it');
      expect((await me(agent)).id).toBe(first.id);
      expect(await handles()).toEqual([first.handle]);
    },
  );

  it('is told to whoever looks on, without bringing it back', async () => {
    const { agent } = server();
    expect(await agent.observe(async () => true)).toBeUndefined();
    await me(agent);
    await agent.depart('its client ended it');
    expect(await agent.observe(async () => true)).toBeUndefined();
    expect(await handles()).toEqual([]);
  });

  it('leaves a session alone that a hook has moved on to the next conversation meanwhile', async () => {
    const { agent, world } = server();
    const first = await me(agent);
    await attend(world, origin({ conversation: 'c2', start: 'clear' }));
    await agent.depart('its client ended it');
    expect((await living()).map(({ id }) => id)).toEqual([first.id]);
  });
});

describe('leaving', () => {
  it('ends the session at once', async () => {
    const { agent } = server();
    await lock(agent, 'a');
    await agent.leave('client gone');
    expect([await handles(), signs()]).toEqual([[], [0, 0]]);
  });

  it('waits for what is about to join, and ends that', async () => {
    const { agent } = server();
    const joining = agent.attach('c1', 'startup').catch(() => undefined);
    await agent.leave('client gone');
    await joining;
    expect([await handles(), signs()]).toEqual([[], [0, 0]]);
  });

  it('does not end a session whose lease is its client, which lives', async () => {
    const { agent } = server({ process: client });
    const first = await me(agent);
    await agent.leave('client gone');
    expect([await handles(), signs()]).toEqual([[first.handle], [0, 0]]);
  });

  it('ends one whose lease is its client, when that is gone', async () => {
    const { agent } = server({ process: client });
    const first = await me(agent);
    bench.processes.kill(client);
    await agent.leave('client gone');
    expect((await bench.now(first)).endReason).toBe('client gone');
  });

  it('does not end a session that another server has taken over or shares as its lease', async () => {
    const [one, two] = [server(), server()];
    const first = await me(one.agent);
    expect((await me(two.agent)).id).toBe(first.id);
    await two.agent.leave('client gone');
    expect(await handles()).toEqual([first.handle]);
    const three = server();
    await me(three.agent);
    bench.processes.kill(one.self);
    expect((await me(three.agent)).process).toEqual(three.self);
    expect((await bench.now(first)).endedAt).toBeNull();
  });

  it('keeps what a session holds when the server that shared it takes its lease over', async () => {
    const [one, two] = [server(), server()];
    await lock(one.agent, 'a');
    await me(two.agent);
    bench.processes.kill(one.self);
    const { handle } = await me(two.agent);
    expect(await holdersOf(file('a'))).toEqual([handle]);
  });
});
