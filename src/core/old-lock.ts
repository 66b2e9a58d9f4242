/** Locks of another system, taken over. */
import { noteBrought, wasBrought } from './brought.ts';
import { limits } from './limits.ts';
import { acquire } from './lock.ts';
import { lockId } from './lock-grant.ts';
import { bearerOf } from './persona.ts';
import { personaKey, refuseUnfitName } from './persona-record.ts';
import { operator } from './presence.ts';
import type { Resource } from './records.ts';
import type { Unit } from './unit.ts';

export interface OldLock {
  readonly issuer: string;
  /** What tells it from all others of its system. */
  readonly key: string;
  /** The name of its holder. */
  readonly name: string;
  readonly resource: Resource;
  readonly reason: string | null;
  /** How much of its time is left. */
  readonly ttlMs: number;
}

/**
 * Takes a lock over: its holder has it at once where it is here, and else when it comes (`takeHeld`); it ends by its own time. `busy` where somebody has it here, `there` where it was taken over before, whatever has become of it; nothing is
 * changed then. Errors: those of `acquire` and of a name that nobody can have.
 */
export async function holdFor(unit: Unit, old: OldLock): Promise<'taken' | 'busy' | 'there'> {
  const { tx, ids } = unit;
  const { issuer, name, resource, ttlMs } = old;
  const said = old.reason?.replace(/\s+/g, ' ').slice(0, limits.reasonCharacters) || null;
  refuseUnfitName(name);
  if (await wasBrought(tx, issuer, old.key)) return 'there';
  const request = {
    ticket: ids.next(),
    resources: [resource],
    pools: [],
    mode: 'exclusive',
    priority: 'normal',
    ttlMs,
  } as const;
  const bearer = await bearerOf(unit, issuer, name);
  const keeper = bearer ?? (await operator(unit));
  if (!bearer) {
    const own = await tx.get('lock', lockId(keeper.id, resource));
    if (own && own.expiresAt > tx.now) return 'busy';
  }
  const reason = bearer ? said : `for ${name} of ${issuer}${said ? `: ${said}` : ''}`;
  const { granted } = await acquire(
    unit,
    keeper,
    { ...request, reason: reason?.slice(0, limits.reasonCharacters) ?? null },
    null,
  );
  const [lock] = granted ?? [];
  if (!lock) return 'busy';
  if (!bearer) tx.put('lock', { ...lock, heldFor: { persona: personaKey(issuer, name), reason: said } });
  noteBrought(unit, issuer, old.key);
  return 'taken';
}
