/** What git's own hooks ask and tell, as the operation is called, on the bench of the moment. */
import { type GitHookFacts, noFacts } from '../../src/core/git-hook-facts.ts';
import type { MadeCommit, Rewriting } from '../../src/core/guard-references.ts';
import { defaultPolicy } from '../../src/core/policy.ts';
import type { SessionRecord } from '../../src/core/records.ts';
import { callTool } from '../../src/tools/call-tool.ts';
import gitCheck from '../../src/tools/git-check.ts';
import type { GitVerdict } from '../../src/tools/git-verdict.ts';
import { Visitor } from '../../src/tools/visitor.ts';
import { aside } from './fake-git.ts';
import { FakeLog } from './fakes.ts';
import type { GuardScene } from './guard-calls.ts';
import type { Bench } from './rules.ts';

export interface GitAbout {
  readonly bypass?: string;
  readonly isPerson?: boolean;
  readonly isStranger?: boolean;
  readonly ancestors?: readonly number[];
  /** Where git runs; the checkout of the session, or `/shop` for the operator. */
  readonly directory?: string;
}

export function gitCalls(bench: () => Bench, scene: () => GuardScene) {
  /** `null` is the person at a shell. */
  const ask = async (
    session: SessionRecord | null,
    hook: string,
    facts: Partial<GitHookFacts>,
    { directory = session?.root ?? '/shop', ...about }: GitAbout = {},
  ): Promise<GitVerdict> => {
    const { store, clock, ids, wakeups, processes } = bench();
    const { git, worktrees, policy } = scene();
    const world = { ...aside(), store, clock, ids, wakeups, processes, worktrees, git, log: new FakeLog() };
    const caller = new Visitor(
      { ...world, policy: { ...defaultPolicy, guard: policy } },
      directory,
      null,
      session?.id ?? null,
    );
    const context = {
      caller,
      signal: new AbortController().signal,
      path: 'hook' as const,
      progress() {},
      afterAnswer() {},
    };
    const given = { hook, facts: { ...noFacts, ...facts }, isPerson: session === null, ...about };
    const { output } = await callTool([gitCheck], gitCheck.name, given, context);
    return output as unknown as GitVerdict;
  };
  return {
    ask,
    commit: (session: SessionRecord | null, staged: readonly string[], about?: GitAbout) =>
      ask(session, 'pre-commit', { staged }, about),
    push: (session: SessionRecord | null, facts: Partial<GitHookFacts>, about?: GitAbout) =>
      ask(session, 'pre-push', facts, about),
    transaction: (session: SessionRecord | null, facts: Partial<GitHookFacts>, about?: GitAbout) =>
      ask(session, 'reference-transaction', facts, about),
    /** A commit that changes `a.ts`. */
    made: (id: string, about: Partial<MadeCommit> = {}): MadeCommit => ({
      id,
      at: bench().clock.now(),
      files: [{ path: 'a.ts', change: 'modified' }],
      isFresh: true,
      ...about,
    }),
  };
}

/** The branch that is checked out loses a commit. */
export const rewriting = (about: Partial<Rewriting> = {}): Rewriting => ({
  kind: 'branch',
  branch: 'main',
  from: 'a'.repeat(40),
  to: 'b'.repeat(40),
  lost: ['a'.repeat(40)],
  isAmend: false,
  isHere: true,
  isRename: false,
  isAbort: false,
  done: 'nothing',
  ...about,
});
