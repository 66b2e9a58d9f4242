/**
 * Locks: granted all or none, in fair order, and passed on at every way a lock can end.
 * Compatibility of modes: exclusive excludes exclusive and shared; shared excludes exclusive; intent excludes nothing and warns.
 */
import { SignalboxError } from './errors.ts';
import { endLease, leaseHolds, processGone } from './lease.ts';
import { limits } from './limits.ts';
import type { Reader } from './ports.ts';
import {
  indexes,
  type LockMode,
  type LockRecord,
  type Priority,
  type Resource,
  type SessionRecord,
  type WaiterRecord,
} from './records.ts';
import { resourcesOverlap, searchRanges } from './resource.ts';
import type { Unit, View } from './unit.ts';

/** One request: all of `resources` in one mode, or nothing. */
export interface LockRequest {
  readonly resources: readonly Resource[];
  readonly mode: LockMode;
  readonly reason: string | null;
  readonly ttlMs: number;
  readonly priority: Priority;
}

/** A lock, or a place ahead in the queue, that a request has to wait for. */
export interface Blocker {
  readonly lock: LockRecord | null;
  readonly waiter: WaiterRecord | null;
  readonly session: SessionRecord;
}

export interface LockOutcome {
  readonly granted: readonly LockRecord[] | null;
  readonly blockers: readonly Blocker[];
  /** Locks that do not block but matter: one of the two is an intent. */
  readonly warnings: readonly Blocker[];
  /** The ticket of the place in the queue, when one was asked for and the request could not be granted. */
  readonly waiter: WaiterRecord | null;
  /** Handles from the caller round to itself, when waiting would never end. */
  readonly cycle: readonly string[] | null;
}

export function lockId(holder: string, resource: Resource): string {
  return `${holder}|${resource.checkout ?? ''}|${resource.name}`;
}

/** Whether a held mode keeps out a wanted one. */
export function excludes(held: LockMode, wanted: LockMode): boolean {
  return held !== 'intent' && wanted !== 'intent' && (held === 'exclusive' || wanted === 'exclusive');
}

/**
 * Grants the request or says what is in the way. The session's own locks never are; a lock whose time is over or whose holder
 * is gone is ended on the spot. With `waitUntil` an ungranted request gets a place in the queue that is void after that time,
 * unless waiting would close a cycle.
 */
export async function acquire(
  unit: Unit,
  session: SessionRecord,
  request: LockRequest,
  waitUntil: number | null,
): Promise<LockOutcome> {
  const { tx } = unit;
  const candidate = { session: session.id, mode: request.mode, resources: request.resources, rank: null };
  const found = await inTheWay(unit, candidate);
  if (found.ended > 0) {
    await passOn(unit);
    return acquire(unit, session, request, waitUntil);
  }
  if (found.blockers.length === 0) {
    const granted = await grant(unit, session, request, []);
    return { granted, blockers: [], warnings: found.warnings, waiter: null, cycle: null };
  }
  const refused = { granted: null, blockers: found.blockers, warnings: found.warnings };
  if (waitUntil === null) return { ...refused, waiter: null, cycle: null };
  const cycle = await cycleThrough(unit, session, found.blockers);
  if (cycle) return { ...refused, waiter: null, cycle };
  if ((await tx.count('waiter', 'queue', { prefix: '' })) >= limits.waitersPerProject) {
    throw new SignalboxError(
      'limit_exceeded',
      `The queue of this project is full (${limits.waitersPerProject} waiting requests).`,
      'Call again without waitSeconds, later.',
    );
  }
  const id = unit.ids.next();
  const arrival = tx.emit({ type: 'lock.waiting', audience: [], data: { waiter: id, session: session.id } });
  const waiter: WaiterRecord = { ...request, id, session: session.id, arrival, since: tx.now, deadlineAt: waitUntil };
  tx.put('waiter', waiter);
  return { ...refused, waiter, cycle: null };
}

interface Candidate {
  readonly session: string;
  readonly mode: LockMode;
  readonly resources: readonly Resource[];
  /** Its place in the queue; null for a newcomer, who stands behind everybody. */
  readonly rank: string | null;
}

interface InTheWay {
  readonly blockers: Blocker[];
  readonly warnings: Blocker[];
  /** How many stale locks were ended while looking; the caller passes on and looks again. */
  readonly ended: number;
}

