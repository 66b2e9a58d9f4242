/** The port `GitFacts`: asks git, within bounds and without changing anything. */
import { copyFileSync, existsSync, lstatSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BlamedLine, CommitFacts, DryMerge, GitFacts, GitState } from '../core/ports.ts';
import { branchAt, gitFolderAt } from './git-folder.ts';
import { askGit, entriesOf, type GitAnswer, type GitQuestion, gitEnvironment, programsOff } from './git-program.ts';
import { gitStateAt } from './git-state.ts';

export interface GitFactsOptions {
  /** The git program. */
  readonly git?: string;
  readonly environment?: Readonly<Record<string, string | undefined>>;
  /** Where folders for a while may be made. */
  readonly temporaryFolder?: string;
}

export function createGitFacts(options: GitFactsOptions = {}): GitFacts {
  return new RealGitFacts(options);
}

class RealGitFacts implements GitFacts {
  readonly #git: string;
  readonly #environment: NodeJS.ProcessEnv;
  readonly #temporaryFolder: string;

  constructor({ git = 'git', environment = process.env, temporaryFolder = tmpdir() }: GitFactsOptions) {
    this.#git = git;
    this.#temporaryFolder = temporaryFolder;
    this.#environment = gitEnvironment(environment);
  }

  async changedFiles(root: string, limit: number, withinMs: number, under: readonly string[] = []) {
    // Renames cost comparing contents, and both names are changed anyway; a submodule would be a git command of its own.
    const args = ['status', '--porcelain', '-z', '--untracked-files=all', '--ignore-submodules=all', '--no-renames'];
    const paths = under.length > 0 ? ['--', ...under] : [];
    const answer = await this.#askContents({ root, args: [...args, ...paths], withinMs, entries: limit });
    if (!answer || (answer.code !== 0 && answer.code !== null)) return undefined;
    const files = [...new Set(entriesOf(answer.output).map(entry => pathIn(entry.slice(3))))];
    return { files: files.slice(0, limit), more: answer.code === null || files.length > limit };
  }

  state(root: string): GitState | undefined {
    return gitStateAt(root);
  }

