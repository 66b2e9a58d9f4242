/** How bad it would be, at worst, to let a command run beside others: one word for a whole reading. */
import type { GitEffect, GitUse, ShellReading } from './reading.ts';

/**
 * From harmless to worst.
 *
 * | Class | Means |
 * |---|---|
 * | `none` | nothing that matters to others |
 * | `files` | files that are named are written or deleted: it matters whether somebody else has one of them |
 * | `stage` | files that are named are staged or unstaged |
 * | `commit` | what is staged, or files that are named, are committed |
 * | `push` | commits are sent to a remote repository, where nothing is lost |
 * | `refs` | branches that nobody has checked out, tags, settings |
 * | `sweep` | everything that lies about is staged or committed, whoever made it |
 * | `shared` | HEAD, index, stash, history or a whole working tree is changed under everybody who uses them |
 * | `unknown` | git is told to do something that the text does not tell |
 * | `evasion` | the guard itself is gone round |
 */
export const harms = [
  'none',
  'files',
  'stage',
  'commit',
  'push',
  'refs',
  'sweep',
  'shared',
  'unknown',
  'evasion',
] as const;
export type Harm = (typeof harms)[number];

/** The least harm that has to be kept from a checkout which others use as well. */
const stoppedFrom: Harm = 'sweep';

export function isStopped(harm: Harm): boolean {
  return harms.indexOf(harm) >= harms.indexOf(stoppedFrom);
}

const harmOfEffect: Readonly<Record<GitEffect, Harm>> = {
  read: 'none',
  fetch: 'none',
  create: 'none',
  upkeep: 'none',
  stage: 'stage',
  'stage-all': 'sweep',
  unstage: 'stage',
  'unstage-all': 'shared',
  commit: 'commit',
  'commit-paths': 'commit',
  amend: 'shared',
  'move-head': 'shared',
  'discard-paths': 'files',
  'discard-all': 'shared',
  'write-files': 'files',
  'stash-make': 'shared',
  'stash-take': 'shared',
  rewrite: 'shared',
  refs: 'refs',
  push: 'push',
  'push-force': 'shared',
  'worktree-remove': 'shared',
  'config-shared': 'refs',
  unknown: 'unknown',
};

/** What worktrees of one repository share with each other: it matters in a new one as well. */
const acrossWorktrees: ReadonlySet<GitEffect> = new Set<GitEffect>([
  'stash-take',
  'rewrite',
  'refs',
  'push',
  'push-force',
  'worktree-remove',
  'config-shared',
  'unknown',
]);

/**
 * Of one use of git. In a repository that the command has made itself only what it pushes matters to anybody. What is staged
 * in an index of its own is nobody else's matter, unless it is committed: nobody knows what is in it then.
 */
export function harmOfUse({ effects, made, indexFile }: GitUse): Harm {
  const relevant = effects.filter(effect => {
    if (made?.kind === 'repository') return effect === 'push' || effect === 'push-force';
    return made === null || acrossWorktrees.has(effect);
  });
  return worst(relevant.map(effect => (isPrivate(indexFile) ? harmInPrivate(effect) : harmOfEffect[effect])));
}

function isPrivate(indexFile: string | null): boolean {
  return indexFile !== null && indexFile !== '…' && !/(^|\/)\.git\/(.*\/)?index$/.test(indexFile);
}

function harmInPrivate(effect: GitEffect): Harm {
  if (/^(un)?stage/.test(effect)) return 'none';
  return effect === 'commit' ? 'sweep' : harmOfEffect[effect];
}

export function harmOf({ git, writes, evasions }: ShellReading): Harm {
  const files: readonly Harm[] = writes.length > 0 ? ['files'] : [];
  const around: readonly Harm[] = evasions.length > 0 ? ['evasion'] : [];
  return worst([...git.map(harmOfUse), ...files, ...around]);
}

function worst(all: readonly Harm[]): Harm {
  return all.reduce<Harm>((one, other) => (harms.indexOf(other) > harms.indexOf(one) ? other : one), 'none');
}
