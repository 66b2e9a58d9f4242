import { beforeEach, expect, it } from 'vitest';
import { aside } from '../../../test/support/fake-git.ts';
import { FakeLog, FakeWorktrees } from '../../../test/support/fakes.ts';
import { type Bench, createBench, file } from '../../../test/support/rules.ts';
import { locksInForce } from '../../core/blocking.ts';
import { limits } from '../../core/limits.ts';
import { acquire } from '../../core/lock.ts';
import { send } from '../../core/message.ts';
import type { SessionRecord } from '../../core/records.ts';
import { Agent } from '../../tools/participant.ts';
import { pushMessages } from './channel.ts';

let bench: Bench;
let agent: Agent;
let me: SessionRecord;
let stop: AbortController;
const pushed: string[] = [];

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
  const server = { notification: async (note: { params: { content: string } }) => pushed.push(note.params.content) };
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

it('ends when it is told to, and keeps no timer', async () => {
  await bench.clock.advance(100);
  stop.abort();
  await agent.leave('done');
  await bench.clock.advance(limits.safetyPollMs);
  expect(bench.clock.pending).toBe(0);
});
