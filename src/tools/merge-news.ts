/** Which files a merge would conflict in, when a session edits what another edits in its own checkout. */

import { spokenFiles, spokenName } from '../core/conflict-kinds.ts';
import type { meetings } from '../core/edit-done.ts';
import { limits } from '../core/limits.ts';
import type { Participant } from './participant.ts';

type Met = Awaited<ReturnType<typeof meetings>>;

/** One line for each other checkout that was met, where git can tell in time. What is not committed yet is in no merge. */
export async function mergeNews(caller: Participant, met: Met): Promise<string[]> {
  const elsewhere = new Map(met.filter(({ kind }) => kind === 'elsewhere').map(each => [each.other.root, each.other]));
  const { host } = caller.world.processes.self();
  const { root } = await caller.place();
  const news = [...elsewhere.values()]
    .filter(other => other.host === host && other.root !== root)
    .slice(0, limits.factsInRefusal)
    .map(async other => {
      const head = await caller.world.git.commit(other.root, 'HEAD', limits.gitAnswerMs);
      if (!head) return [];
      const merge = await caller.world.git.dryMerge(root, 'HEAD', head.id, limits.gitAnswerMs, other.root);
      if (!merge || 'missing' in merge || merge.conflicts.length === 0) return [];
      return [
        `A merge with ${other.handle}'s ${other.branch ? spokenName(other.branch) : 'checkout'} would already conflict in ${spokenFiles(merge.conflicts)}.`,
      ];
    });
  return (await Promise.all(news)).flat();
}
