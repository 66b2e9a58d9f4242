/** What a team sets for its project in `signalbox.json`, as far as the rules go by it. */

/** A set of places that are given out one by one: ports, databases, emulators, CI lanes. */
export interface Pool {
  readonly name: string;
  /** Names of the resources it holds, in the order of preference: `port:3000`, `db:test_1`, `ci:1`. */
  readonly values: readonly string[];
  /** Whether a value is the number of a TCP port that must not be in use when it is given out. */
  readonly probe: 'tcp' | null;
}

/** What becomes of an action that gets in another session's way: it is refused, it goes through with a word about it, or nobody looks. */
export type GuardMode = 'block' | 'warn' | 'off';

/** How a project's locks are held where things happen: in the edit hook, in the shell hook, in git. */
export interface GuardPolicy {
  /** For edits of files that no rule names. */
  readonly edits: GuardMode;
  /** By glob, as in `lock_acquire`; the last one that matches decides. */
  readonly paths: readonly { readonly glob: string; readonly mode: GuardMode }[];
  /** For git commands that act on what a whole checkout, or all of them, share: HEAD, index, stash, history. */
  readonly git: GuardMode;
  /** Whether an action goes through, with a notice, or is refused when Signalbox itself fails. */
  readonly onFailure: 'allow' | 'block';
  /** How long the locks that edits took outlive the turn that they were made in. */
  readonly graceSeconds: number;
  /** Whether a commit made by a session is marked with a trailer that names it. */
  readonly commitTrailer: boolean;
}

export const defaultGuard: GuardPolicy = {
  edits: 'block',
  paths: [],
  git: 'block',
  onFailure: 'allow',
  graceSeconds: 60,
  commitTrailer: false,
};

export interface Policy {
  readonly pools: readonly Pool[];
  readonly guard: GuardPolicy;
  /** How long messages are kept after they were sent. */
  readonly messagesKeptDays: number;
}

export const defaultPolicy: Policy = { pools: [], guard: defaultGuard, messagesKeptDays: 30 };
