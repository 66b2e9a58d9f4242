/**
 * Locks: granted all or none, in fair order, and passed on at every way a lock can end.
 * Compatibility of modes: exclusive excludes exclusive and shared; shared excludes exclusive; intent excludes nothing and warns.
 */

import {
  asCandidate,
  type Candidate,
  chainTo,
  excludes,
  overlapAsks,
  overlappingLocks,
  queueAhead,
  queueAsk,
  queueOf,
} from './blocking.ts';
import { SignalboxError } from './errors.ts';
import { endLease, leaseHolds, processGone } from './lease.ts';
import { limits } from './limits.ts';
import type { Ask } from './ports.ts';
import type { LockMode, LockRecord, Priority, Resource, SessionRecord, WaiterRecord } from './records.ts';
import type { Unit, View } from './unit.ts';

/** One request: all of `resources` in one mode, or nothing. */
export interface LockRequest {
  /** An id of the call, new for each. */
  readonly ticket: string;
  readonly resources: readonly Resource[];
  readonly mode: LockMode;
  readonly reason: string | null;
  readonly ttlMs: number;
  readonly priority: Priority;
  /** Set to renew only: the highest fence that the caller was granted these resources under. */
  readonly fence?: number | undefined;
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

/** The key of a session's lock on a resource: there is one at most. */
export function lockId(holder: string, resource: Resource): string {
  return `${holder}|${resource.checkout ?? ''}|${resource.name}`;
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
  if (request.fence !== undefined) await refuseLost(unit, session, request, request.fence);
  await refuseTooMany(unit, session, request);
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
  const { ticket: id, fence: _fence, ...wanted } = request;
  const arrival = tx.emit({ type: 'lock.waiting', audience: [], data: { waiter: id, session: session.id } });
  const place = { id, session: session.id, process: unit.processes.self(), pools: [], arrival };
  const waiter: WaiterRecord = { ...wanted, ...place, since: tx.now, deadlineAt: waitUntil };
  tx.put('waiter', waiter);
  return { ...refused, waiter, cycle: null };
}

/**
 * Refuses a renewal of what the session lost, even when it would be free again: somebody else may have had it in between. That
 * is what fencing tokens are for (Kleppmann, "How to do distributed locking", 2016): they rise with every grant, so an older
 * one tells a late writer from the holder. `conflict` says who has it now.
 */
async function refuseLost(
  unit: Unit,
  session: SessionRecord,
  { resources, mode }: LockRequest,
  fence: number,
): Promise<void> {
  const own = await Promise.all(resources.map(resource => unit.tx.get('lock', lockId(session.id, resource))));
  const at = own.findIndex(lock => !lock || lock.expiresAt <= unit.tx.now || lock.fence > fence);
  const lost = resources[at];
  if (!lost) return refuseOtherGrant(own as LockRecord[], mode, fence);
  const [other] = (await overlappingLocks(unit.tx, [lost])).filter(lock => lock.holder !== session.id);
  const holder = other && (await unit.tx.get('session', other.holder));
  const since = holder ? `; ${holder.handle} has ${other.name} now, with fence ${other.fence}` : '';
  throw new SignalboxError(
    'conflict',
    `You no longer hold ${lost.name} under fence ${fence}: that lock has ended${since}.`,
    'Look at what others changed there since, then acquire it again without a fence.',
  );
}

/** A fence renews one grant: what was granted under another one, or in another mode, is not that. */
function refuseOtherGrant(own: readonly LockRecord[], mode: LockMode, fence: number): void {
  const newest = own.reduce((first, lock) => (lock.fence > first.fence ? lock : first));
  const other = own.find(lock => lock.mode !== mode);
  if (newest.fence === fence && !other) return;
  const message = other
    ? `You hold ${other.name} as ${other.mode}; taking it as ${mode} would be a new grant, which a fence cannot renew.`
    : `Your lock on ${newest.name} has fence ${newest.fence}, not ${fence}.`;
  const next = other
    ? 'Acquire it without a fence.'
    : 'Give the highest fence of the locks you name, as it was granted.';
  throw new SignalboxError('conflict', message, next);
}

/** The reads that `acquire` makes of an uncontended request. */
export function acquireAsks(session: string, { resources, mode }: LockRequest): Ask[] {
  const own = resources.map((resource): Ask => ({ kind: 'lock', id: lockId(session, resource) }));
  const queue: Ask[] = mode === 'intent' ? [] : [queueAsk];
  return [{ kind: 'lock', index: 'holder', range: { equals: session } }, ...overlapAsks(resources), ...queue, ...own];
}

/** Locks the session has already are renewed, which takes no more room. What waits in the queue was let in here before. */
async function refuseTooMany({ tx }: Unit, session: SessionRecord, request: LockRequest): Promise<void> {
  const held = await tx.count('lock', 'holder', { equals: session.id });
  if (held + request.resources.length <= limits.locksPerSession) return;
  const own = await Promise.all(request.resources.map(resource => tx.get('lock', lockId(session.id, resource))));
  if (held + own.filter(lock => lock === undefined).length <= limits.locksPerSession) return;
  throw new SignalboxError(
    'limit_exceeded',
    `A session can hold ${limits.locksPerSession} locks; you hold ${held}.`,
    'Release what you no longer need, or lock a folder instead of single files.',
  );
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
  const granted: LockRecord[] = [];
  let weakened = false;
  for (const resource of request.resources) {
    const id = lockId(session.id, resource);
    const own = await tx.get('lock', id);
    const same = own?.mode === request.mode;
    if (own && !same && (own.mode === 'exclusive' || request.mode === 'intent')) weakened = true;
    const fence = own && same ? own.fence : emitGrant(unit, session, resource, request.mode, audience);
    const lock: LockRecord = {
      ...resource,
      id,
      holder: session.id,
      mode: request.mode,
      fence,
      tickets: [...(own?.tickets ?? []), request.ticket].slice(-limits.ticketsPerLock),
      former: own && !same ? { ticket: request.ticket, mode: own.mode } : (own?.former ?? null),
      reason: request.reason ?? own?.reason ?? null,
      ttlMs: request.ttlMs,
      since: own && same ? own.since : tx.now,
      expiresAt: tx.now + request.ttlMs,
      pool: own?.pool ?? null,
      warnedAt: null,
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
      if (!session || !placeHolds(unit, waiter) || !leaseHolds(unit, session)) {
        unit.tx.delete('waiter', waiter.id);
        continue;
      }
      const found = await inTheWay(unit, asCandidate(waiter));
      if (found.ended > 0) changed = true;
      if (found.ended > 0 || found.blockers.length > 0) continue;
      unit.tx.delete('waiter', waiter.id);
      await grant(unit, session, { ...waiter, ticket: waiter.id }, [waiter.session]);
    }
  }
}

/** A place ends with its time, and with the process that stood in line. */
function placeHolds(unit: Unit, waiter: WaiterRecord): boolean {
  if (waiter.deadlineAt <= unit.tx.now) return false;
  return waiter.process === null || unit.processes.liveness(waiter.process) !== 'dead';
}

/**
 * How a queued request stands now: granted, or still waiting for whom. Ends stale locks in its way first. A place that was
 * voided (its session was taken for dead, or its deadline passed) is `lost`.
 */
export async function standing(unit: Unit, ticket: WaiterRecord): Promise<LockOutcome & { lost: boolean }> {
  await passOn(unit);
  const waiter = await unit.tx.get('waiter', ticket.id);
  if (waiter) {
    const { blockers, warnings } = await inTheWay(unit, asCandidate(waiter));
    return { granted: null, blockers, warnings, waiter, cycle: null, lost: false };
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

const strength: Record<LockMode, number> = { intent: 0, shared: 1, exclusive: 2 };

/**
 * Takes back what a call that was cancelled has got or stands in line for, because nobody knows of it. What the session had before, or has got by
 * another call as well, stays, in the mode that it had unless that was a stronger one.
 */
export async function takeBack(
  unit: Unit,
  session: SessionRecord,
  ticket: string,
  resources: readonly Resource[],
): Promise<void> {
  if (await unit.tx.get('waiter', ticket)) unit.tx.delete('waiter', ticket);
  const locks = await Promise.all(resources.map(resource => unit.tx.get('lock', lockId(session.id, resource))));
  for (const lock of locks) {
    if (!lock?.tickets.includes(ticket)) continue;
    const tickets = lock.tickets.filter(other => other !== ticket);
    const { former } = lock;
    // A stronger mode is not restored: others may have been let past since.
    const undoes = former?.ticket === ticket && strength[former.mode] < strength[lock.mode];
    const undone = undoes ? { mode: former.mode, former: null } : {};
    if (tickets.length === 0) endLock(unit, lock, 'released');
    else unit.tx.put('lock', { ...lock, ...undone, tickets });
  }
  await passOn(unit);
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
