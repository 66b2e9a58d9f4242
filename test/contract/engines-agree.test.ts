/** Random histories give the same answers from every engine. A failure prints the seed and path that replay it. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Ask, Range, Reader, Store, Transaction } from '../../src/core/ports.ts';
import type { IndexName } from '../../src/core/records.ts';
import { createMemoryStore } from '../../src/engines/memory/engine.ts';
import { createRedisStore } from '../../src/engines/redis/engine.ts';
import { createSqliteStore } from '../../src/engines/sqlite/engine.ts';
import { FakeClock } from '../support/fakes.ts';
import { temporaryFolder } from '../support/folder.ts';
import { aLock } from '../support/records.ts';
import { postgresServer, redisServer } from '../support/servers/choose.ts';
import { describeWith } from '../support/servers/suites.ts';
import { openEngine } from './postgres/bed.ts';

// Few ids and values, so that they meet; among them those whose order depends on how text is compared.
const text = fc.constantFrom(
  '',
  'a',
  'A',
  'a\u0301',
  'ab',
  'b',
  '\u00e4',
  '\ud7ff',
  '\ue000',
  '\uffff',
  '\u{10000}',
  '\u{10ffff}',
);
const id = text.map(each => `id${each}`);
const index = fc.constantFrom<IndexName<'lock'>>('all', 'holder', 'key', 'globBase');
const range: fc.Arbitrary<Range> = fc.oneof(
  fc.record({ equals: text }),
  fc.record({ equals: text, afterId: id }),
  fc.record({ prefix: text }),
  fc.record({ from: text, below: text }),
);
const page = fc.record({ limit: fc.nat({ max: 6 }), reverse: fc.boolean() });

type Step = (transaction: Transaction) => Promise<unknown>;

const globBase = fc.option(text);
const step: fc.Arbitrary<readonly [shown: string, run: Step]> = fc.oneof(
  { arbitrary: fc.tuple(id, text, text, globBase, fc.nat({ max: 3 })).map(put), weight: 4 },
  id.map(each => show('delete', [each], async tx => tx.delete('lock', each))),
  fc.tuple(index, range, page).map(([i, r, p]) => show('list', [i, r, p], tx => tx.list('lock', i, r, p))),
  fc.tuple(index, range).map(([i, r]) => show('count', [i, r], tx => tx.count('lock', i, r))),
  id.map(each => show('get', [each], tx => tx.get('lock', each))),
  text.map(each => show('emit', [each], async tx => tx.emit({ type: each, audience: [], data: { each } }))),
);

function put([name, key, holder, base, fence]: [string, string, string, string | null, number]) {
  const lock = aLock(name, { key, holder, globBase: base, fence });
  return show('put', [name, key, holder, base, fence], async tx => tx.put('lock', lock));
}

function show(name: string, values: readonly unknown[], run: Step): readonly [string, Step] {
  return [`${name} ${JSON.stringify(values)}`, run];
}

const ask: fc.Arbitrary<Ask> = fc.oneof(
  id.map(each => ({ kind: 'lock' as const, id: each })),
  fc.record({ kind: fc.constant('lock' as const), index, range }),
  fc.record({ kind: fc.constant('lock' as const), index, range, page }),
);

/** Some steps of one unit, some of which may have been foreseen; `fails` throws at its end, `sideBySide` issues all of them before it waits for any. */
const unit = fc.record({
  project: fc.constantFrom('p', 'q'),
  steps: fc.array(step, { maxLength: 8 }),
  ahead: fc.array(ask, { maxLength: 4 }),
  fails: fc.boolean(),
  sideBySide: fc.boolean(),
});

type Unit = typeof unit extends fc.Arbitrary<infer T> ? T : never;

const plain: Omit<Unit, 'steps'> = { project: 'p', ahead: [], fails: false, sideBySide: false };

