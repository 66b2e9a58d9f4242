import { beforeEach, describe, expect, it } from 'vitest';
import { BridgedHub } from '../../../test/support/bridged.ts';
import { settle } from '../../../test/support/fakes.ts';
import { askForLocks, type Bench, createBench, named, project } from '../../../test/support/rules.ts';
import { honest, type StrangeMachine } from '../../../test/support/strange-machine.ts';
import { accountsProject, createToken } from '../../core/account.ts';
import { SignalboxError } from '../../core/errors.ts';
import { limits } from '../../core/limits.ts';
import { release } from '../../core/lock-release.ts';
import { send } from '../../core/message.ts';
import { lookAround } from '../../core/presence.ts';
import { end } from '../../core/session.ts';
import { systemDigests } from '../../system/digests.ts';
import { AuditLog } from '../../tools/audit-log.ts';
import { Guard } from '../http/guard.ts';

let bench: Bench;
let hub: BridgedHub;

beforeEach(() => {
  bench = createBench();
  hub = new BridgedHub(bench);
});

const moment = () => ({ now: bench.clock.now() });
const away = () => new SignalboxError('unavailable', 'The store cannot be reached.', 'Call again.');

/** Who lives, by the store. */
const living = () => bench.look(async view => (await lookAround(view)).live.map(({ handle }) => handle));
const otter = () => bench.look(async view => (await lookAround(view)).live.find(({ handle }) => handle === 'otter'));

/** A machine whose client has called something. */
async function atWork(about: object = {}): Promise<StrangeMachine> {
  const machine = hub.machine();
  await machine.greet({ handle: 'otter', ...about });
  await machine.talk();
  await machine.call('session_list');
  return machine;
}

/** One that comes back with a session, whose client says nothing. */
async function comesBack(): Promise<StrangeMachine> {
  const machine = hub.machine();
  await machine.greet({ handle: 'otter', resumes: [null] });
  machine.link.open('talk', { client: { name: 'scenario', version: '1' }, moment: moment() });
  await settle(50);
  return machine;
}

const beats = async (machine: StrangeMachine) => (await machine.ask('beat', { moment: moment() })).said.at(-1);

describe('a session that is taken up again over a new connection', () => {
  it('ends its own time after that breaks too, also when nothing was said over it', async () => {
    (await atWork()).link.close('gone');
    const machine = await comesBack();
    expect(await living()).toEqual(['otter']);
    machine.link.close('gone');
    await settle(50);
    await bench.clock.advance(limits.leaseWithoutHeartbeatMs + limits.heartbeatMs);
    expect(await living()).toEqual([]);
    expect(bench.wakeups.listening).toBe(0);
  });

  it('is tried again with each sign of life while the store is away, and none is claimed to be taken before', async () => {
    (await atWork()).link.close('gone');
    await settle(50);
    const machine = hub.machine();
    await machine.greet({ handle: 'otter', resumes: [null] });
    hub.before = () => {
      throw away();
    };
    const told: unknown[] = [];
    const client = { name: 'scenario', version: '1' };
    machine.link.open('talk', { client, moment: moment() }).hear(said => told.push(said));
    await settle(50);
    expect(await beats(machine)).toEqual({ isTaken: false });
    hub.before = () => undefined;
    for (let beat = 0; beat < 10; beat += 1) {
      expect(await beats(machine)).toEqual({ isTaken: true });
      await bench.clock.advance(limits.bridgeBeatMs);
    }
    expect(await living()).toEqual(['otter']);
    expect(told.at(-1)).toBeUndefined();
  });
});

