/**
 * Intents: what sessions say they are about to do. They inform and exclude nothing. An intent ends by its session's word, with
 * its session (`endLease`), or by age: `limits.intentKeptMs` after it was last updated, however active its session is.
 * Ended ones are deleted by `prune`.
 */
import { SignalboxError } from './errors.ts';
import { leaseHolds } from './lease.ts';
import { limits } from './limits.ts';
import type { Reader } from './ports.ts';
import type { IntentRecord, IntentStatus, IntentType, Resource, SessionRecord } from './records.ts';
import { cleanLine } from './text.ts';
import type { Unit, View } from './unit.ts';

/** The end reason of an intent that nobody updated. */
const tooOld = 'age';

export interface Announcement {
  readonly type: IntentType;
  readonly resources: readonly Resource[];
  readonly branches: readonly string[];
  /** Undefined leaves that of a repeated one, an empty text takes it away. */
  readonly description: string | undefined;
}

export interface IntentInForce {
  readonly intent: IntentRecord;
  readonly session: SessionRecord;
}

/**
 * Announces an operation. The same type and targets again by the same session refresh the intent there is instead of making a
 * second one. Its own intents that have become too old end now, and a few of others, the oldest.
 * `limit_exceeded` beyond `limits.intentsPerSession` open ones.
 */
export async function announce(unit: Unit, me: SessionRecord, request: Announcement): Promise<IntentRecord> {
  const { tx } = unit;
  const [own, oldest] = await Promise.all([
    tx.list('intent', 'session', { equals: me.id }, { limit: limits.intentsPerSession * 2 }),
    tx.list('intent', 'open', { prefix: '' }, { limit: limits.intentsAgedAtOnce }),
  ]);
  endAged(unit, [...own, ...oldest]);
  const open = own.filter(intent => !isAged(intent, tx.now));
  const same = open.find(intent => intent.type === request.type && aboutOf(intent) === aboutOf(request));
  if (!same && open.length >= limits.intentsPerSession) {
    throw new SignalboxError(
      'limit_exceeded',
      `You have ${open.length} open intents; the limit is ${limits.intentsPerSession}.`,
      'Set those that are done to completed with intent_update.',
    );
  }
  const place = { host: me.host, root: me.root, branch: me.branch };
  const times = { updatedAt: tx.now, expiresAt: tx.now + limits.intentKeptMs };
  const description = request.description === undefined ? (same?.description ?? null) : cleaned(request.description);
  const event = { session: me.id, intentType: request.type };
  if (same) {
    const intent = { ...same, ...place, ...times, description };
    tx.put('intent', intent);
    tx.emit({ type: 'intent.updated', audience: [], data: { intent: same.id, status: same.status, ...event } });
    return intent;
  }
  const sequence = tx.emit({ type: 'intent.announced', audience: [], data: event });
  const intent: IntentRecord = {
    id: `i${sequence}`,
    sequence,
    session: me.id,
    type: request.type,
    resources: request.resources,
    branches: request.branches,
    description,
    status: 'announced',
    ...place,
    at: tx.now,
    ...times,
    endedAt: null,
    endReason: null,
  };
  tx.put('intent', intent);
  return intent;
}

/**
 * Says how far an own intent has got; completed and abandoned end it. The status it already has changes nothing but its age and
 * description. One that ended by age may still be told to be completed. `not_found`, `forbidden` for another's, `conflict` for
 * one that has ended otherwise.
 */
export async function updateIntent(
  unit: Unit,
  me: SessionRecord,
  id: string,
  status: Exclude<IntentStatus, 'announced'>,
  description: string | undefined,
): Promise<IntentRecord> {
  const { tx } = unit;
  const intent = await tx.get('intent', id);
  if (!intent) {
    const known = 'intent_announce gives the id, intent_list shows the open ones.';
    throw new SignalboxError('not_found', `There is no intent "${id.slice(0, 20)}".`, known);
  }
  if (intent.session !== me.id) {
    const next = 'Ask its session with message_send to update it.';
    throw new SignalboxError('forbidden', `The intent ${id} is not yours.`, next);
  }
  if (intent.status === status && intent.endedAt !== null) return intent;
  refuseEnded(intent, status, tx.now);
  const ends = status !== 'in_progress';
  const next: IntentRecord = {
    ...intent,
    status,
    description: description === undefined ? intent.description : cleaned(description),
    updatedAt: tx.now,
    expiresAt: tx.now + limits.intentKeptMs,
    endedAt: ends ? (intent.endedAt ?? tx.now) : null,
    endReason: ends ? status : null,
  };
  tx.put('intent', next);
  tx.emit({
    type: ends ? 'intent.ended' : 'intent.updated',
    audience: [],
    data: { intent: id, session: me.id, intentType: intent.type, status },
  });
  return next;
}

