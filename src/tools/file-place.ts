/** Finds where a file lies that a caller named: its one path in the project, and the checkout it stands in. */
import type { ResolvedPath, Worktree } from '../core/ports.ts';
import { isFileName } from '../core/resource.ts';
import type { Participant } from './participant.ts';

export interface FilePlace extends ResolvedPath {
  readonly tree: Worktree;
}

/** Fails with `invalid_input` for a path outside the project, as `Worktrees.resolve` does. */
export async function locate(caller: Participant, name: string): Promise<FilePlace> {
  const { worktrees } = caller.world;
  const own = await worktrees.describe(caller.directory);
  const path = isFileName(name) ? name.trim().slice('file:'.length) : name;
  const resolved = await worktrees.resolve(path, caller.directory, own.project);
  return { ...resolved, tree: await checkoutAround(caller, path, own) };
}

/** A path may lead into another checkout of the project; then what is recorded belongs there. */
async function checkoutAround(caller: Participant, path: string, own: Worktree): Promise<Worktree> {
  const isAbsolute = /^(?:[a-z]:)?[\\/]/i.test(path);
  for (const folder of foldersAbove(isAbsolute ? path : `${caller.directory}/${path}`)) {
    const tree = await caller.world.worktrees.describe(folder).catch(() => undefined);
    if (tree) return tree.project === own.project ? tree : own;
  }
  return own;
}

/** The folders above a path, the nearest first; it may be gone. */
function foldersAbove(path: string): string[] {
  const folders: string[] = [];
  let end = Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\'));
  for (; end > 0; end = Math.max(path.lastIndexOf('/', end - 1), path.lastIndexOf('\\', end - 1))) {
    folders.push(path.slice(0, end));
  }
  return folders;
}
