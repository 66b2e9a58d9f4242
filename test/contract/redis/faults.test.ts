/** What becomes of units when the way to the server, or the server itself, fails at the worst moments. */
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Store } from '../../../src/core/ports.ts';
import { createRedisEngine } from '../../../src/engines/redis/engine.ts';
import { scripts } from '../../../src/engines/redis/scripts.ts';
import { FakeIds } from '../../support/fakes.ts';
import { startProxy, type TestProxy } from '../../support/servers/proxy.ts';
import type { RedisTestServer } from '../../support/servers/redis/test-server.ts';
import { allEvents, counted, happened, increment, project } from '../store-harness.ts';
import { until } from '../wakeups-contract.ts';
import { assertPlain, describeRedis, refusal, temporaryRedis, useServer, useStores, withPrefix } from './server.ts';

const open = useStores();
const isCommit = (bytes: Buffer) => bytes.includes(scripts.commit.hash) || bytes.includes('-- Stores one commit');

/** Counts, and leaves an event with that number. */
const unit = (store: Store, number?: number) =>
  store.transact(project, async tx => {
    const count = await increment(tx);
    tx.emit(happened(number ?? count));
    return count;
  });

/** Every number is there exactly once, and no event is missing. */
async function expectEachOnce(store: Store, numbers: readonly number[]): Promise<void> {
  const events = await allEvents(store);
  expect(events.map(event => event.sequence)).toEqual(numbers.map((_, at) => at + 1));
  expect(events.map(event => Number(event.data.number)).sort((a, b) => a - b)).toEqual(numbers);
  expect(await counted(store)).toBe(numbers.length);
}

/** The patience of units that are to get through however long the server, or this machine, takes. */
const patient = { patienceMs: 60_000 };

const upTo = (count: number) => Array.from({ length: count }, (_, at) => at + 1);

describeRedis('a connection to Redis that is cut', () => {
  const server = useServer();
  let proxy: TestProxy;
  let way: string;
  let direct: string;

  beforeEach(async () => {
    proxy = await startProxy(server().port);
    way = withPrefix(`redis://127.0.0.1:${proxy.port}`);
    direct = withPrefix(server().url, new URL(way).searchParams.get('prefix') ?? '');
  });

  afterEach(() => proxy.close());

  it('before a commit reaches the server: the unit takes effect once', async () => {
    const store = open(way);
    await unit(store);
    proxy.cutBeforeRequest(isCommit);
    expect(await unit(store)).toBe(2);
    expect(proxy.pending()).toBe(false);
    await expectEachOnce(store, upTo(2));
  });

  it('after a commit was stored and before the answer: the unit takes effect once, and is not run again', async () => {
    const store = open(way);
    await unit(store);
    let runs = 0;
    proxy.cutAfterRequestBeforeAnswer(isCommit);
    await store.transact(project, async tx => {
      runs += 1;
      tx.emit(happened(await increment(tx)));
    });
    expect([proxy.pending(), runs]).toEqual([false, 1]);
    await expectEachOnce(store, upTo(2));
  });

  it('after a commit was stored, while others go on before it is asked about: still once', async () => {
    const [store, other] = [open(way), open(direct)];
    await unit(store);
    proxy.cutAfterRequestBeforeAnswer(isCommit);
    proxy.refuse(false);
    const cutting = unit(store, 100);
    await until(() => !proxy.pending(), 'the commit is stored');
    for (const number of [200, 300, 400]) await unit(other, number);
    await cutting;
    await expectEachOnce(other, [1, 100, 200, 300, 400]);
  });

  it('fifty times at random, among units of others: each takes effect once', async () => {
    const ids = new FakeIds(7);
    const [store, other] = [open(way, { ids }), open(direct)];
    const others = (async () => {
      for (let number = 51; number <= 100; number++) await unit(other, number);
    })();
    const cuts = [
      () => proxy.cutBeforeRequest(isCommit),
      () => proxy.cutAfterRequestBeforeAnswer(isCommit),
      () => proxy.cutBeforeRequest(),
      () => proxy.cutAfterRequestBeforeAnswer(() => true),
    ];
    for (let number = 1; number <= 50; number++) {
      cuts[ids.below(cuts.length)]?.();
      await unit(store, number);
    }
    await others;
    await expectEachOnce(other, upTo(100));
  });

  it('while many units of one process are under way: none is lost, none is doubled', async () => {
    const store = open(way, patient);
    let stored = 0;
    const units = upTo(60).map(number => unit(store, number).then(() => stored++));
    for (let cuts = 0; cuts < 5; cuts++) {
      await until(() => stored >= 10 * cuts, 'units go through');
      proxy.cut();
    }
    await Promise.all(units);
    await expectEachOnce(store, upTo(60));
  });

  it('while several processes stand in line: none is lost, none is doubled, and none waits for long', async () => {
    // One that waited for long would lose its patience, and fail.
    const stores = upTo(4).map(() => open(way));
    let stored = 0;
    const working = stores.map(async (store, at) => {
      for (let count = 0; count < 25; count++, stored++) await unit(store, 1 + at + 4 * count);
    });
    for (let cuts = 0; cuts < 5; cuts++) {
      await until(() => stored >= 15 * cuts, 'units go through');
      proxy.cut();
    }
    await Promise.all(working);
    await expectEachOnce(open(direct), upTo(100));
  });

  it('for good while a commit is under way: the error says that it is not known whether it was stored', async () => {
    const store = open(way, { patienceMs: 500 });
    await unit(store);
    proxy.cutAfterRequestBeforeAnswer(bytes => {
      if (!isCommit(bytes)) return false;
      proxy.refuse(true);
      return true;
    });
    const error = await refusal(store);
    expect(error.message).toMatch(/not known whether the change was stored/);
  });

  it('and never there at all: the error says what cannot be reached, and nothing more', async () => {
    proxy.refuse(true);
    const store = open(way, { patienceMs: 300 });
    const error = await refusal(store);
    expect(error.message).toBe(`The Redis server 127.0.0.1:${proxy.port} cannot be reached.`);
    const calls = [store.read(project, async () => 1), store.projects(), store.eventsAfter(project, 0, 1)];
    for (const call of await Promise.allSettled(calls)) {
      expect(call.status).toBe('rejected');
      if (call.status === 'rejected') assertPlain(call.reason);
    }
  });

  it('slow by 50 ms each way: everything is still right', async () => {
    proxy.delayMs = 50;
    const stores = [open(way), open(way), open(direct)];
    await Promise.all(upTo(12).map(number => unit(stores[number % 3] ?? expect.fail(), number)));
    await expectEachOnce(open(direct), upTo(12));
  });

  it('takes two round trips for a unit whose reads were named ahead', async () => {
    const store = open(way);
    await unit(store);
    proxy.resetCounters();
    await store.transact(project, tx => increment(tx), [{ kind: 'lock', id: 'counter' }]);
    expect(proxy.counters.roundTrips).toBe(2);
    // Reads that are asked side by side share one.
    proxy.resetCounters();
    await store.read(project, reader => Promise.all(upTo(9).map(id => reader.get('lock', `id-${id}`))));
    expect(proxy.counters.roundTrips).toBe(2);
  });
});

