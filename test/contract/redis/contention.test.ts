/** Many processes on one project of a Redis server. */
import { Redis } from 'ioredis';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { limits } from '../../../src/core/limits.ts';
import type { Store } from '../../../src/core/ports.ts';
import { keysOf } from '../../../src/engines/redis/keys.ts';
import { aLock } from '../../support/records.ts';
import { redisServer } from '../../support/servers/choose.ts';
import { describeWith } from '../../support/servers/suites.ts';
import { allEvents, counted, happened, increment, project } from '../store-harness.ts';
import { until } from '../wakeups-contract.ts';
import { describeRedis, removeKeys, useServer, useStores, withPrefix } from './server.ts';

const open = useStores();

await describeWith(redisServer, 'many connections to Redis', server => {
  let url: string;
  let raw: Redis;
  let meta: string;
  let line: string;

  const unit = (store: Store) => store.transact(project, async tx => tx.emit(happened(await increment(tx))));

  const takeTurn = async (token: string, lasting: number) => {
    const [seconds, microseconds] = await raw.time();
    const now = Number(seconds) * 1_000 + Math.floor(Number(microseconds) / 1_000);
    await raw.hset(meta, 'turn', token, 'until', now + lasting);
  };
  const place = (token: string, channel: string) => JSON.stringify([token, channel, false, limits.turnMs]);
  const standInLine = (...places: readonly string[]) => raw.rpush(line, ...places);

  beforeEach(() => {
    url = withPrefix(server.url);
    raw = new Redis(server.url);
    ({ meta, line } = keysOf(new URL(url).searchParams.get('prefix') ?? '', project));
  });

  afterEach(async () => {
    raw.disconnect();
    await removeKeys(url);
  });

  it('lose no update and no event: 4 of them, 200 times each', async () => {
    const stores = Array.from({ length: 4 }, () => open(url));
    const work = async (store: Store) => {
      for (let count = 0; count < 200; count++) await unit(store);
    };
    await Promise.all(stores.map(work));
    const [store] = stores;
    if (store === undefined) throw new Error('no store');
    expect(await counted(store)).toBe(800);
    const events = await allEvents(store, project, 500);
    const numbers = Array.from({ length: 800 }, (_, at) => at + 1);
    expect(events.map(event => event.sequence)).toEqual(numbers);
    expect(events.map(event => event.data.number)).toEqual(numbers);
    // Nobody has a turn any more, and the time of events never runs back.
    expect(await raw.hget(meta, 'turn')).toBeNull();
    expect(events.map(event => event.at)).toEqual(events.map(event => event.at).sort((a, b) => a - b));
  });

  it('let a unit of many reads through, however busy the others are', async () => {
    const [store, ...others] = [open(url), open(url), open(url)];
    let isOver = false;
    const writing = others.map(async other => {
      while (!isOver) await unit(other);
    });
    const slow = (tx: { get(kind: 'lock', id: string): Promise<unknown> }) =>
      (async () => {
        for (let read = 0; read < 20; read++) await tx.get('lock', `id-${read}`);
      })();
    await store.transact(project, async tx => {
      await slow(tx);
      tx.put('lock', aLock('slow'));
    });
    await store.read(project, slow);
    expect((await store.contents(project)).records.length).toBeGreaterThan(1);
    isOver = true;
    await Promise.all(writing);
    expect(await counted(store, 'slow')).toBe(1);
  });

  // Who is held up for longer than its patience, which is that of some turns, is refused: so these need no clock.
  it('wait for one that died in its turn, and no longer than the turn lasts', async () => {
    const store = open(url);
    await unit(store);
    await takeTurn('dead', 900);
    // Who only looks waits for nobody.
    expect(await counted(store)).toBe(1);
    await Promise.all([unit(store), unit(open(url)), unit(open(url))]);
    expect(await counted(store)).toBe(4);
  });

  it('wait no longer than a turn lasts when the clock of the server was set back', async () => {
    const store = open(url);
    await unit(store);
    await takeTurn('dead', 3_600_000);
    await Promise.all([unit(store), unit(open(url))]);
  });

  it('are held up for one turn at most by one that died in the line, and not at all where the server knows of it', async () => {
    const [store, other] = [open(url), open(url)];
    await unit(store);
    await takeTurn('dead', 100);
    // A turn of each of these would last longer than the patience.
    await standInLine(...Array.from({ length: 20 }, (_, at) => place(`gone-${at}`, 'nobody hears this')));
    await Promise.all([unit(store), unit(other)]);
    await takeTurn('dead', 100);
    await standInLine(place('asks again and again', ''));
    await Promise.all([unit(store), unit(other)]);
    expect(await counted(store)).toBe(5);
  });

  it('leave the line, or hand the turn on, when they give up, are closed, or fail', async () => {
    const [impatient, closing, failing] = [open(url, { patienceMs: 400 }), open(url), open(url)];
    // One after the other: none has to wait for its turn.
    for (const store of [impatient, closing, failing]) await unit(store);
    await takeTurn('dead', 900);
    const crowded = expect(unit(impatient)).rejects.toThrow('Too many others work on the project at once.');
    const closed = expect(unit(closing)).rejects.toThrow('The store is closed.');
    await until(async () => (await raw.llen(line)) === 2, 'both stand in line');
    await closing.close();
    await Promise.all([crowded, closed]);
    await until(async () => (await raw.llen(line)) === 0, 'both have left');
    const wrong = failing.transact(project, () => Promise.reject(new Error('wrong')));
    await until(async () => (await raw.llen(line)) === 1, 'it stands in line');
    await expect(wrong).rejects.toThrow('wrong');
    // A turn that nobody hands on stays there until somebody else takes it.
    await until(async () => (await raw.hget(meta, 'turn')) === null, 'the turn is given back');
    await unit(open(url));
  });

  it('get their turn also when the line is full', async () => {
    const store = open(url);
    await unit(store);
    await takeTurn('dead', 100);
    await standInLine(...Array.from({ length: limits.unitsInLine }, (_, at) => place(`gone-${at}`, 'nobody')));
    await unit(store);
    expect(await raw.llen(line)).toBe(0);
  });

  it('serve units of several processes in the order in which they come, roughly', async () => {
    const stores = Array.from({ length: 6 }, () => open(url));
    const fair = 100;
    let left = fair * stores.length;
    const shares = await Promise.all(
      stores.map(async store => {
        let units = 0;
        for (; left > 0; units++) {
          await unit(store);
          left -= 1;
        }
        return units;
      }),
    );
    expect(Math.min(...shares)).toBeGreaterThan(fair / 3);
  });

  it('never set the time of a project back, whatever the clock of the server says', async () => {
    const store = open(url);
    await unit(store);
    const later = Date.now() + 3_600_000;
    await raw.hset(meta, 'latest', later);
    await unit(store);
    expect(await store.read(project, async reader => reader.now)).toBe(later);
    expect((await allEvents(store)).at(-1)?.at).toBe(later);
  });
});

