/** What every engine promises of a unit of work: whole or not at all, alone in its project, and reading what it wrote. */
import { expect, it } from 'vitest';
import type { Store, Transaction } from '../../src/core/ports.ts';
import { aLock, aSession } from '../support/records.ts';
import { allEvents, counted, happened, increment, project, type StoreHarness, useStore } from './store-harness.ts';

const failure = new Error('the work changed its mind');

export function unitContract(harness: StoreHarness): void {
  const fixture = useStore(harness);

  it('stores all writes of a unit together', async () => {
    const { store } = fixture();
    const result = await store.transact(project, async tx => {
      tx.put('lock', aLock('a'));
      tx.put('session', aSession('s'));
      return tx.emit(happened(1));
    });
    expect(result).toBe(1);
    await store.read(project, async reader => {
      expect(await reader.get('lock', 'a')).toEqual(aLock('a'));
      expect(await reader.get('session', 's')).toEqual(aSession('s'));
      expect(reader.sequence).toBe(1);
    });
  });

  it('leaves nothing behind when the work throws, and throws the same error on', async () => {
    const { store } = fixture();
    await store.transact(project, async tx => {
      tx.put('lock', aLock('kept', { holder: 'h' }));
      tx.emit(happened(1));
    });
    const failing = store.transact(project, async tx => {
      tx.put('lock', aLock('kept', { holder: 'changed' }));
      tx.put('lock', aLock('new', { holder: 'h' }));
      tx.delete('lock', 'kept');
      tx.emit(happened(2));
      await tx.get('lock', 'new');
      throw failure;
    });
    await expect(failing).rejects.toBe(failure);
    await store.read(project, async reader => {
      expect(await reader.get('lock', 'kept')).toEqual(aLock('kept', { holder: 'h' }));
      expect(await reader.get('lock', 'new')).toBeUndefined();
      expect(await reader.count('lock', 'holder', { prefix: '' })).toBe(1);
      expect(reader.sequence).toBe(1);
    });
    expect(await allEvents(store)).toHaveLength(1);
  });

  it('does not create a project for work that throws or writes nothing', async () => {
    const { store } = fixture();
    await store.transact('empty', async () => undefined);
    await expect(
      store.transact('failed', async tx => {
        tx.put('lock', aLock('a'));
        throw failure;
      }),
    ).rejects.toBe(failure);
    await store.read('looked-at', async reader => reader.sequence);
    expect(await store.projects()).toEqual([]);
  });

  it('loses no update among many concurrent units of one connection', async () => {
    const { store } = fixture();
    const results = await Promise.all(Array.from({ length: 100 }, () => store.transact(project, tx => increment(tx))));
    expect(results.sort((a, b) => a - b)).toEqual(Array.from({ length: 100 }, (_, at) => at + 1));
    expect(await counted(store)).toBe(100);
  });

  it('loses no update among two connections', async () => {
    const { store, connect } = fixture();
    const stores = [store, connect()];
    const units = stores.flatMap(each => Array.from({ length: 40 }, () => each.transact(project, tx => increment(tx))));
    expect(new Set(await Promise.all(units)).size).toBe(80);
    expect(await counted(store)).toBe(80);
  });

  it('runs work again without a double effect', async () => {
    const { store, connect } = fixture();
    const stores = [store, connect(), connect()];
    let runs = 0;
    const unit = (each: Store) =>
      each.transact(project, async tx => {
        runs += 1;
        tx.emit(happened(await increment(tx)));
      });
    await Promise.all(Array.from({ length: 30 }, (_, at) => stores[at % 3]).map(each => unit(each ?? store)));
    expect(runs).toBeGreaterThanOrEqual(30);
    expect(await counted(store)).toBe(30);
    const numbers = (await allEvents(store)).map(event => event.data.number);
    expect(numbers).toEqual(Array.from({ length: 30 }, (_, at) => at + 1));
  });

  it('keeps a view whole while others write', async () => {
    const { store, connect } = fixture();
    const other = connect();
    const writePair = async (tx: Transaction) => {
      await increment(tx, 'left');
      await increment(tx, 'right');
    };
    await other.transact(project, writePair);
    for (let look = 0; look < 60; look++) {
      const reading = store.read(project, async reader => {
        const left = await reader.get('lock', 'left');
        // Gives a commit of the other a chance to fall between the two reads, at each possible place.
        for (let hop = 0; hop < look; hop++) await undefined;
        return [left?.fence, (await reader.get('lock', 'right'))?.fence];
      });
      const [[left, right]] = await Promise.all([reading, other.transact(project, writePair)]);
      expect(left).toBe(right);
    }
  });

  it('keeps projects apart', async () => {
    const { store } = fixture();
    await store.transact('a', async tx => {
      tx.put('lock', aLock('x', { holder: 'h' }));
      tx.emit(happened(1));
    });
    await store.transact('b', async tx => {
      expect(await tx.get('lock', 'x')).toBeUndefined();
      expect(await tx.count('lock', 'holder', { prefix: '' })).toBe(0);
      expect(tx.emit(happened(1))).toBe(1);
      tx.delete('lock', 'x');
    });
    expect(await store.read('a', reader => reader.get('lock', 'x'))).toBeDefined();
    expect(await store.projects()).toEqual(['a', 'b']);
  });

  it('tells the time at which the unit began', async () => {
    const { store, clock } = fixture();
    clock.stepWallClock(12_345);
    await store.transact(project, async tx => {
      expect(tx.now).toBe(clock.now());
      tx.emit(happened(1));
    });
    expect((await store.eventsAfter(project, 0, 1))[0]?.at).toBe(clock.now());
  });

  it('refuses a transaction that is used after its unit', async () => {
    const { store } = fixture();
    let kept: Transaction | undefined;
    await store.transact(project, async tx => {
      kept = tx;
      tx.put('lock', aLock('a'));
    });
    const ended = { code: 'internal' };
    expect(() => kept?.put('lock', aLock('b'))).toThrow(expect.objectContaining(ended));
    expect(() => kept?.delete('lock', 'a')).toThrow(expect.objectContaining(ended));
    expect(() => kept?.emit(happened(1))).toThrow(expect.objectContaining(ended));
    await expect(kept?.get('lock', 'a')).rejects.toMatchObject(ended);
    await expect(kept?.list('lock', 'holder', { prefix: '' }, { limit: 1 })).rejects.toMatchObject(ended);
  });

  if (!harness.isSynchronous) return;

  it('undoes a unit that waits for something else, and goes on with the next', async () => {
    const { store } = fixture();
    const waiting = store.transact(project, async tx => {
      tx.put('lock', aLock('a'));
      await new Promise(resolve => setImmediate(() => setImmediate(resolve)));
      tx.put('lock', aLock('b'));
    });
    const following = store.transact(project, tx => increment(tx));
    await expect(waiting).rejects.toMatchObject({ code: 'internal' });
    expect(await following).toBe(1);
    expect(await store.read(project, reader => reader.get('lock', 'a'))).toBeUndefined();
  });

  it('lets timers and sockets have their turn while a caller does unit after unit', async () => {
    const { store } = fixture();
    let hadTurn = false;
    setImmediate(() => {
      hadTurn = true;
    });
    for (let unit = 0; unit < 1_000 && !hadTurn; unit++) await store.transact(project, tx => increment(tx));
    expect(hadTurn).toBe(true);
  });

  it('undoes a unit inside a unit instead of hanging', async () => {
    const { store } = fixture();
    const nested = store.transact(project, () => store.transact(project, tx => increment(tx)));
    await expect(nested).rejects.toMatchObject({ code: 'internal' });
  });
}

