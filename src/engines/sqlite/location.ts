/** Examines the place of the store file before SQLite touches it, so that nothing that is not ours is ever written. */
import {
  accessSync,
  closeSync,
  constants,
  existsSync,
  fstatSync,
  mkdirSync,
  openSync,
  readSync,
  type Stats,
  statfsSync,
  statSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { mapped, storeFailure } from './errors.ts';

/** "Sbox" in the header of the file, by which we know our own. */
export const applicationId = 0x53626f78;

/** What `statfs` tells of a folder. */
export interface FileSystemFacts {
  readonly type: number;
  readonly bsize: number;
  readonly bavail: number;
}

export interface Surroundings {
  readonly platform: string;
  statfs(folder: string): FileSystemFacts;
}

export const realSurroundings: Surroundings = { platform: process.platform, statfs: folder => statfsSync(folder) };

/** Linux magic numbers (statfs(2)) of file systems on which SQLite's locks or shared memory do not work between machines. */
const networkFileSystems: ReadonlySet<number> = new Set([
  0x6969, // NFS
  0x517b, // SMB
  0xff534d42, // CIFS
  0xfe534d42, // SMB2
  0x01021997, // 9p: WSL's Windows drives, folders shared into virtual machines
  0x5346414f, // AFS
  0x6b414653, // AFS (kernel)
  0x00c36400, // Ceph
  0x73757245, // Coda
  0x564c, // NetWare
  0x0bd00bd0, // Lustre
  0x01161970, // GFS2
  0x7461636f, // OCFS2
  0x47504653, // GPFS
  0x786f4256, // VirtualBox shared folder
  0xbacbacbc, // VMware shared folder
]);

const fuse = 0x65735546;

/** `local`, `fuse` (may be anything, also a network) or `network`. Only Linux tells; elsewhere only a Windows share is recognised. */
export function fileSystemOf(path: string, surroundings: Surroundings): 'local' | 'fuse' | 'network' {
  if (surroundings.platform === 'win32') return /^[\\/]{2}[^?.]/.test(path) ? 'network' : 'local';
  if (surroundings.platform !== 'linux') return 'local';
  const type = surroundings.statfs(nearestFolder(dirname(path))).type >>> 0;
  if (networkFileSystems.has(type)) return 'network';
  return type === fuse ? 'fuse' : 'local';
}

/** The folder itself, or the nearest one above it that is there: missing ones will be made on its file system. */
function nearestFolder(folder: string): string {
  const isThere = statSync(folder, { throwIfNoEntry: false }) !== undefined;
  return isThere || dirname(folder) === folder ? folder : nearestFolder(dirname(folder));
}

/**
 * Makes sure that a store may be opened at `path`: creates a missing folder (0700) and an empty file (0600, which SQLite's
 * -wal and -shm files inherit). Throws `unavailable` for everything that stands in the way, before anything is written.
 */
export function prepareLocation(path: string, surroundings: Surroundings, allowNetwork: boolean): void {
  mapped(path, () => {
    if (!allowNetwork && fileSystemOf(path, surroundings) === 'network') throw storeFailure('network', path);
    makeFolder(dirname(path));
    if (statSync(path, { throwIfNoEntry: false }) === undefined) createEmpty(path);
    assertUsable(path);
  });
}

/**
 * Creates a folder and those above it. The first missing one is made on its own, because where the system refuses that with
 * ENOENT (in /proc) Node's recursive call never returns.
 */
function makeFolder(folder: string): void {
  let missing = folder;
  while (!existsSync(missing) && !existsSync(dirname(missing))) missing = dirname(missing);
  if (!existsSync(missing)) makeUnlessThere(missing);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
}

/** Another process may make it at the same moment. */
function makeUnlessThere(folder: string): void {
  try {
    mkdirSync(folder, { mode: 0o700 });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
}

/** Throws if what stands at `path` cannot be our store, or cannot be used. Changes nothing. */
export function assertUsable(path: string): void {
  const facts = statSync(path);
  if (facts.isDirectory()) throw storeFailure('isFolder', path);
  if (!facts.isFile()) throw storeFailure('notAFile', path);
  accessSync(path, constants.R_OK);
  if (!isAllowed(path, constants.W_OK)) throw storeFailure('readOnly', path);
  // SQLite keeps two more files beside the store.
  if (!isAllowed(dirname(path), constants.W_OK | constants.X_OK)) throw storeFailure('readOnly', path);
  assertOurs(path);
}

/** Which file it is: changes when the file was removed or replaced while we have it open. */
export function identityOf(path: string): string | undefined {
  const facts: Stats | undefined = statSync(path, { throwIfNoEntry: false });
  return facts === undefined ? undefined : `${facts.dev}/${facts.ino}`;
}

function createEmpty(path: string): void {
  try {
    closeSync(openSync(path, 'wx', 0o600));
  } catch (error) {
    // Another process that starts at the same time made it.
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
}

function isAllowed(path: string, mode: number): boolean {
  try {
    accessSync(path, mode);
    return true;
  } catch {
    return false;
  }
}

/**
 * Reads the header itself instead of asking SQLite, because opening a foreign database may already write: it replays a
 * journal, or empties a WAL on closing. Our mark reaches the file before it is switched to WAL, so it is always in there.
 */
function assertOurs(path: string): void {
  const file = openSync(path, 'r');
  try {
    if (fstatSync(file).size === 0) return;
    const header = Buffer.alloc(100);
    const length = readSync(file, header, 0, header.length, 0);
    const isSqlite = length === header.length && header.toString('latin1', 0, 16) === 'SQLite format 3\0';
    if (!isSqlite || header.readUInt32BE(68) !== applicationId) throw storeFailure('foreign', path);
  } finally {
    closeSync(file);
  }
}
