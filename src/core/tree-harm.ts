/** Whose work a shell command has touched, and the words in which those concerned are told. */

import { oneOf, spokenFiles, spokenName } from './conflict-kinds.ts';
import type { Here } from './edit.ts';
import { areKin } from './git-head.ts';
import { leaseHolds } from './lease.ts';
import { limits } from './limits.ts';
import { notify } from './notice.ts';
import { type Author, isOwn } from './own-changes.ts';
import type { CommitFacts } from './ports.ts';
import type { LockRecord, SessionRecord } from './records.ts';
import { quoted } from './text.ts';
import type { TreeChange } from './tree-change.ts';
import { locksOn } from './tree-company.ts';
import type { Unit, View } from './unit.ts';

/** By path: everybody who changed a file before, and had not committed it. */
export type AuthorsByPath = ReadonlyMap<string, readonly Author[]>;

/**
 * What was done to somebody's work: changes that were not committed are gone (`undone`) or mixed with others (`changed`), a file that
 * it has locked was written (`locked`), or its changes went into a commit of another (`committed`).
 */
type Kind = 'undone' | 'changed' | 'locked' | 'committed';

export interface Harm {
  readonly kind: Kind;
  readonly path: string;
  readonly session: { readonly id: string; readonly handle: string; readonly isHere: boolean };
  /** The handles of those of whom one did it; none when it was the session's command for sure. */
  readonly others: readonly string[];
  readonly reason: string | null;
}

/** Whose work changes touched; what somebody may have done to its own is none. */
export async function harmsOf(
  view: View,
  me: SessionRecord,
  here: Here,
  changes: readonly TreeChange[],
  authors: AuthorsByPath,
  locks: readonly LockRecord[],
): Promise<Harm[]> {
  const held = changes.slice(0, limits.treeFilesHeld);
  const lists = await Promise.all(
    held.map(async change => {
      const worked = (authors.get(change.path) ?? []).filter(author => !isKin(author, me));
      const kind = change.change === 'reverted' ? 'undone' : 'changed';
      const theirs = worked.map(session => harm(kind, change, session, null));
      const holders = await holdersOf(view, me, locksOn(locks, change.path, here));
      const locked = holders
        .filter(({ session }) => !worked.some(({ id }) => id === session.id))
        .map(({ session, reason }) => harm('locked', change, session, reason));
      const suspected = new Set(change.others.map(({ id }) => id));
      return [...theirs, ...locked].filter(({ session }) => !suspected.has(session.id));
    }),
  );
  return lists.flat();
}

/** Whose uncommitted changes a commit of the session took along. */
export function harmsIn(commit: CommitFacts, me: SessionRecord, authors: AuthorsByPath): Harm[] {
  return commit.files.flatMap(({ path }) =>
    (authors.get(path) ?? [])
      .filter(author => !isKin(author, me))
      .map(session => harm('committed', { path, others: [] }, session, null)),
  );
}

function harm(
  kind: Kind,
  { path, others }: Pick<TreeChange, 'path' | 'others'>,
  { id, handle, isHere }: Harm['session'],
  reason: string | null,
): Harm {
  return { kind, path, session: { id, handle, isHere }, others: others.map(other => other.handle), reason };
}

/** A session works for its parent, and that one's locks are lent to it. */
function isKin(author: Author, me: SessionRecord): boolean {
  return isOwn(author, me.id) || author.id === me.parentSession;
}

async function holdersOf(view: View, me: SessionRecord, locks: readonly LockRecord[]) {
  const holders = await Promise.all(
    locks.map(async lock => ({ lock, session: await view.tx.get('session', lock.holder) })),
  );
  return holders.flatMap(({ lock, session }) =>
    session && leaseHolds(view, session) && !areKin(me, session)
      ? [{ session: { id: session.id, handle: session.handle, isHere: true }, reason: lock.reason }]
      : [],
  );
}

/** What belongs into one sentence. */
interface Group extends Omit<Harm, 'path'> {
  readonly paths: readonly string[];
}

