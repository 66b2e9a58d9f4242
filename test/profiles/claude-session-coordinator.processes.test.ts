/** `claude-session-coordinator` from several processes at once, and after one of them was killed. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { until, Workspace } from '../support/workspace.ts';
import { Coordinator } from './support/csc.ts';

let place: Workspace;

beforeEach(() => {
  place = new Workspace();
});

afterEach(() => place.dispose());

const started = (count: number) => Promise.all(Array.from({ length: count }, () => Coordinator.start(place)));

describe('eight processes at once', () => {
  it('become eight instances (CSC-024)', async () => {
    const all = await started(8);
    const names = await Promise.all(all.map(each => each.signOn()));
    expect(names.sort()).toEqual(Array.from({ length: 8 }, (_, at) => `claude_${at + 1}`));
    expect((await all[0]?.taken())?.sort()).toEqual(names);
  });

  it('that store into one scope lose nothing, and every value is whole (CSC-034)', async () => {
    const all = await started(8);
    await Promise.all(all.map(each => each.signOn()));
    const each30 = Array.from({ length: 30 }, (_, at) => at);
    await Promise.all(
      all.flatMap((each, by) =>
        each30.map(at => each.store('issue:1', `k${by}-${at}`, { by, at, text: 'x'.repeat(500) })),
      ),
    );
    const keys = await all[0]?.keys('issue:1');
    expect(keys).toHaveLength(240);
    const [value] = (await all[1]?.retrieve('issue:1', 'k7-29')) ?? [];
    expect(JSON.parse(value ?? '')).toEqual({ by: 7, at: 29, text: 'x'.repeat(500) });
  });

  it('that store under one key leave one of their values, which is the last (CSC-033)', async () => {
    const all = await started(4);
    await Promise.all(all.map(each => each.signOn()));
    await Promise.all(all.map((each, by) => each.store('issue:1', 'owner', { by })));
    const [value] = (await all[0]?.retrieve('issue:1', 'owner')) ?? [];
    expect([0, 1, 2, 3].map(by => JSON.stringify({ by }, null, 2))).toContain(value);
    await all[2]?.store('issue:1', 'owner', 'the last');
    expect(await all[3]?.retrieve('issue:1', 'owner')).toEqual(['the last']);
  });
});

describe('a session that was taken for gone', () => {
  const refusal = 'Error executing tool store_data: Must call sign_on() first';
  /** A session that has signed on, and ended without its server's doing. */
  const endedOne = async (): Promise<Coordinator> => {
    const one = await Coordinator.start(place);
    await one.signOn();
    const environment = { SIGNALBOX_SESSION: 'claude_1' };
    expect(await place.command(['session', 'end'], { environment })).toMatchObject({ code: 0 });
    return one;
  };

  it('is told that another one is its instance by now, and changes nothing of what that stored (CSC-029)', async () => {
    const one = await endedOne();
    const two = await Coordinator.start(place);
    expect(await two.signOn()).toBe('claude_1');
    await two.store('session:claude_1', 'todos', 'of two');
    expect((await one.context()).current_session).toBeNull();
    const input = { scope: 'session:claude_1', key: 'todos', value: 'of one' };
    expect(await one.refusal('store_data', input)).toMatch(`${refusal}: while this session was away, another one`);
    expect(await one.refusal('store_data', input)).toBe(refusal);
    expect(await two.retrieve('session:claude_1', 'todos')).toEqual(['of two']);
    expect(await one.signOn()).toBe('claude_2');
    expect((await two.taken()).sort()).toEqual(['claude_1', 'claude_2']);
  });

  it('signs nobody else off (CSC-029)', async () => {
    const one = await endedOne();
    const two = await Coordinator.start(place);
    await two.signOn();
    expect(await one.prompt('sign-off')).toMatch(/no active session/);
    expect(await one.signOff()).toEqual({ status: 'no active session' });
    expect(await two.taken()).toEqual(['claude_1']);
  });

  it('is its instance again when nobody else is it (CSC-028, CSC-029)', async () => {
    const one = await endedOne();
    await one.store('issue:1', 'a', 1);
    expect(await one.taken()).toEqual(['claude_1']);
    expect(await (await Coordinator.start(place)).signOn()).toBe('claude_2');
  });
});

describe('a session whose process was killed', () => {
  it('is available to the next one, and its data with it (CSC-026)', async () => {
    const [one, two] = (await started(2)) as [Coordinator, Coordinator];
    await one.signOn();
    await two.signOn();
    await one.store('session:claude_1', 'current_issue', 15);
    one.crash();
    await until('the crash is noticed', async () => (await two.taken()).length === 1);
    expect(await two.taken()).toEqual(['claude_2']);
    const three = await Coordinator.start(place);
    expect(await three.signOn()).toBe('claude_1');
    expect(await three.retrieve('session:claude_1', 'current_issue')).toEqual(['15']);
  });

  it('goes on under its id in another process, also before anybody has noticed (CSC-022, CSC-026)', async () => {
    const one = await Coordinator.start(place);
    await one.signOn('frontend');
    one.crash();
    const again = await Coordinator.start(place);
    expect(await again.signOn('frontend')).toBe('frontend');
    await again.store('issue:1', 'a', 1);
    expect(await again.taken()).toEqual(['frontend']);
  });

  it('leaves a name that two went by to the other one (CSC-028)', async () => {
    const [one, two] = (await started(2)) as [Coordinator, Coordinator];
    await one.signOn('claude_1');
    await two.signOn('claude_1');
    one.crash();
    const early = await Coordinator.start(place);
    expect(await early.signOn()).toBe('claude_2');
    await early.signOff();
    await until('it is the other one’s', async () => {
      await two.store('issue:1', 'a', 1);
      return (await two.taken()).includes('claude_1');
    });
    const native = await place.session();
    const { sessions } = await native.call('session_list');
    expect(sessions.map(({ handle }: { handle: string }) => handle)).toContain('claude_1');
    const three = await Coordinator.start(place);
    expect(await three.signOn()).toBe('claude_2');
  });
});
