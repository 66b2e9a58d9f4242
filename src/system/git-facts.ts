/** The port `GitFacts`: asks git, within bounds and without changing anything. */
import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
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
    const names = answer.output.split('\n').filter(name => name !== '');
    const current = branchAt(folder.gitDirectory);
    if (
      current === null ||
      !(names.includes(current) || existsSync(join(folder.commonDirectory, 'refs/heads', current)))
    )
      return names;
    return [current, ...names.filter(name => name !== current)].slice(0, limit);
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
