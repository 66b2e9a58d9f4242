/** The port `GitFacts`: asks git, within bounds and without changing anything. */
import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { FileCommit, HeadMove } from '../core/changed-tree.ts';
import type { BlamedLine, CommitFacts, DryMerge, GitFacts, GitState } from '../core/ports.ts';
import { branchAt, gitFolderAt } from './git-folder.ts';
import { mergedAside } from './git-merge.ts';
import {
  askGit,
  entriesOf,
  type GitAnswer,
  type GitQuestion,
  gitEnvironment,
  pathIn,
  programsOff,
} from './git-program.ts';
import { gitStateAt } from './git-state.ts';
import { readTree, treeArguments } from './git-tree.ts';

export interface GitFactsOptions {
  /** The git program. */
  readonly git?: string;
  readonly environment?: Readonly<Record<string, string | undefined>>;
  /** Where folders for a while may be made. */
  readonly temporaryFolder?: string;
}

/** How many lines of `git status` tell of the branch at most. */
const treeHeaders = 8;
const argumentCharacters = 20_000;

/** What git tells of this machine: the state of a checkout is there at once. */
export interface LocalGitFacts extends GitFacts {
  state(root: string): GitState | undefined;
}

export function createGitFacts(options: GitFactsOptions = {}): LocalGitFacts {
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
    const entries = entriesOf(answer.output);
    const files = [...new Set(entries.map(entry => pathIn(entry.slice(3))))];
    const isUntracked = (entry: string) => entry.startsWith('??');
    const untracked = entries.filter(isUntracked).map(entry => pathIn(entry.slice(3)));
    return { files: files.slice(0, limit), untracked, more: answer.code === null || files.length > limit };
  }

  async changedTree(root: string, limit: number, withinMs: number, also: readonly string[] = []) {
    const begun = performance.now();
    // The headers count as entries.
    const entries = limit + treeHeaders;
    const answer = await this.#askContents({ root, args: treeArguments, withinMs, entries });
    if (!answer || (answer.code !== 0 && answer.code !== null)) return undefined;
    const isLate = () => performance.now() - begun >= withinMs;
    const tree = await readTree(root, answer.output, limit, also, isLate);
    if (!tree) return undefined;
    const { seen, ...rest } = tree;
    return { ...rest, more: answer.code === null || seen > limit };
  }

  async headMoves(root: string, limit: number, withinMs: number): Promise<readonly HeadMove[] | undefined> {
    const format = ['--format=%H%x00%gd%x00%gs', '--date=unix', '--no-show-signature'];
    const args = ['log', '-g', '-z', `--max-count=${limit}`, ...format, 'HEAD', '--'];
    const answer = await this.#ask({ root, args, withinMs });
    if (answer?.code !== 0) return undefined;
    const fields = entriesOf(answer.output);
    return fields.flatMap((commit, at) => {
      const seconds = /@\{(\d+)\}$/.exec(fields[at + 1] ?? '')?.[1];
      return at % 3 === 0 && seconds ? [{ commit, at: Number(seconds) * 1000, how: fields[at + 2] ?? '' }] : [];
    });
  }

  async commitsSince(root: string, since: number, names: readonly string[], withinMs: number) {
    // An empty name is that of no file: it stands before each commit.
    const format = ['--format=%x00%H %ct', '--no-show-signature', '--name-only', '--no-renames'];
    // Without its zone a small number would be read as something else than seconds.
    const begin = `--since=@${Math.max(0, Math.floor(since / 1000))} +0000`;
    const walk = ['-m', '--first-parent', '--no-ext-diff', '--no-textconv', begin];
    // A command line is not long without end; then all files are told.
    const isShort = names.reduce((sum, name) => sum + name.length, 0) < argumentCharacters;
    const args = ['log', '-z', ...format, ...walk, 'HEAD', '--', ...(isShort ? names : [])];
    const answer = await this.#ask({ root, args, withinMs });
    return answer?.code === 0 ? commitsByFile(answer.output) : undefined;
  }

  state(root: string): GitState | undefined {
    return gitStateAt(root);
  }

  async dryMerge(
    root: string,
    ours: string,
    theirs: string,
    withinMs: number,
    theirRoot: string | null = null,
  ): Promise<DryMerge | undefined> {
    const begun = performance.now();
    const left = () => withinMs - (performance.now() - begun);
    if (!isRevision(ours) || !isRevision(theirs)) return undefined;
    const ids = await this.#commitsOf(root, theirRoot === null ? [ours, theirs] : [ours], left());
    const far = theirRoot === null ? [] : await this.#commitsOf(theirRoot, [theirs], left());
    if (!ids || !far) return undefined;
    const [ourCommit, theirCommit] = [...ids, ...far];
    if (!ourCommit || !theirCommit) return { missing: ourCommit ? 'theirs' : 'ours' };
    const roots = theirRoot === null ? [root] : [root, theirRoot];
    return mergedAside(this.#temporaryFolder, roots, [ourCommit, theirCommit], question =>
      this.#ask({ ...question, withinMs: left() }),
    );
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
    const args = ['for-each-ref', `--count=${limit}`, '--format=%(refname:strip=2)', 'refs/heads/', 'refs/remotes/'];
    const answer = await this.#ask({ root, args, withinMs });
    if (answer?.code !== 0) return undefined;
    const names = linesOf(answer.output);
    const current = branchAt(folder.gitDirectory);
    if (
      current === null ||
      !(names.includes(current) || existsSync(join(folder.commonDirectory, 'refs/heads', current)))
    )
      return names;
    return [current, ...names.filter(name => name !== current)].slice(0, limit);
  }

  async stagedFiles(root: string, limit: number, withinMs: number): Promise<readonly string[] | undefined> {
    const args = [
      'diff',
      '--cached',
      '--name-only',
      '-z',
      '--no-renames',
      '--no-ext-diff',
      '--ignore-submodules=dirty',
    ];
    const answer = await this.#askContents({ root, args, withinMs, entries: limit });
    if (!answer || (answer.code !== 0 && answer.code !== null)) return undefined;
    return entriesOf(answer.output).slice(0, limit).map(pathIn);
  }

  async commitsSinceBase(root: string, base: string, limit: number, withinMs: number, tip = 'HEAD') {
    if (!isRevision(base) || !isRevision(tip)) return undefined;
    const args = ['rev-list', `--max-count=${limit}`, tip, '--not', base, '--'];
    const answer = await this.#ask({ root, args, withinMs });
    return answer?.code === 0 ? linesOf(answer.output) : undefined;
  }

  async stashes(root: string, limit: number, withinMs: number) {
    const args = ['log', '-g', '--format=%H', `--max-count=${limit}`, '--no-show-signature', 'refs/stash', '--'];
    const answer = await this.#ask({ root, args, withinMs });
    return answer?.code === 0 ? linesOf(answer.output) : undefined;
  }

  async ignored(root: string, paths: readonly string[], withinMs: number): Promise<readonly string[] | undefined> {
    const input = paths.map(path => `${path}\0`).join('');
    const answer = await this.#ask({ root, args: ['check-ignore', '-z', '--stdin'], withinMs, input });
    // 1 means that none is.
    if (answer === undefined || (answer.code !== 0 && answer.code !== 1)) return undefined;
    return entriesOf(answer.output).map(pathIn);
  }

  async aliases(root: string, withinMs: number): Promise<Readonly<Record<string, string>> | undefined> {
    const answer = await this.#ask({ root, args: ['config', '--null', '--get-regexp', '^alias\\.'], withinMs });
    // 1 means that there are none.
    if (answer === undefined || (answer.code !== 0 && answer.code !== 1)) return undefined;
    const pairs = entriesOf(answer.output).map(entry => {
      const end = entry.indexOf('\n');
      return [entry.slice('alias.'.length, end < 0 ? undefined : end), end < 0 ? '' : entry.slice(end + 1)];
    });
    return Object.fromEntries(pairs);
  }

  /** The commits that names stand for, null for a name without one. Git finds the repository itself, and refuses that of another user. */
  async #commitsOf(root: string, names: readonly string[], withinMs: number): Promise<(string | null)[] | undefined> {
    const asked = names.map(readingsOf);
    const input = asked.flatMap(readings => readings.map(name => `${name}^{commit}\n`)).join('');
    const answer = await this.#ask({ root, args: ['cat-file', '--batch-check=%(objectname)'], withinMs, input });
    if (answer?.code !== 0) return undefined;
    const lines = answer.output.split('\n');
    return asked.map(readings => {
      const found = lines.splice(0, readings.length);
      return found.find(line => /^[0-9a-f]{40,64}$/.test(line)) ?? null;
    });
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

