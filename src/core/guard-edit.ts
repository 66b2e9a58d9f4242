/**
 * Before an edit: the locks of its files are taken for the session, all or none; what others have is refused. Explicit locks count
 * for the whole project, those of edits in their checkout.
 */
import { type Candidate, newcomersRank, overlapAsks } from './blocking.ts';
import { takeFromSilent } from './child-edits.ts';
import { isFresh, isNews, makeRoomForEdits } from './edit-hold.ts';
import { editTtlMs } from './edit-lock.ts';
import type { EditWish } from './edit-wish.ts';
import { SignalboxError } from './errors.ts';
import { gitHeadOf, gitHolder } from './git-head.ts';
import { childrenAsk } from './lease.ts';
import { limits } from './limits.ts';
import { acquire, acquireAsks } from './lock.ts';
import { type LockRequest, lockId } from './lock-grant.ts';
import { notify } from './notice.ts';
import { isFree, obstacles } from './obstacles.ts';
import type { Ask } from './ports.ts';
import { type LockOutcome, passOn, type Stay } from './queue.ts';
import type { LockRecord, Resource, SessionRecord } from './records.ts';
import { busyRefusal, lockedRefusal, type Said, staleRefusal, waitingWords } from './refusal-text.ts';
import { allStale, staleFiles } from './stale-edits.ts';
import type { Unit, View } from './unit.ts';

/** Whether the session has everything already that the edit needs, so that nothing has to be written or asked. */
export async function hasAll(view: View, me: SessionRecord, wishes: readonly EditWish[]): Promise<boolean> {
  const wanted = wishes.filter(({ mode }) => mode !== 'off');
  if (wanted.some(({ isLookedAtOnly }) => isLookedAtOnly)) return false;
  const locks = await Promise.all(wanted.map(({ resource }) => view.tx.get('lock', lockId(me.id, resource))));
  if (!locks.every(lock => lock !== undefined && lock.mode === 'exclusive' && isFresh(lock, view.tx.now))) return false;
  // Somebody may move HEAD of a checkout in which this session has locks.
  return (await busyCheckout(view, me, wanted)) === undefined;
}

/**
 * Takes the locks of an edit, or says why not. A refused edit stands in line: what it waited for is kept for it once it is free,
 * and its session is told. Those who have it are told that somebody waits.
 */
export async function guardEdit(unit: Unit, me: SessionRecord, wishes: readonly EditWish[]): Promise<Said | null> {
  const all = wishes.filter(({ mode }) => mode === 'block');
  const hasTaken = await takeFromSilent(unit, me, all);
  const refusal = await decided(unit, me, wishes, all);
  // What its session has keeps no sub-agent out that stands in line.
  if (hasTaken) await passOn(unit);
  return refusal;
}

async function decided(
  unit: Unit,
  me: SessionRecord,
  wishes: readonly EditWish[],
  all: readonly EditWish[],
): Promise<Said | null> {
  const blocking = all.filter(({ isLookedAtOnly = false }) => !isLookedAtOnly);
  const occupied = await lookedAt(unit, me, all);
  if (occupied) return occupied;
  const busy = await busyCheckout(unit, me, blocking);
  if (busy) return busyRefusal(unit.tx.now, busy, wishes);
  const { held, missing, unseen } = await heldAmong(unit, me, blocking);
  const stale = await staleAmong(unit, me, [...missing, ...unseen]);
  if (stale) return stale;
  const refusal = await takeAll(unit, me, missing, blocking);
  if (refusal) return refusal;
  // What it has is its own in this checkout, whoever has locked the file by name since from another one.
  for (const lock of held) unit.tx.put('lock', { ...lock, ttlMs: editTtlMs, expiresAt: unit.tx.now + editTtlMs });
  // What only warns is taken where it is free, so that others learn of it; what is in the way is told once the edit is done.
  const warned = wishes.filter(({ mode, isLookedAtOnly = false }) => mode === 'warn' && !isLookedAtOnly);
  for (const wish of warned) await acquire(unit, me, requestFor(unit, [wish]), null);
  return null;
}

/** Refuses where somebody has something below what a pattern may mean. */
async function lookedAt(unit: Unit, me: SessionRecord, wishes: readonly EditWish[]): Promise<Said | null> {
  for (const wish of wishes.filter(({ isLookedAtOnly }) => isLookedAtOnly)) {
    const { blockers } = await obstacles(unit, newcomer(me, wish.resource));
    const outcome = { granted: null, blockers, warnings: [], waiter: null, cycle: null, inUse: [] };
    if (blockers.length > 0) return lockedRefusal({ now: unit.tx.now, me, wishes: [wish], outcome, free: [] });
  }
  return null;
}

/** The lock of somebody who is moving HEAD of a checkout: its files change under everybody else. */
async function busyCheckout(view: View, me: SessionRecord, wishes: readonly EditWish[]) {
  const seats = new Map(wishes.map(({ here }) => [`${here.host}:${here.root}`, here]));
  for (const here of seats.values()) {
    const found = await gitHolder(view, me, gitHeadOf(here));
    if (found) return found;
  }
  return undefined;
}

