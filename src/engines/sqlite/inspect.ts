/** What `doctor` says of a store file. Looks through a read-only connection of its own and changes nothing. */
import { statSync } from 'node:fs';
import { dirname } from 'node:path';
import type { StoreReport } from '../../core/ports.ts';
import type { SqliteDatabase, SqliteDriver } from './driver.ts';
import { mapped, StoreFailure, storeFailure, toStoreFailure } from './errors.ts';
import { assertUsable, fileSystemOf, type Surroundings } from './location.ts';
import { busyTimeoutMs, closeQuietly, pragmaNumber, schemaVersion } from './open.ts';

export interface ExamineOptions {
  readonly path: string;
  readonly surroundings: Surroundings;
  readonly examinesContent: boolean;
  readonly allowNetworkFileSystem: boolean;
}

const littleSpaceBytes = 64 * 1024 * 1024;
/** With less than this the next commit may fail. */
const noSpaceBytes = 512 * 1024;

/** Examines the place, the file and, if wanted, its whole content. Never throws; a store that does not exist yet is healthy. */
export function examine(chooseDriver: () => SqliteDriver, options: ExamineOptions): StoreReport {
  const problems: string[] = [];
  const report = { isUsable: true, engine: 'sqlite', location: options.path, version: 'unknown', problems };
  try {
    const driver = chooseDriver();
    report.version = `SQLite ${driver.sqliteVersion} (${driver.name})`;
    if (driver.problem !== undefined) problems.push(driver.problem);
    problems.push(...placeProblems(options));
    const disagreeing = fileProblems(driver, options, problems);
    report.isUsable = disagreeing.length === 0 && freeBytes(options) >= noSpaceBytes;
    problems.push(...disagreeing);
  } catch (error) {
    const failure = toStoreFailure(error, options.path);
    // A store that is busy now works later.
    report.isUsable = failure instanceof StoreFailure && failure.kind === 'busy';
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
  const free = freeBytes({ path, surroundings });
  if (free < littleSpaceBytes) {
    problems.push(`Only ${Math.floor(free / 1024 / 1024)} MiB are free where the store ${path} lies.`);
  }
  return problems;
}

/** Room for what is written next; without the folder there is nothing to tell yet. */
function freeBytes({ path, surroundings }: Pick<ExamineOptions, 'path' | 'surroundings'>): number {
  const folder = dirname(path);
  if (statSync(folder, { throwIfNoEntry: false }) === undefined) return Number.POSITIVE_INFINITY;
  const { bavail, bsize } = surroundings.statfs(folder);
  return bavail * bsize;
}

/** Returns where the content contradicts itself; adds what is only unwise to `problems`; throws what makes the file unusable. */
function fileProblems(
  driver: SqliteDriver,
  { path, surroundings, examinesContent }: ExamineOptions,
  problems: string[],
): string[] {
  const facts = statSync(path, { throwIfNoEntry: false });
  if (facts === undefined) return [];
  assertUsable(path);
  if (surroundings.platform !== 'win32' && (facts.mode & 0o077) !== 0) {
    problems.push(`Other users of this machine may open the store ${path}; run chmod 600 on it.`);
  }
  if (facts.size === 0) return [];
  const database = mapped(path, () => driver.open(path, { readOnly: true }));
  try {
    return mapped(path, () => databaseProblems(database, path, examinesContent));
  } finally {
    closeQuietly(database);
  }
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
