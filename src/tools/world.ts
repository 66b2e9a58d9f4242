/** The ports a surface hands to the tools: everything real is behind one of these. */
import type { Clock, Ids, Log, Processes, Store, Wakeups, Worktrees } from '../core/ports.ts';

export interface World {
  readonly store: Store;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly wakeups: Wakeups;
  readonly processes: Processes;
  readonly worktrees: Worktrees;
  readonly log: Log;
}
