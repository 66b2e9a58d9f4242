/**
 * What every engine promises, as tests. To examine an engine of your own, call `storeContract` from a test file of vitest.
 */
import { describe, expect, it } from 'vitest';
import { limits } from '../../src/core/limits.ts';
import type { NewEvent, Reader, Store } from '../../src/core/ports.ts';
import { aLock, aMessage } from '../support/records.ts';
import { copyContract } from './copy-contract.ts';
import { indexContract } from './index-contract.ts';
import { readAheadContract } from './read-ahead-contract.ts';
import { allEvents, happened, increment, project, type StoreHarness, useStore } from './store-harness.ts';
import { ownWritesContract, unitContract } from './unit-contract.ts';

export type { StoreBed, StoreHarness } from './store-harness.ts';

/** Declares the whole contract for one engine. */
export function storeContract(name: string, harness: StoreHarness): void {
  describe(`store contract: ${name}`, () => {
    describe('units of work', () => unitContract(harness));
    describe('reading its own writes', () => ownWritesContract(harness));
    describe('indexes', () => indexContract(harness));
    describe('events and wake-ups', () => eventsAndWakeups(harness));
    describe('what goes in and out', () => content(harness));
    describe('reading ahead', () => readAheadContract(harness));
    describe('copying a project', () => copyContract(harness));
    describe('life of a store', () => life(harness));
  });
}

const failure = new Error('the work changed its mind');

function eventsAndWakeups(harness: StoreHarness): void {
  const fixture = useStore(harness);

  it('numbers events without gaps under concurrency, and gives them back as they were', async () => {
    const { store, connect } = fixture();
    const other = connect();
    const emitting = Array.from({ length: 40 }, (_, at) =>
      (at % 2 === 0 ? store : other).transact(project, async tx => {
        if (at % 5 === 0) throw failure;
        tx.emit(happened(at, ['s']));
        tx.emit(happened(at));
      }),
    );
    const settled = await Promise.allSettled(emitting);
    const expected = settled.filter(result => result.status === 'fulfilled').length * 2;
    const events = await allEvents(store);
    expect(events.map(event => event.sequence)).toEqual(Array.from({ length: expected }, (_, at) => at + 1));
  });

  it('keeps an event whole: type, audience, data, time', async () => {
    const { store, clock } = fixture();
    const event: NewEvent = {
      type: 'lock.granted',
      audience: ['a', 'b'],
      data: { text: 'ä\0"', number: 1.5, yes: true, no: null },
    };
    await store.transact(project, async tx => tx.emit(event));
    expect(await store.eventsAfter(project, 0, 10)).toEqual([{ ...event, sequence: 1, at: clock.now() }]);
  });

  it('gives events after a cursor, at most as many as asked for', async () => {
    const { store } = fixture();
    await store.transact(project, async tx => {
      for (let number = 1; number <= 5; number++) tx.emit(happened(number));
    });
    const sequences = async (cursor: number, limit: number) =>
      (await store.eventsAfter(project, cursor, limit)).map(event => event.sequence);
    expect(await sequences(0, 2)).toEqual([1, 2]);
    expect(await sequences(3, 100)).toEqual([4, 5]);
    expect(await sequences(5, 100)).toEqual([]);
    expect(await sequences(99, 100)).toEqual([]);
    expect(await store.eventsAfter('never written', 0, 10)).toEqual([]);
  });

  it('never lets a cursor skip an event while others write', async () => {
    const { store, connect } = fixture();
    const writers = [connect(), connect()];
    let left = 60;
    const write = async (writer: Store) => {
      while (left-- > 0) await writer.transact(project, async tx => tx.emit(happened(1)));
    };
    const writing = Promise.all(writers.map(write));
    const seen: number[] = [];
    while (seen.length < 60) {
      const events = await store.eventsAfter(project, seen.at(-1) ?? 0, 10);
      seen.push(...events.map(event => event.sequence));
      await new Promise(resolve => setImmediate(resolve));
    }
    await writing;
    expect(seen).toEqual(Array.from({ length: 60 }, (_, at) => at + 1));
  });

  it('wakes each session in the audiences of a commit once, when the events can be read', async () => {
    const { store, wakeups } = fixture();
    let seenWhenWoken: Promise<number> | undefined;
    const { wake } = wakeups;
    // In the very moment of the hint, not when its listener gets its turn.
    wakeups.wake = sessions => {
      seenWhenWoken = store.eventsAfter(project, 0, 10).then(events => events.length);
      return wake.call(wakeups, sessions);
    };
    await store.transact(project, async tx => {
      tx.emit(happened(1, ['a', 'b']));
      tx.emit(happened(2, ['b']));
      await tx.get('lock', 'x');
      expect(wakeups.pokes).toEqual([]);
    });
    expect([...wakeups.pokes].sort()).toEqual(['a', 'b']);
    expect(await seenWhenWoken).toBe(2);
  });

  it('wakes nobody after a throw, a view, or a unit without events', async () => {
    const { store, wakeups } = fixture();
    await expect(
      store.transact(project, async tx => {
        tx.emit(happened(1, ['a']));
        throw failure;
      }),
    ).rejects.toBe(failure);
    await store.transact(project, tx => increment(tx));
    await store.read(project, reader => reader.get('lock', 'counter'));
    expect(wakeups.pokes).toEqual([]);
  });

  it('does not fail a commit whose wake-up fails', async () => {
    const { store, wakeups } = fixture();
    wakeups.wake = async () => Promise.reject(failure);
    await store.transact(project, async tx => tx.emit(happened(1, ['a'])));
    wakeups.wake = () => {
      throw failure;
    };
    await store.transact(project, async tx => tx.emit(happened(2, ['a'])));
    expect(await allEvents(store)).toHaveLength(2);
  });
}

