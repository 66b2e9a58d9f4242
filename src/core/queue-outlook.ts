/** What a process has to watch for while its session stands in line and nobody waits for an answer. */
import { asCandidate, isStanding, placesOf } from './blocking.ts';
import { childrenOf } from './lease.ts';
import { limits } from './limits.ts';
import { isFree, obstacles } from './obstacles.ts';
import type { Ask, ProcessIdentity, Reader } from './ports.ts';
import type { WaiterRecord } from './records.ts';
import type { View } from './unit.ts';

export interface Outlook {
  /** Those whose sudden end would move the line, which no hint tells. */
  readonly processes: readonly ProcessIdentity[];
  /** How long until the first lock or place in the way ends by time. */
  readonly soonestEndInMs: number;
  /** Whether something can be passed on at this moment. */
  readonly isDue: boolean;
}

/** The read that `hasStandingPlaces` and `outlook` begin with. */
export function placesAsk(session: string): Ask {
  return {
    kind: 'waiter',
    index: 'session',
    range: { equals: session },
    page: { limit: limits.waitersPerProject },
  };
}

/** The standing places of a session, and of its sub-agents, for whom nobody else watches. */
async function standingOf(tx: Reader, session: string): Promise<WaiterRecord[]> {
  const sessions = [session, ...(await childrenOf(tx, session)).map(child => child.id)];
  const places = await Promise.all(sessions.map(id => placesOf(tx, id)));
  return places.flat().filter(isStanding);
}

/** Whether somebody has to watch for the session. */
export async function hasStandingPlaces(tx: Reader, session: string): Promise<boolean> {
  return (await standingOf(tx, session)).length > 0;
}

/**
 * What the session's standing places wait for, followed through the places ahead of them: one of those may wait for something
 * else, watched by nobody. Null when the session stands nowhere.
 */
export async function outlook(view: View, session: string): Promise<Outlook | null> {
  const open = await standingOf(view.tx, session);
  if (open.length === 0) return null;
  const seen = new Set(open.map(place => place.id));
  const looks: Outlook[] = [];
  for (let place = open.shift(); place; place = open.shift()) {
    const { look, ahead } = await outlookOf(view, place);
    looks.push(look);
    const unseen = ahead.filter(other => !seen.has(other.id));
    for (const other of unseen) seen.add(other.id);
    open.push(...unseen);
  }
  return {
    processes: looks.flatMap(look => look.processes),
    soonestEndInMs: Math.min(...looks.map(look => look.soonestEndInMs)),
    isDue: looks.some(look => look.isDue),
  };
}

async function outlookOf(view: View, place: WaiterRecord): Promise<{ look: Outlook; ahead: WaiterRecord[] }> {
  const { now } = view.tx;
  const found = await obstacles(view, asCandidate(place, now));
  const { blockers, stale } = found;
  const ahead = blockers.flatMap(({ waiter }) => (waiter ? [waiter] : []));
  const ends = blockers.map(({ lock, waiter }) => lock?.expiresAt ?? waiter?.deadlineAt ?? now);
  const look = {
    processes: [...blockers.map(({ session }) => session.process), ...ahead.map(waiter => waiter.process)].filter(
      process => process !== null,
    ),
    soonestEndInMs: Math.min(place.deadlineAt, ...ends) - now,
    isDue: stale.length > 0 || isFree(found) || place.deadlineAt <= now,
  };
  return { look, ahead };
}
