/** Chooses the SQLite to run on: the one inside Node when it is sound, else the prebuilt package with the same interface. */
import { createRequire } from 'node:module';
import { SignalboxError } from '../../core/errors.ts';

export type SqliteValue = string | number | null;
export type SqliteRow = Readonly<Record<string, SqliteValue>>;

/** The part of `node:sqlite` that exists in every version since 22.5 and in the package. */
export interface SqliteStatement {
  get(...values: SqliteValue[]): SqliteRow | undefined;
  all(...values: SqliteValue[]): readonly SqliteRow[];
  run(...values: SqliteValue[]): unknown;
}

export interface SqliteDatabase {
  exec(sql: string): void;
  prepare(sql: string): SqliteStatement;
  close(): void;
}

export interface SqliteModule {
  readonly DatabaseSync: new (path: string, options?: { readonly readOnly?: boolean }) => unknown;
}

export interface SqliteDriver {
  readonly name: 'node:sqlite' | '@photostructure/sqlite';
  readonly sqliteVersion: string;
  /** Why this driver is not to be trusted, as a sentence. */
  readonly problem: string | undefined;
  /** Opens a database file; throws what SQLite throws. */
  open(path: string, options?: { readonly readOnly?: boolean }): SqliteDatabase;
}

/** What the choice depends on; a parameter so that every Node version can be tried on one. */
export interface DriverSources {
  /** Version of the SQLite inside Node, if any. */
  readonly builtinVersion: string | undefined;
  builtin(): SqliteModule | undefined;
  /** Throws when the package is not installed or does not fit the machine. */
  fallback(): SqliteModule;
}

/** SQLite up to 3.51.2 can damage a WAL file that several processes write and checkpoint: exactly how this store is used. */
const firstSoundVersion = [3, 51, 3] as const;

/**
 * Returns the best driver there is. Throws `unavailable`, naming the Node versions to install, when there is none.
 * Loading takes some milliseconds: call it when a database is needed, not at start.
 */
export function chooseDriver(sources: DriverSources = realSources): SqliteDriver {
  if (isSound(sources.builtinVersion)) {
    const builtin = sources.builtin();
    if (builtin !== undefined) return driverOf('node:sqlite', builtin);
  }
  let cause: unknown;
  try {
    return driverOf('@photostructure/sqlite', sources.fallback());
  } catch (error) {
    cause = error;
  }
  const unsound = sources.builtin();
  if (unsound !== undefined) return driverOf('node:sqlite', unsound);
  throw new SignalboxError(
    'unavailable',
    'This Node has no SQLite, and the package that replaces it could not be loaded.',
    'Install Node 22.22.3, 24.15, 26 or newer, or install Signalbox again with its optional dependencies.',
    { cause },
  );
}

function driverOf(name: SqliteDriver['name'], { DatabaseSync }: SqliteModule): SqliteDriver {
  const open: SqliteDriver['open'] = (path, options = {}) => new DatabaseSync(path, options) as SqliteDatabase;
  const memory = open(':memory:');
  const sqliteVersion = String(memory.prepare('SELECT sqlite_version() AS version').get()?.version);
  memory.close();
  const problem = isSound(sqliteVersion)
    ? undefined
    : `SQLite ${sqliteVersion} can damage a store that several processes use: install Node 22.22.3, 24.15, 26 or newer.`;
  return { name, sqliteVersion, problem, open };
}

function isSound(version: string | undefined): boolean {
  if (version === undefined) return false;
  const parts = version.split('.').map(Number);
  for (const [at, least] of firstSoundVersion.entries()) {
    const part = parts[at] ?? 0;
    if (part !== least) return part > least;
  }
  return true;
}

export const realSources: DriverSources = {
  builtinVersion: process.versions.sqlite,
  builtin: () => withoutSqliteWarning(() => process.getBuiltinModule('node:sqlite') as SqliteModule | undefined),
  // Required by name at run time, so that a bundle leaves it outside: it brings a native library.
  fallback: () => createRequire(import.meta.url)('@photostructure/sqlite') as SqliteModule,
};

/** Some Node versions announce on standard error that their SQLite is experimental; we know, and users cannot act on it. */
function withoutSqliteWarning<T>(load: () => T): T {
  const original = process.emitWarning;
  process.emitWarning = ((warning: string | Error, ...rest: unknown[]) => {
    const isAboutSqlite = rest[0] === 'ExperimentalWarning' && String(warning).includes('SQLite');
    if (!isAboutSqlite) Reflect.apply(original, process, [warning, ...rest]);
  }) as typeof process.emitWarning;
  try {
    return load();
  } finally {
    process.emitWarning = original;
  }
}
