/** The store on a real cluster of three servers. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createRedisEngine } from '../../../src/engines/redis/engine.ts';
import { keysOf } from '../../../src/engines/redis/keys.ts';
import type { RedisTestServer } from '../../support/servers/redis/test-server.ts';
import { freePort } from '../../support/servers/server-process.ts';
import { allEvents, counted, happened, increment, project } from '../store-harness.ts';
import { until } from '../wakeups-contract.ts';
import { describeRedis, temporaryRedis, useStores, withPrefix } from './server.ts';

const open = useStores();
const slots = 16_384;

describeRedis('a cluster of Redis servers', () => {
  let nodes: RedisTestServer[];
  let url: string;

  const node = (at: number): RedisTestServer => nodes[at] ?? expect.fail('no such node');
  const prefix = () => new URL(url).searchParams.get('prefix') ?? '';
  const idOf = async (server: RedisTestServer) => String(await server.command('CLUSTER', 'MYID'));

  beforeAll(async () => {
    nodes = await Promise.all(
      [0, 1, 2].map(async () =>
        temporaryRedis({ 'cluster-enabled': 'yes', 'cluster-port': await freePort(), 'cluster-node-timeout': 2_000 }),
      ),
    );
    for (const [at, server] of nodes.entries()) {
      const first = Math.floor((at * slots) / 3);
      await server.command('CLUSTER', 'SET-CONFIG-EPOCH', at + 1);
      await server.command('CLUSTER', 'ADDSLOTSRANGE', first, Math.floor(((at + 1) * slots) / 3) - 1);
      const [, , bus] = (await server
        .command('CONFIG', 'GET', 'cluster-port')
        .then(pair => ['', ...(pair as string[])])) as string[];
      await node(0).command('CLUSTER', 'MEET', '127.0.0.1', server.port, bus ?? '');
    }
    await until(async () => {
      const facts = await Promise.all(nodes.map(server => server.command('CLUSTER', 'INFO')));
      return facts.every(text => /cluster_state:ok/.test(String(text)) && /cluster_known_nodes:3/.test(String(text)));
    }, 'the cluster is complete');
    url = withPrefix(node(0).url);
  });

  afterAll(() => Promise.all(nodes.map(server => server.remove())));

  it('holds projects on several nodes, and lists all of them whichever node the URL names', async () => {
    const store = open(url);
    const names = Array.from({ length: 20 }, (_, at) => `example.com/team/{app}-${String(at).padStart(2, '0')}`);
    await Promise.all(names.map(name => store.transact(name, async tx => tx.emit(happened(await increment(tx))))));
    const other = open(url.replace(`:${node(0).port}`, `:${node(2).port}`));
    expect(await other.projects()).toEqual(names);
    for (const name of names) expect(await allEvents(other, name)).toHaveLength(1);
    const sizes = await Promise.all(nodes.map(server => server.command('DBSIZE')));
    expect(sizes.filter(size => Number(size) > 0).length).toBeGreaterThan(1);
  });

  it('keeps every promise of units, views, copies and hints that matters there', async () => {
    const { store, wakeups } = createRedisEngine({ url: url.replace(`:${node(0).port}`, `:${node(1).port}`) });
    const others = [open(url), open(url)];
    let woken = 0;
    await wakeups.listen('s', () => woken++);
    const units = [store, ...others].flatMap(each =>
      Array.from({ length: 30 }, () =>
        each.transact(project, async tx => tx.emit(happened(await increment(tx), ['s']))),
      ),
    );
    await Promise.all(units);
    expect(await counted(store)).toBe(90);
    expect(await allEvents(store)).toHaveLength(90);
    await until(() => woken > 0, 'a hint across nodes');
    const contents = await store.contents(project);
    await store.load('copy of it', contents);
    expect(await store.contents('copy of it')).toEqual(contents);
    await expect(store.load(project, contents)).rejects.toMatchObject({ code: 'conflict' });
    expect(await store.inspect()).toMatchObject({ isUsable: true, problems: [] });
    await wakeups.close();
    await store.close();
  });

  it('moves a project to another node under load: no update is lost', async () => {
    const store = open(url);
    const moving = 'moving';
    const unit = () => store.transact(moving, async tx => tx.emit(happened(await increment(tx))));
    await unit();
    const slot = Number(await node(0).command('CLUSTER', 'KEYSLOT', keysOf(prefix(), moving).meta));
    const from = node(Math.floor((slot * 3) / slots));
    const to = nodes.find(server => server !== from) ?? expect.fail('no other node');
    let isOver = false;
    let done = 1;
    const working = (async () => {
      for (; !isOver; done++) await unit();
    })();
    await until(() => done > 20, 'units go through');
    await to.command('CLUSTER', 'SETSLOT', slot, 'IMPORTING', await idOf(from));
    await from.command('CLUSTER', 'SETSLOT', slot, 'MIGRATING', await idOf(to));
    for (;;) {
      const [key] = (await from.command('CLUSTER', 'GETKEYSINSLOT', slot, 1)) as string[];
      if (key === undefined) break;
      await from.command('MIGRATE', '127.0.0.1', to.port, key, 0, 5_000);
      await new Promise(resolve => setTimeout(resolve, 20));
    }
    for (const server of [to, from]) await server.command('CLUSTER', 'SETSLOT', slot, 'NODE', await idOf(to));
    const before = done;
    await until(() => done > before + 20, 'units go through again');
    isOver = true;
    await working;
    expect((await store.read(moving, reader => reader.get('lock', 'counter')))?.fence).toBe(done);
    expect(await allEvents(store, moving)).toHaveLength(done);
  });

  it('goes on without the node that the URL names, where the others hold the data', async () => {
    const store = open(url);
    const away = node(0);
    const elsewhere = Array.from({ length: 50 }, (_, at) => `p-${at}`);
    const slotOf = async (name: string) =>
      Number(await node(1).command('CLUSTER', 'KEYSLOT', keysOf(prefix(), name).meta));
    const kept: string[] = [];
    for (const name of elsewhere) if ((await slotOf(name)) > slots / 2) kept.push(name);
    for (const name of kept) await store.transact(name, tx => increment(tx));
    for (const server of nodes) await server.command('CONFIG', 'SET', 'cluster-require-full-coverage', 'no');
    await away.stop();
    for (const name of kept) expect(await store.transact(name, tx => increment(tx))).toBe(2);
    await away.start();
  });
});
