/** Group conversations: named, with members who are fixed when it begins, until they leave. Addressed as `c12`. */
import { SignalboxError } from './errors.ts';
import { limits } from './limits.ts';
import { type ConversationRecord, inOrder, ordered, type SessionRecord } from './records.ts';
import type { Unit, View } from './unit.ts';

const dayMs = 86_400_000;

/** Whether a text has the form of a group conversation's id. */
export function isConversationId(text: string): boolean {
  return /^c\d{1,15}$/.test(text);
}

/** Stores a new conversation of these sessions, by their ids, the one that begins it first. */
export function putConversation({ tx }: Unit, name: string, members: readonly string[]): ConversationRecord {
  const createdBy = members[0] ?? '';
  const sequence = tx.emit({ type: 'conversation.created', audience: [], data: { session: createdBy, name } });
  const times = { at: tx.now, spokenAt: tx.now, endedAt: null };
  const conversation = { id: `c${sequence}`, name, members, createdBy, ...times };
  tx.put('conversation', conversation);
  return conversation;
}

/**
 * The group conversation of that id, of which the session is a member. `not_found` for one that does not exist, has ended or
 * is closed to it: the three look alike, so that nobody learns of a conversation it is not part of.
 */
export async function conversationOf(view: View, session: SessionRecord, id: string): Promise<ConversationRecord> {
  const conversation = isConversationId(id) ? await view.tx.get('conversation', id) : undefined;
  if (conversation && isMember(conversation, session)) return conversation;
  throw new SignalboxError(
    'not_found',
    `You are in no conversation "${id.slice(0, limits.handleCharacters)}".`,
    'conversation_list shows yours; conversation_create begins one.',
  );
}

/**
 * Who gets what `sender` writes to a group conversation: all its members but the sender, those included who have ended, because
 * mail waits for their return. Errors: those of `conversationOf`, and `not_found` when everybody else has left.
 */
export async function membersOf(view: View, sender: SessionRecord, address: string): Promise<SessionRecord[]> {
  const conversation = await conversationOf(view, sender, address);
  const others = (await sessionsIn(view, conversation)).filter(session => session.id !== sender.id);
  if (others.length > 0) return others;
  throw new SignalboxError(
    'not_found',
    `Everybody else has left ${conversation.id}.`,
    'Write to sessions by their handles, or begin a conversation with conversation_create.',
  );
}

/** The members of a conversation, the one who began it first unless it left. */
export async function sessionsIn(view: View, { members }: ConversationRecord): Promise<SessionRecord[]> {
  const sessions = await Promise.all(members.map(id => view.tx.get('session', id)));
  return sessions.filter(session => session !== undefined);
}

/**
 * Strikes a session off a conversation's members; the rest goes on, and the last one out ends it. False when it was no member,
 * whether or not there is such a conversation: so a repeat changes nothing and nobody learns anything.
 */
export async function leave({ tx }: Unit, session: SessionRecord, id: string): Promise<boolean> {
  const conversation = isConversationId(id) ? await tx.get('conversation', id) : undefined;
  if (!conversation || !isMember(conversation, session)) return false;
  const members = conversation.members.filter(member => member !== session.id);
  tx.put('conversation', { ...conversation, members, endedAt: members.length === 0 ? tx.now : null });
  tx.emit({ type: 'conversation.left', audience: [], data: { conversation: id, session: session.id } });
  return true;
}

/** Puts an heir into the places that a session has in group conversations. */
export async function leaveConversationsTo({ tx }: Unit, session: SessionRecord, heir: string): Promise<void> {
  const page = { limit: limits.conversationsPerSession + limits.pairsPerSession };
  const conversations = await tx.list('conversation', 'member', { equals: session.id }, page);
  const heirOf = (id: string) => (id === session.id ? heir : id);
  for (const conversation of conversations) {
    const members = [...new Set(conversation.members.map(heirOf))];
    // Whoever asks for the same one again is the one who began it.
    tx.put('conversation', { ...conversation, members, createdBy: heirOf(conversation.createdBy) });
  }
}

/**
 * Notes that somebody wrote to a group conversation, so that it is kept from now on. Nothing happens for any other one.
 */
export async function noteSpoken({ tx }: Unit, id: string): Promise<void> {
  const conversation = isConversationId(id) ? await tx.get('conversation', id) : undefined;
  if (conversation) tx.put('conversation', { ...conversation, spokenAt: tx.now });
}

/**
 * Deletes some conversations that nobody needs, looking at `batch` or twice as many: those that ended, and those in which nothing
 * was said for `limits.conversationIdleKeptDays` and no message is left. Called by whoever deletes old messages; returns how many went.
 */
export async function pruneConversations({ tx, ids }: Unit, batch: number): Promise<number> {
  const before = Math.max(0, tx.now - limits.conversationIdleKeptDays * dayMs);
  const oldFrom = (at: number) =>
    tx.list('conversation', 'spoken', { from: ordered(at), below: ordered(before) }, { limit: batch });
  const first = await oldFrom(0);
  const since = first[0]?.spokenAt ?? before;
  // Behind as many old ones that live, others are found by chance.
  const old = first.length < batch ? first : [...first, ...(await oldFrom(since + ids.below(before - since)))];
  let deleted = 0;
  for (const { id, endedAt } of new Map(old.map(each => [each.id, each])).values()) {
    const [message] = await tx.list('message', 'history', { prefix: inOrder(id) }, { limit: 1 });
    if (endedAt === null && message) continue;
    tx.delete('conversation', id);
    deleted += 1;
  }
  return deleted;
}

/** Whether a session is in a group that goes on. */
export function isMember({ members, endedAt }: ConversationRecord, session: SessionRecord): boolean {
  return endedAt === null && members.includes(session.id);
}
