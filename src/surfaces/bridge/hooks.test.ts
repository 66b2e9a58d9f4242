import { beforeEach, describe, expect, it } from 'vitest';
import { BridgedHub } from '../../../test/support/bridged.ts';
import { settle } from '../../../test/support/fakes.ts';
import { askForLocks, type Bench, createBench, file, project } from '../../../test/support/rules.ts';
import { honest, identity, type StrangeMachine } from '../../../test/support/strange-machine.ts';
import type { Principal } from '../../core/account.ts';
import { SignalboxError } from '../../core/errors.ts';
import { limits } from '../../core/limits.ts';
import { send } from '../../core/message.ts';
import { lookAround } from '../../core/presence.ts';

let bench: Bench;
let hub: BridgedHub;

beforeEach(() => {
  bench = createBench();
  hub = new BridgedHub(bench);
});

const moment = () => ({ now: bench.clock.now(), processes: [[4_241, identity({ pid: 4_241 })]] });
const brief = () =>
  hub.notes.map(({ action, what, decision, code }) => [action, what, decision, code].filter(Boolean).join(' '));

/** A machine with a session of Claude Code that has begun. */
async function atWork(about: Partial<Principal> = {}): Promise<StrangeMachine> {
  hub = new BridgedHub(bench, about);
  const machine = hub.machine();
  await machine.greet({ handle: 'otter' });
  await machine.talk('claude-code');
  return machine;
}

const inputOf = (event: string, more: object) => ({
  ...{ session_id: 'A', cwd: '/code/shop', hook_event_name: event, ...more },
});

/** A hook that the server of the session was asked. */
async function relayed(machine: StrangeMachine, event: string, more: object = {}): Promise<string> {
  const environment = { CLAUDECODE: '1' };
  const request = { client: 'claude-code', event, teller: 'command', environment, input: inputOf(event, more) };
  const channel = machine.link.open('hook', { request, moment: moment() });
  const told: unknown[] = [];
  channel.hear(said => told.push(said));
  await settle(20);
  channel.say({ next: { shown: true } });
  await settle(20);
  channel.end();
  return JSON.stringify(told);
}

/** A hook that its client calls as a tool, over the connection of its server; what it is told. */
async function called(machine: StrangeMachine, event: string, more: object): Promise<string> {
  const answer = JSON.parse(await machine.call('client_event', { client: 'claude-code', ...inputOf(event, more) }));
  return answer.result.content[0].text;
}

/** A hook that no server was there for. */
async function direct(machine: StrangeMachine, event: string, more: object = {}) {
  const call = { client: 'claude-code', event, teller: 'command', input: inputOf(event, more) };
  const { said } = await machine.ask('direct-hook', { call, pid: 4_241, moment: moment() }, { shown: true });
  return said[0];
}

const git = async (machine: StrangeMachine, hook: string) => {
  const told = { hook, bypass: null, isPerson: true, ancestors: [], directory: '/code/shop', environment: {} };
  const { said } = await machine.ask('git-hook', { told, facts: { staged: ['src/a.ts'] }, moment: moment() });
  return JSON.stringify(said);
};

const writes = { tool_name: 'Write', tool_input: { file_path: '/code/shop/src/a.ts', content: 'x' } };

async function lockedByHeron(): Promise<void> {
  const heron = await bench.join('heron');
  await askForLocks(bench, heron, { resources: [file('src/a.ts')] }, null);
}

describe('the audit', () => {
  it('has what a hook refused, as whose session and without a text, and not what all others let through', async () => {
    const machine = await atWork();
    await lockedByHeron();
    await relayed(machine, 'SessionStart', { source: 'startup' });
    await relayed(machine, 'UserPromptSubmit', { prompt: 'A secret launch' });
    expect(await relayed(machine, 'PreToolUse', { ...writes, tool_use_id: 't1' })).toContain('deny');
    await relayed(machine, 'PreToolUse', { tool_name: 'Bash', tool_input: { command: 'ls' }, tool_use_id: 't2' });
    expect(brief()).toEqual(['session open done', 'call guard_check refused conflict']);
    expect(hub.notes[1]).toMatchObject({ principal: 'ana', session: hub.notes[0]?.session, digest: 'digest' });
    expect(JSON.stringify(hub.notes)).not.toContain('secret');
  });

  it('has what no server was there for: refusals, and the beginning and the end of a session', async () => {
    const machine = await atWork();
    await lockedByHeron();
    await direct(machine, 'SessionStart', { source: 'startup' });
    await direct(machine, 'PreToolUse', { ...writes, tool_use_id: 't1' });
    await direct(machine, 'SessionEnd', { reason: 'other' });
    expect(brief()).toEqual(['session open done', 'call guard_check refused conflict', 'session end done']);
  });

  it('has that git was let commit or was refused, and not each step of git', async () => {
    const machine = await atWork();
    expect(await git(machine, 'pre-commit')).toContain('"refused":false');
    await git(machine, 'reference-transaction');
    await lockedByHeron();
    expect(await git(machine, 'pre-commit')).toContain('"refused":true');
    expect(brief()).toEqual(['call git_check done', 'call git_check refused conflict']);
  });

  it('has calls that are in no form or no tool, what is read as a resource, and goodbyes', async () => {
    const machine = await atWork();
    await machine.call('lock_acquire', { paths: { wrong: true } });
    await machine.call('nothing_here');
    await machine.request('resources/read', { uri: 'signalbox://locks' });
    await machine.ask('bye', { isClientAlive: false, moment: moment() });
    await settle(20);
    expect(brief()).toEqual([
      'call lock_acquire refused invalid_input',
      'call nothing_here refused not_found',
      'call resources/read done',
      'session open done',
      'session end done',
    ]);
  });
});

