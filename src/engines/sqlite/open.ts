/** Opens the store file: settings, our mark, WAL and schema, so that any number of processes may do it at the same moment. */
import type { SqliteDatabase, SqliteDriver } from './driver.ts';
import { mapped, storeFailure } from './errors.ts';
import { applicationId, assertUsable, prepareLocation, type Surroundings } from './location.ts';
import { type Migration, migrations } from './migrations/index.ts';

export interface OpenOptions {
  readonly path: string;
  readonly surroundings: Surroundings;
  readonly allowNetworkFileSystem: boolean;
}

/** How long SQLite itself waits for a lock, blocking the process; what goes beyond is waited for asynchronously. */
export const busyTimeoutMs = 100;

/**
 * NORMAL: a commit survives the process, not necessarily the power. A checkpoint each 16 MiB of WAL instead of each 4 MiB:
 * pages that are written again and again reach the file once, and fewer callers pay for its fsync.
 */
const settings = `PRAGMA synchronous=NORMAL; PRAGMA wal_autocheckpoint=4000; PRAGMA journal_size_limit=${32 * 1024 * 1024}`;

/**
 * Opens the store and brings its schema up to date. Throws `unavailable` with the cause; a half-opened database is closed.
 * When another process is in the way that is `busy`, also where SQLite would not wait (switching a fresh file to WAL): the
 * caller tries again from the start.
 */
export function openDatabase(driver: SqliteDriver, options: OpenOptions): SqliteDatabase {
  const { path } = options;
  prepareLocation(path, options.surroundings, options.allowNetworkFileSystem);
  const database = mapped(path, () => driver.open(path));
  try {
    mapped(path, () => {
      database.exec(`PRAGMA busy_timeout=${busyTimeoutMs}`);
      // Another process may have put its own file there between the look at the header and the opening.
      assertUsable(path);
      mark(database, path);
      useWal(database, path);
      database.exec(settings);
      migrate(database, path, migrations);
    });
    return database;
  } catch (error) {
    closeQuietly(database);
    throw error;
  }
}

/** The number that a one-valued pragma answers. */
export function pragmaNumber(database: SqliteDatabase, name: string): number {
  return Number(Object.values(database.prepare(`PRAGMA ${name}`).get() ?? {})[0]);
}

/** Runs `change` as one transaction that has the write lock from its beginning. */
function immediately(database: SqliteDatabase, change: () => void): void {
  database.exec('BEGIN IMMEDIATE');
  try {
    change();
    database.exec('COMMIT');
  } catch (error) {
    rollbackQuietly(database);
    throw error;
  }
}

/** Undoes what is open. Some errors (full disk) make SQLite do that itself: then there is nothing left to undo. */
export function rollbackQuietly(database: SqliteDatabase): void {
  try {
    database.exec('ROLLBACK');
  } catch {
    // What counts is the error that led here.
  }
}

export function closeQuietly(database: SqliteDatabase): void {
  try {
    database.close();
  } catch {
    // It is given up in any case.
  }
}

/** Writes our mark into a file that has nothing in it yet. In rollback mode, so that it stands in the header of the file itself. */
function mark(database: SqliteDatabase, path: string): void {
  if (pragmaNumber(database, 'application_id') === applicationId) return;
  immediately(database, () => {
    if (pragmaNumber(database, 'application_id') === applicationId) return;
    const objects = database.prepare('SELECT count(*) AS number FROM sqlite_schema').get()?.number;
    if (objects !== 0) throw storeFailure('foreign', path);
    database.exec(`PRAGMA application_id=${applicationId}`);
  });
}

/** Switching ignores the busy timeout on a fresh file, so it is not done needlessly. */
function useWal(database: SqliteDatabase, path: string): void {
  if (journalMode(database, 'journal_mode') === 'wal') return;
  if (journalMode(database, 'journal_mode=WAL') !== 'wal') throw storeFailure('noJournal', path);
}

function journalMode(database: SqliteDatabase, pragma: string): unknown {
  return database.prepare(`PRAGMA ${pragma}`).get()?.journal_mode;
}

/** The schema that this program writes. */
export const schemaVersion = migrations.at(-1)?.version ?? 0;

/** Takes the missing steps in one transaction. The version is read again inside: another process may have been faster. */
export function migrate(database: SqliteDatabase, path: string, steps: readonly Migration[]): void {
  const latest = steps.at(-1)?.version ?? 0;
  if (versionUpTo(database, path, latest) === latest) return;
  immediately(database, () => {
    const current = versionUpTo(database, path, latest);
    for (const step of steps) if (step.version > current) step.apply(database);
    database.exec(`PRAGMA user_version=${latest}`);
  });
}

function versionUpTo(database: SqliteDatabase, path: string, latest: number): number {
  const version = pragmaNumber(database, 'user_version');
  if (version > latest) throw storeFailure('newer', path);
  return version;
}
