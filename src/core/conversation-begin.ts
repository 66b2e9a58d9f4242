/** Beginning a group conversation. Apart from what it is afterwards, because members are found as addresses are. */
import { resolveAddresses } from './address.ts';
import { putConversation } from './conversation.ts';
import { SignalboxError } from './errors.ts';
import { limits } from './limits.ts';
import { notify } from './notice.ts';
import { pairIn } from './pair.ts';
import type { Reader } from './ports.ts';
import type { ConversationRecord, SessionRecord } from './records.ts';
import { cleanLine, quoted } from './text.ts';
import type { Unit } from './unit.ts';

export interface Begun {
  readonly conversation: ConversationRecord;
  /** All members, the creator first. */
  readonly members: readonly SessionRecord[];
  /** True when the same creator had begun the same one within the hour: nothing was done again. */
  readonly repeated: boolean;
}

/**
 * Begins a conversation of the creator with others, given as handles, ids or `group:x`, and tells them by a notice unless it is quiet. The same
 * creator with the same name and members within `limits.conversationRepeatMs` gets the one it began, so that a retry has one
 * effect. Errors: `invalid_input` without a name or another member, or for an address that is no session's; `not_found` for
 * an unknown one; `limit_exceeded` for too many members, or somebody in too many conversations. Then nothing is begun.
 */
export async function begin(
  unit: Unit,
  creator: SessionRecord,
  wanted: { readonly name: string; readonly members: readonly string[]; readonly isQuiet?: boolean },
): Promise<Begun> {
  const name = checkedName(wanted.name);
  const members = [creator, ...(await others(unit, creator, wanted.members))];
  const ids = members.map(member => member.id);
  const earlier = await begunBefore(unit, creator, name, ids);
  if (earlier) return { conversation: earlier, members, repeated: true };
  await refuseTooMany(unit, members);
  const conversation = putConversation(unit, name, ids);
  if (!wanted.isQuiet) notify(unit, ids.slice(1), invitation(conversation, creator, members), 'normal');
  return { conversation, members, repeated: false };
}

function checkedName(raw: string): string {
  const name = cleanLine(raw, 'name', limits.conversationNameCharacters);
  if (name !== '') return name;
  throw new SignalboxError(
    'invalid_input',
    'The name is empty.',
    'Say what it is about, for example "auth refactoring".',
  );
}

async function others(
  unit: Unit,
  creator: SessionRecord,
  addresses: readonly string[],
): Promise<readonly SessionRecord[]> {
  const { sessions, conversation } = await resolveAddresses(unit, creator, addresses);
  if (conversation !== 'direct') {
    throw new SignalboxError(
      'invalid_input',
      `"${conversation}" is a conversation and cannot be a member of one.`,
      'Members are handles, ids or group:x; to reach everyone write to "all".',
    );
  }
  if (sessions.length < limits.conversationMembers) return sessions;
  throw new SignalboxError(
    'limit_exceeded',
    `That would be ${sessions.length + 1} members; the limit is ${limits.conversationMembers}.`,
    'Name fewer members, or use a channel such as #coordination.',
  );
}

async function begunBefore(
  { tx }: Unit,
  creator: SessionRecord,
  name: string,
  ids: readonly string[],
): Promise<ConversationRecord | undefined> {
  const page = { limit: limits.conversationsPerSession + limits.pairsPerSession };
  const known = await tx.list('conversation', 'member', { equals: creator.id }, page);
  return known.find(
    conversation =>
      conversation.createdBy === creator.id &&
      conversation.name === name &&
      tx.now - conversation.at < limits.conversationRepeatMs &&
      conversation.members.length === ids.length &&
      ids.every(id => conversation.members.includes(id)),
  );
}

/** `limit_exceeded` where one of them is in as many conversations as anybody may be. Pairs, which nobody can leave, do not count. */
async function refuseTooMany({ tx }: Unit, members: readonly SessionRecord[]): Promise<void> {
  const counts = await Promise.all(members.map(member => groupCount(tx, member)));
  const full = members.find((_member, position) => (counts[position] ?? 0) >= limits.conversationsPerSession);
  if (!full) return;
  throw new SignalboxError(
    'limit_exceeded',
    `${full.handle} is in ${limits.conversationsPerSession} conversations, which is the limit.`,
    'Go on in one that exists (conversation_list); conversation_leave makes room.',
  );
}

async function groupCount(tx: Reader, { id }: SessionRecord): Promise<number> {
  const all = await tx.count('conversation', 'member', { equals: id });
  if (all < limits.conversationsPerSession) return all;
  const page = { limit: limits.conversationsPerSession + limits.pairsPerSession };
  const conversations = await tx.list('conversation', 'member', { equals: id }, page);
  return conversations.filter(each => pairIn(each) === null).length;
}

function invitation(
  { id, name }: ConversationRecord,
  creator: SessionRecord,
  members: readonly SessionRecord[],
): string {
  const handles = members.map(member => member.handle).join(', ');
  return `${creator.handle} added you to the conversation ${id} ${quoted(name)} of ${handles}. Write to all of them with message_send to ["${id}"]; conversation_leave takes you out.`;
}
