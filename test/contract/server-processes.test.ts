/** The engines of several machines under several real processes: what only they can break. */
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import type { Store } from '../../src/core/ports.ts';
import { createEngine, type Engine } from '../../src/engines/index.ts';
import { systemIds } from '../../src/system/ids.ts';
import { contendForLocks } from '../soak/engines.ts';
import { type Bundle, bundle } from '../support/bundle.ts';
import { FakeClock, FakeLog, FakeWakeups } from '../support/fakes.ts';
import { type ChosenServer, postgresServer, redisServer, type StoreRoom } from '../support/servers/choose.ts';
import { describeWith } from '../support/servers/suites.ts';
import { type Worker, Workers } from '../support/workers.ts';
import { allEvents, counted, project } from './store-harness.ts';

let worker: Bundle;
let workers: Workers;
beforeAll(async () => {
  worker = await bundle('test/support/store-worker.ts');
  workers = new Workers(worker.file);
});
afterAll(() => worker.remove());

await describeWith(postgresServer, 'PostgreSQL under real processes', underProcesses);
await describeWith(redisServer, 'Redis under real processes', underProcesses);

function underProcesses(server: ChosenServer): void {
  let room: StoreRoom;
  let opened: Engine[];

  beforeEach(() => {
    room = server.room();
    opened = [];
  });
  afterEach(async () => {
    workers.killAll();
    for (const { store, wakeups } of opened) {
      await store.close();
      await wakeups.close();
    }
    await room.clear();
  });

  async function open(): Promise<Store> {
    const parts = {
      clock: new FakeClock(),
      ids: systemIds,
      boot: 'test',
      wakeups: new FakeWakeups(),
      log: new FakeLog(),
    };
    const engine = await createEngine(room.url, parts);
    opened.push(engine);
    return engine.store;
  }

  async function succeed(started: readonly Worker[]): Promise<void> {
    for (const { ended } of started) expect(await ended).toEqual({ code: 0, errors: '' });
  }

  // Some 5 s on two cores.
  it('grants a lock that eight processes want at once to exactly one of them, in each of 250 rounds, without an error', {
    timeout: 180_000,
  }, async () => {
    const { violations, numbers } = await contendForLocks(workers, room.url, { processes: 8, rounds: 250 });
    console.info('8 processes × 250 rounds:', numbers);
    expect(violations).toEqual([]);
  });

  it('loses no update of eight processes that read, change and write one record', async () => {
    await succeed(Array.from({ length: 8 }, () => workers.start('increment', room.url, '100')));
    const store = await open();
    expect(await counted(store)).toBe(800);
    const events = await allEvents(store, project, 1_000);
    expect(events.map(event => event.data.fence)).toEqual(Array.from({ length: 800 }, (_, at) => at + 1));
  });

  it('lets ten processes create the same fresh store at once', async () => {
    for (let round = 0; round < 3; round++) {
      await succeed(Array.from({ length: 10 }, () => workers.start('increment', room.url, '1')));
      expect(await counted(await open())).toBe(10);
      await room.clear();
      room = server.room();
    }
  });

  it('keeps every acknowledged commit, without gaps, when processes are killed at any moment', async () => {
    const loaders: Worker[] = [];
    for (let round = 0; round < 14; round++) {
      const fresh = workers.start('load', room.url, `w${round}`);
      loaders.push(fresh);
      // Killing the oldest of six leaves it some random part of a unit to die in.
      for (let heard = 0; heard < 3 + ((round * 7) % 11); heard++) expect(await fresh.next()).toBeDefined();
      if (round >= 6) loaders[round - 6]?.child.kill('SIGKILL');
    }
    for (const { child, ended } of loaders) {
      child.kill('SIGKILL');
      await ended;
    }
    const store = await open();
    const events = await allEvents(store, project, 1_000);
    expect(events.map(event => event.sequence)).toEqual(events.map((_, at) => at + 1));
    for (const [at, { lines }] of loaders.entries()) {
      for (const line of lines) {
        const { number, sequence } = JSON.parse(line) as { number: number; sequence: number };
        expect(events[sequence - 1]?.data).toEqual({ name: `w${at}`, number });
      }
      const held = await store.read(project, reader => reader.count('lock', 'holder', { equals: `w${at}` }));
      // At most the one commit whose acknowledgement died with its process is there on top.
      expect([lines.length, lines.length + 1]).toContain(held);
    }
    expect((await store.inspect()).isUsable).toBe(true);
  });
}
