/** Finds the programs of installed servers, and the user they are to run as. */
import { accessSync, constants, readdirSync, readFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** The folder of PostgreSQL's programs: the newest that Debian installed, else the one on the path. */
export function postgresPrograms(): string | undefined {
  const packaged = entries('/usr/lib/postgresql')
    .sort((a, b) => Number(b) - Number(a))
    .map(version => join('/usr/lib/postgresql', version, 'bin'));
  return [...packaged, ...searchPath()].find(folder => isProgram(join(folder, 'initdb')));
}

/** The whole path of a program on the path (and where Debian keeps those for root). */
export function program(name: string): string | undefined {
  return [...searchPath(), '/usr/sbin', '/sbin'].map(folder => join(folder, name)).find(isProgram);
}

/** PostgreSQL refuses to run as root: then its own user, or nobody, does. Undefined when this process is not root. */
export function unprivilegedUser(): { readonly uid: number; readonly gid: number } | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const accounts = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .map(line => line.split(':'));
  for (const wanted of ['postgres', 'nobody']) {
    const account = accounts.find(([name]) => name === wanted);
    if (account) return { uid: Number(account[2]), gid: Number(account[3]) };
  }
  throw new Error('PostgreSQL does not run as root, and there is no user "postgres" or "nobody" to run it as');
}

function searchPath(): string[] {
  return (process.env.PATH ?? '').split(delimiter).filter(Boolean);
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function entries(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
