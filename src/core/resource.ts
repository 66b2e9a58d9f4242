/** What a lock is on: a file, a folder, a pattern of paths, or a free name; when two of them meet, and how to look them up. */
import { SignalboxError } from './errors.ts';
import { foldCase, globBase, isPattern, patternsOverlap } from './glob.ts';
import { limits } from './limits.ts';
import type { Range, ResolvedPath } from './ports.ts';
import type { Resource } from './records.ts';

const filePrefix = 'file:';

export interface SearchRange {
  readonly index: 'key' | 'globBase';
  readonly range: Range;
}

/**
 * The resource of a path that `Worktrees.resolve` made canonical: a file, or a folder with all that is in it. The root (empty
 * path) is `file:**`. What is not known to be the one or the other counts as a folder unless its name has an ending.
 * The name is the same in each case, so that a lock taken before a file exists is found again afterwards.
 * Fails with `invalid_input` for a path longer than `limits.resourceCharacters`.
 */
export function fileResource(resolved: ResolvedPath): Resource {
  const path = resolved.path === '' ? '**' : resolved.path;
  const name = filePrefix + path;
  refuseLongName(name, 'Name a folder above it, or a shorter pattern.');
  const key = foldCase(name);
  const isFolder = resolved.isFolder ?? !hasEnding(path);
  return {
    name,
    key,
    foldsCase: resolved.foldsCase,
    globBase: isPattern(path) ? foldCase(filePrefix + globBase(path)) : isFolder ? `${key}/` : null,
    checkout: null,
  };
}

/** What all worktrees of a repository have together, and not each for itself. */
export const sharedByWorktrees: readonly string[] = ['git:refs', 'git:stash'];

/**
 * The resource of a free name such as `ci`, `port:3000` or `deploy:staging`. Case counts. Names that begin with `git:` belong
 * to one checkout (`checkout`, as `host:root`), `git:refs` and `git:stash` to all worktrees of one repository (`repository`, as
 * `host:anchor`), and all others to the project.
 * Fails with `invalid_input` for a name that is too long, begins with `file:` or `pool:`, or holds other characters than letters, digits
 * and `. _ : / @ # + -` behind a first letter or digit.
 */
