/** What is under way in a checkout, read from the files that git keeps about it. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { GitState } from '../core/ports.ts';
import { branchAt, gitFolderAt } from './git-folder.ts';

/** The file or folder that stands while an operation is unfinished; the first one found counts, since a rebase may pick and merge. */
const signs = [
  ['rebase-merge', 'rebase'],
  ['rebase-apply/applying', 'apply'],
  ['rebase-apply', 'rebase'],
  ['MERGE_HEAD', 'merge'],
  ['CHERRY_PICK_HEAD', 'cherry-pick'],
  ['REVERT_HEAD', 'revert'],
  ['sequencer', 'cherry-pick'],
  ['BISECT_LOG', 'bisect'],
] as const;

/** Undefined when the folder is not the root of a checkout. */
export function gitStateAt(root: string): GitState | undefined {
  const folder = gitFolderAt(root);
  if (!folder) return undefined;
  const { gitDirectory, commonDirectory } = folder;
  const operation = signs.find(([file]) => existsSync(join(gitDirectory, file)))?.[1] ?? null;
  const own = (file: string) => existsSync(join(gitDirectory, file));
  const common = (file: string) => existsSync(join(commonDirectory, file));
  const branch = branchAt(gitDirectory);
  const isRefLocked =
    common('packed-refs.lock') ||
    common('reftable/tables.list.lock') ||
    (branch !== null && !branch.startsWith('(') && common(`refs/heads/${branch}.lock`));
  const locked = [
    ...(own('index.lock') ? (['index'] as const) : []),
    ...(own('HEAD.lock') ? (['head'] as const) : []),
    ...(common('refs/stash.lock') || common('logs/refs/stash.lock') ? (['stash'] as const) : []),
    ...(isRefLocked ? (['refs'] as const) : []),
  ];
  return { operation, locked, ...(gitDirectory === root ? { isBare: true } : {}) };
}
