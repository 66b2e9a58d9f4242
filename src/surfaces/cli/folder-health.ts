/** Whether a folder is fit for private state, judged without touching it. */
import { accessSync, constants, type Stats, statSync } from 'node:fs';
import { dirname } from 'node:path';

export interface FolderProblem {
  readonly message: string;
  readonly next: string;
  /** False when the folder can be used all the same. */
  readonly isBroken: boolean;
}

const elsewhere = 'or set SIGNALBOX_HOME to a folder of your own.';

/**
 * What keeps `folder` from being used by this user alone, or undefined. A folder that is missing is fine as long as it can be
 * made. Never throws. On Windows only existence and access count: the profile's access list protects it.
 */
export function folderProblem(
  folder: string,
  platform: NodeJS.Platform = process.platform,
  uid: number | undefined = process.getuid?.(),
): FolderProblem | undefined {
  const facts = look(folder);
  if (facts === 'unreadable')
    return broken(`The folder ${folder} cannot be looked at.`, `Correct the permissions above it, ${elsewhere}`);
  if (facts === undefined) return missingProblem(folder);
  if (!facts.isDirectory()) return broken(`${folder} is not a folder.`, `Move it away, ${elsewhere}`);
  if (platform !== 'win32' && uid !== undefined && facts.uid !== uid) {
    return broken(`The folder ${folder} belongs to another user.`, `Remove it, ${elsewhere}`);
  }
  if (!isWritable(folder))
    return broken(`The folder ${folder} is read-only.`, `Make it writable for your user, ${elsewhere}`);
  if (platform !== 'win32' && (facts.mode & 0o077) !== 0) {
    return { message: `Other users can look into ${folder}.`, next: `Run: chmod 700 ${folder}`, isBroken: false };
  }
  return undefined;
}

/** The folder will be made below the nearest one that exists, so that one must be writable. */
function missingProblem(folder: string): FolderProblem | undefined {
  for (let above = dirname(folder); ; above = dirname(above)) {
    const facts = look(above);
    if (facts === undefined && dirname(above) !== above) continue;
    if (facts !== undefined && facts !== 'unreadable' && facts.isDirectory() && isWritable(above)) return undefined;
    return broken(
      `The folder ${folder} cannot be made: ${above} is not writable.`,
      `Make it writable for your user, ${elsewhere}`,
    );
  }
}

function broken(message: string, next: string): FolderProblem {
  return { message, next, isBroken: true };
}

function look(path: string): Stats | 'unreadable' | undefined {
  try {
    return statSync(path);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    return code === 'ENOENT' || code === 'ENOTDIR' ? undefined : 'unreadable';
  }
}

function isWritable(folder: string): boolean {
  try {
    accessSync(folder, constants.W_OK | constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
