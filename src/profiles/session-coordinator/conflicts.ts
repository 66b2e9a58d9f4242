/** `conflict_check` of session-coordinator: what our own check knows, in the words of that vocabulary. */
import * as z from 'zod/v4';
import { type Conflict, type ConflictKind, isGitAction, isSafe } from '../../core/conflict-kinds.ts';
import { limits } from '../../core/limits.ts';
import { type IntentType, intentTypes, type SessionRecord } from '../../core/records.ts';
import type { ForeignDesk } from '../../tools/foreign-desk.ts';
import { foreignTool, shownJson } from '../define-profile.ts';
import { acting, branchOf, folderOf, named, nameOf, session, text } from './shown.ts';
import { inTheseWords } from './words.ts';

const types: Record<ConflictKind, string> = {
  lock: 'file_lock',
  queue: 'lock_queue',
  intent: 'intent',
  checkout: 'same_checkout',
  branch: 'same_branch',
  uncommitted: 'uncommitted_changes',
  git: 'git_operation',
  merge: 'merge',
};

export const conflictCheck = foreignTool({
  name: 'conflict_check',
  description:
    'Whether something is safe to do now, with regard to what other sessions have locked, announced, changed and checked out. Without a target it means whatever the action may touch.',
  input: z.object({
    session_id: session,
    intent_type: z.enum(intentTypes).describe('What you are about to do'),
    target: text.optional().describe('Path of a file, or a branch'),
    file_path: text.optional().describe('Path of a file'),
  }),
  async run(desk, { session_id, intent_type, target, file_path }) {
    const { caller, session: me, folder } = await acting(desk, session_id);
    const targets = [target, file_path].flatMap(each => (each === undefined ? [] : [named(each, null)]));
    const { conflicts, notLookedAt } = await desk.plans.intents.check(
      caller,
      { type: intent_type, targets, folder },
      record => folderOf(desk, record),
    );
    const found = conflicts.filter(conflict => !isApart(desk, me, conflict));
    const left = found.length - limits.conflictsListed;
    const not_looked_at = left > 0 ? [...notLookedAt, `${left} more conflicts, none worse than these.`] : notLookedAt;
    return shownJson({
      conflicts: found.slice(0, limits.conflictsListed).map(conflict => shownConflict(desk, intent_type, me, conflict)),
      safe_to_proceed: isSafe(found),
      ...(not_looked_at.length > 0 ? { not_looked_at } : {}),
    });
  },
});

/** Whether two in one checkout do not meet by that: it matters little that their files are the same, and they say that they are on different branches. */
function isApart(desk: ForeignDesk, me: SessionRecord, { kind, severity, session: other }: Conflict): boolean {
  if (kind !== 'checkout' || severity !== 'low' || !other) return false;
  const [mine, theirs] = [branchOf(desk, me), branchOf(desk, other)];
  return mine !== null && theirs !== null && mine !== theirs;
}

function shownConflict(desk: ForeignDesk, action: IntentType, me: SessionRecord, conflict: Conflict) {
  const { severity, session: by } = conflict;
  const description = inTheseWords(conflict.description);
  const whose = by ? { session_id: desk.name(by), session_name: nameOf(desk, by) } : {};
  return { type: typeOf(desk, action, me, conflict), description, severity, ...whose };
}

function typeOf(desk: ForeignDesk, action: IntentType, me: SessionRecord, conflict: Conflict): string {
  const { kind, severity, session: by } = conflict;
  // An intent is as bad as that for a git operation only where it is one itself.
  if (kind === 'intent' && isGitAction(action) && severity === 'high') return types.git;
  if (kind === 'checkout' && by && branchOf(desk, by) === branchOf(desk, me)) return types.branch;
  return types[kind];
}
