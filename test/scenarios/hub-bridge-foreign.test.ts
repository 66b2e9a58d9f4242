/** Machines that lie to a hub over a bridge: with a token of their own they get nowhere as anybody else, and harm nobody. */
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { limits } from '../../src/core/limits.ts';
import { createSqliteStore } from '../../src/engines/sqlite/engine.ts';
import { systemClock } from '../../src/system/clock.ts';
import { operations } from '../../src/tools/index.ts';
import { Dice } from '../simulation/dice.ts';
import { makeToken, shop } from '../support/hub.ts';
import { hub, officeForEachTest, place, startHub } from '../support/office.ts';
import { hello, honest, identity, StrangeMachine } from '../support/strange-machine.ts';
import { type LiveSession, pause, type SessionOptions, until } from '../support/workspace.ts';

let tokens: { readonly ana: string; readonly ben: string };
const machines: StrangeMachine[] = [];
const sessions: LiveSession[] = [];

officeForEachTest(async () => {
  place.git('remote', 'add', 'origin', `https://${shop}.git`);
  tokens = { ana: await makeToken(place, 'ana'), ben: await makeToken(place, 'ben') };
  await startHub();
});

// Goodbyes are said to a hub that is there.
afterEach(async () => {
  await Promise.all(sessions.splice(0).map(session => session.close()));
  for (const { link } of machines.splice(0)) link.close('over');
});

/** A real session of somebody over the hub. */
async function sessionOf(token: string, handle: string, options: SessionOptions = {}): Promise<LiveSession> {
  const { args = [], environment = {}, ...more } = options;
  const session = await place.session({
    ...more,
    args: ['--handle', handle, ...args],
    environment: { SIGNALBOX_STORE: hub.url, SIGNALBOX_TOKEN: token, ...environment },
  });
  sessions.push(session);
  return session;
}

async function machineOf(token: string, answers: Parameters<typeof StrangeMachine.connect>[2] = honest(shop)) {
  const machine = await StrangeMachine.connect(hub, token, answers);
  machines.push(machine);
  return machine;
}

interface Stored {
  readonly kind: string;
  // biome-ignore lint/suspicious/noExplicitAny: a record of any kind
  readonly record: any;
}

/** All records of a project as they are stored. */
async function records(project = shop): Promise<Stored[]> {
  const store = createSqliteStore({ path: join(place.home, 'signalbox.db'), clock: systemClock });
  try {
    const { records: found } = (await store.contents(project)) ?? { records: [] };
    return found.map(({ kind, body }) => ({ kind, record: JSON.parse(body) }));
  } finally {
    await store.close();
  }
}

const conversation = '0190a0c0-0000-7000-8000-00000000aaaa';
/** A client whose conversation its servers know. */
const claude = { CLAUDECODE: '1', CLAUDE_CODE_SESSION_ID: conversation };

/** Ana's session, with a lock, a note, an intent and a message that she has not read; and what is stored of it. */
async function anaAtWork() {
  const wombat = await sessionOf(tokens.ana, 'wombat', { clientName: 'claude-code', environment: claude });
  await wombat.call('lock_acquire', { paths: ['src/auth.ts'], reason: 'Ana’s own' });
  await wombat.call('context_share', { type: 'note', content: 'Ana’s note' });
  await wombat.call('intent_announce', { type: 'file_edit', targets: ['src/auth.ts'] });
  const crow = await sessionOf(tokens.ben, 'crow');
  await crow.call('message_send', { to: ['wombat'], body: 'For Ana alone' });
  const me = (await records()).find(({ kind, record }) => kind === 'session' && record.handle === 'wombat')?.record;
  return { wombat, crow, me };
}

/** What a session has done and has; not who wrote to it, and not its signs of life. */
async function deedsOf(id: string): Promise<string[]> {
  const deeds = (await records()).flatMap(({ kind, record }) => {
    if (!JSON.stringify(record).includes(id)) return [];
    if (kind === 'message' && record.from !== id) return [];
    if (kind === 'delivery') return record.session === id && record.state !== 'queued' ? [record] : [];
    if (kind === 'session' && record.id !== id) return [];
    const { heartbeatAt, lastSeenAt, ...rest } = record;
    return [rest];
  });
  return deeds.map(deed => JSON.stringify(deed)).sort();
}

/** Calls of every operation as its examples have them, none of which waits; what ends a session comes last. */
const calls = operations
  .flatMap(({ name, examples }) => examples.map(({ input }) => ({ name, input: input as Record<string, unknown> })))
  .map(({ name, input }) => {
    const waits = Object.keys(input).filter(key => /^(wait|timeout)Seconds$/.test(key));
    return { name, input: { ...input, ...Object.fromEntries(waits.map(key => [key, 1])) } };
  })
  .sort((a, b) => Number(a.name === 'session_end') - Number(b.name === 'session_end'));

