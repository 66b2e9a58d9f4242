/** What git and the machine's ports tell, as a test sets it. */
import { defaultPolicy } from '../../src/core/policy.ts';
import type { BlamedLine, CommitFacts, DryMerge, GitFacts, GitState, Probes } from '../../src/core/ports.ts';

/** Answers what was put into its maps, by checkout root; nothing is set means that git cannot tell. */
export class FakeGitFacts implements GitFacts {
  readonly changed = new Map<string, readonly string[]>();
  readonly states = new Map<string, GitState>();
  /** By `ours..theirs`. */
  readonly merges = new Map<string, DryMerge>();
  /** By `path:line`. */
  readonly lines = new Map<string, BlamedLine>();
  readonly commits = new Map<string, CommitFacts>();
  readonly branchNames = new Map<string, readonly string[]>();

  async changedFiles(root: string, limit: number) {
    const files = this.changed.get(root);
    return files && { files: files.slice(0, limit), more: files.length > limit };
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

  async branches(root: string, limit: number) {
    return this.branchNames.get(root)?.slice(0, limit);
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
  return { git: new FakeGitFacts(), probes: new FakeProbes(), policy: defaultPolicy };
}
