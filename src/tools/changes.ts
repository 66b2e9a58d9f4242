/** What is changed and not committed where a caller stands, and by whom: the ledger's word, held against git's. */

import { type Here, isRecordable } from '../core/edit.ts';
import { SignalboxError } from '../core/errors.ts';
import { limits } from '../core/limits.ts';
import { authorsOf, type Change, historiesOf, openSince } from '../core/own-changes.ts';
import type { Resource } from '../core/records.ts';
import { fileResource, resourcesOverlap } from '../core/resource.ts';
import { locate } from './file-place.ts';
import type { Participant } from './participant.ts';

export interface Changes {
  readonly here: Here;
  readonly foldsCase: boolean;
  /** By path. */
  readonly changes: readonly Change[];
  /** There are more files than were looked at. */
  readonly more: boolean;
  /** The store's time when the ledger was read. */
  readonly readAt: number;
}

/** Every file of the caller's checkout that differs from HEAD, with who changed it; undefined when git does not tell. */
export async function changesHere(caller: Participant): Promise<Changes | undefined> {
  const { git, processes } = caller.world;
  const { root, foldsCase } = await caller.place();
  const here = { host: processes.self().host, root };
  const tree = await git.changedTree(root, limits.changedFilesListed, limits.commandGitMs);
  if (!tree) return undefined;
  const files = tree.files.toSorted((a, b) => (a.path < b.path ? -1 : 1));
  const paths = files.map(({ path }) => path).filter(isRecordable);
  const { histories, readAt } = await caller.read(async view => ({
    histories: await historiesOf(view, paths, here, foldsCase),
    readAt: view.tx.now,
  }));
  const open = openSince(histories, here);
  const names = new Map(files.map(file => [file.path, file.name]));
  const asked = (open?.paths ?? []).map(path => names.get(path) ?? path);
  const commits = open && tree.head ? await git.commitsSince(root, open.at, asked, limits.commandGitMs) : new Map();
  if (!commits) return undefined;
  const authors = await caller.read(view => authorsOf(view, histories, here, commits));
  const changes = files.map(file => ({ file, authors: authors.get(file.path) ?? [] }));
  return { here, foldsCase, changes, more: tree.more, readAt };
}

/** Places that a caller has named, in its own checkout. */
export interface Narrowed {
  /** Whether a path lies at or below one of them; everything does when none was named. */
  covers(path: string): boolean;
  /** Those of them, as they were named, at or below which none of the paths lies. */
  without(paths: readonly string[]): string[];
}

/** Errors: `invalid_input` for a place in another checkout or outside the project. */
export async function narrowed(caller: Participant, names: readonly string[]): Promise<Narrowed> {
  const { root } = await caller.place();
  const targets = await Promise.all(
    names.map(async name => {
      const place = await locate(caller, name);
      if (place.tree.root === root) return { name, resource: fileResource(place) };
      throw new SignalboxError(
        'invalid_input',
        `${name} lies in another checkout, ${place.tree.root}.`,
        'Run the command there; each checkout has an index of its own.',
      );
    }),
  );
  const isIn = (path: string, resource: Resource) =>
    isRecordable(path) &&
    resourcesOverlap(fileResource({ path, foldsCase: resource.foldsCase, isFolder: false }), resource);
  return {
    covers: path => targets.length === 0 || targets.some(({ resource }) => isIn(path, resource)),
    without: paths =>
      targets.filter(({ resource }) => !paths.some(path => isIn(path, resource))).map(({ name }) => name),
  };
}
