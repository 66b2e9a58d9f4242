import { beforeEach, describe, expect, it } from 'vitest';
import { aside } from '../../../test/support/fake-git.ts';
import { FakeLog, FakeWorktrees, settle } from '../../../test/support/fakes.ts';
import { type Bench, createBench } from '../../../test/support/rules.ts';
import { type Waking, wakingByCommand } from '../../clients/waking.ts';
import { limits } from '../../core/limits.ts';
import { send } from '../../core/message.ts';
import type { ProcessIdentity } from '../../core/process.ts';
import type { SessionRecord } from '../../core/records.ts';
import { Agent } from '../../tools/agent.ts';
import { callTool } from '../../tools/call-tool.ts';
import { Callers, type ClientTraits } from '../../tools/callers.ts';
import type { World } from '../../tools/world.ts';
import { answerHook } from './answer.ts';
import { ServedDesk } from './served.ts';

const root = '/code/app';
const codex: ClientTraits = { name: 'codex', conversations: 'many', environment: 'nothing', servers: 'of threads' };
const terminals = ['/bin/codex', 'app-server', '--listen', 'unix://'];

let bench: Bench;
let world: World;
let daemon: ProcessIdentity;
/** What was run to wake somebody. */
let ran: string[][];
let works: boolean;

beforeEach(() => {
  bench = createBench();
  const worktrees = new FakeWorktrees([{ root, project: 'github.com/acme/shop' }]);
  const { store, clock, ids, wakeups, processes } = bench;
  world = { store, clock, ids, wakeups, processes, worktrees, log: new FakeLog(), ...aside() };
  daemon = processes.spawn();
  ran = [];
  works = true;
});

function server(
  clientWords: readonly string[] = terminals,
  traits = codex,
  directory = root,
  around: (waking: Waking) => Waking = waking => waking,
) {
  const self = bench.processes.spawn();
  const own = { ...world, processes: bench.processes.as(self) };
  const make = (conversation: string | null | undefined, lease: 'server' | 'client') =>
    new Agent(own, {
      ...{ handle: null, client: traits.name, clientVersion: null, clientSession: conversation ?? null },
      ...{ process: lease === 'client' ? daemon : self, parent: daemon, host: 'box', reach: 'calls' },
      ...{ directory, project: null, isOnlyConversation: traits.conversations === 'one' },
    });
  const callers = new Callers(bench.clock, traits, make);
  const programs = {
    run: async (words: readonly string[]) => {
      ran.push([...words]);
      return works;
    },
  };
  const waking = around(wakingByCommand(programs, () => clientWords));
  const desk = new ServedDesk({
    clock: bench.clock,
    callers: () => callers,
    waking,
    call: callTool,
    tellsFailure: isFailing => isFailing,
  });
  const tell = async (event: string, more: object = {}, conversation = 'A') => {
    const input = { session_id: conversation, hook_event_name: event, cwd: directory, ...more };
    const call = { client: traits.name, event, input, teller: 'user' };
    const answer = await answerHook(desk, call, new AbortController().signal);
    await answer?.shown();
    await settle();
    return answer === undefined ? 'pass' : answer.written.stdout;
  };
  return { callers, desk, tell };
}

const rests = async ({ tell }: ReturnType<typeof server>, conversation = 'A') => {
  await tell('SessionStart', { source: 'startup' }, conversation);
  await tell('UserPromptSubmit', { prompt: 'Begin.' }, conversation);
  await tell('Stop', { stop_hook_active: false }, conversation);
};
const here = () => bench.look(({ tx }) => tx.list('session', 'live', { prefix: '' }, { limit: 9 }));
const session = async () => (await here()).find(({ client }) => client === 'codex') as SessionRecord;
const write = async (body: string, priority: 'low' | 'normal' = 'normal') => {
  const peer = (await here()).find(({ handle }) => handle === 'peer') ?? (await bench.join('peer'));
  const to = [(await session()).handle];
  const draft = { to, body, priority, replyTo: null, wantsAck: false, tags: [], key: null };
  await bench.transact(unit => send(unit, peer, draft));
  await settle(8);
};