function content(harness: StoreHarness): void {
  const fixture = useStore(harness);
  const strange = 'ä ß 漢字 \u{1f600} \u{10ffff} \ufffd \ufeff e\u0301 \u202e';

  it('keeps any text in bodies, ids and project names', async () => {
    const { store } = fixture();
    const sql = `'; DROP TABLE record; --"%_\\`;
    const body = `${strange}${sql}\0\ud800`;
    for (const text of [strange, sql]) {
      await store.transact(text, async tx => tx.put('message', aMessage(text, { body, key: text })));
      await store.read(text, async reader => {
        expect(await reader.get('message', text)).toEqual(aMessage(text, { body, key: text }));
        expect(await reader.count('message', 'key', { equals: `session-1/${text}` })).toBe(1);
      });
    }
    expect(await store.projects()).toHaveLength(2);
  });

  it('refuses ids and index values that not every engine can keep apart', async () => {
    const { store } = fixture();
    const refused = { code: 'invalid_input' };
    for (const text of ['nul\0', 'half \ud800', '\udc00']) {
      await expect(store.transact(project, async tx => tx.put('lock', aLock(text)))).rejects.toMatchObject(refused);
      const holder = aLock('a', { holder: text });
      await expect(store.transact(project, async tx => tx.put('lock', holder))).rejects.toMatchObject(refused);
      await expect(store.read(project, reader => reader.get('lock', text))).rejects.toMatchObject(refused);
      await expect(store.transact(text, async () => 1)).rejects.toMatchObject(refused);
    }
    expect(await store.projects()).toEqual([]);
  });

  it('refuses names that do not fit into the index of every engine, and makes no project of them', async () => {
    const { store } = fixture();
    const refused = { code: 'limit_exceeded' };
    const long = 'ä'.repeat(limits.indexedBytes / 2);
    await expect(store.transact(`${long}x`, async tx => tx.put('lock', aLock('a')))).rejects.toMatchObject(refused);
    await expect(store.read(`${long}x`, async () => 1)).rejects.toMatchObject(refused);
    const key = aLock('a', { key: long });
    await expect(store.transact(project, async tx => tx.put('lock', key))).rejects.toMatchObject(refused);
    expect(await store.projects()).toEqual([]);
    await store.transact(long, async tx => tx.put('lock', aLock('a')));
    expect(await store.projects()).toEqual([long]);
  });

  it('cannot be changed through what it gave out or was given', async () => {
    const { store } = fixture();
    const given = { ...aMessage('m', { to: ['a'] }), to: ['a'] };
    const event = { type: 'test', audience: ['a'], data: { number: 1 } };
    const change = (message: { readonly to: readonly string[] } | undefined) => {
      try {
        if (message) (message.to as string[]).push('intruder');
      } catch {
        // Frozen is as good as copied.
      }
    };
    await store.transact(project, async tx => {
      tx.put('message', given);
      tx.emit(event);
      given.to.push('too late');
      event.data.number = 99;
      change(await tx.get('message', 'm'));
      expect((await tx.get('message', 'm'))?.to).toEqual(['a']);
    });
    const look = async (reader: Reader) => {
      change(await reader.get('message', 'm'));
      change((await reader.list('message', 'sender', { prefix: '' }, { limit: 1 }))[0]);
      expect((await reader.get('message', 'm'))?.to).toEqual(['a']);
    };
    await store.read(project, look);
    await store.transact(project, look);
    (await store.eventsAfter(project, 0, 1)).forEach(read => {
      change({ to: read.audience });
    });
    expect((await store.eventsAfter(project, 0, 1))[0]).toMatchObject({ audience: ['a'], data: { number: 1 } });
  });

  it('refuses a record or event above the limit, and keeps one that just fits', async () => {
    const { store } = fixture();
    const room = limits.recordBytes - Buffer.byteLength(JSON.stringify(aMessage('m', { body: '' })));
    const put = (body: string) => store.transact(project, async tx => tx.put('message', aMessage('m', { body })));
    await put('x'.repeat(room));
    await expect(put('x'.repeat(room + 1))).rejects.toMatchObject({ code: 'limit_exceeded' });
    await expect(put('ä'.repeat(room / 2 + 1))).rejects.toMatchObject({ code: 'limit_exceeded' });
    const data = { text: 'x'.repeat(limits.recordBytes) };
    const emitting = store.transact(project, async tx => tx.emit({ type: 'test', audience: [], data }));
    await expect(emitting).rejects.toMatchObject({ code: 'limit_exceeded' });
    expect((await store.read(project, reader => reader.get('message', 'm')))?.body).toHaveLength(room);
  });
}

