/** What `doctor` says of a store file. Looks through a read-only connection of its own and changes nothing. */
import { statSync } from 'node:fs';
import { dirname } from 'node:path';
import type { StoreReport } from '../../core/ports.ts';
import type { SqliteDatabase, SqliteDriver } from './driver.ts';
import { mapped, storeFailure, toStoreFailure } from './errors.ts';
import { assertUsable, fileSystemOf, type Surroundings } from './location.ts';
import { busyTimeoutMs, closeQuietly, pragmaNumber, schemaVersion } from './open.ts';

export interface ExamineOptions {
  readonly path: string;
  readonly surroundings: Surroundings;
  readonly examinesContent: boolean;
  readonly allowNetworkFileSystem: boolean;
}

const littleSpaceBytes = 64 * 1024 * 1024;

/** Examines the place, the file and, if wanted, its whole content. Never throws; a store that does not exist yet is healthy. */
export function examine(chooseDriver: () => SqliteDriver, options: ExamineOptions): StoreReport {
  const problems: string[] = [];
  const report = { engine: 'sqlite', location: options.path, version: 'unknown', problems };
  try {
    const driver = chooseDriver();
    report.version = `SQLite ${driver.sqliteVersion} (${driver.name})`;
    if (driver.problem !== undefined) problems.push(driver.problem);
    problems.push(...placeProblems(options), ...fileProblems(driver, options));
  } catch (error) {
    const failure = toStoreFailure(error, options.path);
    problems.push(`${failure.message} ${failure.next}`);
  }
  return report;
}

function placeProblems({ path, surroundings, allowNetworkFileSystem }: ExamineOptions): string[] {
  const folder = dirname(path);
  if (statSync(folder, { throwIfNoEntry: false }) === undefined) return [];
  const problems: string[] = [];
  const fileSystem = fileSystemOf(path, surroundings);
  if (fileSystem === 'network') {
    const failure = storeFailure('network', path);
    problems.push(allowNetworkFileSystem ? failure.message : `${failure.message} ${failure.next}`);
  }
  if (fileSystem === 'fuse') {
    problems.push(
      `The store ${path} lies on a FUSE file system; if that reaches over a network, move it to a local disk with SIGNALBOX_HOME.`,
    );
  }
  const { bavail, bsize } = surroundings.statfs(folder);
  if (bavail * bsize < littleSpaceBytes) {
    problems.push(`Only ${Math.floor((bavail * bsize) / 1024 / 1024)} MiB are free where the store ${path} lies.`);
  }
  return problems;
}

function fileProblems(driver: SqliteDriver, { path, surroundings, examinesContent }: ExamineOptions): string[] {
  const facts = statSync(path, { throwIfNoEntry: false });
  if (facts === undefined) return [];
  assertUsable(path);
  const problems: string[] = [];
  if (surroundings.platform !== 'win32' && (facts.mode & 0o077) !== 0) {
    problems.push(`Other users of this machine may open the store ${path}; run chmod 600 on it.`);
  }
  if (facts.size === 0) return problems;
  const database = mapped(path, () => driver.open(path, { readOnly: true }));
  try {
    mapped(path, () => problems.push(...databaseProblems(database, path, examinesContent)));
  } finally {
    closeQuietly(database);
  }
  return problems;
}

function databaseProblems(database: SqliteDatabase, path: string, examinesContent: boolean): string[] {
  database.exec(`PRAGMA busy_timeout=${busyTimeoutMs}`);
  const version = pragmaNumber(database, 'user_version');
  if (version > schemaVersion) throw storeFailure('newer', path);
  // Not migrated yet: a process that died, or that is just at it.
  if (version === 0 || !examinesContent) return [];
  const findings = database.prepare('PRAGMA quick_check(10)').all();
  if (findings.length !== 1 || findings[0]?.quick_check !== 'ok') throw storeFailure('damaged', path);
  return disagreements.flatMap(({ sql, sentence }) => {
    const number = Number(database.prepare(sql).get()?.number);
    return number === 0 ? [] : [`${sentence(number)} in the store ${path}; it is damaged.`];
  });
}

/** What SQLite cannot know about our content. */
const disagreements = [
  {
    sql: 'SELECT count(*) AS number FROM record WHERE NOT json_valid(body)',
    sentence: (number: number) => `${number} records cannot be read`,
  },
  {
    sql: `SELECT count(*) AS number FROM entry LEFT JOIN record USING (project, kind, id) WHERE record.body IS NULL`,
    sentence: (number: number) => `${number} index entries lead to no record`,
  },
  {
    sql: `SELECT count(*) AS number FROM project
      WHERE sequence <> (SELECT coalesce(max(event.sequence), 0) FROM event WHERE event.project = project.key)`,
    sentence: (number: number) => `The newest events of ${number} projects are missing`,
  },
];
