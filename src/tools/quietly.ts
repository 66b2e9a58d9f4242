/** What is noted of a session without being an activity of it, which would renew its locks and show it as awake. */
import type { SessionRecord } from '../core/records.ts';
import type { Unit } from '../core/unit.ts';
import type { Participant } from './participant.ts';

/** One unit of work about a session; undefined when it has ended. */
export async function quietly<T>(
  caller: Pick<Participant, 'place' | 'world'>,
  id: string,
  work: (unit: Unit, me: SessionRecord) => Promise<T>,
): Promise<T | undefined> {
  const { project } = await caller.place();
  const { store, ids, processes } = caller.world;
  return store.transact(project, async tx => {
    const me = await tx.get('session', id);
    return me === undefined || me.endedAt !== null ? undefined : work({ tx, ids, processes }, me);
  });
}

/** The session that the caller is; undefined when it has ended, or never joined. */
export function idOf(caller: Participant): Promise<string | undefined> {
  return caller.observe(async (_view, me) => me.id);
}
