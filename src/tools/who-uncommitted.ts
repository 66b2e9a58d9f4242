/** `who --uncommitted`: which session changed which files of a checkout that are not committed, nobody's among them. */
import * as z from 'zod/v4';
import { spokenName } from '../core/conflict-kinds.ts';
import { limits } from '../core/limits.ts';
import type { Author } from '../core/own-changes.ts';
import { changesHere, narrowed } from './changes.ts';
import type { Participant } from './participant.ts';

export const changeShape = z.object({
  file: z.string(),
  change: z.enum(['created', 'modified', 'deleted']),
  /** Everybody who changed it since its last commit, or may have, the last one first; nobody is known where it is empty. */
  by: z.array(z.object({ session: z.string(), here: z.boolean() })),
});

export type ShownChange = z.output<typeof changeShape>;

export interface ShownChanges {
  readonly answer: 'known' | 'candidates' | 'unknown';
  readonly text: string;
  readonly changes: ShownChange[];
}

/** Known where somebody is known for each file; candidates where not; unknown where git does not tell what is changed. */
export async function whoUncommitted(caller: Participant, place: string | undefined): Promise<ShownChanges> {
  const places = await narrowed(caller, place === undefined ? [] : [place]);
  const found = await changesHere(caller);
  if (!found) {
    const text = 'Unknown: git does not tell what is changed here.';
    return { answer: 'unknown', text, changes: [] };
  }
  const changes = found.changes
    .filter(({ file }) => places.covers(file.path))
    .map(({ file, authors }) => ({ file: file.path, change: file.change, by: authors.map(shownAuthor) }));
  const nobodys = changes.filter(({ by }) => by.length === 0).length;
  const more = found.more ? ' There are more than were looked at.' : '';
  const where = `${place === undefined ? '' : `at ${spokenName(place)} `}in ${spokenName(found.here.root)}`;
  return {
    answer: nobodys === 0 ? 'known' : 'candidates',
    text: `${spokenCount(changes.length, where)}${spokenNobodys(nobodys, changes.length)}.${more}`,
    changes,
  };
}

function spokenCount(count: number, where: string): string {
  if (count === 0) return `Nothing ${where} is changed and not committed`;
  return count === 1
    ? `1 file ${where} is changed and not committed`
    : `${count} files ${where} are changed and not committed`;
}

function spokenNobodys(count: number, all: number): string {
  if (count === 0) return '';
  return `; nobody is known to have changed ${count < all ? `${count} of them` : all === 1 ? 'it' : 'any of them'}`;
}

function shownAuthor({ handle, isHere }: Author) {
  return { session: handle, here: isHere };
}

/** One line for everybody who changed the same files, those with most files first, nobody last. */
export function spokenChanges(changes: readonly ShownChange[]): string[] {
  const groups = new Map<string, ShownChange[]>();
  for (const change of changes) {
    const who = change.by.map(({ session, here }) => (here ? session : `${session} (gone)`)).join(' and ');
    groups.set(who, [...(groups.get(who) ?? []), change]);
  }
  return [...groups]
    .sort(([one, ones], [other, others]) => Number(one === '') - Number(other === '') || others.length - ones.length)
    .map(([who, files]) => `${who === '' ? 'nobody that is known' : who}: ${spokenFiles(files)}`);
}

function spokenFiles(files: readonly ShownChange[]): string {
  const names = files.map(({ file, change }) => spokenName(file) + (change === 'modified' ? '' : ` (${change})`));
  const more = names.length - limits.changesNamed;
  return names.slice(0, limits.changesNamed).join(', ') + (more > 0 ? ` and ${more} more` : '');
}
