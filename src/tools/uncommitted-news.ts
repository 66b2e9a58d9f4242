/** What a session is told of the work of others in the files that it has just edited, where that is not committed. */
import type { Here } from '../core/edit.ts';
import { leftBehind, leftBehindWords } from '../core/edit-uncommitted.ts';
import type { EditWish } from '../core/edit-wish.ts';
import { limits } from '../core/limits.ts';
import { historiesOf, openSince } from '../core/own-changes.ts';
import type { Participant } from './participant.ts';

/** Asks git only where the ledger knows of such work. Says nothing where git does not tell what was committed since. */
export async function uncommittedNews(caller: Participant, wishes: readonly EditWish[]): Promise<string[]> {
  const lines: string[] = [];
  for (const [root, those] of byRoot(wishes)) {
    const [first] = those;
    if (first) lines.push(...(await newsIn(caller, { ...first.here, root }, those)));
  }
  return lines;
}

function byRoot(wishes: readonly EditWish[]): Map<string, EditWish[]> {
  const found = new Map<string, EditWish[]>();
  for (const wish of wishes) found.set(wish.here.root, [...(found.get(wish.here.root) ?? []), wish]);
  return found;
}

async function newsIn(caller: Participant, here: Here, wishes: readonly EditWish[]): Promise<string[]> {
  const paths = [...new Set(wishes.map(({ path }) => path))].slice(0, limits.editsPerCall);
  const foldsCase = wishes.some(({ resource }) => resource.foldsCase);
  const histories = await caller.read(view => historiesOf(view, paths, here, foldsCase));
  const open = openSince(histories, here);
  if (open === null) return [];
  const commits = await caller.world.git.commitsSince(here.root, open.at, open.paths, limits.gitAnswerMs);
  if (!commits) return [];
  return caller.read(async (view, me) =>
    leftBehindWords(view.tx.now, await leftBehind(view, me, here, histories, commits)),
  );
}
