/** How a single lock ends: its record goes, an event says why. Whoever ends one passes the grant on in the same unit of work. */
import { excludes, overlappingLocks } from './blocking.ts';
import { isEdit } from './edit-lock.ts';
import { endLease, leaseHolds, processGone } from './lease.ts';
import { type Lapse, tellLapsed } from './lock-notice.ts';
import type { StaleLock } from './obstacles.ts';
import type { LockRecord } from './records.ts';
import type { Unit } from './unit.ts';

export type EndCause = 'released' | 'expired' | 'handed off' | 'broken';

/** Ends one lock. Its holder is woken unless it ended the lock itself. */
export function endLock(unit: Unit, lock: LockRecord, cause: EndCause): void {
  const isOwnDoing = cause === 'released' || cause === 'handed off';
  unit.tx.delete('lock', lock.id);
  unit.tx.emit({
    type: 'lock.ended',
    audience: isOwnDoing ? [] : [lock.holder],
    data: { resource: lock.name, holder: lock.holder, cause },
  });
}

/** Ends locks that no longer count, and the sessions that are gone with all they held. Returns those whose holder lives and is to be told. */
export async function endStale(unit: Unit, stale: readonly StaleLock[]): Promise<LockRecord[]> {
  const gone = new Set<string>();
  const lapsed: LockRecord[] = [];
  for (const { lock, holder } of stale) {
    if (gone.has(lock.holder)) continue;
    if (holder && !leaseHolds(unit, holder)) {
      gone.add(holder.id);
      await endLease(unit, holder, processGone);
      continue;
    }
    endLock(unit, lock, 'expired');
    if (holder) lapsed.push(lock);
  }
  return lapsed;
}

/** Tells the holders of locks that have lapsed, and who has those now: so it comes last in the unit that ended them. */
export async function tellHolders(unit: Unit, lapsed: readonly LockRecord[]): Promise<void> {
  const byHolder = new Map<string, Lapse[]>();
  // That the lock of an edit has ended is told when it matters: at the next edit there, if another was there in between.
  // Nor is the operator told of what it had in place of another.
  for (const lock of lapsed.filter(each => !isEdit(each) && each.heldFor === null)) {
    const lapses = byHolder.get(lock.holder) ?? [];
    byHolder.set(lock.holder, [...lapses, { lock, successor: await successorOf(unit, lock) }]);
  }
  for (const [holder, lapses] of byHolder) tellLapsed(unit, holder, lapses);
}

async function successorOf(unit: Unit, lost: LockRecord): Promise<string | null> {
  const { tx } = unit;
  const others = (await overlappingLocks(tx, [lost])).filter(
    lock => lock.holder !== lost.holder && lock.expiresAt > tx.now && excludes(lock.mode, lost.mode),
  );
  const holder = others[0] && (await tx.get('session', others[0].holder));
  return holder?.handle ?? null;
}
