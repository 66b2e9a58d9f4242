/**
 * Retention: what is so old that nobody needs it goes, a batch at a time, in units of work that happen anyway. Read or not makes
 * no difference to a message; nothing younger than its time is touched.
 */
import { leave, pruneConversations } from './conversation.ts';
import { removeOwnScope } from './data.ts';
import { proposeHandle } from './handles.ts';
import { limits } from './limits.ts';
import type { Policy } from './policy.ts';
import type { Ask } from './ports.ts';
import { type IndexName, type Kind, ordered, type RecordOf, type SessionRecord } from './records.ts';
import type { Unit } from './unit.ts';

const dayMs = 86_400_000;

/** A kind whose records go once the instant by which an index sorts them is long enough ago. */
interface Aging<K extends Kind> {
  readonly kind: K;
  readonly index: IndexName<K>;
  readonly keptDays: number;
  /** The instant the index sorts by. */
  readonly instantOf: (record: RecordOf<K>) => number | null;
}

const simple = [
  { kind: 'intent', index: 'ended', keptDays: limits.endedIntentsKeptDays, instantOf: intent => intent.endedAt },
  { kind: 'data', index: 'deleted', keptDays: limits.deletedKeptDays, instantOf: data => data.deletedAt },
  { kind: 'edit', index: 'at', keptDays: limits.editsKeptDays, instantOf: edit => edit.at },
  { kind: 'context', index: 'expiry', keptDays: 0, instantOf: entry => entry.expiresAt },
] satisfies [Aging<'intent'>, Aging<'data'>, Aging<'edit'>, Aging<'context'>];

function messages({ messagesKeptDays }: Policy): Aging<'message'> {
  return { kind: 'message', index: 'at', keptDays: messagesKeptDays, instantOf: message => message.at };
}

/** A session may come back, and its handle is kept from others; what it wrote shall not outlive it. */
function sessions({ messagesKeptDays }: Policy): Aging<'session'> {
  const keptDays = Math.max(limits.handleKeptDays, messagesKeptDays);
  return { kind: 'session', index: 'ended', keptDays, instantOf: session => session.endedAt };
}

/** The reads by which `prune` sees that there is nothing to do. */
export const pruneAsks: readonly Ask[] = (
  [['message', 'at'], ['session', 'ended'], ...simple.map(({ kind, index }) => [kind, index] as const)] as const
).map(([kind, index]) => ({ kind, index, range: { prefix: '' }, page: { limit: 1 } }));

/**
 * Deletes what is older than its time, at most `limits.retentionBatch` records of each kind; how many it was. Messages go with
 * their deliveries; sessions that ended, when nothing is left of them; group conversations without messages; intents that ended,
 * marks of deleted data, edits, and context that has expired. One read of each kind when nothing is old.
 */
export async function prune(unit: Unit, policy: Policy): Promise<number> {
  const [agedMessages, agedSessions, ...others] = await Promise.all([
    aged(unit, messages(policy)),
    aged(unit, sessions(policy)),
    ...simple.map(async aging => ({ kind: aging.kind, records: await aged(unit, aging as Aging<Kind>) })),
  ]);
  const counts = [
    await deleteMessages(
      unit,
      agedMessages.map(message => message.id),
    ),
    await deleteSessions(unit, agedSessions, sessions(policy).keptDays),
    await pruneConversations(unit, limits.conversationsPruned),
  ];
  for (const { kind, records } of others) {
    for (const { id } of records) unit.tx.delete(kind, id);
    counts.push(records.length);
  }
  return counts.reduce((sum, count) => sum + count, 0);
}

