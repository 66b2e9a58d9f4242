import { beforeEach, describe, expect, it } from 'vitest';
import { type Bench, createBench, file } from '../../test/support/rules.ts';
import { locksInForce } from './blocking.ts';
import { endLease } from './lease.ts';
import { limits } from './limits.ts';
import { acquire } from './lock.ts';
import { send } from './message.ts';
import { callingSession, find, findOrFail, lookAround, operator, reap } from './presence.ts';
import type { ProcessIdentity } from './process.ts';
import type { SessionRecord } from './records.ts';
import { end, heartbeat, join, touch, update } from './session.ts';

const day = 86_400_000;

let bench: Bench;

beforeEach(() => {
  bench = createBench();
});

const here = async () => (await bench.look(lookAround)).live.map(session => session.handle);
const lock = (session: SessionRecord, path: string, ttlMs = 600_000) => {
  const request = {
    ticket: 't',
    resources: [file(path)],
    pools: [],
    mode: 'exclusive',
    reason: null,
    ttlMs,
    priority: 'normal',
  } as const;
  return bench.transact(unit => acquire(unit, session, request, null));
};
const locks = async () =>
  (await bench.look(view => locksInForce(view, null, null))).locks.map(({ lock: held }) => held.name);

describe('joining', () => {
  it('gives every session two words that nobody else has', async () => {
    const handles = new Set<string>();
    for (let count = 0; count < 400; count += 1) handles.add((await bench.join()).handle);
    expect(handles.size).toBe(400);
    for (const handle of handles) expect(handle).toMatch(/^[a-z]+-[a-z]+(-\d+)?$/);
  });

  it('takes a wished handle, and another one when it is taken', async () => {
    expect((await bench.join('payments')).handle).toBe('payments');
    expect((await bench.join('payments')).handle).not.toBe('payments');
  });

  it('makes two sessions of two living processes, even of one client and one conversation', async () => {
    const parent = bench.processes.spawn();
    const first = await bench.join(null, { parent, clientSession: 'conversation-1' });
    const second = await bench.join(null, { parent, clientSession: 'conversation-1' });
    expect(second.id).not.toBe(first.id);
    expect(await here()).toHaveLength(2);
  });

  it('does not give a handle away for 30 days after its session ended', async () => {
    const gone = await bench.join('payments');
    await bench.transact(unit => end(unit, gone.id, 'left'));
    await bench.clock.advance(29 * day);
    expect((await bench.join('payments')).handle).not.toBe('payments');
    await bench.clock.advance(2 * day);
    expect((await bench.join('payments')).handle).toBe('payments');
  });

  it.each(['operator', 'all', 'a b', '', '-x', 'x'.repeat(41), 'ö', '../x'])('refuses %j as a handle', async handle => {
    await expect(bench.join(handle)).rejects.toMatchObject({ code: 'invalid_input' });
  });
});

describe('coming back', () => {
  it('is the same session with the same handle and mail when the client names the same conversation', async () => {
    const first = await bench.join(null, { clientSession: 'conversation-1' });
    const other = await bench.join('other');
    await bench.transact(unit => end(unit, first.id, 'client gone'));
    const draft = {
      to: [first.handle],
      body: 'for later',
      priority: 'normal',
      replyTo: null,
      tags: [],
      key: null,
    } as const;
    await bench.transact(unit => send(unit, other, draft));
    const second = await bench.join(null, { clientSession: 'conversation-1' });
    expect([second.id, second.handle, second.startedAt]).toEqual([first.id, first.handle, first.startedAt]);
    expect(await bench.look(view => view.tx.count('delivery', 'unread', { equals: second.id }))).toBe(1);
  });

  it('is the same session when its server process was killed under a client that still runs', async () => {
    const parent = bench.processes.spawn();
    const first = await bench.join(null, { parent });
    await lock(first, 'a');
    bench.kill(first);
    const second = await bench.join(null, { parent });
    expect(second.id).toBe(first.id);
    expect(await locks()).toEqual([]);
  });

  it('is a new session when the client had closed it properly', async () => {
    const parent = bench.processes.spawn();
    const first = await bench.join(null, { parent });
    await bench.transact(unit => end(unit, first.id, 'client gone'));
    expect((await bench.join(null, { parent })).id).not.toBe(first.id);
  });

  it('gets a new handle when the old one was given away after its 30 days', async () => {
    const old = await bench.join('payments', { clientSession: 'c' });
    await bench.transact(unit => end(unit, old.id, 'left'));
    await bench.clock.advance(31 * day);
    expect((await bench.join('payments')).handle).toBe('payments');
    const back = await bench.join(null, { clientSession: 'c' });
    expect(back.id).toBe(old.id);
    expect(back.handle).not.toBe('payments');
  });

  it('is a new session in another checkout, although a server of the same client process crashed', async () => {
    const parent = bench.processes.spawn();
    const first = await bench.join(null, { parent });
    bench.kill(first);
    expect((await bench.join(null, { parent, root: '/shop-2' })).id).not.toBe(first.id);
  });

  it('is one session, not one for each call, when the store was removed under it', async () => {
    const arrival = bench.arrive();
    const ids = new Set<string>();
    for (let call = 0; call < 3; call += 1) ids.add((await bench.transact(unit => join(unit, arrival, 'k1'))).id);
    expect([...ids]).toEqual(['k1']);
    expect(await here()).toHaveLength(1);
  });

  it('keeps the id that this very process had', async () => {
    const session = await bench.join();
    await bench.transact(unit => end(unit, session.id, 'left'));
    const again = await bench.transact(unit => join(unit, bench.arrive(), session.id));
    expect(again.id).toBe(session.id);
    expect(await here()).toEqual([session.handle]);
  });
});

