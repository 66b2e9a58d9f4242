/** Which mode of the guard a file is under. */
import { globBase, matchesText } from './glob.ts';
import { limits } from './limits.ts';
import type { GuardMode, GuardPolicy } from './policy.ts';

/**
 * The mode for edits of a file, by its path in the repository as `Worktrees.resolve` gives it: that of the last glob which
 * matches it, else that for edits. As in `lock_acquire`, a name without a wildcard at its end means a folder with all that is
 * in it as well. Every character of the path stands for itself; with `foldsCase`, letters compare without case. A path that is
 * too long to be locked matches no glob.
 */
export function guardModeOf(policy: GuardPolicy, path: string, foldsCase = false): GuardMode {
  if ([...path].length > limits.resourceCharacters) return policy.edits;
  const rule = policy.paths.findLast(({ glob }) => covers(glob, path, foldsCase));
  return rule?.mode ?? policy.edits;
}

function covers(glob: string, path: string, foldsCase: boolean): boolean {
  if (!foldsCase && !path.startsWith(globBase(glob)) && `${path}/` !== globBase(glob)) return false;
  const [, ending = ''] = /([^/*?\]}]*)$/.exec(glob) ?? [];
  const namesFolder = !/[*?][^/]*$/.test(glob);
  // Both are asked first because they cost nothing: everything that a pattern matches lies in its base and has its ending.
  if ((foldsCase || path.endsWith(ending)) && matchesText(glob, path, foldsCase)) return true;
  return namesFolder && path.includes('/') && matchesText(`${glob}/**`, path, foldsCase);
}
