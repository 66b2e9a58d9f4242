/** Sessions: joining, being found, staying, leaving, coming back. */

import { deliverBroadcasts } from './delivery.ts';
import { SignalboxError } from './errors.ts';
import { unguarded } from './guard-record.ts';
import { chosenHandle, proposeHandle } from './handles.ts';
import { childrenAsk, childrenOf, endLapsed, endLease, hangFrom, leaseHolds, processGone } from './lease.ts';
import { limits } from './limits.ts';
import { heldBy, mindLocks, renewLocks } from './lock-time.ts';
import { isForgotten, tellForgotten } from './lost-store.ts';
import type { Policy } from './policy.ts';
import type { Ask, Reader } from './ports.ts';
import { reap } from './presence.ts';
import { type ProcessIdentity, processKey } from './process.ts';
import { passOn } from './queue.ts';
import { placesAsk } from './queue-outlook.ts';
import type { SessionRecord } from './records.ts';
import { prune } from './retention.ts';
import { cleanLine } from './text.ts';
import type { HubLease } from './token-record.ts';
import type { Unit } from './unit.ts';

const dayMs = 86_400_000;

/** What is known of a session when it joins; `handle` is only a wish. */
export type Arrival = Omit<
  SessionRecord,
  | 'id'
  | 'handle'
  | 'task'
  | 'status'
  | 'group'
  | 'pastHandles'
  | 'startedAt'
  | 'lastSeenAt'
  | 'heartbeatAt'
  | 'endedAt'
  | 'endReason'
  | 'pastConversations'
  | 'arrivedBy'
  | 'parentSession'
  | 'taskFrom'
  | 'restingSince'
  | 'hookedAt'
  | 'nudgedAt'
  | 'guard'
  | 'server'
  | 'personas'
  | 'hub'
> & { readonly handle: string | null; readonly server?: ProcessIdentity | null; readonly hub?: HubLease | null };

/**
 * Lets a session join the project, or come back to the one it was. It comes back (same id, handle and mail) when an ended
 * session carries the same client conversation, or when its server process died under a client process that still runs.
 * Two living processes are always two sessions. A wished handle that is taken is not an error here: it gets a proposed one.
 * `known` is the id this very process had before it was ended (it left, or was taken for dead): then it comes back as that.
 * `drawn` is the id that a newcomer will have. Who joins again because the answer to the first time was lost gives the same one,
 * and is the session that it has become. Who gives that id as `known` too succeeds nobody, whatever is known of its process.
 * With a policy, what is too old by it is deleted on this occasion.
 */
export async function join(
  unit: Unit,
  arrival: Arrival,
  known: string | null,
  policy: Policy | null = null,
  drawn: string = unit.ids.next(),
): Promise<SessionRecord> {
  const { tx } = unit;
  const before = known === drawn ? null : known;
  const itself = await tx.get('session', known ?? drawn);
  const former = itself ?? (known === null ? await formerSession(unit, arrival) : undefined);
  if (!former) await refuseCrowd(unit);
  const session: SessionRecord = {
    ...arrival,
    ...conversationsOf(former, arrival),
    id: former?.id ?? known ?? drawn,
    handle: await handleFor(unit, former, arrival.handle),
    server: arrival.server ?? null,
    hub: arrival.hub ?? null,
    task: former?.task ?? null,
    status: former?.status ?? null,
    group: former?.group ?? null,
    pastHandles: former?.pastHandles ?? [],
    startedAt: former?.startedAt ?? tx.now,
    lastSeenAt: tx.now,
    heartbeatAt: tx.now,
    endedAt: null,
    endReason: null,
    arrivedBy: null,
    parentSession: null,
    taskFrom: former?.taskFrom ?? null,
    restingSince: null,
    hookedAt: former?.hookedAt ?? null,
    nudgedAt: null,
    // Whoever gave it a name says so again: another process may mean another session by it.
    personas: (former?.personas ?? []).map(persona => ({ ...persona, isRegistered: false })),
    guard: isForgotten(itself, before) ? { ...unguarded, isForgotten: true } : unguarded,
  };
  if (former) await hangFrom(unit, session, { process: arrival.process, host: arrival.host });
  else tx.put('session', session);
  tx.emit({
    type: former ? 'session.returned' : 'session.joined',
    audience: [],
    data: { session: session.id, handle: session.handle },
  });
  await deliverBroadcasts(unit, session);
  if (isForgotten(itself, before)) await tellForgotten(unit, session);
  if (policy) await prune(unit, policy);
  return session;
}

