/** Commits in the edit ledger: once for each session, and only what can be its own. */
import { type Edit, editsOfCommit, isRecordable, type Origin, type Recorded, recordEdits } from './edit.ts';
import { SignalboxError } from './errors.ts';
import { limits } from './limits.ts';
import type { CommitFacts, Worktree } from './ports.ts';
import type { SessionRecord } from './records.ts';
import type { Unit } from './unit.ts';

export interface RecordedCommit extends Recorded {
  /** How many files of it were left out, because there are too many or their names too long. */
  readonly more: number;
}

/** Who made a commit, as far as its time tells: whether the session can have been here. */
export function mayBeOwn(me: SessionRecord, commit: Pick<CommitFacts, 'at'>): boolean {
  return commit.at >= me.startedAt - limits.commitBeforeSessionMs;
}

/**
 * Records all files of a commit as a session's own, `limits.editsPerCall` at most. One that the session recorded before is left as
 * it is. Errors: `conflict` for a commit that was made before the session was here.
 */
export async function recordCommit(
  unit: Unit,
  me: SessionRecord,
  commit: CommitFacts,
  tree: Pick<Worktree, 'root' | 'branch' | 'foldsCase'>,
  origin: Pick<Origin, 'intent' | 'host'>,
): Promise<RecordedCommit> {
  const before = await editsOfCommit(unit.tx, commit.id, me.id);
  if (before.length > 0) return { records: [], folded: before.map(edit => edit.path), more: 0 };
  if (!mayBeOwn(me, commit)) {
    throw new SignalboxError(
      'conflict',
      `The commit ${commit.id.slice(0, 10)} was made before ${me.handle} was here, so it is not its own.`,
      'Record only commits of your own; who tells the author of others from git.',
    );
  }
  const edits = editsIn(commit, tree);
  const recorded = await recordEdits(unit, me, edits, {
    ...origin,
    source: 'commit',
    commit: commit.id,
    at: commit.at,
  });
  return { ...recorded, more: commit.files.length - edits.length };
}

function editsIn(
  { files }: CommitFacts,
  { root, branch, foldsCase }: Pick<Worktree, 'root' | 'branch' | 'foldsCase'>,
): Edit[] {
  return files
    .map(({ path, change }) => ({ path: path.normalize('NFC'), change, foldsCase, root, branch, lines: null }))
    .filter(({ path }) => isRecordable(path))
    .slice(0, limits.editsPerCall);
}
