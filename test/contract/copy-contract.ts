/** A project that is read whole and loaded elsewhere is the same project. */
import { expect, it } from 'vitest';
import type { Contents } from '../../src/core/ports.ts';
import { aLock, aMessage, aSession } from '../support/records.ts';
import { allEvents, happened, increment, project, type StoreHarness, useStore } from './store-harness.ts';

export function copyContract(harness: StoreHarness): void {
  const fixture = useStore(harness);
  const strange = 'ä ß \u{1f600} \ufffd e\u0301';

  async function filled(): Promise<Contents> {
    const { store } = fixture();
    await store.transact(project, async tx => {
      tx.put('session', aSession('s', { handle: strange }));
      tx.put('lock', aLock('gone'));
      tx.put('message', aMessage(strange, { body: `${strange}\0\ud800`, key: 'k' }));
      for (let at = 0; at < 30; at++) tx.put('lock', aLock(`id-${at}`, { key: `key-${at}`, holder: 's' }));
      tx.emit(happened(1, ['s']));
    });
    await store.transact(project, async tx => {
      tx.delete('lock', 'gone');
      for (let at = 2; at < 12; at++) tx.emit(happened(at));
    });
    return store.contents(project);
  }

  it('gives everything in a fixed order', async () => {
    const contents = await filled();
    expect(contents.sequence).toBe(11);
    expect(contents.events.map(body => JSON.parse(body).data.number)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]);
    const names = contents.records.map(({ kind, id }) => `${kind} ${id}`);
    expect(names).toHaveLength(32);
    expect(names.slice(0, 3)).toEqual(['lock id-0', 'lock id-1', 'lock id-10']);
    expect(names.slice(-2)).toEqual([`message ${strange}`, 'session s']);
  });

  it('gives nothing of a project that was never written to', async () => {
    const { store } = fixture();
    expect(await store.contents('nowhere')).toEqual({ sequence: 0, records: [], events: [] });
    expect(await store.projects()).toEqual([]);
  });

  it('loads what it gave, with indexes, events, times and the next sequence', async () => {
    const contents = await filled();
    const { store, clock } = fixture();
    clock.stepWallClock(5_000);
    await store.load('copy', contents);
    expect(await store.contents('copy')).toEqual(contents);
    expect(await allEvents(store, 'copy')).toEqual(await allEvents(store));
    await store.read('copy', async reader => {
      expect(await reader.count('lock', 'holder', { equals: 's' })).toBe(30);
      expect((await reader.list('message', 'key', { prefix: '' }, { limit: 9 })).map(each => each.id)).toEqual([
        strange,
      ]);
      expect(await reader.get('session', 's')).toEqual(aSession('s', { handle: strange }));
    });
    expect(await store.transact('copy', async tx => tx.emit(happened(12)))).toBe(12);
    await store.transact('copy', async tx => tx.delete('lock', 'id-7'));
    expect(await store.read('copy', reader => reader.count('lock', 'holder', { equals: 's' }))).toBe(29);
    expect((await store.contents(project)).records).toHaveLength(32);
  });

  it('keeps events whose beginning is gone under their own numbers', async () => {
    const whole = await filled();
    const { store } = fixture();
    const rest = { ...whole, events: whole.events.slice(8) };
    await store.load('copy', rest);
    expect(await store.contents('copy')).toEqual(rest);
    expect((await store.eventsAfter('copy', 0, 100)).map(event => event.sequence)).toEqual([9, 10, 11]);
    expect((await store.eventsAfter('copy', 9, 1)).map(event => event.sequence)).toEqual([10]);
  });

  it('refuses a project that holds anything, and changes nothing there', async () => {
    const contents = await filled();
    const { store } = fixture();
    await store.transact('taken', tx => increment(tx));
    await expect(store.load('taken', contents)).rejects.toMatchObject({ code: 'conflict' });
    await expect(store.load(project, contents)).rejects.toMatchObject({ code: 'conflict' });
    expect((await store.contents('taken')).records).toHaveLength(1);
    expect(await store.contents(project)).toEqual(contents);
  });

  it('refuses contents that no store can have given, and makes no project of them', async () => {
    const contents = await filled();
    const { store } = fixture();
    const [first] = contents.records;
    if (!first) throw new Error('no record');
    const broken: Contents[] = [
      { ...contents, records: [...contents.records, first] },
      { ...contents, records: [{ ...first, body: '{' }] },
      { ...contents, records: [{ ...first, id: 'another' }] },
      { ...contents, records: [{ ...first, kind: 'toString' as 'lock' }] },
      { ...contents, records: [{ kind: 'session', id: 'x', body: '{"id":"x"}' }] },
      { ...contents, events: contents.events.slice(0, -1) },
      { ...contents, records: [{ kind: 'lock', id: 'x', body: JSON.stringify({ ...aLock('x'), tickets: 5 }) }] },
      { ...contents, records: [{ kind: 'lock', id: 'x', body: JSON.stringify({ ...aLock('x'), expiresAt: null }) }] },
      { ...contents, records: [{ kind: 'lock', id: 'x', body: JSON.stringify({ ...aLock('x'), holder: undefined }) }] },
      { ...contents, sequence: 3 },
      { ...contents, sequence: Number.MAX_SAFE_INTEGER, events: [] },
      { ...contents, sequence: 1.5, events: [] },
      {
        ...contents,
        records: [{ kind: 'lock', id: 'x'.repeat(9_000), body: JSON.stringify(aLock('x'.repeat(9_000))) }],
      },
      {
        ...contents,
        records: [{ kind: 'lock', id: 'x', body: JSON.stringify(aLock('x', { key: 'k'.repeat(3_000) })) }],
      },
      { ...contents, events: [...contents.events.slice(0, -1), '{"sequence":11}'] },
    ];
    for (const each of broken) {
      await expect(store.load('copy', each)).rejects.toMatchObject({ code: 'invalid_input' });
    }
    expect(await store.projects()).toEqual([project]);
  });

  it('copies more than one command to a server should hold', async () => {
    const { store } = fixture();
    const big = 'x'.repeat(10_000);
    const records = Array.from({ length: 3_000 }, (_, at) => {
      const lock = aLock(`id-${String(at).padStart(5, '0')}`, { reason: big, holder: 'h' });
      return { kind: 'lock' as const, id: lock.id, body: JSON.stringify(lock) };
    });
    const events = Array.from({ length: 5_000 }, (_, at) =>
      JSON.stringify({ sequence: at + 1, at: 1, ...happened(at + 1) }),
    );
    await store.load('big', { sequence: 5_000, records, events });
    const back = await store.contents('big');
    expect(back.records).toHaveLength(3_000);
    expect(back.records.at(-1)).toEqual(records.at(-1));
    expect(back.events).toEqual(events);
    expect(await store.read('big', reader => reader.count('lock', 'holder', { equals: 'h' }))).toBe(3_000);
  });
}
