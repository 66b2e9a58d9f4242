/** The port `GitFacts`: asks git, within bounds and without changing anything. */
import type { GitFacts } from '../core/ports.ts';

export function createGitFacts(): GitFacts {
  return {
    changedFiles: async () => undefined,
    state: () => undefined,
    dryMerge: async () => undefined,
    blame: async () => undefined,
    commit: async () => undefined,
    branches: async () => undefined,
  };
}