function refuseEnded(intent: IntentRecord, status: IntentStatus, now: number): void {
  const aged = isAged(intent, now) || intent.endReason === tooOld;
  if (aged ? status !== 'in_progress' : intent.endedAt === null) return;
  const how = aged ? 'by age' : `as ${intent.status}`;
  throw new SignalboxError(
    'conflict',
    `The intent ${intent.id} has ended ${how} and cannot become ${status}.`,
    'Announce it again with intent_announce if it is still coming.',
  );
}

/** Open intents that count at this moment, oldest first, optionally of one type or session. */
export async function openIntents(
  view: View,
  about: { readonly type?: IntentType | undefined; readonly session?: SessionRecord | undefined },
): Promise<{ intents: IntentInForce[]; more: boolean }> {
  const found = about.session
    ? await view.tx.list('intent', 'session', { equals: about.session.id }, { limit: limits.intentsPerSession * 2 })
    : null;
  const { intents, more } = found ? { intents: [...found], more: false } : await newestOpenIntents(view.tx);
  const wanted = intents.filter(intent => about.type === undefined || intent.type === about.type);
  const counting = await inForce(view, wanted);
  const newest = counting.sort((a, b) => a.intent.sequence - b.intent.sequence).slice(-limits.intentsListed);
  return { intents: newest, more: more || newest.length < counting.length };
}

/** The newest intents that have not ended in the store; some may have become too old, or their session may be dead. */
export async function newestOpenIntents(tx: Reader): Promise<{ intents: IntentRecord[]; more: boolean }> {
  const page = { limit: limits.intentsSearched, reverse: true };
  const intents = await tx.list('intent', 'open', { prefix: '' }, page);
  return { intents, more: intents.length >= limits.intentsSearched };
}

/** Those that are neither too old nor of a dead session, with their sessions. */
export async function inForce(view: View, intents: readonly IntentRecord[]): Promise<IntentInForce[]> {
  const open = intents.filter(intent => intent.endedAt === null && !isAged(intent, view.tx.now));
  const ids = [...new Set(open.map(intent => intent.session))];
  const sessions = await Promise.all(ids.map(id => view.tx.get('session', id)));
  const living = new Map<string, SessionRecord>();
  for (const session of sessions) if (session && leaseHolds(view, session)) living.set(session.id, session);
  return open.flatMap(intent => {
    const session = living.get(intent.session);
    return session ? [{ intent, session }] : [];
  });
}

/** Ends those that are too old. */
function endAged({ tx }: Unit, met: readonly IntentRecord[]): void {
  const aged = met.filter(intent => isAged(intent, tx.now));
  for (const intent of new Map(aged.map(each => [each.id, each])).values()) {
    tx.put('intent', { ...intent, status: 'abandoned', endedAt: tx.now, endReason: tooOld });
    const { id, session, type: intentType } = intent;
    tx.emit({ type: 'intent.ended', audience: [], data: { intent: id, session, intentType, status: tooOld } });
  }
}

function isAged(intent: IntentRecord, now: number): boolean {
  return intent.endedAt === null && intent.expiresAt <= now;
}

function cleaned(description: string): string | null {
  return cleanLine(description, 'description', limits.intentDescriptionCharacters) || null;
}

/** What it is about, as one text: the order of targets does not matter. */
function aboutOf({ resources, branches }: Pick<IntentRecord, 'resources' | 'branches'>): string {
  const names = resources.map(resource => `${resource.checkout}|${resource.name}`);
  return JSON.stringify([names.sort(), [...branches].sort()]);
}
