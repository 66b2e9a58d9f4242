/** What remembers that the user of a client was told of a failure, in whichever process: a file beside the sockets. */
import { rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { limits } from '../core/limits.ts';
import { systemClock } from './clock.ts';
import { ensurePrivateFolder, isPrivateFolder } from './folders.ts';

/**
 * Whether a failure is to be told to the client's user now: once, until something works again. To be called with what works too.
 * Where no mark can be left, each process tells it once.
 */
export function createFailureMark(folder: string, clientPid: number): (isFailing: boolean) => boolean {
  const file = join(folder, `failed-${clientPid}`);
  let wasFailing: boolean | undefined;
  return isFailing => {
    const isNews = isFailing !== wasFailing;
    wasFailing = isFailing;
    if (!isNews) return false;
    return isFailing ? leaveMark(folder, file) : removeMark(folder, file);
  };
}

/** False when it was there: another process has told it. One of long ago is that of an earlier client with the same pid. */
function leaveMark(folder: string, file: string): boolean {
  try {
    ensurePrivateFolder(folder);
    const age = systemClock.now() - (statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0);
    if (age > limits.failureToldMs) rmSync(file, { force: true });
    writeFileSync(file, '', { flag: 'wx' });
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'EEXIST';
  }
}

function removeMark(folder: string, file: string): false {
  try {
    if (isPrivateFolder(folder)) rmSync(file, { force: true });
  } catch {
    // It cannot be there either.
  }
  return false;
}
