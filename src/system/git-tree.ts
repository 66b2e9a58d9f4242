/** How a checkout differs from HEAD, from the words of `git status` and what the file system says of each file. */
import { statSync } from 'node:fs';
import { lstat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { ChangedTree, TreeFile } from '../core/changed-tree.ts';
import { gitFolderAt } from './git-folder.ts';
import { entriesOf } from './git-program.ts';

/** What `readTree` takes apart. Renames cost comparing contents; a submodule would be a git command of its own. */
export const treeArguments = [
  'status',
  '--porcelain=v2',
  '--branch',
  '-z',
  '--untracked-files=all',
  '--ignore-submodules=all',
  '--no-renames',
];

/** How many files are asked for at a time: the file system has few hands. */
const askedAtOnce = 64;

interface Entry {
  readonly name: string;
  readonly isInHead: boolean;
  readonly inIndex: TreeFile['inIndex'];
  readonly isUnmerged: boolean;
}

/** The tree out of an answer to `treeArguments`; undefined when the files could not be looked at in time. */
export async function readTree(
  root: string,
  output: string,
  limit: number,
  also: readonly string[],
  isLate: () => boolean,
): Promise<(Omit<ChangedTree, 'more'> & { readonly seen: number }) | undefined> {
  const lines = entriesOf(output);
  const oid = lines.find(line => line.startsWith('# branch.oid '))?.slice('# branch.oid '.length) ?? '';
  const entries = merged(lines.map(entryOf).filter(entry => entry !== undefined));
  const shown = entries.slice(0, limit);
  const changed = new Set(entries.map(entry => entry.name.normalize('NFC')));
  const unchanged = also.filter(path => !changed.has(path)).map(asUnchanged);
  const files = await onDisk(root, [...shown, ...unchanged], isLate);
  if (!files) return undefined;
  return {
    head: /^[0-9a-f]{40,64}$/.test(oid) ? oid : null,
    headMovedAt: headMovedAt(root),
    files: files.slice(0, shown.length),
    same: files.slice(shown.length),
    seen: entries.length,
  };
}

function asUnchanged(name: string): Entry {
  return { name, isInHead: true, inIndex: 'none', isUnmerged: false };
}

/** One line; undefined for headers, for a repository within this one, and for a name that is no text. */
function entryOf(line: string): Entry | undefined {
  const [kind, fieldsBefore] = { '1': ['changed', 8], u: ['unmerged', 10], '?': ['new', 1] }[line[0] ?? ''] ?? [];
  if (kind === undefined) return undefined;
  const [, state = ''] = line.split(' ', 2);
  const name = line.split(' ').slice(Number(fieldsBefore)).join(' ');
  if (name.endsWith('/') || name.includes('\ufffd')) return undefined;
  if (kind === 'new') return { name, isInHead: false, inIndex: 'none', isUnmerged: false };
  const [index, disk] = state;
  const inIndex = index === '.' ? 'none' : disk === '.' ? 'whole' : 'part';
  return { name, isInHead: index !== 'A', inIndex, isUnmerged: kind === 'unmerged' };
}

/** A file that was taken out of the index and still lies there is listed twice, as deleted and as new. */
function merged(entries: readonly Entry[]): Entry[] {
  const byName = new Map<string, Entry>();
  for (const entry of entries) {
    const other = byName.get(entry.name);
    byName.set(entry.name, other ? { ...other, inIndex: 'part' } : entry);
  }
  return [...byName.values()];
}

async function onDisk(root: string, entries: readonly Entry[], isLate: () => boolean): Promise<TreeFile[] | undefined> {
  const files: TreeFile[] = [];
  for (let at = 0; at < entries.length; at += askedAtOnce) {
    if (isLate()) return undefined;
    files.push(...(await Promise.all(entries.slice(at, at + askedAtOnce).map(entry => fileOf(root, entry)))));
  }
  return files;
}

async function fileOf(root: string, { name, isInHead, inIndex, isUnmerged }: Entry): Promise<TreeFile> {
  const path = name.normalize('NFC');
  const about = { path, name, inIndex, isUnmerged };
  const status = await look(join(root, name));
  if (!status || status.isDirectory()) {
    return { ...about, change: 'deleted', changedAt: await folderChangedAt(root, name), mark: null };
  }
  const mark = `${status.ino}/${status.size}/${status.mtimeMs}`;
  return { ...about, change: isInHead ? 'modified' : 'created', changedAt: status.ctimeMs, mark };
}

/** Of the nearest place above it that is there, be it a folder or what has replaced one. */
async function folderChangedAt(root: string, name: string): Promise<number> {
  for (let folder = dirname(name); ; folder = dirname(folder)) {
    const status = await look(join(root, folder));
    if (status || folder === '.') return status?.ctimeMs ?? 0;
  }
}

async function look(path: string) {
  return lstat(path).catch(() => undefined);
}

/** When a file changed in which git notes what HEAD became. */
function headMovedAt(root: string): number | null {
  const folder = gitFolderAt(root);
  const files = ['HEAD', 'logs/HEAD', 'reftable/tables.list'];
  const places = folder ? files.map(file => join(folder.gitDirectory, file)) : [];
  const times = places.flatMap(place => statSync(place, { throwIfNoEntry: false })?.ctimeMs ?? []);
  return times.length > 0 ? Math.max(...times) : null;
}
