/** Reads what Signalbox needs of a git repository from its files, so that it works without git and costs microseconds. */
import { statSync } from 'node:fs';
import { dirname, resolve, sep } from 'node:path';
import { readFileWithin } from './regular-file.ts';

/** A file of git that is longer than this is taken for none: no config, HEAD or list of attributes is. */
const fileBytes = 4 * 1024 * 1024;

export interface GitFolder {
  /** The root of the working tree: the folder that holds `.git` (a bare repository: itself). */
  readonly root: string;
  /** Where this working tree keeps its `HEAD`. */
  readonly gitDirectory: string;
  /** What all working trees of the repository share. */
  readonly commonDirectory: string;
}

/** The git working tree whose root is exactly this folder; undefined when it is none, or its `.git` leads nowhere. Never throws. */
export function gitFolderAt(folder: string): GitFolder | undefined {
  const gitDirectory = gitDirectoryOf(folder);
  if (gitDirectory === undefined || !isFile(resolve(gitDirectory, 'HEAD'))) return undefined;
  const common = readText(resolve(gitDirectory, 'commondir'))?.trim();
  const commonDirectory = common ? resolve(gitDirectory, common) : gitDirectory;
  return kindOf(commonDirectory) === 'folder' ? { root: folder, gitDirectory, commonDirectory } : undefined;
}

/** The folders from `folder` up to the top of the file system. */
export function foldersUpFrom(folder: string): string[] {
  const folders = [folder];
  for (let at = folder; at !== dirname(at); ) {
    at = dirname(at);
    folders.push(at);
  }
  return folders;
}

/**
 * What is checked out: the short branch name, also of a branch without commits; a short commit in brackets when detached;
 * null when it cannot be told from the file (outside git, or a repository that keeps its references in tables). Never throws.
 */
export function branchAt(gitDirectory: string): string | null {
  const head = readText(resolve(gitDirectory, 'HEAD'))?.trim() ?? '';
  const reference = /^ref:\s*(?:refs\/heads\/)?(.+)$/.exec(head)?.[1];
  // With the reftable format, HEAD holds this name, which cannot be a branch.
  if (reference !== undefined) return reference === '.invalid' ? null : reference;
  return /^[0-9a-f]{40,64}$/i.test(head) ? `(${head.slice(0, 7)})` : null;
}

/** The address of the remote `origin`, read without git: plain `url` lines only, the last one counts. */
export function originIn(commonDirectory: string): string | undefined {
  let inOrigin = false;
  let url: string | undefined;
  for (const line of readText(resolve(commonDirectory, 'config'))?.split(/\r?\n/) ?? []) {
    const section = /^\s*\[(.*?)\]\s*(.*)$/.exec(line);
    if (section) inOrigin = /^remote\s+"origin"$/i.test(section[1]?.trim() ?? '');
    const value = /^\s*url\s*=\s*(.*)$/i.exec(section ? (section[2] ?? '') : line)?.[1];
    if (inOrigin && value !== undefined) url = unquoted(value);
  }
  return url;
}

/** Whether a repository's config says things that only git itself reads for certain: it includes other files, or escapes. */
export function needsGit(commonDirectory: string): boolean {
  return /\[\s*include|\\/i.test(readText(resolve(commonDirectory, 'config')) ?? '');
}

function unquoted(value: string): string {
  const quoted = /^"((?:[^"\\]|\\.)*)"/.exec(value.trim())?.[1];
  return quoted === undefined ? value.replace(/\s[#;].*$/, '').trim() : quoted.replaceAll(/\\(.)/g, '$1');
}

function gitDirectoryOf(folder: string): string | undefined {
  const path = resolve(folder, '.git');
  const kind = kindOf(path);
  if (kind === 'folder') return path;
  if (kind === 'file') {
    const target = /^gitdir:\s*(.+?)\s*$/m.exec(readText(path) ?? '')?.[1];
    return target === undefined ? undefined : resolve(folder, target);
  }
  // A bare repository has no `.git`; what lies in a `.git` belongs to the tree around it.
  const isBare =
    !folder.split(sep).includes('.git') && isFile(resolve(folder, 'HEAD')) && hasFolders(folder, 'objects', 'refs');
  return isBare ? folder : undefined;
}

function hasFolders(folder: string, ...names: string[]): boolean {
  return names.every(name => kindOf(resolve(folder, name)) === 'folder');
}

function isFile(path: string): boolean {
  return kindOf(path) === 'file';
}

function kindOf(path: string): 'file' | 'folder' | undefined {
  try {
    // Throwing costs far more than asking, and most folders hold no `.git`.
    const status = statSync(path, { throwIfNoEntry: false });
    return status?.isDirectory() ? 'folder' : status?.isFile() ? 'file' : undefined;
  } catch {
    return undefined;
  }
}

function readText(path: string): string | undefined {
  return readRegularFile(path)?.toString('utf8');
}

/**
 * What a file holds; undefined for what is no regular file, cannot be read or is too long. A checkout may come from anybody: a
 * pipe in the place of a file would keep a reader waiting for ever.
 */
export function readRegularFile(path: string): Buffer | undefined {
  try {
    const content = readFileWithin(path, fileBytes);
    return typeof content === 'string' ? undefined : content;
  } catch {
    return undefined;
  }
}
