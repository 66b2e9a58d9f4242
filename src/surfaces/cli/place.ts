/** Where a command stands, found without writing anything. */
import { existsSync } from 'node:fs';
import type { Composition } from '../../compose.ts';

export async function projectOf(parts: Composition): Promise<string> {
  return parts.config.project.value || (await parts.world.worktrees.describe(parts.directory)).project;
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

/** A store's address as it may be shown: passwords and tokens hidden. */
export function withoutSecrets(url: string): string {
  return url
    .replace(/(:\/\/[^/@:]*):[^/@]*@/, '$1:***@')
    .replace(/([?&][^=&]*(?:token|secret|passw|key|auth)[^=&]*=)[^&]*/gi, '$1***');
}
