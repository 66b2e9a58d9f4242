/** Asks git what a plan wants to know: at once as far as the machine bears it, and all of it within `limits.conflictGitMs`. */
import type { ChangedFiles, GitFindings, GitPlan, TrialMerge, TriedMerge } from '../core/conflict-plan.ts';
import { limits } from '../core/limits.ts';
import type { World } from './world.ts';

type Question = (withinMs: number) => Promise<void>;

/** Never fails for what git cannot tell: that is missing from the findings. */
export async function lookIntoGit(world: World, plan: GitPlan): Promise<GitFindings> {
  const { git } = world;
  const { root } = plan.me;
  const state = plan.concernsGit ? await git.state(root) : undefined;
  const changes = new Map<string, ChangedFiles | undefined>();
  const merges: TriedMerge[] = plan.merges.map(() => undefined);
  if (!state) return { state, changes, merges };
  const roots = [...(plan.wantsOwnChanges ? [root] : []), ...plan.elsewhere.map(checkout => checkout.root)];
  const questions: Question[] = [
    // The cheap ones first: a merge is tried in memory, changed files are looked for on the disk.
    ...plan.merges.map((merge, at) => async (withinMs: number) => {
      merges[at] = await tried(world, root, merge, withinMs);
    }),
    ...roots.map(each => async (withinMs: number) => {
      changes.set(each, await changedIn(world, each, withinMs, plan.under));
    }),
  ];
  await askAll(world, questions);
  return { state, changes, merges };
}

/** A few at a time; those whose turn comes too late are not asked any more. */
async function askAll({ clock }: World, questions: readonly Question[]): Promise<void> {
  const deadline = clock.elapsed() + limits.conflictGitMs;
  const rest = [...questions];
  const asker = async () => {
    for (let question = rest.shift(); question; question = rest.shift()) {
      const left = deadline - clock.elapsed();
      if (left <= 0) return;
      await question(left);
    }
  };
  await Promise.all(Array.from({ length: limits.conflictGitAtOnce }, asker));
}

async function changedIn(
  { git }: World,
  root: string,
  withinMs: number,
  under: readonly string[],
): Promise<ChangedFiles | undefined> {
  if ((await git.state(root))?.isBare) return { files: [], more: false };
  return git.changedFiles(root, limits.changedFilesExamined, withinMs, under);
}

async function tried(
  { git, clock }: World,
  root: string,
  { theirs, head }: TrialMerge,
  withinMs: number,
): Promise<TriedMerge> {
  const begun = clock.elapsed();
  const commit = head === null ? theirs : (await git.commit(head, 'HEAD', withinMs))?.id;
  if (commit === undefined) return undefined;
  const merge = await git.dryMerge(root, 'HEAD', commit, withinMs - (clock.elapsed() - begun), head);
  return merge && ('missing' in merge ? merge.missing : merge.conflicts);
}
