import { expect, it } from 'vitest';
import { aLock } from '../../test/support/records.ts';
import type { Snapshot } from './snapshot.ts';
import { runReader, runUnit } from './unit-of-work.ts';

const stored = aLock('a', { holder: 'h', globBase: 'src/' });

/** A snapshot that holds one lock and notes what it was asked. */
function snapshotOf(overrides: Partial<Snapshot> = {}): Snapshot & { readonly asked: string[] } {
  const asked: string[] = [];
  const row = { value: 'h', id: 'a', body: JSON.stringify(stored) };
  return {
    asked,
    now: 1_000,
    sequence: 7,
    get: async (_kind, id) => {
      asked.push(`get ${id}`);
      return id === 'a' ? row.body : undefined;
    },
    list: async (_kind, index, _span, page) => {
      asked.push(`list ${index} ${page.limit}`);
      return [row];
    },
    count: async (_kind, index) => {
      asked.push(`count ${index}`);
      return 1;
    },
    ...overrides,
  };
}

it('asks its snapshot for the same thing once', async () => {
  const snapshot = snapshotOf();
  await runReader(snapshot, async reader => {
    const page = { limit: 5 };
    await Promise.all([reader.get('lock', 'b'), reader.get('lock', 'b')]);
    await reader.list('lock', 'holder', { equals: 'h' }, page);
    await reader.list('lock', 'holder', { equals: 'h' }, page);
    await reader.list('lock', 'holder', { equals: 'h' }, { limit: 2 });
    await reader.count('lock', 'key', { prefix: '' });
    await reader.count('lock', 'key', { prefix: '' });
    // A record that a list brought is known, too.
    await reader.get('lock', 'a');
  });
  expect(snapshot.asked).toEqual(['get b', 'list holder 5', 'count key']);
});

it('issues reads that the work starts together before it waits for one', async () => {
  const snapshot = snapshotOf();
  await runUnit(snapshot, async tx => {
    const reads = [tx.get('lock', 'b'), tx.get('lock', 'c'), tx.count('lock', 'key', { prefix: '' })];
    expect(snapshot.asked).toEqual(['get b', 'get c', 'count key']);
    await Promise.all(reads);
  });
});

it('asks for what a write replaces at the write, so that it travels with other reads', async () => {
  const snapshot = snapshotOf();
  await runUnit(snapshot, async tx => {
    tx.put('lock', aLock('new'));
    expect(snapshot.asked).toEqual(['get new']);
  });
});

it('yields the records, the difference of index entries, and the events from the next sequence on', async () => {
  const { result, commit } = await runUnit(snapshotOf(), async tx => {
    tx.put('lock', { ...stored, holder: 'other', globBase: null });
    tx.put('lock', aLock('gone again'));
    tx.delete('lock', 'gone again');
    return tx.emit({ type: 't', audience: ['s', 's'], data: {} });
  });
  expect(result).toBe(8);
  expect(commit.records).toEqual([
    { kind: 'lock', id: 'a', existed: true, body: JSON.stringify({ ...stored, holder: 'other', globBase: null }) },
  ]);
  expect(commit.removed).toEqual([
    { kind: 'lock', index: 'holder', value: 'h', id: 'a' },
    { kind: 'lock', index: 'globBase', value: 'src/', id: 'a' },
  ]);
  expect(commit.added).toEqual([{ kind: 'lock', index: 'holder', value: 'other', id: 'a' }]);
  expect(commit.events.map(event => JSON.parse(event.body))).toEqual([
    { sequence: 8, at: 1_000, type: 't', audience: ['s', 's'], data: {} },
  ]);
  expect(commit.audience).toEqual(['s']);
});

it('yields nothing for a record that is put as it is', async () => {
  const { commit } = await runUnit(snapshotOf(), async tx => tx.put('lock', stored));
  expect(commit).toMatchObject({ isEmpty: true, records: [], removed: [], added: [] });
});

it('fails with the failure of a read, even when the work swallowed it or did not wait for it', async () => {
  const failure = new Error('disk');
  const failing = () => snapshotOf({ get: () => Promise.reject(failure) });
  const swallowing = runUnit(failing(), async tx => tx.get('lock', 'a').catch(() => undefined));
  await expect(swallowing).rejects.toBe(failure);
  const blind = runUnit(failing(), async tx => tx.put('lock', aLock('a')));
  await expect(blind).rejects.toBe(failure);
  const throwing = snapshotOf({
    get: () => {
      throw failure;
    },
  });
  await expect(runUnit(throwing, async tx => tx.put('lock', aLock('a')))).rejects.toBe(failure);
});

it('reports a stored body that is no JSON as a damaged store', async () => {
  const reading = runReader(snapshotOf({ get: () => '{"id":' }), reader => reader.get('lock', 'a'));
  await expect(reading).rejects.toMatchObject({ code: 'unavailable' });
});
