/** Has what is too old deleted in units of work that happen anyway, now and then; no timer of anybody does it. */
import { limits } from '../core/limits.ts';
import type { Store } from '../core/ports.ts';
import type { Participant } from './participant.ts';

/** When this process last had it done, by store and project, in `elapsed()` of its clock. */
const lastDone = new WeakMap<Store, Map<string, number>>();

/** Whether the unit that comes next is to `prune`: one a minute in each process and project. Asking takes the turn. */
export async function isPruneDue(caller: Participant): Promise<boolean> {
  const { store, clock } = caller.world;
  const { project } = await caller.place();
  const known = lastDone.get(store) ?? new Map<string, number>();
  lastDone.set(store, known);
  const last = known.get(project);
  if (last !== undefined && clock.elapsed() - last < limits.pruneEveryMs) return false;
  known.set(project, clock.elapsed());
  return true;
}
