/** Whose the changes of a checkout are that are not committed: what the edit ledger knows, held against the commits that git knows. */
import { sinceLastCommit } from './authorship.ts';
import type { FileCommit, TreeFile } from './changed-tree.ts';
import { heirOf } from './child-edits.ts';
import { editsOf, type Here } from './edit.ts';
import type { EditRecord } from './edit-record.ts';
import { leaseHolds } from './lease.ts';
import { limits } from './limits.ts';
import type { View } from './unit.ts';

/** By path: the entries of a file in one checkout and all commits of it, newest first. */
export type Histories = ReadonlyMap<string, readonly EditRecord[]>;

/** By path: commits of it, newest first. */
export type FileCommits = ReadonlyMap<string, readonly FileCommit[]>;

/** A session that changed a file, or may have. */
export interface Author {
  readonly id: string;
  readonly handle: string;
  /** Whether it still lives; of a sub-agent that has ended its session is the author. */
  readonly isHere: boolean;
  /** The session whose sub-agent it is. */
  readonly parent: string | null;
}

/** A changed file with everybody who changed it since its last commit, or may have, the last one first. */
export interface Change {
  readonly file: TreeFile;
  readonly authors: readonly Author[];
}

/** What the ledger knows of files of a checkout. */
export async function historiesOf(
  { tx }: Pick<View, 'tx'>,
  paths: readonly string[],
  here: Here,
  foldsCase: boolean,
): Promise<Histories> {
  const histories = new Map<string, readonly EditRecord[]>();
  for (let at = 0; at < paths.length; at += limits.editsPerCall) {
    const part = paths.slice(at, at + limits.editsPerCall);
    const found = await Promise.all(part.map(path => editsOf(tx, path, foldsCase, here)));
    for (const [index, path] of part.entries()) histories.set(path, found[index]?.edits ?? []);
  }
  return histories;
}

/** Which files git has to be asked about, and since when their commits matter; null when nothing of them is recorded. */
export function openSince(histories: Histories, here: Here): { readonly paths: string[]; readonly at: number } | null {
  const open = [...histories].map(([path, edits]) => ({ path, edits: sinceLastCommit(edits, here, undefined) }));
  const recorded = open.filter(({ edits }) => edits.length > 0);
  if (recorded.length === 0) return null;
  const at = recorded.reduce((oldest, { edits }) => Math.min(oldest, edits.at(-1)?.at ?? oldest), Number.MAX_VALUE);
  return { paths: recorded.map(({ path }) => path), at };
}

/**
 * Who worked on a file before it was as HEAD has it again, where nothing happened to it since: what comes back now, out of a stash
 * perhaps, may be theirs.
 */
export function undoneAuthors(edits: readonly EditRecord[], here: Here): { id: string; handle: string }[] {
  const [newest, ...before] = edits.filter(edit => edit.host === here.host && edit.root === here.root);
  if (newest?.change !== 'reverted') return [];
  const undone = sinceLastCommit(before, here, undefined).filter(({ session }) => session !== '');
  return [...new Map(undone.map(({ session, handle }) => [session, { id: session, handle }])).values()];
}

/** Everybody who changed a file since its last commit, or may have, by path, the last one first. */
export async function authorsOf(
  view: View,
  histories: Histories,
  here: Here,
  commits: FileCommits,
): Promise<ReadonlyMap<string, readonly Author[]>> {
  const ids = new Map(
    [...histories].map(([path, edits]) => {
      const open = sinceLastCommit(edits, here, commits.get(path)?.[0]);
      return [path, new Set(open.flatMap((edit, at) => possibleIn(edit, open.slice(0, at))))] as const;
    }),
  );
  const names = new Map([...histories.values()].flat().map(edit => [edit.session, edit.handle] as const));
  const all = [...new Set([...ids.values()].flatMap(set => [...set]))];
  const authors = new Map(
    await Promise.all(all.map(async id => [id, await authorOf(view, id, names.get(id))] as const)),
  );
  return new Map([...ids].map(([path, set]) => [path, distinct([...set].flatMap(id => authors.get(id) ?? []))]));
}

/**
 * Whose an entry is. What may have been of several was of the one of them whose edit tool told of the file right afterwards: it had
 * the file locked for that.
 */
function possibleIn({ session, mayBeOf, at }: EditRecord, newer: readonly EditRecord[]): readonly string[] {
  if (mayBeOf.length === 0) return [session];
  const told = newer.findLast(edit => edit.source === 'hook' && mayBeOf.includes(edit.session));
  return told && told.at - at <= limits.editToldMs ? [told.session] : mayBeOf;
}

/** A session and those of its sub-agents that have ended are one author. */
function distinct(authors: readonly Author[]): Author[] {
  return [...new Map(authors.map(author => [author.id, author])).values()];
}

async function authorOf(view: View, id: string, name: string | undefined): Promise<Author> {
  const recorded = await view.tx.get('session', id);
  const session = recorded && (await heirOf(view, recorded));
  if (!session) return { id, handle: name ?? 'a session that is gone', isHere: false, parent: null };
  return { id: session.id, handle: session.handle, isHere: leaseHolds(view, session), parent: session.parentSession };
}

/** What a file is to a session: its own, mixed with changes of others, only theirs, or nobody's that is known. */
export type Standing = 'own' | 'mixed' | 'others' | 'unknown';

/**
 * A session's sub-agents work for it, so what they change is its own. What may be of several is nobody's own, unless all of them
 * are the session and its sub-agents.
 */
export function standingOf(authors: readonly Author[], session: string): Standing {
  if (authors.length === 0) return 'unknown';
  const own = authors.filter(author => isOwn(author, session)).length;
  return own === authors.length ? 'own' : own === 0 ? 'others' : 'mixed';
}

/** Whether an author is a session itself, or one of its sub-agents. */
export function isOwn({ id, parent }: Pick<Author, 'id' | 'parent'>, session: string): boolean {
  return id === session || parent === session;
}
