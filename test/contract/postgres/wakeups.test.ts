import type { ChildProcess } from 'node:child_process';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import type { Store, Wakeups } from '../../../src/core/ports.ts';
import { type Bundle, bundle } from '../../support/bundle.ts';
import { postgresServer } from '../../support/servers/choose.ts';
import { type PostgresTestServer, startPostgres } from '../../support/servers/postgres/test-server.ts';
import { postgresPrograms } from '../../support/servers/programs.ts';
import { startProxy, type TestProxy } from '../../support/servers/proxy.ts';
import { describeUnless, describeWith } from '../../support/servers/suites.ts';
import { killAll, startDistantEnd } from '../distant-end.ts';
import { happened, project } from '../store-harness.ts';
import { describeWakeups, quiet, until } from '../wakeups-contract.ts';
import { openEngine, through } from './bed.ts';

let program: Bundle;

beforeAll(async () => {
  program = await bundle('test/contract/postgres/wakeups-child.ts');
});

afterAll(() => program.remove());

await describeWith(postgresServer, 'the channel of postgres', server => {
  describeWakeups('PostgreSQL', async () => {
    const room = server.room();
    const children: ChildProcess[] = [];
    const stores: Store[] = [];
    return {
      connect: () => {
        const { store, wakeups } = openEngine(room.url);
        stores.push(store);
        wakeups.attend();
        return wakeups;
      },
      spawn: async () => startDistantEnd(program.file, [room.url], children),
      dispose: async () => {
        await killAll(children);
        for (const store of stores) await store.close();
        await room.clear();
      },
    };
  });
});

const lack = postgresPrograms() ? undefined : { what: 'PostgreSQL', remedy: 'Install the package "postgresql".' };

describeUnless(lack, 'postgres: hearing', () => {
  let server: PostgresTestServer;
  let proxy: TestProxy;
  let engines: { store: Store; wakeups: Wakeups }[];

  const open = () => {
    const engine = openEngine(through(server.url, proxy.port));
    engines.push(engine);
    return engine;
  };
  /** Connections of Signalbox that only listen: each has said LISTEN last. */
  const listeners = async () => {
    const [row] = await server.query(
      "SELECT count(*)::int AS n FROM pg_stat_activity WHERE application_name = 'signalbox' AND query LIKE '%LISTEN %'",
    );
    return Number(row?.n);
  };
  const listenTo = async ({ wakeups }: { wakeups: Wakeups }, session: string) => {
    const heard = { count: 0 };
    await wakeups.listen(session, () => heard.count++);
    return heard;
  };

  beforeAll(async () => {
    server = await startPostgres({ settings: { max_connections: 20 } });
  });
  afterAll(() => server?.remove());
  beforeEach(async () => {
    engines = [];
    proxy = await startProxy(server.port);
  });
  afterEach(async () => {
    for (const { store, wakeups } of engines) {
      await wakeups.close();
      await store.close();
    }
    await proxy.close();
  });

  it('a commit wakes its audience in another process without a further round trip, and nobody else', async () => {
    const [here, there] = [open(), open()];
    there.wakeups.attend();
    const [wanted, other] = [await listenTo(there, 'a'), await listenTo(there, 'b')];
    await here.store.transact(project, async tx => tx.emit(happened(1)));
    proxy.resetCounters();
    await here.store.transact(project, async tx => tx.emit(happened(2, ['a'])));
    await until(() => wanted.count > 0, 'the hint');
    // Opening, then writing and committing; the hint itself comes on the other connection.
    expect(proxy.counters.roundTrips).toBe(2);
    await quiet();
    expect(other.count).toBe(0);
  });

  it('takes no connection while nobody waits, one while somebody does', async () => {
    const engine = open();
    await listenTo(engine, 'a');
    await quiet();
    expect(await listeners()).toBe(0);
    const rest = engine.wakeups.attend();
    await until(async () => (await listeners()) === 1, 'it hears');
    rest();
  });

  it('wakes everybody once when it begins to hear, because something may have come before', async () => {
    const engine = open();
    const heard = await listenTo(engine, 'a');
    await open().store.transact(project, async tx => tx.emit(happened(1, ['a'])));
    engine.wakeups.attend();
    await until(() => heard.count > 0, 'the catch-up');
  });

  it('hears again after a break, and wakes everybody for what they may have missed', async () => {
    const engine = open();
    engine.wakeups.attend();
    const heard = await listenTo(engine, 'a');
    proxy.cut();
    const before = heard.count;
    await until(() => heard.count > before, 'the catch-up');
    const after = heard.count;
    await open().wakeups.wake(['a']);
    await until(() => heard.count > after, 'a hint as before');
    expect(engine.wakeups.problem()).toBeUndefined();
  });

  it('says why it is deaf while the server is away, and hears by itself when it is back', async () => {
    const engine = open();
    engine.wakeups.attend();
    const heard = await listenTo(engine, 'a');
    proxy.refuse(true);
    proxy.cut();
    await until(() => engine.wakeups.problem() !== undefined, 'it notices');
    expect(engine.wakeups.problem()).toMatch(/cannot be reached/);
    const before = heard.count;
    proxy.refuse(false);
    await until(() => heard.count > before, 'it hears again');
  });

  it('leaves half of the connections to those who work: of thirty that wait, no more than half the server hear', async () => {
    const waiting = Array.from({ length: 30 }, () => open());
    for (const engine of waiting) engine.wakeups.attend();
    await Promise.all(waiting.map((engine, at) => listenTo(engine, `s${at}`)));
    await until(() => waiting.some(({ wakeups }) => wakeups.problem() === undefined), 'somebody hears');
    await quiet();
    expect(await listeners()).toBeLessThanOrEqual(14);
    const working = waiting.map(({ store }) => store.transact(project, async tx => tx.emit(happened(1))));
    expect(new Set(await Promise.all(working)).size).toBe(30);
  });
});
