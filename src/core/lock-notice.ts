/** What sessions are told of their locks when nobody waits for an answer: a grant from the queue, a lapse, a hand-off, a break. */
import { isEdit } from './edit-lock.ts';
import { limits } from './limits.ts';
import { notify } from './notice.ts';
import { poolName, wantedNames } from './pool.ts';
import type { LockRecord, WaiterRecord } from './records.ts';
import { instant, quoted, spokenDuration } from './text.ts';
import type { Unit } from './unit.ts';

/** A standing place was served. */
export function tellGranted(unit: Unit, session: string, locks: readonly LockRecord[]): void {
  const [first] = locks;
  if (!first) return;
  if (isEdit(first)) {
    tellFree(unit, session, locks, first.expiresAt);
    return;
  }
  const purpose = first.reason ? `, for ${quoted(first.reason)}` : '';
  const body = `${withFences(locks)} ${verb(locks)} yours now, until ${instant(first.expiresAt)}${purpose}: you waited in the queue.${unlooked(locks)} Release with lock_release when done.`;
  notify(unit, [session], body);
}

/** What an edit was refused for is free: it is kept for a while for the session that wanted it. */
function tellFree(unit: Unit, session: string, locks: readonly LockRecord[], until: number): void {
  const files = names(locks.map(lock => lock.name.slice('file:'.length)));
  const [verb, it, they] = locks.length > 1 ? ['are', 'them', 'they are'] : ['is', 'it', 'it is'];
  const body = `${files} ${verb} free now and kept for you until ${instant(until)}. Read ${it} again, because others had ${it} meanwhile, then make your edit; without one ${they} given to the next.`;
  notify(unit, [session], body);
}

/** Nobody was waiting who could have looked whether something outside uses a pool's value. */
function unlooked(locks: readonly LockRecord[]): string {
  const pools = new Set(locks.flatMap(({ pool }) => (pool === null ? [] : [poolName(pool)])));
  if (pools.size === 0) return '';
  const it = locks.length > 1 ? 'one of them' : 'it';
  return ` If something outside Signalbox uses ${it}, release it and acquire ${[...pools].join(', ')} again.`;
}

/** A standing place was given up because it had stood too long. */
export function tellPlaceOver(unit: Unit, place: WaiterRecord): void {
  const body = `Your place in the queue for ${names(wantedNames(place))} ended after ${spokenDuration(unit.tx.now - place.since)}. Call lock_acquire with queue: true to stand in line again.`;
  notify(unit, [place.session], body);
}

/** Locks are about to end by time. */
export function tellLapsing(unit: Unit, session: string, locks: readonly LockRecord[]): void {
  const soonest = Math.min(...locks.map(lock => lock.expiresAt));
  const when = `${instant(soonest)}, in ${spokenDuration(soonest - unit.tx.now)}`;
  const body = `${withFences(locks)} ${locks.length > 1 ? 'begin to lapse at' : 'lapses at'} ${when}, unless you make a call before: any call renews. Release what you no longer need.`;
  notify(unit, [session], body);
}

/** A lock that has ended by time, and who has it now. */
export interface Lapse {
  readonly lock: LockRecord;
  readonly successor: string | null;
}

/** Locks have ended by time. */
export function tellLapsed(unit: Unit, session: string, lapses: readonly Lapse[]): void {
  const lines = lapses.slice(0, limits.locksInNotice).map(({ lock, successor }) => {
    const since = successor ? ` ${successor} has it now.` : '';
    return `Your lock on ${withFence(lock)} lapsed at ${instant(lock.expiresAt)}, after ${spokenDuration(lock.ttlMs)} without a call of yours.${since}`;
  });
  const rest = lapses.length > lines.length ? [`${lapses.length - lines.length} more of your locks lapsed.`] : [];
  const next = 'Acquire again before you change what they covered, and look at what others changed since.';
  notify(unit, [session], [...lines, ...rest, next].join('\n'));
}

/** Locks came from another session without a gap. */
export function tellHandedOff(unit: Unit, session: string, giver: string, locks: readonly LockRecord[]): void {
  const [first] = locks;
  if (!first) return;
  const purpose = first.reason ? `, taken for ${quoted(first.reason)}` : '';
  const body = `${giver} has handed off to you: ${withFences(locks)}, until ${instant(first.expiresAt)}${purpose}. Release with lock_release when done.`;
  notify(unit, [session], body);
}

/** Locks were broken by the operator. */
export function tellBroken(unit: Unit, session: string, locks: readonly LockRecord[], reason: string): void {
  const what = `Your ${locks.length > 1 ? 'locks' : 'lock'} on ${withFences(locks)}`;
  const body = `${what} ${locks.length > 1 ? 'were' : 'was'} broken by the operator, for this reason: ${quoted(reason)}. Stop changing what was covered; ask the operator, or acquire again.`;
  notify(unit, [session], body, 'urgent');
}

function withFences(locks: readonly LockRecord[]): string {
  const shown = locks.slice(0, limits.locksInNotice).map(withFence);
  const rest = locks.length > shown.length ? ` and ${locks.length - shown.length} more` : '';
  return shown.join(', ') + rest;
}

function withFence(lock: LockRecord): string {
  return `${lock.name} (${lock.mode}, fence ${lock.fence})`;
}

function names(wanted: readonly string[]): string {
  const shown = wanted.slice(0, limits.locksInNotice);
  const rest = wanted.length > shown.length ? ` and ${wanted.length - shown.length} more` : '';
  return shown.join(', ') + rest;
}

function verb(locks: readonly LockRecord[]): string {
  return locks.length > 1 ? 'are' : 'is';
}