describeRedis('a Redis server that goes away', () => {
  let server: RedisTestServer;
  let url: string;

  const start = async (settings = {}) => {
    server = await temporaryRedis(settings);
    url = withPrefix(server.url);
  };

  afterEach(() => server.remove());

  it('is stopped, killed and started again under load: what was acknowledged is there, once, and who waits is woken', async () => {
    await start();
    const { store, wakeups } = createRedisEngine({ url, ...patient });
    let woken = 0;
    await wakeups.listen('s', () => woken++);
    const other = open(url, patient);
    let isOver = false;
    const acknowledged: number[] = [];
    const work = async (each: Store, first: number) => {
      for (let number = first; !isOver; number += 2) {
        await unit(each, number);
        acknowledged.push(number);
      }
    };
    const working = Promise.all([work(store, 1), work(other, 2)]);
    const unitsGoThrough = () => {
      const before = acknowledged.length;
      return Promise.race([until(() => acknowledged.length > before + 20, 'units go through'), working]);
    };
    for (const away of ['stop', 'kill', 'stop'] as const) {
      await unitsGoThrough();
      await server[away]();
      await new Promise(resolve => setTimeout(resolve, 100));
      await server.start();
    }
    await unitsGoThrough();
    isOver = true;
    await working;
    await expectEachOnce(
      other,
      acknowledged.sort((a, b) => a - b),
    );
    await until(() => woken > 0 && wakeups.problem() === undefined, 'it hears again');
    await wakeups.close();
    await store.close();
  });

  it('loses everything at a restart when it keeps nothing on disk: the project is untouched again, and works', async () => {
    await start({ appendonly: 'no' });
    const store = open(url);
    for (let count = 1; count <= 3; count++) await unit(store);
    await server.stop();
    await server.start();
    expect(await store.projects()).toEqual([]);
    expect(await store.contents(project)).toEqual({ sequence: 0, records: [], events: [] });
    expect(await unit(store)).toBe(1);
    expect(await store.projects()).toEqual([project]);
    await expectEachOnce(store, [1]);
  });

  it('hangs: a unit fails within its patience, nothing is doubled, and all goes on when it wakes up', async () => {
    await start();
    const [store, impatient] = [open(url), open(url, { patienceMs: 600 })];
    await unit(store);
    await impatient.read(project, async () => undefined);
    server.pause();
    // Who waits behind another one is told the true reason, too.
    const errors = await Promise.all([refusal(impatient), refusal(impatient)]);
    for (const { message } of errors) expect(message).toMatch(/cannot be reached/);
    const waiting = unit(store);
    await new Promise(resolve => setTimeout(resolve, 200));
    server.resume();
    expect(await waiting).toBe(2);
    expect(await unit(impatient)).toBe(3);
    await expectEachOnce(store, upTo(3));
  });

  it('is still loading its data: a unit waits for it, and says so when that takes too long', async () => {
    await start({ appendonly: 'no', 'key-load-delay': 600, 'loading-process-events-interval-bytes': 1024 });
    await server.command('EVAL', "for n = 1, 4000 do redis.call('SET', 'filler-' .. n, n) end", 0);
    await unit(open(url));
    await server.command('SAVE');
    await server.stop();
    const starting = server.start();
    const impatient = open(url, { patienceMs: 300 });
    await until(async () => /is still loading its data\.$/.test((await refusal(impatient)).message), 'it loads');
    expect(await unit(open(url, patient))).toBe(2);
    await starting;
  });

  it('forgets its scripts between two calls: they are sent again', async () => {
    await start();
    const store = open(url);
    for (let round = 1; round <= 3; round++) {
      expect(await unit(store)).toBe(round);
      await server.command('SCRIPT', 'FLUSH');
    }
    const copy = await store.contents(project);
    await server.command('SCRIPT', 'FLUSH');
    await store.load('copy', copy);
    expect(await store.contents('copy')).toEqual(copy);
  });
});
