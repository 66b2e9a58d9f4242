/** A real server that is cut off, killed, stopped, slow, full of connections or read-only: one effect or none, and a clear word. */
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Store } from '../../../src/core/ports.ts';
import { type PostgresTestServer, startPostgres } from '../../support/servers/postgres/test-server.ts';
import { postgresPrograms } from '../../support/servers/programs.ts';
import { startProxy, type TestProxy } from '../../support/servers/proxy.ts';
import { describeUnless } from '../../support/servers/suites.ts';
import { allEvents, counted, happened, increment, project } from '../store-harness.ts';
import { until } from '../wakeups-contract.ts';
import { openEngine, through } from './bed.ts';

const lack = postgresPrograms() ? undefined : { what: 'PostgreSQL', remedy: 'Install the package "postgresql".' };

let server: PostgresTestServer;
let proxy: TestProxy;
let opened: Store[];
let rooms = 0;
let room: string;

const open = (port = server.port, more: Parameters<typeof openEngine>[1] = {}): Store => {
  const { store } = openEngine(through(`${server.url}?schema=${room}`, port), more);
  opened.push(store);
  return store;
};

/** Adds one and says so in an event, so that a doubled or lost effect shows twice. */
const step = (store: Store) => store.transact(project, async tx => tx.emit(happened(await increment(tx))));
/** The event travels with the commit, in a list and therefore escaped, and with nothing else. */
const isCommit = (bytes: Buffer) => bytes.includes('\\"type\\":\\"test\\"');
/** The patience of calls that have to lose it. */
const impatient = { patienceMs: 1_000 };
const outcome = (work: Promise<unknown>) =>
  work.then(
    () => 'stored',
    error => error.code as string,
  );

async function expectEffects(store: Store, effects: number): Promise<void> {
  expect(await counted(store)).toBe(effects);
  const numbers = (await allEvents(store)).map(event => event.data.number);
  expect(numbers).toEqual(Array.from({ length: effects }, (_, at) => at + 1));
}

