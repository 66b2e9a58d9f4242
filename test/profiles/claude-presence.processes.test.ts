/** `claude-presence` from several processes at once, and after one of them was killed. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { until, Workspace } from '../support/workspace.ts';
import { Presence } from './support/presence.ts';

let place: Workspace;
let one: Presence;
let two: Presence;

beforeEach(async () => {
  place = new Workspace();
  [one, two] = await Promise.all([Presence.start(place), Presence.start(place)]);
});

afterEach(() => place.dispose());

describe('two server processes', () => {
  it('refuse each what the other has granted, and know each the sessions of the other (CP-061)', async () => {
    await one.register('a', { intent: 'Release' });
    await two.register('b');
    await one.claim('a', 'ci');
    expect(await two.claim('b', 'ci')).toMatchObject({ ok: false, holder_session: { id: 'a', intent: 'Release' } });
    expect(await two.names()).toEqual(['a', 'b']);
    await one.release('a', 'ci');
    expect(await two.claim('b', 'ci')).toMatchObject({ ok: true });
  });

  it('grant one of many simultaneous claims (CP-061)', async () => {
    const claimants = Array.from({ length: 12 }, (_, at) => ({ by: at % 2 === 0 ? one : two, name: `s${at}` }));
    for (const { by, name } of claimants) await by.register(name);
    for (const round of ['1', '2', '3', '4', '5']) {
      const answers = await Promise.all(claimants.map(({ by, name }) => by.claim(name, `ci ${round}`)));
      const granted = answers.filter(({ ok }) => ok);
      expect(granted).toHaveLength(1);
      const owner = granted[0].lock.held_by;
      for (const { ok, held_by } of answers) expect(ok || held_by.held_by === owner).toBe(true);
    }
  });

  it('speak for a name alike: whoever says it is that session (CP-006)', async () => {
    await one.register('a');
    await one.claim('a', 'ci');
    expect(await two.claim('a', 'ci')).toMatchObject({ ok: true });
    expect(await two.names()).toEqual(['a']);
    expect(await two.release('a', 'ci')).toEqual({ released: true });
    expect(await two.unregister('a')).toEqual({ removed: true });
    expect(await one.names()).toEqual([]);
  });
});

describe('a session whose process was killed', () => {
  it('is gone, and what it had is free (CP-043, CP-062)', async () => {
    await one.register('a');
    await one.claim('a', 'ci', { ttl_seconds: 86_400 });
    await two.register('b');
    one.client.session.crash();
    await until('the lock is free', async () => (await two.claim('b', 'ci')).ok);
    expect(await two.names()).toEqual(['b']);
  });

  it('registers again from another process, with the same name and its unread mail (CP-043, CP-077)', async () => {
    await one.register('a', { client_session_id: 'uuid-1' });
    await one.claim('a', 'ci');
    await two.register('b');
    await two.post('b', 'Are you there?', { to_session: 'a' });
    one.client.session.crash();
    await until('the crash is noticed', async () => !(await two.names()).includes('a'));
    await two.post('b', 'And now?', { to_session: 'a' });
    const three = await Presence.start(place);
    const { registered } = await three.register('a', { client_session_id: 'uuid-1' });
    expect(registered.id).toBe('a');
    expect(await three.locked()).toEqual([]);
    expect(await three.texts('a')).toEqual(['And now?', 'Are you there?']);
    expect(await three.claim('a', 'ci')).toMatchObject({ ok: true });
  });
});
