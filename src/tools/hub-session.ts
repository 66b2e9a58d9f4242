/** Opening a session over a hub. */
import type { Principal } from '../core/account.ts';
import { leaseHolds } from '../core/lease.ts';
import { limits } from '../core/limits.ts';
import type { SessionRecord } from '../core/records.ts';
import { end, join, shortId, update } from '../core/session.ts';
import type { View } from '../core/unit.ts';
import type { World } from './world.ts';

export interface HubArrival {
  /** By which the principal's requests are known as one session's; null for one that is known by its id alone. */
  readonly conversation: string | null;
  readonly handle: string | null;
  readonly client: string | null;
  readonly task: string | null;
  readonly branch: string | null;
}

/**
 * Joins a session that has no process here: it lives for `limits.hubIdleMs` after its last request, because its client may go without a
 * word. It belongs to the principal that opened it. Of one conversation there is one: who lives is found again, and who has ended comes
 * back. Errors: those of `join` and `update`; nothing is left behind then.
 */
export function openSession(
  { store, ids, processes, policy }: World,
  project: string,
  principal: Principal['id'],
  { conversation, handle, client, task, branch }: HubArrival,
): Promise<SessionRecord> {
  const drawn = ids.next();
  // Of another principal the same words are another conversation.
  const clientSession = conversation === null ? null : shortId(`${principal}/${conversation}`);
  return store.transact(project, async tx => {
    const unit = { tx, ids, processes };
    const living = clientSession === null ? undefined : await inConversation(unit, clientSession, principal);
    if (living) return living;
    const absent = { clientVersion: null, process: null, parent: null };
    const place = { host: '', root: '', anchor: '', branch, reach: 'calls' } as const;
    const hub = { principal, leaseMs: limits.hubIdleMs };
    const arrival = { ...absent, ...place, kind: 'agent', handle, client, clientSession, hub } as const;
    const session = await join(unit, arrival, null, policy, drawn);
    return task === null ? session : update(unit, session, { task });
  });
}

async function inConversation(view: View, conversation: string, principal: string): Promise<SessionRecord | undefined> {
  const page = { limit: limits.sessionsOfProcess };
  const known = await view.tx.list('session', 'clientSession', { equals: conversation }, page);
  return known.find(session => session.hub?.principal === principal && leaseHolds(view, session));
}

/** Ends a session of the principal; nothing for one that is over or another's. Whether there was one. */
export function closeSession(
  { store, ids, processes }: World,
  project: string,
  principal: Principal['id'],
  conversation: string,
): Promise<boolean> {
  return store.transact(project, async tx => {
    const unit = { tx, ids, processes };
    const living = await inConversation(unit, shortId(`${principal}/${conversation}`), principal);
    if (living) await end(unit, living.id, 'left');
    return living !== undefined;
  });
}
