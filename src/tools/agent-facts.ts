/** What is known of an AI session before it joins. */
import type { Worktree } from '../core/ports.ts';
import type { Arrival } from '../core/session.ts';

/** What identifies an agent's session before it joins. */
export type AgentFacts = Omit<Arrival, 'root' | 'anchor' | 'branch' | 'kind'> & {
  readonly directory: string;
  /** Overrides the project that the folder tells. */
  readonly project: string | null;
  /** Whether the client's process has one conversation at a time. Default: no, every conversation is a session of its own. */
  readonly isOnlyConversation?: boolean;
  /** Whether the client stops a server with its conversation, while the session goes on with the next one. Default: no. */
  readonly isSuccessive?: boolean;
  /** Whether it is one more session of its process, and so none that is found by that. Default: no. */
  readonly isFurther?: boolean;
};

/** The same as it joins in a working tree. */
export function arrivalOf(facts: AgentFacts, { root, anchor }: Worktree, branch: string | null): Arrival {
  const { directory: _d, project: _p, isOnlyConversation: _o, isSuccessive: _s, isFurther: _f, ...known } = facts;
  return { ...known, kind: 'agent', root, anchor, branch };
}
