/** What the overview of a project shows of its store. */
import { locksInForce, queueInForce } from '../../core/blocking.ts';
import { unreadCount } from '../../core/inbox.ts';
import { openIntents } from '../../core/intent.ts';
import { limits } from '../../core/limits.ts';
import { lookAround } from '../../core/presence.ts';
import type { SessionRecord } from '../../core/records.ts';
import { ringStates } from '../../core/ring-state.ts';
import { instant } from '../../core/text.ts';
import type { View } from '../../core/unit.ts';
import { shownIntent, shownPlace } from '../../tools/shown.ts';
import type { Facts, StatusSession } from './status-view.ts';

/** `mine` is the id of whoever asks; what waits for one that is not there is nothing. */
export async function factsOf(view: View, mine: string): Promise<Facts> {
  const [{ live }, { locks }, waiting, { intents }, me] = await Promise.all([
    lookAround(view),
    locksInForce(view, null, null),
    queueInForce(view, null, null),
    openIntents(view, {}),
    view.tx.get('session', mine),
  ]);
  return {
    you: me?.handle ?? mine,
    unread: me ? await unreadCount(view.tx, me) : 0,
    sessions: await Promise.all(live.map(session => shownSession(view, session))),
    locks: locks.map(({ lock, holder }) => ({
      resource: lock.name,
      holder: holder.handle,
      mode: lock.mode,
      ...(lock.reason ? { reason: lock.reason } : {}),
      since: instant(lock.since),
      expiresAt: instant(lock.expiresAt),
    })),
    waiting: waiting.map(shownPlace),
    intents: intents.map(shownIntent),
  };
}

async function shownSession(view: View, session: SessionRecord): Promise<StatusSession> {
  const [locks, unread] = await Promise.all([
    view.tx.count('lock', 'holder', { equals: session.id }),
    unreadCount(view.tx, session),
  ]);
  return {
    id: session.id,
    handle: session.handle,
    state: view.tx.now - session.lastSeenAt < limits.idleAfterMs ? 'active' : 'idle',
    ...(session.task ? { task: session.task } : {}),
    ...(session.status ? { status: session.status } : {}),
    ...(session.group ? { group: session.group } : {}),
    ...(session.branch ? { branch: session.branch } : {}),
    host: session.host,
    root: session.root,
    ...(session.client ? { client: session.client } : {}),
    reach: session.reach,
    guard: ringStates(session),
    locks,
    unread,
    lastSeenAt: instant(session.lastSeenAt),
  };
}
