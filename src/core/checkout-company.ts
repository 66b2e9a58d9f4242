/** Who is concerned by what happens to a checkout. */
import { locksOf } from './blocking.ts';
import type { Here } from './edit.ts';
import { isEdit } from './edit-lock.ts';
import { limits } from './limits.ts';
import { inOrder, type SessionRecord } from './records.ts';
import type { View } from './unit.ts';

/**
 * Those of the others who stand in a checkout, or work in it from elsewhere: a session that has made a worktree for itself may stand
 * where its client was started. `isAt` tells which checkouts are meant, by host and root.
 */
export async function companyIn(view: View, others: readonly SessionRecord[], isAt: IsAt): Promise<SessionRecord[]> {
  const found = await Promise.all(others.map(session => isAt(session) || worksAt(view, session, isAt)));
  return others.filter((_, at) => found[at]);
}

export type IsAt = (place: Here) => boolean;

/** Whether a session has locks of edits there, or changes that it has not committed. */
async function worksAt({ tx }: View, session: SessionRecord, isAt: IsAt): Promise<boolean> {
  const seats = (await locksOf(tx, session.id)).filter(lock => isEdit(lock) && lock.expiresAt > tx.now);
  if (seats.some(({ checkout }) => isAt(placeOf(checkout)))) return true;
  const page = { limit: limits.visitorEditsExamined, reverse: true };
  const edits = (await tx.list('edit', 'session', { prefix: inOrder(session.id) }, page)).filter(isAt);
  const newest = new Map(edits.reverse().map(edit => [`${edit.root}\0${edit.path}`, edit]));
  return [...newest.values()].some(({ source, change }) => source !== 'commit' && change !== 'reverted');
}

/** The checkout that a lock of an edit names. */
function placeOf(seat: string | null): Here {
  const end = seat?.search(/:(?=[\\/]|[A-Za-z]:)/) ?? -1;
  return seat === null || end < 0 ? { host: '', root: '' } : { host: seat.slice(0, end), root: seat.slice(end + 1) };
}
