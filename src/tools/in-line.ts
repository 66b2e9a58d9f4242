/** A call that waits for its locks: until they are granted, its time is over (`waitsEnd` is the end of any), or it is cancelled. */
import { isStanding } from '../core/blocking.ts';
import { limits } from '../core/limits.ts';
import { acquire } from '../core/lock.ts';
import type { LockRequest } from '../core/lock-grant.ts';
import { takeBack } from '../core/lock-release.ts';
import { type LockOutcome, leaveStanding, standing, withdraw } from '../core/queue.ts';
import type { WaiterRecord } from '../core/records.ts';
import type { Unit } from '../core/unit.ts';
import { whileAway } from './away.ts';
import type { ToolContext } from './define-tool.ts';
import { joinedSignal } from './joined-signal.ts';
import type { Me } from './participant.ts';

/** An outcome, and the store's time at which it was so. */
export interface Look {
  readonly outcome: LockOutcome;
  readonly now: number;
}

export interface Wait {
  readonly wanted: LockRequest;
  readonly waitMs: number;
  /** Whether the place is to be kept when the time is over. */
  readonly queue: boolean;
  /** How many hints had come before the first look. */
  readonly seen: number;
}

/** Waits at a place. Watches the holders for sudden death. */
export async function waitInLine(
  context: ToolContext,
  wait: Wait,
  first: LockOutcome,
  ticket: WaiterRecord,
): Promise<Look> {
  const woken = joinedSignal(context.signal, context.waitsEnd);
  try {
    return await waited(context, wait, first, ticket, woken.signal);
  } finally {
    woken.end();
  }
}

async function waited(
  context: ToolContext,
  wait: Wait,
  first: LockOutcome,
  ticket: WaiterRecord,
  woken: AbortSignal,
): Promise<Look> {
  const { caller, signal } = context;
  const { clock } = caller.world;
  const hints = await caller.hints();
  const deadline = clock.elapsed() + wait.waitMs;
  let { seen } = wait;
  let lastLook = clock.elapsed();
  let current = { outcome: first, endsAt: soonestEnd(context, first, ticket.since) };
  while (!woken.aborted && clock.elapsed() < deadline) {
    await hints.changed(seen, Math.min(limits.holderCheckMs, deadline - clock.elapsed()), woken);
    const lookDue = hints.version !== seen || clock.elapsed() - lastLook >= limits.safetyPollMs;
    if (!lookDue && clock.elapsed() < current.endsAt && !somebodyDied(context, current.outcome)) continue;
    seen = hints.version;
    lastLook = clock.elapsed();
    const look = await whileAway(() =>
      caller.transact(async unit => ({ outcome: await standing(unit, ticket), now: unit.tx.now })),
    );
    // The place in the queue stays while the store is away; the next look is due after the usual time.
    if (look === undefined) {
      current = { outcome: current.outcome, endsAt: Number.MAX_SAFE_INTEGER };
      lastLook = clock.elapsed();
      continue;
    }
    const { outcome, now } = look;
    // A grant in the moment of the abort is given back below: nobody reads this answer any more.
    if (signal.aborted || outcome.lost) break;
    if (outcome.granted) return look;
    current = { outcome, endsAt: soonestEnd(context, outcome, now) };
    const left = Math.max(0, deadline - clock.elapsed());
    context.progress(
      `waiting for ${holders(outcome)}`,
      Math.round((wait.waitMs - left) / 1000),
      Math.round(wait.waitMs / 1000),
    );
  }
  return caller.transact(async (unit, me) => ({
    outcome: await stopWaiting(context, unit, me, wait, ticket),
    now: unit.tx.now,
  }));
}

/** Leaves the place, or keeps it. One that stood before the call is not the call's to give up. */
async function stopWaiting(
  { signal }: ToolContext,
  unit: Unit,
  me: Me,
  { wanted, queue }: Wait,
  ticket: WaiterRecord,
): Promise<LockOutcome> {
  if (isStanding(ticket)) return standing(unit, ticket);
  if (signal.aborted || !queue) {
    const last = await withdraw(unit, ticket);
    if (last.granted && signal.aborted) await takeBack(unit, me, ticket.id, ticket.resources);
    return { ...last, waiter: null };
  }
  const last = await leaveStanding(unit, ticket);
  // Its deadline may have passed while the store was away.
  return last.lost ? acquire(unit, me, wanted, 'standing') : last;
}

/** When the first lock in the way ends by time, in `elapsed()` of this process; `now` is the store's time of the look. */
function soonestEnd(context: ToolContext, outcome: LockOutcome, now: number): number {
  const left = outcome.blockers.flatMap(({ lock }) => (lock === null ? [] : [lock.expiresAt - now]));
  return context.caller.world.clock.elapsed() + Math.min(...left, Number.MAX_SAFE_INTEGER);
}

/** A cheap look at what ends without a hint and without a time. No store is asked. */
function somebodyDied(context: ToolContext, outcome: LockOutcome): boolean {
  const { processes } = context.caller.world;
  return outcome.blockers.some(
    ({ session }) => session.process !== null && processes.liveness(session.process) === 'dead',
  );
}

function holders(outcome: LockOutcome): string {
  return [...new Set(outcome.blockers.map(blocker => blocker.session.handle))].join(', ');
}
