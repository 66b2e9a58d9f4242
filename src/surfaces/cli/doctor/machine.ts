/** Checks of what Signalbox runs on: Node and git. */
import { execFile } from 'node:child_process';
import type { Environment } from '../terminal.ts';
import { broken, type Finding, ok, warning } from './finding.ts';

const recommended = 'Node 22.22.3 or newer, 24.15 or newer, or 26';

/** `versions` is `process.versions.node`, as a parameter so that every version can be tried on one. */
export function checkNode(version: string): Finding[] {
  const check = 'Node';
  if (!isAtLeast(version, [20, 19])) {
    return [broken(check, `Node ${version} is too old; 20.19 is the oldest that works.`, `Install ${recommended}.`)];
  }
  if (isRecommended(version)) return [ok(check, version)];
  return [
    warning(
      check,
      `${version} works; ${recommended} is recommended, for its faster and sound SQLite.`,
      `Install ${recommended}.`,
    ),
  ];
}

/** The first releases of each line that bring SQLite 3.51.3, which does not damage a store that several processes share. */
function isRecommended(version: string): boolean {
  const [major = 0] = version.split('.').map(Number);
  if (major >= 26) return true;
  const firstOfLine: Readonly<Record<number, readonly number[]>> = { 22: [22, 22, 3], 24: [24, 15], 25: [25, 9] };
  const first = firstOfLine[major];
  return first !== undefined && isAtLeast(version, first);
}

function isAtLeast(version: string, least: readonly number[]): boolean {
  const parts = version.split('.').map(Number);
  for (const [at, wanted] of least.entries()) {
    const part = parts[at] ?? 0;
    if (part !== wanted) return part > wanted;
  }
  return true;
}

/** Whether git can be run. Projects are told without it, but people and hooks need it. */
export async function checkGit(environment: Environment): Promise<Finding[]> {
  const said = await new Promise<string | undefined>(resolve => {
    execFile('git', ['--version'], { env: { ...environment }, timeout: 5_000 }, (error, stdout) =>
      resolve(error ? undefined : stdout),
    );
  });
  const version = /\d+\.\d+(?:\.\d+)*/.exec(said ?? '')?.[0];
  if (version !== undefined) return [ok('git', version)];
  return [
    warning(
      'git',
      'git cannot be run; Signalbox reads repositories by itself, so locks and messages work.',
      'Install git, or put it on the PATH.',
    ),
  ];
}