describeUnless(lack, 'postgres: faults', () => {
  beforeAll(async () => {
    server = await startPostgres({ settings: { max_connections: 40 }, isDurable: true });
  });
  afterAll(() => server?.remove());

  beforeEach(async () => {
    opened = [];
    rooms += 1;
    room = `faults_${rooms}`;
    proxy = await startProxy(server.port);
  });
  afterEach(async () => {
    // First of all: a call that still waits behind it would hold up the end of its store.
    await proxy.close();
    for (const store of opened) await store.close();
  });

  describe('a connection that is lost in a unit of work', () => {
    it('before its commit reaches the server leaves one effect, made anew', async () => {
      const store = open(proxy.port);
      await step(store);
      for (let round = 0; round < 10; round++) {
        proxy.cutBeforeRequest(isCommit);
        await step(store);
        expect(proxy.pending()).toBe(false);
      }
      await expectEffects(store, 11);
    });

    it('after its commit, before the answer, has one effect: the server is asked what became of it', async () => {
      const store = open(proxy.port);
      await step(store);
      for (let round = 0; round < 10; round++) {
        proxy.cutAfterRequestBeforeAnswer(isCommit);
        await step(store);
        expect(proxy.pending()).toBe(false);
      }
      await expectEffects(store, 11);
    });

    it('is not given out for stored when it cannot be found out', async () => {
      const store = open(proxy.port, impatient);
      await step(store);
      proxy.cutAfterRequestBeforeAnswer(bytes => {
        if (isCommit(bytes)) proxy.refuse(true);
        return isCommit(bytes);
      });
      expect(await outcome(step(store))).toBe('unavailable');
      proxy.refuse(false);
      // It may have been, whole, or not; nobody was told so without knowing.
      const total = await counted(open());
      expect([1, 2]).toContain(total);
      await expectEffects(open(), total);
    });

    it('at any moment, again and again, from several sides, has each effect once', async () => {
      const stores = [open(proxy.port), open(proxy.port), open(proxy.port)];
      await step(stores[0] as Store);
      let isOver = false;
      const stored = stores.map(() => 0);
      const cutting = (async () => {
        for (let cut = 0; cut < 60 && !isOver; cut++) {
          // However slow the machine is, each gets something through between two cuts.
          const before = [...stored];
          while (!isOver && stored.some((count, at) => count === before[at])) await sleep(1);
          await sleep((cut * 7) % 23);
          proxy.cut();
        }
        isOver = true;
      })();
      const work = async (store: Store, at: number) => {
        while (!isOver) {
          await step(store);
          stored[at] = (stored[at] ?? 0) + 1;
        }
      };
      await Promise.all([cutting, ...stores.map(work)]).finally(() => {
        isOver = true;
      });
      await expectEffects(
        open(),
        stored.reduce((sum, count) => sum + count, 1),
      );
    });

    it('fails what the work threw as it threw it', async () => {
      const store = open(proxy.port);
      await step(store);
      const failing = store.transact(project, async () => {
        proxy.cut();
        throw new Error('my own');
      });
      await expect(failing).rejects.toThrow('my own');
      await step(store);
      await expectEffects(store, 2);
    });
  });

  describe('a server that', () => {
    it('is stopped and started keeps all that was acknowledged, and units go on', async () => {
      // However slow the machine is: no unit gives up while the server starts, and none is stored without being counted.
      const store = open(server.port, { patienceMs: 60_000 });
      let stored = 0;
      let isOver = false;
      const working = (async () => {
        for (; !isOver; stored++) await step(store);
      })();
      const unitsGoOn = () => {
        const enough = stored + 5;
        return Promise.race([until(() => stored >= enough, 'units are stored'), working]);
      };
      try {
        for (const end of [() => server.stop(), () => server.kill()]) {
          await unitsGoOn();
          await end();
          // Long enough that units under way find nobody.
          await sleep(100);
          await server.start();
        }
        await unitsGoOn();
      } finally {
        isOver = true;
      }
      await working;
      await expectEffects(store, stored);
    });

    it('is away for longer than the patience makes calls fail as unavailable, with a next step, and works again by itself', async () => {
      const store = open(proxy.port, impatient);
      await step(store);
      proxy.refuse(true);
      proxy.cut();
      const error = await step(store).catch(caught => caught);
      expect(error).toMatchObject({ name: 'SignalboxError', code: 'unavailable' });
      expect(`${error.message} ${error.next}`).not.toMatch(/ECONN|undefined|pg_|stack/);
      await expect(store.read(project, async () => 1)).rejects.toMatchObject({ code: 'unavailable' });
      expect((await store.inspect()).isUsable).toBe(false);
      proxy.refuse(false);
      await step(store);
      await expectEffects(store, 2);
    });

    it('hangs, or a network that swallows everything, ends in a failure and leaves no half unit', async () => {
      const store = open(proxy.port, impatient);
      await step(store);
      proxy.blackhole(true);
      expect(await outcome(step(store))).toBe('unavailable');
      proxy.blackhole(false);
      proxy.cut();
      await step(store);
      const total = await counted(store);
      expect([2, 3]).toContain(total);
      await expectEffects(store, total);
    });

    it('answers slowly does everything right all the same', async () => {
      proxy.delayMs = 30;
      const stores = [open(proxy.port), open(proxy.port)];
      await Promise.all(stores.flatMap(store => [step(store), step(store), step(store)]));
      await expectEffects(open(), 6);
    });

    it('has no connection left lets a hundred sessions through all the same, one after the other', async () => {
      const stores = Array.from({ length: 100 }, () => open());
      await step(stores[0] as Store);
      const rest = await Promise.all(stores.slice(1).map(store => outcome(step(store))));
      expect(rest.filter(result => result !== 'stored')).toEqual([]);
      await expectEffects(open(), 100);
    });

    it('loses the tables under a running process has them made anew', async () => {
      const store = open();
      await step(store);
      await server.query(`DROP SCHEMA ${room} CASCADE`);
      await step(store);
      await expectEffects(store, 1);
    });
  });

  describe('a process that', () => {
    it('stops in the middle of a unit holds up the others for seconds only, and has no effect', async () => {
      const [stopped, other] = [open(), open()];
      await step(other);
      let goOn = () => {};
      const pause = new Promise<void>(resolve => {
        goOn = resolve;
      });
      let isInside = false;
      const stuck = outcome(
        stopped.transact(project, async tx => {
          await increment(tx);
          isInside = true;
          await pause;
          tx.emit(happened(99));
        }),
      );
      await until(() => isInside, 'it is in the middle of its unit');
      await step(other);
      goOn();
      // It ran again from the beginning when its transaction was gone.
      await stuck;
      const total = await counted(other);
      expect([2, 3]).toContain(total);
    });

    it('nests a unit in a unit is told so instead of hanging', async () => {
      const store = open();
      const nested = store.transact(project, () => store.transact(project, tx => increment(tx)));
      expect(await outcome(nested)).toMatch(/internal|unavailable/);
      await step(store);
    });
  });
});
