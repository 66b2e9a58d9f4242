/** Vocabularies over a bridge that breaks in the middle of something, and names that several want. */
import { beforeEach, describe, expect, it } from 'vitest';
import { BridgedHub } from '../../../test/support/bridged.ts';
import { settle } from '../../../test/support/fakes.ts';
import { folder, role, told } from '../../../test/support/foreign-told.ts';
import { type Bench, createBench, project } from '../../../test/support/rules.ts';
import { honest, identity, type StrangeMachine } from '../../../test/support/strange-machine.ts';
import { playbill } from '../../bridge/questions.ts';
import type { Principal } from '../../core/account.ts';
import { SignalboxError } from '../../core/errors.ts';
import { limits } from '../../core/limits.ts';
import { lookAround } from '../../core/presence.ts';
import { profileNamed } from '../../profiles/index.ts';
import type { Playbill } from '../../tools/playbill.ts';

type Answers = Parameters<BridgedHub['machine']>[0];

let bench: Bench;
let pid = 10_000;

beforeEach(() => {
  bench = createBench();
  pid += 100;
});

const ben = { id: 'ben-id', name: 'ben' };
const carl = { id: 'carl-id', name: 'carl' };

interface Played {
  readonly machine: StrangeMachine;
  /** What the machine would say at the next hub. */
  readonly said: { plays: Playbill | null; present: unknown };
}

/** A machine in a process of its own, unless `over` says which. */
async function machineOf(about: Partial<Principal> = {}, over: object = {}, answers?: Answers): Promise<Played> {
  const machine = new BridgedHub(bench, about).machine(answers);
  const said: Played['said'] = { plays: null, present: [] };
  machine.hears = heard => {
    const { plays, present } = heard as Partial<Played['said']>;
    if (plays) said.plays = plays;
    if (present) said.present = present;
  };
  pid += 2;
  const own = { self: identity({ pid }), parent: identity({ pid: pid + 1 }) };
  await machine.greet({ home: null, ...own, foreign: told(), ...over });
  await machine.talk();
  await settle(50);
  return { machine, said };
}

/** The same process at both hubs. */
const same = { self: identity(), parent: identity({ pid: 4_241 }) };
const again = ({ plays, present }: Played['said'], profile = 'claude-presence') => ({
  ...same,
  foreign: told({ profile, plays }),
  resumes: present,
});
const registers = (machine: StrangeMachine, name: string, where = folder) =>
  machine.call('session_register', { session_id: name, project: where });
const livingIn = (where = project) =>
  bench.store.read(where, async tx => (await lookAround({ tx, processes: bench.processes })).live);
const idsIn = async (where = project) => (await livingIn(where)).map(({ id }) => id).sort();

function gated(): { open(): void; opened: Promise<void> } {
  let open: () => void = () => undefined;
  const opened = new Promise<void>(resolve => {
    open = resolve;
  });
  return { open: () => open(), opened };
}

/** So long that nobody lives of whom nothing is heard. */
async function aWhile(): Promise<void> {
  for (let beat = 0; beat < 12; beat += 1) {
    await bench.clock.advance(limits.heartbeatMs);
    await settle(20);
  }
}

describe('a connection that is over leaves nobody alive', () => {
  it('also of a name that was just being taken', async () => {
    const { machine } = await machineOf();
    await registers(machine, 'front');
    const transact = bench.store.transact.bind(bench.store);
    const gate = gated();
    let isFirst = true;
    Object.assign(bench.store, {
      transact: async (...given: Parameters<typeof transact>) => {
        const [isJoin, done] = [isFirst, await transact(...given)];
        isFirst = false;
        if (isJoin) await gate.opened;
        return done;
      },
    });
    void registers(machine, 'docs');
    await settle(50);
    machine.link.close('gone');
    await settle(50);
    gate.open();
    await settle(50);
    await aWhile();
    expect((await livingIn()).map(({ handle }) => handle)).toEqual([]);
  });

  it('also of names that were just being taken up', async () => {
    const { machine, said } = await machineOf({}, same);
    for (const name of ['front', 'docs']) await registers(machine, name);
    await settle(50);
    machine.link.close('gone');
    await settle(50);
    const next = new BridgedHub(bench).machine();
    await next.greet({ home: null, ...again(said) });
    void next.talk();
    await next.ask('bye', { isClientAlive: false, moment: { now: bench.clock.now() } });
    next.link.close('gone');
    await settle(100);
    await aWhile();
    expect((await livingIn()).map(({ handle }) => handle)).toEqual([]);
  });
});

