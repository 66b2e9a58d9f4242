/** The same script over every engine: `SIGNALBOX_SIM_SCRIPTS` plays more of them, `SIGNALBOX_SIM_SEED` a certain one. */
import { describe, expect, it } from 'vitest';
import { createMemoryStore } from '../../src/engines/memory/engine.ts';
import { createRedisStore } from '../../src/engines/redis/engine.ts';
import { createSqliteStore } from '../../src/engines/sqlite/engine.ts';
import { openEngine } from '../contract/postgres/bed.ts';
import type { FakeClock } from '../support/fakes.ts';
import { temporaryFolder } from '../support/folder.ts';
import { postgresServer, redisServer } from '../support/servers/choose.ts';
import { describeWith } from '../support/servers/suites.ts';
import { type OpenStore, played, recorded } from './differential.ts';

const { SIGNALBOX_SIM_SEED, SIGNALBOX_SIM_SCRIPTS } = process.env;
const seeds = SIGNALBOX_SIM_SEED
  ? [Number(SIGNALBOX_SIM_SEED)]
  : Array.from({ length: Number(SIGNALBOX_SIM_SCRIPTS ?? 3) }, (_, at) => at + 1);
const steps = 120;

async function expectAgreement(seed: number, open: OpenStore): Promise<void> {
  const script = await recorded(seed, steps);
  const reference = await played(seed, script, clock => createMemoryStore({ clock }));
  const other = await played(seed, script, open);
  // One after the other, so that the first difference is shown and not the last.
  for (const [at, answer] of reference.answers.entries()) expect(other.answers[at]).toBe(answer);
  expect(other.answers).toHaveLength(reference.answers.length);
  expect(other.contents.events).toEqual(reference.contents.events);
  expect(other.contents).toEqual(reference.contents);
  expect(other.places).toEqual(reference.places);
}

describe('a script', () => {
  it.each(seeds)('plays over SQLite as over memory (seed %i)', async seed => {
    const folder = temporaryFolder();
    try {
      await expectAgreement(seed, clock => createSqliteStore({ path: folder.path('store.db'), clock }));
    } finally {
      folder.remove();
    }
  });
});

await describeWith(postgresServer, 'a script over PostgreSQL', server => {
  it.each(seeds)('plays as over memory (seed %i)', async seed => {
    const room = server.room();
    const open = (clock: FakeClock) => openEngine(room.url, { time: () => clock.now() }).store;
    await expectAgreement(seed, open).finally(() => room.clear());
  });
});

await describeWith(redisServer, 'a script over Redis', server => {
  it.each(seeds)('plays as over memory (seed %i)', async seed => {
    const room = server.room();
    const open = (clock: FakeClock) => createRedisStore({ url: room.url, time: () => clock.now() });
    await expectAgreement(seed, open).finally(() => room.clear());
  });
});