describe('a sign of life', () => {
  it('costs the store one unit of work, and its session no other while nothing happens', async () => {
    const machine = await atWork();
    let units = 0;
    hub.before = asked => {
      if (asked === 'transact') units += 1;
    };
    for (let beat = 0; beat < 16; beat += 1) {
      // Its beginning is over by then.
      if (beat === 10) units = 0;
      await bench.clock.advance(limits.bridgeBeatMs);
      await beats(machine);
    }
    expect(units).toBe(6);
  });

  it('is not taken of a session that was ended, nor before anything is served', async () => {
    const machine = hub.machine();
    await machine.greet({ handle: 'otter' });
    expect(await beats(machine)).toEqual({ isTaken: false });
    await machine.talk();
    await machine.call('session_list');
    expect(await beats(machine)).toEqual({ isTaken: true });
    const id = (await otter())?.id ?? '';
    await bench.transact(unit => end(unit, id, 'ended by somebody'));
    expect(await beats(machine)).toEqual({ isTaken: false });
  });

  it('is heard at once, however slow the store is', async () => {
    const machine = await atWork();
    hub.principal = () => new Promise(() => undefined);
    const said: unknown[] = [];
    machine.link.open('beat', { moment: moment() }).hear(each => said.push(each));
    await settle(10);
    expect(said).toEqual([{ isHere: true }]);
  });

  it('is no request of its token: one that has made too many still keeps its sessions', async () => {
    const digests = systemDigests;
    const token = `sbx_${'a'.repeat(10)}_${'b'.repeat(52)}`;
    const wish = { name: 'ana', role: 'write', projects: [], tools: [], notes: null, expiresAt: null };
    const secret = { id: 'a'.repeat(10), hash: digests.sha256(token) };
    await bench.store.transact(accountsProject, tx => createToken(tx, wish, secret, []));
    const { world } = hub;
    const guard = new Guard(
      { world, digests, hosts: [], asksForTokens: true, signIn: null, note: () => undefined },
      new AuditLog(world),
    );
    const arrival = { authorization: `Bearer ${token}`, address: '10.0.0.1', path: '/v1/bridge', host: 'hub' };
    hub.principal = counts => guard.principal(arrival, counts);
    const machine = await atWork();
    for (let sent = 0; sent < limits.hubRequestsPerMinute; sent += 1)
      await guard.principal(arrival).catch(() => undefined);
    expect(await machine.call('session_list')).toContain('has made too many requests');
    for (let beat = 0; beat < 20; beat += 1) expect(await beats(machine)).toEqual({ isTaken: true });
    expect((await machine.ask('bye', { moment: moment() })).error).toBeUndefined();
    expect(await living()).toEqual([]);
  }, 60_000);
});

describe('a client behind a bridge', () => {
  it('is told of an answer that is too large, which shows nothing, and of the next as ever', async () => {
    const machine = await atWork();
    const draft = { to: ['otter'], priority: 'normal', replyTo: null, wantsAck: false, tags: [], key: null } as const;
    const quotes = '"'.repeat(limits.messageBodyBytes - 10);
    for (let from = 0; from < limits.messagesReadMax / 10; from += 1) {
      const peer = await bench.join(`peer-${from}`);
      for (let sent = 0; sent < 10; sent += 1)
        await bench.transact(unit => send(unit, peer, { ...draft, body: `${sent}${quotes}` }));
    }
    const all = { limit: limits.messagesReadMax };
    expect(await machine.call('message_read', all)).toMatch(/"isError":true.*limit_exceeded: The answer is too large/);
    const first = JSON.parse(await machine.call('message_read', { limit: 1 }));
    expect(first.result.structuredContent.messages).toMatchObject([{ from: 'peer-0' }]);
    expect(first.result.structuredContent.unread).toBe(limits.messagesReadMax - 1);
  });

  it('may have so many requests under way and no more; the others are told so and go on', async () => {
    const machine = await atWork();
    const waiting = Array.from({ length: limits.bridgeRequests }, () =>
      machine.call('message_wait', { timeoutSeconds: 45 }),
    );
    await settle(50);
    expect(await machine.call('session_list')).toMatch(/limit_exceeded: 256 requests .* under way/);
    machine.say({ message: { jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: 10 } } });
    await settle(50);
    expect(await machine.call('session_list')).toContain('otter');
    machine.link.close('over');
    await Promise.all(waiting);
  });

  it('that lets everything pile up is cut off', async () => {
    const machine = await atWork();
    hub.principal = () => new Promise(() => undefined);
    const large = 'x'.repeat(4_000_000);
    for (let sent = 0; sent < 6; sent += 1)
      machine.say({ message: { jsonrpc: '2.0', method: 'notifications/progress', params: { large } } });
    await settle(50);
    expect(machine.link.why).toBe('too much at once');
  });
});

describe('a place in the queue', () => {
  it('is kept while its connection breaks, whoever comes meanwhile', async () => {
    const machine = await atWork();
    const heron = await bench.join('heron');
    await askForLocks(bench, heron, { resources: [named('ci')] }, null);
    const wish = { resources: ['ci'], waitSeconds: 45 };
    const waiting = machine.call('lock_acquire', wish);
    await settle(20);
    const crane = await bench.join('crane');
    await askForLocks(bench, crane, { resources: [named('ci')] }, 'standing');
    machine.link.close('gone');
    await waiting;
    await settle(50);
    const back = hub.machine();
    await back.greet({ handle: 'otter', resumes: [null] });
    await back.talk();
    const again = back.call('lock_acquire', wish);
    await settle(50);
    await bench.transact(unit => release(unit, heron, [named('ci')]));
    await settle(50);
    expect(await Promise.race([again, settle(100)])).toContain('"granted":true');
  });
});

