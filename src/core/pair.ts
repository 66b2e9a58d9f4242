/**
 * Pairs: the lasting conversation of two partners, for vocabularies in which it has an address that both can work out. Natively it is a
 * conversation of two members; that its name holds tabs, which no name has that anybody gives, tells it from a group.
 */
import { putConversation } from './conversation.ts';
import { limits } from './limits.ts';
import type { Reader } from './ports.ts';
import type { ConversationRecord, SessionRecord } from './records.ts';
import type { Unit, View } from './unit.ts';

const beginning = 'direct';

/** The names of the two, sorted; null for a group. */
export function pairIn({ name }: Pick<ConversationRecord, 'name'>): readonly [string, string] | null {
  const [first, one, other, ...more] = name.split('\t');
  if (first !== beginning || one === undefined || other === undefined || more.length > 0) return null;
  return [one, other];
}

/** The conversation of two by their names, as one of them has it. */
export async function pairNamed(
  { tx }: Pick<View, 'tx'>,
  session: SessionRecord,
  names: readonly [string, string],
): Promise<ConversationRecord | undefined> {
  const all = await conversationsWith(tx, session);
  return all.find(({ name }) => name === nameOf(names));
}

/**
 * The same, begun if need be; nobody is told of that. Who was forgotten after a long absence is in it again. Where one of them is in
 * `limits.pairsPerSession`, the one ends in which nothing was said for the longest time: nobody could leave it.
 */
export async function openPair(
  unit: Unit,
  me: SessionRecord,
  peer: SessionRecord,
  names: readonly [string, string],
): Promise<ConversationRecord> {
  const { tx } = unit;
  const known = (await pairNamed(unit, me, names)) ?? (await pairNamed(unit, peer, names));
  const members = [me.id, peer.id];
  if (known && members.every(each => known.members.includes(each))) return known;
  for (const session of [me, peer]) await endSilentPairs(unit, session, known?.id);
  if (!known) return putConversation(unit, nameOf(names), members);
  const whole = { ...known, members };
  tx.put('conversation', whole);
  return whole;
}

async function conversationsWith(tx: Reader, session: SessionRecord): Promise<ConversationRecord[]> {
  const page = { limit: limits.conversationsPerSession + limits.pairsPerSession };
  return tx.list('conversation', 'member', { equals: session.id }, page);
}

/** Makes room for one more pair of a session. */
async function endSilentPairs({ tx }: Unit, session: SessionRecord, except: string | undefined): Promise<void> {
  const pairs = (await conversationsWith(tx, session)).filter(each => pairIn(each) !== null && each.id !== except);
  const tooMany = pairs.length - limits.pairsPerSession + 1;
  if (tooMany <= 0) return;
  const silent = pairs.sort((one, other) => one.spokenAt - other.spokenAt).slice(0, tooMany);
  for (const pair of silent) tx.put('conversation', { ...pair, members: [], endedAt: tx.now });
}

function nameOf(names: readonly [string, string]): string {
  return [beginning, ...[...names].sort()].join('\t');
}
