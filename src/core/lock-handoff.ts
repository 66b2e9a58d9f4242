/** Handing locks off to another session: no moment in between in which somebody else could have them. */
import { excludes, isAtLeast, overlappingLocks } from './blocking.ts';
import { isEdit, seatOf } from './edit-lock.ts';
import { SignalboxError } from './errors.ts';
import { leaseHolds } from './lease.ts';
import { limits } from './limits.ts';
import { endLock } from './lock-end.ts';
import { emitGrant, lockId } from './lock-grant.ts';
import { tellHandedOff } from './lock-notice.ts';
import { heldAmong } from './lock-release.ts';
import { poolName } from './pool.ts';
import { oneOrFail } from './presence.ts';
import { passOn } from './queue.ts';
import type { LockRecord, Resource, SessionRecord } from './records.ts';
import { resourcesOverlap } from './resource.ts';
import type { Unit } from './unit.ts';
import { awaitedPlaces } from './waits-for.ts';

/**
 * Passes locks to a living session, past the queue: each with a new, higher fence, its time begun anew, its reason kept. What
 * the other has there already is merged; the stronger mode stays. All or none. The other is told by a notice.
 * Errors: `not_found` for nobody of that name; `conflict` when it has ended, is the giver, or would make a cycle of waiting, and
 * when a lock is not the giver's, overlaps one that it keeps, or is shared with its sub-agents or parent; `limit_exceeded` when the other holds too many.
 */
export async function handOff(
  unit: Unit,
  giver: SessionRecord,
  resources: readonly Resource[] | 'all',
  address: string,
  pools: readonly string[] = [],
): Promise<{ locks: readonly LockRecord[]; recipient: SessionRecord }> {
  const recipient = await recipientFor(unit, giver, address);
  const all = await ownOrFail(unit, giver, resources, pools);
  // The lock of an edit means nothing in another checkout.
  const held = all.filter(lock => !isEdit(lock) || (resources !== 'all' && lock.checkout === seatOf(recipient)));
  if (held.length === 0) throw onlyEdits(recipient);
  await refuseTooMany(unit, recipient, held);
  await endEdits(unit, giver, held);
  await refuseOverlap(unit, giver, held);
  await refuseLent(unit, giver, recipient, held);
  for (const lock of held) await refuseCycle(unit, recipient, lock);
  const locks: LockRecord[] = [];
  for (const lock of held) locks.push(await move(unit, lock, recipient));
  await passOn(unit);
  tellHandedOff(unit, recipient.id, giver.handle, locks);
  return { locks, recipient };
}

async function recipientFor(unit: Unit, giver: SessionRecord, address: string): Promise<SessionRecord> {
  const recipient = await oneOrFail(unit, address);
  if (recipient.id === giver.id) {
    throw new SignalboxError(
      'conflict',
      'You cannot hand a lock off to yourself.',
      'Call lock_acquire again to renew it.',
    );
  }
  if (leaseHolds(unit, recipient)) return recipient;
  throw new SignalboxError(
    'conflict',
    `${recipient.handle} has ended and cannot hold a lock.`,
    'Choose one of those that session_list shows, or release without to.',
  );
}

async function ownOrFail(
  unit: Unit,
  giver: SessionRecord,
  resources: readonly Resource[] | 'all',
  pools: readonly string[],
): Promise<LockRecord[]> {
  const { held, missing, missingPools } = await heldAmong(unit, giver, resources, pools);
  const own = held.filter(lock => lock.expiresAt > unit.tx.now);
  const [first] = missing === 'all' ? [] : [...missing.map(({ name }) => name), ...missingPools.map(poolName)];
  if (own.length > 0 && !first) return own;
  throw new SignalboxError(
    'conflict',
    first ? `You do not hold ${first}; nothing was handed off.` : 'You hold no locks.',
    'Name only locks that you hold; lock_list shows them.',
  );
}

function onlyEdits({ handle }: SessionRecord): SignalboxError {
  return new SignalboxError(
    'conflict',
    `What you hold there was taken by your edits, for your checkout alone; ${handle} works in another one.`,
    'Release it with lock_release, or let your turn end.',
  );
}

