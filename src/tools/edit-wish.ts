/** What an edit is about, found out before any rule is asked: where its files lie, and what policy says of them. */
import { editResource, seatOf } from '../core/edit-lock.ts';
import type { EditWish } from '../core/edit-wish.ts';
import { guardModeOf } from '../core/guard-mode.ts';
import type { PlacedFile } from '../core/ports.ts';
import type { Participant } from './participant.ts';

export interface PlacedEdit {
  /** The files that lie in checkouts of the project, each once, and whose locks can be named. */
  readonly wishes: readonly EditWish[];
  /** Paths below `.git` that it would change. */
  readonly inGit: readonly string[];
}

/** Finds the files that an edit names from a folder. What lies outside the project is nobody's business here. */
export async function placedEdit(
  caller: Participant,
  paths: readonly string[],
  directory: string | null,
): Promise<PlacedEdit> {
  const { worktrees, policy, processes } = caller.world;
  const from = directory ?? caller.directory;
  const { project } = await worktrees.describe(caller.directory);
  const placed = await Promise.all(paths.map(path => worktrees.placeOf(path, from, project)));
  const { host } = processes.self();
  const wishes = new Map<string, EditWish>();
  for (const file of placed) {
    const wish = wishFor(file, host, path => guardModeOf(policy.guard, path));
    if (wish) wishes.set(`${wish.resource.checkout}|${wish.path}`, wish);
  }
  const inGit = placed.flatMap(file => (file.where === 'git' ? [file.path] : []));
  return { wishes: [...wishes.values()], inGit };
}

function wishFor(file: PlacedFile, host: string, modeOf: (path: string) => EditWish['mode']): EditWish | undefined {
  if (file.where !== 'project' || file.resolved.path === '') return undefined;
  const here = { host, root: file.tree.root };
  try {
    const resource = editResource(file.resolved, seatOf(here));
    return { path: file.resolved.path, resource, here, mode: modeOf(file.resolved.path) };
  } catch {
    // A path longer than any lock can name.
    return undefined;
  }
}