function linesOf(output: string): string[] {
  return output.split('\n').filter(line => line !== '');
}

/** A commit's name and nothing that git would take for an option, a range or a search. */
function isRevision(name: string): boolean {
  return /^[^-:^\s\p{Cc}][^:\s\p{Cc}]*$/u.test(name) && !name.includes('..');
}

/** What a name may stand for, the likeliest first: a branch here, one of a remote, anything else, one of `origin` without its name. */
function readingsOf(name: string): string[] {
  if (name === 'HEAD' || name.startsWith('refs/')) return [name];
  return [`refs/heads/${name}`, `refs/remotes/${name}`, name, `refs/remotes/origin/${name}`];
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

function commitsByFile(output: string): ReadonlyMap<string, readonly FileCommit[]> {
  const found = new Map<string, FileCommit[]>();
  let commit: FileCommit | undefined;
  let isHead = false;
  for (const entry of entriesOf(output)) {
    const [, id, at] = (isHead && /^([0-9a-f]{40,64}) (\d+)$/.exec(entry)) || [];
    isHead = entry === '';
    if (id !== undefined) commit = { id, at: Number(at) * 1000 };
    else if (commit && entry !== '') {
      const path = pathIn(entry.replace(/^\n/, ''));
      found.set(path, [...(found.get(path) ?? []), commit]);
    }
  }
  return found;
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
