/** What every engine promises of its indexes: which entries a range holds, and in which order. */
import { expect, it } from 'vitest';
import type { Page, Range } from '../../src/core/ports.ts';
import { aLock, aMessage, aSession } from '../support/records.ts';
import { project, type StoreHarness, useStore } from './store-harness.ts';

/** Values whose order by UTF-8 bytes differs from UTF-16 order, from locale order and from case-insensitive order. */
const byBytes = [
  '',
  ' ',
  'A',
  'Z',
  'a',
  'a ',
  'aa',
  'b',
  'z',
  '\u00e4',
  '\ud7ff',
  '\ue000',
  '\uffee',
  '\u{10000}',
  '\u{10ffff}',
];

export function indexContract(harness: StoreHarness): void {
  const fixture = useStore(harness);

  /** Stores locks with these keys in a mixed order; each has its key's place as its id. */
  async function storeKeys(keys: readonly string[]): Promise<void> {
    const locks = keys.map((key, at) => aLock(`id-${at}`, { key }));
    const mixed = [...locks.filter((_, at) => at % 2 === 1).reverse(), ...locks.filter((_, at) => at % 2 === 0)];
    await fixture().store.transact(project, async tx => {
      for (const lock of mixed) tx.put('lock', lock);
    });
  }

  /** The keys in a range as they are stored, and as a unit sees them that has itself just written all of them again. */
  async function keys(range: Range, page: Page = { limit: 100 }): Promise<string[]> {
    const { store } = fixture();
    const stored = await store.read(project, reader => reader.list('lock', 'key', range, page));
    const number = await store.read(project, reader => reader.count('lock', 'key', range));
    const pending = await store.transact(project, async tx => {
      const all = await tx.list('lock', 'key', { prefix: '' }, { limit: 100 });
      for (const lock of all.reverse()) tx.put('lock', { ...lock, reason: 'again' });
      expect(await tx.count('lock', 'key', range)).toBe(number);
      const list = await tx.list('lock', 'key', range, page);
      for (const lock of all) tx.put('lock', lock);
      return list;
    });
    expect(pending.map(lock => lock.id)).toEqual(stored.map(lock => lock.id));
    if (page.limit >= 100) expect(number).toBe(stored.length);
    return stored.map(lock => lock.key);
  }

  it('orders values by their UTF-8 bytes, forwards and backwards', async () => {
    await storeKeys(byBytes);
    expect(await keys({ prefix: '' })).toEqual(byBytes);
    expect(await keys({ prefix: '' }, { limit: 100, reverse: true })).toEqual([...byBytes].reverse());
  });

  it('gives at most the limit, from the end that is read first', async () => {
    await storeKeys(byBytes);
    expect(await keys({ prefix: '' }, { limit: 3 })).toEqual(byBytes.slice(0, 3));
    expect(await keys({ prefix: '' }, { limit: 2, reverse: true })).toEqual(byBytes.slice(-2).reverse());
    expect(await keys({ prefix: '' }, { limit: 0 })).toEqual([]);
    expect(await keys({ prefix: '' }, { limit: Number.POSITIVE_INFINITY })).toEqual(byBytes);
  });

  it('finds by prefix exactly what begins with it', async () => {
    const inside = ['file:src', 'file:src/', 'file:src/\u{10ffff}', 'file:src/a', 'file:src\u{10ffff}\u{10ffff}'];
    await storeKeys(['file:sr', ...inside, 'file:srd', 'File:src/', 'file:%', 'file:_rc']);
    expect((await keys({ prefix: 'file:src' })).sort()).toEqual([...inside].sort());
    expect(await keys({ prefix: 'file:%' })).toEqual(['file:%']);
    expect(await keys({ prefix: 'none' })).toEqual([]);
  });

  it('finds by prefix also next to the ends of the code space', async () => {
    const edges = ['\ud7ff', '\ud7ffx', '\ue000', '\u{10ffff}', '\u{10ffff}x'];
    await storeKeys(edges);
    expect(await keys({ prefix: '\ud7ff' })).toEqual(edges.slice(0, 2));
    expect(await keys({ prefix: '\u{10ffff}' })).toEqual(edges.slice(3));
    expect(await keys({ prefix: '\u{10ffff}\u{10ffff}' })).toEqual([]);
  });

  it('takes `from` in and leaves `below` out', async () => {
    await storeKeys(['a', 'b', 'b\u0001', 'c', 'd']);
    expect(await keys({ from: 'b', below: 'd' })).toEqual(['b', 'b\u0001', 'c']);
    expect(await keys({ from: 'b', below: 'd' }, { limit: 2, reverse: true })).toEqual(['c', 'b\u0001']);
    expect(await keys({ from: 'd', below: 'b' })).toEqual([]);
  });

  it('orders entries of one value by id and continues behind an id in reading order', async () => {
    const { store } = fixture();
    const ids = ['A', 'a', 'b', '\u00e4', '\uffee', '\u{1f600}'];
    await store.transact(project, async tx => {
      for (const id of [...ids].reverse()) tx.put('lock', aLock(id, { key: 'same' }));
      tx.put('lock', aLock('b2', { key: 'same but longer' }));
    });
    const list = (afterId: string | undefined, page: Page) =>
      store.read(project, async reader => {
        const range = afterId === undefined ? { equals: 'same' } : { equals: 'same', afterId };
        return (await reader.list('lock', 'key', range, page)).map(lock => lock.id);
      });
    expect(await list(undefined, { limit: 10 })).toEqual(ids);
    expect(await list('a', { limit: 2 })).toEqual(['b', '\u00e4']);
    expect(await list('aa', { limit: 1 })).toEqual(['b']);
    expect(await list('\u{1f600}', { limit: 9 })).toEqual([]);
    expect(await list('b', { limit: 9, reverse: true })).toEqual(['a', 'A']);
    expect(await list('\uffef', { limit: 1, reverse: true })).toEqual(['\uffee']);
    const behind = await store.read(project, reader => reader.count('lock', 'key', { equals: 'same', afterId: 'b' }));
    expect(behind).toBe(3);
  });

  it('leaves records out of an index that gives them no value', async () => {
    const { store } = fixture();
    await store.transact(project, async tx => {
      tx.put('message', aMessage('with', { key: 'k' }));
      tx.put('message', aMessage('without'));
      tx.put('session', aSession('here', { handle: 'h1' }));
      tx.put('session', aSession('gone', { handle: 'h2', endedAt: 5 }));
    });
    await store.read(project, async reader => {
      const keyed = await reader.list('message', 'key', { prefix: '' }, { limit: 9 });
      expect(keyed.map(message => message.id)).toEqual(['with']);
      const live = await reader.list('session', 'live', { prefix: '' }, { limit: 9 });
      expect(live.map(session => session.id)).toEqual(['here']);
      expect(await reader.count('session', 'handle', { prefix: '' })).toBe(2);
    });
  });

  it('moves the entry of a record whose value changes, and drops it when the value goes', async () => {
    const { store } = fixture();
    const found = (holder: string) => store.read(project, reader => reader.count('lock', 'holder', { equals: holder }));
    await store.transact(project, async tx => tx.put('lock', aLock('a', { holder: 'one', globBase: 'src/' })));
    // Without reading it first, and twice in one unit: the stored entry has to go all the same.
    await store.transact(project, async tx => {
      tx.put('lock', aLock('a', { holder: 'between' }));
      tx.put('lock', aLock('a', { holder: 'two' }));
    });
    expect([await found('one'), await found('between'), await found('two')]).toEqual([0, 0, 1]);
    expect(await store.read(project, reader => reader.count('lock', 'globBase', { prefix: '' }))).toBe(0);
  });

  it('removes every entry of a deleted record; deleting what is not there does nothing', async () => {
    const { store } = fixture();
    await store.transact(project, async tx => tx.put('lock', aLock('a', { globBase: 'src/' })));
    await store.transact(project, async tx => {
      tx.delete('lock', 'a');
      tx.delete('lock', 'never was');
    });
    await store.read(project, async reader => {
      for (const index of ['all', 'holder', 'key', 'globBase'] as const) {
        expect(await reader.count('lock', index, { prefix: '' })).toBe(0);
      }
    });
  });
}
