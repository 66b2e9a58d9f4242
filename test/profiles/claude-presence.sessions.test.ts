/** Sessions of `claude-presence`: announcing them, keeping them, ending them, listing them. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { until, Workspace } from '../support/workspace.ts';
import { Presence } from './support/presence.ts';

let place: Workspace;
let one: Presence;

beforeEach(async () => {
  place = new Workspace();
  one = await Presence.start(place);
});

afterEach(() => place.dispose());

const heartbeat = (session_id: string, more: object = {}) =>
  one.client.json('session_heartbeat', { session_id, ...more });

/** Waits until the store's clock shows another millisecond than that of an instant. */
async function later(instant: string): Promise<void> {
  await until('time has passed', () => Date.now() > Date.parse(instant) + 5);
}

describe('registering', () => {
  it('shows the session with all that was said, and that it is alone (CP-011, CP-021, CP-022)', async () => {
    const said = { branch: 'main', intent: 'Mend the shop', pid: 4711, hostname: 'desk', client_session_id: 'uuid-1' };
    const { registered, ...rest } = await one.register('Session One', said);
    expect(registered).toEqual({
      id: 'Session One',
      project: one.project,
      ...{ branch: 'main', intent: 'Mend the shop', pid: 4711, hostname: 'desk' },
      started_at: expect.any(String),
      last_heartbeat: registered.started_at,
      age_seconds: expect.any(Number),
      metadata: null,
    });
    expect(Number.isInteger(registered.age_seconds)).toBe(true);
    expect(rest).toEqual({ other_sessions_on_same_project: [], advice: expect.any(String) });
  });

  it('shows the others of the project, the first one first, and counts them in the advice (CP-006, CP-021, CP-022)', async () => {
    const alone = await one.register('z');
    await one.register('b', { intent: 'Tests' });
    await one.on('elsewhere').register('c');
    const { other_sessions_on_same_project: others, advice } = await one.register('a');
    expect(others).toMatchObject([
      { id: 'z', intent: null },
      { id: 'b', intent: 'Tests', project: one.project },
    ]);
    expect(Object.keys(others[0])).toEqual(Object.keys(alone.registered));
    expect(advice).toContain('2');
    expect(advice).not.toBe(alone.advice);
  });

  it('again says everything anew, also what is left out, and keeps since when it is there (CP-023)', async () => {
    const said = { branch: 'main', intent: 'One', pid: 1, hostname: 'h' };
    const { registered: first } = await one.register('a', said);
    await later(first.last_heartbeat);
    const { registered: again } = await one.register('a', { intent: 'Two' });
    expect(again).toMatchObject({
      branch: null,
      intent: 'Two',
      pid: null,
      hostname: null,
      started_at: first.started_at,
    });
    expect(again.last_heartbeat > first.last_heartbeat).toBe(true);
    expect(await one.names()).toEqual(['a']);
  });

  it('counts from then on, also where the name has written before (CP-023, CP-076)', async () => {
    const { posted } = await one.post('a', 'First of all');
    await later(posted.created_at);
    const { registered } = await one.register('a');
    expect(registered.started_at > posted.created_at).toBe(true);
  });

  it('takes names byte for byte: another case is another session (CP-005)', async () => {
    await one.register('wren');
    const { other_sessions_on_same_project: others } = await one.register('Wren');
    expect(others).toMatchObject([{ id: 'wren' }]);
    await one.register(' wren ');
    expect(await one.names()).toEqual(['wren', 'Wren', ' wren ']);
  });

  it('takes an intent of any length and shows all of it (CP-028)', async () => {
    const intent = `${'long '.repeat(400)}\nand two lines`;
    expect(await one.register('a', { intent })).toMatchObject({ registered: { intent } });
  });

  it('takes any project: a folder that is not there, a name with signs, each for itself (CP-016)', async () => {
    const projects = ['/no/such/folder', 'My project: ü*', 'my project: ü*'];
    for (const project of projects) {
      expect(await one.on(project).register('a')).toMatchObject({ registered: { project } });
      expect(await one.on(project).names()).toEqual(['a']);
    }
  });

  it('from a worktree or a folder within is on the same project (CP-016)', async () => {
    place.write('lib/x.ts', 'x\n');
    const folders = [place.worktree('side'), `${place.repository}/lib`];
    await one.register('a');
    await one.claim('a', 'ci');
    for (const folder of folders) {
      expect(await one.on(folder).listed('a')).toMatchObject({ id: 'a', project: folder });
      expect(await one.on(folder).claim('b', 'ci')).toMatchObject({ ok: false, held_by: { project: folder } });
    }
  });
});

describe('a client_session_id', () => {
  it('of another living session is refused in any project, as an ordinary answer (CP-025)', async () => {
    await one.register('a', { client_session_id: 'uuid-1' });
    const answer = await one.on('elsewhere').register('b', { client_session_id: 'uuid-1' });
    expect(answer).toEqual({
      ok: false,
      reason: 'client_session_id_conflict',
      client_session_id: 'uuid-1',
      held_by: 'a',
      advice: expect.any(String),
    });
    expect(await one.on('elsewhere').names()).toEqual([]);
  });

  it('is kept by a session that registers again without it, and does not stand in its own way (CP-024, CP-029)', async () => {
    await one.register('a', { client_session_id: 'uuid-1' });
    await one.register('a');
    expect(await one.register('b', { client_session_id: 'uuid-1' })).toMatchObject({ held_by: 'a' });
    expect(await one.register('a', { client_session_id: 'uuid-1' })).toMatchObject({ registered: { id: 'a' } });
    await one.on('elsewhere').register('a');
    expect(await one.register('b', { client_session_id: 'uuid-1' })).toMatchObject({ held_by: 'a' });
  });

  it('of a session that crashed or unregistered is free (CP-026)', async () => {
    const two = await Presence.start(place, { clientName: 'another' });
    await two.register('a', { client_session_id: 'uuid-1' });
    two.client.session.crash();
    const again = () => one.register('b', { client_session_id: 'uuid-1' });
    await until('the crash is noticed', async () => (await again()).registered !== undefined);
    await one.unregister('b');
    expect(await one.register('c', { client_session_id: 'uuid-1' })).toMatchObject({ registered: { id: 'c' } });
  });
});

