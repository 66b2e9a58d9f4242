/** What the targets of an action are: paths, free names or branches, told apart by their spelling and by the branches there are. */
import { type Action, isGitAction } from '../core/conflict-kinds.ts';
import { SignalboxError } from '../core/errors.ts';
import { isPattern } from '../core/glob.ts';
import { limits } from '../core/limits.ts';
import type { IntentType } from '../core/records.ts';
import { cleanLine } from '../core/text.ts';
import type { Participant } from './participant.ts';

const branchPrefix = 'branch:';

/**
 * Makes targets canonical from where the caller stands. `branch:name` is a branch, and so is the name of a local or remote branch when
 * the action is one of git; `word:rest` is a free name such as `port:3000`; everything else is a path (`./word:rest` too).
 */
export async function actionFor(
  caller: Participant,
  type: IntentType,
  targets: readonly string[] | undefined,
): Promise<Action> {
  const given = [...new Set((targets ?? []).map(target => target.trim()))];
  refuseMany(given.length);
  const named = given.filter(isNamedBranch);
  const others = given.filter(target => !isNamedBranch(target));
  const known = isGitAction(type) ? await knownBranches(caller, others) : [];
  const rest = others.filter(target => !known.includes(target));
  const names = rest.filter(isFreeName);
  const paths = rest.filter(target => !isFreeName(target));
  const branches = [...named.map(target => branchName(target.slice(branchPrefix.length))), ...known];
  return {
    type,
    targets: rest.length > 0 ? await resourcesFor(caller, paths, names) : [],
    branches: [...new Set(branches)],
  };
}

/** Canonical as for a lock; but nothing is to be locked here, so what to do instead has other words. */
async function resourcesFor(caller: Participant, paths: readonly string[], names: readonly string[]) {
  try {
    return await caller.resources(paths, names);
  } catch (error) {
    if (!(error instanceof SignalboxError) || !/\block\b/i.test(error.next)) throw error;
    const next = 'Name a path of this project, a free name such as port:3000 or git:index, or a branch as branch:name.';
    throw new SignalboxError(error.code, error.message, next);
  }
}

function isNamedBranch(target: string): boolean {
  return target.startsWith(branchPrefix);
}

/** Two letters at least before the colon: one is a drive. */
function isFreeName(target: string): boolean {
  return /^[a-z][\w.-]+:(?![\\/])/i.test(target) && !target.startsWith('file:');
}

/** Which of the targets are branches, local or of a remote. Git is asked only when one could be. */
async function knownBranches(caller: Participant, targets: readonly string[]): Promise<string[]> {
  const candidates = targets.filter(target => !isPattern(target) && !isFreeName(target));
  if (candidates.length === 0) return [];
  const { root } = await caller.place();
  const known = await caller.world.git.branches(root, limits.branchesExamined, limits.conflictGitMs);
  return candidates.filter(target => known?.includes(target));
}

function branchName(raw: string): string {
  const name = cleanLine(raw, 'A branch', limits.branchCharacters);
  if (name !== '' && !/\s/.test(name)) return name;
  throw new SignalboxError(
    'invalid_input',
    'A branch has a name without spaces.',
    'Give it as branch:name, such as branch:feature/login.',
  );
}

function refuseMany(count: number): void {
  if (count <= limits.intentTargets) return;
  throw new SignalboxError(
    'limit_exceeded',
    `${count} targets were named; one call takes ${limits.intentTargets}.`,
    'Name a folder or a glob such as src/** instead of single files.',
  );
}
