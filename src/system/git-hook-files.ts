/** The port `GitHookFiles`: the hooks of a repository as they lie on the disk. What git itself has to say is in `git-hook-place.ts`. */
import {
  accessSync,
  chownSync,
  closeSync,
  constants,
  existsSync,
  fchmodSync,
  fsyncSync,
  lchownSync,
  linkSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readlinkSync,
  renameSync,
  rmdirSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { SignalboxError } from '../core/errors.ts';
import type { GitHookFiles, HookChange, HookFile } from '../core/git-hook-files.ts';
import { type Environment, hookGit } from './git-hook-place.ts';
import { realPathOf } from './real-path.ts';
import { readFileWithin } from './regular-file.ts';

/** Hooks that are programs may be large; one that is larger than this is none. */
const largestHookBytes = 256 * 1024 * 1024;
const folderMode = 0o755;

export function createGitHookFiles(environment: Environment): GitHookFiles {
  return { ...hookGit(environment, realPath), realPath, look, names, exchange, makeFolder, removeEmptyFolders };
}

function realPath(path: string): string {
  const real = realPathOf(path, dirname(path));
  return withSlashes(real ? join(real.existing, ...real.rest) : path);
}

function withSlashes(path: string): string {
  return process.platform === 'win32' ? path.replaceAll('\\', '/') : path;
}

function look(path: string): HookFile {
  try {
    const status = lstatSync(path, { throwIfNoEntry: false });
    if (status === undefined) return { kind: 'nothing' };
    if (status.isSymbolicLink()) return { kind: 'link', to: readlinkSync(path) };
    const bytes = status.isFile() ? readFileWithin(path, largestHookBytes) : 'not a file';
    if (bytes === 'missing') return { kind: 'nothing' };
    return typeof bytes === 'string' ? { kind: 'other' } : { kind: 'file', bytes, mode: status.mode & 0o7777 };
  } catch (error) {
    if (codeOf(error) === 'ENOTDIR') return { kind: 'nothing' };
    throw unusable(path, `cannot be read (${codeOf(error)})`, error);
  }
}

function names(folder: string): string[] {
  try {
    return readdirSync(folder).sort();
  } catch {
    return [];
  }
}

function exchange(change: HookChange): void {
  const { path, before, after, isGitsOwn = false } = change;
  assertWritable(path);
  // Git takes the file of that name for the sign that somebody is writing.
  const fresh = isGitsOwn ? `${path}.lock` : `${path}.signalbox-${process.pid}`;
  let isOurs = false;
  try {
    assertAsSeen(path, before);
    if (after.kind !== 'nothing' || isGitsOwn) {
      isOurs = write(fresh, after, path);
      assertAsSeen(path, before);
    }
    if (after.kind === 'nothing') rmSync(path);
    else if (before.kind === 'nothing') place(fresh, path, after);
    else renameSync(fresh, path);
  } catch (error) {
    if (error instanceof SignalboxError) throw error;
    if (codeOf(error) === 'EEXIST') throw isGitsOwn && !isOurs ? busy(path) : changed(path);
    throw unusable(path, `cannot be written (${codeOf(error)})`, error);
  } finally {
    if (isOurs) rmSync(fresh, { force: true });
  }
}

/** Writes what is to stand somewhere beside it; true once it is there. */
function write(fresh: string, after: HookFile, path: string): true {
  if (after.kind === 'link') {
    symlinkSync(after.to, fresh);
    keepOwner(fresh, path, true);
    return true;
  }
  const mode = after.kind === 'file' ? after.mode : 0o600;
  const file = openSync(fresh, 'wx', mode);
  try {
    keepOwner(fresh, path, false);
    fchmodSync(file, mode);
    if (after.kind === 'file') writeFileSync(file, after.bytes);
    fsyncSync(file);
  } catch (error) {
    rmSync(fresh, { force: true });
    throw error;
  } finally {
    closeSync(file);
  }
  return true;
}

/** Where nothing was, something may have come: linking fails then, renaming would replace it. */
function place(fresh: string, path: string, after: HookFile): void {
  if (after.kind === 'link') {
    symlinkSync(after.to, path);
    keepOwner(path, fresh, true);
    return;
  }
  try {
    linkSync(fresh, path);
  } catch (error) {
    // Some file systems have no second names for a file.
    if (codeOf(error) === 'EEXIST' || existsSync(path)) throw error;
    renameSync(fresh, path);
  }
}

/** Root that sets up a repository of somebody else leaves it to its owner. */
function keepOwner(fresh: string, path: string, isLink: boolean): void {
  if (process.getuid?.() !== 0) return;
  const { uid, gid } = lstatSync(path, { throwIfNoEntry: false }) ?? statSync(dirname(path));
  (isLink ? lchownSync : chownSync)(fresh, uid, gid);
}

function assertAsSeen(path: string, before: HookFile): void {
  const now = look(path);
  const isSame =
    now.kind === before.kind &&
    (now.kind !== 'file' || (before.kind === 'file' && Buffer.compare(now.bytes, before.bytes) === 0)) &&
    (now.kind !== 'link' || (before.kind === 'link' && now.to === before.to));
  if (!isSame) throw changed(path);
}

/** Who took the right to write away meant it, also where the system would let us (root, or a folder of our own). */
function assertWritable(path: string): void {
  for (const each of [path, dirname(path)]) {
    const status = lstatSync(each, { throwIfNoEntry: false });
    if (status === undefined || status.isSymbolicLink()) continue;
    if ((status.mode & 0o222) === 0) throw unusable(each, 'is write-protected');
    try {
      accessSync(each, constants.W_OK);
    } catch (error) {
      throw unusable(each, `cannot be written (${codeOf(error)})`, error);
    }
  }
}

function makeFolder(folder: string): string[] {
  const missing: string[] = [];
  for (let at = folder; !existsSync(at) && dirname(at) !== at; at = dirname(at)) missing.unshift(at);
  for (const each of missing) {
    assertWritable(each);
    try {
      mkdirSync(each, { mode: folderMode });
      keepOwner(each, dirname(each), false);
    } catch (error) {
      if (codeOf(error) !== 'EEXIST') throw unusable(each, `cannot be made (${codeOf(error)})`, error);
    }
  }
  return missing;
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

function codeOf(error: unknown): string {
  return (error as NodeJS.ErrnoException).code ?? 'unknown error';
}

function changed(path: string): SignalboxError {
  return new SignalboxError(
    'conflict',
    `${path} was changed by somebody else meanwhile; it was left as it is.`,
    'Run the command again to see the change against what stands there now.',
  );
}

function busy(path: string): SignalboxError {
  return new SignalboxError(
    'conflict',
    `Git is writing ${path} at this moment, or died writing it.`,
    `Run the command again; if it lasts and no git command runs, remove ${path}.lock.`,
  );
}

function unusable(path: string, what: string, cause?: unknown): SignalboxError {
  return new SignalboxError('unavailable', `${path} ${what}.`, 'Put that right, then run the command again.', {
    cause,
  });
}