export function ownWritesContract(harness: StoreHarness): void {
  const fixture = useStore(harness);

  it('sees a record that it put, replaced or deleted', async () => {
    const { store } = fixture();
    await store.transact(project, async tx => tx.put('lock', aLock('old')));
    await store.transact(project, async tx => {
      tx.put('lock', aLock('new', { fence: 1 }));
      expect((await tx.get('lock', 'new'))?.fence).toBe(1);
      tx.put('lock', aLock('new', { fence: 2 }));
      expect((await tx.get('lock', 'new'))?.fence).toBe(2);
      tx.delete('lock', 'old');
      expect(await tx.get('lock', 'old')).toBeUndefined();
      tx.put('lock', aLock('old', { fence: 9 }));
      expect((await tx.get('lock', 'old'))?.fence).toBe(9);
    });
    expect((await store.read(project, reader => reader.get('lock', 'old')))?.fence).toBe(9);
  });

  it('fills a page although its own writes took rows away', async () => {
    const { store } = fixture();
    await store.transact(project, async tx => {
      for (let at = 0; at < 10; at++) tx.put('lock', aLock(`id-${at}`, { holder: 'h' }));
    });
    await store.transact(project, async tx => {
      for (const id of ['id-0', 'id-1', 'id-2']) tx.delete('lock', id);
      tx.put('lock', aLock('id-3', { holder: 'somebody else' }));
      tx.put('lock', aLock('id-45', { holder: 'h' }));
      const page = await tx.list('lock', 'holder', { equals: 'h' }, { limit: 3 });
      expect(page.map(lock => lock.id)).toEqual(['id-4', 'id-45', 'id-5']);
      const last = await tx.list('lock', 'holder', { equals: 'h' }, { limit: 2, reverse: true });
      expect(last.map(lock => lock.id)).toEqual(['id-9', 'id-8']);
      expect(await tx.count('lock', 'holder', { equals: 'h' })).toBe(7);
      expect(await tx.count('lock', 'holder', { equals: 'somebody else' })).toBe(1);
    });
  });

  it('answers a read by the writes before it, also when reads run side by side', async () => {
    const { store } = fixture();
    await store.transact(project, async tx => tx.put('lock', aLock('a', { holder: 'h', fence: 1 })));
    await store.transact(project, async tx => {
      tx.put('lock', aLock('c', { holder: 'somebody else' }));
      const before = tx.list('lock', 'holder', { equals: 'h' }, { limit: 9 });
      tx.put('lock', aLock('b', { holder: 'h', fence: 2 }));
      const after = tx.list('lock', 'holder', { equals: 'h' }, { limit: 9 });
      expect(await before).toHaveLength(1);
      expect(await after).toHaveLength(2);
    });
  });

  it('moves its sequence with the events it emits', async () => {
    const { store } = fixture();
    await store.transact(project, async tx => {
      expect(tx.sequence).toBe(0);
      expect([tx.emit(happened(1)), tx.emit(happened(2))]).toEqual([1, 2]);
      expect(tx.sequence).toBe(2);
    });
  });
}