/** Everything that a request has to wait for, and what it should know of. Ends stale locks it meets. */
async function inTheWay(unit: Unit, candidate: Candidate): Promise<InTheWay> {
  const locks = await overlappingLocks(unit.tx, candidate.resources);
  const blockers: Blocker[] = [];
  const warnings: Blocker[] = [];
  let ended = 0;
  for (const lock of locks.filter(held => held.holder !== candidate.session)) {
    const holder = await validHolder(unit, lock);
    if (!holder) ended += 1;
    else (excludes(lock.mode, candidate.mode) ? blockers : warnings).push({ lock, waiter: null, session: holder });
  }
  if (ended === 0 && candidate.mode !== 'intent') blockers.push(...(await aheadInQueue(unit, candidate)));
  return { blockers, warnings, ended };
}

/** The lock's holder if the lock still counts; otherwise ends what has ended and returns undefined. */
async function validHolder(unit: Unit, lock: LockRecord): Promise<SessionRecord | undefined> {
  const holder = await unit.tx.get('session', lock.holder);
  if (holder && !leaseHolds(unit, holder)) {
    await endLease(unit, holder, processGone);
    return undefined;
  }
  if (!holder || lock.expiresAt <= unit.tx.now) {
    endLock(unit, lock, 'expired');
    return undefined;
  }
  return holder;
}

function endLock(unit: Unit, lock: LockRecord, cause: string): void {
  unit.tx.delete('lock', lock.id);
  unit.tx.emit({
    type: 'lock.ended',
    audience: cause === 'released' ? [] : [lock.holder],
    data: { resource: lock.name, holder: lock.holder, cause },
  });
}

/** All locks that overlap any of the resources, each once, oldest grant first. Reads only the index ranges that can hold one. */
export async function overlappingLocks(tx: Reader, resources: readonly Resource[]): Promise<LockRecord[]> {
  const searches = new Map<string, Promise<LockRecord[]>>();
  for (const resource of resources) {
    for (const search of searchRanges(resource)) {
      const name = JSON.stringify(search);
      if (!searches.has(name))
        searches.set(name, tx.list('lock', search.index, search.range, { limit: limits.locksPerSession * 10 }));
    }
  }
  const found = new Map<string, LockRecord>();
  for (const lock of (await Promise.all(searches.values())).flat()) {
    if (!found.has(lock.id) && resources.some(resource => resourcesOverlap(resource, lock))) found.set(lock.id, lock);
  }
  return [...found.values()].sort((a, b) => a.fence - b.fence);
}

function queueOf(tx: Reader): Promise<WaiterRecord[]> {
  return tx.list('waiter', 'queue', { prefix: '' }, { limit: limits.waitersPerProject });
}

/** The places of others that stand ahead of a request and want something it excludes. */
async function queueAhead(tx: Reader, candidate: Candidate): Promise<WaiterRecord[]> {
  const queue = await queueOf(tx);
  return queue.filter(
    place =>
      (candidate.rank === null || indexes.waiter.queue(place) < candidate.rank) &&
      place.session !== candidate.session &&
      place.deadlineAt > tx.now &&
      excludes(place.mode, candidate.mode) &&
      place.resources.some(theirs => candidate.resources.some(ours => resourcesOverlap(theirs, ours))),
  );
}

/**
 * Places in the queue that go first. One that itself waits (directly or through others) for the candidate's session is let
 * pass over: standing behind it would be a deadlock made by fairness alone.
 */
async function aheadInQueue(unit: Unit, candidate: Candidate): Promise<Blocker[]> {
  const ahead: Blocker[] = [];
  for (const waiter of await queueAhead(unit.tx, candidate)) {
    const session = await unit.tx.get('session', waiter.session);
    if (!session || !leaseHolds(unit, session)) continue;
    if (await chainTo(unit, session, candidate.session, 'locks and queue')) continue;
    ahead.push({ lock: null, waiter, session });
  }
  return ahead;
}

/** Whom a session's queued requests wait for: holders of locks in the way and, with `queue`, those who stand ahead of it. */
async function awaitedBy(view: View, session: string, edges: 'locks' | 'locks and queue'): Promise<SessionRecord[]> {
  const { tx } = view;
  const own = await tx.list('waiter', 'session', { equals: session }, { limit: limits.waitersPerProject });
  const awaited = new Set<string>();
  for (const waiter of own.filter(place => place.deadlineAt > tx.now)) {
    for (const lock of await overlappingLocks(tx, waiter.resources)) {
      if (lock.expiresAt > tx.now && excludes(lock.mode, waiter.mode)) awaited.add(lock.holder);
    }
    if (edges === 'locks') continue;
    const rank = indexes.waiter.queue(waiter);
    for (const other of await queueAhead(tx, { ...waiter, rank })) awaited.add(other.session);
  }
  awaited.delete(session);
  const records = await Promise.all([...awaited].map(id => tx.get('session', id)));
  return records.filter(record => record !== undefined).filter(record => leaseHolds(view, record));
}

