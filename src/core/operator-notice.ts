/** Telling the person at a shell what no session may keep from it. */
import { operatorHandle } from './handles.ts';
import { notify } from './notice.ts';
import { operator } from './presence.ts';
import type { Unit } from './unit.ts';

/** Stores a notice for the person, also for one who has never been here: `signalbox status` shows that it waits. */
export async function tellOperator(unit: Unit, body: string): Promise<void> {
  // That it is told something is no sign of life of it.
  if ((await unit.tx.get('session', operatorHandle)) === undefined) await operator(unit);
  notify(unit, [operatorHandle], body);
}
