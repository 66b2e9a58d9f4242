/** The ports a surface hands to the tools: everything real is behind one of these. */

import type { GitStage } from '../core/git-stage.ts';
import type { Policy } from '../core/policy.ts';
import type { PolicySource } from '../core/policy-watch.ts';
import type { Clock, GitFacts, Ids, Log, Probes, Processes, Store, Wakeups, Worktrees } from '../core/ports.ts';

export interface World {
  readonly store: Store;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly wakeups: Wakeups;
  readonly processes: Processes;
  readonly worktrees: Worktrees;
  readonly git: GitFacts;
  readonly stage: GitStage;
  readonly probes: Probes;
  /** What the team has set for the project. */
  readonly policy: Policy;
  /** Where its part on the guard comes from, in a process that lives on while people change it. */
  readonly guardPolicy?: PolicySource;
  /** The home folder of whoever runs the program, for what `~` means in a command; missing where it is not known. */
  readonly home?: string | null;
  /** Whose machine it is, for one that is behind a hub: sessions of others are none of its own, whatever it says. Missing everywhere else. */
  readonly principal?: string;
  /** Whether its user decides over the work of others, as the operator of a store does: an admin of a hub. */
  readonly overrules?: boolean;
  readonly log: Log;
}
