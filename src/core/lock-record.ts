/** What the store keeps of locks. */
import type { HeldFor } from './persona-record.ts';

export type LockMode = 'exclusive' | 'shared' | 'intent';

/** A resource as it was asked for, made canonical. */
export interface Resource {
  /** `file:<path or glob>` or a free name; what people see. */
  readonly name: string;
  /** The name folded for comparison (lower case, NFC): the index key. */
  readonly key: string;
  /** True when the file system it was named on folds case: then keys decide, else names do. */
  readonly foldsCase: boolean;
  /** For a glob, the folder part before the first special character (`file:src/`), and for a folder its key with a slash, folded; null for a file or free name. */
  readonly globBase: string | null;
  /** `host:root` for a resource each checkout has for itself (`git:head`), null for the whole project. */
  readonly checkout: string | null;
}

export interface LockRecord extends Resource {
  /** `<holder>|<checkout>|<name>`: one lock per holder and resource. */
  readonly id: string;
  readonly holder: string;
  readonly mode: LockMode;
  readonly fence: number;
  /** The requests that made or renewed it. One that is cancelled is struck off; with the last one the lock goes. */
  readonly tickets: readonly string[];
  /** What the lock was before a request changed its mode, so that its cancellation can undo that. */
  readonly former: { readonly ticket: string; readonly mode: LockMode } | null;
  readonly reason: string | null;
  readonly ttlMs: number;
  readonly since: number;
  readonly expiresAt: number;
  /** The pool it was given out of; null for what was asked for by name. */
  readonly pool: string | null;
  /** When its holder was told that it is about to lapse; null before, and again after a renewal. */
  readonly warnedAt: number | null;
  /** Where the operator has it in place of a session that is not here yet: whose it is. Null for all others. */
  readonly heldFor: HeldFor | null;
}
