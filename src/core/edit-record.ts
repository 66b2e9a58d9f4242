/** What the store keeps of the ledger of edits: plain JSON, like `records.ts`. */

/** One entry of the append-only record of who changed which file when. */
export interface EditRecord {
  /** `e<sequence>`. */
  readonly id: string;
  readonly sequence: number;
  /** Repo-relative, as `Worktrees.resolve` gives it. */
  readonly path: string;
  /** The path folded: the index key. */
  readonly pathKey: string;
  /** `reverted`: it is as HEAD has it again. */
  readonly change: 'created' | 'modified' | 'deleted' | 'reverted';
  /** Empty where it was one of several sessions, and nobody knows which. */
  readonly session: string;
  /** The ids of those several; empty where it is sure. */
  readonly mayBeOf: readonly string[];
  /** The session's handle and task at that time; of several `otter or heron`. */
  readonly handle: string;
  readonly task: string | null;
  readonly intent: string | null;
  /** How it is known; `tree` by comparing the working tree after a shell command. */
  readonly source: 'hook' | 'command' | 'commit' | 'tree';
  readonly commit: string | null;
  /** Lines of the file after the change, both ends included; null when not known. */
  readonly lines: readonly { readonly from: number; readonly to: number }[] | null;
  readonly host: string;
  readonly root: string;
  readonly branch: string | null;
  readonly at: number;
}