describeRedis('the line for the turn on a Redis server', () => {
  const server = useServer();

  const scriptsRun = async () =>
    Number(/cmdstat_evalsha:calls=(\d+)/.exec(String(await server().command('INFO', 'commandstats')))?.[1] ?? 0);
  const nextRound = () => new Promise(resolve => setImmediate(resolve));

  /** How many scripts a unit takes that is one of many. */
  const scriptsPerUnit = async (pause: () => Promise<unknown>): Promise<number> => {
    const url = withPrefix(server().url);
    const stores = Array.from({ length: 16 }, () => open(url));
    const rounds = async (count: number) => {
      const work = async (store: Store) => {
        for (let unit = 0; unit < count; unit++) {
          await store.transact(project, tx => increment(tx), [{ kind: 'lock', id: 'counter' }]);
          await pause();
        }
      };
      await Promise.all(stores.map(work));
    };
    // Until all are connected, and hear.
    await rounds(20);
    const before = await scriptsRun();
    await rounds(40);
    return ((await scriptsRun()) - before) / (40 * stores.length);
  };

  it('hands the turn on without anybody polling, together with the answers to the questions of the next', async () => {
    expect(await scriptsPerUnit(nextRound)).toBeLessThan(2.5);
  });

  it('makes units that follow each other no dearer', async () => {
    expect(await scriptsPerUnit(async () => {})).toBeLessThan(2.5);
  });

  it('holds no one up who may not hear or tell: they ask again and again', async () => {
    for (const rights of [['resetchannels'], ['&*', '-publish'], ['&*', '-subscribe']]) {
      await server().command('ACL', 'SETUSER', 'some', 'reset', 'on', '>word', '~*', '+@all', ...rights);
      const url = withPrefix(server().url).replace('//', '//some:word@');
      const stores = Array.from({ length: 3 }, () => open(url));
      const begun = performance.now();
      await Promise.all(
        stores.map(async store => {
          for (let unit = 0; unit < 20; unit++) await store.transact(project, tx => increment(tx));
        }),
      );
      // Far less than if each of them had waited until the turn of the one before was over.
      expect(performance.now() - begun).toBeLessThan((60 * limits.turnMs) / 3);
      expect(await counted(stores[0] ?? expect.fail())).toBe(60);
    }
  });
});
