/**
 * Peers: sessions as a vocabulary knows them that has no projects. Each has a short id, the same wherever it writes, and a summary of
 * its work, which everybody else sees as its task.
 */
import { SignalboxError } from './errors.ts';
import { leaseHolds } from './lease.ts';
import { limits } from './limits.ts';
import { type Sent, send } from './message.ts';
import { personaOf } from './persona.ts';
import { boundedFacts } from './persona-record.ts';
import { lookAround } from './presence.ts';
import type { SessionRecord } from './records.ts';
import { update } from './session.ts';
import { cleanText, oneLine } from './text.ts';
import type { Unit, View } from './unit.ts';

/** The beginning of its session's id, which is nothing but small letters and digits, all drawn by chance. */
export function peerId(session: string): string {
  return session.slice(0, limits.peerIdCharacters);
}

/** The id that a session has as a peer, or had last; null for one that speaks natively, also where it was a peer before. */
export function peerName(session: SessionRecord, issuer: string): string | null {
  const persona = session.personas.find(each => each.issuer === issuer);
  const isOver = session.endedAt !== null || persona?.leftTo !== null;
  return persona && (isOver || persona.isRegistered || isGuest(session, issuer)) ? persona.name : null;
}

/** The folder that a peer works in; of a native session its checkout is known. */
export function folderOf(session: SessionRecord, issuer: string): string {
  const said = peerName(session, issuer) === null ? undefined : personaOf(session, issuer)?.facts.cwd;
  return String(said ?? session.root);
}

/** Whether a session only writes in its project, as one that works in another: it stands in no checkout there. */
export function isGuest(session: SessionRecord, issuer: string): boolean {
  return session.root === '' && personaOf(session, issuer)?.isRegistered === false;
}

/** The living sessions of a project where they work, with their sub-agents. `stale` says that some ought to be reaped. */
export async function peersIn(view: View, issuer: string): Promise<{ peers: SessionRecord[]; stale: boolean }> {
  const { live, stale } = await lookAround(view);
  return { peers: live.filter(session => !isGuest(session, issuer)), stale };
}

/** Writes to a session that lives at this moment; undefined for one that has ended, which gets nothing. Errors: those of `send`. */
export async function writeTo(unit: Unit, me: SessionRecord, session: string, body: string): Promise<Sent | undefined> {
  const to = await unit.tx.get('session', session);
  if (!to || !leaseHolds(unit, to)) return undefined;
  return send(unit, me, { to: [to.id], body, priority: 'normal', replyTo: null, tags: [], key: null });
}

export interface Summary {
  readonly text: string;
  /** Who made it: the session itself, or this program for it. */
  readonly by: 'session' | 'program';
}

/** What a peer says it works on; of one that says nothing, its task, which tells more than what the program made of it. */
export function summaryOf(session: SessionRecord, issuer: string): string {
  const { summary, summaryBy } = personaOf(session, issuer)?.facts ?? {};
  const said = String(summary ?? '');
  const isTask = session.task === null || session.task === taskOf(said);
  return said !== '' && (summaryBy === 'session' || isTask) ? said : (session.task ?? '');
}

/**
 * Gives a peer its summary. One that the program made never takes the place of the session's own, however late it comes; and it is the
 * session's task only as long as no hook is heard, which tells a better one. Changes nothing for a session that is no peer. Errors:
 * `limit_exceeded`.
 */
export async function noteSummary(
  unit: Unit,
  me: SessionRecord,
  issuer: string,
  { text, by }: Summary,
): Promise<SessionRecord> {
  const persona = personaOf(me, issuer);
  if (!persona || (by === 'program' && persona.facts.summaryBy === 'session')) return me;
  const facts = boundedFacts({ ...persona.facts, summary: checked(text), summaryBy: by });
  const next = { ...me, personas: me.personas.map(each => (each === persona ? { ...each, facts } : each)) };
  unit.tx.put('session', next);
  const isUnsaid = me.task === null || me.task === taskOf(String(persona.facts.summary ?? ''));
  if (by === 'program' && (me.hookedAt !== null || !isUnsaid)) return next;
  return update(unit, next, { task: taskOf(text) });
}

function checked(summary: string): string {
  const { text } = cleanText(summary);
  if (text.length <= limits.peerSummaryCharacters) return text;
  throw new SignalboxError(
    'limit_exceeded',
    `The summary is ${text.length} characters long; the limit is ${limits.peerSummaryCharacters}.`,
    'Say it in a sentence or two.',
  );
}

/** As much of a summary as a task holds, on one line. */
function taskOf(summary: string): string {
  const line = oneLine(summary);
  return line.slice(0, limits.taskCharacters).toWellFormed();
}
