/** Which version of a client is installed, without changing anything of it: by its package, by its path, or by asking it. */
import { execFile } from 'node:child_process';
import { accessSync, constants, mkdtempSync, readFileSync, realpathSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, delimiter, dirname, isAbsolute, join } from 'node:path';
import type { Environment } from '../terminal.ts';

const askedMs = 3_000;
const levels = 5;
const form = /\d+\.\d+\.\d+/;

/** Undefined where it is not installed as a program, or does not say. */
export async function versionOf(programs: readonly string[], environment: Environment): Promise<string | undefined> {
  const program = programs.map(name => onPath(name, environment)).find(path => path !== undefined);
  if (program === undefined) return undefined;
  try {
    const real = realpathSync(program);
    return packageVersion(real) ?? form.exec(basename(real))?.[0] ?? (await said(program, environment));
  } catch {
    return undefined;
  }
}

function onPath(name: string, { PATH, Path, PATHEXT }: Environment): string | undefined {
  const endings = process.platform === 'win32' ? (PATHEXT ?? '.EXE;.CMD').split(';') : [''];
  const folders = (PATH ?? Path ?? '').split(delimiter).filter(isAbsolute);
  return folders
    .flatMap(folder => endings.map(ending => join(folder, `${name}${ending}`)))
    .find(path => {
      try {
        accessSync(path, constants.X_OK);
        return statSync(path).isFile();
      } catch {
        return false;
      }
    });
}

/** Of the package of npm that a program is part of. */
function packageVersion(program: string): string | undefined {
  let folder = dirname(program);
  for (let level = 0; level < levels && /[\\/]node_modules[\\/]/.test(folder); level += 1) {
    const version = versionIn(join(folder, 'package.json'));
    if (version !== undefined) return version;
    folder = dirname(folder);
  }
  return undefined;
}

function versionIn(file: string): string | undefined {
  try {
    const { version } = JSON.parse(readFileSync(file, 'utf8')) as { version?: unknown };
    return typeof version === 'string' ? form.exec(version)?.[0] : undefined;
  } catch {
    return undefined;
  }
}

/** Asked in a home of its own, because some clients write there whatever they are asked. */
function said(program: string, { PATH, Path, LANG }: Environment): Promise<string | undefined> {
  const home = mkdtempSync(join(tmpdir(), 'sbx-'));
  const env = { PATH, Path, LANG, HOME: home, USERPROFILE: home, APPDATA: home, LOCALAPPDATA: home };
  const options = {
    env,
    cwd: home,
    timeout: askedMs,
    killSignal: 'SIGKILL',
    windowsHide: true,
    shell: process.platform === 'win32' && !/\.exe$/i.test(program),
  } as const;
  return new Promise(resolve => {
    const child = execFile(program, ['--version'], options, (error, stdout) => {
      rmSync(home, { recursive: true, force: true, maxRetries: 3, retryDelay: 50 });
      resolve(error ? undefined : form.exec(stdout)?.[0]);
    });
    child.stdin?.end();
  });
}

/** Where a version stands to the oldest and newest that were tried. */
export function standing(version: string, [oldest, newest]: readonly [string, string]): 'older' | 'tried' | 'newer' {
  if (isBefore(version, oldest)) return 'older';
  return isBefore(newest, version) ? 'newer' : 'tried';
}

function isBefore(one: string, other: string): boolean {
  const [left, right] = [one.split('.').map(Number), other.split('.').map(Number)];
  for (const [place, number] of left.entries()) {
    const against = right[place] ?? 0;
    if (number !== against) return number < against;
  }
  return false;
}
