/** Checks of the folders: state and sockets belong to one user, and no socket of a dead process lies about. */
import { readdirSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import type { Composition } from '../../../compose.ts';
import { folderProblem } from '../folder-health.ts';
import { counted } from '../spoken.ts';
import { broken, type Finding, ok, warning } from './finding.ts';

export function checkFolder(check: string, folder: string): Finding[] {
  const problem = folderProblem(folder);
  if (problem === undefined) return [ok(check, folder)];
  return [(problem.isBroken ? broken : warning)(check, problem.message, problem.next)];
}

/** Sockets that nobody listens on any more. Looks before any session listens here, because that clears them away. */
export async function checkSockets({ runtimeFolder }: Composition): Promise<Finding[]> {
  const check = 'sockets';
  if (process.platform === 'win32') return [];
  const paths = socketsIn(runtimeFolder);
  const isDead = await Promise.all(paths.map(isStale));
  const stale = isDead.filter(Boolean).length;
  if (stale === 0) return [ok(check, paths.length === 0 ? 'none in use' : `${paths.length} in use, none left over`)];
  const message = `${counted(stale, 'socket')} of dead processes left over; they do no harm.`;
  return [warning(check, message, 'Nothing to do: the next session that starts removes them.')];
}

function socketsIn(folder: string): string[] {
  try {
    return readdirSync(folder)
      .filter(name => name.endsWith('.sock'))
      .map(name => join(folder, name));
  } catch {
    // A missing folder holds no sockets; one that cannot be read has a finding of its own.
    return [];
  }
}

function isStale(path: string): Promise<boolean> {
  return new Promise(resolve => {
    const socket = connect(path, () => {
      socket.destroy();
      resolve(false);
    });
    socket.on('error', error => resolve((error as NodeJS.ErrnoException).code === 'ECONNREFUSED'));
  });
}
