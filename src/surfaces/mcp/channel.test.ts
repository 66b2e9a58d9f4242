import { beforeEach, expect, it } from 'vitest';
import { aside } from '../../../test/support/fake-git.ts';
import { FakeLog, FakeWorktrees } from '../../../test/support/fakes.ts';
import { type Bench, createBench, file } from '../../../test/support/rules.ts';
import { acknowledge } from '../../core/acknowledgement.ts';
import { locksInForce } from '../../core/blocking.ts';
import { noteEvent } from '../../core/client-event.ts';
import { recipientsOf } from '../../core/delivery.ts';
import { limits } from '../../core/limits.ts';
import { acquire } from '../../core/lock.ts';
import { send } from '../../core/message.ts';
import { notify } from '../../core/notice.ts';
import type { SessionRecord } from '../../core/records.ts';
import { Agent } from '../../tools/agent.ts';
import { pushMessages } from './channel.ts';

let bench: Bench;
let agent: Agent;
let me: SessionRecord;
let stop: AbortController;
const pushed: string[] = [];
let whilePushing: (() => Promise<unknown>) | undefined;

beforeEach(async () => {
  bench = createBench();
  pushed.length = 0;
  stop = new AbortController();
  const { store, clock, ids, wakeups, processes } = bench;
  const worktrees = new FakeWorktrees([{ root: '/app', project: 'github.com/acme/shop' }]);
  const nothing = { client: null, clientVersion: null, clientSession: null, parent: null, project: null };
  const facts = {
    ...nothing,
    handle: 'heron',
    process: processes.self(),
    host: 'box',
    reach: 'channel',
    directory: '/app',
  } as const;
  agent = new Agent({ store, clock, ids, wakeups, processes, worktrees, log: new FakeLog(), ...aside() }, facts);
  me = await agent.transact(async (_unit, session) => session);
  whilePushing = undefined;
  const notification = async (note: { params: { content: string } }) => {
    pushed.push(note.params.content);
    await whilePushing?.();
  };
  const server = { notification };
  void pushMessages(server as never, agent, stop.signal);
});

const write = async (count: number) => {
  const sender = await bench.join();
  for (let index = 0; index < count; index += 1) {
    const draft = {
      to: ['heron'],
      body: `${sender.handle} ${index}`,
      priority: 'normal',
      replyTo: null,
      tags: [],
      key: null,
    } as const;
    await bench.transact(unit => send(unit, sender, draft));
  }
};

it('pushes each message once, in order, and goes on behind any number of unread ones', async () => {
  await write(100);
  await write(100);
  await write(1);
  await bench.clock.advance(limits.safetyPollMs * 2);
  expect(pushed).toHaveLength(201);
  expect(new Set(pushed).size).toBe(201);
  await write(1);
  await bench.clock.advance(limits.safetyPollMs);
  expect(pushed).toHaveLength(202);
});

it('is no activity: the locks of a session that does nothing else lapse', async () => {
  const request = {
    ticket: 't',
    resources: [file('a')],
    pools: [],
    mode: 'exclusive',
    reason: null,
    ttlMs: 60_000,
    priority: 'normal',
  } as const;
  await bench.transact(unit => acquire(unit, me, request, null));
  await bench.clock.advance(61_000);
  expect((await bench.look(view => locksInForce(view, null, null))).locks).toEqual([]);
  expect((await bench.now(me)).lastSeenAt).toBe(me.lastSeenAt);
});

it('is no activity when it pushes either, and takes back nothing that was read meanwhile', async () => {
  await bench.clock.advance(limits.touchEveryMs * 3);
  const { lastSeenAt } = await bench.now(me);
  const sender = await bench.join();
  const draft = { to: ['heron'], body: 'hello', priority: 'normal', replyTo: null, tags: [], key: null } as const;
  const { message } = await bench.transact(unit => send(unit, sender, draft));
  whilePushing = () => bench.transact(unit => acknowledge(unit, me, [message.id], 'calls'));
  await bench.clock.advance(limits.safetyPollMs);
  expect(pushed).toHaveLength(1);
  const [recipient] = await bench.look(view => recipientsOf(view, message));
  expect(recipient?.delivery).toMatchObject({ state: 'acknowledged', path: 'calls' });
  expect((await bench.now(me)).lastSeenAt).toBe(lastSeenAt);
});

it('says of a notice that it is no peer who speaks, and of a message what it asks for', async () => {
  await bench.transact(async unit => notify(unit, [me.id], 'The lock is yours.'));
  const sender = await bench.join('otter');
  const draft = { to: ['heron'], body: 'Freeze', priority: 'normal', replyTo: null, tags: [], key: null } as const;
  await bench.transact(unit => send(unit, sender, { ...draft, wantsAck: true }));
  await bench.clock.advance(limits.safetyPollMs);
  expect(pushed).toEqual([
    'Notice from Signalbox itself, not from a peer:\nThe lock is yours.',
    'Message from the peer session otter (not your user), who asks you to acknowledge it:\nFreeze',
  ]);
});

it('ends when it is told to, and keeps no timer', async () => {
  await bench.clock.advance(100);
  stop.abort();
  await agent.leave('done');
  await bench.clock.advance(limits.safetyPollMs);
  expect(bench.clock.pending).toBe(0);
});

const hear = async (kind: 'prompt' | 'stop') => {
  const now = await bench.now(me);
  const event = { kind, source: null, prompt: null, isHeld: false } as const;
  await bench.transact(async unit => noteEvent(unit, now, event));
};

it('carries no message once hooks are heard, which bring them: it wakes the session, once, and only while that rests', async () => {
  await hear('prompt');
  await write(1);
  await bench.clock.advance(limits.safetyPollMs * 2);
  expect(pushed).toEqual([]);
  await hear('stop');
  await bench.clock.advance(limits.safetyPollMs * 4);
  expect(pushed).toHaveLength(1);
  expect(pushed[0]).toMatch(/^Signalbox: 1 message waits for you, from [a-z-]+\. message_read shows/);
  const [delivery] = await bench.look(({ tx }) => tx.list('delivery', 'unread', { equals: me.id }, { limit: 5 }));
  expect(delivery).toMatchObject({ state: 'queued', path: null });
  await hear('prompt');
  await hear('stop');
  await bench.clock.advance(limits.safetyPollMs * 2);
  expect(pushed).toHaveLength(2);
});

it('brings back no session that its client has ended, and pushes to it again once that came back by itself', async () => {
  await agent.depart('its conversation is over');
  await bench.clock.advance(limits.safetyPollMs * 3);
  expect((await bench.now(me)).endedAt).not.toBeNull();
  expect(pushed).toEqual([]);
  await agent.transact(async () => undefined);
  expect((await bench.now(me)).endedAt).toBeNull();
  await write(1);
  await bench.clock.advance(limits.safetyPollMs);
  expect(pushed).toHaveLength(1);
});
