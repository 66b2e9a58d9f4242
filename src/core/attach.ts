/**
 * Which session an event of a client belongs to. A client's process and its conversation tell it; a conversation's id changes
 * while the session stays (a cleared context), and stays or changes where the session is another (a resume, a fork).
 */
import { placesOf } from './blocking.ts';
import { childrenOf, hangFrom, leaseHolds, leaveMailTo, processGone } from './lease.ts';
import { limits } from './limits.ts';
import type { Policy } from './policy.ts';
import { type ProcessIdentity, processKey } from './process.ts';
import type { SessionRecord } from './records.ts';
import {
  type Arrival,
  end,
  inConversation,
  isProcess,
  isUnserved,
  join,
  knowsConversation,
  shortId,
} from './session.ts';
import type { Unit, View } from './unit.ts';

/** How a conversation began, as clients tell it; null for whatever happens in one that goes on. */
export type ConversationStart = 'startup' | 'resume' | 'clear' | 'compact' | 'fork' | null;

/** `succession`: the first that is heard of a conversation where a client stops a server with it, though its session goes on. */
export type Beginning = ConversationStart | 'succession';

export interface Attached {
  readonly session: SessionRecord;
  /** Another living session that has the same conversation open in another process of the client. */
  readonly twin: SessionRecord | null;
}

/** What is known of an event beside who it comes from. */
interface Occasion {
  readonly arrival: Arrival;
  readonly current: string | null;
  readonly start: Beginning;
  readonly isOnly: boolean;
}

/**
 * The session of an event, joined, brought back or moved on to the conversation the event names. `current` is the session that
 * the calling process serves; null for a command, which looks for the living one of the client's process. With
 * `isOnlyConversation` a client process has one conversation at a time, so one that is not known is the next one of its session.
 * A session that its client left for another conversation ends, keeps its mail, and comes back with its conversation. Repeated
 * because the answer was lost, it changes nothing more. With a policy, what is too old by it is deleted when somebody joins.
 */
export async function attach(
  unit: Unit,
  from: Arrival,
  current: string | null,
  start: Beginning,
  isOnlyConversation: boolean,
  policy: Policy | null = null,
): Promise<Attached> {
  const arrival = from.clientSession === null ? from : { ...from, clientSession: shortId(from.clientSession) };
  const occasion: Occasion = { arrival, current, start, isOnly: isOnlyConversation };
  const known = await currentSession(unit, occasion);
  const session =
    known === undefined ? await arrived(unit, occasion, policy) : await movedOn(unit, known, occasion, policy);
  return { session: await takenOver(unit, session, occasion), twin: await twinOf(unit, session) };
}

/**
 * The server that calls is the session's from now on, and its process the lease, if nobody served it, or the other one of the two
 * that served it died; or if the client runs a server for each conversation and this one's is the conversation: the other is
 * that of one before, which it ends in its time.
 */
async function takenOver(unit: Unit, session: SessionRecord, { arrival, isOnly }: Occasion): Promise<SessionRecord> {
  if (arrival.server) return servedBy(unit, session, arrival);
  if (!isServer(arrival) || isProcess(session.process, arrival.process)) return session;
  const isMeant = !isOnly && arrival.clientSession !== null && arrival.clientSession === session.clientSession;
  if (!isUnserved(session) && !isMeant && leaseHolds(unit, session)) return session;
  const { process, host, clientVersion, reach } = arrival;
  return hangFrom(unit, session, {
    process,
    host,
    clientVersion: clientVersion ?? session.clientVersion,
    reach: reach === 'calls' ? session.reach : reach,
  });
}

/** The server of a session that outlives it. */
function servedBy(
  { tx }: Unit,
  session: SessionRecord,
  { server = null, clientVersion, reach }: Arrival,
): SessionRecord {
  if (isProcess(session.server, server)) return session;
  const served: SessionRecord = {
    ...session,
    server,
    clientVersion: clientVersion ?? session.clientVersion,
    reach: reach === 'calls' ? session.reach : reach,
  };
  tx.put('session', served);
  return served;
}

function isServer({ process, parent }: Arrival): boolean {
  return process !== null && !isProcess(process, parent);
}

async function currentSession(view: View, { arrival, current, start, isOnly }: Occasion) {
  if (current !== null) {
    const served = await view.tx.get('session', current);
    return served?.endedAt === null ? served : undefined;
  }
  const all = await livingOf(view, arrival.client, arrival.parent);
  const { clientSession } = arrival;
  const named = all.find(session => clientSession !== null && session.clientSession === clientSession);
  const before = named ?? all.find(session => clientSession !== null && knowsConversation(session, clientSession));
  // A client that has us twice runs two servers: they share its session.
  if (before || isOnly) return before ?? all[0];
  const here = all.filter(session => session.root === arrival.root && mayGoOn(view, session, arrival, start));
  if (start === 'succession') return here[0];
  // Where several conversations share a process, the one before is known only while it is the single one of its folder.
  return here.length === 1 ? here[0] : undefined;
}

