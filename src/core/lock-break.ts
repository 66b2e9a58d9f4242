/** Breaking somebody's locks: an act of the person at the shell, recorded with its reason. */
import { locksInForce, overlappingLocks } from './blocking.ts';
import { SignalboxError } from './errors.ts';
import { limits } from './limits.ts';
import { endLock } from './lock-end.ts';
import { tellBroken } from './lock-notice.ts';
import { findOrFail } from './presence.ts';
import { passOn } from './queue.ts';
import type { LockRecord, Resource, SessionRecord } from './records.ts';
import { cleanLine } from './text.ts';
import type { Unit } from './unit.ts';

/** Which locks: everybody's on exactly these resources, or all of one session, by handle or id. */
export type BreakTarget = { readonly resources: readonly Resource[] } | { readonly session: string };

export interface BrokenLock {
  readonly lock: LockRecord;
  readonly holder: SessionRecord;
}

/**
 * Ends locks against the will of their holders and passes them on. The holders are told by a notice with the reason, and an
 * event records reason and author. All or none. Errors: `forbidden` for anybody but the operator and, at a hub, an admin (`mayOverrule`); `not_found` when something
 * that was named is not locked, which says what is; `invalid_input` without a reason.
 */
export async function breakLocks(
  unit: Unit,
  author: SessionRecord,
  target: BreakTarget,
  reason: string,
  mayOverrule = false,
): Promise<BrokenLock[]> {
  if (!mayOverrule) refuseSessions(author);
  const why = reasonOrFail(reason);
  const found = 'session' in target ? await allOf(unit, target.session) : await allOn(unit, target.resources);
  for (const { lock } of found) {
    endLock(unit, lock, 'broken');
    unit.tx.emit({
      type: 'lock.broken',
      audience: [lock.holder],
      data: { resource: lock.name, holder: lock.holder, fence: lock.fence, by: author.handle, reason: why },
    });
  }
  for (const holder of new Set(found.map(({ lock }) => lock.holder))) {
    const locks = found.flatMap(({ lock }) => (lock.holder === holder ? [lock] : []));
    tellBroken(unit, holder, locks, why);
  }
  await passOn(unit);
  return found;
}

function refuseSessions(author: SessionRecord): void {
  if (author.kind === 'operator') return;
  throw new SignalboxError(
    'forbidden',
    'Only the operator breaks locks of others: no session decides over the work of another one.',
    'Ask the holder with message_send, or ask the person you work for to break it.',
  );
}

function reasonOrFail(raw: string): string {
  const reason = cleanLine(raw, 'reason', limits.reasonCharacters);
  if (reason !== '') return reason;
  throw new SignalboxError(
    'invalid_input',
    'A lock is broken only for a reason, which its holder is told.',
    'Give one with reason.',
  );
}

async function allOf(unit: Unit, address: string): Promise<BrokenLock[]> {
  const holder = await findOrFail(unit, address);
  const { locks } = await locksInForce(unit, null, holder);
  if (locks.length > 0) return locks;
  throw new SignalboxError('not_found', `${holder.handle} holds no locks.`, await whatIsLocked(unit));
}

async function allOn(unit: Unit, resources: readonly Resource[]): Promise<BrokenLock[]> {
  const { locks } = await locksInForce(unit, resources, null);
  const missing = resources.find(resource => !locks.some(({ lock }) => isSame(lock, resource)));
  if (missing) {
    throw new SignalboxError('not_found', `Nobody holds a lock on ${missing.name}.`, await whatCovers(unit, missing));
  }
  return locks.filter(({ lock }) => resources.some(resource => isSame(lock, resource)));
}

function isSame(lock: Resource, resource: Resource): boolean {
  if (lock.checkout !== resource.checkout) return false;
  return lock.foldsCase || resource.foldsCase ? lock.key === resource.key : lock.name === resource.name;
}

/** A pattern or folder around what was named is not broken unasked: it covers more than that. */
async function whatCovers(unit: Unit, resource: Resource): Promise<string> {
  const around = (await overlappingLocks(unit.tx, [resource])).filter(lock => lock.expiresAt > unit.tx.now);
  if (around.length === 0) return whatIsLocked(unit);
  const names = around.slice(0, limits.handlesInError).map(lock => lock.name);
  return `It is covered by ${names.join(', ')}; name that to break it.`;
}

async function whatIsLocked(unit: Unit): Promise<string> {
  const { locks } = await locksInForce(unit, null, null);
  if (locks.length === 0) return 'Nothing is locked in this project.';
  const shown = locks.slice(0, limits.handlesInError).map(({ lock, holder }) => `${lock.name} by ${holder.handle}`);
  return `Locked now: ${shown.join(', ')}${locks.length > shown.length ? ', …' : ''}.`;
}
