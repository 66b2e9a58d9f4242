/** Paths by their text alone: links are followed by whoever can look. */
import { hole } from './words/word.ts';

const drive = /^[A-Za-z]:[\\/]/;
/** How the shells of Windows write the drive `C:`. */
const mountedDrive = /^\/([A-Za-z])(?=\/|$)/;

export function isAbsolute(path: string): boolean {
  return path.startsWith('/') || drive.test(path);
}

/** The absolute path that `path` means in the folder `from`; null when a part of it is unknown. */
export function resolvePath(from: string | null, path: string): string | null {
  if (path.includes(hole)) return null;
  const onWindows = drive.test(path) || (from !== null && drive.test(from));
  const spelled = onWindows ? path.replaceAll('\\', '/').replace(mountedDrive, '$1:') : path;
  if (isAbsolute(spelled)) return normal(spelled);
  if (from === null) return null;
  return normal(`${onWindows ? from.replaceAll('\\', '/') : from}/${spelled}`);
}

/** Without `.`, `..` and doubled slashes. */
function normal(path: string): string {
  const spelled = path.replaceAll(/^([A-Za-z]:)\\/g, '$1/');
  const root = drive.test(spelled) ? spelled.slice(0, 2) : '';
  const kept: string[] = [];
  for (const part of spelled.slice(root.length).split('/')) {
    if (part === '..') kept.pop();
    else if (part !== '' && part !== '.') kept.push(part);
  }
  return `${root}/${kept.join('/')}`;
}

/** Whether `path` is the folder or below it; both absolute. */
export function isWithin(path: string, folder: string): boolean {
  return path === folder || folder === '/' || path.startsWith(`${folder}/`);
}

/** Folders in which all the paths lie, the nearest around them, at most so many. */
export function commonFolders(paths: readonly string[], most: number): readonly string[] {
  let folders = new Set(paths.map(folderOf));
  while (folders.size > most) {
    const deepest = Math.max(...[...folders].map(depthOf));
    folders = new Set([...folders].map(folder => (depthOf(folder) === deepest ? folderOf(folder) : folder)));
  }
  return [...folders];
}

function depthOf(path: string): number {
  return path === '/' ? 0 : path.split('/').length;
}

/** The last part: `c` of `a/b/c` and of `a/b/c/`. */
export function lastPart(path: string): string {
  const trimmed = withoutEndingSlashes(path);
  return trimmed.slice(trimmed.lastIndexOf('/') + 1);
}

/** What is before the last part: `a/b` of `a/b/c`, `.` of `a`. */
export function folderOf(path: string): string {
  const trimmed = withoutEndingSlashes(path);
  const slash = trimmed.lastIndexOf('/');
  if (slash < 0) return '.';
  return slash === 0 ? '/' : trimmed.slice(0, slash);
}

function withoutEndingSlashes(path: string): string {
  let end = path.length;
  while (end > 1 && path[end - 1] === '/') end -= 1;
  return path.slice(0, end);
}
