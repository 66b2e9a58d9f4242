/** The ports a surface hands to the tools: everything real is behind one of these. */
import type { Policy } from '../core/policy.ts';
import type { Clock, GitFacts, Ids, Log, Probes, Processes, Store, Wakeups, Worktrees } from '../core/ports.ts';

export interface World {
  readonly store: Store;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly wakeups: Wakeups;
  readonly processes: Processes;
  readonly worktrees: Worktrees;
  readonly git: GitFacts;
  readonly probes: Probes;
  /** What the team has set for the project. */
  readonly policy: Policy;
  readonly log: Log;
}
