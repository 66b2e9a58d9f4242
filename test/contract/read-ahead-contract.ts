/** Naming reads ahead may save time and never changes what a unit of work sees. */
import { expect, it } from 'vitest';
import { limits } from '../../src/core/limits.ts';
import type { Ask, Reader, Transaction } from '../../src/core/ports.ts';
import { aLock } from '../support/records.ts';
import { counted, increment, project, type StoreHarness, useStore } from './store-harness.ts';

const asks: readonly Ask[] = [
  { kind: 'lock', id: 'a' },
  { kind: 'lock', id: 'missing' },
  { kind: 'lock', index: 'holder', range: { equals: 'h' } },
  { kind: 'lock', index: 'holder', range: { equals: 'h' }, page: { limit: 2 } },
  { kind: 'lock', index: 'key', range: { prefix: '' }, page: { limit: 100, reverse: true } },
  { kind: 'lock', index: 'key', range: { from: 'b', below: 'd' }, page: { limit: limits.locksSearched } },
];

async function everything(reader: Reader): Promise<unknown[]> {
  return [
    await reader.get('lock', 'a'),
    await reader.get('lock', 'missing'),
    await reader.count('lock', 'holder', { equals: 'h' }),
    await reader.list('lock', 'holder', { equals: 'h' }, { limit: 2 }),
    await reader.list('lock', 'holder', { equals: 'h' }, { limit: 9 }),
    await reader.list('lock', 'key', { prefix: '' }, { limit: 3, reverse: true }),
    await reader.list('lock', 'key', { from: 'b', below: 'd' }, { limit: 100 }),
    await reader.list('lock', 'key', { equals: 'b' }, { limit: 100 }),
  ];
}

export function readAheadContract(harness: StoreHarness): void {
  const fixture = useStore(harness);

  it('answers the same with and without reads named ahead', async () => {
    const { store } = fixture();
    const keys = ['a', 'b', 'b', 'c', 'd', '\ue000', '\u{10000}'];
    await store.transact(project, async tx => {
      for (const [at, key] of keys.entries()) tx.put('lock', aLock(at === 0 ? 'a' : `id-${at}`, { key, holder: 'h' }));
    });
    const plain = await store.read(project, everything);
    expect(plain[2]).toBe(keys.length);
    expect(await store.read(project, everything, asks)).toEqual(plain);
    expect(await store.transact(project, everything, asks)).toEqual(plain);
  });

  it('reads its own writes over what was read ahead', async () => {
    const { store } = fixture();
    await store.transact(project, async tx => tx.put('lock', aLock('a', { holder: 'h', fence: 1 })));
    const work = async (tx: Transaction) => {
      tx.put('lock', aLock('a', { holder: 'h', fence: 2 }));
      tx.put('lock', aLock('b', { holder: 'h', fence: 3 }));
      expect((await tx.get('lock', 'a'))?.fence).toBe(2);
      expect((await tx.list('lock', 'holder', { equals: 'h' }, { limit: 2 })).map(lock => lock.fence)).toEqual([2, 3]);
      expect(await tx.count('lock', 'holder', { equals: 'h' })).toBe(2);
    };
    await store.transact(project, work, asks);
    expect(await store.read(project, everything)).toEqual(await store.read(project, everything, asks));
  });

  it('names reads of a project that does not exist yet, and of one that never will', async () => {
    const { store } = fixture();
    expect(await store.read('nowhere', everything, asks)).toEqual(await store.read('nowhere', everything));
    expect(await store.transact('fresh', tx => increment(tx), [{ kind: 'lock', id: 'counter' }])).toBe(1);
    expect(await store.projects()).toEqual(['fresh']);
  });

  it('loses no update when what a unit decides by was read ahead', async () => {
    const { store, connect } = fixture();
    const stores = [store, connect(), connect()];
    const ahead: Ask[] = [{ kind: 'lock', id: 'counter' }];
    const units = stores.flatMap(each =>
      Array.from({ length: 20 }, () => each.transact(project, tx => increment(tx), ahead)),
    );
    expect(new Set(await Promise.all(units)).size).toBe(60);
    expect(await counted(store)).toBe(60);
  });
}
