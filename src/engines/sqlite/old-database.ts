/** Reads the database of another system from a copy, so that not even a journal beside it changes. */
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SignalboxError } from '../../core/errors.ts';
import { limits } from '../../core/limits.ts';
import type { OldRow, OldStore } from '../../core/old-store.ts';
import { chooseDriver, type SqliteDatabase } from './driver.ts';

/**
 * Opens what was stored at a path: a database of SQLite, or a folder of files. `work` reads it; nothing of it is changed. Errors:
 * `not_found` for nothing there, `invalid_input` for another kind of thing than `work` asks for, `unavailable` where it cannot be read.
 */
export async function withOldStore<T>(path: string, work: (store: OldStore) => Promise<T>): Promise<T> {
  const facts = statSync(path, { throwIfNoEntry: false });
  if (!facts) throw new SignalboxError('not_found', `There is nothing at ${path}.`, 'Correct the path.');
  if (facts.isDirectory()) return work({ path, rows: () => notA(path, 'database'), files: files(path) });
  const folder = mkdtempSync(join(tmpdir(), 'signalbox-import-'));
  try {
    // What was written last lies beside the file itself, not beside a link to it.
    const database = openCopy(realpathSync(path), join(folder, 'copy.db'));
    try {
      return await work({ path, rows: rows(database), files: () => notA(path, 'folder') });
    } finally {
      database.close();
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function openCopy(path: string, copy: string): SqliteDatabase {
  for (let attempt = 1; ; attempt += 1) {
    try {
      copyWhole(path, copy);
      const database = chooseDriver().open(copy);
      const [finding] = database.prepare('PRAGMA quick_check(1)').all();
      if (finding?.quick_check === 'ok') return database;
      database.close();
    } catch (cause) {
      const isNoDatabase = /not a database/i.test(String(cause));
      if (isNoDatabase) {
        throw new SignalboxError(
          'invalid_input',
          `${path} is no SQLite database.`,
          'Name the file of the old program.',
          { cause },
        );
      }
      if (attempt >= limits.oldStoreAttempts) throw unreadable(path, cause);
    }
    if (attempt >= limits.oldStoreAttempts) throw unreadable(path);
  }
}

/** With its journal: what was written last stands there. Whoever writes meanwhile leaves the copy torn, and it is made again. */
function copyWhole(path: string, copy: string): void {
  const suffixes = ['', '-wal', '-journal'];
  for (const suffix of suffixes) {
    rmSync(copy + suffix, { force: true });
    if (!existsSync(path + suffix)) continue;
    copyFileSync(path + suffix, copy + suffix);
    chmodSync(copy + suffix, 0o600);
  }
}

function unreadable(path: string, cause?: unknown): SignalboxError {
  const next = 'End the programs that use it and try again.';
  return new SignalboxError('unavailable', `${path} could not be read as a whole.`, next, { cause });
}

function rows(database: SqliteDatabase): OldStore['rows'] {
  return table => {
    const known = database.prepare("SELECT name FROM sqlite_master WHERE type = 'table' AND name = ?").get(table);
    if (!known) return null;
    // Numbers come as texts, which no driver refuses however large they are, and are numbers again where they can be.
    const names = database
      .prepare(`PRAGMA table_info("${table}")`)
      .all()
      .map(({ name }) => String(name));
    const columns = names.map(
      name =>
        `CASE typeof("${name}") WHEN 'integer' THEN CAST("${name}" AS TEXT) WHEN 'blob' THEN NULL ELSE "${name}" END AS "${name}", typeof("${name}") AS "${name}:type"`,
    );
    return database
      .prepare(`SELECT ${columns.join(', ')} FROM "${table}" ORDER BY rowid`)
      .all()
      .map(row => typed(row, names));
  };
}

function typed(row: OldRow, names: readonly string[]): OldRow {
  const value = (name: string) => (row[`${name}:type`] === 'integer' ? Number(row[name]) : (row[name] ?? null));
  return Object.fromEntries(names.map(name => [name, value(name)]));
}

function files(folder: string): OldStore['files'] {
  return ending => {
    const names = readdirSync(folder).filter(name => name.endsWith(ending) && statSync(join(folder, name)).isFile());
    return names.sort().map(name => ({ name, text: readFileSync(join(folder, name), 'utf8') }));
  };
}

function notA(path: string, kind: string): never {
  throw new SignalboxError('invalid_input', `${path} is no ${kind}.`, 'Name what the old program stored its state in.');
}
