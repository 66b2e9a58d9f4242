import { beforeEach, describe, expect, it } from 'vitest';
import { BridgedHub } from '../../../test/support/bridged.ts';
import { settle } from '../../../test/support/fakes.ts';
import { folder, role, told } from '../../../test/support/foreign-told.ts';
import { type Bench, createBench, project } from '../../../test/support/rules.ts';
import { identity, type StrangeMachine } from '../../../test/support/strange-machine.ts';
import type { Principal } from '../../core/account.ts';
import { limits } from '../../core/limits.ts';
import { lookAround } from '../../core/presence.ts';
import type { SessionRecord } from '../../core/records.ts';
import type { Surroundings } from '../../core/surroundings.ts';
import { profileNamed } from '../../profiles/index.ts';
import type { Role } from '../../tools/playbill.ts';
import { toldOf } from './foreign.ts';

let bench: Bench;

beforeEach(() => {
  bench = createBench();
});

const playing = (...roles: readonly Role[]) => ({
  foreign: told({ plays: { instance: null, roles } }),
  resumes: [null],
});

/** A machine whose client speaks the vocabulary, of a token with these traits. */
async function machineOf(about: Partial<Principal> = {}, hello: object = { foreign: told() }): Promise<StrangeMachine> {
  const machine = new BridgedHub(bench, about).machine();
  await machine.greet({ home: null, ...hello });
  await machine.talk();
  await settle(50);
  return machine;
}

const ben = { id: 'ben-id', name: 'ben' };
const registers = (machine: StrangeMachine, name: string) =>
  machine.call('session_register', { session_id: name, project: folder, branch: 'main' });
const claims = (machine: StrangeMachine, name: string, resource: string) =>
  machine.call('resource_claim', { session_id: name, project: folder, resource });
const living = () => bench.look(async view => (await lookAround(view)).live);
const named = async (name: string) => (await living()).find(each => each.personas.some(said => said.name === name));

describe('whom a machine says that it played', () => {
  /** Ana's three sessions, whose connection has gone. */
  let front: SessionRecord;
  let docs: SessionRecord;
  let tests: SessionRecord;
  let machine: StrangeMachine;

  beforeEach(async () => {
    machine = await machineOf();
    for (const name of ['front', 'docs', 'tests']) {
      await registers(machine, name);
      expect(await claims(machine, name, `${name}-port`)).toContain('is yours');
    }
    const find = async (name: string) => (await named(name)) as SessionRecord;
    [front, docs, tests] = [await find('front'), await find('docs'), await find('tests')];
    machine.link.close('gone');
    await settle(50);
  });

  it('is played on at once, before anything is asked, as the sessions that they are', async () => {
    await bench.clock.advance(limits.leaseWithoutHeartbeatMs - limits.heartbeatMs);
    const others = [role({ session: docs.id, name: 'docs' }), role({ session: tests.id, name: 'tests' })];
    const roles = [role({ as: 'own', session: front.id, name: 'front' }), ...others];
    const next = await machineOf({}, playing(...roles));
    for (let beat = 0; beat < 4; beat += 1) {
      await next.ask('beat', { moment: { now: bench.clock.now() } });
      await bench.clock.advance(limits.heartbeatMs);
    }
    expect((await living()).map(({ id }) => id).sort()).toEqual([front.id, docs.id, tests.id].sort());
    expect(await claims(next, 'docs', 'docs-port')).toContain('is yours');
    expect((await named('front'))?.personas).toMatchObject([{ name: 'front', isRegistered: true }]);
  });

  it.each(['own', 'further', 'standing', 'moved'] as const)(
    'is nobody’s of another token, however it is called (%s)',
    async as => {
      const others = await machineOf(ben, playing(role({ as, session: front.id, name: 'front' })));
      const before = (await living()).find(({ id }) => id === front.id);
      for (const tool of ['session_heartbeat', 'session_unregister'])
        expect(await others.call(tool, { session_id: 'front' })).toContain('session_not_found');
      expect(await claims(others, 'front', 'db')).toContain('isError');
      expect(await others.call('broadcast', { session_id: 'front', project: folder, message: 'x' })).toContain(
        'isError',
      );
      expect((await living()).find(({ id }) => id === front.id)).toEqual(before);
      expect(front.hub?.principal).not.toBe('ben-id');
    },
  );

  it('is played on before the first thing is done that its client asks for', async () => {
    const csc = (plays: object | null) => ({ foreign: told({ profile: 'claude-session-coordinator', plays }) });
    const one = await machineOf({}, { ...csc(null), self: identity({ pid: 7 }), parent: null });
    expect(await one.call('sign_on')).toContain('claude_1');
    const mine = await named('claude_1');
    one.link.close('gone');
    await settle(50);
    const roles = [role({ as: 'own', session: mine?.id ?? '', name: 'claude_1' })];
    const next = new BridgedHub(bench).machine();
    await next.greet({
      ...csc({ instance: 'claude_1', roles }),
      ...{ self: identity({ pid: 7 }), parent: null, resumes: [null] },
    });
    void next.talk();
    const stored = next.call('store_data', { scope: 'shared', key: 'a', value: '1' });
    expect(await stored).not.toContain('isError');
  });

  it('makes no session of an id that there is not', async () => {
    const next = await machineOf({}, playing(role({ as: 'moved', session: 'a-drawn-one', name: 'x' })));
    await registers(next, 'x');
    expect(await bench.look(view => view.tx.get('session', 'a-drawn-one'))).toBeUndefined();
    expect(await named('x')).toBeDefined();
  });

  it('may be so many and no more', async () => {
    const many = Array.from({ length: limits.bridgeRoles + 1 }, (_, at) => role({ name: `n${at}` }));
    const next = new BridgedHub(bench).machine();
    expect(await next.greet(playing(...many))).toMatchObject({ error: { code: 'invalid_input' } });
  });

  it('is told to the machine whenever it is another one', async () => {
    const heard: unknown[] = [];
    const next = new BridgedHub(bench).machine();
    next.hears = said => heard.push((said as { plays?: unknown }).plays);
    await next.greet({ foreign: told(), self: identity({ pid: 7 }), parent: identity({ pid: 6 }) });
    await next.talk();
    await registers(next, 'one');
    await registers(next, 'two');
    await settle(50);
    const [last] = heard.filter(plays => plays !== undefined).slice(-1);
    expect(last).toMatchObject({
      roles: [
        { as: 'own', name: 'one' },
        { as: 'further', session: expect.any(String) },
      ],
    });
  });
});

