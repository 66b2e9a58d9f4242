/** How connections of `claude-session-coordinator` become instances and cease to be: one process after the other. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Workspace } from '../support/workspace.ts';
import { Coordinator, configure, workspaceOf } from './support/csc.ts';

let place: Workspace;
let one: Coordinator;

beforeEach(async () => {
  place = workspaceOf('git@github.com:acme/shop.git');
  one = await Coordinator.start(place);
});

afterEach(() => place.dispose());

describe('sign_on', () => {
  it('answers with machine, project, session and the beginning of all scopes (CSC-020)', async () => {
    const { machine } = await one.context();
    const session = {
      machine,
      project: 'acme/shop',
      session_id: 'claude_1',
      full_scope_prefix: `${machine}:acme/shop`,
    };
    expect(await one.client.json('sign_on')).toEqual(session);
    expect((await one.context()).current_session).toEqual(session);
  });

  it.each([[{}], [{ session_id: null }], [{ session_id: '' }]])(
    'without an id, as %j, is the first instance (CSC-021)',
    async input => {
      expect((await one.client.json('sign_on', input)).session_id).toBe('claude_1');
    },
  );

  it('without an id never gives away what is taken: first the four usual ones, then as many as there are sessions (CSC-021)', async () => {
    const others = await Promise.all(Array.from({ length: 5 }, () => Coordinator.start(place)));
    const names: string[] = [];
    for (const each of [one, ...others]) names.push(await each.signOn());
    expect(names).toEqual(['claude_1', 'claude_2', 'claude_3', 'claude_4', 'claude_5', 'claude_6']);
  });

  it('without an id takes what became available, in the order in which it was first known (CSC-021)', async () => {
    const two = await Coordinator.start(place);
    expect([await one.signOn(), await two.signOn('frontend')]).toEqual(['claude_1', 'frontend']);
    await one.signOff();
    await two.signOff();
    expect(Object.keys((await one.context()).instances).slice(0, 2)).toEqual(['claude_1', 'frontend']);
    const three = await Coordinator.start(place);
    expect([await two.signOn(), await one.signOn(), await three.signOn()]).toEqual([
      'claude_1',
      'frontend',
      'claude_2',
    ]);
  });

  it('with an id is that instance, whatever it is called (CSC-022)', async () => {
    for (const name of ['claude_9', 'Front End', 'x/y:z', 'größe 🎉', '[1]', 'x'.repeat(67)]) {
      expect(await one.signOn(name)).toBe(name);
      expect(await one.taken()).toEqual([name]);
    }
  });

  it('with an id that would stand in nobody’s list is refused, and changes nothing (CSC-022)', async () => {
    await one.signOn();
    for (const session_id of [
      'x'.repeat(201),
      'a\u0007b',
      'x'.repeat(68),
      'p '.repeat(20),
      '日本語のとても長い名前です',
    ])
      expect(await one.refusal('sign_on', { session_id })).toMatch(/^Error executing tool sign_on: .*name/);
    expect(await one.taken()).toEqual(['claude_1']);
    expect((await one.context()).current_session.session_id).toBe('claude_1');
  });

  it('with an id that another session has is that one, too, and neither takes it from the other (CSC-022, CSC-027)', async () => {
    const two = await Coordinator.start(place);
    await one.signOn('claude_1');
    expect(await two.signOn('claude_1')).toBe('claude_1');
    await one.store('issue:1', 'by', 'one');
    await two.store('issue:1', 'too', 'two');
    expect(await one.keys('issue:1')).toEqual(['by', 'too']);
    expect(await two.signOff()).toMatchObject({ status: 'signed off', session: { session_id: 'claude_1' } });
    expect(await one.taken()).toEqual(['claude_1']);
    expect(await one.retrieve('issue:1', 'too')).toEqual(['two']);
  });

  it('without an id is never given the name of one that lives, also when it shared it with one that has gone (CSC-021, CSC-027)', async () => {
    const [two, three] = [await Coordinator.start(place), await Coordinator.start(place)];
    await one.signOn();
    await two.signOn('claude_1');
    await one.signOff();
    expect((await three.context()).instances).toMatchObject({ claude_1: 'taken' });
    expect(await three.signOn()).toBe('claude_2');
    await two.store('issue:1', 'by', 'two');
    expect((await two.context()).current_session.session_id).toBe('claude_1');
    await two.signOff();
    expect((await three.context()).instances).toMatchObject({ claude_1: 'available', claude_2: 'taken' });
  });

  it('with an id that others have makes nobody more than the instance that it is (CSC-027, CSC-080)', async () => {
    const two = await Coordinator.start(place);
    await one.signOn('same');
    await two.signOn('same');
    expect(await one.taken()).toEqual(['same']);
    expect((await one.context()).instances).toEqual(await two.context().then(({ instances }) => instances));
  });

  it('once more makes the connection another instance, and the one before is available (CSC-023)', async () => {
    await one.signOn();
    await one.signOn('claude_3');
    expect((await one.context()).current_session.session_id).toBe('claude_3');
    expect(await one.taken()).toEqual(['claude_3']);
    const two = await Coordinator.start(place);
    expect(await two.signOn()).toBe('claude_1');
    expect(await one.signOn('claude_3')).toBe('claude_3');
  });
});

describe('sign_off', () => {
  it('answers with the session that is over, and makes the instance available (CSC-025)', async () => {
    const session = await one.client.json('sign_on');
    expect(await one.signOff()).toEqual({ status: 'signed off', session });
    expect((await one.context()).instances).toMatchObject({ claude_1: 'available' });
    expect((await one.context()).current_session).toBeNull();
    const two = await Coordinator.start(place);
    expect(await two.signOn()).toBe('claude_1');
  });

  it('keeps what was stored, which the next one reads (CSC-025)', async () => {
    await one.signOn();
    await one.store('session:claude_1', 'todos', [{ task: 'Mend', status: 'pending' }]);
    await one.signOff();
    const two = await Coordinator.start(place);
    await two.signOn();
    expect(await two.retrieve('session:claude_1', 'todos')).toEqual(['{\n  "task": "Mend",\n  "status": "pending"\n}']);
  });

  it('that fails leaves the session signed on (CSC-025, CSC-073)', async () => {
    await one.signOn();
    configure(place, []);
    expect(await one.refusal('sign_off')).toMatch(/^Error executing tool sign_off: .*not a JSON object/);
    configure(place, {});
    expect(await one.taken()).toEqual(['claude_1']);
    await one.store('issue:1', 'a', 1);
    expect((await one.signOff()).status).toBe('signed off');
  });

  it('of nobody says so (CSC-025)', async () => {
    expect(await one.signOff()).toEqual({ status: 'no active session' });
    await one.signOn();
    await one.signOff();
    expect(await one.signOff()).toEqual({ status: 'no active session' });
  });
});

describe('a tool about data', () => {
  it.each([
    ['store_data', { scope: 'a', key: 'b', value: 1 }],
    ['retrieve_data', { scope: 'a', key: 'b' }],
    ['delete_data', { scope: 'a', key: 'b' }],
    ['list_keys', { scope: 'a' }],
    ['list_scopes', {}],
    ['delete_scope', { scope: 'a' }],
  ])('like %s is refused before sign_on and after sign_off (CSC-030)', async (tool, input) => {
    const refusal = `Error executing tool ${tool}: Must call sign_on() first`;
    expect(await one.refusal(tool, input)).toBe(refusal);
    await one.signOn();
    await one.done(tool, input);
    await one.signOff();
    expect(await one.refusal(tool, input)).toBe(refusal);
  });
});
