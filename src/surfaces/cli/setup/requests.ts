/** What `setup` and `remove` are asked for on a command line. */
import type { Scope } from '../../../clients/setup/define-setup.ts';

export interface SetupRequest {
  readonly action: 'setup' | 'remove';
  /** As typed; none means all that are found. */
  readonly clients: readonly string[];
  readonly scope: Scope;
  readonly dryRun: boolean;
  readonly yes: boolean;
  /** Whether clients are to keep a tool that changes files from running when nobody answers for it. */
  readonly failsClosed: boolean;
}