/** A machine that comes back to a hub after its two names, `front` and `docs`, have lapsed; their sessions before that. */
async function lapsed(): Promise<{ readonly before: string[]; readonly next: Played }> {
  const { machine, said } = await machineOf({}, same);
  for (const name of ['front', 'docs']) await registers(machine, name);
  await settle(50);
  const before = await idsIn();
  machine.link.close('gone');
  await settle(50);
  await bench.clock.advance(limits.leaseWithoutHeartbeatMs + limits.heartbeatMs / 2);
  return { before, next: await machineOf({}, again(said)) };
}

describe('at the next hub', () => {
  it('a partner is the one that it was, also for a call that comes while it is taken up', async () => {
    const { machine, said } = await machineOf({}, { ...same, foreign: told({ profile: 'claude-duo' }) });
    await machine.call('register');
    await settle(50);
    const before = await idsIn('claude-duo');
    machine.link.close('gone');
    await settle(50);
    const read = bench.store.read.bind(bench.store);
    const gate = gated();
    let isFirst = true;
    Object.assign(bench.store, {
      read: async (...given: Parameters<typeof read>) => {
        const done = await read(...given);
        const isGated = given[0] === 'claude-duo' && isFirst;
        if (isGated) isFirst = false;
        if (isGated) await gate.opened;
        return done;
      },
    });
    const next = new BridgedHub(bench).machine();
    await next.greet(again(said, 'claude-duo'));
    void next.talk();
    const asked = next.call('list_partners');
    await settle(200);
    gate.open();
    expect(await asked).not.toContain('shop_2');
    expect(await idsIn('claude-duo')).toEqual(before);
  });

  it('its machine knows whom it played, also where it did nothing but arrive', async () => {
    const { machine, said } = await machineOf({}, { foreign: told({ profile: 'claude-duo' }) });
    await machine.request('tools/list', {});
    for (let second = 0; second < 8; second += 1) {
      await bench.clock.advance(1_000);
      await settle(30);
    }
    await machine.ask('beat', { moment: { now: bench.clock.now() } });
    const [partner] = await livingIn('claude-duo');
    expect(partner).toBeDefined();
    expect((said.plays?.roles ?? []).map(({ session }) => session)).toContain(partner?.id);
  });

  it('a folder that has gone costs other names nothing', async () => {
    const { machine } = await machineOf({}, same);
    for (const name of ['front', 'docs']) await registers(machine, name);
    const [front, docs] = ['front', 'docs'].map(
      async name => (await livingIn()).find(each => each.handle === name)?.id,
    );
    const [own, further] = [(await front) ?? '', (await docs) ?? ''];
    machine.link.close('gone');
    await settle(50);
    const answers: Answers = (question, words) =>
      question === 'describe' && (words as string[])[0] === '/code/gone' ? null : honest(project)[question];
    const roles = [
      role({ as: 'own', session: own, name: 'front' }),
      role({ as: 'standing', session: 'x', directory: '/code/gone', name: 'gone' }),
      role({ session: further }),
    ];
    const next = await machineOf({}, again({ plays: { instance: null, roles }, present: [null] }), answers);
    for (let beat = 0; beat < 6; beat += 1) {
      await next.machine.ask('beat', { moment: { now: bench.clock.now() } });
      await bench.clock.advance(limits.heartbeatMs);
      await settle(20);
    }
    expect(await idsIn()).toEqual([own, further].sort());
  });

  it('a further name that lapsed meanwhile comes back as the session that it was, like the first one', async () => {
    const { before, next } = await lapsed();
    for (const name of ['front', 'docs']) await registers(next.machine, name);
    expect(await idsIn()).toEqual(before);
  });
});

