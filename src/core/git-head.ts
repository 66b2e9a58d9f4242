/** The locks on HEAD and index of a checkout: held by name, or for as long as a git command of a session needs them. */
import { excludes, overlappingLocks } from './blocking.ts';
import type { Here } from './edit.ts';
import { seatOf } from './edit-lock.ts';
import { leaseHolds } from './lease.ts';
import { lockId } from './lock-grant.ts';
import type { LockRecord, Resource, SessionRecord } from './records.ts';
import { namedResource } from './resource.ts';
import type { View } from './unit.ts';

/** HEAD, index and files of a checkout, as something that one session moves at a time. */
export function gitHeadOf(here: Here): Resource {
  return namedResource('git:head', seatOf(here));
}

/** What the next commit takes along: one session commits it at a time, and others stage before or after that. */
export function gitIndexOf(here: Here): Resource {
  return namedResource('git:index', seatOf(here));
}

export interface GitHolder {
  readonly lock: LockRecord;
  readonly holder: SessionRecord;
}

/** Who of the others has a git resource of a checkout now; a session and its parent or sub-agents are not in each other's way. */
export async function gitHolder(view: View, me: SessionRecord, resource: Resource): Promise<GitHolder | undefined> {
  for (const lock of await overlappingLocks(view.tx, [resource])) {
    if (lock.holder === me.id || lock.expiresAt <= view.tx.now || !excludes(lock.mode, 'exclusive')) continue;
    const holder = await view.tx.get('session', lock.holder);
    if (holder && leaseHolds(view, holder) && !areKin(me, holder)) return { lock, holder };
  }
  return undefined;
}

/** What a session has by name: what a command of its own took while it runs, nobody asked for. */
export async function heldByName(view: View, me: SessionRecord, resource: Resource): Promise<LockRecord | undefined> {
  const own = await view.tx.get('lock', lockId(me.id, resource));
  const byCommands = new Set(me.guard.running.map(({ ticket }) => ticket));
  const isNamed = own?.tickets.some(ticket => !byCommands.has(ticket)) === true;
  return isNamed && own.expiresAt > view.tx.now && own.mode === 'exclusive' ? own : undefined;
}

/** Whether two are a session and its sub-agent. Siblings are not: they stand in each other's way. */
export function areKin(one: SessionRecord, other: SessionRecord): boolean {
  return one.parentSession === other.id || other.parentSession === one.id;
}