/** Whether a session may be the one that goes on in a conversation nobody knows, as far as it itself tells. */
function mayGoOn(view: View, session: SessionRecord, arrival: Arrival, start: Beginning): boolean {
  const isFree = !isServer(arrival) || isUnserved(session) || isProcess(session.process, arrival.process);
  if (arrival.clientSession === null) return isFree;
  return start === 'clear' || (start === 'succession' && isUnserved(session) && !isServed(view, session));
}

/** Whether a session that outlives its servers has a living one: then it is open in the client, beside what begins now. */
function isServed({ processes }: View, { server }: SessionRecord): boolean {
  return server !== null && processes.liveness(server) !== 'dead';
}

/** The living sessions of a client's process, the one that did something last first; no sub-agents. */
export async function livingOf(
  view: View,
  client: string | null,
  parent: ProcessIdentity | null,
): Promise<SessionRecord[]> {
  const sessions = parent === null ? [] : await ofProcess(view, client, parent);
  return sessions.filter(session => leaseHolds(view, session));
}

async function ofProcess({ tx }: View, client: string | null, parent: ProcessIdentity): Promise<SessionRecord[]> {
  const page = { limit: limits.sessionsOfProcess };
  const sessions = await tx.list('session', 'parent', { equals: processKey(parent) }, page);
  return sessions
    .filter(session => session.client === client && session.parentSession === null)
    .sort((a, b) => b.lastSeenAt - a.lastSeenAt);
}

/** The sessions of a client that are, or were, in a conversation; no sub-agents. */
async function inIt({ tx }: View, client: string | null, conversation: string): Promise<SessionRecord[]> {
  const page = { limit: limits.handlesWithOneName };
  const sessions = await tx.list('session', 'clientSession', { equals: conversation }, page);
  return sessions.filter(session => session.client === client && session.parentSession === null);
}

/** Why a session ended whose client went on with another conversation: it waits for its own to come back. */
export const turnedAway = 'its client turned to another conversation';

/** Joins, or comes back. What a resume names may be the conversation that a fork begins with, until its first prompt. */
async function arrived(unit: Unit, occasion: Occasion, policy: Policy | null): Promise<SessionRecord> {
  const { arrival, start, current } = occasion;
  const { tx } = unit;
  const before = await predecessor(unit, occasion);
  const isForgotten = current !== null && (await tx.get('session', current)) === undefined;
  const came = await join(unit, arrival, before?.id ?? (isForgotten ? current : null), policy);
  // What a client says of its conversation goes before what is known: only a server may still name one of before.
  const isTold = start !== null && arrival.clientSession !== null && arrival.clientSession !== came.clientSession;
  const session = isTold ? { ...came, ...inConversation(came, arrival.clientSession as string) } : came;
  const isNext = before !== undefined && session.clientSession !== before.clientSession;
  const arrivedBy = wayOf(start, session.startedAt < tx.now);
  if (session === came && arrivedBy === null && !isNext) return session;
  const noted = { ...(isNext ? withoutTask(session) : session), arrivedBy };
  tx.put('session', noted);
  return noted;
}

/** How a session came into its conversation, for as long as its first prompt has not confirmed that. */
function wayOf(start: Beginning, isBack: boolean): SessionRecord['arrivedBy'] {
  if (start === 'resume') return isBack ? 'return' : 'resume';
  return start === 'fork' ? 'fork' : null;
}

/** Without the task that it was given in the conversation before; one that it named itself stays. */
function withoutTask(session: SessionRecord): SessionRecord {
  return session.taskFrom === 'prompt' ? { ...session, task: null, taskFrom: null } : session;
}

/**
 * The session that has ended and goes on with what begins now: the one that the calling process served, whoever ended it; and
 * where a conversation begins that nobody knows, the last one of this very process of the client, because some clients end a session and its
 * server before they begin the next conversation with a cleared context. Undefined when it is a session of its own.
 */
async function predecessor(unit: Unit, { arrival, current, start, isOnly }: Occasion) {
  const { tx } = unit;
  const { clientSession, parent, client, root } = arrival;
  const served = current === null ? undefined : await tx.get('session', current);
  if (served && (await goesOnWith(unit, served, arrival, start))) return served;
  if (clientSession === null || parent === null || start === 'fork' || start === 'resume') return undefined;
  // Of a client with several conversations the next one is mostly another one.
  if (!isOnly && start !== 'clear' && start !== 'succession') return undefined;
  if ((await inIt(unit, client, clientSession)).length > 0) return undefined;
  const [last] = (await ofProcess(unit, client, parent)).filter(session => session.root === root);
  if (!last || leaseHolds(unit, last)) return undefined;
  // Its server died, and nobody has noticed yet.
  if (last.endedAt === null) await end(unit, last.id, processGone);
  const reason = last.endReason ?? processGone;
  return reason === turnedAway || (start === 'succession' && !isOnly && reason !== processGone) ? undefined : last;
}