describe('being here', () => {
  it('ends with the process at once, and frees what the session held', async () => {
    const session = await bench.join('otter');
    await bench.join('heron');
    await lock(session, 'a');
    bench.kill(session);
    expect(await here()).toEqual(['heron']);
    expect(await locks()).toEqual([]);
    await bench.transact(unit => reap(unit));
    expect((await bench.now(session)).endReason).toBe('process gone');
  });

  it('ends on another machine 30 s after the last heartbeat, not before', async () => {
    const session = await bench.join('otter', { process: bench.processes.spawn({ boot: 'elsewhere' }) });
    await bench.clock.advance(limits.leaseWithoutHeartbeatMs - 1);
    expect(await here()).toEqual(['otter']);
    await bench.transact(unit => heartbeat(unit, session.id));
    await bench.clock.advance(limits.leaseWithoutHeartbeatMs - 1);
    expect(await here()).toEqual(['otter']);
    await bench.clock.advance(1);
    expect(await here()).toEqual([]);
  });

  it('leaves no lock and no place in a queue behind when it ends', async () => {
    const [otter, heron] = [await bench.join('otter'), await bench.join('heron')];
    await lock(otter, 'a');
    const request = {
      ticket: 't',
      resources: [file('a')],
      pools: [],
      mode: 'exclusive',
      reason: null,
      ttlMs: 60_000,
      priority: 'normal',
    } as const;
    await bench.transact(unit => acquire(unit, heron, request, unit.tx.now + 45_000));
    await bench.transact(async unit => {
      await endLease(unit, heron, 'left');
      await endLease(unit, otter, 'left');
      expect(await unit.tx.count('waiter', 'queue', { prefix: '' })).toBe(0);
      expect(await unit.tx.count('lock', 'all', { prefix: '' })).toBe(0);
    });
  });

  it('is not prolonged by a heartbeat that comes after the end', async () => {
    const session = await bench.join('otter');
    await bench.transact(unit => end(unit, session.id, 'left'));
    await bench.transact(unit => heartbeat(unit, session.id));
    expect(await here()).toEqual([]);
  });

  it('renews locks by activity once half of their time is over', async () => {
    const session = await bench.join('otter');
    await lock(session, 'a', 100_000);
    const expiry = async () => (await bench.look(view => locksInForce(view, null, null))).locks[0]?.lock.expiresAt;
    const first = await expiry();
    await bench.clock.advance(40_000);
    const before = await bench.now(session);
    await bench.transact(unit => touch(unit, before, 'main'));
    expect(await expiry()).toBe(first);
    await bench.clock.advance(20_000);
    const current = await bench.now(session);
    await bench.transact(unit => touch(unit, current, 'main'));
    expect(await expiry()).toBe(bench.clock.now() + 100_000);
  });

  it('does not bring a lapsed lock back by activity', async () => {
    const session = await bench.join('otter');
    await lock(session, 'a', 1000);
    await bench.clock.advance(1001);
    const current = await bench.now(session);
    await bench.transact(unit => touch(unit, current, 'main'));
    expect(await locks()).toEqual([]);
  });
});

describe('saying who one is', () => {
  it('changes only what is given, and clears with an empty text', async () => {
    const session = await bench.join('otter');
    await bench.transact(unit => update(unit, session, { task: 'Move\u001b[31m login\n now', status: 'working' }));
    expect(await bench.now(session)).toMatchObject({ handle: 'otter', task: 'Move login now', status: 'working' });
    await bench.transact(async unit =>
      update(unit, (await unit.tx.get('session', session.id)) ?? session, { status: '' }),
    );
    expect(await bench.now(session)).toMatchObject({ task: 'Move login now', status: null });
  });

  it('refuses a handle that another session has, and one that is too long a task', async () => {
    const session = await bench.join('otter');
    await bench.join('heron');
    await expect(bench.transact(unit => update(unit, session, { handle: 'Heron' }))).rejects.toMatchObject({
      code: 'conflict',
    });
    const task = 'x'.repeat(limits.taskCharacters + 1);
    await expect(bench.transact(unit => update(unit, session, { task }))).rejects.toMatchObject({
      code: 'limit_exceeded',
    });
    expect((await bench.transact(unit => update(unit, session, { handle: 'otter' }))).handle).toBe('otter');
  });
});