const noClues = { session: null, conversation: null, pid: null, isMarked: false, ancestors: [] };

/** Everything that a machine can say to a hub as a session that is not its own. */
async function sayEverything(
  machine: StrangeMachine,
  clues: object,
  told: { conversation: string | null; pid: number; processes: unknown },
) {
  const moment = { now: Date.now(), processes: told.processes };
  const { conversation: session_id, pid } = told;
  const answers: string[] = [];
  const note = (answer: unknown) => answers.push(JSON.stringify(answer));
  await machine.talk('claude-code');
  for (const { name, input } of calls) note(await machine.call(name, input));
  for (const { name, input } of calls)
    note(await machine.ask('call', { tool: name, input, clues, moment }, { read: true }));
  note(await machine.ask('status', { clues, moment }));
  const input = {
    session_id,
    cwd: '/code/shop',
    transcript_path: '/tmp/t',
    source: 'resume',
    prompt: 'Go on',
    reason: 'other',
  };
  for (const event of ['SessionStart', 'UserPromptSubmit', 'Stop', 'SessionEnd']) {
    const call = { client: 'claude-code', event, teller: 'command', input: { ...input, hook_event_name: event } };
    note(await machine.ask('direct-hook', { call, pid, moment }, { shown: true }));
    note(await machine.call('client_event', { client: 'claude-code', ...call.input }));
    note(
      await machine.hook({ request: { client: 'claude-code', event, input: call.input, teller: 'command' }, moment }),
    );
  }
  for (const hook of ['pre-commit', 'prepare-commit-msg', 'pre-push', 'reference-transaction']) {
    const environment = { CLAUDECODE: '1', CLAUDE_CODE_SESSION_ID: session_id ?? '', CLAUDE_PID: String(pid) };
    const git = {
      hook,
      bypass: 'It has to be',
      isPerson: false,
      ancestors: [pid],
      directory: '/code/shop',
      environment,
    };
    note(await machine.ask('git-hook', { told: git, facts: { staged: ['src/auth.ts'] }, moment }));
  }
  note(await machine.ask('beat', { moment }));
  // What is said over a connection that has ended is heard by nobody.
  if (machine.link.signal.aborted) throw new Error(`the connection ended before all was said: ${machine.link.why}`);
  note(await machine.ask('bye', { isClientAlive: false, moment }));
  return answers;
}

describe('a principal', () => {
  it('can do nothing as a session of another, whatever its machine claims to be and by whatever it calls', async () => {
    const { wombat, me } = await anaAtWork();
    const before = await deedsOf(me.id);
    const bare = ({ boot, ...rest }: { boot: string }) => ({ ...rest, boot: boot.split('/').slice(1).join('/') });
    const ways = [
      { self: bare(me.process), parent: bare(me.parent), pid: me.parent.pid },
      { self: me.process, parent: me.parent, pid: me.parent.pid },
      { self: bare(me.parent), parent: bare(me.process), pid: me.process.pid },
      { self: identity(), parent: identity({ pid: 4_241 }), pid: 4_241 },
    ].map((way, at) => ({ ...way, session: at % 2 === 0 ? me.id : 'wombat', token: `ben-${at}` }));
    for (const { self, parent, pid, session, token } of ways) {
      const secret = await makeToken(place, token);
      const machine = await machineOf(secret, (question, words) =>
        question === 'dead' ? (words as unknown[][])[0]?.map((_each, at) => at) : honest(shop)[question],
      );
      const resumes = [conversation, null];
      const where = { directory: me.root, handle: 'wombat', conversation };
      expect(await machine.greet({ self, parent, resumes, ...where })).toMatchObject({ role: 'write' });
      const processes = [
        [pid, parent],
        [self.pid, self],
      ];
      const clues = { session, conversation, pid, isMarked: true, ancestors: [pid, self.pid] };
      const answers = await sayEverything(machine, clues, { conversation, pid, processes });
      expect(answers.filter(answer => answer.includes('For Ana alone'))).toEqual([]);
      expect(await deedsOf(me.id)).toEqual(before);
    }
    expect(await wombat.call('session_list')).toMatchObject({ you: 'wombat' });
    const { messages } = await wombat.call('message_read', { limit: 100 });
    expect(messages).toContainEqual(expect.objectContaining({ from: 'crow', body: 'For Ana alone' }));
  }, 300_000);
});

