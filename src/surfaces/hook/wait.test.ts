import { beforeEach, expect, it } from 'vitest';
import { aside } from '../../../test/support/fake-git.ts';
import { FakeLog, FakeWorktrees, settle } from '../../../test/support/fakes.ts';
import { letterCalls } from '../../../test/support/letters.ts';
import { type Bench, createBench } from '../../../test/support/rules.ts';
import { wakingByCommand } from '../../clients/waking.ts';
import { limits } from '../../core/limits.ts';
import type { SessionRecord } from '../../core/records.ts';
import { Agent } from '../../tools/agent.ts';
import { callTool } from '../../tools/call-tool.ts';
import { Callers, type ClientTraits } from '../../tools/callers.ts';
import { answerHook } from './answer.ts';
import { hookHandler } from './handler.ts';
import { ServedDesk } from './served.ts';

const claude: ClientTraits = { name: 'claude-code', conversations: 'one', environment: 'first' };

let bench: Bench;
let peer: SessionRecord;
let desk: ServedDesk;
let callers: Callers;
let handle: ReturnType<typeof hookHandler>;
const letters = letterCalls(() => bench);

beforeEach(async () => {
  bench = createBench();
  const { store, clock, ids, wakeups, processes } = bench;
  const worktrees = new FakeWorktrees([{ root: '/app', project: 'github.com/acme/shop' }]);
  const world = { store, clock, ids, wakeups, processes, worktrees, log: new FakeLog(), ...aside() };
  const parent = processes.spawn();
  const nothing = { handle: null, clientVersion: null, clientSession: null, project: null };
  const facts = { ...nothing, client: 'claude-code', process: processes.self(), parent, host: 'box' };
  callers = new Callers(clock, claude, () => {
    return new Agent(world, { ...facts, reach: 'calls', directory: '/app', isOnlyConversation: true });
  });
  const waking = wakingByCommand({ run: async () => false }, () => []);
  desk = new ServedDesk({ clock, callers: () => callers, waking, call: callTool, tellsFailure: () => false });
  handle = hookHandler(desk);
  peer = await bench.join('peer');
  await tell('UserPromptSubmit', { prompt: 'Move the login.', prompt_id: 'p1' });
});

async function tell(event: string, more: object = {}): Promise<string> {
  const input = { session_id: 'A', hook_event_name: event, cwd: '/app', ...more };
  const call = { client: 'claude-code', event, input, teller: 'client_event' };
  const answer = await answerHook(desk, call, new AbortController().signal);
  await answer?.shown();
  await settle();
  return answer?.written.stdout ?? '';
}

const stops = (more: object = {}) => tell('Stop', { prompt_id: 'p1', stop_hook_active: 'false', ...more });

/** A waiter that the client started beside a stop; what it is answered. */
async function stand(more: object = {}) {
  const gone = new AbortController();
  const input = { session_id: 'A', hook_event_name: 'Stop', cwd: '/app', prompt_id: 'p1', stop_hook_active: false };
  const answers: unknown[] = [];
  handle(
    {
      client: 'claude-code',
      event: 'Stop',
      input: { ...input, ...more },
      environment: { CLAUDECODE: '1' },
      wait: true,
    },
    { reply: value => void answers.push(value), next() {}, close() {}, signal: gone.signal },
  );
  await settle(5);
  return { answers, hangUp: () => gone.abort() };
}

const session = async () => {
  const all = await bench.look(({ tx }) => tx.list('session', 'clientSession', { equals: 'A' }, { limit: 9 }));
  expect(all).toHaveLength(1);
  return all[0] as SessionRecord;
};
const write = async (priority: 'low' | 'normal' | 'urgent' = 'normal') => {
  await letters.write(peer, [(await session()).handle], 'The PLUM-TREE is mine.', { priority });
  await settle(10);
};
const woken = { stdout: '', exitCode: 2, stderr: expect.stringMatching(/^1 message waits for you, from peer\. .*\n$/) };

it('a waiter ends with the reason to wake its session, which has no word of the message', async () => {
  await stops();
  const { answers } = await stand();
  expect((await session()).reach).toBe('wake');
  await bench.clock.advance(limits.restingPollMs * 3);
  expect(answers).toEqual([]);
  await write('low');
  expect(answers).toEqual([]);
  await write();
  expect(answers).toEqual([woken]);
  expect(JSON.stringify(answers)).not.toContain('PLUM');
  expect((await session()).reach).toBe('hooks');
  expect(await tell('UserPromptSubmit', { prompt: '<task-notification>\nSignalbox: 1 message waits' })).toContain(
    'PLUM',
  );
});

it('of one session only the last waiter stands; the one before is told to go and wakes nobody', async () => {
  await stops();
  const first = await stand();
  const second = await stand();
  expect([first.answers, second.answers]).toEqual([[{ stdout: '' }], []]);
  expect((await session()).reach).toBe('wake');
  await write();
  expect([first.answers, second.answers]).toEqual([[{ stdout: '' }], [woken]]);
});

it('a waiter that hangs up is forgotten, and no message counts as announced by it', async () => {
  await stops();
  const first = await stand();
  first.hangUp();
  await settle(10);
  expect((await session()).reach).toBe('hooks');
  await write();
  expect((await session()).nudgedAt).toBeNull();
  expect((await stand()).answers).toEqual([woken]);
});

it('a waiter that came a moment before its stop is answered with it', async () => {
  await write();
  const { answers } = await stand();
  expect(answers).toEqual([]);
  await stops();
  await settle(10);
  expect(answers).toEqual([woken]);
});

it('a stop that reached nobody is known by its waiter', async () => {
  await write();
  const { answers } = await stand();
  await bench.clock.advance(limits.stopExpectedMs - 1);
  expect(answers).toEqual([]);
  await bench.clock.advance(1);
  await settle(10);
  expect(answers).toEqual([woken]);
});

it('a session whose stop was held up is not woken: it goes on', async () => {
  await write('urgent');
  expect(await stops()).toContain('PLUM');
  const { answers } = await stand();
  await write();
  await bench.clock.advance(limits.restingPollMs);
  expect(answers).toEqual([]);
  expect((await session()).restingSince).toBeNull();
});

it('standing ready is no activity, and brings nobody back who has ended', async () => {
  await stops();
  await bench.clock.advance(limits.touchEveryMs * 2);
  const { lastSeenAt } = await session();
  const { answers } = await stand();
  await bench.clock.advance(limits.heartbeatMs);
  expect((await session()).lastSeenAt).toBe(lastSeenAt);
  await tell('SessionEnd', { reason: 'prompt_input_exit' });
  await write();
  await bench.clock.advance(limits.restingPollMs);
  await settle(10);
  expect(answers).toEqual([{ stdout: '' }]);
  expect((await session()).endedAt).not.toBeNull();
});

it('a waiter of a client that is not there is let go', async () => {
  const answers: unknown[] = [];
  const connection = { reply: (value: unknown) => void answers.push(value), next() {}, close() {} };
  const request = { client: 'claude-code', event: 'Stop', input: { session_id: 'A' }, wait: true };
  const { signal } = new AbortController();
  handle({ ...request, environment: { CLAUDECODE: '1', COPILOT_CLI: '1' } }, { ...connection, signal });
  handle({ ...request, event: 'Nothing', environment: { CLAUDECODE: '1' } }, { ...connection, signal });
  await settle(5);
  expect(answers).toEqual([{}, {}]);
});