describe('a further name that has lapsed', () => {
  it('comes back with its next use, also when the store was away at the first', async () => {
    const { before, next } = await lapsed();
    await registers(next.machine, 'front');
    const transact = bench.store.transact.bind(bench.store);
    const away = async () => {
      throw new SignalboxError('unavailable', 'The store cannot be reached.', 'Call again.');
    };
    Object.assign(bench.store, { transact: away });
    expect(await registers(next.machine, 'docs')).toContain('cannot be reached');
    Object.assign(bench.store, { transact });
    await registers(next.machine, 'docs');
    expect(await idsIn()).toEqual(before);
  });
});

describe('a name that is refused', () => {
  it('does not cost the connection its own session: the next name is that one’s', async () => {
    const { machine } = await machineOf();
    await registers(machine, 'front');
    await machine.ask('bye', { isClientAlive: false });
    await settle(50);
    const bens = await machineOf(ben);
    expect(await registers(bens.machine, 'front')).toContain('somebody else');
    await registers(bens.machine, 'back');
    expect((await livingIn()).map(({ handle, client }) => [handle, client])).toEqual([['back', 'scenario']]);
  });

  it('however long it is, keeps no other one from being taken up', async () => {
    const { machine, said } = await machineOf();
    await registers(machine, 'x'.repeat(5_000));
    await registers(machine, 'docs');
    await settle(50);
    expect(playbill.safeParse(said.plays).success).toBe(true);
  });
});

describe('a token for one project', () => {
  it('meets nobody of another project where the store keeps what belongs to none', async () => {
    const other = 'github.com/acme/other';
    const anas = await machineOf({ projects: [project] });
    const bens = await machineOf({ ...ben, projects: [other] }, {}, honest(other));
    await registers(anas.machine, 'front', '@places');
    await registers(bens.machine, 'back', '@places');
    const words = { session_id: 'back', project: '@places', message: 'Between projects' };
    expect(await bens.machine.call('broadcast', words)).toContain('isError');
    const inbox = await anas.machine.call('read_inbox', { session_id: 'front', project: '@places' });
    expect(inbox).not.toContain('Between projects');
    expect(await livingIn('@places')).toEqual([]);
  });

  it('has a name of its own there, whoever has the same one in another project', async () => {
    const [a, b] = ['github.com/acme/a', 'github.com/acme/b'];
    const bens = await machineOf(ben, {}, honest(b));
    const anas = await machineOf({ projects: [a] }, {}, honest(a));
    await registers(bens.machine, 'front', b);
    await registers(anas.machine, 'front', a);
    for (const tool of ['session_heartbeat', 'session_unregister'])
      expect([tool, await bens.machine.call(tool, { session_id: 'front' })]).not.toEqual([
        tool,
        expect.stringContaining('isError'),
      ]);
    expect(await idsIn(b)).toEqual([]);
    expect(await idsIn(a)).toHaveLength(1);
  });

  it('may take a name that somebody has in another project only', async () => {
    const [a, b] = ['github.com/acme/a', 'github.com/acme/b'];
    const anas = await machineOf({}, {}, honest(a));
    const bens = await machineOf(ben, {}, honest(b));
    await registers(anas.machine, 'front', a);
    expect(await registers(bens.machine, 'front', b)).not.toContain('isError');
  });
});