describe('a token for some tools only', () => {
  it('is refused all others, by resources and prompts too, and has no hooks', async () => {
    const machine = await atWork({ tools: ['lock_list'] });
    await lockedByHeron();
    expect(await machine.call('lock_list')).toContain('heron');
    expect(await machine.call('session_list')).toContain('is not for the tool session_list');
    const read = await machine.request('resources/read', { uri: 'signalbox://inbox' });
    expect(JSON.stringify(read)).toContain('is not for the tool message_read');
    const prompt = await machine.request('prompts/get', { name: 'start', arguments: { task: 'Everything' } });
    expect(JSON.stringify(prompt)).toContain('is not for the tool session_update');
    expect((await machine.ask('status', { clues: noClues, moment: moment() })).error?.code).toBe('forbidden');
    expect(await relayed(machine, 'PreToolUse', { ...writes, tool_use_id: 't1' })).toBe('[{"reply":{}}]');
    expect(await called(machine, 'PreToolUse', { ...writes, tool_use_id: 't2' })).toBe('{}');
    expect(await direct(machine, 'SessionStart')).toMatchObject({ written: null });
    expect(await git(machine, 'pre-commit')).toContain('"refused":false');
  });
});

const noClues = { session: null, conversation: null, pid: null, isMarked: false, ancestors: [] };

describe('a hook that no server was there for', () => {
  it('says whether it failed, because only its machine knows what its user was told', async () => {
    const machine = await atWork();
    expect(await direct(machine, 'SessionStart', { source: 'startup' })).toMatchObject({ isFailing: false });
    hub.before = () => {
      throw new SignalboxError('unavailable', 'The store cannot be reached.', 'Call again.');
    };
    const failed = await direct(machine, 'UserPromptSubmit', { prompt: 'Go on.' });
    expect(failed).toMatchObject({ isFailing: true });
    expect(JSON.stringify(failed)).toContain('Signalbox is not working');
    await settle(5);
  });
});

describe('a resting session of a client that is woken by a command', () => {
  /** What the machine was asked about waking, and whether it can. */
  let asked: unknown[][];
  let canWake: boolean;

  beforeEach(() => {
    [asked, canWake] = [[], true];
  });

  /** A machine with Codex; `about` is what it says first. */
  async function withCodex(about: object = {}): Promise<StrangeMachine> {
    const machine = hub.machine((question, words) => {
      if (question === 'canWake') return canWake;
      if (question === 'wake') return asked.push(words as unknown[]) > 0;
      return honest(project)[question];
    });
    await machine.greet({ handle: 'otter', ...about });
    await machine.talk('codex-mcp-client');
    return machine;
  }

  async function tells(machine: StrangeMachine, event: string, more: object = {}, about: object = {}) {
    const input = inputOf(event, more);
    const request = { client: 'codex', event, teller: 'command', environment: {}, input, ...about };
    await machine.hook({ request, moment: moment() });
    await settle(50);
  }

  const rests = async (machine: StrangeMachine) => {
    await tells(machine, 'SessionStart', { source: 'startup' });
    await tells(machine, 'UserPromptSubmit', { prompt: 'Begin.' });
    await tells(machine, 'Stop', { stop_hook_active: false });
  };
  const reach = async () => (await bench.look(lookAround)).live.find(({ client }) => client === 'codex')?.reach;
  const writes = async () => {
    const [to, peer] = [['otter'], await bench.join('heron')];
    const draft = { to, body: 'PLUM-TREE', replyTo: null, wantsAck: false, tags: [], key: null };
    await bench.transact(unit => send(unit, peer, { ...draft, priority: 'normal' }));
    await settle(50);
  };

  it('is woken by its machine, which is told which conversation and no word besides', async () => {
    const machine = await withCodex();
    await rests(machine);
    expect(await reach()).toBe('wake');
    await writes();
    expect(asked).toEqual([['A']]);
  });

  it('is none of which anybody is told that it is woken, where its machine cannot', async () => {
    canWake = false;
    const machine = await withCodex();
    await rests(machine);
    expect(await reach()).toBe('hooks');
    await writes();
    expect(asked).toEqual([]);
  });

  it('is woken from the next hub too, also when that was long in coming, and its stop is not answered again', async () => {
    const machine = await withCodex();
    await rests(machine);
    machine.link.close('gone');
    await settle(50);
    await bench.clock.advance(limits.leaseWithoutHeartbeatMs + limits.heartbeatMs);
    const back = await withCodex({ resumes: ['A'] });
    await settle(50);
    const notes = hub.notes.length;
    await tells(back, 'Stop', { stop_hook_active: false }, { again: true });
    expect([await reach(), hub.notes.slice(notes).filter(({ action }) => action === 'call')]).toEqual(['wake', []]);
    await writes();
    expect(asked).toEqual([['A']]);
  });
});