describe('a resting session', () => {
  it('is woken for a message with one sentence that holds none of it, and once', async () => {
    const one = server();
    await rests(one);
    expect((await session()).reach).toBe('wake');
    await write('The PLUM-TREE.');
    await write('The PEAR-TREE.');
    expect(ran).toEqual([
      ['/bin/codex', 'queue', '--thread', 'A', '--message', expect.stringMatching(/^Signalbox: 1 /)],
    ]);
    expect(ran.flat().join()).not.toContain('TREE');
    const [[, , , , , text = ''] = []] = ran;
    const woken = await one.tell('UserPromptSubmit', { prompt: text });
    expect(woken).toContain('PLUM-TREE');
    expect(woken).toContain('PEAR-TREE');
    expect((await session()).task).toBe('Begin.');
  });

  it('is left alone while it works, after its end, and by what can wait', async () => {
    const one = server();
    await rests(one);
    await write('Some time.', 'low');
    await one.tell('UserPromptSubmit', { prompt: 'Go on.' });
    await write('While it works.');
    expect(await one.tell('PreToolUse', { tool_name: 'Bash' })).toContain('While it works.');
    await one.tell('Stop');
    await one.tell('SessionEnd');
    await bench.clock.advance(limits.restingPollMs);
    expect(ran).toEqual([]);
  });

  it('is woken again when it has rested again', async () => {
    const one = server();
    await rests(one);
    await write('One.');
    await one.tell('UserPromptSubmit', { prompt: 'Signalbox: woken' });
    await one.tell('Stop');
    await write('Two.');
    expect(ran).toHaveLength(2);
  });

  it('is woken in the conversation that it went on in, by the server of the one before too', async () => {
    const [before, after] = [server(), server()];
    await rests(before);
    await after.tell('SessionStart', { source: 'clear' }, 'B');
    await after.tell('UserPromptSubmit', { prompt: 'Go on.' }, 'B');
    await after.tell('Stop', {}, 'B');
    await write('One.');
    expect(ran.map(words => words[3])).toEqual(['B']);
  });

  it('is woken by the server that heard it stop where no other one can, and stays one that is woken', async () => {
    const own = (conversation: string) => (waking: Waking) => ({
      ...waking,
      wakesAll: false,
      wake: async (client: string, woken: string, text: string) =>
        woken === conversation && (await waking.wake(client, woken, text)),
    });
    const before = server(terminals, codex, root, own('A'));
    await rests(before);
    const after = server(terminals, codex, root, own('B'));
    await after.tell('SessionStart', { source: 'clear' }, 'B');
    await after.tell('UserPromptSubmit', { prompt: 'Go on.' }, 'B');
    await after.tell('Stop', {}, 'B');
    await write('One.');
    expect(ran.map(words => words[3])).toEqual(['B']);
    expect((await session()).reach).toBe('wake');
  });

  it('that goes on while it is asked whether it can be woken is none that somebody stands for', async () => {
    let answer: (canWake: boolean) => void = () => undefined;
    const canWake = () =>
      new Promise<boolean>(resolve => {
        answer = resolve;
      });
    const one = server(terminals, codex, root, waking => ({ ...waking, canWake }));
    await rests(one);
    await one.tell('UserPromptSubmit', { prompt: 'Go on.' });
    answer(true);
    await settle(8);
    expect((await session()).reach).toBe('hooks');
  });

  it('is not woken where its client cannot be, and nobody is told otherwise', async () => {
    await rests(server(['/bin/codex', 'exec', 'Begin.']));
    expect((await session()).reach).toBe('hooks');
    await write('One.');
    expect(ran).toEqual([]);
  });

  it('is woken within seconds where another process still hears its hints', async () => {
    bench.wakeups.deafBecause = 'another process hears for it';
    await rests(server());
    await write('One.');
    expect(ran).toEqual([]);
    await bench.clock.advance(limits.safetyPollMs);
    expect(ran).toHaveLength(1);
  });

  it('is reached by its hooks again when waking it has failed', async () => {
    works = false;
    await rests(server());
    await write('One.');
    await bench.clock.advance(limits.nudgeAgainMs + limits.restingPollMs);
    expect(ran).toHaveLength(1);
    expect((await session()).reach).toBe('hooks');
  });

  it('is woken by nobody after the end of the server', async () => {
    const one = server();
    await rests(one);
    one.desk.close();
    await write('One.');
    expect(ran).toEqual([]);
  });
});

describe('an event of another server', () => {
  it('is passed on, and so is the end of a conversation that is not known here', async () => {
    const [one, two] = [server(), server()];
    await rests(one);
    await one.callers.ofCall({ id: null, tool: 'x', input: {}, conversation: 'A', agent: null });
    expect(await one.tell('PreToolUse', {}, 'B')).toBe('pass');
    expect(await one.tell('SessionEnd', {}, 'B')).toBe('pass');
    expect(await two.tell('SessionEnd', {}, 'A')).toBe('pass');
    expect(await one.tell('SessionEnd', {}, 'A')).toBe('');
    expect(await here()).toEqual([]);
  });

  it('is told by its folder where each folder has a server', async () => {
    const traits: ClientTraits = { ...codex, servers: 'of folders' };
    const one = server(terminals, traits);
    expect(await one.tell('PreToolUse', { cwd: '/code/other' })).toBe('pass');
    expect(await one.tell('PreToolUse')).not.toBe('pass');
  });

  it('is passed on by one of several servers of a process when it comes from another folder and nobody knows it here', async () => {
    const one = server();
    expect(await one.tell('PreToolUse', { cwd: '/code/other', session_id: 'elsewhere' })).toBe('pass');
    expect(await one.tell('PreToolUse', { session_id: 'here' })).not.toBe('pass');
    expect(await one.tell('PreToolUse', { cwd: '/code/other', session_id: 'here' })).not.toBe('pass');
  });
});

describe('an event that is told twice', () => {
  it('by two of the client’s files is one, by the same file the next one, unless that cannot be', async () => {
    const { desk } = server();
    expect(desk.isRepeated('a', 'user', false)).toBe(false);
    expect(desk.isRepeated('a', 'project', false)).toBe(true);
    expect(desk.isRepeated('a', 'user', false)).toBe(false);
    expect(desk.isRepeated('a', 'user', true)).toBe(true);
    await bench.clock.advance(limits.hookTwiceMs + 1);
    expect(desk.isRepeated('a', 'project', true)).toBe(false);
  });
});
