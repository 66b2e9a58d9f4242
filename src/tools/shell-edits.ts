/** The files that a shell command plainly writes, as edits. */
import { editFolder, editResource, seatOf } from '../core/edit-lock.ts';
import type { EditWish } from '../core/edit-wish.ts';
import { patternProblem } from '../core/glob.ts';
import { guardModeOf } from '../core/guard-mode.ts';
import { limits } from '../core/limits.ts';
import type { PlacedFile, ResolvedPath } from '../core/ports.ts';
import type { Resource } from '../core/records.ts';
import { commonFolders, isWithin } from '../guard/shell/paths.ts';
import type { FileWrite, GitUse } from '../guard/shell/reading.ts';
import type { Participant } from './participant.ts';

/** A write of which it is known where. */
type PlainWrite = FileWrite & { readonly path: string };

/**
 * The files that git commands remove, move or put back by name: to whoever edits one of them it is the same as `rm`, `mv` or a write
 * by any program.
 */
export function gitWrites(uses: readonly GitUse[]): PlainWrite[] {
  const named = uses.filter(
    ({ effects, ifThere, made }) => made === null && (ifThere?.effects ?? effects).includes('discard-paths'),
  );
  return named.flatMap(({ verb, paths }) => (verb === 'mv' ? movesOf(paths) : paths.map(writeOf)));
}

/** Into a folder that is there, or to a new name. */
function movesOf(paths: readonly string[]): PlainWrite[] {
  const target = paths.at(-1);
  if (target === undefined) return [];
  const into = (path: string) => ({ ...writeOf(target), nameInFolder: path.replace(/^.*[\\/]/, '') });
  return paths.slice(0, -1).flatMap(path => [writeOf(path), into(path)]);
}

/** Of a folder nobody is to be in it, and nobody is kept out of it afterwards: most of what is in it stays as it is. */
function writeOf(path: string): PlainWrite {
  return { path, how: 'write', isFolder: false, isPattern: false, pattern: null, nameInFolder: null, extent: 'some' };
}

/** Some of what is in a folder. */
function someOf(path: string): PlainWrite {
  return { ...writeOf(path), isPattern: true };
}

/**
 * What lies in the project of the caller, the same file once. Of many writes the first are looked at one by one, and the others
 * count as some of the files of the folders around them.
 */
export async function shellEdits(
  caller: Participant,
  writes: readonly FileWrite[],
  directory: string,
): Promise<EditWish[]> {
  const { worktrees } = caller.world;
  const { project } = await worktrees.describe(caller.directory);
  const told = writes.filter((write): write is PlainWrite => write.path !== null);
  const most = limits.shellWritesExamined;
  const rest = commonFolders(
    told.slice(most).map(({ path, isPattern, isFolder }) => (isPattern || isFolder ? `${path}/*` : path)),
    limits.shellFoldersExamined,
  );
  const looked = [...told.slice(0, most), ...rest.map(someOf)];
  const root = (await worktrees.describe(directory).catch(() => undefined))?.root ?? directory;
  const wishes = await Promise.all(looked.map(write => wishOf(caller, write, { directory, root, project })));
  const found = await withoutIgnored(
    caller,
    wishes.filter(wish => wish !== undefined),
  );
  return [...new Map(found.map(wish => [keyOf(wish), wish])).values()];
}

/** The same file may be locked by one write and only looked at by another. */
function keyOf({ resource, isLookedAtOnly = false }: EditWish): string {
  return `${resource.checkout}|${resource.name}|${isLookedAtOnly}`;
}

/** From where a command runs. */
interface Stand {
  readonly directory: string;
  /** The checkout around it. */
  readonly root: string;
  readonly project: string;
}

async function wishOf(caller: Participant, write: PlainWrite, stand: Stand): Promise<EditWish | undefined> {
  const { policy, processes } = caller.world;
  const { spot, isInFolder, isAbove } = await spotOf(caller, write, stand);
  if (spot.where !== 'project') return undefined;
  const here = { host: processes.self().host, root: spot.tree.root };
  const isThere = spot.resolved.isFolder === true && !isInFolder;
  const isFolder = write.isFolder || write.isPattern || isThere;
  try {
    const pattern = isAbove ? null : patternIn(spot.resolved, write, seatOf(here));
    const resource = pattern ?? (isFolder ? editFolder : editResource)(spot.resolved, seatOf(here));
    const mode = guardModeOf(policy.guard, spot.resolved.path, spot.resolved.foldsCase);
    const isLookedAtOnly = isUncertain(write, isFolder) || spot.resolved.path === '';
    return { path: spot.resolved.path || '.', resource, here, mode, ...(isLookedAtOnly ? { isLookedAtOnly } : {}) };
  } catch {
    return undefined;
  }
}

/** The pattern of a write that has one, if it can be compared; for anything else null. Shells may be told to leave case out of account. */
function patternIn(folder: ResolvedPath, { path, pattern }: PlainWrite, seat: string): Resource | null {
  if (pattern === null) return null;
  const name = [folder.path, pattern.slice(path.length).replace(/^\//, '')].filter(part => part !== '').join('/');
  const isComparable = patternProblem(name) === undefined && [...`file:${name}`].length <= limits.resourceCharacters;
  return isComparable ? editResource({ ...folder, path: name, foldsCase: true }, seat) : null;
}

/** Of a pattern it is not known what it stands for, and nobody locks a whole checkout by a command: nobody is to be there, and nobody is kept out. */
function isUncertain({ isPattern, extent }: PlainWrite, isFolder: boolean): boolean {
  return isPattern || extent === 'perhaps' || (isFolder && extent === 'some');
}

/** Where a write lies: in a folder that is there, under the name that it gets; and of what lies above the checkout, in all of it. */
async function spotOf(
  caller: Participant,
  write: PlainWrite,
  { directory, root, project }: Stand,
): Promise<{ spot: PlacedFile; isInFolder: boolean; isAbove: boolean }> {
  const at = (path: string) => caller.world.worktrees.placeOf(path, directory, project);
  const isAbove = write.nameInFolder === null && write.path !== root && isWithin(root, write.path);
  const spot = await at(isAbove ? root : write.path);
  const isInFolder = spot.where === 'project' && spot.resolved.isFolder === true && write.nameInFolder !== null;
  return { spot: isInFolder ? await at(`${write.path}/${write.nameInFolder}`) : spot, isInFolder, isAbove };
}

/** What git ignores is made by programs, again and again: two builds need not wait for each other's turns to end. */
async function withoutIgnored(caller: Participant, wishes: readonly EditWish[]): Promise<EditWish[]> {
  const byRoot = grouped(wishes);
  const kept: EditWish[] = [];
  for (const [root, each] of byRoot) {
    const paths = each.map(({ path }) => path);
    const ignored = new Set(await caller.world.git.ignored(root, paths, limits.gitAnswerMs));
    kept.push(...each.filter(({ path }) => !ignored.has(path)));
  }
  return kept;
}

function grouped(wishes: readonly EditWish[]): Map<string, EditWish[]> {
  const byRoot = new Map<string, EditWish[]>();
  for (const wish of wishes) byRoot.set(wish.here.root, [...(byRoot.get(wish.here.root) ?? []), wish]);
  return byRoot;
}
