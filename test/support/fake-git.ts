/** What git and the machine's ports tell, as a test sets it. */

import type { ChangedTree, FileCommit, HeadMove, TreeFile } from '../../src/core/changed-tree.ts';
import type { GitStage, StageOutcome } from '../../src/core/git-stage.ts';
import { defaultPolicy } from '../../src/core/policy.ts';
import type { BlamedLine, CommitFacts, DryMerge, GitFacts, GitState, Probes } from '../../src/core/ports.ts';

/** Answers what was put into its maps, by checkout root; nothing is set means that git cannot tell. */
export class FakeGitFacts implements GitFacts {
  readonly changed = new Map<string, readonly string[]>();
  /** Those of the changed paths that are not tracked. */
  readonly untracked = new Set<string>();
  /** The commits that HEAD has and a base has not, by base, newest first; of another tip by `tip..base`. */
  readonly sinceBase = new Map<string, readonly string[]>();
  /** By checkout root, newest first. */
  readonly stashed = new Map<string, readonly string[]>();
  readonly states = new Map<string, GitState>();
  /** By `ours..theirs`. */
  readonly merges = new Map<string, DryMerge>();
  /** By `path:line`. */
  readonly lines = new Map<string, BlamedLine>();
  readonly commits = new Map<string, CommitFacts>();
  readonly branchNames = new Map<string, readonly string[]>();

  /** By checkout root; `same` holds what lies there unchanged, of which only what is asked for is told. */
  readonly trees = new Map<string, Omit<ChangedTree, 'more'>>();
  readonly moves = new Map<string, readonly HeadMove[]>();
  /** By path, newest first. */
  readonly fileCommits = new Map<string, readonly FileCommit[]>();

  async changedTree(root: string, limit: number, _withinMs: number, also: readonly string[] = []) {
    const tree = this.trees.get(root);
    if (!tree) return undefined;
    const same = tree.same.filter(({ path }) => also.includes(path));
    return { ...tree, files: tree.files.slice(0, limit), same, more: tree.files.length > limit };
  }

  async headMoves(root: string, limit: number) {
    return this.moves.get(root)?.slice(0, limit);
  }

  async commitsSince(_root: string, since: number, names: readonly string[]) {
    const seconds = Math.floor(since / 1000) * 1000;
    const asked = [...this.fileCommits].filter(([path]) => names.includes(path));
    return new Map(asked.map(([path, commits]) => [path, commits.filter(({ at }) => at >= seconds)]));
  }

  async changedFiles(root: string, limit: number) {
    const files = this.changed.get(root);
    if (!files) return undefined;
    const untracked = files.filter(path => this.untracked.has(path));
    return { files: files.slice(0, limit), untracked, more: files.length > limit };
  }

  async commitsSinceBase(_root: string, base: string, limit: number, _withinMs: number, tip?: string) {
    return this.sinceBase.get(tip === undefined ? base : `${tip}..${base}`)?.slice(0, limit);
  }

  async stashes(root: string, limit: number) {
    return this.stashed.get(root)?.slice(0, limit);
  }

  state(root: string) {
    return this.states.get(root);
  }

  async dryMerge(_root: string, ours: string, theirs: string) {
    return this.merges.get(`${ours}..${theirs}`);
  }

  async blame(_root: string, path: string, line: number) {
    return this.lines.get(`${path}:${line}`);
  }

  async commit(_root: string, revision: string) {
    return this.commits.get(revision);
  }

  readonly ignoredPaths = new Set<string>();

  async ignored(_root: string, paths: readonly string[]) {
    return paths.filter(path => this.ignoredPaths.has(path));
  }

  readonly staged = new Map<string, readonly string[]>();

  async stagedFiles(root: string, limit: number) {
    return this.staged.get(root)?.slice(0, limit);
  }

  readonly aliasesOf = new Map<string, Readonly<Record<string, string>>>();

  async aliases(root: string) {
    return this.aliasesOf.get(root) ?? {};
  }

  async branches(root: string, limit: number) {
    return this.branchNames.get(root)?.slice(0, limit);
  }
}

/** A file of a checkout, modified, at an instant. */
export function treeFile(path: string, changedAt: number, about: Partial<TreeFile> = {}): TreeFile {
  const mark = about.change === 'deleted' ? null : `${changedAt}`;
  return { path, name: path, change: 'modified', changedAt, mark, inIndex: 'none', isUnmerged: false, ...about };
}

/** Notes what it was asked to stage, and answers what it was told to. */
export class FakeGitStage implements GitStage {
  readonly asked: (readonly string[])[] = [];
  outcome: StageOutcome = { staged: true };

  async stage(_root: string, names: readonly string[]): Promise<StageOutcome> {
    this.asked.push(names);
    return this.outcome;
  }
}

/** All ports are free but those in `used`. */
export class FakeProbes implements Probes {
  readonly used = new Set<number>();
  /** By path. */
  readonly lineCounts = new Map<string, number>();

  async lineCount(_root: string, path: string): Promise<number | undefined> {
    return this.lineCounts.get(path);
  }

  async isPortFree(port: number): Promise<boolean> {
    return !this.used.has(port);
  }
}

/** The ports of a `World` that most tests have nothing to do with. */
export function aside() {
  return { git: new FakeGitFacts(), stage: new FakeGitStage(), probes: new FakeProbes(), policy: defaultPolicy };
}