describe('somebody with another token', () => {
  it('does not get the mail of a native session by taking its handle for a name', async () => {
    const anas = await machineOf({}, { foreign: null, handle: 'otter' });
    await anas.machine.call('session_list');
    const bens = await machineOf(ben);
    await registers(bens.machine, 'otter');
    const carls = await machineOf(carl);
    const words = { session_id: 'carl', project: folder, message: 'For Ana', to_session: 'otter' };
    await carls.machine.call('broadcast', words);
    const inbox = await bens.machine.call('read_inbox', { session_id: 'otter', project: folder });
    expect(inbox).not.toContain('For Ana');
    expect(await anas.machine.call('message_read')).toContain('For Ana');
  });

  it('does not become a peer by saying that it played it, in a project where that peer is not', async () => {
    const secret = 'github.com/acme/secret';
    const peers = told({ profile: 'claude-peers' });
    const anas = await machineOf({}, { foreign: peers }, honest(secret));
    await anas.machine.call('set_summary', { summary: 'at work' });
    await settle(50);
    const name = anas.said.plays?.roles[0]?.name ?? '';
    const about = { ...ben, projects: [project] };
    const first = await machineOf(about, { ...same, foreign: peers });
    await first.machine.call('set_summary', { summary: 'at work, too' });
    await settle(50);
    const session = first.said.plays?.roles[0]?.session ?? '';
    first.machine.link.close('gone');
    await settle(50);
    for (const [own, process] of [
      [null, {}],
      [session, same],
    ] as const) {
      const plays = { instance: null, roles: [role({ as: 'own', session: own, name })] };
      const foreign = told({ profile: 'claude-peers', plays });
      const bens = await machineOf(about, { ...process, foreign, resumes: [null] });
      await bens.machine.call('set_summary', { summary: 'I am Ana' });
      bens.machine.link.close('gone');
      await settle(50);
    }
    const carls = await machineOf(carl, { foreign: peers });
    expect(await carls.machine.call('send_message', { to_id: name, message: 'For Ana' })).toContain('on its way');
  });

  it('who ends a lock by force, or may not, is no session by that', async () => {
    const { machine } = await machineOf();
    await registers(machine, 'front');
    await machine.call('resource_claim', { session_id: 'front', project: folder, resource: 'ci' });
    const force = { session_id: 'back', project: folder, resource: 'ci', force: true };
    const bens = await machineOf(ben);
    const refusal = await bens.machine.call('resource_release', force);
    const chief = await machineOf({ id: 'chief-id', name: 'chief', role: 'admin' });
    await chief.machine.call('resource_release', force);
    expect((await livingIn()).map(({ handle }) => handle)).toEqual(['front']);
    // It names a tool that there is not in this vocabulary, and not who may do it at a hub.
    expect(refusal).not.toContain('message_send');
  });
});

describe('a command', () => {
  it.each([
    ['compat', { told: told(), words: ['status'], folder }],
    ['call', { tool: 'session_list', input: {} }],
  ])('whose machine goes at once keeps nobody waiting, not even a hub that stops (%s)', async (what, asked) => {
    // Loading it takes time of its own.
    await profileNamed('claude-presence');
    const hub = new BridgedHub(bench);
    const machine = hub.machine();
    await machine.greet();
    const clues = { session: null, conversation: null, pid: null, isMarked: false, ancestors: [] };
    const moment = { now: bench.clock.now() };
    machine.link.open(what, { ...asked, clues, moment }).end();
    await settle(100);
    hub.stopping.abort();
    await settle(20);
    expect(machine.link.why).toBe('the hub stops');
  });

  it('that was typed in no absolute folder tells nothing of the folder that the hub runs in', async () => {
    const asked: string[] = [];
    const machine = new BridgedHub(bench).machine((question, words) => {
      asked.push(JSON.stringify(words));
      return honest(project)[question];
    });
    await machine.greet({ home: null });
    const clues = { session: null, conversation: null, pid: null, isMarked: false, ancestors: [] };
    const words = ['inbox', '--session', 'x', '--project', './y'];
    const moment = { now: bench.clock.now() };
    await machine.ask('compat', { told: told(), words, folder: '', clues, moment }, { read: true });
    expect(asked.filter(each => each.includes(process.cwd()))).toEqual([]);
  });
});

describe('a session-coordinator that went to a folder of a project which its token is not for', () => {
  it('stays where it was', async () => {
    const secret = { ...(honest('github.com/acme/secret').describe as object), root: '/code/secret' };
    const answers: Answers = (question, words) =>
      question === 'describe' && (words as string[])[0] === '/code/secret' ? secret : honest(project)[question];
    const coordinator = { foreign: told({ profile: 'session-coordinator' }) };
    const { machine } = await machineOf({ projects: [project] }, coordinator, answers);
    const wish = { name: 'x', project: 'p' };
    const there = { ...wish, working_directory: '/code/secret' };
    expect(await machine.call('session_register', there)).toContain('isError');
    expect(await machine.call('session_list')).not.toContain('isError');
    expect(await machine.call('session_register', wish)).not.toContain('isError');
  });
});