describe('registering on another project', () => {
  it('moves the session, and leaves it what it has locked in the one before (CP-027)', async () => {
    const there = one.on('elsewhere');
    await one.register('a', { intent: 'One' });
    await one.claim('a', 'ci');
    await there.register('a', { intent: 'Two' });
    expect(await one.names()).toEqual([]);
    expect(await there.names()).toEqual(['a']);
    expect(await one.names({ project: '' })).toEqual(['a']);
    expect(await one.claim('b', 'ci')).toMatchObject({ ok: false, held_by: { held_by: 'a' } });
    expect(await one.release('a', 'ci')).toEqual({ released: true });
  });

  it('and back is one session still, with what it says last (CP-027, CP-030)', async () => {
    await one.register('a');
    await one.on('elsewhere').register('a');
    await one.register('a', { intent: 'Back' });
    expect(await one.on('elsewhere').names()).toEqual([]);
    expect(await heartbeat('a')).toEqual({ ok: true, at: expect.any(String) });
    expect(await one.listed('a')).toMatchObject({ intent: 'Back' });
    expect(await one.names({ project: '' })).toEqual(['a']);
  });
});

describe('a heartbeat', () => {
  it('of a known session is noted and changes nothing else (CP-030, CP-033)', async () => {
    const { registered } = await one.register('a', { branch: 'main', intent: 'One' });
    await later(registered.last_heartbeat);
    const recreate = { recreate_project: 'elsewhere', recreate_branch: 'x', recreate_intent: 'y' };
    const answer = await heartbeat('a', recreate);
    expect(answer).toEqual({ ok: true, at: expect.any(String) });
    const { last_heartbeat, age_seconds, ...rest } = await one.listed('a');
    expect(last_heartbeat > registered.last_heartbeat).toBe(true);
    expect(registered).toMatchObject(rest);
    expect(await one.on('elsewhere').names()).toEqual([]);
  });

  it('of an unknown one registers it where a project is named for that (CP-031)', async () => {
    const recreate = { recreate_project: one.project, recreate_branch: 'main', recreate_intent: 'Go on' };
    expect(await heartbeat('a', recreate)).toEqual({ ok: true, recreated: true, at: expect.any(String) });
    expect(await one.listed('a')).toMatchObject({ branch: 'main', intent: 'Go on', pid: null });
  });

  it('of an unknown one is told so without, and how to register (CP-032)', async () => {
    for (const more of [{}, { recreate_project: '' }]) {
      expect(await heartbeat('a', more)).toEqual({
        ok: false,
        reason: 'session_not_found',
        advice: expect.stringContaining('session_register'),
        at: expect.any(String),
      });
    }
    expect(await one.names()).toEqual([]);
  });
});

describe('unregistering', () => {
  it('removes a session once (CP-035)', async () => {
    await one.register('a');
    expect(await one.unregister('a')).toEqual({ removed: true });
    expect(await one.names()).toEqual([]);
    expect(await one.unregister('a')).toEqual({ removed: false, reason: 'session_not_found' });
    expect(await heartbeat('a')).toMatchObject({ ok: false, reason: 'session_not_found' });
  });

  it('releases its locks in every project, and nobody else (CP-036)', async () => {
    await one.register('a');
    await one.register('b');
    await one.claim('a', 'ci');
    await one.claim('b', 'db');
    await one.on('elsewhere').claim('a', 'port:3000');
    expect(await one.unregister('a')).toEqual({ removed: true });
    expect(await one.locked()).toEqual(['db']);
    expect(await one.on('elsewhere').locked()).toEqual([]);
    expect(await one.claim('b', 'ci')).toMatchObject({ ok: true });
  });

  it('leaves to its readers what it wrote, and to itself what was written to it when it was away (CP-037, CP-077)', async () => {
    await one.register('b');
    await one.register('a');
    await one.post('a', 'I was here');
    await one.unregister('a');
    expect(await one.texts('b')).toEqual(['I was here']);
    await one.post('b', 'Come back', { to_session: 'a' });
    await one.register('c');
    await one.register('a');
    expect(await one.texts('a')).toContain('Come back');
    expect(await one.texts('c')).toEqual(['I was here']);
  });
});

describe('the list', () => {
  it('of a project is in the order of arrival, without the one that is left out (CP-040, CP-042)', async () => {
    for (const name of ['z', 'a', 'm']) await one.register(name);
    const list = await one.client.json('session_list', { project: one.project, exclude_session_id: 'a' });
    expect(list).toMatchObject({ count: 2, sessions: [{ id: 'z' }, { id: 'm' }] });
    expect(Object.keys(list)).toEqual(['count', 'sessions']);
  });

  it('of all projects is in their order, also where the project is empty text (CP-041)', async () => {
    await one.on('b-project').register('1');
    await one.on('a-project').register('2');
    await one.on('a-project').register('3');
    await one.on('b-project').register('4');
    for (const input of [{}, { project: '' }]) {
      const { count, sessions } = await one.client.json('session_list', input);
      expect(count).toBe(4);
      expect(sessions.map(({ id, project }: { id: string; project: string }) => `${project} ${id}`)).toEqual([
        ...['a-project 2', 'a-project 3', 'b-project 1', 'b-project 4'],
      ]);
    }
  });
});
