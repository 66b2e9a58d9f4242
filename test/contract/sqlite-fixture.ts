/** What the tests of the SQLite engine's failures share: a folder for each test, and moves to provoke and look at a refusal. */
import { afterEach, beforeEach, expect } from 'vitest';
import type { SignalboxError } from '../../src/core/errors.ts';
import type { Store } from '../../src/core/ports.ts';
import { chooseDriver, type SqliteDatabase } from '../../src/engines/sqlite/driver.ts';
import { createSqliteStore, type SqliteStoreOptions } from '../../src/engines/sqlite/engine.ts';
import { FakeClock } from '../support/fakes.ts';
import { type TemporaryFolder, temporaryFolder } from '../support/folder.ts';
import { increment, project } from './store-harness.ts';

export const driver = chooseDriver();
export let folder: TemporaryFolder;
export let path: string;
let opened: Store[];
export let clock: FakeClock;

/** Makes another file the one that `open` and `edit` mean. */
export function usePath(other: string): void {
  path = other;
}

/** Gives each test of the calling file a folder of its own. */
export function useSqlite(): void {
  beforeEach(() => {
    folder = temporaryFolder();
    path = folder.path('store.db');
    opened = [];
    clock = new FakeClock();
  });
  afterEach(async () => {
    for (const store of opened) await store.close();
    folder.remove();
  });
}

export function open(options: Partial<SqliteStoreOptions> = {}): Store {
  const store = createSqliteStore({ path, clock, driver: () => driver, ...options });
  opened.push(store);
  return store;
}

/** What a caller is shown when it tries to write. */
export async function refusal(store: Store): Promise<SignalboxError> {
  const error = await store
    .transact(project, tx => increment(tx))
    .then(
      () => undefined,
      thrown => thrown as SignalboxError,
    );
  expect(error).toMatchObject({ name: 'SignalboxError' });
  if (error === undefined) throw new Error('it was not refused');
  expect(error.next).not.toBe('');
  expect(`${error.message} ${error.next}`).not.toMatch(/SQLITE_|database is locked|ERR_|errno/);
  return error;
}

/** Edits the file behind the store's back. */
export function edit(change: (database: SqliteDatabase) => void, file = path): void {
  const database = driver.open(file);
  change(database);
  database.close();
}

export async function storeSomething(): Promise<void> {
  const store = createSqliteStore({ path, clock });
  await store.transact(project, tx => increment(tx));
  await store.close();
}
