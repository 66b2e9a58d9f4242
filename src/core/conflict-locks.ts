/** Conflicts with the locks of others, and with those who wait in line for what an action touches. */
import { excludes, overlappingLocks, queueInForce } from './blocking.ts';
import { type Action, type Conflict, isGitAction, movesHead } from './conflict-kinds.ts';
import { modeTowards, seatOf } from './edit-lock.ts';
import { leaseHolds } from './lease.ts';
import { wantedNames } from './pool.ts';
import type { LockMode, LockRecord, Resource, SessionRecord } from './records.ts';
import { namedResource, sharedByWorktrees } from './resource.ts';
import { quoted, spokenDuration } from './text.ts';
import type { View } from './unit.ts';

/** Actions that only read their targets: they go well with other readers. */
const readers: readonly string[] = ['build', 'test', 'git_push'];

export async function lockConflicts(view: View, me: SessionRecord, action: Action): Promise<Conflict[]> {
  const own = [...action.targets, ...checkoutResources(me, action)];
  const shared = repositoryResources(me, action);
  const locks = await overlappingLocks(view.tx, [...own, ...shared]);
  const wanted: LockMode = readers.includes(action.type) ? 'shared' : 'exclusive';
  const found = await Promise.all(locks.map(lock => lockConflict(view, me, lock, wanted)));
  return found.filter(conflict => conflict !== undefined);
}

/** What git keeps for each checkout, as locks name it. */
function checkoutResources(me: SessionRecord, { type }: Action): Resource[] {
  if (!movesHead(type)) return [];
  return ['git:head', 'git:index'].map(name => namedResource(name, `${me.host}:${me.root}`));
}

/** What all worktrees of a repository share. */
function repositoryResources(me: SessionRecord, { type }: Action): Resource[] {
  if (!isGitAction(type)) return [];
  const mayStash = type === 'git_rebase' || type === 'git_merge';
  const names = mayStash ? sharedByWorktrees : ['git:refs'];
  return names.map(name => namedResource(name, `${me.host}:${me.root}`, `${me.host}:${me.anchor}`));
}

async function lockConflict(
  view: View,
  me: SessionRecord,
  lock: LockRecord,
  wanted: LockMode,
): Promise<Conflict | undefined> {
  if (lock.holder === me.id || lock.holder === me.parentSession || lock.expiresAt <= view.tx.now) return undefined;
  const holder = await view.tx.get('session', lock.holder);
  if (!holder || !leaseHolds(view, holder)) return undefined;
  if (lock.mode === 'shared' && wanted === 'shared') return undefined;
  const blocks = excludes(modeTowards(lock, seatOf(me)), wanted);
  const why = lock.reason ? ` for ${quoted(lock.reason)}` : '';
  const left = spokenDuration(lock.expiresAt - view.tx.now);
  const advice = blocks ? `wait for it with lock_acquire, or ask ${holder.handle}` : 'it informs and blocks nobody';
  return {
    kind: 'lock',
    severity: blocks ? 'high' : 'low',
    description: `${holder.handle} holds ${lock.name} (${lock.mode})${why}, for ${left} more unless renewed: ${advice}.`,
    session: holder,
    resource: lock.name,
  };
}

/** Others who wait for what is about to be touched: harmless, but they want to know when it is done. */
export async function queueConflicts(view: View, me: SessionRecord, action: Action): Promise<Conflict[]> {
  if (action.targets.length === 0) return [];
  const waiting = await queueInForce(view, action.targets, null);
  return waiting
    .filter(({ session }) => session.id !== me.id && session.id !== me.parentSession)
    .map(({ waiter, session }) => {
      const names = wantedNames(waiter).join(', ');
      const since = spokenDuration(view.tx.now - waiter.since);
      return {
        kind: 'queue',
        severity: 'low',
        description: `${session.handle} has waited in line for ${names} for ${since}: keep it short, or let ${session.handle} go first.`,
        session,
        resource: wantedNames(waiter).length === 1 ? names : null,
      };
    });
}
