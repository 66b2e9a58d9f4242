/** Giving locks and places back: by their holder, or because the call that got them was cancelled. */
import { isAtLeast, locksOf } from './blocking.ts';
import { isEdit, seatOf } from './edit-lock.ts';
import { endLock } from './lock-end.ts';
import { lockId } from './lock-grant.ts';
import { isSamePool } from './pool.ts';
import { dropPlaces, passOn } from './queue.ts';
import type { LockRecord, Resource, SessionRecord } from './records.ts';
import type { Unit } from './unit.ts';

export interface Released {
  readonly released: readonly LockRecord[];
  /** What the session only stood in line for; it no longer does. */
  readonly withdrawn: readonly Resource[];
  readonly notHeld: readonly Resource[];
  /** The same of pools, by their names. */
  readonly pools: { readonly withdrawn: readonly string[]; readonly notHeld: readonly string[] };
}

/**
 * Gives locks back and passes them on; of a pool all that the session has out of it. For what the session only stands in line for the place is given up. A resource that is
 * neither is reported, not an error.
 */
export async function release(
  unit: Unit,
  session: SessionRecord,
  resources: readonly Resource[] | 'all',
  pools: readonly string[] = [],
): Promise<Released> {
  const { held, missing, missingPools } = await heldAmong(unit, session, resources, pools);
  const isAllHeld = missing !== 'all' && missing.length + missingPools.length === 0;
  const sought = missing === 'all' ? missing : missing.flatMap(resource => spellings(session, resource));
  const waited = isAllHeld ? { resources: [], pools: [] } : await dropPlaces(unit, session, sought, missingPools);
  for (const lock of held) endLock(unit, lock, 'released');
  if (held.length + waited.resources.length + waited.pools.length > 0) await passOn(unit);
  const ids = new Set(waited.resources.map(resource => lockId(session.id, resource)));
  const rest = missing === 'all' ? [] : missing;
  return {
    released: held,
    withdrawn: waited.resources,
    notHeld: rest.filter(resource => spellings(session, resource).every(each => !ids.has(lockId(session.id, each)))),
    pools: { withdrawn: waited.pools, notHeld: missingPools.filter(pool => !waited.pools.some(isSamePool(pool))) },
  };
}

/** A resource as it was asked for, and for a file as an edit of the session in its own checkout has it. */
function spellings(session: SessionRecord, resource: Resource): Resource[] {
  const edited = { ...resource, checkout: seatOf(session) };
  return resource.checkout === null && isEdit(edited) ? [resource, edited] : [resource];
}

/** Which of the resources, and what of the pools, the session holds; and which it does not. */
export async function heldAmong(
  unit: Unit,
  session: SessionRecord,
  resources: readonly Resource[] | 'all',
  pools: readonly string[],
): Promise<{ held: LockRecord[]; missing: readonly Resource[] | 'all'; missingPools: readonly string[] }> {
  const { tx } = unit;
  if (resources === 'all') return { held: await locksOf(tx, session.id), missing: 'all', missingPools: [] };
  const wanted = resources.flatMap(resource => spellings(session, resource));
  const locks = await Promise.all(wanted.map(resource => tx.get('lock', lockId(session.id, resource))));
  const own = pools.length === 0 ? [] : (await locksOf(tx, session.id)).filter(lock => lock.expiresAt > tx.now);
  const isOutOf = (lock: LockRecord, pool: string) => lock.pool !== null && isSamePool(pool)(lock.pool);
  const pooled = own.filter(lock => pools.some(pool => isOutOf(lock, pool)));
  const named = locks.filter(lock => lock !== undefined).filter(lock => lock.expiresAt > tx.now);
  const held = new Map([...named, ...pooled].map(lock => [lock.id, lock]));
  return {
    held: [...held.values()],
    missing: resources.filter(resource =>
      spellings(session, resource).every(each => !held.has(lockId(session.id, each))),
    ),
    missingPools: pools.filter(pool => !pooled.some(lock => isOutOf(lock, pool))),
  };
}

/**
 * Takes back what a call that was cancelled has got or stands in line for, because nobody knows of it. What the session had before, or has got by
 * another call as well, stays, in the mode that it had unless that was a stronger one. With `keep for now` the caller passes on.
 */
export async function takeBack(
  unit: Unit,
  session: SessionRecord,
  ticket: string,
  resources: readonly Resource[],
  freed: 'pass on' | 'keep for now' = 'pass on',
): Promise<void> {
  if (await unit.tx.get('waiter', ticket)) unit.tx.delete('waiter', ticket);
  const named = await Promise.all(resources.map(resource => unit.tx.get('lock', lockId(session.id, resource))));
  const pooled = (await locksOf(unit.tx, session.id)).filter(lock => lock.pool !== null);
  const got = [...named.filter(lock => lock !== undefined), ...pooled].filter(lock => lock.tickets.includes(ticket));
  for (const lock of new Map(got.map(each => [each.id, each])).values()) {
    const tickets = lock.tickets.filter(other => other !== ticket);
    const { former } = lock;
    // A stronger mode is not restored: others may have been let past since.
    const undoes = former?.ticket === ticket && !isAtLeast(former.mode, lock.mode);
    const undone = undoes ? { mode: former.mode, former: null } : {};
    if (tickets.length === 0) endLock(unit, lock, 'released');
    else unit.tx.put('lock', { ...lock, ...undone, tickets });
  }
  if (freed === 'pass on') await passOn(unit);
}
