/** Resources of `claude-presence`: claiming, renewing, releasing, listing. */
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

const left = ({ expires_at, acquired_at }: { expires_at: string; acquired_at: string }) =>
  (Date.parse(expires_at) - Date.parse(acquired_at)) / 1000;

describe('claiming', () => {
  it('a free resource grants it, for ten minutes unless said otherwise (CP-012, CP-050)', async () => {
    await one.register('a', { branch: 'main' });
    const answer = await one.claim('a', 'deploy:production', { reason: 'Release 3' });
    expect(answer).toEqual({
      ok: true,
      message: expect.any(String),
      lock: {
        resource: 'deploy:production',
        project: one.project,
        held_by: 'a',
        branch: 'main',
        reason: 'Release 3',
        acquired_at: expect.any(String),
        expires_at: expect.any(String),
        ttl_remaining_seconds: 600,
      },
    });
    expect(left(answer.lock)).toBe(600);
    expect((await one.claim('a', 'ci')).lock.reason).toBeNull();
  });

  it('takes from one second to a day, in whole seconds (CP-051)', async () => {
    await one.register('a');
    for (const ttl_seconds of [0, -1, 1.5, 86_401, '60']) {
      const input = { session_id: 'a', project: one.project, resource: 'ci', ttl_seconds };
      expect(await one.refusal('resource_claim', input)).toContain('ttl_seconds');
    }
    expect(await one.locked()).toEqual([]);
    expect(left((await one.claim('a', 'ci', { ttl_seconds: 86_400 })).lock)).toBe(86_400);
    expect(left((await one.claim('a', 'short', { ttl_seconds: 1 })).lock)).toBe(1);
  });

  it('one that another has says who has it, as an ordinary answer (CP-006, CP-052)', async () => {
    await one.register('a', { branch: 'main', intent: 'Release' });
    const { lock } = await one.claim('a', 'ci', { reason: 'Nightly' });
    await one.register('b');
    const answer = await one.claim('b', 'ci');
    expect(answer).toEqual({
      ok: false,
      message: expect.stringContaining('a'),
      held_by: { ...lock, ttl_remaining_seconds: expect.any(Number) },
      holder_session: { id: 'a', branch: 'main', intent: 'Release' },
    });
  });

  it('by a session that nobody registered registers it, whether it is granted or not (CP-053)', async () => {
    const usual = await one.claim('a', 'db').then(() => one.claim('a', 'db'));
    expect(usual).not.toHaveProperty('session_recreated');
    const granted = await one.claim('b', 'ci', { branch: 'side' });
    expect(granted).toMatchObject({ ok: true, session_recreated: true, lock: { held_by: 'b', branch: 'side' } });
    expect(granted.message.replace('ci', 'db')).not.toBe(usual.message);
    expect(await one.claim('c', 'ci')).toMatchObject({ ok: false, session_recreated: true });
    expect(await one.names()).toEqual(['a', 'b', 'c']);
    expect(await one.listed('b')).toMatchObject({ branch: 'side', intent: null });
    expect(await one.claim('c', 'ci')).not.toHaveProperty('session_recreated');
  });

  it('in another project than where the session is registered leaves it there (CP-063)', async () => {
    await one.register('a', { intent: 'Release' });
    const there = one.on('elsewhere');
    const granted = await there.claim('a', 'ci');
    expect(granted).toMatchObject({ ok: true, lock: { held_by: 'a', project: 'elsewhere' } });
    expect(granted).not.toHaveProperty('session_recreated');
    expect(await there.names()).toEqual([]);
    expect(await one.names()).toEqual(['a']);
    expect(await there.claim('b', 'ci')).toMatchObject({ holder_session: { id: 'a', intent: 'Release' } });
  });

  it('does not count as a heartbeat (CP-058)', async () => {
    const { registered } = await one.register('a');
    await until('time has passed', () => Date.now() > Date.parse(registered.last_heartbeat) + 5);
    await one.claim('a', 'ci');
    expect((await one.listed('a')).last_heartbeat).toBe(registered.last_heartbeat);
  });
});

describe('claiming again what one has', () => {
  it('sets its time anew, shorter as well, and keeps since when (CP-054)', async () => {
    await one.register('a');
    const { lock: first } = await one.claim('a', 'ci', { ttl_seconds: 500 });
    await until('time has passed', () => Date.now() > Date.parse(first.acquired_at) + 5);
    const { ok, lock: longer } = await one.claim('a', 'ci', { ttl_seconds: 1_000 });
    expect({ ok, since: longer.acquired_at }).toEqual({ ok: true, since: first.acquired_at });
    expect(left(longer)).toBeGreaterThan(1_000);
    const { lock: shorter } = await one.claim('a', 'ci', { ttl_seconds: 100 });
    expect(left(shorter)).toBeLessThan(200);
    expect(left((await one.claim('a', 'ci')).lock)).toBeGreaterThan(600);
    expect(await one.locked()).toEqual(['ci']);
  });

  it('says its reason anew, none as well (CP-055)', async () => {
    await one.register('a');
    await one.claim('a', 'ci', { reason: 'One' });
    expect(await one.claim('a', 'ci', { reason: 'Two' })).toMatchObject({ lock: { reason: 'Two' } });
    expect(await one.claim('a', 'ci')).toMatchObject({ lock: { reason: null } });
    expect(await one.client.json('resource_list', {})).toMatchObject({ locks: [{ reason: null }] });
  });

  it('shows the branch that the session registered, whatever the claim says (CP-056)', async () => {
    await one.register('a', { branch: 'main' });
    expect(await one.claim('a', 'ci', { branch: 'side' })).toMatchObject({ lock: { branch: 'main' } });
    await one.register('a', { branch: 'next' });
    expect(await one.claim('a', 'ci')).toMatchObject({ lock: { branch: 'next' } });
  });
});