/** Everything that is stored of all projects, but what is noted of the hub itself: who came, and when. */
async function everything(): Promise<string> {
  const store = createSqliteStore({ path: join(place.home, 'signalbox.db'), clock: systemClock });
  try {
    const projects = (await store.projects()).filter(project => !['@accounts', '@audit'].includes(project));
    return JSON.stringify(await Promise.all(projects.map(async project => [project, await store.contents(project)])));
  } finally {
    await store.close();
  }
}

describe('a token', () => {
  it('to read changes nothing, by whatever its machine calls', async () => {
    const token = await makeToken(place, 'rita', '--role', 'read');
    const otter = await sessionOf(tokens.ana, 'otter');
    await otter.call('lock_acquire', { paths: ['src/auth.ts'] });
    await otter.call('message_send', { to: ['all'], body: 'Hello' });
    await otter.close();
    const before = await everything();
    const machine = await machineOf(token);
    expect(await machine.greet({ resumes: [conversation, null], conversation })).toMatchObject({ role: 'read' });
    const processes = [[4_241, identity({ pid: 4_241 })]];
    await sayEverything(machine, noClues, { conversation, pid: 4_241, processes });
    const clues = { session: 'otter', conversation, pid: 4_241, isMarked: true, ancestors: [4_241] };
    const other = await machineOf(token);
    await other.greet({ project: 'github.com/acme/other', directory: '/elsewhere' });
    await sayEverything(other, clues, { conversation, pid: 4_241, processes });
    expect(await everything()).toBe(before);
  }, 120_000);

  it('that is revoked is refused at the next message of an open connection, which ends', async () => {
    const token = await makeToken(place, 'carl');
    const ways = {
      talk: (machine: StrangeMachine) => machine.call('session_list'),
      call: (machine: StrangeMachine) =>
        machine.ask('call', { tool: 'session_list', input: {}, clues: noClues }, { read: true }),
      status: (machine: StrangeMachine) => machine.ask('status', { clues: noClues }),
      beat: (machine: StrangeMachine) => machine.ask('beat', {}),
    };
    const open = await Promise.all(
      Object.entries(ways).map(async ([name, use], at) => {
        const machine = await machineOf(token);
        await machine.greet({ self: identity({ pid: 5_000 + at }) });
        await machine.talk();
        expect(JSON.stringify(await use(machine))).not.toContain('unauthenticated');
        return { name, use, machine };
      }),
    );
    await place.command(['token', 'revoke', 'carl']);
    for (const { name, use, machine } of open) {
      const answer = JSON.stringify(await use(machine));
      expect([name, answer.includes('unauthenticated') || answer === '"gone"']).toEqual([name, true]);
      await until('the connection ends', () => machine.link.signal.aborted);
    }
  });

  it('that is revoked hears nothing more, also on a connection over which it says nothing that is looked at', async () => {
    const token = await makeToken(place, 'carl');
    const machine = await machineOf(token);
    await machine.greet({ reach: 'channel' });
    await machine.talk('claude-code');
    await machine.call('session_list');
    const nothing = setInterval(() => machine.wire.send('["say",9999,null]'), limits.bridgeBeatMs / 5);
    try {
      await place.command(['token', 'revoke', 'carl']);
      await until('the connection ends', () => machine.link.signal.aborted);
    } finally {
      clearInterval(nothing);
    }
  });

  it('for one project sees no other by what its machine says of itself', async () => {
    const secret = 'github.com/acme/secret';
    const mole = await sessionOf(tokens.ana, 'mole', { args: ['--project', secret] });
    await mole.call('session_update', { task: 'Hidden work' });
    const before = JSON.stringify(await records(secret));
    const token = await makeToken(place, 'eve', '--only', shop);
    for (const over of [
      { project: secret },
      { directory: '/secret' },
      { project: '@places' },
      { project: '@accounts' },
    ]) {
      const machine = await machineOf(token, { ...honest(secret) });
      expect(await machine.greet(over)).toMatchObject({ error: { code: 'forbidden' } });
    }
    // It may say another thing later.
    let isHonest = true;
    const machine = await machineOf(token, question => honest(isHonest ? shop : secret)[question]);
    // Its folder is not lost to it because it was of a project of others once.
    expect(await machine.greet()).toMatchObject({ role: 'write' });
    isHonest = false;
    const processes = [[4_241, identity({ pid: 4_241 })]];
    const answers = await sayEverything(machine, noClues, { conversation, pid: 4_241, processes });
    expect(answers.join()).not.toContain('Hidden work');
    expect(answers.join()).not.toContain('mole');
    const { sessions } = JSON.parse(await machineAnswer(token, 'session_list', { scope: 'all' }));
    expect(sessions.map(({ handle }: { handle: string }) => handle)).not.toContain('mole');
    const withoutTimes = (text: string) => text.replaceAll(/"(heartbeatAt|lastSeenAt)":\d+/g, '');
    expect(withoutTimes(JSON.stringify(await records(secret)))).toBe(withoutTimes(before));
  });
});

