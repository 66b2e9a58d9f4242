/** Looks whether something outside Signalbox uses what a call got out of pools, and takes other values instead of those. */
import { isStanding } from '../core/blocking.ts';
import type { LockRequest } from '../core/lock-grant.ts';
import { probedPort } from '../core/pool.ts';
import { swapInUse } from '../core/pool-swap.ts';
import type { Stay } from '../core/queue.ts';
import type { LockRecord, WaiterRecord } from '../core/records.ts';
import type { ToolContext } from './define-tool.ts';
import type { Look } from './in-line.ts';
import type { World } from './world.ts';

/** How a call goes on that was not granted at once. */
interface Ways {
  waited(look: Look): Promise<Look>;
  stayFrom(now: number): Stay | null;
}

/**
 * Waits if need be, and goes on until what was granted is in use nowhere else, or nothing is. Probing takes place between units of
 * work: what was granted is held meanwhile, so nobody else is given it. What the session had before is not probed: it uses that itself.
 */
export async function untilUsable(context: ToolContext, wanted: LockRequest, first: Look, ways: Ways): Promise<Look> {
  const { caller, signal } = context;
  const inUse = new Set<string>();
  for (let look = first; ; ) {
    const served = look.outcome.waiter;
    look = await ways.waited(look);
    const fresh = (look.outcome.granted ?? []).filter(lock => isFresh(lock, wanted, served));
    const taken = await inUseAmong(caller.world, fresh);
    if (taken.length === 0 || signal.aborted) return look;
    for (const { name } of taken) inUse.add(name);
    await lookFurther(caller.world, wanted, taken, inUse);
    look = await caller.transact(async (unit, me) => {
      const { now } = unit.tx;
      const request = { ...wanted, inUse };
      // A place that stood before the call is not the call's to give up.
      const stay = served && isStanding(served) ? 'standing' : ways.stayFrom(now);
      return { outcome: await swapInUse(unit, me, request, taken, stay, served), now };
    });
  }
}

/** What is passed over, in words. */
export function spokenInUse(values: readonly string[]): string {
  const few = values.slice(0, 5).join(', ') + (values.length > 5 ? ` and ${values.length - 5} more` : '');
  return `${few} ${values.length > 1 ? 'are' : 'is'} in use by something outside Signalbox, and passed over.`;
}

/** Whether a lock came out of a pool by this call and no other. */
function isFresh({ pool, tickets }: LockRecord, wanted: LockRequest, served: WaiterRecord | null): boolean {
  const [ticket, ...others] = tickets;
  return pool !== null && others.length === 0 && (ticket === wanted.ticket || ticket === served?.id);
}

async function inUseAmong({ probes, policy }: World, locks: readonly LockRecord[]): Promise<LockRecord[]> {
  const taken: LockRecord[] = [];
  for (const lock of locks) {
    const port = lock.pool === null ? null : probedPort(policy, lock.pool, lock.name);
    if (port !== null && !(await probes.isPortFree(port))) taken.push(lock);
  }
  return taken;
}

/** Goes on through the pool until enough are found that are free, so that many in use cost one more unit and not one each. */
async function lookFurther(
  { probes, policy }: World,
  wanted: LockRequest,
  taken: readonly LockRecord[],
  inUse: Set<string>,
): Promise<void> {
  for (const { pool, values } of wanted.pools) {
    let lacks = taken.filter(lock => lock.pool === pool).length;
    for (const value of values) {
      if (lacks === 0) break;
      const port = inUse.has(value) ? null : probedPort(policy, pool, value);
      if (port === null) continue;
      if (await probes.isPortFree(port)) lacks -= 1;
      else inUse.add(value);
    }
  }
}
