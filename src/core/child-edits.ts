/**
 * What a sub-agent leaves when it ends. Its session goes on with that work, so to everybody else the sub-agent's edits are that
 * session's from then on: the files stay locked through its turn, and its changes that are not committed are protected like its own.
 *
 * Not every end is told. So a session that comes with an edit gets the file from a sub-agent of its own that has been silent for
 * `limits.childSilentMs` with no command under way, or for `limits.childGivenUpMs` with one. To everybody else, siblings too, the
 * lock of a silent sub-agent holds to its time. One that was only slow loses nothing: its next edit there is refused once, because
 * the file has changed since (`stale-edits.ts`).
 */
import { excludes, locksOf } from './blocking.ts';
import { isEdit } from './edit-lock.ts';
import type { EditWish } from './edit-wish.ts';
import { childrenOf } from './lease.ts';
import { limits } from './limits.ts';
import { endLock } from './lock-end.ts';
import { emitGrant, lockId } from './lock-grant.ts';
import type { Reader } from './ports.ts';
import type { LockRecord, SessionRecord } from './records.ts';
import { resourcesOverlap } from './resource.ts';
import type { Unit } from './unit.ts';

/**
 * Passes the locks of a sub-agent's edits on to its session, past the queue as a handing off does, each with a new fence; where the
 * session has the lock itself, the longer time counts. What the sub-agent locked by name is not among them. The caller ends the sub-agent.
 */
export async function leaveEditsTo(unit: Unit, child: SessionRecord, parent: SessionRecord): Promise<void> {
  const { tx } = unit;
  const edits = (await locksOf(tx, child.id)).filter(lock => isEdit(lock) && lock.expiresAt > tx.now);
  for (const lock of edits) await passTo(unit, lock, parent);
}

async function passTo(unit: Unit, lock: LockRecord, parent: SessionRecord): Promise<void> {
  const { tx } = unit;
  endLock(unit, lock, 'handed off');
  const own = await tx.get('lock', lockId(parent.id, lock));
  if (own) return tx.put('lock', { ...own, expiresAt: Math.max(own.expiresAt, lock.expiresAt) });
  const fence = emitGrant(unit, parent, lock, lock.mode, []);
  tx.put('lock', { ...lock, id: lockId(parent.id, lock), holder: parent.id, fence, tickets: [], since: tx.now });
}

/**
 * Passes what an edit of a session needs on to it from those of its sub-agents that seem to be over, though nothing told so. True if
 * there was something: then the caller passes on, once the edit is decided.
 */
export async function takeFromSilent(unit: Unit, parent: SessionRecord, wishes: readonly EditWish[]): Promise<boolean> {
  const { tx } = unit;
  if (parent.parentSession !== null || wishes.length === 0) return false;
  let hasTaken = false;
  for (const child of (await childrenOf(tx, parent.id)).filter(each => stillBusyMs(each, tx.now) === 0)) {
    const held = (await locksOf(tx, child.id)).filter(lock => lock.expiresAt > tx.now);
    // What it locked by name it keeps, and the files in it with that.
    const named = held.filter(lock => !isEdit(lock) && excludes(lock.mode, 'exclusive'));
    const wanted = held.filter(
      lock =>
        isEdit(lock) &&
        wishes.some(({ resource }) => resourcesOverlap(resource, lock)) &&
        !named.some(other => resourcesOverlap(other, lock)),
    );
    for (const lock of wanted) await passTo(unit, lock, parent);
    hasTaken ||= wanted.length > 0;
  }
  return hasTaken;
}

/** How long a sub-agent counts as being at work, if nothing more is heard of it; 0 once it seems to be over. */
export function stillBusyMs({ lastSeenAt, guard }: SessionRecord, now: number): number {
  const runs = guard.running.some(({ at, isEndUntold = false }) => !isEndUntold && now - at < limits.runningMs);
  return Math.max(0, lastSeenAt + (runs ? limits.childGivenUpMs : limits.childSilentMs) - now);
}

/** Who answers for a session: itself, or for a sub-agent that has ended the session whose it was. */
export async function heirOf({ tx }: { readonly tx: Reader }, session: SessionRecord): Promise<SessionRecord> {
  if (session.endedAt === null || session.parentSession === null) return session;
  return (await tx.get('session', session.parentSession)) ?? session;
}

/** Who answers for the work of sessions, by their ids; a session that is forgotten answers for itself. */
export async function heirsOf(tx: Reader, ids: Iterable<string>): Promise<Map<string, string>> {
  const distinct = [...new Set(ids)];
  const heirs = await Promise.all(
    distinct.map(async id => {
      const session = await tx.get('session', id);
      return session ? (await heirOf({ tx }, session)).id : id;
    }),
  );
  return new Map(distinct.map((id, at) => [id, heirs[at] ?? id]));
}