/** What the giver's own edits took under what goes is of no use to it any more. */
async function endEdits(unit: Unit, giver: SessionRecord, locks: readonly LockRecord[]): Promise<void> {
  const going = new Set(locks.map(lock => lock.id));
  for (const lock of await overlappingLocks(unit.tx, locks))
    if (lock.holder === giver.id && isEdit(lock) && !going.has(lock.id)) endLock(unit, lock, 'handed off');
}

async function refuseTooMany({ tx }: Unit, recipient: SessionRecord, locks: readonly LockRecord[]): Promise<void> {
  const has = await tx.count('lock', 'holder', { equals: recipient.id });
  if (has + locks.length <= limits.locksPerSession) return;
  throw new SignalboxError(
    'limit_exceeded',
    `A session can hold ${limits.locksPerSession} locks; ${recipient.handle} holds ${has}.`,
    'Hand off fewer locks, or release them.',
  );
}

/** One's own locks may overlap each other. What the giver keeps must not overlap what goes: both would have it then. */
async function refuseOverlap({ tx }: Unit, giver: SessionRecord, locks: readonly LockRecord[]): Promise<void> {
  const going = new Set(locks.map(lock => lock.id));
  const near = await overlappingLocks(tx, locks);
  const kept = near.filter(held => held.holder === giver.id && held.expiresAt > tx.now && !going.has(held.id));
  for (const lock of locks) {
    const other = kept.find(held => excludes(held.mode, lock.mode) && resourcesOverlap(held, lock));
    if (!other) continue;
    throw new SignalboxError(
      'conflict',
      `You also hold ${other.name}, which overlaps ${lock.name}; nothing was handed off.`,
      `Hand off ${other.name} in the same call, or release it first.`,
    );
  }
}

/** A session and its sub-agents may hold the same; somebody else may not have it beside them. */
async function refuseLent(
  { tx }: Unit,
  giver: SessionRecord,
  recipient: SessionRecord,
  locks: readonly LockRecord[],
): Promise<void> {
  const parties = [giver.id, recipient.id, recipient.parentSession];
  const near = (await overlappingLocks(tx, locks)).filter(held => held.expiresAt > tx.now);
  const others = near.filter(held => !parties.includes(held.holder));
  for (const lock of locks) {
    const other = others.find(held => excludes(held.mode, lock.mode) && resourcesOverlap(held, lock));
    const holder = other && (await tx.get('session', other.holder));
    if (!holder) continue;
    throw new SignalboxError(
      'conflict',
      `${holder.handle} holds ${other.name} as well, within the same work as you; nothing was handed off.`,
      `Have ${holder.handle} release it first.`,
    );
  }
}

async function refuseCycle(unit: Unit, recipient: SessionRecord, lock: LockRecord): Promise<void> {
  const [awaited] = await awaitedPlaces(unit, recipient, [lock], lock.mode);
  if (!awaited) return;
  const cycle = [awaited.session, ...awaited.chain, awaited.session].map(link => link.handle);
  throw new SignalboxError(
    'conflict',
    `With ${lock.name} handed off, waiting would never end: ${cycle.join(' waits for ')}.`,
    'Release it instead; then it goes to the one that waits for it.',
  );
}

/** One lock's move. Whatever calls of either session are cancelled later, the recipient keeps it: it is no grant of theirs. */
async function move(unit: Unit, lock: LockRecord, recipient: SessionRecord): Promise<LockRecord> {
  const { tx } = unit;
  const id = lockId(recipient.id, lock);
  const own = await tx.get('lock', id);
  const inForce = own && own.expiresAt > tx.now ? own : undefined;
  const mode = inForce && isAtLeast(inForce.mode, lock.mode) ? inForce.mode : lock.mode;
  endLock(unit, lock, 'handed off');
  const fence = emitGrant(unit, recipient, lock, mode, [recipient.id]);
  const moved: LockRecord = {
    ...lock,
    id,
    holder: recipient.id,
    mode,
    fence,
    tickets: [...(inForce?.tickets ?? []), unit.ids.next()].slice(-limits.ticketsPerLock),
    former: null,
    reason: lock.reason ?? inForce?.reason ?? null,
    since: tx.now,
    expiresAt: Math.max(tx.now + lock.ttlMs, inForce?.expiresAt ?? 0),
    warnedAt: null,
    heldFor: null,
  };
  tx.put('lock', moved);
  return moved;
}