/** The chain of sessions from `start` that ends with one waiting for `target`; undefined when there is none. */
async function chainTo(
  view: View,
  start: SessionRecord,
  target: string,
  edges: 'locks' | 'locks and queue',
): Promise<SessionRecord[] | undefined> {
  const seen = new Set<string>([start.id]);
  const open: SessionRecord[][] = [[start]];
  for (let path = open.shift(); path; path = open.shift()) {
    const last = path[path.length - 1];
    if (!last) break;
    for (const awaited of await awaitedBy(view, last.id, edges)) {
      if (awaited.id === target) return path;
      if (seen.has(awaited.id)) continue;
      seen.add(awaited.id);
      open.push([...path, awaited]);
    }
  }
  return undefined;
}

async function cycleThrough(
  view: View,
  session: SessionRecord,
  blockers: readonly Blocker[],
): Promise<string[] | null> {
  for (const blocker of blockers) {
    if (blocker.lock === null) continue;
    const chain = await chainTo(view, blocker.session, session.id, 'locks');
    if (chain) return [session.handle, ...chain.map(link => link.handle), session.handle];
  }
  return null;
}

/** Writes the locks. A lock the session has already is renewed and keeps its fence; one that changes its mode gets a new fence. */
async function grant(
  unit: Unit,
  session: SessionRecord,
  request: LockRequest,
  audience: readonly string[],
): Promise<LockRecord[]> {
  const { tx } = unit;
  const held = await tx.count('lock', 'holder', { equals: session.id });
  if (held + request.resources.length > limits.locksPerSession) {
    throw new SignalboxError(
      'limit_exceeded',
      `A session can hold ${limits.locksPerSession} locks; you hold ${held}.`,
      'Release what you no longer need, or lock a folder instead of single files.',
    );
  }
  const granted: LockRecord[] = [];
  let weakened = false;
  for (const resource of request.resources) {
    const id = lockId(session.id, resource);
    const own = await tx.get('lock', id);
    const same = own?.mode === request.mode;
    if (own?.mode === 'exclusive' && !same) weakened = true;
    const fence = own && same ? own.fence : emitGrant(unit, session, resource, request.mode, audience);
    const lock: LockRecord = {
      ...resource,
      id,
      holder: session.id,
      mode: request.mode,
      fence,
      reason: request.reason ?? own?.reason ?? null,
      ttlMs: request.ttlMs,
      since: own && same ? own.since : tx.now,
      expiresAt: tx.now + request.ttlMs,
    };
    tx.put('lock', lock);
    granted.push(lock);
  }
  if (weakened) await passOn(unit);
  return granted;
}

function emitGrant(
  unit: Unit,
  session: SessionRecord,
  resource: Resource,
  mode: LockMode,
  audience: readonly string[],
): number {
  return unit.tx.emit({ type: 'lock.granted', audience, data: { resource: resource.name, holder: session.id, mode } });
}

/**
 * Grants every queued request that nothing stands in the way of any more, in fair order, and clears void places.
 * Every rule that ends or weakens a lock calls it in the same unit of work: that is how the grant passes on at every way a
 * lock can end. The sessions that got something are woken after the commit.
 */
export async function passOn(unit: Unit): Promise<void> {
  let changed = true;
  while (changed) {
    changed = false;
    for (const waiter of await queueOf(unit.tx)) {
      const session = await unit.tx.get('session', waiter.session);
      if (!session || waiter.deadlineAt <= unit.tx.now || !leaseHolds(unit, session)) {
        unit.tx.delete('waiter', waiter.id);
        continue;
      }
      const rank = indexes.waiter.queue(waiter);
      const found = await inTheWay(unit, {
        session: waiter.session,
        mode: waiter.mode,
        resources: waiter.resources,
        rank,
      });
      if (found.ended > 0) changed = true;
      if (found.ended > 0 || found.blockers.length > 0) continue;
      unit.tx.delete('waiter', waiter.id);
      await grant(unit, session, waiter, [waiter.session]);
    }
  }
}

