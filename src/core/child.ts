/**
 * Sub-agents. A client runs them inside the process of the session that started them, so each is a session of its own under that
 * session's lease: it has locks of its own against its siblings, and what its parent holds is lent to it. It ends with its work
 * or with its parent, and what it has not read by then goes to the parent. Those that a sub-agent starts are its siblings: no
 * client tells who started whom.
 */

import { leaveEditsTo } from './child-edits.ts';
import { SignalboxError } from './errors.ts';
import { unguarded } from './guard-record.ts';
import { childrenOf, endLease, formerChildrenOf, leaseHolds } from './lease.ts';
import { limits } from './limits.ts';
import { passOn } from './queue.ts';
import type { SessionRecord } from './records.ts';
import { deleteEmpty } from './retention.ts';
import { freeHandle, refuseCrowd, shortId } from './session.ts';
import { cleanText } from './text.ts';
import type { Unit, View } from './unit.ts';

/** A sub-agent as its client names it. */
export interface SubAgent {
  /** The client's id of it, unique in the conversation. */
  readonly id: string;
  /** What kind it is (`Explore`), where told. */
  readonly type: string | null;
}

/**
 * The session of a sub-agent, which joins at its first event or call. Its handle is its parent's with a number. Of one that has
 * ended a late event makes it live again. Beyond `childrenPerSession` living ones the one that was silent longest and holds
 * nothing makes room: not every client tells when one has ended. Errors: `limit_exceeded` when all hold locks.
 */
export async function joinChild(unit: Unit, parentOrSibling: SessionRecord, agent: SubAgent): Promise<SessionRecord> {
  const { tx, ids } = unit;
  const parent = await parentOf(unit, parentOrSibling);
  const living = await childrenOf(tx, parent.id);
  const known = await knownChild(unit, parent, agent);
  if (known && leaseHolds(unit, known)) return known;
  if (living.length >= limits.childrenPerSession) await makeRoom(unit, parent, living);
  if (!known) await refuseCrowd(unit);
  const former = await formerChildren(unit, parent);
  const child: SessionRecord = {
    ...parent,
    ...ownOf(parent, agent, known),
    id: known?.id ?? ids.next(),
    handle: known?.handle ?? (await freeHandle(unit, childHandle(parent.handle, [...living, ...former]))),
    startedAt: known?.startedAt ?? tx.now,
    lastSeenAt: tx.now,
    heartbeatAt: tx.now,
  };
  tx.put('session', child);
  tx.emit({
    type: known ? 'session.returned' : 'session.joined',
    audience: [],
    data: { session: child.id, handle: child.handle },
  });
  const forgotten = former.filter(({ id }) => id !== child.id).slice(limits.formerChildrenKept);
  await deleteEmpty(unit, forgotten.slice(-limits.formerChildrenPruned));
  return child;
}

/** What a sub-agent has of its own; all else is its parent's. */
function ownOf(parent: SessionRecord, agent: SubAgent, known: SessionRecord | undefined) {
  const type =
    agent.type === null ? '' : ` ${cleanText(agent.type).text.replace(/\s+/g, ' ').slice(0, 60).toWellFormed()}`;
  return {
    clientSession: shortId(agent.id),
    pastConversations: [],
    pastHandles: known?.pastHandles ?? [],
    // The client's process has one session by which its shells are known; its sub-agents are found through that.
    parent: null,
    parentSession: parent.id,
    task: known?.task ?? `sub-agent${type} of ${parent.handle}`,
    taskFrom: known?.taskFrom ?? null,
    status: null,
    group: null,
    arrivedBy: null,
    reach: parent.hookedAt === null ? 'calls' : 'hooks',
    restingSince: null,
    nudgedAt: null,
    guard: unguarded,
    personas: known?.personas ?? [],
    endedAt: null,
    endReason: null,
  } as const satisfies Partial<SessionRecord>;
}

async function parentOf({ tx }: View, session: SessionRecord): Promise<SessionRecord> {
  const parent = session.parentSession === null ? undefined : await tx.get('session', session.parentSession);
  return parent ?? session;
}

async function knownChild({ tx }: View, parent: SessionRecord, agent: SubAgent): Promise<SessionRecord | undefined> {
  const page = { limit: limits.handlesWithOneName };
  const same = await tx.list('session', 'clientSession', { equals: shortId(agent.id) }, page);
  return same.find(session => session.parentSession === parent.id);
}

/** Those that have ended and are remembered, the last one first; some more than are kept. */
function formerChildren({ tx }: View, parent: SessionRecord): Promise<SessionRecord[]> {
  return formerChildrenOf(tx, parent.id, limits.formerChildrenKept + limits.formerChildrenPruned);
}

async function makeRoom(unit: Unit, parent: SessionRecord, living: readonly SessionRecord[]): Promise<void> {
  const silent = living.toSorted((a, b) => a.lastSeenAt - b.lastSeenAt);
  for (const child of silent) {
    if ((await unit.tx.count('lock', 'holder', { equals: child.id })) > 0) continue;
    await endLease(unit, child, 'it made room for another');
    await passOn(unit);
    return;
  }
  throw new SignalboxError(
    'limit_exceeded',
    `${parent.handle} has ${limits.childrenPerSession} sub-agents that hold locks, which is the limit.`,
    'Wait until some have ended.',
  );
}

/** A number that none of them has had: the last one is always among those that are remembered. */
function childHandle(parent: string, others: readonly SessionRecord[]): string {
  const numbers = others.map(({ handle }) => Number(/\.(\d{1,6})$/.exec(handle)?.[1] ?? 0));
  const suffix = `.${Math.max(0, ...numbers) + 1}`;
  return `${parent.slice(0, limits.handleCharacters - suffix.length)}${suffix}`;
}

/**
 * Ends a sub-agent: what it has not read and the locks of its edits go to its parent, its other locks pass on. Nothing happens for one
 * that is not known.
 */
export async function endChild(unit: Unit, parent: SessionRecord, agent: SubAgent): Promise<void> {
  const owner = await parentOf(unit, parent);
  const child = await knownChild(unit, owner, agent);
  if (!child || child.endedAt !== null) return;
  if (owner.endedAt === null) await leaveEditsTo(unit, child, owner);
  await endLease(unit, child, 'its work is done');
  await passOn(unit);
}
