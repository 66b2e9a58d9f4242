/** Who made commits, as far as the edit ledger knows. */
import { heirsOf } from './child-edits.ts';
import { editsOfCommit } from './edit.ts';
import { limits } from './limits.ts';
import type { Reader } from './ports.ts';

/**
 * The sessions that made the first `limits.lostCommitsExamined` of some commits, by their ids; of a sub-agent that has ended its session
 * made them. A commit in which one of `own` took part is nobody else's.
 */
export async function authorsOfCommits(
  tx: Reader,
  commits: readonly string[],
  own: readonly (string | null)[] = [],
): Promise<Set<string>> {
  const authors = new Set<string>();
  for (const commit of commits.slice(0, limits.lostCommitsExamined)) {
    const edits = await editsOfCommit(tx, commit, null);
    const heirs = await heirsOf(
      tx,
      edits.map(edit => edit.session),
    );
    const all = [...heirs.values()];
    if (!all.some(id => own.includes(id))) for (const id of all) authors.add(id);
  }
  return authors;
}
