/** Whose a session is, and what its name comes to for others: over a hub a name with its mail belongs to the token that last had it. */
import type { SessionRecord } from './records.ts';

type Owned = Pick<SessionRecord, 'hub'>;

/** Of the token that opened it over a hub; null for one of a process that has the store at hand. */
export function ownerOf({ hub }: Owned): string | null {
  return hub?.principal ?? null;
}

/** Whether somebody else's session, for one that came by a hub. Who can open the store itself needs no rule. */
export function belongsToAnother(me: Owned, session: Owned): boolean {
  return me.hub !== null && ownerOf(session) !== ownerOf(me);
}
