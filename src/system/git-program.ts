/** Runs git to ask it something: bounded in time and output, and without starting anything that a repository's config names. */
import { spawn } from 'node:child_process';
import { dirname } from 'node:path';

export interface GitQuestion {
  /** The root of a checkout. Git never looks above it for another one. */
  readonly root: string;
  readonly args: readonly string[];
  readonly withinMs: number;
  /** After so many entries (each ends in a zero byte) git is stopped. */
  readonly entries?: number;
  readonly environment?: Readonly<Record<string, string>>;
  /** Where it runs, if not at the root. */
  readonly directory?: string;
}

export interface GitAnswer {
  /** Null when it was stopped because it had said enough. */
  readonly code: number | null;
  readonly output: string;
}

/** An answer longer than this is none: no question here has one. */
const outputBytes = 32 * 1024 * 1024;
/** More programs than this in one config are not set aside one by one; the repository is left alone. */
const programsSetAside = 200;
const zero = 0;

/**
 * What may start a program although git is only asked: the file system monitor, hooks, a pager. Lazy
 * fetching of a partial clone is off as well, by `GIT_NO_LAZY_FETCH` and, for git before 2.45, because no protocol is allowed.
 */
const quiet = ['core.fsmonitor=', 'core.hooksPath=/dev/null', 'core.pager=cat'];

/** Asks git; undefined when it is missing, cannot be started there, or did not answer in time. Never throws. */
export function askGit(
  git: string,
  environment: NodeJS.ProcessEnv,
  question: GitQuestion,
): Promise<GitAnswer | undefined> {
  const { root, withinMs, directory = root, entries = Number.POSITIVE_INFINITY } = question;
  if (withinMs <= 0) return Promise.resolve(undefined);
  return new Promise(resolve => {
    const args = [...quiet.flatMap(setting => ['-c', setting]), ...question.args];
    const env = { ...environment, GIT_CEILING_DIRECTORIES: dirname(root), ...question.environment };

    const child = spawn(git, args, { cwd: directory, env, windowsHide: true, stdio: ['ignore', 'pipe', 'ignore'] });
    const chunks: Buffer[] = [];
    let [bytes, seen, stopped] = [0, 0, false];
    const timer = setTimeout(() => end(undefined), withinMs);
    const end = (answer: GitAnswer | undefined) => {
      clearTimeout(timer);
      stopped = true;
      child.kill('SIGKILL');
      resolve(answer);
    };
    child.stdout.on('data', (chunk: Buffer) => {
      if (stopped) return;
      chunks.push(chunk);
      bytes += chunk.length;
      if (entries < Number.POSITIVE_INFINITY) seen += countOf(chunk);
      if (bytes > outputBytes) end(undefined);
      else if (seen > entries) end({ code: null, output: textOf(chunks) });
    });
    child.on('error', () => end(undefined));
    child.on('close', code => {
      if (!stopped) end(code === null ? undefined : { code, output: textOf(chunks) });
    });
  });
}

function countOf(chunk: Buffer): number {
  let count = 0;
  for (let at = chunk.indexOf(zero); at >= 0; at = chunk.indexOf(zero, at + 1)) count += 1;
  return count;
}

function textOf(chunks: readonly Buffer[]): string {
  return Buffer.concat(chunks).toString('utf8');
}

/** The entries of an answer given with `-z`; what follows the last zero byte was cut off and is none. */
export function entriesOf(output: string): string[] {
  return output.split('\0').slice(0, -1);
}

/**
 * Settings that keep git from starting the programs which a config names for contents: filters (they run when a file whose
 * time stamp changed is compared) and drivers of merges. A filtered file is compared as it lies on the disk, and may then count
 * as changed although its filter would undo that; a file with a driver of its own is merged as text. Undefined when that
 * cannot be made sure; then git must not be asked anything that reads contents.
 */
export async function programsOff(
  git: string,
  environment: NodeJS.ProcessEnv,
  root: string,
  withinMs: number,
): Promise<string[] | undefined> {
  const pattern = '^(filter|merge)\\..*\\.(clean|smudge|process|driver)$';
  const args = ['config', '--null', '--name-only', '--get-regexp', pattern];
  const answer = await askGit(git, environment, { root, args, withinMs });
  // 1 means that there are none.
  if (answer?.code === 1) return [];
  if (answer?.code !== 0) return undefined;
  const keys = [...new Set(entriesOf(answer.output))];
  // Git splits a setting at its first equals sign.
  if (keys.length > programsSetAside || keys.some(key => key.includes('='))) return undefined;
  const settings = keys.flatMap(key => {
    if (key.startsWith('merge.')) return [`${key}=git merge-file -q %A %O %B`];
    return [`${key}=`, `${key.slice(0, key.lastIndexOf('.'))}.required=false`];
  });
  return [...new Set(settings)].flatMap(setting => ['-c', setting]);
}

/** Git's own variables would point every question at one repository; and a question must neither write, prompt nor fetch. */
export function gitEnvironment(environment: Readonly<Record<string, string | undefined>>): NodeJS.ProcessEnv {
  const kept = Object.entries(environment).filter(([name]) => !name.toUpperCase().startsWith('GIT_'));
  return {
    ...Object.fromEntries(kept),
    GIT_OPTIONAL_LOCKS: '0',
    GIT_TERMINAL_PROMPT: '0',
    GIT_NO_LAZY_FETCH: '1',
    GIT_ALLOW_PROTOCOL: 'none',
    GIT_LITERAL_PATHSPECS: '1',
    LC_ALL: 'C',
  };
}