/** Whether two are one and the same process. */
export function isProcess(one: ProcessIdentity | null, other: ProcessIdentity | null): boolean {
  return one !== null && other !== null && processKey(one) === processKey(other);
}

/** `limit_exceeded` when the project is full. */
export async function refuseCrowd(unit: Unit): Promise<void> {
  if ((await unit.tx.count('session', 'live', { prefix: '' })) < limits.sessionsPerProject) return;
  if ((await reap(unit)).length < limits.sessionsPerProject) return;
  throw new SignalboxError(
    'limit_exceeded',
    `This project has ${limits.sessionsPerProject} living sessions, which is the limit.`,
    'End some, or give part of them a project of their own with SIGNALBOX_PROJECT.',
  );
}

/** The conversation it is in now, and those before. A server that its client started anew may still name the one it began with. */
function conversationsOf(
  former: SessionRecord | undefined,
  arrival: Arrival,
): Pick<SessionRecord, 'clientSession' | 'pastConversations'> {
  if (former === undefined) return { clientSession: arrival.clientSession, pastConversations: [] };
  const { clientSession, pastConversations } = former;
  const told = arrival.clientSession;
  if (told === null || (isOfClient(former, arrival) && knowsConversation(former, told))) {
    return { clientSession, pastConversations };
  }
  return inConversation(former, told);
}

/** A client's id of a conversation or sub-agent as it is kept: whatever a client tells, it fits into an index. */
export function shortId(id: string): string {
  return id.slice(0, limits.conversationIdCharacters).toWellFormed();
}

/** The same session in another conversation. */
export function inConversation(
  { clientSession, pastConversations }: SessionRecord,
  conversation: string,
): Pick<SessionRecord, 'clientSession' | 'pastConversations'> {
  const before = [...pastConversations, ...(clientSession === null ? [] : [clientSession])];
  const past = [...new Set(before)].filter(id => id !== conversation);
  return { clientSession: conversation, pastConversations: past.slice(-limits.pastConversations) };
}

function isOfClient(session: SessionRecord, arrival: Arrival): boolean {
  return isProcess(session.parent, arrival.parent);
}

/** Whether a conversation is, or was, the session's. */
export function knowsConversation(session: SessionRecord, conversation: string): boolean {
  return session.clientSession === conversation || session.pastConversations.includes(conversation);
}

async function formerSession(unit: Unit, arrival: Arrival): Promise<SessionRecord | undefined> {
  const { tx } = unit;
  const page = { limit: limits.sessionsOfProcess };
  const [sameConversation, sameClient, sameServer] = await Promise.all([
    arrival.clientSession ? tx.list('session', 'clientSession', { equals: arrival.clientSession }, page) : [],
    arrival.parent ? tx.list('session', 'parent', { equals: processKey(arrival.parent) }, page) : [],
    livingIn(tx, arrival),
  ]);
  const candidates = [...sameConversation, ...sameClient, ...sameServer].filter(
    candidate => candidate.client === arrival.client && candidate.parentSession === null,
  );
  const { ended: lapsed } = await endLapsed(unit, candidates);
  if (lapsed > 0) await passOn(unit);
  const records = await Promise.all([...new Set(candidates.map(c => c.id))].map(id => tx.get('session', id)));
  const found = records.filter(record => record !== undefined);
  const unserved = unservedSession(found, arrival);
  if (unserved) return unserved;
  const same = found.filter(record =>
    arrival.clientSession === null ? record.clientSession === null : knowsConversation(record, arrival.clientSession),
  );
  // It came back as that one already, and the answer was lost: nobody else lives in this very process.
  const itself = same.find(record => record.endedAt === null && isProcess(record.process, arrival.process));
  if (itself) return itself;
  const { clientSession } = arrival;
  // Of a session and its fork both may know it: it is the one's that is in it still.
  const ended = same
    .filter(record => record.endedAt !== null)
    .sort((a, b) => isIn(b, clientSession) - isIn(a, clientSession) || b.lastSeenAt - a.lastSeenAt);
  if (arrival.clientSession !== null) return ended[0];
  // Without a conversation id only a crash proves that it is the same one: a server that was told to stop was stopped on purpose.
  // One client process may run several conversations: only the one in this very folder can be meant.
  return ended.find(
    record => record.endReason === processGone && record.root === arrival.root && record.host === arrival.host,
  );
}

