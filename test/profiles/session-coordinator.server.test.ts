/** What a client of `session-coordinator` meets before any rule: the server, the form of answers and of refusals. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { exists, until, Workspace } from '../support/workspace.ts';
import { Coordinator } from './support/coordinator.ts';

let place: Workspace;
let one: Coordinator;

beforeEach(async () => {
  place = new Workspace();
  one = await Coordinator.start(place);
});

afterEach(() => place.dispose());

describe('the server', () => {
  it('says that it is session-coordinator and has tools only (SC-007)', () => {
    const { client } = one.client.session;
    expect(client.getServerVersion()).toMatchObject({ name: 'session-coordinator' });
    expect(client.getServerCapabilities()).toEqual({ tools: { listChanged: true } });
    for (const each of [/session_register/, /lock_acquire/, /granted is false/, /safe_to_proceed/, /message_list/])
      expect(client.getInstructions()).toMatch(each);
  });

  it('has the twenty tools (SC-001)', async () => {
    const { tools } = await one.client.session.client.listTools();
    expect(tools).toHaveLength(20);
    expect(new Set(tools.map(({ name }) => name)).size).toBe(20);
  });

  it('ends the sessions of its connection with it, and frees their locks (SC-027)', async () => {
    const two = await Coordinator.start(place);
    const [a, b] = [await one.register('a'), await one.register('b')];
    await a.lock('src/a.ts');
    await b.lock('src/b.ts');
    expect(await two.locked()).toHaveLength(2);
    process.kill(one.client.session.pid, 'SIGTERM');
    await until('the server is gone', () => !exists(one.client.session.pid));
    expect(await two.names()).toEqual([]);
    expect(await two.locked()).toEqual([]);
  });

  it('that is killed holds nobody up: its sessions are gone, and their locks free for another process (SC-028)', async () => {
    const two = await Coordinator.start(place);
    const a = await one.register('a');
    const b = await two.register('b');
    await a.lock('src/auth.ts', { ttl_seconds: 86_400 });
    await a.announce('git_rebase', 'main');
    expect(await b.lock('src/auth.ts')).toMatchObject({ granted: false, held_by: a.id });
    one.client.session.crash();
    await until('the lock is free', async () => (await b.lock('src/auth.ts')).granted);
    expect(await two.names()).toEqual(['b']);
    expect(await b.check('git_push')).toMatchObject({ safe_to_proceed: true });
    await two.failure('session_heartbeat', { session_id: a.id });
  });
});

describe('an answer', () => {
  it('is one block of JSON with two spaces, without anything beside it (SC-002)', async () => {
    const { content, isError, structuredContent } = await one.client.raw('lock_check', { file_path: 'src/auth.ts' });
    expect({ isError, structuredContent }).toEqual({ isError: undefined, structuredContent: undefined });
    expect(content).toEqual([{ type: 'text', text: '{\n  "locked": false,\n  "locks": []\n}' }]);
  });

  it('takes no notice of arguments that the tool does not know (SC-008)', async () => {
    await one.register('a', { colour: 'red' });
    expect(await one.names({ colour: 'red' })).toEqual(['a']);
  });
});

describe('a failure', () => {
  it('for a session that is not registered is JSON with error and next, by every tool that acts as one (SC-004)', async () => {
    const a = await one.register('a');
    await a.deregister();
    const more: Record<string, object> = {
      session_heartbeat: {},
      session_get: {},
      session_deregister: {},
      lock_acquire: { file_path: 'x' },
      lock_release: { file_path: 'x' },
      lock_list: {},
      intent_announce: { intent_type: 'test', target: 'x' },
      intent_update: { intent_id: 'i1', status: 'completed' },
      intent_list: {},
      intent_clear: { intent_id: 'i1' },
      message_list: {},
      message_mark_read: { message_ids: ['m1'] },
      conflict_check: { intent_type: 'test' },
      context_share: { context_type: 'note', project: 'p', content: 'x' },
      context_delete: { context_id: 'k1' },
    };
    for (const session_id of ['never-there', a.id]) {
      for (const [name, input] of Object.entries(more)) {
        const refusal = await one.failure(name, { session_id, ...input });
        expect(refusal, name).toEqual({
          error: expect.stringContaining(session_id),
          next: expect.stringContaining('session_register'),
        });
      }
      const letter = { from_session: session_id, content: 'x' };
      expect((await one.failure('message_send', letter)).next).toContain('session_register');
    }
    expect(await one.locked()).toEqual([]);
  });

  it('for arguments that do not fit names each; a tool that there is not is said to be none (SC-005)', async () => {
    const { error } = await one.failure('session_register', { name: 7 });
    expect(error).toMatch(/session_register.*name.*project/);
    expect(await one.failure('lock_break', {})).toMatchObject({ error: expect.stringContaining('lock_break') });
    const a = await one.register('a');
    const wrong = { session_id: a.id, file_path: 'x', lock_type: 'none' };
    expect((await one.failure('lock_acquire', wrong)).error).toContain('lock_type');
  });

  it('is none where a rule says no (SC-003)', async () => {
    const [a, b] = [await one.register('a'), await one.register('b')];
    await a.lock('src/auth.ts');
    expect(await b.lock('src/auth.ts')).toMatchObject({ granted: false });
    expect(await b.release('src/auth.ts')).toMatchObject({ released: false });
  });
});
