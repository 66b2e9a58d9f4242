/** Whom a caller of another vocabulary means by a name: a session by the name it has there, or anybody by handle. */
import { SignalboxError } from './errors.ts';
import { leaseHolds } from './lease.ts';
import { limits } from './limits.ts';
import { foreignSession, personaOf } from './persona.ts';
import { find } from './presence.ts';
import type { SessionRecord } from './records.ts';
import type { View } from './unit.ts';

/** The living session of that name, else of that handle. Errors: `not_found` for nobody, also for one that has ended. */
export async function namedSession(view: View, issuer: string, name: string): Promise<SessionRecord> {
  const bearer = await foreignSession(view, issuer, name);
  // One that came back from a crash does not answer to its former name before it has said so.
  const isSaid = bearer === undefined || (personaOf(bearer, issuer)?.isRegistered ?? true);
  const named = isSaid ? (bearer ?? (await find(view.tx, name))) : undefined;
  if (named && leaseHolds(view, named)) return named;
  throw unknownSession(name);
}

export function unknownSession(name: string): SignalboxError {
  return new SignalboxError(
    'not_found',
    `There is no living session "${name.slice(0, limits.handleCharacters)}".`,
    'session_list shows who is here; a session that has ended registers anew with session_register.',
  );
}
