/** Random histories give the same answers from every engine. A failure prints the seed and path that replay it. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Range, Reader, Store, Transaction } from '../../src/core/ports.ts';
import type { IndexName } from '../../src/core/records.ts';
import { createMemoryStore } from '../../src/engines/memory/engine.ts';
import { createSqliteStore } from '../../src/engines/sqlite/engine.ts';
import { FakeClock } from '../support/fakes.ts';
import { temporaryFolder } from '../support/folder.ts';
import { aLock } from '../support/records.ts';

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

/** Some steps of one unit; `fails` throws at its end, `sideBySide` issues all of them before it waits for any. */
const unit = fc.record({
  project: fc.constantFrom('p', 'q'),
  steps: fc.array(step, { maxLength: 8 }),
  fails: fc.boolean(),
  sideBySide: fc.boolean(),
});

type Unit = typeof unit extends fc.Arbitrary<infer T> ? T : never;

async function play(store: Store, history: readonly Unit[]): Promise<unknown[]> {
  const answers: unknown[] = [];
  for (const { project, steps, fails, sideBySide } of history) {
    const run = async (tx: Transaction) => {
      const results: unknown[] = [];
      if (sideBySide) results.push(...(await Promise.all(steps.map(([, each]) => each(tx)))));
      else for (const [, each] of steps) results.push(await each(tx));
      answers.push(results, tx.sequence);
      if (fails) throw new Error('planned');
    };
    answers.push(await store.transact(project, run).catch(error => error.message));
    answers.push(await store.eventsAfter(project, 0, 1_000));
    answers.push(await store.read(project, everything));
  }
  answers.push(await store.projects());
  return answers;
}

async function everything(reader: Reader): Promise<unknown> {
  const names: IndexName<'lock'>[] = ['all', 'holder', 'key', 'globBase'];
  return Promise.all(names.map(name => reader.list('lock', name, { prefix: '' }, { limit: 1_000 })));
}

it('memory and SQLite answer every history alike', async () => {
  const property = fc.asyncProperty(fc.array(unit, { minLength: 1, maxLength: 8 }), async history => {
    const folder = temporaryFolder();
    const clock = new FakeClock();
    const memory = createMemoryStore({ clock });
    const sqlite = createSqliteStore({ path: folder.path('store.db'), clock });
    try {
      expect(await play(sqlite, history)).toEqual(await play(memory, history));
    } finally {
      await sqlite.close();
      folder.remove();
    }
  });
  await fc.assert(property, { numRuns: 150 });
});
