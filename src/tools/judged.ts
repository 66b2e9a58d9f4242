/** How every ring judges: the session's activity and that the ring asked are noted, and a refusal becomes what the model is told. */
import type { Ring } from '../core/guard-record.ts';
import { limits } from '../core/limits.ts';
import type { Worktrees } from '../core/ports.ts';
import { heard, isNewlyHeard, type Refusal, refuse } from '../core/refusal.ts';
import type { Said } from '../core/refusal-text.ts';
import { touch } from '../core/session.ts';
import { attemptOf, type ToolAction } from '../core/tool-action.ts';
import type { Unit, View } from '../core/unit.ts';
import type { Me, Participant } from './participant.ts';

export interface Asked {
  readonly ring: Ring;
  readonly action: ToolAction | null;
  readonly call: string | null;
  readonly branch: string | null;
}

/** What is checked out now, by root. */
export async function branchesOf(
  worktrees: Pick<Worktrees, 'branch'>,
  roots: readonly string[],
): Promise<ReadonlyMap<string, string | null>> {
  const known = [...new Set(roots)].map(async root => [root, await worktrees.branch(root)] as const);
  return new Map(await Promise.all(known));
}

/** What is checked out where the caller stands. */
export async function branchOf(caller: Participant): Promise<string | null> {
  return caller.world.worktrees.branch((await caller.place()).root);
}

/** Whether the session's last sign of activity is recent enough to stand. */
export function isTouched({ tx }: View, me: Me): boolean {
  return tx.now - me.lastSeenAt < limits.touchEveryMs;
}

/** Notes that a ring asked, has the rule judge, and turns what it refuses into what the model is told. */
export async function judged(
  unit: Unit,
  session: Me,
  { ring, action, call, branch }: Asked,
  rule: (me: Me) => Promise<Said | null>,
): Promise<string | null> {
  const { tx } = unit;
  const me = isTouched(unit, session) ? session : await touch(unit, session, branch);
  const met = isNewlyHeard(me, ring, tx.now) ? { ...me, guard: { ...me.guard, rings: heard(me, ring, tx.now) } } : me;
  if (met !== me) tx.put('session', met);
  const said = await rule(met);
  if (said === null) return null;
  // The rule may have noted something at the session itself.
  const current = (await tx.get('session', me.id)) ?? met;
  const refusal: Refusal = { ...said, ring, what: attemptOf(action) ?? ring };
  return refuse(unit, current, refusal, call);
}
