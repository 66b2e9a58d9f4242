/** What `signalbox guard` and those who mend it need, in one piece: the hooks of a repository, what is ours there, what is wished. */
import { existsSync, realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { SignalboxError } from './core/errors.ts';
import type { GitHookFiles, HookPlace } from './core/git-hook-files.ts';
import type { GuardPolicy } from './core/policy.ts';
import { guardedHooks } from './guard/git-hooks/block.ts';
import { carryOut, isChange, journalOf } from './guard/git-hooks/carry-out.ts';
import type { Journal } from './guard/git-hooks/journal.ts';
import { type HookPlan, type HookWish, planInstall, planRemoval } from './guard/git-hooks/plan.ts';
import { type GuardStatus, statusOf } from './guard/git-hooks/status.ts';
import { createGitHookFiles } from './system/git-hook-files.ts';

export type { HookChange, HookFile } from './core/git-hook-files.ts';
export type { HookPlan } from './guard/git-hooks/plan.ts';
export type { GuardStatus, HookState } from './guard/git-hooks/status.ts';

type Environment = Readonly<Record<string, string | undefined>>;

export interface GitHooks {
  readonly place: HookPlace;
  /** Whether the program lies where a package manager keeps what is run once, and may be gone tomorrow. */
  readonly isPassing: boolean;
  planInstall(): Promise<HookPlan>;
  planRemoval(): Promise<HookPlan>;
  isChange(plan: HookPlan): boolean;
  /** Errors: `conflict`, `unavailable`; nothing is changed then. */
  carryOut(plan: HookPlan): Promise<void>;
  /** `token` is a text that nobody has used before. */
  status(token: string): Promise<GuardStatus>;
}

/** The first git that tells hooks of references. */
const transactionsSince = [2, 28];

/** Looks where git's hooks are. Errors: `not_found` outside a checkout or when the program's own file cannot be told; `unavailable`. */
export async function composeGitHooks(
  environment: Environment,
  directory: string,
  policy: GuardPolicy,
): Promise<GitHooks> {
  const files = createGitHookFiles(environment);
  const place = await files.place(directory);
  const entry = ownEntry();
  const wish = wishFor(place, policy, entry);
  return {
    place,
    isPassing: isPassing(entry),
    planInstall: () => planInstall(files, place, journalOf(files, place), wish),
    planRemoval: () => planRemoval(files, place, journalOf(files, place)),
    isChange: plan => isChange(files, place, plan),
    carryOut: plan => carryOut(files, place, plan),
    status: token => statusOf(files, place, journalOf(files, place), wish, token),
  };
}

/**
 * Installs again, without a word, where a person has installed and somebody has written over it since: a manager that was run, a
 * program that was moved. Whether anything was mended. Changes nothing anywhere else, and never fails.
 */
export async function healGitHooks(directory: string, policy: GuardPolicy, environment: Environment): Promise<boolean> {
  try {
    const files = createGitHookFiles(environment);
    const place = await files.place(directory);
    const journal = journalOf(files, place);
    if (journal === undefined) return false;
    const plan = await planInstall(files, place, journal, healingWish(files, place, policy, journal));
    if (!isChange(files, place, plan)) return false;
    await carryOut(files, place, plan);
    return true;
  } catch {
    return false;
  }
}

/**
 * Whether every hook that a person has installed here stops git, as a self-test shows. What somebody has written over is put back
 * first. False where nothing is installed. Never fails.
 */
export async function holdsGitHooks(
  directory: string,
  policy: GuardPolicy,
  environment: Environment,
  token: string,
): Promise<boolean> {
  try {
    await healGitHooks(directory, policy, environment);
    const { isInstalled, hooks } = await (await composeGitHooks(environment, directory, policy)).status(token);
    return isInstalled && hooks.length > 0 && hooks.every(({ state }) => state === 'live');
  } catch {
    return false;
  }
}

/** What a person has chosen stays while it works: this process may be a copy that is gone tomorrow, or another version. */
function healingWish(files: GitHookFiles, place: HookPlace, policy: GuardPolicy, { program }: Journal): HookWish {
  const isThere = [program.node, program.entry].every(path => files.look(path).kind !== 'nothing');
  const entry = ownEntry();
  const wish = wishFor(place, policy, entry);
  if (!isThere && isPassing(entry)) throw new SignalboxError('unavailable', 'This copy passes.', 'Install Signalbox.');
  return isThere ? { ...wish, program: { ...program, onFailure: policy.onFailure } } : wish;
}

function wishFor({ version }: HookPlace, { commitTrailer, onFailure }: GuardPolicy, entry: string): HookWish {
  const [major = 0, minor = 0] = version;
  const [first = 0, second = 0] = transactionsSince;
  const tellsReferences = major > first || (major === first && minor >= second);
  const hooks = guardedHooks.filter(
    hook => (hook !== 'prepare-commit-msg' || commitTrailer) && (hook !== 'reference-transaction' || tellsReferences),
  );
  return { hooks, program: { node: process.execPath, entry: join(dirname(entry), 'git-hook.cjs'), onFailure } };
}

function isPassing(entry: string): boolean {
  return /[\\/](?:_npx|dlx-[^\\/]*|bunx-[^\\/]*)[\\/]/.test(entry);
}

/** The file that was started, whatever link led to it. */
function ownEntry(): string {
  const [, started = ''] = process.argv;
  if (existsSync(started)) return realpathSync(started);
  throw new SignalboxError(
    'not_found',
    'The file of this program cannot be found.',
    'Install Signalbox again, then run the command.',
  );
}
