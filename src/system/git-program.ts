/** Runs git to ask it something: bounded in time and output, and without starting anything that a repository's config names. */
import { spawn } from 'node:child_process';
import { dirname, parse } from 'node:path';

export interface GitQuestion {
  /** The root of a checkout. Git never looks above it for another one. */
  readonly root: string;
  readonly args: readonly string[];
  readonly withinMs: number;
  /** After so many entries (each ends in a zero byte) git is stopped. */
  readonly entries?: number;
  readonly environment?: Readonly<Record<string, string>>;
  /** What it reads. */
  readonly input?: string;
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
/** Where git is started; it goes to the checkout by itself. Started there, a program of the checkout could be taken for git. */
const startFolder = parse(process.execPath).root;

/**
 * What may start a program although git is only asked: the file system monitor, hooks, a pager. Lazy
 * fetching of a partial clone is off as well, by `GIT_NO_LAZY_FETCH` and, for git before 2.45, because no protocol is allowed.
 */
const quiet = ['core.fsmonitor=', 'core.hooksPath=/dev/null', 'core.pager=cat'];

/**
 * Asks git; undefined when it is missing, cannot be started there, or did not answer in time. Never throws. Which repository is
 * asked is for git to find from the root: named by a variable (`GIT_DIR`), one of another user would be trusted, and so would
 * the programs that its config names.
 */
export function askGit(
  git: string,
  environment: NodeJS.ProcessEnv,
  question: GitQuestion,
): Promise<GitAnswer | undefined> {
  const { root, withinMs, input = '', entries = Number.POSITIVE_INFINITY } = question;
  if (withinMs <= 0) return Promise.resolve(undefined);
  return new Promise(resolve => {
    const args = ['-C', root, ...quiet.flatMap(setting => ['-c', setting]), ...question.args];
    const env = { ...environment, GIT_CEILING_DIRECTORIES: dirname(root), ...question.environment };

    const child = spawn(git, args, { cwd: startFolder, env, windowsHide: true, stdio: ['pipe', 'pipe', 'ignore'] });
    // It may end before it has read everything.
    child.stdin.on('error', () => undefined);
    child.stdin.end(input);
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

/** A path in an answer as `Worktrees.resolve` spells it. A repository within this one is listed with a slash. */
export function pathIn(entry: string): string {
  return entry.replace(/\/$/, '').normalize('NFC');
}

/**
 * Settings that keep git from starting the programs which a config names for contents: filters (they run when a file whose
 * time stamp changed is compared) and hooks. A filtered file is compared as it lies on the disk, and may then count as changed
 * although its filter would undo that. Undefined when that cannot be made sure; then git must not be asked anything that reads
 * contents. It is asked for all of its settings, so that nothing depends on how a pattern treats odd names.
 */
export async function programsOff(
  git: string,
  environment: NodeJS.ProcessEnv,
  root: string,
  withinMs: number,
): Promise<string[] | undefined> {
  const args = ['config', '--null', '--name-only', '--list'];
  const answer = await askGit(git, environment, { root, args, withinMs });
  if (answer?.code !== 0) return undefined;
  const all = new Set(entriesOf(answer.output));
  // Every repository has this one. Where it is missing, git has passed over the config of the repository, as it does with that of
  // another user: then these are not the settings that a later question would meet.
  if (!all.has('core.repositoryformatversion')) return undefined;
  const keys = [...all].filter(key =>
    /^(?:filter\.[\s\S]*\.(?:clean|smudge|process)|hook\.[\s\S]*\.command)$/.test(key),
  );
  if (keys.length > programsSetAside || !keys.every(isSettable)) return undefined;
  const settings = keys.flatMap(key => {
    const owner = key.slice(0, key.lastIndexOf('.'));
    return key.startsWith('hook.') ? [`${owner}.enabled=false`] : [`${key}=`, `${owner}.required=false`];
  });
  return [...new Set(settings)].flatMap(setting => ['-c', setting]);
}

/** Git splits a setting at its first equals sign, and a name with bytes that are no text is another one by the time it is read here. */
function isSettable(key: string): boolean {
  return !key.includes('=') && !key.includes('\ufffd');
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
