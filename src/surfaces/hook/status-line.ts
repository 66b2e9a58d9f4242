/** The status line of a client's terminal: who its session is here, what it holds, what waits for it, who else is here. */
import { locksInForce } from '../../core/blocking.ts';
import { unreadCount } from '../../core/inbox.ts';
import { lookAround } from '../../core/presence.ts';
import type { Participant } from '../../tools/participant.ts';

/** What `signalbox statusline` asks for in place of an event. */
export const statusLineEvent = 'StatusLine';

/** One line, of counts and our own handle only; empty where the session has not joined or has ended. Changes nothing. */
export async function statusLine(caller: Participant | undefined): Promise<string> {
  const standing = await caller?.observe(async (view, me) => {
    const [{ locks }, unread, { live }] = await Promise.all([
      locksInForce(view, null, me),
      unreadCount(view.tx, me),
      lookAround(view),
    ]);
    const others = live.filter(session => session.id !== me.id && session.parentSession === null);
    return { handle: me.handle, locks: locks.length, unread, others: others.length };
  });
  if (!standing) return '';
  const { handle, locks, unread, others } = standing;
  return [
    handle,
    ...(locks > 0 ? [locks === 1 ? '1 lock' : `${locks} locks`] : []),
    ...(unread > 0 ? [`${unread} unread`] : []),
    ...(others > 0 ? [others === 1 ? '1 other here' : `${others} others here`] : []),
  ].join(' · ');
}