/** Which locks of an edit the session has, of which files it has not heard yet that they are its own, and which it has to get first. */
async function heldAmong(view: View, me: SessionRecord, wishes: readonly EditWish[]) {
  const { tx } = view;
  const locks = await Promise.all(wishes.map(({ resource }) => tx.get('lock', lockId(me.id, resource))));
  const isHeld = (lock: LockRecord | undefined) => lock?.mode === 'exclusive' && lock.expiresAt > tx.now;
  const news = await Promise.all(locks.map(lock => lock !== undefined && isHeld(lock) && isNews(view, lock)));
  return {
    held: locks.filter(lock => lock !== undefined).filter(isHeld),
    missing: wishes.filter((_, at) => !isHeld(locks[at])),
    unseen: wishes.filter((_, at) => news[at]),
  };
}

/**
 * Refuses what the session has not seen yet, once: with the refusal it is told of all of it. Who has held the lock all the time was
 * alone there; who got it in line was not, and is told so by the notice of that.
 */
async function staleAmong(unit: Unit, me: SessionRecord, wishes: readonly EditWish[]): Promise<Said | null> {
  const [first] = wishes;
  if (!first) return null;
  const stale = await staleFiles(
    unit,
    me,
    first.here,
    wishes.map(({ path }) => path),
  );
  if (stale.length === 0) return null;
  const others = (await allStale(unit, me, first.here)).filter(file => stale.every(({ path }) => path !== file.path));
  unit.tx.put('session', { ...me, guard: { ...me.guard, toldEditsTo: unit.tx.sequence } });
  return staleRefusal(unit.tx.now, stale, others);
}

function requestFor(unit: Unit, wishes: readonly EditWish[]): LockRequest {
  return {
    ticket: unit.ids.next(),
    resources: wishes.map(({ resource }) => resource),
    pools: [],
    mode: 'exclusive',
    reason: null,
    ttlMs: editTtlMs,
    priority: 'normal',
  };
}

async function takeAll(
  unit: Unit,
  me: SessionRecord,
  wishes: readonly EditWish[],
  all: readonly EditWish[],
): Promise<Said | null> {
  if (wishes.length === 0) return null;
  if (await makeRoomForEdits(unit, me, wishes.length)) await passOn(unit);
  const request = requestFor(unit, wishes);
  const outcome = await inLine(unit, me, request);
  if (outcome.granted) return null;
  const isNew = outcome.waiter?.id === request.ticket;
  if (isNew) tellHolders(unit, me, outcome, wishes);
  const free = await freeAmong(unit, me, wishes, outcome);
  const held = all.filter(wish => !wishes.includes(wish));
  return lockedRefusal({ now: unit.tx.now, me, wishes: all, outcome, free: [...held, ...free] });
}

/** Stands in line where there is room for one more place; the refusal does not depend on it. */
async function inLine(unit: Unit, me: SessionRecord, request: LockRequest): Promise<LockOutcome> {
  const stays: readonly (Stay | null)[] = ['standing', null];
  for (const stay of stays) {
    try {
      return await acquire(unit, me, request, stay);
    } catch (error) {
      if (stay === null || !(error instanceof SignalboxError) || error.code !== 'limit_exceeded') throw error;
    }
  }
  throw new SignalboxError('internal', 'The edit was not looked at.', 'Try again.');
}

/** Which files of a refused edit nobody has: those could be changed by an edit of their own. */
async function freeAmong(
  unit: Unit,
  me: SessionRecord,
  wishes: readonly EditWish[],
  { blockers }: LockOutcome,
): Promise<readonly EditWish[]> {
  if (blockers.length === 0) return [];
  const looked = wishes.slice(0, limits.staleFilesLooked);
  const verdicts = await Promise.all(looked.map(({ resource }) => obstacles(unit, newcomer(me, resource))));
  return looked.filter((_, at) => {
    const found = verdicts[at];
    return found !== undefined && isFree(found);
  });
}

function newcomer(me: SessionRecord, resource: Resource): Candidate {
  const rank = newcomersRank('normal');
  return { session: me.id, seat: null, resources: [resource], pools: [], mode: 'exclusive', rank };
}

function tellHolders(unit: Unit, me: SessionRecord, { blockers }: LockOutcome, wishes: readonly EditWish[]): void {
  const holders = new Map(blockers.flatMap(({ lock, session }) => (lock ? [[session.id, session]] : [])));
  for (const holder of holders.values()) {
    // What a sub-agent leaves unread its session gets, files and words about them.
    if (holder.parentSession === me.id) continue;
    const locks = blockers.flatMap(({ lock, session }) => (lock && session.id === holder.id ? [lock] : []));
    notify(unit, [holder.id], waitingWords(me, wishes, locks), 'normal');
  }
}

/** The reads that `guardEdit` makes of files that nobody else has. */
export function guardEditAsks(session: string, wishes: readonly EditWish[]): Ask[] {
  const resources = wishes.map(({ resource }) => resource);
  const heads = [...new Map(wishes.map(({ here }) => [here.root, gitHeadOf(here)])).values()];
  const locks = acquireAsks(session, { resources, pools: [], mode: 'exclusive' });
  return [childrenAsk(session), ...locks, ...overlapAsks(heads)];
}
