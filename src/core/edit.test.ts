import { beforeEach, describe, expect, it } from 'vitest';
import { type Bench, createBench, file } from '../../test/support/rules.ts';
import { type Edit, editsOf, editsOfCommit, isRecordable, type Origin, recordEdits, recordUnsure } from './edit.ts';
import { limits } from './limits.ts';
import type { IntentRecord, Resource, SessionRecord } from './records.ts';

let bench: Bench;
let otter: SessionRecord;
let heron: SessionRecord;

beforeEach(async () => {
  bench = createBench();
  otter = await bench.join('otter');
  heron = await bench.join('heron');
});

const byHand: Origin = { source: 'command', commit: null, intent: null, host: 'box' };
const edit = (path: string, about: Partial<Edit> = {}): Edit => ({
  path,
  foldsCase: false,
  root: '/shop',
  branch: 'main',
  change: 'modified',
  lines: null,
  ...about,
});
const record = (me: SessionRecord, edits: readonly Edit[], origin: Partial<Origin> = {}) =>
  bench.transact(unit => recordEdits(unit, me, edits, { ...byHand, ...origin }));
const history = async (path: string, foldsCase = false) =>
  (await bench.look(view => editsOf(view.tx, path, foldsCase))).edits;
const stored = () => bench.look(view => view.tx.count('edit', 'at', { prefix: '' }));

function announce(me: SessionRecord, sequence: number, resources: Resource[], about: Partial<IntentRecord> = {}) {
  const where = { host: 'box', root: '/shop', branch: 'main', branches: [] };
  const time = { at: 0, updatedAt: 0, expiresAt: bench.clock.now() + 60_000, endedAt: null, endReason: null };
  const what = { type: 'file_edit', description: null, status: 'in_progress' } as const;
  const intent = { id: `i${sequence}`, sequence, session: me.id, resources, ...what, ...where, ...time, ...about };
  return bench.transact(async unit => unit.tx.put('intent', intent));
}

describe('the edit ledger', () => {
  it('keeps who changed what when and where, with the task of that time', async () => {
    await bench.transact(async ({ tx }) => tx.put('session', { ...otter, task: 'Move login' }));
    const lines = [{ from: 3, to: 9 }];
    await record(await bench.now(otter), [edit('src/a.ts', { lines })]);
    await bench.transact(async ({ tx }) => tx.put('session', { ...otter, task: 'Other', handle: 'beaver' }));
    expect(await history('src/a.ts')).toMatchObject([
      {
        path: 'src/a.ts',
        change: 'modified',
        session: otter.id,
        handle: 'otter',
        task: 'Move login',
        source: 'command',
        lines,
        host: 'box',
        root: '/shop',
        branch: 'main',
        at: bench.clock.now(),
      },
    ]);
  });

  it('tells the newest edits of a file first, and those of no other', async () => {
    await record(otter, [edit('a.ts'), edit('a.ts.bak'), edit('b/a.ts')]);
    await record(heron, [edit('a.ts', { change: 'deleted' })]);
    expect((await history('a.ts')).map(item => [item.handle, item.change])).toEqual([
      ['heron', 'deleted'],
      ['otter', 'modified'],
    ]);
  });

  it('parts names that differ in case, unless the file system takes them for one', async () => {
    await record(otter, [edit('A.ts')]);
    await record(heron, [edit('a.ts')]);
    expect((await history('A.ts')).map(item => item.handle)).toEqual(['otter']);
    expect((await history('A.ts', true)).map(item => item.handle)).toEqual(['heron', 'otter']);
  });

  it('numbers entries by events that wake nobody', async () => {
    const before = await bench.look(async view => view.tx.sequence);
    const { records } = await record(otter, [edit('a.ts'), edit('b.ts')]);
    const events = await bench.store.eventsAfter('github.com/acme/shop', before, 10);
    expect(events).toMatchObject([
      { type: 'edit.recorded', audience: [], data: { path: 'a.ts', session: otter.id, change: 'modified' } },
      { type: 'edit.recorded', audience: [] },
    ]);
    expect(records.map(item => item.id)).toEqual(events.map(event => `e${event.sequence}`));
  });
});

