/** Sessions of `session-coordinator`: beginning, listing, ending. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { until, Workspace } from '../support/workspace.ts';
import { Coordinator } from './support/coordinator.ts';
import { ForeignClient } from './support/foreign-client.ts';

let place: Workspace;
let one: Coordinator;

beforeEach(async () => {
  place = new Workspace();
  one = await Coordinator.start(place);
});

afterEach(() => place.dispose());

describe('registering', () => {
  it('makes a session with an id that the server issues, and shows what was said (SC-010, SC-013)', async () => {
    const input = { name: 'Frontend Dev', project: 'my-app', branch: 'feature/ui' };
    const { session_id, ...rest } = await one.call('session_register', { ...input, cwd: place.repository });
    expect(rest).toEqual({ status: 'registered' });
    expect(await one.call('session_list')).toEqual([
      {
        ...input,
        session_id,
        working_directory: place.repository,
        status: 'active',
        registered_at: expect.stringMatching(/^\d{4}-.*Z$/),
        last_heartbeat: expect.stringMatching(/^\d{4}-.*Z$/),
        yours: true,
      },
    ]);
    await one.register('b', { working_directory: join(place.repository, 'src'), cwd: '/elsewhere' });
    const [, second] = await one.call('session_list');
    expect(second.working_directory).toBe(join(place.repository, 'src'));
  });

  it('takes a name and a project, each a line (SC-011)', async () => {
    for (const input of [
      { name: 'a' },
      { project: 'p' },
      { name: '', project: 'p' },
      { name: 'a', project: '' },
      { name: ' \n', project: 'p' },
    ])
      await one.failure('session_register', input);
    const long = await one.failure('session_register', { name: 'x'.repeat(201), project: 'p' });
    expect(long).toEqual({ error: expect.stringContaining('200'), next: expect.any(String) });
    expect(await one.names()).toEqual([]);
    await one.register('two\nlines');
    expect(await one.names()).toEqual(['two lines']);
  });

  it('with the same name makes another session, also over the same connection (SC-006, SC-012)', async () => {
    const two = await Coordinator.start(place);
    const [a, b, c] = [await one.register('same'), await one.register('same'), await two.register('same')];
    expect(new Set([a.id, b.id, c.id]).size).toBe(3);
    expect(await one.names()).toEqual(['same', 'same', 'same']);
    await a.lock('src/auth.ts');
    for (const other of [b, c]) {
      const refused = await other.lock('src/auth.ts');
      expect(refused).toMatchObject({ granted: false, held_by: a.id, holder_name: 'same' });
    }
    // Whoever says an id is that session.
    expect(await two.call('lock_release', { session_id: a.id, file_path: 'src/auth.ts' })).toEqual({ released: true });
  });

  it('without a branch is on the one that is checked out (SC-022)', async () => {
    const a = await one.register('a');
    await one.register('b', { branch: 'feature/ui' });
    await one.register('c', { working_directory: place.worktree('side') });
    place.git('switch', '-q', '-c', 'next');
    const branches = async () => (await one.call('session_list')).map(({ branch }: { branch: string }) => branch);
    await one.register('d');
    expect(await branches()).toEqual(['main', 'feature/ui', 'side', 'next']);
    await a.call('session_heartbeat');
    await until('a call has looked again', async () => (await branches())[0] === 'next');
  });

  it('gives it a handle like its name, or a task where that is another session (SC-015)', async () => {
    const heron = await place.session({ args: ['--handle', 'heron'] });
    await heron.handle();
    await one.register('Señor Front/End');
    await one.register('Señor Front/End');
    await one.register('日本語');
    const { sessions } = await heron.call('session_list');
    const seen = sessions.filter(({ handle }: { handle: string }) => handle !== 'heron');
    const known = seen.map(({ handle, task }: Record<string, string>) => task ?? handle);
    expect(known.sort()).toEqual(['Señor Front/End', 'senor-front-end', '日本語']);
  });
});

describe('the list', () => {
  it('is narrowed down by project and by branch (SC-018)', async () => {
    await one.register('a', { branch: 'main' });
    await one.register('b', { branch: 'side' });
    await one.register('c', { project: 'other', branch: 'side' });
    expect(await one.names()).toEqual(['a', 'b', 'c']);
    expect(await one.names({ project: 'my-app' })).toEqual(['a', 'b']);
    expect(await one.names({ branch: 'side' })).toEqual(['b', 'c']);
    expect(await one.names({ project: 'my-app', branch: 'side' })).toEqual(['b']);
    expect(await one.names({ project: 'none' })).toEqual([]);
  });

  it('marks the sessions of the connection, which may have lost their ids (SC-019)', async () => {
    const two = await Coordinator.start(place);
    const [a] = [await one.register('a'), await two.register('b')];
    const yours = (await one.call('session_list')).filter(({ yours }: { yours?: boolean }) => yours);
    expect(yours.map(({ session_id }: { session_id: string }) => session_id)).toEqual([a.id]);
  });

  it('holds the sessions of this repository, and of no other (SC-021)', async () => {
    const other = join(place.folder, 'elsewhere');
    mkdirSync(other);
    const two = await Coordinator.start(place, { directory: other });
    await one.register('a');
    await two.register('b');
    expect(await one.names()).toEqual(['a']);
    expect(await two.names()).toEqual(['b']);
  });

  it('holds those of several repositories that are put into one project (SC-021)', async () => {
    const other = join(place.folder, 'elsewhere');
    mkdirSync(other);
    const environment = { SIGNALBOX_PROJECT: 'our-team' };
    const [two, three, heron] = await Promise.all([
      Coordinator.start(place, { environment, directory: other }),
      Coordinator.start(place, { environment }),
      place.session({ environment, args: ['--handle', 'heron'] }),
    ]);
    await heron.handle();
    await two.register('a');
    const b = await three.register('b');
    expect((await two.names()).sort()).toEqual(['a', 'b', 'heron']);
    expect((await three.names()).sort()).toEqual(['a', 'b', 'heron']);
    await b.lock('src/auth.ts');
    const refused = await heron.call('lock_acquire', { paths: ['src/auth.ts'] });
    expect(refused).toMatchObject({ granted: false, blockedBy: [{ holder: 'b' }] });
    expect(await one.names()).toEqual([]);
  });

  it('does not show a session of another profile under a name that it has there (SC-018)', async () => {
    const presence = await ForeignClient.start(place, 'claude-presence');
    await presence.json('session_register', { session_id: 'otter', project: place.repository });
    await one.register('a');
    expect((await one.names()).sort()).toEqual(['a', 'otter']);
    const [otter] = await one.call('session_list', { branch: 'main' });
    expect(otter).toMatchObject({ session_id: 'otter', project: 'my-app', status: 'active' });
  });
});

describe('one session', () => {
  it('is shown with how many locks it has and how many intents are open (SC-020)', async () => {
    const a = await one.register('a');
    await a.lock('src/auth.ts');
    await a.lock('src/user.ts', { lock_type: 'intent' });
    const { intent_id } = await a.announce('test', 'src/auth.ts');
    expect(await a.call('session_get')).toMatchObject({
      session_id: a.id,
      name: 'a',
      project: 'my-app',
      lock_count: 2,
      intent_count: 1,
    });
    await a.release('src/auth.ts');
    await a.call('intent_clear', { intent_id });
    expect(await a.call('session_get')).toMatchObject({ lock_count: 1, intent_count: 0 });
  });

  it('answers a heartbeat with ok, and needs none to stay (SC-016, SC-017)', async () => {
    const environment = { MCP_SESSION_TIMEOUT_SEC: '1', MCP_CLEANUP_INTERVAL_SEC: '1' };
    const brief = await Coordinator.start(place, { environment });
    const a = await brief.register('a');
    expect(await a.call('session_heartbeat')).toMatchObject({ status: 'ok', session_id: a.id });
    const before = Date.now();
    await expect.poll(() => Date.now() - before, { timeout: 5_000 }).toBeGreaterThan(1_500);
    expect(await one.names()).toEqual(['a']);
    expect(await a.call('session_heartbeat')).toMatchObject({ status: 'ok' });
  });
});

describe('deregistering', () => {
  it('says how many locks it released, and ends intents (SC-025, SC-026)', async () => {
    const [a, b] = [await one.register('a'), await one.register('b')];
    for (const file of ['src/1.ts', 'src/2.ts', 'src/3.ts']) await a.lock(file);
    await a.lock('src/3.ts');
    await a.release('src/1.ts');
    await a.announce('git_rebase', 'main');
    expect(await b.check('git_push')).toMatchObject({ safe_to_proceed: false });
    expect(await a.deregister()).toEqual({ status: 'deregistered', locks_released: 2 });
    expect(await b.check('git_push')).toMatchObject({ safe_to_proceed: true });
    expect(await one.locked()).toEqual([]);
    expect(await one.names()).toEqual(['b']);
    await one.failure('session_heartbeat', { session_id: a.id });
    expect(await b.deregister()).toEqual({ status: 'deregistered', locks_released: 0 });
  });

  it('may be said over another connection (SC-006, SC-025)', async () => {
    const two = await Coordinator.start(place);
    const [a, b] = [await one.register('a'), await two.register('b')];
    await a.lock('src/auth.ts');
    const ended = await two.call('session_deregister', { session_id: a.id });
    expect(ended).toEqual({ status: 'deregistered', locks_released: 1 });
    expect(await b.lock('src/auth.ts')).toMatchObject({ granted: true });
    await one.failure('lock_acquire', { session_id: a.id, file_path: 'src/user.ts' });
    const again = await one.register('a');
    expect(await again.lock('src/auth.ts')).toMatchObject({ granted: false, held_by: b.id });
    expect(await two.names()).toEqual(['b', 'a']);
  });

  it('leaves the connection to the next session, which has nothing of the one before (SC-006, SC-026)', async () => {
    const a = await one.register('a');
    await a.lock('src/auth.ts');
    await a.deregister();
    const b = await one.register('b');
    expect(b.id).not.toBe(a.id);
    expect(await b.call('session_get')).toMatchObject({ name: 'b', lock_count: 0 });
  });
});