function life(harness: StoreHarness): void {
  const fixture = useStore(harness);

  it('shows what was stored to whoever opens the state again', async () => {
    const { store, connect } = fixture();
    await store.transact(project, async tx => {
      tx.put('lock', aLock('a'));
      tx.emit(happened(1));
    });
    await store.close();
    const again = connect();
    expect(await again.read(project, reader => reader.get('lock', 'a'))).toEqual(aLock('a'));
    expect(await again.transact(project, async tx => tx.emit(happened(2)))).toBe(2);
    expect(await again.projects()).toEqual([project]);
  });

  it('lists projects sorted', async () => {
    const { store } = fixture();
    const names = ['b', 'a', '\u{1f600}', '\uffee', 'ä'];
    for (const name of names) await store.transact(name, tx => increment(tx));
    expect(await store.projects()).toEqual(['a', 'b', 'ä', '\uffee', '\u{1f600}']);
  });

  it('reports itself healthy before and after its first use', async () => {
    const { store } = fixture();
    expect((await store.inspect()).problems).toEqual([]);
    await store.transact(project, tx => increment(tx));
    const report = await store.inspect();
    expect(report.problems).toEqual([]);
    expect(report.engine).not.toBe('');
    expect(report.version).not.toBe('');
  });

  it('fails with `unavailable` after it was closed, once or twice, and still can be inspected', async () => {
    const { store } = fixture();
    await store.transact(project, tx => increment(tx));
    const waiting = store.transact(project, tx => increment(tx)).catch(error => error.code);
    await store.close();
    await store.close();
    expect([2, 'unavailable']).toContain(await waiting);
    const closed = { code: 'unavailable' };
    await expect(store.transact(project, tx => increment(tx))).rejects.toMatchObject(closed);
    await expect(store.read(project, async () => 1)).rejects.toMatchObject(closed);
    await expect(store.eventsAfter(project, 0, 1)).rejects.toMatchObject(closed);
    await expect(store.projects()).rejects.toMatchObject(closed);
    expect((await store.inspect()).problems).not.toEqual([]);
  });
}