/** The gravest first, one for each kind of harm, session and doubt. */
function grouped(harms: readonly Harm[]): Group[] {
  const groups = new Map<string, Group>();
  const order: readonly Kind[] = ['undone', 'committed', 'changed', 'locked'];
  for (const item of harms.toSorted((a, b) => order.indexOf(a.kind) - order.indexOf(b.kind))) {
    const key = [item.kind, item.session.id, ...item.others].join(' ');
    const { path, ...rest } = item;
    groups.set(key, { ...rest, paths: [...(groups.get(key)?.paths ?? []), path] });
  }
  return [...groups.values()];
}

/** What the session's model is told of what its command did to others. */
export function spokenHarms(harms: readonly Harm[]): string[] {
  const groups = grouped(harms);
  const shown = groups.slice(0, limits.factsInRefusal).map(group => {
    const { session, others } = group;
    const doer = others.length === 0 ? 'Your command' : `A command of yours or of ${oneOf(others)}`;
    const tell = session.isHere ? ` Tell ${session.handle} with message_send.` : '';
    return `${doer} ${deed(group, session.handle)}.${advice[group.kind]}${tell}`;
  });
  const more = groups.length - shown.length;
  return [...shown, ...(more > 0 ? [`It touched the work of others in ${more} more ways.`] : [])];
}

const advice: Readonly<Record<Kind, string>> = {
  undone: ' If it was a stash they are in it; else they may be gone.',
  committed: '',
  changed: ' Look at what it did there before you go on.',
  locked: ' Look at what it did there, and write nothing more to it.',
};

/** What was done, as seen by anybody. */
function deed({ kind, paths, reason }: Group, handle: string): string {
  const files = spokenFiles(paths);
  switch (kind) {
    case 'undone':
      return `undid changes of ${handle} in ${files} that were not committed`;
    case 'committed':
      return `committed ${files} with changes of ${handle} in it`;
    case 'changed':
      return `changed ${files}, in which ${handle} has changes that are not committed`;
    case 'locked':
      return `changed ${files}, which ${handle} has locked${reason ? ` for ${quoted(reason)}` : ''}`;
  }
}

/** Tells everybody who is here what was done to its work, once for all of it. */
export function tellHarmed(unit: Unit, me: SessionRecord, here: Here, harms: readonly Harm[]): void {
  const bySession = new Map<string, Group[]>();
  for (const group of grouped(harms.filter(({ session }) => session.isHere))) {
    bySession.set(group.session.id, [...(bySession.get(group.session.id) ?? []), group]);
  }
  for (const [id, groups] of bySession) {
    const lines = groups.map(group => {
      const doer = group.others.length === 0 ? me.handle : oneOf([me.handle, ...group.others]);
      return `A shell command of ${doer} ${done(group)}.`;
    });
    notify(unit, [id], `${lines.join('\n')}\nIn ${spokenName(here.root)}: read these files again before you go on.`);
  }
}

/** The same, as whom it concerns is told. */
function done({ kind, paths }: Group): string {
  const files = spokenFiles(paths);
  switch (kind) {
    case 'undone':
      return `undid your uncommitted changes in ${files}; if they were stashed, git stash list shows them`;
    case 'committed':
      return `committed your changes in ${files}`;
    case 'changed':
      return `changed ${files}, in which you have changes that are not committed`;
    case 'locked':
      return `changed ${files}, which you have locked`;
  }
}

/** What the model is told of changes that may have been somebody else's. */
export function spokenDoubt(changes: readonly TreeChange[]): string[] {
  const doubtful = changes.filter(({ others }) => others.length > 0);
  if (doubtful.length === 0) return [];
  const handles = [...new Set(doubtful.flatMap(({ others }) => others.map(({ handle }) => handle)))];
  const files = spokenFiles(doubtful.map(({ path }) => path));
  return [`${files} changed while your command ran, by it or by ${oneOf(handles)}; that is recorded as unsure.`];
}
