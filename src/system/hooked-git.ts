/** Git as one of its own hooks asks it: the same repository, index and settings, but no hook, monitor or pager within it. */
import { spawn } from 'node:child_process';
import { join, resolve } from 'node:path';
import { limits } from '../core/limits.ts';
import { foldersUpFrom, type GitFolder, gitFolderAt, readRegularFile } from './git-folder.ts';

type Environment = Readonly<Record<string, string | undefined>>;

export interface HookedGit {
  /** Where the hook was started: from there git's variables name its places. */
  readonly directory: string;
  /** A file or folder that this checkout has for itself in git's folder, or that all checkouts share. Takes no process. */
  own(name: string): string;
  shared(name: string): string;
  /** Its exit code, -1 when it did not answer in time, and what it said. */
  ask(args: readonly string[], input?: Uint8Array): Promise<{ readonly code: number; readonly output: string }>;
  /** What it said; fails when it did not end well. */
  answer(args: readonly string[], input?: Uint8Array): Promise<string>;
}

/** More than this is no answer. */
const outputBytes = 64 * 1024 * 1024;
const quiet = [
  '-c',
  'core.fsmonitor=',
  '-c',
  'core.hooksPath=/dev/null',
  '-c',
  'core.pager=cat',
  '-c',
  'log.showSignature=false',
];

export function hookedGit(environment: Environment, directory: string): HookedGit {
  const env = {
    ...environment,
    GIT_OPTIONAL_LOCKS: '0',
    GIT_TERMINAL_PROMPT: '0',
    GIT_NO_LAZY_FETCH: '1',
    LC_ALL: 'C',
  };
  const ask: HookedGit['ask'] = (args, input) =>
    new Promise(done => {
      const child = spawn('git', [...quiet, ...args], {
        cwd: directory,
        env,
        windowsHide: true,
        stdio: ['pipe', 'pipe', 'ignore'],
      });
      const timer = setTimeout(() => child.kill('SIGKILL'), limits.gitHookMs);
      const pieces: Buffer[] = [];
      let bytes = 0;
      child.stdout.on('data', (piece: Buffer) => {
        bytes += piece.length;
        if (bytes > outputBytes) child.kill('SIGKILL');
        else pieces.push(piece);
      });
      // It may end before it has read everything.
      child.stdin.on('error', () => undefined);
      child.stdin.end(input ?? '');
      const end = (code: number) => {
        clearTimeout(timer);
        done({ code, output: Buffer.concat(pieces).toString('utf8') });
      };
      child.on('error', () => end(-1));
      child.on('close', code => end(code ?? -1));
    });
  const answer: HookedGit['answer'] = async (args, input) => {
    const { code, output } = await ask(args, input);
    if (code === 0) return output;
    throw new Error(`git ${args[0]} ended with ${code}`);
  };
  const { gitDirectory, commonDirectory } = foldersOf(environment, directory);
  const own = (name: string) => join(gitDirectory, name);
  const shared = (name: string) => join(commonDirectory, name);
  return { directory, own, shared, ask, answer };
}

/** Git names its folder to hooks where it is not to be found from the checkout. */
function foldersOf({ GIT_DIR: named }: Environment, directory: string): Omit<GitFolder, 'root'> {
  const found = named
    ? undefined
    : foldersUpFrom(directory)
        .map(gitFolderAt)
        .find(folder => folder !== undefined);
  if (found) return found;
  const gitDirectory = resolve(directory, named || '.git');
  const common = readRegularFile(join(gitDirectory, 'commondir'))?.toString('utf8').trim();
  return { gitDirectory, commonDirectory: common ? resolve(gitDirectory, common) : gitDirectory };
}
