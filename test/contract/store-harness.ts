/** How the contract meets an engine, and the few moves that most of its promises are shown with. */
import { afterEach, beforeEach } from 'vitest';
import type { Clock, Store, Transaction, Wakeups } from '../../src/core/ports.ts';
import { FakeClock, FakeWakeups } from '../support/fakes.ts';
import { aLock } from '../support/records.ts';

/** One state of an engine, empty at first. */
export interface StoreBed {
  /**
   * Another connection to the state, as another process would have it. The suite closes it. Its time is that of `clock`: an
   * engine whose time is a server's needs a way to be told another one.
   */
  connect(context: { readonly clock: Clock; readonly wakeups: Wakeups }): Store;
  /** Removes the state after all connections were closed. */
  destroy(): Promise<void>;
}

export interface StoreHarness {
  createBed(): Promise<StoreBed>;
  /** Whether units run without real waiting inside, so that one that waits for something else is undone. */
  readonly isSynchronous: boolean;
}

export interface Fixture {
  readonly clock: FakeClock;
  readonly wakeups: FakeWakeups;
  readonly store: Store;
  connect(): Store;
}

/** Gives each test a store of its own and cleans up behind it. */
export function useStore(harness: StoreHarness): () => Fixture {
  let bed: StoreBed;
  let fixture: Fixture;
  let opened: Store[];

  beforeEach(async () => {
    bed = await harness.createBed();
    opened = [];
    const clock = new FakeClock();
    const wakeups = new FakeWakeups();
    const connect = () => {
      const store = bed.connect({ clock, wakeups });
      opened.push(store);
      return store;
    };
    fixture = { clock, wakeups, connect, store: connect() };
  });

  afterEach(async () => {
    for (const store of opened) await store.close();
    await bed.destroy();
  });

  return () => fixture;
}

export const project = 'example.com/team/app';

/** Adds one to a number kept in a record. */
export async function increment(transaction: Transaction, id = 'counter'): Promise<number> {
  const current = await transaction.get('lock', id);
  const fence = (current?.fence ?? 0) + 1;
  transaction.put('lock', aLock(id, { fence }));
  return fence;
}

export async function counted(store: Store, id = 'counter'): Promise<number> {
  return (await store.read(project, reader => reader.get('lock', id)))?.fence ?? 0;
}

export function happened(number: number, audience: readonly string[] = []) {
  return { type: 'test', audience, data: { number } };
}

/** Every event of a project, read in pages. */
export async function allEvents(store: Store, name = project, page = 7) {
  const events = [];
  for (;;) {
    const more = await store.eventsAfter(name, events.length, page);
    events.push(...more);
    if (more.length < page) return events;
  }
}
