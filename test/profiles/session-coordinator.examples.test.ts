/** The stories that users of session-coordinator were told, with the answers as they were told them. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Workspace } from '../support/workspace.ts';
import { Coordinator } from './support/coordinator.ts';

let place: Workspace;
let a: Coordinator;
let b: Coordinator;

beforeEach(async () => {
  place = new Workspace();
  [a, b] = await Promise.all([Coordinator.start(place), Coordinator.start(place)]);
});

afterEach(() => place.dispose());

describe('the story', () => {
  it('of one session: register, lock, work, release, deregister (SC-010, SC-025, SC-030, SC-043)', async () => {
    const registered = await a.call('session_register', {
      name: 'Frontend Dev',
      project: 'my-app',
      branch: 'feature/ui',
      working_directory: place.repository,
    });
    expect(registered).toEqual({ session_id: expect.any(String), status: 'registered' });
    const { session_id } = registered;
    const lock = { session_id, file_path: 'src/auth.ts' };
    expect(await a.call('lock_acquire', { ...lock, lock_type: 'exclusive' })).toMatchObject({
      granted: true,
      lock_type: 'exclusive',
    });
    expect(await a.call('lock_release', lock)).toEqual({ released: true });
    await a.call('lock_acquire', lock);
    await a.call('lock_acquire', { session_id, file_path: 'src/user.ts', lock_type: 'shared' });
    expect(await a.call('session_deregister', { session_id })).toEqual({ status: 'deregistered', locks_released: 2 });
  });

  it('of two sessions and one file: refused with who has it, told, released, shared (SC-030, SC-031, SC-037, SC-070)', async () => {
    const { session_id: first } = await a.call('session_register', {
      name: 'Session A',
      project: 'my-app',
      branch: 'feature/auth',
    });
    const { session_id: second } = await b.call('session_register', {
      name: 'Session B',
      project: 'my-app',
      branch: 'feature/profile',
    });
    const [mine, yours] = [first, second].map(session_id => ({ session_id, file_path: 'src/auth.ts' }));
    expect(await a.call('lock_acquire', { ...mine, lock_type: 'exclusive' })).toMatchObject({ granted: true });
    expect(await b.call('lock_acquire', { ...yours, lock_type: 'exclusive' })).toMatchObject({
      granted: false,
      held_by: first,
      holder_name: 'Session A',
    });
    await b.call('message_send', {
      from_session: second,
      to_session: first,
      channel: 'coordination',
      content: 'When will you be done with src/auth.ts?',
    });
    expect(await a.call('message_list', { session_id: first })).toMatchObject([
      { from_session: second, channel: 'coordination', content: 'When will you be done with src/auth.ts?' },
    ]);
    expect(await a.call('lock_release', mine)).toEqual({ released: true });
    expect(await b.call('lock_acquire', { ...yours, lock_type: 'shared' })).toMatchObject({ granted: true });
  });

  it('of a rebase on another branch: announced, and a push is not safe meanwhile (SC-050, SC-090, SC-091)', async () => {
    const { session_id: first } = await a.call('session_register', {
      name: 'Session A',
      project: 'my-app',
      branch: 'feature/auth',
    });
    const { session_id: second } = await b.call('session_register', {
      name: 'Session B',
      project: 'my-app',
      branch: 'feature/profile',
    });
    const push = { session_id: second, intent_type: 'git_push' };
    expect(await b.call('conflict_check', push)).toEqual({ conflicts: [], safe_to_proceed: true });
    const announced = await a.call('intent_announce', {
      session_id: first,
      intent_type: 'git_rebase',
      target: 'feature/auth',
      description: 'Rebasing onto main',
    });
    expect(announced).toEqual({ intent_id: expect.any(String), status: 'announced' });
    const { conflicts, safe_to_proceed } = await b.call('conflict_check', push);
    expect(conflicts).toMatchObject([
      { type: 'git_operation', severity: 'high', description: expect.stringContaining('git_rebase') },
    ]);
    expect(safe_to_proceed).toBe(false);
    await a.call('intent_clear', { session_id: first, intent_id: announced.intent_id });
    expect(await b.call('conflict_check', push)).toEqual({ conflicts: [], safe_to_proceed: true });
  });

  it('of a decision that another session finds by a word, with the name of who shared it (SC-100, SC-103, SC-106)', async () => {
    const { session_id } = await a.call('session_register', { name: 'Backend Dev', project: 'my-app' });
    await b.call('session_register', { name: 'Frontend Dev', project: 'my-app' });
    await a.call('context_share', {
      session_id,
      context_type: 'decision',
      project: 'my-app',
      content: 'We use JWT for authentication',
    });
    const found = await b.call('context_query', { project: 'my-app', context_type: 'decision', keyword: 'jwt' });
    expect(found).toMatchObject([
      { content: 'We use JWT for authentication', shared_by: 'Backend Dev', context_type: 'decision' },
    ]);
    expect(Array.isArray(found)).toBe(true);
  });
});
