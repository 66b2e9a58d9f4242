/** Is it safe to do this now? Looks at other sessions' locks and at who shares the checkout and the branch. Changes nothing. */

import { excludes, overlappingLocks } from './blocking.ts';
import { leaseHolds } from './lease.ts';
import { lookAround } from './presence.ts';
import type { IntentType, LockMode, Resource, SessionRecord } from './records.ts';
import { spokenDuration } from './text.ts';
import type { View } from './unit.ts';

export type Severity = 'low' | 'medium' | 'high';

export interface Conflict {
  readonly kind: 'lock' | 'checkout' | 'branch';
  readonly severity: Severity;
  readonly description: string;
  readonly session: SessionRecord;
  readonly resource: string | null;
}

interface ActionFacts {
  /** The lock mode the action would need on its targets. */
  readonly needs: LockMode;
  /** What it means that another session works in the same checkout, and on the same branch elsewhere. */
  readonly sameCheckout: Severity | null;
  readonly sameBranch: Severity | null;
  readonly because: string;
}

const reads = { needs: 'shared', sameCheckout: 'low', sameBranch: null } as const;
const writes = { needs: 'exclusive', sameCheckout: 'low', sameBranch: null } as const;

const facts: Record<IntentType, ActionFacts> = {
  file_edit: { ...writes, because: 'its edits appear in the same working tree' },
  refactor: { ...writes, sameCheckout: 'medium', because: 'a wide change meets its edits in the same working tree' },
  dependency_change: { ...writes, sameCheckout: 'medium', because: 'installed packages change under it' },
  build: { ...reads, because: 'the build sees its half-done edits' },
  test: { ...reads, because: 'the tests see its half-done edits' },
  git_commit: { ...writes, sameCheckout: 'medium', because: 'both share one index: stage your own files by name' },
  git_push: { ...reads, sameCheckout: 'low', sameBranch: 'medium', because: 'it pushes to the same branch' },
  git_rebase: {
    ...writes,
    sameCheckout: 'high',
    sameBranch: 'medium',
    because: 'a rebase rewrites the branch it stands on',
  },
  git_merge: { ...writes, sameCheckout: 'high', sameBranch: 'low', because: 'a merge changes files and HEAD under it' },
};

/** Git actions that move HEAD or the index; whoever holds `git:head` of this checkout must be asked first. */
export function movesHead(action: IntentType): boolean {
  return action === 'git_commit' || action === 'git_rebase' || action === 'git_merge';
}

/** All conflicts of an action on targets, the worst first. Harmless ones are listed as well; `isSafe` decides. */
export async function checkConflicts(
  view: View,
  session: SessionRecord,
  action: IntentType,
  targets: readonly Resource[],
): Promise<Conflict[]> {
  const [locks, company] = await Promise.all([
    lockConflicts(view, session, action, targets),
    companyConflicts(view, session, action),
  ]);
  const rank = { high: 0, medium: 1, low: 2 };
  return [...locks, ...company].sort((a, b) => rank[a.severity] - rank[b.severity]);
}

/** Only what would really do harm makes an action unsafe. */
export function isSafe(conflicts: readonly Conflict[]): boolean {
  return conflicts.every(conflict => conflict.severity !== 'high');
}

async function lockConflicts(
  view: View,
  session: SessionRecord,
  action: IntentType,
  targets: readonly Resource[],
): Promise<Conflict[]> {
  const wanted = facts[action].needs;
  const conflicts: Conflict[] = [];
  for (const lock of await overlappingLocks(view.tx, targets)) {
    if (lock.holder === session.id || lock.expiresAt <= view.tx.now) continue;
    const holder = await view.tx.get('session', lock.holder);
    if (!holder || !leaseHolds(view, holder)) continue;
    if (lock.mode === 'shared' && wanted === 'shared') continue;
    const blocks = excludes(lock.mode, wanted);
    const why = lock.reason ? ` for "${lock.reason}"` : '';
    const left = spokenDuration(lock.expiresAt - view.tx.now);
    conflicts.push({
      kind: 'lock',
      severity: blocks ? 'high' : 'low',
      description: `${holder.handle} holds ${lock.name} (${lock.mode})${why}, for ${left} more unless renewed.`,
      session: holder,
      resource: lock.name,
    });
  }
  return conflicts;
}

async function companyConflicts(view: View, session: SessionRecord, action: IntentType): Promise<Conflict[]> {
  const { sameCheckout, sameBranch, because } = facts[action];
  const conflicts: Conflict[] = [];
  for (const other of (await lookAround(view)).live) {
    if (other.id === session.id) continue;
    const task = other.task ? ` (${other.task})` : '';
    if (other.host === session.host && other.root === session.root) {
      if (sameCheckout) {
        const description = `${other.handle}${task} works in the same checkout; ${because}.`;
        conflicts.push({ kind: 'checkout', severity: sameCheckout, description, session: other, resource: null });
      }
    } else if (sameBranch && session.branch !== null && other.branch === session.branch) {
      const description = `${other.handle}${task} has the same branch ${other.branch} in another checkout; ${because}.`;
      conflicts.push({ kind: 'branch', severity: sameBranch, description, session: other, resource: null });
    }
  }
  return conflicts;
}