  async dryMerge(root: string, ours: string, theirs: string, withinMs: number): Promise<DryMerge | undefined> {
    const folder = gitFolderAt(root);
    if (!folder || !isRevision(ours) || !isRevision(theirs)) return undefined;
    const aside = folderIn(this.#temporaryFolder);
    if (aside === undefined) return undefined;
    try {
      prepareMerge(root, aside);
      const args = ['merge-tree', '--write-tree', '--name-only', '--no-messages', '-z', ours, theirs];
      const environment = {
        GIT_DIR: folder.gitDirectory,
        GIT_WORK_TREE: aside,
        GIT_OBJECT_DIRECTORY: join(aside, 'objects'),
        GIT_ALTERNATE_OBJECT_DIRECTORIES: quotedPath(join(folder.commonDirectory, 'objects')),
      };
      const answer = await this.#askContents({ root, args, withinMs, environment, directory: aside });
      if (answer?.code !== 0 && answer?.code !== 1) return undefined;
      // 1 is also the answer when one of them does not exist; then no tree comes first.
      const [tree = '', ...files] = entriesOf(answer.output);
      if (!/^[0-9a-f]{40,64}$/.test(tree)) return undefined;
      return { conflicts: [...new Set(files.filter(file => file !== '').map(pathIn))] };
    } catch {
      return undefined;
    } finally {
      rmSync(aside, { recursive: true, force: true, maxRetries: 3 });
    }
  }

  async blame(root: string, path: string, line: number, withinMs: number): Promise<BlamedLine | undefined> {
    const args = ['blame', '--porcelain', '--no-textconv', '-L', `${line},${line}`, '--', path];
    const answer = await this.#askContents({ root, args, withinMs });
    return answer?.code === 0 ? blamedLine(answer.output) : undefined;
  }

  async commit(root: string, revision: string, withinMs: number): Promise<CommitFacts | undefined> {
    if (!isRevision(revision)) return undefined;
    const facts = '--format=%H%x00%an%x00%ct%x00%s';
    const files = ['--name-status', '--no-renames', '-m', '--first-parent', '--no-ext-diff', '--no-textconv'];
    const args = ['log', '-1', '-z', '--no-show-signature', facts, ...files, revision, '--'];
    const answer = await this.#ask({ root, args, withinMs });
    return answer?.code === 0 ? commitFacts(answer.output) : undefined;
  }

  async branches(root: string, limit: number, withinMs: number): Promise<readonly string[] | undefined> {
    const folder = gitFolderAt(root);
    if (!folder) return undefined;
    const args = ['for-each-ref', `--count=${limit}`, '--format=%(refname:strip=2)', 'refs/heads/'];
    const answer = await this.#ask({ root, args, withinMs });
    if (answer?.code !== 0) return undefined;
    const names = answer.output.split('\n').filter(name => name !== '');
    const current = branchAt(folder.gitDirectory);
    if (
      current === null ||
      !(names.includes(current) || existsSync(join(folder.commonDirectory, 'refs/heads', current)))
    )
      return names;
    return [current, ...names.filter(name => name !== current)].slice(0, limit);
  }

  #ask(question: GitQuestion): Promise<GitAnswer | undefined> {
    return askGit(this.#git, this.#environment, question);
  }

  /** The same for what looks into files; what git takes for finding out how to do that safely counts as time. */
  async #askContents(question: GitQuestion): Promise<GitAnswer | undefined> {
    const begun = performance.now();
    const settings = await programsOff(this.#git, this.#environment, question.root, question.withinMs);
    if (!settings) return undefined;
    const withinMs = question.withinMs - (performance.now() - begun);
    return this.#ask({ ...question, withinMs, args: [...settings, ...question.args] });
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

/**
 * Prepares the folder of a merge that is only tried: git's new objects go there instead of into the repository, and temporary
 * files instead of into the checkout. The attributes at the top of the checkout count, so that `merge=union` and binary files
 * are treated as they would be.
 */
function prepareMerge(root: string, aside: string): void {
  mkdirSync(join(aside, 'objects'));
  const attributes = join(root, '.gitattributes');
  if (lstatSync(attributes, { throwIfNoEntry: false })?.isFile()) {
    copyFileSync(attributes, join(aside, '.gitattributes'));
  }
}

/** A list of folders is separated by colons unless it is quoted as in C. */
function quotedPath(path: string): string {
  return /[:;"\\\n]/.test(path) && process.platform !== 'win32' ? `"${path.replaceAll(/["\\]/g, '\\$&')}"` : path;
}

/** A commit's name and nothing that git would take for an option, a range or a search. */
function isRevision(name: string): boolean {
  return /^[^-:^\s\p{Cc}][^:\s\p{Cc}]*$/u.test(name) && !name.includes('..');
}

/** As `Worktrees.resolve` spells it. A repository within this one is listed with a slash. */
function pathIn(entry: string): string {
  return entry.replace(/\/$/, '').normalize('NFC');
}

function blamedLine(output: string): BlamedLine | undefined {
  const [head = '', ...lines] = output.split('\n');
  const [commit = '', originalLine] = head.split(' ');
  const field = (name: string) => lines.find(line => line.startsWith(`${name} `))?.slice(name.length + 1) ?? '';
  if (!/^[0-9a-f]{40,64}$/.test(commit)) return undefined;
  return {
    commit: /^0+$/.test(commit) ? null : commit,
    author: field('author'),
    at: Number(field('author-time')) * 1000,
    summary: field('summary'),
    originalLine: Number(originalLine),
  };
}

function commitFacts(output: string): CommitFacts {
  const [id = '', author = '', at = '', summary = '', ...rest] = output.split('\0');
  const files: { path: string; change: 'created' | 'modified' | 'deleted' }[] = [];
  const entries = rest.map(entry => entry.replace(/^\n/, ''));
  for (let at = 0; at + 1 < entries.length; at += 2) {
    const letter = entries[at]?.[0];
    const change = letter === 'A' ? 'created' : letter === 'D' ? 'deleted' : 'modified';
    files.push({ path: pathIn(entries[at + 1] ?? ''), change });
  }
  return { id, author, at: Number(at) * 1000, summary, files };
}