describe('a handle', () => {
  it('that a session gave up is not given to others for 30 days, and may be taken back', async () => {
    const session = await bench.join('payments');
    const other = await bench.join('other');
    const renamed = await bench.transact(unit => update(unit, session, { handle: 'payments-2' }));
    await expect(bench.transact(unit => update(unit, other, { handle: 'payments' }))).rejects.toMatchObject({
      code: 'conflict',
    });
    expect((await bench.join('payments')).handle).not.toBe('payments');
    expect((await bench.transact(unit => update(unit, renamed, { handle: 'payments' }))).handle).toBe('payments');
    await bench.transact(unit => update(unit, { ...renamed, handle: 'payments' }, { handle: 'x' }));
    await bench.clock.advance(31 * day);
    expect((await bench.transact(unit => update(unit, other, { handle: 'payments' }))).handle).toBe('payments');
  });

  it('cannot be the id of another session', async () => {
    const victim = await bench.join('victim');
    const thief = await bench.join('thief');
    await expect(bench.transact(unit => update(unit, thief, { handle: victim.id }))).rejects.toMatchObject({
      code: 'invalid_input',
    });
    expect((await bench.look(view => find(view.tx, victim.id)))?.id).toBe(victim.id);
  });
});

describe('finding', () => {
  it('knows handles in any case, and ids', async () => {
    const session = await bench.join('otter');
    expect((await bench.look(view => find(view.tx, '@OTTER')))?.id).toBe(session.id);
    expect((await bench.look(view => find(view.tx, session.id)))?.handle).toBe('otter');
    expect(await bench.look(view => find(view.tx, 'nobody'))).toBeUndefined();
  });

  it('says who is here when an address is unknown', async () => {
    await bench.join('otter');
    await expect(bench.look(view => findOrFail(view, 'ottar'))).rejects.toMatchObject({
      code: 'not_found',
      next: expect.stringContaining('otter'),
    });
  });

  it('knows the session whose shell a command runs in by its client process before its conversation', async () => {
    const parent = bench.processes.spawn();
    const otter = await bench.join('otter', { parent, clientSession: 'old' });
    const heron = await bench.join('heron', { clientSession: 'new' });
    const clues = { session: null, conversation: 'new', parent };
    expect((await bench.look(view => callingSession(view, clues)))?.id).toBe(otter.id);
    expect((await bench.look(view => callingSession(view, { ...clues, parent: null })))?.id).toBe(heron.id);
    bench.kill(heron);
    expect(await bench.look(view => callingSession(view, { ...clues, parent: null }))).toBeUndefined();
    await expect(bench.look(view => callingSession(view, { ...clues, session: 'gone' }))).rejects.toMatchObject({
      code: 'not_found',
    });
  });

  it('knows which of several sessions of one client process a command runs in', async () => {
    const parent = bench.processes.spawn();
    const first = await bench.join('first', { parent, clientSession: 'd1' });
    await bench.join('second', { parent, clientSession: 'd2' });
    const clues = { session: null, conversation: 'd1', parent };
    expect((await bench.look(view => callingSession(view, clues)))?.id).toBe(first.id);
    expect(await bench.look(view => callingSession(view, { ...clues, conversation: 'd3' }))).toBeUndefined();
  });

  it('knows the session by the processes above a command where its client tells its shells nothing, and only if that has one', async () => {
    const [outer, inner, editor] = [bench.processes.spawn(), bench.processes.spawn(), bench.processes.spawn()];
    await bench.join('outer', { parent: outer });
    const otter = await bench.join('otter', { parent: inner });
    await bench.join('window', { parent: editor, client: 'vscode' });
    const above = (...ancestors: ProcessIdentity[]) =>
      bench.look(view => callingSession(view, { session: null, conversation: null, parent: null, ancestors }));
    expect((await above(bench.processes.spawn(), inner, outer))?.id).toBe(otter.id);
    // A person may have a shell in the window of an editor.
    expect(await above(editor)).toBeUndefined();
    await bench.join('second', { parent: inner });
    expect(await above(inner, outer)).toBeUndefined();
  });

  it('takes a command in the shell of a client that has not joined yet for no session of the client it was started from', async () => {
    const outer = bench.processes.spawn();
    await bench.join('outer', { parent: outer, clientSession: 'c1' });
    const told = { session: null, conversation: 'c2', parent: bench.processes.spawn(), ancestors: [outer] };
    expect(await bench.look(view => callingSession(view, told))).toBeUndefined();
    expect(await bench.look(view => callingSession(view, { ...told, parent: null }))).toBeUndefined();
  });

  it('knows when the operator was here last', async () => {
    await bench.transact(unit => operator(unit));
    await bench.clock.advance(day);
    expect((await bench.transact(unit => operator(unit))).lastSeenAt).toBe(bench.clock.now());
  });

  it('keeps the operator out of the list of agents', async () => {
    await bench.transact(unit => operator(unit));
    expect(await here()).toEqual([]);
  });
});
