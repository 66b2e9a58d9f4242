/** A project on the memory engine with fake time and processes, and sessions that act on it through the rules. */
import { locksInForce } from '../../src/core/blocking.ts';
import { acquire } from '../../src/core/lock.ts';
import type { LockRequest } from '../../src/core/lock-grant.ts';
import { release } from '../../src/core/lock-release.ts';
import type { ProcessIdentity } from '../../src/core/ports.ts';
import { type LockOutcome, passOn, type Stay } from '../../src/core/queue.ts';
import type { LockMode, Resource, SessionRecord, WaiterRecord } from '../../src/core/records.ts';
import { fileResource, namedResource } from '../../src/core/resource.ts';
import { type Arrival, end, join } from '../../src/core/session.ts';
import type { Unit, View } from '../../src/core/unit.ts';
import { createMemoryStore } from '../../src/engines/memory/engine.ts';
import { FakeClock, FakeIds, FakeProcesses, FakeWakeups } from './fakes.ts';

export const project = 'github.com/acme/shop';

export function createBench() {
  const clock = new FakeClock();
  const ids = new FakeIds();
  const wakeups = new FakeWakeups();
  const processes = new FakeProcesses();
  const store = createMemoryStore({ clock, wakeups });
  const transact = <T>(work: (unit: Unit) => Promise<T>) => store.transact(project, tx => work({ tx, ids, processes }));
  const look = <T>(work: (view: View) => Promise<T>) => store.read(project, tx => work({ tx, processes }));
  const arrive = (about: Partial<Arrival> = {}): Arrival => ({
    kind: 'agent',
    handle: null,
    client: 'test-client',
    clientVersion: '1',
    clientSession: null,
    process: processes.spawn(),
    parent: null,
    host: 'here',
    root: '/shop',
    anchor: '/shop',
    branch: 'main',
    reach: 'calls',
    ...about,
  });
  return {
    clock,
    ids,
    wakeups,
    processes,
    store,
    transact,
    look,
    arrive,
    /** A session that joins with a process of its own. */
    join: (handle: string | null = null, about: Partial<Arrival> = {}) =>
      transact(unit => join(unit, arrive({ handle, ...about }), null)),
    /** The session as it is stored now. */
    now: async (session: SessionRecord) => {
      const record = await look(view => view.tx.get('session', session.id));
      if (!record) throw new Error(`no session ${session.handle}`);
      return record;
    },
    /** What Signalbox has told a session by notices, oldest first. */
    notices: (session: SessionRecord) =>
      look(async ({ tx }) => {
        const deliveries = await tx.list('delivery', 'inbox', { equals: session.id }, { limit: 1_000 });
        const messages = await Promise.all(deliveries.map(delivery => tx.get('message', delivery.message)));
        return messages.flatMap(message => (message?.conversation === 'notice' ? [message.body] : []));
      }),
    kill: (session: SessionRecord) => processes.kill(session.process as ProcessIdentity),
  };
}

export type Bench = ReturnType<typeof createBench>;

export const file = (path: string, foldsCase = false): Resource => fileResource({ path, foldsCase });
export const named = (name: string, checkout = 'here:/shop', repository = checkout): Resource =>
  namedResource(name, checkout, repository);

type About = Partial<Pick<LockRequest, 'reason' | 'ttlMs' | 'priority' | 'fence'>>;

/** One request for a lock, by default exclusive and for a quarter of an hour; a number as `stay` is a wait in milliseconds. */
export function askForLocks(bench: Bench, session: SessionRecord, wish: Partial<LockRequest>, stay: Stay | null) {
  const request: LockRequest = {
    ticket: bench.ids.next(),
    resources: [],
    pools: [],
    mode: 'exclusive',
    reason: null,
    ttlMs: 15 * 60_000,
    priority: 'normal',
    ...wish,
  };
  return bench.transact(unit => acquire(unit, session, request, typeof stay === 'number' ? unit.tx.now + stay : stay));
}

/** Asks for locks as sessions do, on the bench of the moment. */
export function lockCalls(bench: () => Bench) {
  const ask = (session: SessionRecord, resources: Resource[], mode: LockMode, about: About, stay: Stay | null) =>
    askForLocks(bench(), session, { ...about, resources, mode }, stay);
  return {
    /** Takes at once or is refused. */
    take: (session: SessionRecord, resources: Resource[], mode: LockMode = 'exclusive', about: About = {}) =>
      ask(session, resources, mode, about, null),
    /** Takes at once or stands in line, for 45 s. */
    queue: (session: SessionRecord, resources: Resource[], mode: LockMode = 'exclusive', about: About = {}) =>
      ask(session, resources, mode, about, 45_000),
    /** Takes at once or keeps a place in line that nobody waits at. */
    stand: (session: SessionRecord, resources: Resource[], mode: LockMode = 'exclusive', about: About = {}) =>
      ask(session, resources, mode, about, 'standing'),
    ticketOf: (outcome: LockOutcome): WaiterRecord => {
      if (!outcome.waiter) throw new Error('expected a place in the queue');
      return outcome.waiter;
    },
    holdersOf: async (resource: Resource): Promise<string[]> => {
      const { locks } = await bench().look(view => locksInForce(view, [resource], null));
      return locks.map(({ holder }) => holder.handle).sort();
    },
    waiting: () => bench().look(view => view.tx.count('waiter', 'queue', { prefix: '' })),
  };
}

/** Every way in which locks taken for 30 s end without a word about them: a test of what follows is to hold for each. */
export function lockEndings(bench: () => Bench, holder: () => SessionRecord): [string, () => Promise<unknown>][] {
  return [
    ['release of everything', () => bench().transact(unit => release(unit, holder(), 'all'))],
    ['session end', () => bench().transact(unit => end(unit, holder().id, 'left'))],
    [
      'expiry',
      async () => {
        await bench().clock.advance(30_000);
        await bench().transact(unit => passOn(unit));
      },
    ],
    [
      'death of the holder',
      async () => {
        bench().kill(holder());
        await bench().transact(unit => passOn(unit));
      },
    ],
  ];
}
