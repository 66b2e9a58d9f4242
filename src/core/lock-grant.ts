/** Writing locks down: a new grant with a new fence, a renewal, a change of mode. Whether it may be granted was decided before. */
import { isAtLeast } from './blocking.ts';
import { limits } from './limits.ts';
import type { Wants } from './pool.ts';
import type { PoolPlace } from './pool-share.ts';
import type { LockMode, LockRecord, Priority, Resource, SessionRecord } from './records.ts';
import type { Unit } from './unit.ts';

/** One request: all of `resources` and all places out of `pools` in one mode, or nothing. What comes out of a pool is exclusive. */
export interface LockRequest extends Wants {
  /** An id of the call, new for each. */
  readonly ticket: string;
  readonly mode: LockMode;
  readonly reason: string | null;
  readonly ttlMs: number;
  readonly priority: Priority;
  /** Set to renew only: the highest fence that the caller was granted these resources under. */
  readonly fence?: number | undefined;
  /** Values of the pools that something outside uses: not given now, though one that a session has may be waited for. */
  readonly inUse?: ReadonlySet<string> | undefined;
}

/** The key of a session's lock on a resource: there is one at most. */
export function lockId(holder: string, resource: Resource): string {
  return `${holder}|${resource.checkout ?? ''}|${resource.name}`;
}

export interface Grant {
  readonly locks: readonly LockRecord[];
  /** Whether a lock now excludes less than before: then the caller passes on. */
  readonly isWeaker: boolean;
}

/** Writes the locks: what is named, and `places` out of pools. A lock the session has already is renewed and keeps its fence; one that changes its mode gets a new fence. */
export async function grant(
  unit: Unit,
  session: SessionRecord,
  request: Omit<LockRequest, 'pools'>,
  audience: readonly string[],
  places: readonly PoolPlace[],
): Promise<Grant> {
  const { tx } = unit;
  const locks: LockRecord[] = [];
  let isWeaker = false;
  const named = request.resources.map(resource => ({ resource, pool: null }));
  for (const { resource, pool } of [...named, ...places]) {
    const id = lockId(session.id, resource);
    const own = await tx.get('lock', id);
    const same = own?.mode === request.mode;
    if (own && !isAtLeast(request.mode, own.mode)) isWeaker = true;
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
      pool: pool ?? own?.pool ?? null,
      warnedAt: null,
      heldFor: null,
    };
    tx.put('lock', lock);
    if (own && same && (own.ttlMs !== lock.ttlMs || own.reason !== lock.reason)) emitRenewal(unit, lock);
    locks.push(lock);
  }
  return { locks, isWeaker };
}

/** Says that a lock is held for another time or reason now. A renewal alone is no news. */
function emitRenewal({ tx }: Unit, { name, holder, ttlMs }: LockRecord): void {
  tx.emit({ type: 'lock.renewed', audience: [], data: { resource: name, holder, ttlMs } });
}

/** Says that a session gets a lock now; returns its fence. */
export function emitGrant(
  unit: Unit,
  session: SessionRecord,
  resource: Resource,
  mode: LockMode,
  audience: readonly string[],
): number {
  return unit.tx.emit({ type: 'lock.granted', audience, data: { resource: resource.name, holder: session.id, mode } });
}
