/** What `signalbox guard` is asked for on a command line. */

export type GuardRequest =
  | { readonly action: 'install' | 'remove'; readonly dryRun: boolean; readonly yes: boolean }
  | { readonly action: 'status' }
  /** What no session gets to run: its client asks first, and is told no. */
  | { readonly action: 'self-test' };
