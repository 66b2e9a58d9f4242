/**
 * A git operation that stopped in the middle belongs to the session whose command began it, until it is ended: a commit of another
 * there would end its merge with what happens to be staged, or lie where an abort leaves it behind.
 */
import type { Here } from './edit.ts';
import { areKin } from './git-head.ts';
import type { Unfinished } from './guard-record.ts';
import type { GitState } from './ports.ts';
import type { SessionRecord } from './records.ts';

export type GitOperation = NonNullable<GitState['operation']>;

/** Whether the session began what is under way in a checkout, as far as its hooks told. */
export function hasBegun(session: SessionRecord, here: Here, operation: GitOperation): boolean {
  const begun = session.guard.unfinished ?? [];
  return session.host === here.host && begun.some(each => each.root === here.root && each.operation === operation);
}

/** Which of the others, who live, began it; undefined where none is known to have. */
export function beginnerOf(
  me: SessionRecord,
  others: readonly SessionRecord[],
  here: Here,
  operation: GitOperation,
): SessionRecord | undefined {
  if (hasBegun(me, here, operation)) return undefined;
  return others.find(each => !areKin(me, each) && hasBegun(each, here, operation));
}

/**
 * The session with what its command, now over, left in the middle of the checkouts whose HEAD it may have moved: what stands there
 * and is no other session's is its own, what does not stand there any more is not.
 */
export function withUnfinished(
  me: SessionRecord,
  others: readonly SessionRecord[],
  found: readonly { readonly root: string; readonly operation: GitOperation | null }[],
): SessionRecord {
  const before = me.guard.unfinished ?? [];
  const looked = new Set(found.map(({ root }) => root));
  const begun = found.flatMap(({ root, operation }): Unfinished[] => {
    if (operation === null || beginnerOf(me, others, { host: me.host, root }, operation)) return [];
    return [{ root, operation }];
  });
  const unfinished = [...before.filter(({ root }) => !looked.has(root)), ...begun];
  if (before.length + unfinished.length === 0) return me;
  return { ...me, guard: { ...me.guard, unfinished } };
}