/**
 * Those of this very process behind a hub, to which it comes back over another connection. Its client finds them, where that is known: the
 * first process of a container has none.
 */
async function livingIn(tx: Reader, { hub, parent, process }: Arrival): Promise<SessionRecord[]> {
  if (!hub || parent !== null || process === null) return [];
  const live = await tx.list('session', 'live', { prefix: '' }, { limit: limits.sessionsPerProject });
  return live.filter(session => isProcess(session.process, process));
}

function isIn(session: SessionRecord, conversation: string | null): number {
  return session.clientSession === conversation ? 1 : 0;
}

/** The session that a hook of the same client process let join before a server was there, in the conversation the server names. */
function unservedSession(found: readonly SessionRecord[], arrival: Arrival): SessionRecord | undefined {
  const unserved = found.filter(record => record.endedAt === null && isUnserved(record) && isOfClient(record, arrival));
  if (arrival.clientSession === null) return unserved.length === 1 ? unserved[0] : undefined;
  return unserved.find(record => knowsConversation(record, arrival.clientSession as string));
}

/** Whether no server has taken it over yet: then its lease hangs from the client's own process. */
export function isUnserved({ process, parent }: Pick<SessionRecord, 'process' | 'parent'>): boolean {
  return isProcess(process, parent);
}

/** The handle it had, unless another session has got it meanwhile: after `handleKeptDays` it may be given away. */
async function handleFor(unit: Unit, former: SessionRecord | undefined, wished: string | null): Promise<string> {
  if (former && (await handleIsFree(unit.tx, former.handle, former.id))) return former.handle;
  return freeHandle(unit, former ? null : wished);
}

/** A handle that is free: the wished one, or one that is proposed. */
export async function freeHandle(unit: Unit, wished: string | null): Promise<string> {
  if (wished !== null) {
    const handle = chosenHandle(wished);
    if (await handleIsFree(unit.tx, handle, null)) return handle;
  }
  for (let attempt = 0; ; attempt += 1) {
    const handle = proposeHandle(unit.ids, attempt);
    if (await handleIsFree(unit.tx, handle, null)) return handle;
  }
}

/** A handle is free when no living session has it and none had it within `handleKeptDays`. */
async function handleIsFree(tx: Reader, handle: string, own: string | null): Promise<boolean> {
  const holders = await tx.list('session', 'handle', { equals: handle }, { limit: limits.handlesWithOneName });
  const keptSince = tx.now - limits.handleKeptDays * dayMs;
  if (holders.some(holder => holder.id !== own && (holder.endedAt === null || holder.endedAt >= keptSince)))
    return false;
  const former = await tx.list('session', 'pastHandle', { equals: handle }, { limit: limits.handlesWithOneName });
  return former.every(
    session => session.id === own || session.pastHandles.every(past => past.handle !== handle || past.until <= tx.now),
  );
}

/**
 * Notes that the session did something: presence, its branch, and renewal of locks that are past half of their time. What a
 * sub-agent does its parent does, whose locks it works under.
 */
export async function touch(unit: Unit, session: SessionRecord, branch: string | null): Promise<SessionRecord> {
  const seen = { ...session, branch, lastSeenAt: unit.tx.now, heartbeatAt: unit.tx.now };
  unit.tx.put('session', seen);
  if (branch !== session.branch) {
    unit.tx.emit({ type: 'session.updated', audience: [], data: { session: session.id, handle: session.handle } });
  }
  await renewLocks(unit, seen);
  const parent = session.parentSession === null ? undefined : await unit.tx.get('session', session.parentSession);
  if (parent && leaseHolds(unit, parent) && unit.tx.now - parent.lastSeenAt >= limits.touchEveryMs)
    await touch(unit, parent, parent.branch);
  return seen;
}

