/** Asks git, from within one of its hooks, what it is about to do or has done. */
import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { type GitHookFacts, noFacts, type Push } from '../core/git-hook-facts.ts';
import { limits } from '../core/limits.ts';
import { entriesOf, pathIn } from './git-program.ts';
import { committedFacts, preparedFacts, rebaseFacts } from './git-transaction-facts.ts';
import { type HookedGit, hookedGit } from './hooked-git.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** What git told the hook. */
export interface HookCall {
  readonly hook: string;
  readonly args: readonly string[];
  readonly input: string;
  readonly environment: Environment;
  /** Where git started it. */
  readonly directory: string;
}

/** Fails with an `Error` when git does not answer. A hook that asks for nothing has no facts. */
export async function hookFacts(call: HookCall): Promise<GitHookFacts> {
  const git = hookedGit(call.environment, call.directory);
  const { hook, args, input, environment } = call;
  switch (hook) {
    case 'pre-commit':
      return { ...noFacts, ...(await stagedFacts(git)), folder: environment.GIT_PREFIX ?? '' };
    case 'pre-push':
      return { ...noFacts, ...(await pushFacts(git, linesOf(input))) };
    case 'post-checkout':
      return { ...noFacts, moved: await movedFacts(git, args) };
    case 'pre-rebase':
      return { ...noFacts, rewritings: await rebaseFacts(git, args) };
    case 'prepare-commit-msg':
      return { ...noFacts, takesTrailer: await takesTrailer(git, args) };
    case 'reference-transaction':
      return args[0] === 'prepared'
        ? { ...noFacts, rewritings: await preparedFacts(git, linesOf(input)) }
        : { ...noFacts, ...(await committedFacts(git, linesOf(input), Date.now())) };
    default:
      return noFacts;
  }
}

function linesOf(input: string): string[] {
  return input.split('\n').filter(line => line !== '');
}

const plainDiff = ['--name-status', '-z', '--no-renames', '--no-ext-diff', '--no-color', '--no-relative'];

async function stagedFacts(git: HookedGit): Promise<Partial<GitHookFacts>> {
  const staged = ['diff', '--cached', ...plainDiff];
  const own = stagedIn(await git.answer(staged));
  // Before the first commit everything is new.
  const mayBeFirst = [...own.values()].every(change => change === 'A');
  const isFirst = mayBeFirst && (await git.ask(['rev-parse', '-q', '--verify', 'HEAD'])).code !== 0;
  const isMerge = existsSync(git.own('MERGE_HEAD'));
  // A merge brings along what was committed elsewhere; only what it makes of that is new.
  const merged = isMerge ? stagedIn(await git.answer([...staged, 'MERGE_HEAD'])) : own;
  return {
    ...bounded(
      [...own.keys()].filter(path => merged.has(path)),
      'staged',
    ),
    isFirst,
    isWhole: isMerge || existsSync(git.own('CHERRY_PICK_HEAD')),
  };
}

/** What is done to each file, by git's letter. */
function stagedIn(output: string): ReadonlyMap<string, string> {
  const entries = entriesOf(output);
  return new Map(
    entries.flatMap((letter, at) => (at % 2 === 0 ? [[pathIn(entries[at + 1] ?? ''), letter] as const] : [])),
  );
}

function bounded(files: readonly string[], key: 'staged' | 'pushedFiles'): Partial<GitHookFacts> {
  const most = limits.committedFilesExamined;
  const notLookedAt = files.length > most ? [`Of ${files.length} files only the first ${most} were looked at.`] : [];
  return { [key]: files.slice(0, most), notLookedAt };
}

interface PushLine {
  readonly local: string;
  readonly reference: string;
  readonly remote: string;
}

async function pushFacts(git: HookedGit, lines: readonly string[]): Promise<Partial<GitHookFacts>> {
  const told = lines.slice(0, limits.pushedReferences).map(line => {
    const [, local = '', reference = '', remote = ''] = line.split(' ');
    return { local, reference, remote };
  });
  const pushes: Push[] = [];
  for (const line of told) {
    const branch = /^refs\/heads\/(.+)$/.exec(line.reference)?.[1] ?? null;
    const forced = await isForced(git, line);
    pushes.push({ branch, isForced: forced, lost: forced ? await lostBy(git, line, branch) : [] });
  }
  const files = await pushedFiles(git, told);
  const more = lines.length > told.length ? [`Of ${lines.length} references only ${told.length} were looked at.`] : [];
  const facts = bounded(files.paths, 'pushedFiles');
  return {
    pushes,
    ...facts,
    notLookedAt: [...more, ...files.notLookedAt, ...(facts.notLookedAt ?? [])],
  };
}