async function goesOnWith(unit: Unit, served: SessionRecord, arrival: Arrival, start: Beginning) {
  if (served.endReason === turnedAway || meaningOf(served, arrival.clientSession, start) === 'other') return false;
  return !(await isAnothers(unit, served, arrival, start));
}

async function movedOn(
  unit: Unit,
  session: SessionRecord,
  occasion: Occasion,
  policy: Policy | null,
): Promise<SessionRecord> {
  const { arrival, start } = occasion;
  const { clientSession } = arrival;
  const meaning = meaningOf(session, clientSession, start);
  if (clientSession === null || meaning === 'same') return session;
  const isFree = meaning !== 'other' && !(await isAnothers(unit, session, arrival, start));
  if (isFree && meaning === 'instead') return renamed(unit, session, clientSession);
  if (isFree) {
    const isOver = start === 'clear' || start === 'succession';
    const moved = { ...(isOver ? withoutTask(session) : session), ...inConversation(session, clientSession) };
    unit.tx.put('session', moved);
    // The server that it had ends with the conversation before: until the next one calls, its client's life is its lease.
    const { process, host } = arrival;
    const isServerOver = !occasion.isOnly && session.clientSession !== null && !isServer(arrival);
    return isServerOver ? hangFrom(unit, moved, { process, host }) : moved;
  }
  const children = await orphaned(unit, session);
  await end(unit, session.id, turnedAway);
  const isUnknown = (await inIt(unit, arrival.client, clientSession)).length === 0;
  const isFork = isUnknown && session.arrivedBy === 'return' && start === null;
  const other = await arrived(unit, isFork ? { ...occasion, start: 'fork' } : occasion, policy);
  // Of one that was in no conversation nobody will ever come back for its mail.
  if (session.clientSession === null) await leaveMailTo(unit, session, other.id);
  for (const child of children) unit.tx.put('session', { ...child, parentSession: other.id });
  return other;
}

/** Its sub-agents, taken from it: they work on in the background while their client turns to another conversation, and hold what they hold. */
async function orphaned({ tx }: Unit, session: SessionRecord): Promise<SessionRecord[]> {
  const children = (await childrenOf(tx, session.id)).filter(child => child.endedAt === null);
  for (const child of children) tx.put('session', { ...child, parentSession: `${session.id}*` });
  return children;
}

/** A fork told as a resume, of a conversation that is another session's: it was never in that one. */
function renamed({ tx }: Unit, session: SessionRecord, clientSession: string): SessionRecord {
  const fork: SessionRecord = { ...session, clientSession, arrivedBy: 'fork' };
  tx.put('session', fork);
  return fork;
}

/** What a conversation means for a session: the one it is in, the next one of the same session, or that of another session. */
export function meaningOf(
  session: SessionRecord,
  conversation: string | null,
  start: Beginning,
): 'same' | 'next' | 'instead' | 'other' {
  if (conversation === null || conversation === session.clientSession) return 'same';
  if (session.clientSession === null) return 'next';
  // An event of the conversation before, told late; or a return to it on purpose.
  if (session.pastConversations.includes(conversation)) return start === 'resume' ? 'next' : 'same';
  if (start === 'fork' || start === 'resume') return 'other';
  if (start !== null || session.arrivedBy === null || session.arrivedBy === 'fork') return 'next';
  return session.arrivedBy === 'return' ? 'other' : 'instead';
}

/**
 * Whether another session is known to be in the conversation: then this one does not move on to it, whatever the client told
 * of how it came there. One that has not been in any stays what it is as soon as it holds or announced something.
 */
async function isAnothers(
  view: View,
  session: SessionRecord,
  { client, clientSession }: Arrival,
  start: Beginning,
): Promise<boolean> {
  const isNew = start === 'clear' || start === 'succession';
  if (clientSession === null || isNew || knowsConversation(session, clientSession)) return false;
  const others = (await inIt(view, client, clientSession)).filter(other => other.id !== session.id);
  if (others.length === 0) return false;
  if (session.clientSession !== null) return true;
  return others.every(other => !leaseHolds(view, other)) && isBlank(view, session);
}

async function isBlank({ tx }: View, { id }: SessionRecord): Promise<boolean> {
  const [locks, places, intents] = await Promise.all([
    tx.count('lock', 'holder', { equals: id }),
    placesOf(tx, id),
    tx.count('intent', 'session', { equals: id }),
  ]);
  return locks + places.length + intents === 0;
}

async function twinOf(view: View, { id, client, clientSession }: SessionRecord): Promise<SessionRecord | null> {
  if (clientSession === null) return null;
  const others = (await inIt(view, client, clientSession)).filter(other => other.id !== id);
  return others.find(other => other.clientSession === clientSession && leaseHolds(view, other)) ?? null;
}
