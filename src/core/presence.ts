/** Who is here: finding living sessions, and ending those whose process is gone. */

import { SignalboxError } from './errors.ts';
import { unguarded } from './guard-record.ts';
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
  const unsaid = { branch: null, task: null, status: null, group: null, pastHandles: [], taskFrom: null };
  const noClient = { pastConversations: [], arrivedBy: null, parentSession: null, restingSince: null };
  const record: SessionRecord = {
    ...absent,
    ...unsaid,
    ...noClient,
    hookedAt: null,
    nudgedAt: null,
    guard: unguarded,
    personas: [],
    hub: null,
    server: null,
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
  /** The processes above the command, the nearest first: a client that tells its shells nothing is among them. */
  readonly ancestors?: readonly ProcessIdentity[];
  /** Whose session it has to be, for a command that comes by a hub. */
  readonly principal?: string;
}

/**
 * The living session a command runs in, or undefined when nothing proves one: the session of that conversation in that client
 * process; else the only one of the process, since a conversation's id may be out of date; else, where no process is told or
 * known, the one of the conversation. The processes above say it only where the client told nothing: a client that told of a
 * session which has not joined yet was perhaps started in the shell of another. One named on purpose that does not exist is `not_found`.
 */
export async function callingSession(view: View, clues: CallerClues): Promise<SessionRecord | undefined> {
  const { tx } = view;
  if (clues.session !== null) return named(view, clues.session, clues.principal);
  const page = { limit: limits.sessionsOfProcess };
  const [byProcess, byConversation] = await Promise.all([
    clues.parent ? tx.list('session', 'parent', { equals: processKey(clues.parent) }, page) : [],
    clues.conversation ? tx.list('session', 'clientSession', { equals: clues.conversation }, page) : [],
  ]);
  const ofProcess = byProcess.filter(session => leaseHolds(view, session));
  const inIt = sortedByMatch(byConversation, clues.conversation).filter(session => leaseHolds(view, session));
  const both = inIt.find(session => ofProcess.some(({ id }) => id === session.id));
  if (both || ofProcess.length === 1) return both ?? ofProcess[0];
  const [first] = ofProcess.length === 0 ? inIt : [];
  if (clues.conversation === null && clues.parent === null) return sessionAbove(view, clues.ancestors ?? []);
  // In the shell of a sub-agent it is the session whose sub-agent that is.
  return first?.parentSession ? tx.get('session', first.parentSession) : first;
}

/** Whoever a command was told to be; nobody of another principal, about whom nothing more is said than that it is none of this one's. */
async function named(view: View, address: string, principal: string | undefined): Promise<SessionRecord> {
  const session = await findOrFail(view, address);
  if (principal === undefined || session.hub?.principal === principal) return session;
  throw new SignalboxError('not_found', `You have no session "${session.handle}".`, 'Leave SIGNALBOX_SESSION out.');
}

/** Editors, in whose windows people have shells of their own: being below one says nothing. */
export const withShellsOfPeople: readonly (string | null)[] = ['vscode', 'cursor', 'windsurf', 'claude-desktop'];

/** The one living session of the nearest client above the command; none where that has several. */
async function sessionAbove(view: View, ancestors: readonly ProcessIdentity[]): Promise<SessionRecord | undefined> {
  const page = { limit: limits.sessionsOfProcess };
  const lists = await Promise.all(
    ancestors.map(process => view.tx.list('session', 'parent', { equals: processKey(process) }, page)),
  );
  for (const list of lists) {
    const living = list.filter(({ client, kind }) => kind === 'agent' && !withShellsOfPeople.includes(client));
    const here = living.filter(session => leaseHolds(view, session));
    if (here.length > 0) return here.length === 1 ? here[0] : undefined;
  }
  return undefined;
}

/** Those that are in the conversation before those that were; then the one that did something last. */
function sortedByMatch(sessions: readonly SessionRecord[], conversation: string | null): SessionRecord[] {
  const isIn = (session: SessionRecord) => (session.clientSession === conversation ? 1 : 0);
  return sessions.toSorted((a, b) => isIn(b) - isIn(a) || b.lastSeenAt - a.lastSeenAt);
}

/** One session as `findOrFail` finds it, or the operator, who is made when first needed. */
export function oneOrFail(unit: Unit, address: string): Promise<SessionRecord> {
  return namesOperator(address) ? operator(unit) : findOrFail(unit, address);
}

/** Whether an address means the operator, spelled as handles may be: with an @ before it or not, in any case. */
export function namesOperator(address: string): boolean {
  return address.replace(/^@/, '').toLowerCase() === operatorHandle;
}