export function namedResource(name: string, checkout: string, repository = checkout): Resource {
  const normal = name.normalize('NFC');
  refuseLongName(normal, 'Choose a shorter name.');
  if (normal.toLowerCase().startsWith(filePrefix)) {
    throw new SignalboxError(
      'invalid_input',
      'A resource name cannot begin with `file:`.',
      'Give files and folders as paths, so that each has one spelling.',
    );
  }
  if (normal.toLowerCase().startsWith('pool:')) {
    throw new SignalboxError(
      'invalid_input',
      `${normal} stands for any free value of a pool, which can be locked, listed and released only.`,
      'Name one of its values here, such as port:3000; lock_list shows them.',
    );
  }
  if (!/^[\p{L}\p{N}][\p{L}\p{M}\p{N}._:/@#+-]*$/u.test(normal)) {
    throw new SignalboxError(
      'invalid_input',
      'A resource name holds letters, digits and `. _ : / @ # + -`, and begins with a letter or digit.',
      'Choose a name such as `ci`, `port:3000` or `deploy:staging`; give files as paths.',
    );
  }
  return {
    name: normal,
    key: foldCase(normal),
    foldsCase: false,
    globBase: null,
    checkout: sharedByWorktrees.includes(normal) ? repository : normal.startsWith('git:') ? checkout : null,
  };
}

/** Whether a text is a file as answers name it. */
export function isFileName(text: string): boolean {
  return text.trim().startsWith(filePrefix);
}

/**
 * Whether holding one can get in the way of the other; symmetric, never misses an overlap. Case does not count when either was
 * named where the file system ignores it. Resources of different checkouts never meet.
 */
export function resourcesOverlap(one: Resource, other: Resource): boolean {
  if (one.checkout !== null && other.checkout !== null && one.checkout !== other.checkout) return false;
  const foldsCase = one.foldsCase || other.foldsCase;
  const first = foldsCase ? one.key : one.name;
  const second = foldsCase ? other.key : other.name;
  if (first === second) return true;
  if (!first.startsWith(filePrefix) || !second.startsWith(filePrefix)) return false;
  if (isLiteral(one) && isLiteral(other)) return isBelow(first, second) || isBelow(second, first);
  return (
    patternsOverlap(reachOf(one), reachOf(other), foldsCase) ||
    namesBelow(one, other, foldsCase) ||
    namesBelow(other, one, foldsCase)
  );
}

/**
 * The parts of the lock indexes that together hold every lock which can overlap the resource. They are disjoint, but a lock on
 * a folder stands in both indexes and may be found twice. Their number grows with the depth of the path, not with the number of locks.
 */
export function searchRanges(resource: Resource): SearchRange[] {
  if (!resource.name.startsWith(filePrefix)) return [{ index: 'key', range: { equals: resource.key } }];
  // The keys of patterns begin with their base, so a prefix of keys holds the patterns below a folder too.
  if (resource.globBase !== null) {
    const folders = foldersOf(resource.globBase);
    return [
      { index: 'key', range: { prefix: resource.globBase } },
      ...folders.filter(folder => folder !== filePrefix).map(literalFolder),
      ...folders.filter(folder => folder !== resource.globBase).map(patternsIn),
    ];
  }
  const folders = foldersOf(resource.key);
  return [
    { index: 'key', range: { equals: resource.key } },
    { index: 'key', range: { prefix: `${resource.key}/` } },
    ...folders.filter(folder => folder !== filePrefix).map(literalFolder),
    ...folders.map(patternsIn),
  ];
}

function isBelow(path: string, folder: string): boolean {
  return path.startsWith(folder) && path[folder.length] === '/';
}

function pathOf(resource: Resource): string {
  return resource.name.slice(filePrefix.length);
}

/** A folder has a base behind its key; a pattern's base is a beginning of its key. */
function isLiteral(resource: Resource): boolean {
  return resource.globBase === null || resource.globBase.length > resource.key.length;
}

/** The pattern of everything the resource locks: a folder includes what is in it. */
function reachOf(resource: Resource): string {
  const path = pathOf(resource);
  if (resource.globBase === null) return path;
  return isLiteral(resource) || mayEndInFolder(path) ? `${path}/**` : path;
}

/**
 * Whether `inner` spells out a path at or below what `outer` names. This finds the folder that looks like a file (`conf.d`);
 * Were every name taken for a folder, a file would meet every pattern that begins with `**`.
 */
function namesBelow(outer: Resource, inner: Resource, foldsCase: boolean): boolean {
  const path = pathOf(outer);
  if (/[*?][^/]*$/.test(path)) return false;
  const spelled = isLiteral(inner) ? pathOf(inner) : globBase(pathOf(inner)).slice(0, -1);
  return spelled !== '' && patternsOverlap(`${path}/**`, spelled, foldsCase);
}

/** Whether some path the pattern matches ends in a name that is neither a wildcard nor has an ending. In doubt yes. */
function mayEndInFolder(pattern: string): boolean {
  let text = pattern;
  // Each innermost `{a,b}` gives way to a name that is like its alternatives, until none is left.
  for (let before = ''; before !== text; ) {
    before = text;
    text = text.replace(/\{([^{}]*)\}/, (_, inside: string, at: number) => {
      const previous = /[^/{,]/.exec(before[at - 1] ?? '')?.[0] ?? '';
      const border = inside.includes('/') ? '/' : '';
      return border + (inside.split(',').every(part => hasEnding(previous + part)) ? 'x.x' : 'x');
    });
  }
  return !/[*?][^/]*$/.test(text) && !hasEnding(text);
}

/** Whether the last segment is like `a.ts`; not like `.github`. */
function hasEnding(path: string): boolean {
  return /[^/]\.[^./]+$/.test(path);
}

/** The folders above a key, each with its trailing slash, from the root (`file:`) down. */
function foldersOf(key: string): string[] {
  const folders = [filePrefix];
  for (let at = key.indexOf('/'); at >= 0; at = key.indexOf('/', at + 1)) folders.push(key.slice(0, at + 1));
  return folders;
}

function literalFolder(folder: string): SearchRange {
  return { index: 'key', range: { equals: folder.slice(0, -1) } };
}

function patternsIn(folder: string): SearchRange {
  return { index: 'globBase', range: { equals: folder } };
}

function refuseLongName(name: string, next: string): void {
  if ([...name].length <= limits.resourceCharacters) return;
  throw new SignalboxError(
    'invalid_input',
    `A resource name may have ${limits.resourceCharacters} characters at most.`,
    next,
  );
}
