/** One session on `claude-session-coordinator`, one that speaks natively: each other's company, and one set of data. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type LiveSession, until, Workspace } from '../support/workspace.ts';
import { Coordinator } from './support/csc.ts';

let place: Workspace;
let one: Coordinator;
let heron: LiveSession;

beforeEach(async () => {
  place = new Workspace();
  const args = ['--handle', 'heron', '--tools', 'all'];
  [one, heron] = await Promise.all([Coordinator.start(place), place.session({ args })]);
  await Promise.all([one.signOn(), heron.handle()]);
});

afterEach(() => place.dispose());

const others = async () => {
  const { sessions, you } = await heron.call('session_list');
  return sessions.filter(({ handle }: { handle: string }) => handle !== you);
};
const task = ([session]: { task?: string }[]) => session?.task;
const read = async (scope: string, key: string) => (await heron.call('data_get', { scope, key })).value;

describe('a session', () => {
  it('of the profile is natively there under its instance, until it signs off (CSC-080)', async () => {
    expect(await others()).toMatchObject([{ handle: 'claude_1' }]);
    await one.signOff();
    expect(await others()).toEqual([]);
    await one.signOn('frontend');
    expect(await others()).toMatchObject([{ handle: 'frontend' }]);
  });

  it('that takes a name after another is natively called by it, too (CSC-080)', async () => {
    one.crash();
    await until('the crash is noticed', async () => (await others()).length === 0);
    const two = await Coordinator.start(place);
    expect(await two.signOn()).toBe('claude_1');
    expect(await others()).toMatchObject([{ handle: 'claude_1' }]);
    await two.signOn('claude_2');
    const three = await Coordinator.start(place);
    expect(await three.signOn()).toBe('claude_1');
    expect((await others()).map(({ handle }: { handle: string }) => handle).sort()).toEqual(['claude_1', 'claude_2']);
  });

  it('that speaks natively is an instance that is taken, with its task, until it has gone (CSC-080)', async () => {
    await heron.call('session_update', { task: 'Mend the shop' });
    const context = await one.context();
    expect(context.instances).toMatchObject({ claude_1: 'taken', heron: 'taken' });
    const shown = { instance: 'heron', status: 'taken', current_issue: 'Mend the shop', todo_count: 0 };
    expect(context.active_sessions).toEqual([shown]);
    expect(await one.state('heron')).toMatchObject({ instance: 'heron', current_issue: 'Mend the shop', todos: null });
    heron.crash();
    await until('the crash is noticed', async () => !(await one.taken()).includes('heron'));
    expect((await one.context()).instances).not.toHaveProperty('heron');
  });

  it('that is natively called like an instance keeps that name for itself (CSC-083)', async () => {
    await heron.call('session_update', { handle: 'claude_2' });
    expect(await one.taken()).toEqual(['claude_1', 'claude_2']);
    const two = await Coordinator.start(place);
    expect(await two.signOn()).toBe('claude_3');
    expect(await two.refusal('sign_on', { session_id: 'claude_2' })).toMatch(/"claude_2" is a session that is here/);
    expect((await one.context()).instances).toMatchObject({ claude_2: 'taken', claude_3: 'taken' });
    expect((await others()).map(({ handle }: { handle: string }) => handle).sort()).toEqual(['claude_1', 'claude_3']);
  });

  it('that has only decided on the storage is no native one (CSC-057, CSC-080)', async () => {
    await (await Coordinator.start(place)).decide('local', 'single-machine');
    expect(await one.taken()).toEqual(['claude_1', 'heron']);
  });

  it('to which somebody writes natively is told how many messages wait (CSC-086)', async () => {
    expect((await one.context()).instructions).not.toHaveProperty('if_messages_wait');
    await heron.call('message_send', { to: ['claude_1'], body: 'Please stop.' });
    await heron.call('message_send', { to: ['claude_1'], body: 'Now.' });
    expect((await one.context()).instructions.if_messages_wait).toMatch(/^2 messages .*signalbox message read/);
    await one.signOff();
    expect((await one.context()).instructions).not.toHaveProperty('if_messages_wait');
  });
});

describe('data', () => {
  it('of the profile are natively there, under the same names or those that stand for them (CSC-081)', async () => {
    await one.store('issue:15', 'status', { state: 'open', by: 'claude_1' });
    expect(await read('issue:15', 'status')).toEqual({ state: 'open', by: 'claude_1' });
    await one.store('session:claude_1', 'todos', ['a']);
    expect(await read('text:session:claude_1', 'todos')).toEqual(['a']);
    await one.store('my notes', 'a', 1);
    expect(await read('text:my+20+notes', 'a')).toBe(1);
    const { author } = await heron.call('data_get', { scope: 'issue:15', key: 'status' });
    expect(author).toBe('claude_1');
    await one.deleteScope('issue:15');
    expect(await heron.call('data_get', { scope: 'issue:15', key: 'status' })).toEqual({ found: false });
  });

  it('of a native session are there in the profile, but for its own scope (CSC-081)', async () => {
    await heron.call('data_set', { scope: 'ci', key: 'build/status', value: '{"ok":true}' });
    await heron.call('data_set', { key: 'next-port', value: '3001' });
    await heron.call('data_set', { scope: 'me', key: 'mine', value: 'x' });
    await heron.call('data_set', { scope: 'text:instances', key: 'a', value: 'x' });
    expect(await one.scopes()).toEqual(['ci', 'instances', 'project']);
    expect(await one.retrieve('ci', 'build/status')).toEqual(['{\n  "ok": true\n}']);
    expect(await one.retrieve('project', 'next-port')).toEqual(['3001']);
    await one.store('ci', 'build/status', { ok: false });
    const { value, revision } = await heron.call('data_get', { scope: 'ci', key: 'build/status' });
    expect({ value, revision }).toEqual({ value: { ok: false }, revision: 2 });
    await expect(
      heron.call('data_set', { scope: 'ci', key: 'build/status', value: '1', ifRevision: 1 }),
    ).rejects.toThrow(/revision 2/);
  });

  it('that say what an instance is at are its task natively, also when it comes back (CSC-082)', async () => {
    await one.store('session:claude_1', 'current_issue', 15);
    expect(await others()).toMatchObject([{ task: 'Issue 15' }]);
    await one.store('session:claude_2', 'current_issue', 'Another');
    await one.store('issue:1', 'current_issue', 'Another');
    expect(await others()).toMatchObject([{ task: 'Issue 15' }]);
    await one.store('session:claude_1', 'current_issue', '{"number": 15}');
    expect(task(await others())).toBeUndefined();
    await one.store('session:claude_1', 'current_issue', 'Mend');
    await one.delete('session:claude_1', 'status');
    expect(task(await others())).toBe('Mend');
    await one.delete('session:claude_1', 'current_issue');
    expect(task(await others())).toBeUndefined();
    await one.store('session:claude_1', 'current_issue', 'Mend');
    await one.deleteScope('session:claude_1');
    expect(task(await others())).toBeUndefined();
    await one.store('session:claude_1', 'current_issue', 15);
    one.crash();
    const two = await Coordinator.start(place);
    await two.signOn('claude_1');
    expect(await others()).toMatchObject([{ handle: 'claude_1', task: 'Issue 15' }]);
    await two.signOn('claude_3');
    const [session] = await others();
    expect(session).toMatchObject({ handle: 'claude_3' });
    expect(session).not.toHaveProperty('task');
  });
});