/**
 * A sign of life for other machines, which renews nothing; the session's locks that are about to lapse are told, those that have
 * are ended. A session that was ended meanwhile stays ended: false.
 */
export async function heartbeat(unit: Unit, id: string): Promise<boolean> {
  const session = await unit.tx.get('session', id);
  if (!session || session.endedAt !== null) return false;
  const living = { ...session, heartbeatAt: unit.tx.now };
  unit.tx.put('session', living);
  // Its sub-agents live in the same process and send no sign of their own.
  const children = await childrenOf(unit.tx, id);
  for (const child of children) unit.tx.put('session', { ...child, heartbeatAt: unit.tx.now });
  for (const one of [living, ...children]) await mindLocks(unit, one);
  return true;
}

/** The reads of a heartbeat, and of the look whether its session stands in line. */
export function heartbeatAsks(id: string): Ask[] {
  return [{ kind: 'session', id }, heldBy(id), childrenAsk(id), placesAsk(id)];
}

export interface SessionChange {
  readonly handle?: string;
  readonly task?: string;
  readonly status?: string;
  readonly group?: string;
}

/** Changes what a session says of itself. An empty text clears a field. `conflict` when the handle is taken. */
export async function update(unit: Unit, session: SessionRecord, change: SessionChange): Promise<SessionRecord> {
  const next = {
    ...session,
    ...(change.handle === undefined ? {} : await renamed(unit, session, change.handle)),
    ...(change.task === undefined ? {} : saidTask(change.task)),
    ...(change.status === undefined ? {} : { status: lineOrNull(change.status, 'status', limits.statusCharacters) }),
    ...(change.group === undefined ? {} : { group: groupName(change.group) }),
  };
  unit.tx.put('session', next);
  unit.tx.emit({ type: 'session.updated', audience: [], data: { session: session.id, handle: next.handle } });
  return next;
}

/** The new handle, and the old one kept from others as long as that of a session that ended. */
async function renamed(unit: Unit, session: SessionRecord, wished: string): Promise<Partial<SessionRecord>> {
  const handle = await claimHandle(unit, session, wished);
  if (handle === session.handle) return {};
  const until = unit.tx.now + limits.handleKeptDays * dayMs;
  const kept = session.pastHandles.filter(past => past.until > unit.tx.now && past.handle !== handle);
  return { handle, pastHandles: [...kept, { handle: session.handle, until }].slice(-limits.pastHandles) };
}

async function claimHandle(unit: Unit, session: SessionRecord, wished: string): Promise<string> {
  const handle = chosenHandle(wished);
  if (await handleIsFree(unit.tx, handle, session.id)) return handle;
  throw new SignalboxError(
    'conflict',
    `The handle "${handle}" belongs to another session, or did within the last ${limits.handleKeptDays} days.`,
    'Choose another handle; session_list shows those in use.',
  );
}

/** A task that a session cleared may be taken from its next prompt again. */
function saidTask(raw: string): Pick<SessionRecord, 'task' | 'taskFrom'> {
  const task = lineOrNull(raw, 'task', limits.taskCharacters);
  return { task, taskFrom: task === null ? null : 'session' };
}

function lineOrNull(raw: string, field: string, maxCharacters: number): string | null {
  return cleanLine(raw, field, maxCharacters) || null;
}

function groupName(raw: string): string | null {
  const name = cleanLine(raw, 'group', limits.groupCharacters).toLowerCase();
  if (name === '' || /^[a-z0-9][a-z0-9._-]*$/.test(name)) return name || null;
  throw new SignalboxError(
    'invalid_input',
    'A group is one word of letters, digits, dots, dashes or underscores.',
    'Choose a group such as "backend"; others then address it as "group:backend".',
  );
}

/** Ends a session: its locks and queue places are free at once and pass on, its mail is kept. Ending an ended one changes nothing. */
export async function end(unit: Unit, id: string, reason: string): Promise<void> {
  const session = await unit.tx.get('session', id);
  if (!session || session.endedAt !== null) return;
  await endLease(unit, session, reason);
  await passOn(unit);
}