/** What chance meets too seldom: reading on from a place among several of one value, in both directions, out of the store. */
const readingOn: readonly Unit[] = [
  { ...plain, steps: ['ida', 'idb', 'idc', 'id\u{10000}', 'id\uffff'].map(name => put([name, 'ab', 'a', 'b', 1])) },
  {
    ...plain,
    steps: ['ida', 'idb', 'id\uffff', 'id\u{10000}'].flatMap(afterId => [listAfter(afterId), listAfter(afterId, true)]),
  },
];

function listAfter(afterId: string, reverse = false) {
  const asked = { equals: 'a', afterId };
  return show('list', [asked, reverse], tx => tx.list('lock', 'holder', asked, { limit: 2, reverse }));
}

async function play(store: Store, history: readonly Unit[]): Promise<unknown[]> {
  const answers: unknown[] = [];
  for (const { project, steps, ahead, fails, sideBySide } of history) {
    const run = async (tx: Transaction) => {
      const results: unknown[] = [];
      if (sideBySide) results.push(...(await Promise.all(steps.map(([, each]) => each(tx)))));
      else for (const [, each] of steps) results.push(await each(tx));
      answers.push(results, tx.sequence);
      if (fails) throw new Error('planned');
    };
    answers.push(await store.transact(project, run, ahead).catch(error => error.message));
    answers.push(await store.eventsAfter(project, 0, 1_000));
    answers.push(await store.read(project, everything, ahead), await store.contents(project));
  }
  answers.push(await store.projects());
  return answers;
}

async function everything(reader: Reader): Promise<unknown> {
  const names: IndexName<'lock'>[] = ['all', 'holder', 'key', 'globBase'];
  return Promise.all(names.map(name => reader.list('lock', name, { prefix: '' }, { limit: 1_000 })));
}

/** Another engine over an empty state, and how to be rid of it. */
interface Candidate {
  readonly store: Store;
  remove(): Promise<void>;
}

/** Plays each history on the candidate and on the memory engine, both at the same standing time. */
async function agree(open: (clock: FakeClock) => Candidate, numRuns: number): Promise<void> {
  const property = fc.asyncProperty(fc.array(unit, { minLength: 1, maxLength: 8 }), async history => {
    const clock = new FakeClock();
    const memory = createMemoryStore({ clock });
    const { store, remove } = open(clock);
    try {
      expect(await play(store, history)).toEqual(await play(memory, history));
    } finally {
      await store.close();
      await remove();
    }
  });
  await fc.assert(property, { numRuns, examples: [[[...readingOn]]], ...replay() });
}

/** `SIGNALBOX_TEST_SEED` and `SIGNALBOX_TEST_PATH` replay what a failure printed; `SIGNALBOX_TEST_RUNS` makes it longer. */
function replay(): fc.Parameters<unknown> {
  const { SIGNALBOX_TEST_SEED: seed, SIGNALBOX_TEST_PATH: path, SIGNALBOX_TEST_RUNS: runs } = process.env;
  return {
    ...(seed ? { seed: Number(seed) } : {}),
    ...(path ? { path } : {}),
    ...(runs ? { numRuns: Number(runs) } : {}),
  };
}

it('memory and SQLite answer every history alike', async () => {
  const open = (clock: FakeClock) => {
    const folder = temporaryFolder();
    const store = createSqliteStore({ path: folder.path('store.db'), clock });
    return { store, remove: async () => folder.remove() };
  };
  await agree(open, 150);
});

await describeWith(postgresServer, 'PostgreSQL', server => {
  it('answers every history as memory does', async () => {
    const open = (clock: FakeClock) => {
      const room = server.room();
      return { store: openEngine(room.url, { time: () => clock.now() }).store, remove: () => room.clear() };
    };
    await agree(open, 40);
  });
});

await describeWith(redisServer, 'Redis', server => {
  it('answers every history as memory does', async () => {
    const open = (clock: FakeClock) => {
      const room = server.room();
      return { store: createRedisStore({ url: room.url, time: () => clock.now() }), remove: () => room.clear() };
    };
    await agree(open, 60);
  });
});
