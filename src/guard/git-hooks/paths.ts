/** Absolute paths with `/` between names, as git gives them on every platform. */

export function joined(folder: string, ...names: readonly string[]): string {
  const parts: string[] = [];
  for (const part of [folder, ...names].join('/').split('/')) {
    if (part === '..') parts.pop();
    else if (part !== '.' && (part !== '' || parts.length === 0)) parts.push(part);
  }
  return parts.length === 1 && parts[0] === '' ? '/' : parts.join('/');
}

export function folderOf(path: string): string {
  return path.slice(0, Math.max(path.lastIndexOf('/'), 0)) || '/';
}

export function nameOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

export function isIn(path: string, folder: string): boolean {
  return path === folder || path.startsWith(folder === '/' ? folder : `${folder}/`);
}

/** A path as it is named from a folder, so that both can be moved together; absolute on another disk. */
export function namedFrom(folder: string, path: string): string {
  const [from, to] = [folder.split('/'), path.split('/')];
  let common = 0;
  while (common < from.length && common < to.length && from[common] === to[common]) common += 1;
  if (common === 0) return path;
  return [...from.slice(common).map(() => '..'), ...to.slice(common)].join('/') || '.';
}

/** The other way round. */
export function foundFrom(folder: string, name: string): string {
  return /^(?:[a-z]:)?\//i.test(name) ? name : joined(folder, name);
}
