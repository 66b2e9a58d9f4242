/** Partners and conversations of another system that are taken over: whoever comes back to a folder finds itself in them. */
import { broughtAs, noteBrought, wasBrought } from './brought.ts';
import { putConversation } from './conversation.ts';
import { deliver } from './delivery.ts';
import { limits } from './limits.ts';
import { oldText, putOld, type Unfit } from './old-text.ts';
import { openPair } from './pair.ts';
import { shortened } from './partner.ts';
import { allBearers } from './persona.ts';
import { awaited } from './persona-mail.ts';
import { boundedFacts, type PersonaFacts, refuseUnfitName } from './persona-record.ts';
import type { ConversationRecord, SessionRecord } from './records.ts';
import { cleanLine } from './text.ts';
import type { Unit } from './unit.ts';

/** A partner as the other system has it. What it is called, and says of itself, is there for whoever takes the name. */
export async function bringPartner(
  unit: Unit,
  issuer: string,
  name: string,
  facts: PersonaFacts,
): Promise<'taken' | 'there'> {
  refuseUnfitName(name);
  const [known] = await allBearers(unit.tx, issuer, name);
  if (known) return 'there';
  const made = await awaited(unit, issuer, name);
  const personas = made.personas.map(each => ({ ...each, isRegistered: true, facts: boundedFacts(shortened(facts)) }));
  unit.tx.put('session', { ...made, personas });
  return 'taken';
}

export interface OldConversation {
  /** What tells it from all others of its system. */
  readonly key: string;
  /** Null for a direct one, which has two members. */
  readonly name: string | null;
  readonly members: readonly string[];
}

/** Takes a conversation over with those of its members who are known. `there` where it was taken over before, whatever has become of it. */
export async function bringConversation(
  unit: Unit,
  issuer: string,
  { key, name, members }: OldConversation,
): Promise<'taken' | 'there' | 'nobody is left in it'> {
  const { tx } = unit;
  if (await wasBrought(tx, issuer, key)) return 'there';
  const sessions: SessionRecord[] = [];
  for (const member of members.slice(0, limits.conversationMembers)) {
    const [session] = await allBearers(tx, issuer, member);
    if (session) sessions.push(session);
  }
  const [first, second] = sessions;
  if (!first || (name === null && !second)) return 'nobody is left in it';
  const conversation =
    name === null && second
      ? await openPair(unit, first, second, [members[0] ?? '', members[1] ?? ''])
      : begun(unit, name ?? '', sessions);
  noteBrought(unit, issuer, key, conversation.id);
  return 'taken';
}

function begun(unit: Unit, raw: string, members: readonly SessionRecord[]): ConversationRecord {
  const name = cleanLine(raw, 'name', limits.conversationNameCharacters) || 'group';
  return putConversation(
    unit,
    name,
    members.map(({ id }) => id),
  );
}

export interface OldSaid {
  readonly key: string;
  /** The key of its conversation. */
  readonly conversation: string;
  readonly from: string;
  readonly body: string;
  readonly at: number;
  /** The names that have read it. */
  readonly readBy: readonly string[];
}

export type BroughtSaid = 'taken' | 'there' | Unfit | 'its conversation was not taken';

/** Takes over what was said in a conversation, unread for those members who have not read it. Done again it changes nothing. */
export async function bringSaid(unit: Unit, issuer: string, old: OldSaid, keptMs: number): Promise<BroughtSaid> {
  const { tx } = unit;
  const body = oldText(tx, old, keptMs);
  if ('unfit' in body) return body.unfit;
  if (await wasBrought(tx, issuer, old.key)) return 'there';
  const id = await broughtAs(tx, issuer, old.conversation);
  const conversation = id === null ? undefined : await tx.get('conversation', id);
  const [sender] = await allBearers(tx, issuer, old.from);
  if (!conversation || !sender) return 'its conversation was not taken';
  const audience = conversation.members.filter(each => each !== sender.id);
  const place = { to: [conversation.id], recipients: [], conversation: conversation.id };
  const parts = { ...place, body: body.text, priority: 'normal', at: old.at, said: { partner: old.from } } as const;
  const message = putOld(unit, sender, old.from, parts, audience);
  for (const member of audience) {
    const session = await tx.get('session', member);
    if (!session) continue;
    const { delivery } = deliver(unit, session, message);
    const hasRead = session.personas.some(each => each.issuer === issuer && old.readBy.includes(each.name));
    if (hasRead) tx.put('delivery', { ...delivery, state: 'read', path: 'import', readAt: tx.now });
  }
  noteBrought(unit, issuer, old.key);
  return 'taken';
}
