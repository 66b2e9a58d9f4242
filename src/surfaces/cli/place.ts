/** Where a command stands, found without writing anything. */
import { existsSync } from 'node:fs';
import type { Composition } from '../../compose.ts';
import { settledProject } from '../../tools/place.ts';

/** The project a command is about. Where the store cannot be read it is what git says: the store's own trouble is told elsewhere. */
export async function projectOf(parts: Composition): Promise<string> {
  if (parts.config.project.value) return parts.config.project.value;
  const tree = await parts.world.worktrees.describe(parts.directory);
  if (!storeExists(parts)) return tree.project;
  return settledProject(parts.world, tree, false).catch(() => tree.project);
}

/** Path of the store's file, if it is one. */
export function storeFile({ storeUrl }: Pick<Composition, 'storeUrl'>): string | undefined {
  return storeUrl.startsWith('sqlite:') ? storeUrl.slice('sqlite:'.length) : undefined;
}

/** False for a file that no session has made yet: reading it would make it. */
export function storeExists(parts: Pick<Composition, 'storeUrl'>): boolean {
  const file = storeFile(parts);
  return file === undefined || existsSync(file);
}
