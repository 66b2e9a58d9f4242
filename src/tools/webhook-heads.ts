/** How far the events of projects go: where a webhook begins that is made now, and whether there is something for one that has begun. */
import type { Store } from '../core/ports.ts';
import { isRealProject } from '../core/project.ts';
import type { Heads } from '../core/webhook.ts';

/** The newest event of these projects, or of all. Read one after the other: what happens meanwhile is delivered. */
export async function headsOf(
  store: Pick<Store, 'projects' | 'read'>,
  choose: (projects: readonly string[]) => readonly string[] = all => all,
): Promise<Heads> {
  const heads = new Map<string, number>();
  for (const project of choose((await store.projects()).filter(isRealProject))) {
    heads.set(project, await store.read(project, async tx => tx.sequence));
  }
  return heads;
}
