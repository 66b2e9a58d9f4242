/** Who is here: finding living sessions, and ending those whose process is gone. */
import { SignalboxError } from './errors.ts';
import { operatorHandle } from './handles.ts';
import { endLapsed, leaseHolds } from './lease.ts';
import { limits } from './limits.ts';
import type { ProcessIdentity, Reader } from './ports.ts';
import { processKey } from './process.ts';
import { passOn } from './queue.ts';
import type { SessionRecord } from './records.ts';
import type { Unit, View } from './unit.ts';

/** Sessions that have not ended, by handle; agents only. Some may turn out dead: ask `leaseHolds`. */
async function openAgents(tx: Reader): Promise<SessionRecord[]> {
  const sessions = await tx.list('session', 'live', { prefix: '' }, { limit: limits.sessionsPerProject });
  return sessions.filter(session => session.kind === 'agent');
}

/** The living agents, judged at this moment, without changing anything. `stale` says that some ought to be reaped. */
export async function lookAround(view: View): Promise<{ live: SessionRecord[]; stale: boolean }> {
  const open = await openAgents(view.tx);
  const live = open.filter(session => leaseHolds(view, session));
  return { live, stale: live.length < open.length };
}

/** Ends all sessions whose process is gone, passes their locks on, and returns the living agents. */
export async function reap(unit: Unit): Promise<SessionRecord[]> {
  const { live, ended } = await endLapsed(unit, await openAgents(unit.tx));
  if (ended > 0) await passOn(unit);
  return live;
}

/** Finds one session by handle or id. Of several that bore a handle one after the other it is the last. */
export async function find(tx: Reader, address: string): Promise<SessionRecord | undefined> {
  const handle = address.replace(/^@/, '').toLowerCase();
  const [byHandle, byId] = await Promise.all([
    tx.list('session', 'handle', { equals: handle }, { limit: limits.handlesWithOneName }),
    tx.get('session', address),
  ]);
  const [newest] = [...byHandle].sort((a, b) => b.lastSeenAt - a.lastSeenAt);
  return byId ?? newest;
}

/** The same, but an unknown address is a `not_found` that says who is here. */
export async function findOrFail(view: View, address: string): Promise<SessionRecord> {
  const session = await find(view.tx, address);
  if (session) return session;
  const { live } = await lookAround(view);
  const here = live.slice(0, limits.handlesInError).map(other => other.handle);
  throw new SignalboxError(
    'not_found',
    `There is no session "${address.slice(0, limits.handleCharacters)}".`,
    here.length > 0
      ? `Here now: ${here.join(', ')}${live.length > here.length ? ', …' : ''}.`
      : 'Nobody else is here now; use "all" to reach those who join within 24 hours.',
  );
}

/** The person at a shell: one per project, made when first needed, without a process and without an end. */
export async function operator(unit: Unit): Promise<SessionRecord> {
  const { tx } = unit;
  const known = await tx.get('session', operatorHandle);
  if (known && tx.now - known.lastSeenAt < limits.touchEveryMs) return known;
  if (known) {
    const seen = { ...known, lastSeenAt: tx.now };
    tx.put('session', seen);
    return seen;
  }
  const absent = { client: null, clientVersion: null, clientSession: null, process: null, parent: null };
  const unsaid = { branch: null, task: null, status: null, group: null, pastHandles: [] };
  const record: SessionRecord = {
    ...absent,
    ...unsaid,
    id: operatorHandle,
    kind: 'operator',
    handle: operatorHandle,
    host: '',
    root: '',
    anchor: '',
    reach: 'calls',
    startedAt: tx.now,
    lastSeenAt: tx.now,
    heartbeatAt: tx.now,
    endedAt: null,
    endReason: null,
  };
  tx.put('session', record);
  return record;
}

/** What a command knows of the session whose shell it may run in. */
export interface CallerClues {
  /** A handle or id named on purpose: it must exist. */
  readonly session: string | null;
  readonly conversation: string | null;
  readonly parent: ProcessIdentity | null;
}

/**
 * The living session a command runs in, or undefined when nothing proves one: the session of that conversation in that client
 * process; else the only one of the process, since a conversation's id may be out of date; else, where no process is told or
 * known, the one of the conversation. A session named on purpose that does not exist is `not_found`.
 */
export async function callingSession(view: View, clues: CallerClues): Promise<SessionRecord | undefined> {
  const { tx } = view;
  if (clues.session !== null) return findOrFail(view, clues.session);
  const page = { limit: limits.handlesWithOneName, reverse: true };
  const [byProcess, byConversation] = await Promise.all([
    clues.parent ? tx.list('session', 'parent', { equals: processKey(clues.parent) }, page) : [],
    clues.conversation ? tx.list('session', 'clientSession', { equals: clues.conversation }, page) : [],
  ]);
  const ofProcess = byProcess.filter(session => leaseHolds(view, session));
  const ofConversation = byConversation.filter(session => leaseHolds(view, session));
  const both = ofProcess.find(
    session => session.clientSession !== null && session.clientSession === clues.conversation,
  );
  if (both || ofProcess.length === 1) return both ?? ofProcess[0];
  return ofProcess.length === 0 ? ofConversation[0] : undefined;
}

/** One session as `findOrFail` finds it, or the operator, who is made when first needed. */
export function oneOrFail(unit: Unit, address: string): Promise<SessionRecord> {
  return namesOperator(address) ? operator(unit) : findOrFail(unit, address);
}

/** Whether an address means the operator, spelled as handles may be: with an @ before it or not, in any case. */
export function namesOperator(address: string): boolean {
  return address.replace(/^@/, '').toLowerCase() === operatorHandle;
}