describe('a machine that speaks a vocabulary', () => {
  it.each([
    ['only reads', { role: 'read' }],
    ['is for some tools only', { tools: ['lock_acquire'] }],
  ] as const)('is refused with a token that %s', async (why, about) => {
    const machine = new BridgedHub(bench, about).machine();
    const answer = await machine.greet({ foreign: told() });
    expect(answer).toMatchObject({ error: { code: 'forbidden', message: expect.stringContaining(why) } });
  });

  it('that its hub does not know is told so', async () => {
    const answer = await new BridgedHub(bench).machine().greet({ foreign: told({ profile: 'esperanto' }) });
    expect(answer).toMatchObject({ error: { code: 'not_found', message: expect.stringContaining('esperanto') } });
  });

  it('has its calls in the audit, also those that are refused', async () => {
    const hub = new BridgedHub(bench);
    const machine = hub.machine();
    await machine.greet({ foreign: told() });
    await machine.talk();
    await registers(machine, 'front');
    await machine.call('resource_claim', { session_id: 'front', project: folder, resource: '' });
    const notes = hub.notes.map(({ what, decision, session }) => [what, decision, session !== null]);
    expect(notes).toContainEqual(['claude-presence/session_register', 'done', true]);
    expect(notes).toContainEqual(['claude-presence/resource_claim', 'refused', true]);
  });

  it('ends what others hold with the token of an admin only', async () => {
    const ana = await machineOf();
    await registers(ana, 'front');
    await claims(ana, 'front', 'ci');
    const force = { session_id: 'back', project: folder, resource: 'ci', force: true };
    const bens = await machineOf(ben);
    await registers(bens, 'back');
    expect(await bens.call('resource_release', force)).toContain('isError');
    const chief = await machineOf({ id: 'chief-id', name: 'chief', role: 'admin' });
    await registers(chief, 'boss');
    expect(await chief.call('resource_release', { ...force, session_id: 'boss' })).toMatch(/released\W+true/);
  });
});

describe('what a hub is told for a vocabulary', () => {
  const surroundings = (over: Partial<Surroundings> = {}): Surroundings => ({
    variable: name => ({ PARTNER_NAME: 'Ana', AWS_SECRET: 'x' })[name] ?? '',
    terminal: () => 'pts/3',
    machine: 'laptop',
    folder,
    origin: async () => 'https://ana:secret@git.example/acme/shop.git',
    file: () => null,
    language: 'en',
    store: { scheme: 'https', shown: 'https://hub.example' },
    chatModel: null,
    ...over,
  });
  const tells = async (name: string, about: Surroundings) => {
    const profile = await profileNamed(name);
    if (!profile) throw new Error(name);
    return toldOf({ profile, surroundings: about });
  };

  it('is what that one asks for and nothing else, without passwords', async () => {
    const duo = await tells('claude-duo', surroundings());
    expect(duo.variables).toEqual({ PARTNER_NAME: 'Ana', MCP_TOOL_TIMEOUT: '' });
    expect(duo.origin).not.toContain('secret');
    expect(await tells('claude-presence', surroundings())).toMatchObject({ variables: {}, files: {} });
  });

  it('is of a configuration what is understood of it', async () => {
    const config = {
      session: { machine_id: 'desk' },
      storage: { adapter: 'redis', config: { url: 'redis://ana:secret@cache.example:6379', password: 'secret' } },
      other: 'secret',
    };
    const file = (path: string) => (path.startsWith('.claude/') ? JSON.stringify(config) : null);
    const { files, variables } = await tells('claude-session-coordinator', surroundings({ file }));
    expect(JSON.stringify([files, variables])).not.toContain('secret');
    expect(JSON.parse(files['.claude/session-coordinator-config.json'] ?? '')).toEqual({
      session: { machine_id: 'desk', project_detection: 'git' },
      storage: { adapter: 'redis', config: { url: 'redis://ana:***@cache.example:6379' } },
    });
    const broken = await tells('claude-session-coordinator', surroundings({ file: () => '{"secret' }));
    expect(broken.files).toEqual({ '.claude/session-coordinator-config.json': 'null' });
  });

  it('is nothing that is beyond the bounds, so that the hub takes the rest', async () => {
    const long = 'x'.repeat(limits.bridgeTextCharacters + 1);
    const about = surroundings({ variable: () => long });
    const { variables, ...rest } = await tells('claude-duo', about);
    expect(variables).toEqual({});
    expect(rest).toMatchObject({ machine: 'laptop', terminal: 'pts/3' });
  });
});

it('The project of a machine that speaks a vocabulary is that of its folder', async () => {
  await registers(await machineOf(), 'front');
  expect(await bench.store.projects()).toContain(project);
});
