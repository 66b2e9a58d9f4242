/** What git tells of the work that is under way where a session stands: by that others may know what it is about. */
import { limits } from '../core/limits.ts';
import type { Participant } from './participant.ts';

export interface Work {
  /** The root of the checkout; null outside git. */
  readonly root: string | null;
  readonly branch: string | null;
  /** Repo-relative, the one changed last first: what is not committed, then what was committed lately. */
  readonly files: readonly string[];
}

/** Takes no longer than git may take twice; what git does not tell in time is missing. */
export async function workOf(caller: Participant): Promise<Work> {
  const { git, worktrees } = caller.world;
  const { root } = await caller.place();
  if ((await git.state(root)) === undefined) return { root: null, branch: null, files: [] };
  const changed = await changedIn(caller, root);
  const files = changed.length < limits.peerFilesNamed ? [...changed, ...(await committedIn(caller, root))] : changed;
  return { root, branch: await worktrees.branch(root), files: [...new Set(files)].slice(0, limits.peerFilesNamed) };
}

async function changedIn({ world: { git } }: Participant, root: string): Promise<string[]> {
  const tree = await git.changedTree(root, limits.peerChangesExamined, limits.gitAnswerMs);
  const files = tree?.files ?? [];
  return files.toSorted((a, b) => b.changedAt - a.changedAt).map(({ path }) => path);
}

async function committedIn({ world: { git } }: Participant, root: string): Promise<string[]> {
  const revisions = Array.from({ length: limits.peerCommits }, (_, back) => `HEAD~${back}`);
  const commits = await Promise.all(revisions.map(revision => git.commit(root, revision, limits.gitAnswerMs)));
  return commits.flatMap(commit => commit?.files.map(({ path }) => path) ?? []);
}
