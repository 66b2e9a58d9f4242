/** Vocabularies of other systems where the store is behind a hub: real servers and commands of two people's machines, over bridges to a real hub. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Coordinator as Csc } from '../profiles/support/csc.ts';
import { Presence } from '../profiles/support/presence.ts';
import { makeToken } from '../support/hub.ts';
import {
  ana,
  hub,
  machineOf,
  place as office,
  officeForEachTest,
  printed,
  startHub,
  stored,
} from '../support/office.ts';
import { until, type Workspace } from '../support/workspace.ts';

officeForEachTest();

/** The machines of two people, each with a checkout of the same repository. */
let place: Workspace;
let bens: Workspace;

beforeEach(async () => {
  [place, bens] = [machineOf(ana.token), machineOf(await makeToken(office, 'ben'))];
});

afterEach(() => Promise.all([place.dispose(), bens.dispose()]));

const again = () => startHub([], {}, hub.port);
const command = (machine: Workspace, ...words: string[]) => machine.command(['compat', 'claude-presence', ...words]);

describe('names of a vocabulary behind a hub', () => {
  it('are known on every machine, and keep from each other what they claim', async () => {
    const [one, two] = await Promise.all([Presence.start(place), Presence.start(bens)]);
    await one.register('front', { branch: 'main' });
    await two.register('back', { branch: 'main' });
    expect((await one.names()).sort()).toEqual(['back', 'front']);
    expect(await one.claim('front', 'ci')).toMatchObject({ ok: true });
    expect(await two.claim('back', 'ci')).toMatchObject({ ok: false });
    await two.post('back', 'Tell me when it is free', { to_session: 'front' });
    await until('it has come', async () => (await one.texts('front')).includes('Tell me when it is free'));
    await one.release('front', 'ci');
    expect(await two.claim('back', 'ci')).toMatchObject({ ok: true });
  });

  it('are those of the token that has them: under another’s nobody claims, reads, gives back or leaves, also once that is gone', async () => {
    const [one, two] = await Promise.all([Presence.start(place), Presence.start(bens)]);
    await one.register('front', { branch: 'main' });
    await one.claim('front', 'ci');
    const project = bens.repository;
    const asFront = { session_id: 'front', project };
    const tries: readonly (readonly [string, object])[] = [
      ['session_register', { ...asFront, branch: 'main' }],
      ['resource_claim', { ...asFront, resource: 'db' }],
      ['resource_release', { ...asFront, resource: 'ci' }],
      ['broadcast', { ...asFront, message: 'I am Ana' }],
      ['read_inbox', asFront],
    ];
    for (const [name, input] of tries)
      expect([name, await two.refusal(name, input)]).toEqual([name, expect.any(String)]);
    for (const name of ['session_heartbeat', 'session_unregister'])
      expect(await two.client.json(name, { session_id: 'front' })).toMatchObject({ reason: 'session_not_found' });
    await two.register('back', { branch: 'main' });
    expect(await two.release('back', 'ci')).toMatchObject({ released: false, reason: 'not_owner' });
    expect(await two.refusal('resource_release', { session_id: 'back', project, resource: 'ci', force: true })).toMatch(
      /admin/,
    );
    expect(await one.locked()).toEqual(['ci']);
    await two.post('back', 'For Ana', { to_session: 'front' });
    await one.client.session.close();
    await until('it is gone', async () => !(await two.names()).includes('front'));
    expect(await two.refusal('session_register', { ...asFront, branch: 'main' })).toMatch(/somebody else/);
    expect((await two.inbox('front').catch(() => ({ messages: [] }))).messages).toEqual([]);
    const next = await Presence.start(place);
    await next.register('front', { branch: 'main' });
    expect(await next.texts('front')).toEqual(['For Ana']);
  });

  it('end others’ locks by force with the token of an admin', async () => {
    bens.environment.SIGNALBOX_TOKEN = await makeToken(office, 'chief', '--role', 'admin');
    const [one, two] = await Promise.all([Presence.start(place), Presence.start(bens)]);
    await one.register('front', { branch: 'main' });
    await one.claim('front', 'ci');
    await two.register('back', { branch: 'main' });
    expect(await two.release('back', 'ci', { force: true })).toMatchObject({ released: true });
    expect(await one.locked()).toEqual([]);
  });

  it('go on at the next hub, each as the session that it was, with its locks and without doing anything', async () => {
    const [one, two] = await Promise.all([Presence.start(place), Presence.start(bens)]);
    for (const name of ['front', 'docs']) {
      await one.register(name, { branch: 'main' });
      await one.claim(name, `${name}-port`);
    }
    const held = async () => (await printed('lock', 'list', '--project', 'github.com/acme/shop')).locks;
    const before = await held();
    await hub.kill();
    await again();
    const opened = async () => (await printed('audit', '--what', 'open', '--principal', 'ana')).notes.length;
    await until('they are taken up', async () => (await opened()) >= 4);
    expect((await two.names()).sort()).toEqual(['docs', 'front']);
    const fences = (locks: { resource: string; fence: number }[]) =>
      locks.map(each => [each.resource, each.fence]).sort();
    expect(fences(await held())).toEqual(fences(before));
    expect(await one.release('docs', 'docs-port')).toMatchObject({ released: true });
    expect(await one.release('front', 'docs-port')).toMatchObject({ released: false });
    await one.client.session.close();
    await until('both left with their client', async () => (await two.names()).length === 0);
    expect(await held()).toEqual([]);
    // By a word of its own, and not because nothing was heard of them.
    expect((await stored()).match(/"endReason":"client gone"/g)).toHaveLength(2);
  });

  it('are told in their own words that the hub is gone', async () => {
    const one = await Presence.start(place);
    await one.register('front', { branch: 'main' });
    await hub.kill();
    expect(
      await one.refusal('resource_claim', { session_id: 'front', project: place.repository, resource: 'ci' }),
    ).toMatch(/hub/);
  });

  it('stand in the audit, with what was refused', async () => {
    const [one, two] = await Promise.all([Presence.start(place), Presence.start(bens)]);
    await one.register('front', { branch: 'main' });
    await two.refusal('resource_claim', { session_id: 'front', project: bens.repository, resource: 'ci' });
    const { notes } = await printed('audit');
    expect(notes).toContainEqual(
      expect.objectContaining({ principal: 'ana', what: 'claude-presence/session_register', decision: 'done' }),
    );
    expect(notes).toContainEqual(
      expect.objectContaining({ principal: 'ben', what: 'claude-presence/resource_claim', decision: 'refused' }),
    );
  });

  it.each([
    ['only reads', ['--role', 'read']],
    ['is for some tools only', ['--tool', 'lock_acquire']],
  ] as const)('are not for a token that %s', async (why, options) => {
    bens.environment.SIGNALBOX_TOKEN = await makeToken(office, 'guest', ...options);
    const two = await Presence.start(bens);
    const input = { session_id: 'back', project: bens.repository, branch: 'main' };
    expect(await two.refusal('session_register', input)).toContain(why);
    const { code, stderr } = await command(bens, 'inbox', '--session', 'x', '--project', bens.repository);
    expect([code, stderr]).toEqual([1, expect.stringContaining(why)]);
    expect((await printed('session', 'list', '--project', 'github.com/acme/shop')).sessions).toEqual([]);
  });
});

