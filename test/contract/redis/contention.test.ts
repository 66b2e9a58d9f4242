/** Many processes on one project of a Redis server. */
import { Redis } from 'ioredis';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Store } from '../../../src/core/ports.ts';
import { keysOf } from '../../../src/engines/redis/keys.ts';
import { aLock } from '../../support/records.ts';
import { redisServer } from '../../support/servers/choose.ts';
import { describeWith } from '../../support/servers/suites.ts';
import { allEvents, counted, happened, increment, project } from '../store-harness.ts';
import { removeKeys, useStores, withPrefix } from './server.ts';

const open = useStores();

await describeWith(redisServer, 'many connections to Redis', server => {
  let url: string;
  let raw: Redis;
  let meta: string;

  const unit = (store: Store) => store.transact(project, async tx => tx.emit(happened(await increment(tx))));

  beforeEach(() => {
    url = withPrefix(server.url);
    raw = new Redis(server.url);
    meta = keysOf(new URL(url).searchParams.get('prefix') ?? '', project).meta;
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

  it('wait for one that died in its turn, and no longer than the turn lasts', async () => {
    const store = open(url);
    await unit(store);
    const [seconds] = await raw.time();
    await raw.hset(meta, 'turn', 'dead', 'until', (Number(seconds) + 1) * 1_000 + 500);
    // Who only looks waits for nobody.
    expect(await counted(store)).toBe(1);
    const begun = performance.now();
    await Promise.all([unit(store), unit(open(url)), unit(open(url))]);
    expect(performance.now() - begun).toBeLessThan(5_000);
    expect(await counted(store)).toBe(4);
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