describe('the same change again', () => {
  it('within a minute, without lines, is left out and said to be known', async () => {
    await record(otter, [edit('a.ts')]);
    bench.clock.stepWallClock(limits.editFoldedMs - 1);
    expect(await record(otter, [edit('a.ts'), edit('b.ts')])).toMatchObject({
      records: [{ path: 'b.ts' }],
      folded: ['a.ts'],
    });
    expect(await stored()).toBe(2);
  });

  it('after a minute is an entry of its own', async () => {
    await record(otter, [edit('a.ts')]);
    bench.clock.stepWallClock(limits.editFoldedMs);
    await record(otter, [edit('a.ts')]);
    expect(await stored()).toBe(2);
  });

  it.each([
    ['another change', { change: 'deleted' }, {}],
    ['lines', { lines: [{ from: 1, to: 1 }] }, {}],
    ['another checkout', { root: '/other' }, {}],
    ['another branch', { branch: 'next' }, {}],
    ['a commit', {}, { source: 'commit', commit: 'c1' }],
    ['another way of knowing', {}, { source: 'hook' }],
    ['another intent', {}, { intent: 'i1' }],
  ] as const)('with %s is an entry of its own', async (_what, about, origin) => {
    await record(otter, [edit('a.ts')]);
    await record(otter, [edit('a.ts', about)], origin);
    expect(await stored()).toBe(2);
  });

  it('is an entry of its own when somebody else changed the file in between', async () => {
    await record(otter, [edit('a.ts')]);
    await record(heron, [edit('a.ts')]);
    await record(otter, [edit('a.ts')]);
    expect((await history('a.ts')).map(item => item.handle)).toEqual(['otter', 'heron', 'otter']);
  });
});

describe('a change that may be of several sessions', () => {
  const unsure = (sessions: readonly SessionRecord[], path: string) =>
    bench.transact(unit => recordUnsure(unit, sessions, [edit(path)], { ...byHand, source: 'tree' }));

  it('is an entry of none of them that names all, whoever recorded it', async () => {
    await announce(otter, 101, [file('a.ts')]);
    await unsure([otter, heron], 'a.ts');
    expect(await history('a.ts')).toMatchObject([
      {
        session: '',
        mayBeOf: [heron.id, otter.id],
        handle: 'heron or otter',
        task: null,
        intent: null,
        source: 'tree',
      },
    ]);
    const ofOtter = await bench.look(view => view.tx.count('edit', 'session', { prefix: otter.id }));
    expect(ofOtter).toBe(0);
  });

  it('is left out when it is recorded again for the same, and not when it is for others', async () => {
    await unsure([otter, heron], 'a.ts');
    expect((await unsure([heron, otter], 'a.ts')).folded).toEqual(['a.ts']);
    const wren = await bench.join('wren');
    expect((await unsure([heron, wren], 'a.ts')).records).toHaveLength(1);
  });
});

describe('a name', () => {
  it('can be recorded if it can be locked', () => {
    const longest = 'x'.repeat(limits.resourceCharacters - 'file:'.length);
    expect([isRecordable(longest), isRecordable(`${longest}x`), isRecordable('😀'.repeat(300))]).toEqual([
      true,
      false,
      true,
    ]);
  });
});

describe('an edit belongs', () => {
  const intentOf = async (me: SessionRecord, path: string) => (await record(me, [edit(path)])).records[0]?.intent;

  it("to the session's newest open intent whose targets cover the file", async () => {
    await announce(otter, 101, [file('src')]);
    await announce(otter, 102, [file('src/auth/**')]);
    await announce(otter, 103, [file('docs')]);
    expect(await intentOf(otter, 'src/auth/login.ts')).toBe('i102');
    expect(await intentOf(otter, 'src/pay.ts')).toBe('i101');
    expect(await intentOf(otter, 'README.md')).toBeNull();
  });

  it('to no intent of others, none that has ended and none that is over by age', async () => {
    await announce(heron, 101, [file('src')]);
    await announce(otter, 102, [file('src')], { endedAt: 5 });
    await announce(otter, 103, [file('src')], { expiresAt: bench.clock.now() });
    expect(await intentOf(otter, 'src/pay.ts')).toBeNull();
  });

  it('to the intent that was named', async () => {
    await announce(otter, 101, [file('src')]);
    expect((await record(otter, [edit('src/a.ts')], { intent: 'i7' })).records[0]?.intent).toBe('i7');
  });
});

describe('the edits of a commit', () => {
  it('are found by session, however many others recorded it', async () => {
    const files = Array.from({ length: limits.editsPerCall }, (_, at) => edit(`f${at}`));
    await record(otter, files, { source: 'commit', commit: 'c1' });
    await record(heron, [edit('a.ts')], { source: 'commit', commit: 'c1' });
    await record(heron, [edit('b.ts')], { source: 'commit', commit: 'c2' });
    const of = (session: string | null) => bench.look(view => editsOfCommit(view.tx, 'c1', session));
    expect((await of(heron.id)).map(item => item.path)).toEqual(['a.ts']);
    expect((await of(otter.id)).every(item => item.handle === 'otter')).toBe(true);
    expect(await of(null)).toHaveLength(limits.editsPerCall);
    expect(await of('nobody')).toEqual([]);
  });
});
