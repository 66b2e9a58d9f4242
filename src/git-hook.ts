/**
 * What the lines in git's hooks start: `git-hook.cjs <hook> <allow|block> …`, with what git gave the hook behind. Gathers from git what
 * it is about to do while the rest of the program is loaded, asks, and says by its exit code whether git goes on. Whatever happens, it
 * ends in time; what it could not find out is decided by policy.
 */
import { isMarked, marksOfClients } from './clients/environment.ts';
import { askingHooks, type GitHookFacts } from './core/git-hook-facts.ts';
import { limits } from './core/limits.ts';
import { cleanText } from './core/text.ts';
import { guardedHooks, refusedExitCode } from './guard/git-hooks/block.ts';
import type { GitHookAnswer, GitHookCall } from './surfaces/git-hook/check.ts';
import type { checkGit } from './surfaces/git-hook/direct.ts';
import { ancestorsOf } from './system/ancestors.ts';
import { deadline } from './system/deadline.ts';
import { addTrailer, hookFacts } from './system/git-hook-facts.ts';
import { askOneOf, gitHookServers } from './system/git-hook-servers.ts';

type Environment = Readonly<Record<string, string | undefined>>;

interface Call {
  readonly hook: string;
  readonly args: readonly string[];
  /** What is done about a failure as long as policy is not known. */
  readonly onFailure: 'allow' | 'block';
  readonly environment: Environment;
}

/** Resolves to the exit code when everything is written. `words` are those behind the program. Never rejects. */
export async function runGitHook(words: readonly string[], environment: Environment): Promise<number> {
  const [hook = '', otherwise = '', ...args] = words;
  const call: Call = { hook, args, onFailure: otherwise === 'block' ? 'block' : 'allow', environment };
  if (!(guardedHooks as readonly string[]).includes(hook)) return 0;
  const end = deadline(limits.gitHookMs, () => {
    void failed(call, `It took longer than ${limits.gitHookMs / 1000} s.`, call.onFailure).then(code =>
      process.exit(code),
    );
  });
  try {
    return await checked(call);
  } catch (error) {
    return await failed(call, error instanceof Error ? error.message : String(error), call.onFailure);
  } finally {
    end();
  }
}

async function checked(call: Call): Promise<number> {
  const { hook, args, environment } = call;
  const bypass = environment.SIGNALBOX_BYPASS?.trim() || null;
  const marked = isMarked(environment);
  const about: GitHookCall = {
    hook,
    bypass,
    isPerson: !marked,
    ancestors: marked || bypass !== null ? ancestorsOf(process.ppid, limits.ancestorsExamined) : [],
  };
  const input = readsInput(hook) ? await readInput() : '';
  const directory = process.cwd();
  const facts = hookFacts({ hook, args, input, environment, directory });
  // Whoever waits for it hears of its failure; until then nobody may be waiting.
  facts.catch(() => undefined);
  const answer =
    (await served(about, facts, environment, directory)) ?? (await direct(about, facts, environment, directory));
  if ('failure' in answer) return failed(call, answer.failure, answer.onFailure);
  const { refused, lines, warnings, trailer } = answer;
  if (trailer !== null && args[0] !== undefined) await addTrailer({ environment, directory }, args[0], trailer);
  await say([...lines, ...warnings]);
  return refused ? refusedExitCode : 0;
}

/** By these a server knows whose shell it is, and whether its own settings are those of the hook; nothing else leaves this process. */
const variables = [
  ...marksOfClients,
  'SIGNALBOX_HOME',
  'SIGNALBOX_PROJECT',
  'SIGNALBOX_SESSION',
  'SIGNALBOX_STORE',
  'XDG_CONFIG_HOME',
];

/** A server that works in this checkout has everything loaded that the answer takes; undefined where there is none. */
async function served(
  about: GitHookCall,
  facts: Promise<GitHookFacts>,
  environment: Environment,
  directory: string,
): Promise<GitHookAnswer | undefined> {
  const told = variables.flatMap(name => (environment[name] ? [[name, environment[name]] as const] : []));
  const gitHook = { ...about, directory, environment: Object.fromEntries(told) };
  const answer = await askOneOf(gitHookServers(environment), { gitHook }, facts);
  return (answer as GitHookAnswer | undefined) ?? undefined;
}

async function direct(...about: Parameters<typeof checkGit>): Promise<GitHookAnswer> {
  return (await import('./surfaces/git-hook/direct.ts')).checkGit(...about);
}

function readsInput(hook: string): boolean {
  return hook === 'pre-push' || hook === 'reference-transaction';
}

async function readInput(): Promise<string> {
  const pieces: Buffer[] = [];
  for await (const piece of process.stdin) pieces.push(piece as Buffer);
  return Buffer.concat(pieces).toString('utf8');
}

/** Says what was not done, and whether git goes on: where nothing can be stopped any more it does. */
async function failed({ hook, args }: Call, why: string, onFailure: 'allow' | 'block'): Promise<number> {
  const isAsking = askingHooks.includes(hook) || (hook === 'reference-transaction' && args[0] === 'prepared');
  const isStopped = isAsking && onFailure === 'block';
  const undone: Record<string, string> = {
    'reference-transaction': 'what was committed is not recorded',
    'post-checkout': 'nobody was told that HEAD has moved',
    'prepare-commit-msg': 'the message names no session',
  };
  const what = isAsking
    ? isStopped
      ? 'stopped, because it could not be checked'
      : 'goes on, unchecked'
    : undone[hook];
  await say([`${what}: ${why}`]);
  return isStopped ? refusedExitCode : 0;
}

/** The first line says who speaks, the others are below it. */
function say(lines: readonly string[]): Promise<void> {
  const text = lines
    .map((line, at) => `${at === 0 ? 'signalbox: ' : '  '}${cleanText(line).text.replaceAll('\n', ' ')}\n`)
    .join('');
  return new Promise(done => {
    process.stderr.write(text, () => done());
  });
}