/** A commit of the remote that is not known here cannot be part of what is pushed. */
async function isForced(git: HookedGit, { local, remote }: PushLine): Promise<boolean> {
  if (isNone(remote)) return false;
  if (isNone(local)) return true;
  return (await git.ask(['merge-base', '--is-ancestor', remote, local])).code !== 0;
}

/** What other branches of remotes have is not lost, as far as the last fetch told. */
async function lostBy(git: HookedGit, { local, remote }: PushLine, branch: string | null): Promise<string[]> {
  const kept = [...(isNone(local) ? [] : [local]), ...(branch === null ? [] : [`--exclude=*/${branch}`]), '--remotes'];
  const args = ['rev-list', `--max-count=${limits.lostCommitsExamined}`, remote, '--not', ...kept, '--'];
  const { code, output } = await git.ask(args);
  return code === 0 ? output.split('\n').filter(Boolean) : [remote];
}

async function pushedFiles(git: HookedGit, lines: readonly PushLine[]) {
  const tips = lines.map(({ local }) => local).filter(id => !isNone(id));
  if (tips.length === 0) return { paths: [], notLookedAt: [] };
  const there = lines.map(({ remote }) => remote).filter(id => !isNone(id));
  const known = await knownAmong(git, there);
  const most = limits.pushedCommitsExamined;
  // An empty name is that of no file: it stands before each commit.
  const format = ['log', '-z', '--format=%x00', `--max-count=${most}`, '--name-only', '--no-renames', '--no-ext-diff'];
  const output = await git.answer([...format, ...tips, '--not', ...known, '--remotes', '--']);
  const entries = entriesOf(output).map(entry => entry.replace(/^\n/, ''));
  const commits = entries.filter(entry => entry === '').length;
  const notLookedAt = commits >= most ? [`Only the newest ${most} commits of this push were looked at.`] : [];
  return { paths: [...new Set(entries.filter(entry => entry !== '').map(pathIn))], notLookedAt };
}

async function knownAmong(git: HookedGit, ids: readonly string[]): Promise<string[]> {
  const asked = await Promise.all(ids.map(id => git.ask(['cat-file', '-e', `${id}^{commit}`])));
  return ids.filter((_, at) => asked[at]?.code === 0);
}

/** Nothing for a checkout that is only just made, and for one that stays where it was. */
async function movedFacts(git: HookedGit, [from = '', to = '', isBranch = '']: readonly string[]) {
  if (isBranch !== '1' || isNone(from)) return null;
  const { output } = await git.ask(['log', '-g', '-1', '--no-show-signature', '--format=%gs', 'HEAD', '--']);
  const [, former = from.slice(0, 10), present = to.slice(0, 10)] =
    /^checkout: moving from (.+) to (.+)$/.exec(output.trim()) ?? [];
  return former === present && from === to ? null : { from: short(former), to: short(present) };
}

function short(name: string): string {
  return /^[0-9a-f]{40,64}$/.test(name) ? name.slice(0, 10) : name;
}

/** Not a message that git itself makes, of a commit that is carried over, or one that somebody has still to write. */
async function takesTrailer(git: HookedGit, [file = '', source = '']: readonly string[]): Promise<boolean> {
  const message = resolve(git.directory, file);
  if (source === 'merge' || source === 'squash' || !existsSync(message)) return false;
  const signs = ['MERGE_HEAD', 'CHERRY_PICK_HEAD', 'REVERT_HEAD', 'rebase-merge', 'rebase-apply'];
  if (signs.some(sign => existsSync(git.own(sign)))) return false;
  const text = await git.answer(['stripspace', '--strip-comments'], readFileSync(message));
  return text.trim() !== '' && !/^(?:fixup|squash|amend)! /.test(text);
}

/** Adds the trailer, once for each session. */
export async function addTrailer(
  { environment, directory }: Pick<HookCall, 'environment' | 'directory'>,
  file: string,
  trailer: string,
): Promise<void> {
  const how = ['--in-place', '--no-divider', '--if-exists', 'addIfDifferent', '--if-missing', 'add'];
  await hookedGit(environment, directory).answer(['interpret-trailers', ...how, '--trailer', trailer, file]);
}

/** The name that git gives to no commit. */
export function isNone(id: string): boolean {
  return /^0*$/.test(id);
}