describe('an instance behind a hub', () => {
  it('is that one at the next hub, and nobody else is it meanwhile', async () => {
    const [one, two] = await Promise.all([Csc.start(place), Csc.start(bens)]);
    expect(await one.signOn()).toBe('claude_1');
    await hub.kill();
    await again();
    expect(await two.signOn()).toBe('claude_2');
    await one.store('session:claude_1', 'state', 'on');
    expect(await two.retrieve('session:claude_1', 'state')).toEqual(['on']);
    expect((await one.taken()).sort()).toEqual(['claude_1', 'claude_2']);
  });
});

describe('commands of a vocabulary behind a hub', () => {
  it('are run at the hub, as whoever the name is of and with what they are given to read', async () => {
    const one = await Presence.start(place);
    await one.register('front', { branch: 'main' });
    await one.post('front', 'To all');
    await one.register('docs', { branch: 'main' });
    await one.post('docs', 'See the docs', { to_session: 'front' });
    const options = ['--session', 'front', '--project', place.repository, '--json'];
    const { code, stdout } = await command(place, 'inbox', ...options);
    expect([code, JSON.parse(stdout).messages.map(({ message }: { message: string }) => message)]).toEqual([
      0,
      ['See the docs'],
    ]);
    await until('it counts as read', async () => (await one.texts('front')).length === 0);
    await one.post('docs', 'And again', { to_session: 'front' });
    await one.register('front', { branch: 'main', client_session_id: 'uuid-1' });
    const input = JSON.stringify({ session_id: 'uuid-1', cwd: place.repository, prompt: 'Go on' });
    const hook = await place.command(['compat', 'claude-presence', 'hook', 'user-prompt-submit'], { input });
    expect(JSON.parse(hook.stdout).additionalContext).toContain('And again');
    const other = await command(bens, 'inbox', '--session', 'front', '--project', bens.repository, '--json');
    expect(other.code).not.toBe(0);
  });
});
