/** What the guard remembers of a session: plain JSON, part of its record. */

/** The places where locks are held up: before an edit tool, before a shell command, in git's own hooks. */
export const rings = ['edit', 'shell', 'git'] as const;
export type Ring = (typeof rings)[number];

export interface RingFacts {
  /** When the ring last asked on behalf of this session. */
  readonly heardAt: number;
  /** When a refusal of this ring was last seen to be obeyed; null before that. */
  readonly provenAt: number | null;
  /** When something happened in spite of a refusal; null when that was never seen, or obeyed since. */
  readonly ignoredAt: number | null;
}

/** The refusal that a session was given last. */
export interface Refused {
  readonly ring: Ring;
  /** What was refused, the same text for the same attempt. */
  readonly what: string;
  /** The client's id of the call that was refused; null where it tells none. */
  readonly call: string | null;
  readonly at: number;
  /** How often in a row. */
  readonly times: number;
  /** What spoke against it, where the same attempt may meet one thing after another; missing where it may not. */
  readonly why?: string;
  /** It told something that is told once, and said to try again: what the next attempt meets is no repetition. */
  readonly isOnce?: boolean;
}

/** A shell command that runs, as far as hooks have told; or an edit of which no hook will tell that it was done. */
export interface Running {
  readonly call: string | null;
  /** Nobody will tell its end: the next event of the session shows that it is over. */
  readonly isEndUntold?: boolean;
  /** The checkout it works in. */
  readonly root: string;
  /** The request by which git:head and git:index of checkouts were taken for it; null when they were not. */
  readonly ticket: string | null;
  /** The checkouts whose HEAD it may move, with what was checked out there before. */
  readonly heads: readonly { readonly root: string; readonly branch: string | null }[];
  /** The checkouts whose index it commits; missing in older records. */
  readonly indexes?: readonly string[];
  /** What policy let through with a word: told when the command has ended. */
  readonly notes: readonly string[];
  /** Whether it makes commits, as far as its text tells; missing where that was not asked. */
  readonly commits?: 'surely' | 'perhaps' | 'never';
  /** The wall clock of its machine when it was let through, to be compared with times of files. */
  readonly wallAt: number;
  readonly at: number;
}

/** A command that made commits, and is over. By the wall clock of its machine. */
export interface Committed {
  readonly root: string;
  readonly from: number;
  readonly to: number;
}

/** A git operation that a session's command left in the middle. */
export interface Unfinished {
  readonly root: string;
  /** As `GitState.operation`. */
  readonly operation: string;
}

export interface GuardFacts {
  readonly rings: Readonly<Partial<Record<Ring, RingFacts>>>;
  readonly refused: Refused | null;
  /** The oldest first. */
  readonly running: readonly Running[];
  /** Its last commands that made commits, the newest last; missing before the first. */
  readonly committed?: readonly Committed[];
  /** What it was warned of already, the newest last: each is told once. */
  readonly warned: readonly string[];
  /** The session was told of what others did to its files up to this event. */
  readonly toldEditsTo: number;
  /** The same of changes that may have been its own, as looking after its own commands found them. */
  readonly toldUnsureTo?: number;
  /** The store lost what it knew of the session in the middle of its turn: which files it has changed is not known until it ends. */
  readonly isForgotten?: boolean;
  /** What the policy of the guard said before a tool that may change it, as JSON; missing where none is under way. */
  readonly policyBefore?: string;
  /** Git operations that its commands left in the middle; missing before the first. */
  readonly unfinished?: readonly Unfinished[];
}

/** Of a session that no guard has met. */
export const unguarded: GuardFacts = { rings: {}, refused: null, running: [], warned: [], toldEditsTo: 0 };
