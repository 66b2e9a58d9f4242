/** What a vocabulary locks by a text. */

import type { Resource } from '../core/records.ts';
import { fileResource } from '../core/resource.ts';
import { isPathLike, nativeName } from '../core/resource-text.ts';
import type { Participant } from './participant.ts';
import type { World } from './world.ts';

/**
 * A file or folder of the repository, by its path from the root, wherever the caller's process was started; or a free name. The same text
 * is the same resource for everybody who works on the project, whether or not there is such a file at the moment. Errors: those of
 * `namedResource`.
 */
export async function foreignResource({ worktrees }: World, caller: Participant, text: string): Promise<Resource[]> {
  if (isPathLike(text)) {
    const { project, root } = await caller.place();
    const spot = await worktrees.placeOf(text, root, project).catch(() => undefined);
    if (spot?.where === 'project' && spot.resolved.path !== '') return [fileResource(spot.resolved)];
  }
  return caller.resources(undefined, [nativeName(text)]);
}
