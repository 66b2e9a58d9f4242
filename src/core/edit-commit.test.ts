import { beforeEach, describe, expect, it } from 'vitest';
import { type Bench, createBench } from '../../test/support/rules.ts';
import { mayBeOwn, recordCommit } from './edit-commit.ts';
import { limits } from './limits.ts';
import type { CommitFacts } from './ports.ts';
import type { SessionRecord } from './records.ts';

let bench: Bench;
let otter: SessionRecord;
let heron: SessionRecord;

beforeEach(async () => {
  bench = createBench();
  [otter, heron] = [await bench.join('otter'), await bench.join('heron')];
});

const tree = { root: '/shop', branch: 'main', foldsCase: false };
const commitOf = (paths: readonly string[], about: Partial<CommitFacts> = {}): CommitFacts => ({
  id: 'c1',
  author: 'Ann',
  at: bench.clock.now(),
  summary: 'x',
  files: paths.map(path => ({ path, change: 'modified' })),
  ...about,
});
const record = (me: SessionRecord, commit: CommitFacts) =>
  bench.transact(unit => recordCommit(unit, me, commit, tree, { intent: null, host: 'here' }));

describe('a commit', () => {
  it('is recorded with all its files, in the one form that paths have, as of the time when it was made', async () => {
    const at = bench.clock.now();
    await bench.clock.advance(60_000);
    const { records } = await record(otter, commitOf(['a.ts', 'u\u0308.ts'], { at }));
    expect(records).toMatchObject([
      { path: 'a.ts', source: 'commit', commit: 'c1', at, session: otter.id },
      { path: '\u00fc.ts' },
    ]);
  });

  it('is recorded once for each session', async () => {
    await record(otter, commitOf(['a.ts']));
    expect(await record(otter, commitOf(['a.ts']))).toEqual({ records: [], folded: ['a.ts'], more: 0 });
    expect((await record(heron, commitOf(['a.ts']))).records).toHaveLength(1);
  });

  it('is no session’s own that was not here when it was made, but for clocks that differ', async () => {
    const at = otter.startedAt - limits.commitBeforeSessionMs;
    expect([mayBeOwn(otter, { at }), mayBeOwn(otter, { at: at - 1 })]).toEqual([true, false]);
    await expect(record(otter, commitOf(['a.ts'], { at: at - 1 }))).rejects.toMatchObject({ code: 'conflict' });
  });

  it('is recorded with a bounded number of files, without names that are too long, and the rest is counted', async () => {
    const many = Array.from({ length: limits.editsPerCall }, (_, index) => `f${index}`);
    const { records, more } = await record(otter, commitOf(['x'.repeat(3_000), ...many, 'one', 'two']));
    expect([records.length, more]).toEqual([limits.editsPerCall, 3]);
  });
});
