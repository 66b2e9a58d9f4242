import { beforeEach, describe, expect, it } from 'vitest';
import { type Bench, createBench } from '../../test/support/rules.ts';
import type { FileCommit } from './changed-tree.ts';
import { type Edit, type Origin, recordEdits, recordUnsure } from './edit.ts';
import { authorsOf, historiesOf, openSince, standingOf, undoneAuthors } from './own-changes.ts';
import type { SessionRecord } from './records.ts';
import { end } from './session.ts';

const here = { host: 'here', root: '/shop' };
let bench: Bench;
let otter: SessionRecord;
let heron: SessionRecord;

beforeEach(async () => {
  bench = createBench();
  [otter, heron] = [await bench.join('otter'), await bench.join('heron')];
});

const editOf = (path: string, about: Partial<Edit> = {}): Edit => ({
  path,
  foldsCase: false,
  root: '/shop',
  branch: 'main',
  change: 'modified',
  lines: null,
  ...about,
});
const origin: Origin = { source: 'hook', commit: null, intent: null, host: 'here' };

async function edited(session: SessionRecord, path: string, about: Partial<Edit> = {}, how: Partial<Origin> = {}) {
  await bench.transact(unit => recordEdits(unit, session, [editOf(path, about)], { ...origin, ...how }));
  await bench.clock.advance(5_000);
}

const histories = (...paths: string[]) => bench.look(view => historiesOf(view, paths, here, false));

/** Who changed each file, with a star for those who have left. */
async function authors(paths: readonly string[], commits: Record<string, FileCommit[]> = {}) {
  const found = await histories(...paths);
  const by = await bench.look(view => authorsOf(view, found, here, new Map(Object.entries(commits))));
  return paths.map(path => (by.get(path) ?? []).map(({ handle, isHere }) => handle + (isHere ? '' : '*')).join(' '));
}

describe('whose changes are', () => {
  it('are those of everybody who changed a file here since its last commit, the last one first', async () => {
    await edited(otter, 'a');
    await edited(heron, 'a');
    await edited(otter, 'b');
    await edited(heron, 'c', { root: '/other' });
    expect(await authors(['a', 'b', 'c', 'd'])).toEqual(['heron otter', 'otter', '', '']);
  });

  it('are nobody’s before the commit that git knows, recorded or not', async () => {
    await edited(otter, 'a');
    const at = Math.floor(bench.clock.now() / 1000) * 1000;
    await bench.clock.advance(2_000);
    await edited(heron, 'a');
    expect(await authors(['a'], { a: [{ id: 'c1', at }] })).toEqual(['heron']);
    await edited(otter, 'b');
    await edited(otter, 'b', {}, { source: 'commit', commit: 'c2' });
    expect(await authors(['b'])).toEqual(['']);
  });

  it('are nobody’s before the file was as HEAD has it again', async () => {
    await edited(heron, 'a');
    await edited(otter, 'a', { change: 'reverted' }, { source: 'tree' });
    expect(await authors(['a'])).toEqual(['']);
    await edited(otter, 'a');
    expect(await authors(['a'])).toEqual(['otter']);
  });

  it('are those of each of several who may have made them', async () => {
    await bench.transact(unit => recordUnsure(unit, [heron, otter], [editOf('a')], { ...origin, source: 'tree' }));
    expect(await authors(['a'])).toEqual(['heron otter']);
  });

  it('are told with the handle of today, and whether they are here still', async () => {
    await edited(heron, 'a');
    await bench.transact(async ({ tx }) => tx.put('session', { ...heron, handle: 'crane' }));
    expect(await authors(['a'])).toEqual(['crane']);
    await bench.transact(unit => end(unit, heron.id, 'left'));
    expect(await authors(['a'])).toEqual(['crane*']);
    await bench.transact(async ({ tx }) => tx.delete('session', heron.id));
    expect(await authors(['a'])).toEqual(['heron*']);
  });
});

describe('who worked on a file before it was undone', () => {
  const undone = async (path: string) => {
    const edits = (await histories(path)).get(path) ?? [];
    return undoneAuthors(edits, here).map(({ handle }) => handle);
  };

  it('are those since the commit before, as long as nothing was recorded after it', async () => {
    await edited(otter, 'a', {}, { source: 'commit', commit: 'c1' });
    await edited(heron, 'a');
    await edited(heron, 'a', { lines: [{ from: 1, to: 1 }] });
    expect(await undone('a')).toEqual([]);
    await edited(otter, 'a', { change: 'reverted' }, { source: 'tree' });
    expect(await undone('a')).toEqual(['heron']);
    await edited(heron, 'a', { root: '/other' });
    expect(await undone('a')).toEqual(['heron']);
    await edited(otter, 'a');
    expect(await undone('a')).toEqual([]);
  });
});

describe('git is asked', () => {
  it('about the files of which something is recorded, since the oldest of those entries', async () => {
    const first = bench.clock.now();
    await edited(otter, 'a');
    await edited(heron, 'b');
    await edited(otter, 'c', {}, { source: 'commit', commit: 'c1' });
    expect(openSince(await histories('a', 'b', 'c', 'd'), here)).toEqual({ paths: ['a', 'b'], at: first });
    expect(openSince(await histories('d'), here)).toBeNull();
  });
});

describe('what a file is to a session', () => {
  const author = (id: string, parent: string | null = null) => ({ id, handle: id, isHere: true, parent });

  it.each([
    ['unknown', []],
    ['own', [author('me')]],
    ['own', [author('me'), author('child', 'me')]],
    ['mixed', [author('me'), author('other')]],
    ['mixed', [author('child', 'me'), author('other')]],
    ['others', [author('other')]],
    ['others', [author('child', 'other')]],
  ] as const)('is %s', (expected, list) => {
    expect(standingOf(list, 'me')).toBe(expected);
  });
});