describe('a resource', () => {
  it('is any text, byte for byte, and shown as it was claimed (CP-005, CP-059)', async () => {
    place.write('src/app.ts', 'x\n');
    const names = ['ci', 'CI', ' ci ', 'port:3000', 'db staging', 'deploy: "prod" * [x] {y}', 'ünï ☃', 'src/app.ts'];
    const odd = ['file:x', 'pool:x', 'text:x', 'a+b', '+', '*', '-', 'two\nlines', '../up', '.env', 'app/[id].tsx'];
    await one.register('a');
    await one.register('b');
    for (const resource of [...names, ...odd]) {
      expect(await one.claim('a', resource), resource).toMatchObject({ ok: true, lock: { resource } });
      expect(await one.claim('b', resource), resource).toMatchObject({ ok: false, held_by: { resource } });
    }
    expect(await one.locked()).toEqual([...names, ...odd]);
    for (const resource of [...names, ...odd]) expect(await one.release('a', resource)).toEqual({ released: true });
    expect(await one.locked()).toEqual([]);
  });

  it('is one in each project (CP-059)', async () => {
    await one.claim('a', 'ci');
    expect(await one.on('elsewhere').claim('b', 'ci')).toMatchObject({ ok: true });
  });

  it('with a name that nobody could read is refused with the limit (CP-060)', async () => {
    await one.register('a');
    await one.claim('a', 'r'.repeat(500));
    const input = { session_id: 'a', project: one.project, resource: 'r'.repeat(600) };
    expect(await one.refusal('resource_claim', input)).toContain('512');
  });
});

describe('the time of a lock', () => {
  it('goes on with the activity of its session, and ends with its silence (CP-057, CP-072, CP-069)', async () => {
    const two = await Presence.start(place);
    await one.register('a');
    await two.register('b');
    await one.claim('a', 'ci', { ttl_seconds: 2 });
    const { lock } = await one.claim('a', 'db', { ttl_seconds: 600 });
    await until('the time of the claim is over, while its session goes on', async () => {
      await one.client.json('session_heartbeat', { session_id: 'a' });
      return Date.now() > Date.parse(lock.acquired_at) + 3_000;
    });
    expect(await two.claim('b', 'ci')).toMatchObject({ ok: false });
    await until('it is over', async () => !(await two.locked()).includes('ci'));
    expect(await two.locked()).toEqual(['db']);
    expect(await two.release('b', 'ci')).toEqual({ released: false, reason: 'not_held' });
    expect(await two.claim('b', 'ci')).toMatchObject({ ok: true });
  });
});

describe('releasing', () => {
  it('frees what one has (CP-065)', async () => {
    await one.claim('a', 'ci');
    expect(await one.release('a', 'ci')).toEqual({ released: true });
    expect(await one.claim('b', 'ci')).toMatchObject({ ok: true });
  });

  it('what nobody has is not held (CP-066)', async () => {
    expect(await one.release('a', 'ci')).toEqual({ released: false, reason: 'not_held' });
    expect(await one.release('a', 'ci', { force: true })).toEqual({ released: false, reason: 'not_held' });
  });

  it("another's is left alone, also by a name that nobody registered (CP-067)", async () => {
    await one.claim('a', 'ci');
    await one.register('b');
    for (const name of ['b', 'nobody', 'A']) {
      expect(await one.release(name, 'ci')).toEqual({ released: false, reason: 'not_owner' });
      expect(await one.release(name, 'ci', { force: false })).toEqual({ released: false, reason: 'not_owner' });
    }
    expect(await one.locked()).toEqual(['ci']);
    expect(await one.names()).toEqual(['a', 'b']);
  });

  it('by force frees it whoever has it (CP-068)', async () => {
    const two = await Presence.start(place);
    await one.claim('a', 'ci');
    expect(await two.release('b', 'ci', { force: true })).toEqual({ released: true });
    expect(await two.locked()).toEqual([]);
    await one.claim('a', 'db');
    expect(await one.release('a', 'db', { force: true })).toEqual({ released: true });
  });
});

describe('the list of locks', () => {
  it('of a project begins with the oldest, however often it was renewed (CP-070)', async () => {
    for (const resource of ['z', 'a', 'm']) await one.claim('s', resource);
    await one.claim('s', 'z', { ttl_seconds: 30 });
    const list = await one.client.json('resource_list', { project: one.project });
    expect(list).toMatchObject({ count: 3, locks: [{ resource: 'z' }, { resource: 'a' }, { resource: 'm' }] });
    expect(Object.keys(list)).toEqual(['count', 'locks']);
  });

  it('of all projects is in their order, also where the project is empty text (CP-071)', async () => {
    await one.on('b-project').claim('s', '1');
    await one.on('a-project').claim('s', '2');
    await one.on('b-project').claim('s', '3');
    for (const input of [{}, { project: '' }]) {
      const { locks } = await one.client.json('resource_list', input);
      expect(
        locks.map(({ resource, project }: { resource: string; project: string }) => `${project} ${resource}`),
      ).toEqual(['a-project 2', 'b-project 1', 'b-project 3']);
    }
  });
});
