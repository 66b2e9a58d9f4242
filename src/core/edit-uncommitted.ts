/**
 * What others left uncommitted in a file that a session goes on with. Its edit is right, because their turns are over; but unless
 * somebody says so it takes their work for the file as it was.
 */
import { sinceLastCommit } from './authorship.ts';
import { spokenFiles } from './conflict-kinds.ts';
import type { Here } from './edit.ts';
import type { EditRecord } from './edit-record.ts';
import { limits } from './limits.ts';
import { type Author, authorsOf, type FileCommits, type Histories, isOwn } from './own-changes.ts';
import type { SessionRecord } from './records.ts';
import { spokenDuration } from './text.ts';
import type { View } from './unit.ts';

/** Changes of one other session that no commit has, as far as is known. */
interface LeftBehind {
  readonly author: Author;
  readonly paths: readonly string[];
  /** When the last of them was made. */
  readonly at: number;
}

/**
 * Whether the newest entry of a file, before an edit of the session is recorded, is one that it has yet to hear of: later its own
 * entry is the newest, so each is told once.
 */
export function isNewsOf(me: SessionRecord, newest: EditRecord | undefined): boolean {
  return newest !== undefined && isForeign(me, newest) && newest.sequence > me.guard.toldEditsTo;
}

function isForeign(me: SessionRecord, { session, mayBeOf, source, change }: EditRecord): boolean {
  return session !== me.id && mayBeOf.length === 0 && source !== 'commit' && change !== 'reverted';
}

/**
 * By author, the last one first. Changes that may have been somebody else's are nobody's, those of the session's own sub-agents and
 * of its parent are no others', and `commits` is what git knows of the files.
 */
export async function leftBehind(
  view: View,
  me: SessionRecord,
  here: Here,
  histories: Histories,
  commits: FileCommits,
): Promise<LeftBehind[]> {
  const found = new Map<string, LeftBehind>();
  for (const [path, edits] of histories) {
    const open = sinceLastCommit(edits, here, commits.get(path)?.[0]).filter(edit => isForeign(me, edit));
    const authors = (await authorsOf(view, new Map([[path, open]]), here, new Map())).get(path) ?? [];
    for (const author of authors.filter(each => !isKin(each, me))) {
      const before = found.get(author.id);
      const at = Math.max(before?.at ?? 0, open[0]?.at ?? 0);
      found.set(author.id, { author, paths: [...(before?.paths ?? []), path], at });
    }
  }
  return [...found.values()].sort((a, b) => b.at - a.at);
}

function isKin(author: Author, me: SessionRecord): boolean {
  return isOwn(author, me.id) || author.id === me.parentSession;
}

/** `heron changed src/a.ts here 4 min ago and has not committed it: …`. */
export function leftBehindWords(now: number, left: readonly LeftBehind[]): string[] {
  const shown = left.slice(0, limits.factsInRefusal).map(({ author, paths, at }) => {
    const [gone, next] = author.isHere
      ? ['', `Keep its part; stage yours alone with signalbox stage, or ask ${author.handle} to commit first.`]
      : [', whose session ended,', 'Keep it unless you know better, and tell your user.'];
    const many = paths.length > 1;
    return `${author.handle}${gone} changed ${spokenFiles(paths)} here ${spokenDuration(now - at)} ago, and no commit of ${many ? 'these changes' : 'that'} is known. ${next}`;
  });
  const more = left.length - shown.length;
  return more > 0 ? [...shown, `${more} more left changes there.`] : shown;
}
