/** Tries a merge of two commits in a repository made for it aside, which has the objects of the real one and nothing of its config. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { DryMerge } from '../core/ports.ts';
import { gitFolderAt, readRegularFile } from './git-folder.ts';
import { entriesOf, type GitAnswer, type GitQuestion, pathIn } from './git-program.ts';

type Commits = readonly [ours: string, theirs: string];

/**
 * Merges commits that lie in the checkouts at `roots`, the first of which is merged into. Undefined when git cannot tell.
 * No driver, filter or hook can run, whoever owns those repositories, because the one that git works in names none, and the
 * settings of user and machine are left out as well. That the commits may be looked at is for the caller to have found out.
 */
export async function mergedAside(
  temporaryFolder: string,
  roots: readonly string[],
  commits: Commits,
  ask: (question: Omit<GitQuestion, 'withinMs'>) => Promise<GitAnswer | undefined>,
): Promise<DryMerge | undefined> {
  const folders = roots.flatMap(root => gitFolderAt(root) ?? []);
  const [folder] = folders;
  const aside = folder && folderIn(temporaryFolder);
  if (!aside) return undefined;
  try {
    prepare(aside, commits);
    copyAttributes(folder.root, folder.commonDirectory, aside);
    copyShallow(
      folders.map(each => each.commonDirectory),
      aside,
    );
    const objects = folders.map(each => quotedPath(join(each.commonDirectory, 'objects')));
    const environment = {
      GIT_CONFIG_NOSYSTEM: '1',
      GIT_CONFIG_GLOBAL: '/dev/null',
      GIT_ALTERNATE_OBJECT_DIRECTORIES: objects.join(process.platform === 'win32' ? ';' : ':'),
    };
    const args = ['merge-tree', '--write-tree', '--name-only', '--no-messages', '-z', ...commits];
    const answer = await ask({ root: aside, args, environment });
    if (answer?.code !== 0 && answer?.code !== 1) return undefined;
    const [tree = '', ...files] = entriesOf(answer.output);
    if (!/^[0-9a-f]{40,64}$/.test(tree)) return undefined;
    return { conflicts: [...new Set(files.filter(file => file !== '').map(pathIn))] };
  } catch {
    return undefined;
  } finally {
    rmSync(aside, { recursive: true, force: true, maxRetries: 3 });
  }
}

/** Undefined where no folder can be made: the disk is full or may only be read. */
function folderIn(temporaryFolder: string): string | undefined {
  try {
    return mkdtempSync(join(temporaryFolder, 'signalbox-merge-'));
  } catch {
    return undefined;
  }
}

/** An empty repository by hand: `git init` would be a program more, and would copy the user's templates. */
function prepare(aside: string, [commit]: Commits): void {
  const folder = join(aside, '.git');
  for (const name of ['objects', 'refs', 'info']) mkdirSync(join(folder, name), { recursive: true });
  writeFileSync(join(folder, 'HEAD'), 'ref: refs/heads/none\n');
  const format = commit.length > 40 ? '1\n[extensions]\n\tobjectformat = sha256' : '0';
  writeFileSync(join(folder, 'config'), `[core]\n\trepositoryformatversion = ${format}\n`);
}

/** The attributes of the repository and those at the top of the checkout count, so that `merge=union` and binary files are treated as they would be. */
function copyAttributes(root: string, commonDirectory: string, aside: string): void {
  const [own, top] = [join(commonDirectory, 'info/attributes'), join(root, '.gitattributes')].map(readRegularFile);
  if (own) writeFileSync(join(aside, '.git/info/attributes'), own);
  if (top) writeFileSync(join(aside, '.gitattributes'), top);
}

/** Where the history of a shallow clone ends: without that, what lies before it would be missing. */
function copyShallow(commonDirectories: readonly string[], aside: string): void {
  const ends = commonDirectories.flatMap(folder => readRegularFile(join(folder, 'shallow')) ?? []);
  if (ends.length > 0) writeFileSync(join(aside, '.git/shallow'), Buffer.concat(ends));
}

/** A list of folders is separated by colons unless it is quoted as in C. */
function quotedPath(path: string): string {
  return /[:;"\\\n]/.test(path) && process.platform !== 'win32' ? `"${path.replaceAll(/["\\]/g, '\\$&')}"` : path;
}
