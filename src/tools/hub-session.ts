/** Opening a session over a hub. */
import type { Principal } from '../core/account.ts';
import { leaseHolds } from '../core/lease.ts';
import { limits } from '../core/limits.ts';
import type { SessionRecord } from '../core/records.ts';
import { end, join, shortId, update } from '../core/session.ts';
import type { Unit, View } from '../core/unit.ts';
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
  world: World,
  project: string,
  principal: Principal['id'],
  arrival: HubArrival,
): Promise<SessionRecord> {
  const drawn = world.ids.next();
  return world.store.transact(project, tx => openIn(unitOf(world, tx), world.policy, principal, arrival, drawn));
}

/** The same in a unit of work that does more than that. `drawn` is the id that a newcomer has, however often the work runs. */
export async function openIn(
  unit: Unit,
  policy: World['policy'],
  principal: Principal['id'],
  { conversation, handle, client, task, branch }: HubArrival,
  drawn: string,
): Promise<SessionRecord> {
  const clientSession = conversation === null ? null : conversationKey(principal, conversation);
  const living = clientSession === null ? undefined : await inConversation(unit, clientSession, principal);
  if (living) return living;
  const absent = { clientVersion: null, process: null, parent: null };
  const place = { host: '', root: '', anchor: '', branch, reach: 'calls' } as const;
  const hub = { principal, leaseMs: limits.hubIdleMs };
  const arrival = { ...absent, ...place, kind: 'agent', handle, client, clientSession, hub } as const;
  const session = await join(unit, arrival, null, policy, drawn);
  return task === null ? session : update(unit, session, { task });
}

/** By what a conversation is known in a session's record. Of another principal the same words are another one. */
export function conversationKey(principal: Principal['id'], conversation: string): string {
  return shortId(`${principal}/${conversation}`);
}

export function unitOf({ ids, processes }: World, tx: Unit['tx']): Unit {
  return { tx, ids, processes };
}

async function inConversation(view: View, conversation: string, principal: string): Promise<SessionRecord | undefined> {
  const page = { limit: limits.sessionsOfProcess };
  const known = await view.tx.list('session', 'clientSession', { equals: conversation }, page);
  return known.find(session => session.hub?.principal === principal && leaseHolds(view, session));
}

/** Ends a session of the principal; nothing for one that is over or another's. The id of the one that there was. */
export function closeSession(
  world: World,
  project: string,
  principal: Principal['id'],
  conversation: string,
): Promise<SessionRecord['id'] | null> {
  return world.store.transact(project, async tx => {
    const unit = unitOf(world, tx);
    const living = await inConversation(unit, conversationKey(principal, conversation), principal);
    if (living) await end(unit, living.id, 'left');
    return living?.id ?? null;
  });
}