/**
 * How a queued request stands now: granted, or still waiting for whom. Ends stale locks in its way first. A place that was
 * voided (its session was taken for dead, or its deadline passed) is `lost`.
 */
export async function standing(unit: Unit, ticket: WaiterRecord): Promise<LockOutcome & { lost: boolean }> {
  await passOn(unit);
  const waiter = await unit.tx.get('waiter', ticket.id);
  if (waiter) {
    const rank = indexes.waiter.queue(waiter);
    const found = await inTheWay(unit, {
      session: waiter.session,
      mode: waiter.mode,
      resources: waiter.resources,
      rank,
    });
    return { granted: null, blockers: found.blockers, warnings: found.warnings, waiter, cycle: null, lost: false };
  }
  const locks = await Promise.all(
    ticket.resources.map(resource => unit.tx.get('lock', lockId(ticket.session, resource))),
  );
  const granted = locks.filter(lock => lock?.mode === ticket.mode && lock.expiresAt > unit.tx.now);
  const complete = granted.length === ticket.resources.length;
  const none = { blockers: [], warnings: [], waiter: null, cycle: null };
  return { ...none, granted: complete ? (granted as LockRecord[]) : null, lost: !complete };
}

/** Gives up a place in the queue; those behind it move up. If it was granted meanwhile the outcome says so. */
export async function withdraw(unit: Unit, ticket: WaiterRecord): Promise<LockOutcome & { lost: boolean }> {
  const outcome = await standing(unit, ticket);
  if (outcome.waiter) {
    unit.tx.delete('waiter', ticket.id);
    await passOn(unit);
  }
  return outcome;
}

export interface Released {
  readonly released: readonly LockRecord[];
  readonly notHeld: readonly Resource[];
}

/** Gives locks back and passes them on. A resource the session does not hold is reported, not an error. */
export async function release(
  unit: Unit,
  session: SessionRecord,
  resources: readonly Resource[] | 'all',
): Promise<Released> {
  const released: LockRecord[] = [];
  const notHeld: Resource[] = [];
  if (resources === 'all') {
    released.push(
      ...(await unit.tx.list('lock', 'holder', { equals: session.id }, { limit: limits.locksPerSession * 2 })),
    );
  } else {
    for (const resource of resources) {
      const lock = await unit.tx.get('lock', lockId(session.id, resource));
      if (lock && lock.expiresAt > unit.tx.now) released.push(lock);
      else notHeld.push(resource);
    }
  }
  for (const lock of released) endLock(unit, lock, 'released');
  if (released.length > 0) await passOn(unit);
  return { released, notHeld };
}

/** Locks that count at this moment, oldest grant first, optionally only those that overlap resources or belong to a session. */
export async function locksInForce(
  view: View,
  about: readonly Resource[] | null,
  holder: SessionRecord | null,
): Promise<{ locks: { lock: LockRecord; holder: SessionRecord }[]; more: boolean }> {
  const { tx } = view;
  const page = { limit: limits.locksListed * 2 };
  const candidates = about
    ? await overlappingLocks(tx, about)
    : holder
      ? await tx.list('lock', 'holder', { equals: holder.id }, page)
      : await tx.list('lock', 'all', { prefix: '' }, page);
  const current = candidates.filter(lock => lock.expiresAt > tx.now && (!holder || lock.holder === holder.id));
  const holders = await Promise.all(current.map(lock => tx.get('session', lock.holder)));
  const locks = current.flatMap((lock, index) => {
    const session = holders[index];
    return session && leaseHolds(view, session) ? [{ lock, holder: session }] : [];
  });
  return { locks: locks.slice(0, limits.locksListed), more: locks.length > limits.locksListed };
}

/** Places in the queue that count at this moment, in the order they will be served. */
export async function queueInForce(
  view: View,
  about: readonly Resource[] | null,
  session: SessionRecord | null,
): Promise<{ waiter: WaiterRecord; session: SessionRecord }[]> {
  const wanted = (await queueOf(view.tx)).filter(
    waiter =>
      waiter.deadlineAt > view.tx.now &&
      (!session || waiter.session === session.id) &&
      (!about || waiter.resources.some(theirs => about.some(ours => resourcesOverlap(theirs, ours)))),
  );
  const sessions = await Promise.all(wanted.map(waiter => view.tx.get('session', waiter.session)));
  return wanted.flatMap((waiter, index) => {
    const owner = sessions[index];
    return owner && leaseHolds(view, owner) ? [{ waiter, session: owner }] : [];
  });
}