describe('a hub that stops', () => {
  it('waits for no call that was cancelled', async () => {
    const machine = await atWork();
    const waiting = machine.request('tools/call', { name: 'message_wait', arguments: { timeoutSeconds: 45 } });
    await settle(20);
    machine.say({ message: { jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: 3 } } });
    await settle(20);
    hub.stopping.abort();
    await bench.clock.advance(limits.bridgeHoldMs);
    expect(machine.link.why).toBe('the hub stops');
    await waiting;
  });

  it('lets nobody stay who was let in while it was asked to', async () => {
    hub.stopping.abort();
    const machine = hub.machine();
    await settle(20);
    expect(machine.link.why).toBe('the hub stops');
  });

  it('lets waits go on at the next one at once, with their place in the queue', async () => {
    const machine = await atWork();
    const heron = await bench.join('heron');
    await askForLocks(bench, heron, { resources: [named('ci')] }, null);
    const said: unknown[] = [];
    machine.hears = each => said.push(each);
    const waiting = [
      machine.call('message_wait', { timeoutSeconds: 45 }),
      machine.call('lock_acquire', { resources: ['ci'], waitSeconds: 45 }),
    ];
    await settle(20);
    hub.stopping.abort();
    await bench.clock.advance(limits.bridgeHoldMs);
    expect(machine.link.why).toBe('the hub stops');
    expect(said).toMatchObject([{ late: 3 }, { late: 4 }]);
    await Promise.all(waiting);
    await bench.transact(unit => release(unit, heron, [named('ci')]));
    const me = await otter();
    const held = await bench.look(({ tx }) => tx.list('lock', 'holder', { equals: me?.id ?? '' }, { limit: 9 }));
    expect(held).toHaveLength(1);
  });

  it('ends a wait that may not be repeated as if its time were over, and says what was done', async () => {
    const machine = await atWork();
    await bench.join('heron');
    const sending = machine.call('message_send', { to: ['heron'], body: 'May I?', waitSeconds: 45 });
    await settle(20);
    hub.stopping.abort();
    await settle(20);
    expect(await sending).toMatch(/"timedOut":true/);
  });

  it('says of what comes too late that it was not begun', async () => {
    const machine = await atWork();
    hub.stopping.abort();
    const said: unknown[] = [];
    machine.hears = each => said.push(each);
    machine.say({ message: { jsonrpc: '2.0', id: 99, method: 'tools/call', params: { name: 'session_list' } } });
    await settle(20);
    expect(said).toContainEqual({ late: 99 });
    await bench.clock.advance(limits.bridgeHoldMs);
    expect(machine.link.why).toBe('the hub stops');
  });
});

describe('a machine whose user wants to be told in a file that messages wait', () => {
  /** Such a machine; what it was asked to say. */
  async function told(about: object) {
    const said: unknown[] = [];
    const machine = hub.machine((question, words) => {
      if (question === 'tell') said.push(words);
      return honest(project)[question];
    });
    await machine.greet({ handle: 'otter', ...about });
    return { machine, said };
  }

  const writes = async () => {
    const [to, peer] = [['otter'], await bench.join('heron')];
    const draft = { to, body: 'PLUM-TREE', priority: 'normal', replyTo: null, wantsAck: false, tags: [], key: null };
    await bench.transact(unit => send(unit, peer, draft as Parameters<typeof send>[2]));
  };

  it('is told how many, of sessions that are there, and its hub minds nothing when it goes', async () => {
    const { machine, said } = await told({ keepsBlock: true });
    await machine.talk();
    await machine.call('session_list');
    await writes();
    await settle(50);
    await bench.clock.advance(limits.safetyPollMs);
    await settle(50);
    expect(said.at(-1)).toEqual([1]);
    machine.link.close('gone');
    await settle(50);
    await bench.clock.advance(limits.safetyPollMs);
    expect(hub.errors).toEqual([]);
  });

  it('is not told that nothing waits before its sessions are taken up again', async () => {
    (await atWork()).link.close('gone');
    await settle(50);
    await writes();
    const { machine, said } = await told({ keepsBlock: true, resumes: [null] });
    hub.before = () => {
      throw away();
    };
    machine.link.open('talk', { client: { name: 'scenario', version: '1' }, moment: moment() });
    await settle(50);
    await bench.clock.advance(limits.safetyPollMs);
    await settle(50);
    expect(said).toEqual([]);
    hub.before = () => undefined;
    await beats(machine);
    await bench.clock.advance(limits.safetyPollMs);
    await settle(50);
    expect(said).toEqual([[1]]);
  });

  it('is the only one that is asked to say it', async () => {
    const { machine, said } = await told({});
    await machine.talk();
    await machine.call('session_list');
    await writes();
    await bench.clock.advance(limits.safetyPollMs);
    await settle(50);
    expect(said).toEqual([]);
  });
});