/** The output of a tool, as somebody at a shell with this token has it. */
async function machineAnswer(token: string, tool: string, input: object): Promise<string> {
  const machine = await machineOf(token);
  await machine.greet();
  const { said } = await machine.ask('call', { tool, input, clues: noClues }, { read: true });
  return JSON.stringify((said.at(-1) as { answer: { output: object } }).answer.output);
}

describe('a hub', () => {
  it('keeps what belongs to no project to itself, whatever project a machine says that its folder is of', async () => {
    for (const project of ['@places', '@accounts', '@audit', '@webhooks']) {
      let isHonest = true;
      const machine = await machineOf(tokens.ben, question => honest(isHonest ? shop : project)[question]);
      await machine.greet();
      isHonest = false;
      await machine.talk();
      expect(await machine.call('data_set', { scope: 'project', key: 'a', value: 1 })).toContain('isError');
      await machine.ask('git-hook', {
        told: { hook: 'pre-commit', bypass: null, isPerson: true, ancestors: [], directory: '/else', environment: {} },
        facts: { staged: ['a'] },
      });
      const kinds = (await records(project)).map(({ kind }) => kind);
      expect(kinds.filter(kind => ['session', 'data', 'event'].includes(kind))).toEqual([]);
    }
  });

  it('goes on for everybody else, whatever a machine says', async () => {
    const otter = await sessionOf(tokens.ana, 'otter');
    await otter.call('lock_acquire', { paths: ['src/auth.ts'] });
    const { SIGNALBOX_SIM_SEED, SIGNALBOX_TEST_SEED } = process.env;
    const seed = Number(SIGNALBOX_SIM_SEED || SIGNALBOX_TEST_SEED || Date.now() % 1_000_000);
    console.info(`SIGNALBOX_SIM_SEED=${seed}`);
    const dice = new Dice(seed);
    for (let round = 0; round < 40; round += 1) await rave(dice);
    expect(await otter.call('lock_list')).toMatchObject({ locks: [{ holder: 'otter' }] });
    expect((await hub.request('/healthz')).status).toBe(200);
    expect(hub.log.filter(({ level }) => level === 'error')).toEqual([]);
    expect(otter.stderr).not.toContain('the hub is not reached');
  });
});

const hostile = [
  null,
  undefined,
  0,
  -1,
  1e300,
  '',
  'constructor',
  '__proto__',
  'x'.repeat(100_000),
  '../../../etc/passwd',
  '\u0000\u001b[2J',
  [],
  [[[[[[]]]]]],
  {},
  { session: {} },
  { ancestors: 7 },
  { message: null },
  { message: { method: {}, id: {} } },
  { message: { jsonrpc: '2.0', method: 'tools/call', id: 1, params: null } },
  Array.from({ length: 20_000 }, () => 1),
  { moment: { now: 1e300 } },
  { client: null },
];

/** One connection of a machine that says and answers anything, known words and unknown ones. */
async function rave(dice: Dice): Promise<void> {
  const any = () => dice.pickFrom<unknown>(hostile);
  const machine = await machineOf(tokens.ben, question => (dice.chance(0.5) ? any() : honest(shop)[question]));
  if (dice.chance(0.8))
    await machine.greet(dice.chance(0.3) ? { [dice.pickFrom(Object.keys(hello())) ?? '']: any() } : {});
  const words = ['hello', 'talk', 'call', 'status', 'beat', 'hook', 'direct-hook', 'git-hook', 'bye', 'constructor'];
  for (let count = 0; count < 12 && !machine.link.signal.aborted; count += 1) {
    const fields = ['tool', 'input', 'clues', 'moment', 'request', 'call', 'pid', 'told', 'facts', 'client', 'message'];
    const value = dice.chance(0.5) ? any() : Object.fromEntries(fields.map(field => [field, any()]));
    const channel = machine.link.open(dice.pickFrom(words) ?? 'talk', value);
    channel.hear(() => channel.say(any()));
    channel.say(any());
    if (dice.chance(0.1)) machine.wire.send(JSON.stringify([any(), any(), any()]) ?? '');
    if (dice.chance(0.3)) await pause(5);
  }
  await pause(20);
  machine.link.close('over');
}
