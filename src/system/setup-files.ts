/** The port `SetupFiles`: exchanges configuration files whole, through links, and only if they are as they were seen. */
import { createHash } from 'node:crypto';
import {
  accessSync,
  closeSync,
  constants,
  existsSync,
  fchmodSync,
  fchownSync,
  fsyncSync,
  linkSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  renameSync,
  rmdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { basename, delimiter, dirname, isAbsolute, join } from 'node:path';
import { SignalboxError } from '../core/errors.ts';
import type { FileChange, SeenFile, SetupFiles } from '../core/setup-files.ts';
import { realPathOf } from './real-path.ts';
import { readFileWithin } from './regular-file.ts';

/** Claude Code keeps the history of all projects in the file that names its servers. */
const largestFileBytes = 64 * 1024 * 1024;

export interface SetupFilesOptions {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly platform?: NodeJS.Platform;
  /** Runs between looking at a file and exchanging it; for tests. */
  readonly beforeExchange?: (target: string) => void;
}

export function createSetupFiles({ environment, platform, beforeExchange }: SetupFilesOptions): SetupFiles {
  const isWindows = (platform ?? process.platform) === 'win32';
  return {
    look,
    exists: existsSync,
    hasProgram: names => hasProgram(names, environment, isWindows),
    replace: change => replace(change, beforeExchange),
    makeFolders,
    removeEmptyFolders,
    fingerprint,
  };
}

function look(path: string): SeenFile {
  const real = realPathOf(path, dirname(path));
  if (!real) throw unusable(path, 'is a link that leads in a circle');
  const target = join(real.existing, ...real.rest);
  const isLinked = lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() ?? false;
  const bytes = contentOf(target);
  const mode = bytes === null ? null : statSync(target).mode & 0o7777;
  return { target, bytes, mode, isLinked, missingFolders: missingAbove(target) };
}

function contentOf(path: string): Uint8Array | null {
  let content: ReturnType<typeof readFileWithin>;
  try {
    content = readFileWithin(path, largestFileBytes);
  } catch (error) {
    throw unusable(path, `cannot be read (${codeOf(error)})`);
  }
  if (content === 'missing') return null;
  if (content === 'not a file') throw unusable(path, 'is no regular file');
  if (content === 'too large') throw unusable(path, `is larger than ${largestFileBytes} bytes`);
  return content;
}

function missingAbove(path: string): string[] {
  const missing: string[] = [];
  for (let folder = dirname(path); !existsSync(folder) && dirname(folder) !== folder; folder = dirname(folder)) {
    missing.unshift(folder);
  }
  return missing;
}

function replace(change: FileChange, beforeExchange: SetupFilesOptions['beforeExchange']): void {
  const { target, expected, bytes, mode } = change;
  assertWritable(target);
  removeLeftovers(target);
  if (bytes === null) {
    beforeExchange?.(target);
    assertAsExpected(target, expected);
    attempt(target, () => rmSync(target));
    return;
  }
  // Beside the file, because only within one file system is a file exchanged at once.
  const fresh = `${target}.signalbox-${process.pid}`;
  let isOurs = false;
  try {
    const file = openSync(fresh, 'wx', mode);
    isOurs = true;
    try {
      keepOwner(file, target);
      fchmodSync(file, mode);
      writeFileSync(file, bytes);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    beforeExchange?.(target);
    assertAsExpected(target, expected);
    if (expected === null) placeNew(fresh, target);
    else renameSync(fresh, target);
  } catch (error) {
    if (error instanceof SignalboxError) throw error;
    throw codeOf(error) === 'EEXIST' && isOurs ? changed(target) : unwritable(target, error);
  } finally {
    if (isOurs) rmSync(fresh, { force: true });
  }
}

/** Takes away the copies that a run left behind which was killed while it wrote: they hold the whole file. */
function removeLeftovers(target: string): void {
  const [folder, mark] = [dirname(target), `${basename(target)}.signalbox-`];
  try {
    for (const name of readdirSync(folder)) {
      const pid = name.startsWith(mark) ? Number(name.slice(mark.length)) : Number.NaN;
      if (Number.isSafeInteger(pid) && pid > 0 && pid !== process.pid && !isRunning(pid)) rmSync(join(folder, name));
    }
  } catch {
    // The folder is not there yet, or somebody else was faster.
  }
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return codeOf(error) !== 'ESRCH';
  }
}

/** Linking fails where something has come meanwhile; renaming would replace it. */
function placeNew(fresh: string, target: string): void {
  try {
    linkSync(fresh, target);
  } catch (error) {
    // Some file systems have no second names for a file.
    if (codeOf(error) === 'EEXIST' || existsSync(target)) throw error;
    renameSync(fresh, target);
  }
}

function assertAsExpected(target: string, expected: Uint8Array | null): void {
  const now = contentOf(target);
  const isSame = now === null || expected === null ? now === expected : Buffer.compare(now, expected) === 0;
  if (!isSame) throw changed(target);
}

/** Who took the right to write away meant it, also where the system would let us (root, or a folder of our own). */
function assertWritable(target: string): void {
  for (const path of [target, dirname(target)]) {
    const status = statSync(path, { throwIfNoEntry: false });
    if (status === undefined) continue;
    if ((status.mode & 0o222) === 0) throw unusable(path, 'is write-protected');
    attempt(path, () => accessSync(path, constants.W_OK));
  }
}

/** A file keeps its owner when root sets it up for a user. */
function keepOwner(file: number, target: string): void {
  const old = statSync(target, { throwIfNoEntry: false }) ?? statSync(dirname(target));
  if (process.getuid?.() === 0) fchownSync(file, old.uid, old.gid);
}

function makeFolders(folders: readonly string[], mode: number): void {
  for (const folder of folders) {
    attempt(folder, () => {
      if (existsSync(folder)) return;
      const { uid, gid, mode: above } = statSync(dirname(folder));
      if ((above & 0o222) === 0) throw unusable(dirname(folder), 'is write-protected');
      mkdirSync(folder, { mode });
      if (process.getuid?.() !== 0) return;
      const made = openSync(folder, constants.O_RDONLY);
      fchownSync(made, uid, gid);
      closeSync(made);
    });
  }
}

function removeEmptyFolders(folders: readonly string[]): void {
  for (const folder of folders.toReversed()) {
    try {
      rmdirSync(folder);
    } catch {
      // Somebody keeps something there, or it is gone already.
    }
  }
}

function hasProgram(
  names: readonly string[],
  environment: SetupFilesOptions['environment'],
  isWindows: boolean,
): boolean {
  const endings = isWindows ? (environment.PATHEXT ?? '.EXE;.CMD;.BAT').split(';') : [''];
  const folders = (environment.PATH ?? environment.Path ?? '').split(delimiter).filter(isAbsolute);
  return folders.some(folder =>
    names.some(name => endings.some(ending => isProgram(join(folder, name + ending), isWindows))),
  );
}

function isProgram(path: string, isWindows: boolean): boolean {
  const status = statSync(path, { throwIfNoEntry: false });
  return status?.isFile() === true && (isWindows || (status.mode & 0o111) !== 0);
}

function fingerprint(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

function attempt(path: string, work: () => void): void {
  try {
    work();
  } catch (error) {
    throw error instanceof SignalboxError ? error : unwritable(path, error);
  }
}

function codeOf(error: unknown): string {
  return (error as NodeJS.ErrnoException).code ?? 'unknown error';
}

function changed(target: string): SignalboxError {
  return new SignalboxError(
    'conflict',
    `${target} was changed by somebody else meanwhile; it was left as it is.`,
    'Run the command again to see the change against what stands there now.',
  );
}

function unusable(path: string, what: string): SignalboxError {
  return new SignalboxError('unavailable', `${path} ${what}.`, 'Put that right, then run the command again.');
}

function unwritable(path: string, cause: unknown): SignalboxError {
  return new SignalboxError(
    'unavailable',
    `${path} cannot be written (${codeOf(cause)}).`,
    'Give yourself the right to write there, or make room, then run the command again.',
    { cause },
  );
}