/** What is too old, the oldest first. Only the oldest one is read when even that is young enough. */
async function aged<K extends Kind>(unit: Unit, aging: Aging<K>): Promise<RecordOf<K>[]> {
  const { tx } = unit;
  const { kind, index, instantOf } = aging;
  const [oldest] = await tx.list(kind, index, { prefix: '' }, { limit: 1 });
  const below = cutoff(unit, aging.keptDays);
  if (oldest === undefined || (instantOf(oldest) ?? below) >= below) return [];
  return tx.list(kind, index, { from: '', below: ordered(below) }, { limit: limits.retentionBatch });
}

/** What happened before this instant is too old. */
function cutoff({ tx }: Unit, keptDays: number): number {
  return Math.max(0, tx.now - keptDays * dayMs);
}

/** Deletes as many messages as fit into a batch with their deliveries; of one that went to more, its deliveries first. */
async function deleteMessages({ tx }: Unit, ids: readonly string[]): Promise<number> {
  const counts = await Promise.all(ids.map(id => tx.count('delivery', 'message', { equals: id })));
  const fitting = ids.slice(0, fittingIn(limits.retentionBatch, counts));
  const chosen = fitting.length > 0 ? fitting : ids.slice(0, 1);
  const page = { limit: limits.retentionBatch };
  const deliveries = await Promise.all(chosen.map(id => tx.list('delivery', 'message', { equals: id }, page)));
  for (const delivery of deliveries.flat()) tx.delete('delivery', delivery.id);
  for (const id of fitting) tx.delete('message', id);
  return deliveries.flat().length + fitting.length;
}

/** How many messages from the first on, with so many deliveries each, make no more than `room` records. */
function fittingIn(room: number, deliveries: readonly number[]): number {
  let records = 0;
  const beyond = deliveries.findIndex(count => {
    records += 1 + count;
    return records > room;
  });
  return beyond === -1 ? deliveries.length : beyond;
}

/**
 * Deletes those that nothing is left of. When a whole batch has to stay, it would be in the way of all that ended later: then
 * some others are looked at, from any handle on.
 */
async function deleteSessions(unit: Unit, first: readonly SessionRecord[], keptDays: number): Promise<number> {
  const deleted = await deleteEmpty(unit, first);
  if (deleted > 0 || first.length < limits.retentionBatch) return deleted;
  const range = { from: proposeHandle(unit.ids, 0), below: '~' };
  const others = await unit.tx.list('session', 'handle', range, { limit: limits.retentionBatch });
  const before = cutoff(unit, keptDays);
  return deleteEmpty(
    unit,
    others.filter(({ endedAt }) => endedAt !== null && endedAt < before),
  );
}

/** Deletes those of sessions that ended of which nothing is left, and what only they could use; how many. */
export async function deleteEmpty(unit: Unit, ended: readonly SessionRecord[]): Promise<number> {
  const holds = await Promise.all(ended.map(session => holdsSomething(unit, session)));
  const empty = ended.filter((_, position) => !holds[position]);
  for (const session of empty) {
    await strikeOff(unit, session);
    await removeOwnScope(unit, session.id);
    unit.tx.delete('session', session.id);
  }
  return empty.length;
}

/** Takes a session that is gone for good out of its group conversations. */
async function strikeOff(unit: Unit, session: SessionRecord): Promise<void> {
  const page = { limit: limits.conversationsPerSession + limits.pairsPerSession };
  const conversations = await unit.tx.list('conversation', 'member', { equals: session.id }, page);
  for (const { id } of conversations) await leave(unit, session, id);
}

/** Mail, a former handle that is still kept for it; and what no ended session ought to have. */
async function holdsSomething({ tx }: Unit, session: SessionRecord): Promise<boolean> {
  if (session.pastHandles.some(past => past.until > tx.now)) return true;
  const { id } = session;
  const page = { limit: 1 };
  const held = await Promise.all([
    tx.list('delivery', 'inbox', { equals: id }, page),
    tx.list('lock', 'holder', { equals: id }, page),
    tx.list('waiter', 'session', { equals: id }, page),
    tx.list('intent', 'session', { equals: id }, page),
  ]);
  return held.some(records => records.length > 0);
}
