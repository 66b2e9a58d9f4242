/** What the rules are asked about an edit. */
import type { Here } from './edit.ts';
import type { GuardMode } from './policy.ts';
import type { Resource } from './records.ts';

/** A file that is about to be changed. */
export interface EditWish {
  /** Repo-relative. */
  readonly path: string;
  /** The file as an edit locks it; its checkout is `host:root`. */
  readonly resource: Resource;
  readonly here: Here;
  /** What policy says of it. */
  readonly mode: GuardMode;
  /** Nobody else may have anything there, but no lock is taken: it is not known what exactly is changed. */
  readonly isLookedAtOnly?: boolean;
}
