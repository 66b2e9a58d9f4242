import { beforeEach, describe, expect, it } from 'vitest';
import { type Bench, createBench } from '../../test/support/rules.ts';
import { endChild, joinChild } from './child.ts';
import { authorsOfCommits } from './commit-authors.ts';
import { recordEdits } from './edit.ts';
import { limits } from './limits.ts';
import type { SessionRecord } from './records.ts';

let bench: Bench;
let otter: SessionRecord;
let heron: SessionRecord;

beforeEach(async () => {
  bench = createBench();
  otter = await bench.join('otter');
  heron = await bench.join('heron');
});

const commits = (me: SessionRecord, commit: string) => {
  const edit = {
    path: 'a.ts',
    foldsCase: false,
    root: '/shop',
    branch: 'main',
    change: 'modified',
    lines: null,
  } as const;
  const origin = { source: 'commit', commit, intent: null, host: me.host } as const;
  return bench.transact(unit => recordEdits(unit, me, [edit], origin));
};
const authorsOf = async (ids: readonly string[], own: readonly (string | null)[] = []) => [
  ...(await bench.look(({ tx }) => authorsOfCommits(tx, ids, own))),
];

describe('the authors of commits', () => {
  it('are all that recorded one of them, nobody of those that are not recorded', async () => {
    await commits(otter, 'c1');
    await commits(heron, 'c1');
    await commits(heron, 'c2');
    expect((await authorsOf(['c1', 'c2', 'c3'])).sort()).toEqual([otter.id, heron.id].sort());
    expect(await authorsOf(['c2'])).toEqual([heron.id]);
    expect(await authorsOf(['c3'])).toEqual([]);
  });

  it('are no others of a commit that one has a part in, and those of the next all the same', async () => {
    await commits(otter, 'c1');
    await commits(heron, 'c1');
    expect(await authorsOf(['c1'], [null, otter.id])).toEqual([]);
    await commits(heron, 'c2');
    expect(await authorsOf(['c1', 'c2'], [null, otter.id])).toEqual([heron.id]);
  });

  it('are for a sub-agent itself, and its session once it has ended', async () => {
    const child = await bench.transact(unit => joinChild(unit, otter, { id: 'a1', type: null }));
    await commits(child, 'c1');
    expect(await authorsOf(['c1'])).toEqual([child.id]);
    await bench.transact(unit => endChild(unit, otter, { id: 'a1', type: null }));
    expect(await authorsOf(['c1'])).toEqual([otter.id]);
  });

  it('are looked for in so many commits and no more', async () => {
    await commits(otter, 'last');
    const before = Array.from({ length: limits.lostCommitsExamined }, (_, at) => `c${at}`);
    expect(await authorsOf([...before.slice(1), 'last'])).toEqual([otter.id]);
    expect(await authorsOf([...before, 'last'])).toEqual([]);
  });
});
