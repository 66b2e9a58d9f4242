/** Turns whatever SQLite or the file system throws into the closed list, with a sentence and a next step for each cause. */
import { type ErrorCode, SignalboxError } from '../../core/errors.ts';

/**
 * `busy`: another process is in the way, try again. `broken`: the connection is of no use any more, open a new one.
 * `passing`: this call failed, the connection is sound (a full disk still reads).
 */
export type FailureKind = 'busy' | 'broken' | 'passing';

/** A failure of the store itself, told apart from what a unit's work throws. */
export class StoreFailure extends SignalboxError {
  readonly kind: FailureKind;

  constructor(code: ErrorCode, kind: FailureKind, message: string, next: string, cause?: unknown) {
    super(code, message, next, { cause });
    this.kind = kind;
  }
}

type Describe = (path: string) => readonly [message: string, next: string];

const elsewhere = 'or set SIGNALBOX_HOME to a folder where you may write';

const readOnly: Describe = path => [
  `The store ${path} is read-only.`,
  `Make the file and its folder writable for your user, ${elsewhere}.`,
];
const noPermission: Describe = path => [
  `Your user may not read and write the store ${path}.`,
  `Correct the permissions of the file and its folder, ${elsewhere}.`,
];
const full: Describe = path => [
  `There is no space left for the store ${path}; nothing was stored.`,
  'Free some disk space and try again.',
];
const damaged: Describe = path => [
  `The store ${path} is damaged and was left as it is.`,
  'Run `signalbox doctor`; to go on at once, move the file away with its -wal and -shm files and start again.',
];
const foreign: Describe = path => [
  `The file ${path} is not a Signalbox store and was left as it is.`,
  'Move the file away, or name another place with SIGNALBOX_STORE=sqlite:PATH.',
];
const unreachable: Describe = path => [
  `The store ${path} cannot be opened.`,
  `Check that the folder exists and that your user may write there, ${elsewhere}.`,
];
const missingFolder: Describe = path => [
  `The folder of the store ${path} cannot be used: a part of the path is missing or is not a folder.`,
  'Set SIGNALBOX_HOME to a folder, or correct the path.',
];
const isFolder: Describe = path => [
  `The store ${path} is a folder, not a file.`,
  'Name a file in SIGNALBOX_STORE=sqlite:PATH, or move the folder away.',
];
const notAFile: Describe = path => [
  `The store ${path} is not a regular file.`,
  'Name a regular file in SIGNALBOX_STORE=sqlite:PATH.',
];
const tooManyFiles: Describe = path => [
  `The store ${path} cannot be opened: too many files are open.`,
  'Close some programs or raise the limit of open files, then try again.',
];
const diskFailed: Describe = path => [
  `The disk failed while reading or writing the store ${path}.`,
  'Check the disk and its free space, then run `signalbox doctor`.',
];
const occupied: Describe = path => [
  `The store ${path} was busy for too long; nothing was stored.`,
  'Try again; if it stays so, look for a program that keeps the file open, such as a backup or a database browser.',
];
const newer: Describe = path => [
  `The store ${path} was written by a newer Signalbox and was left as it is.`,
  'Update this Signalbox, or use another store with SIGNALBOX_STORE.',
];
const network: Describe = path => [
  `The store ${path} lies on a network file system, where SQLite files get damaged.`,
  'Set SIGNALBOX_HOME to a folder on a local disk.',
];
const noJournal: Describe = path => [
  `The file system of the store ${path} cannot hold a database that several processes share.`,
  'Set SIGNALBOX_HOME to a folder on a local disk.',
];
const unforeseen: Describe = path => [
  `The store ${path} refused a call in a way that Signalbox did not foresee.`,
  'Run `signalbox doctor` and report what it prints.',
];

const causes = {
  busy: ['busy', occupied],
  readOnly: ['broken', readOnly],
  noPermission: ['broken', noPermission],
  full: ['passing', full],
  damaged: ['broken', damaged],
  foreign: ['broken', foreign],
  unreachable: ['broken', unreachable],
  missingFolder: ['broken', missingFolder],
  isFolder: ['broken', isFolder],
  notAFile: ['broken', notAFile],
  tooManyFiles: ['broken', tooManyFiles],
  diskFailed: ['broken', diskFailed],
  newer: ['broken', newer],
  network: ['broken', network],
  noJournal: ['broken', noJournal],
  unforeseen: ['broken', unforeseen],
} as const satisfies Record<string, readonly [FailureKind, Describe]>;

export type Cause = keyof typeof causes;

export function storeFailure(name: Cause, path: string, cause?: unknown): StoreFailure {
  const [kind, describe] = causes[name];
  const [message, next] = describe(path);
  return new StoreFailure(name === 'unforeseen' ? 'internal' : 'unavailable', kind, message, next, cause);
}

/** Primary result codes of SQLite (https://sqlite.org/rescode.html); extended codes carry them in the low byte. */
const bySqliteCode: Readonly<Record<number, Cause>> = {
  3: 'noPermission', // SQLITE_PERM
  5: 'busy', // SQLITE_BUSY
  6: 'busy', // SQLITE_LOCKED
  8: 'readOnly', // SQLITE_READONLY
  10: 'diskFailed', // SQLITE_IOERR
  11: 'damaged', // SQLITE_CORRUPT
  13: 'full', // SQLITE_FULL
  14: 'unreachable', // SQLITE_CANTOPEN
  15: 'busy', // SQLITE_PROTOCOL: lost a race for the start of the WAL
  22: 'unreachable', // SQLITE_NOLFS
  23: 'noPermission', // SQLITE_AUTH
  26: 'foreign', // SQLITE_NOTADB
};

const byErrno: Readonly<Record<string, Cause>> = {
  EACCES: 'noPermission',
  EPERM: 'noPermission',
  EROFS: 'readOnly',
  ENOSPC: 'full',
  EDQUOT: 'full',
  ENOENT: 'missingFolder',
  ENOTDIR: 'missingFolder',
  EEXIST: 'missingFolder',
  ELOOP: 'missingFolder',
  ENAMETOOLONG: 'missingFolder',
  EISDIR: 'isFolder',
  EMFILE: 'tooManyFiles',
  ENFILE: 'tooManyFiles',
  EIO: 'diskFailed',
  EBUSY: 'busy',
};

/** Maps anything thrown by SQLite or `node:fs`. What is already a `SignalboxError` passes unchanged. */
export function toStoreFailure(error: unknown, path: string): SignalboxError {
  if (error instanceof SignalboxError) return error;
  const { errcode, code } = Object(error) as { errcode?: unknown; code?: unknown };
  if (typeof errcode === 'number') return storeFailure(bySqliteCode[errcode & 0xff] ?? 'unforeseen', path, error);
  return storeFailure((typeof code === 'string' ? byErrno[code] : undefined) ?? 'unforeseen', path, error);
}

/** Runs `call` and throws every failure of SQLite or the file system in its mapped form. */
export function mapped<T>(path: string, call: () => T): T {
  try {
    return call();
  } catch (error) {
    throw toStoreFailure(error, path);
  }
}
