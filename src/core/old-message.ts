/** Messages of another system that are taken over: with their senders, their times, and who has read them there. */
import { noteBrought, wasBrought } from './brought.ts';
import { deliver } from './delivery.ts';
import { limits } from './limits.ts';
import { oldText, putOld, type Unfit } from './old-text.ts';
import { allBearers } from './persona.ts';
import { addressOfName, awaited } from './persona-mail.ts';
import { boundedFacts, type PersonaFacts, refuseUnfitName } from './persona-record.ts';
import { lookAround } from './presence.ts';
import type { Priority, SessionRecord } from './records.ts';
import type { Unit } from './unit.ts';

export interface OldMessage {
  readonly issuer: string;
  /** What tells it from all others of its system. */
  readonly key: string;
  /** The name of its sender. */
  readonly from: string;
  /** The name of its recipient; null for everybody. */
  readonly to: string | null;
  readonly body: string;
  readonly priority: Priority;
  readonly at: number;
  readonly said: PersonaFacts;
  /** The names that have read it. */
  readonly readBy: readonly string[];
}

export type BroughtMessage = 'taken' | 'there' | Unfit | 'its inbox is full';

/**
 * Stores a message as if it had been sent here at its time: its recipient finds it unread, or read where it read it there; one to
 * everybody reaches who is here, and who comes within `limits.broadcastKeptHours` of its time. Done again it changes nothing. What is
 * kept no longer than `keptMs` is not taken when it is older, because it would be forgotten at once.
 */
export async function bringMessage(unit: Unit, old: OldMessage, keptMs: number): Promise<BroughtMessage> {
  const { tx } = unit;
  const { issuer, from, to } = old;
  for (const name of [from, ...(to === null ? [] : [to])]) refuseUnfitName(name);
  const body = oldText(tx, old, keptMs);
  if ('unfit' in body) return body.unfit;
  if (await wasBrought(tx, issuer, old.key)) return 'there';
  const sender = await writer(unit, issuer, from);
  const readers = new Map<string, SessionRecord>();
  for (const name of old.readBy.slice(0, limits.sessionsPerProject)) {
    const reader = await formerly(unit, issuer, name);
    readers.set(reader.id, reader);
  }
  const recipients = await recipientsOf(unit, issuer, to);
  if (to !== null && (await isFull(unit, recipients))) return 'its inbox is full';
  const everybody = new Map([...recipients.map(each => [each.id, each] as const), ...readers]);
  everybody.delete(sender.id);
  const ids = to === null ? [] : recipients.map(({ id }) => id);
  const { priority, at, said } = old;
  const parts = { to: [to ?? 'all'], recipients: ids, body: body.text, priority, at, said: boundedFacts(said) };
  const message = putOld(unit, sender, from, { ...parts, conversation: to === null ? 'all' : 'direct' }, ids);
  for (const session of everybody.values()) {
    const { delivery } = deliver(unit, session, message);
    if (readers.has(session.id)) tx.put('delivery', { ...delivery, state: 'read', path: 'import', readAt: tx.now });
  }
  noteBrought(unit, issuer, old.key);
  return 'taken';
}

/**
 * Who wrote what is taken over: one session for each name, which never lives and leaves its name to nobody, so that whoever bears the
 * name does not get its own words, and others are told the name.
 */
async function writer(unit: Unit, issuer: string, name: string): Promise<SessionRecord> {
  const id = `before:${issuer}:${name}`;
  const known = await unit.tx.get('session', id);
  if (known) return known;
  const made = await awaited(unit, issuer, name, id);
  const personas = made.personas.map(persona => ({ ...persona, leftTo: id }));
  const session = { ...made, personas };
  unit.tx.put('session', session);
  return session;
}

async function isFull({ tx }: Unit, sessions: readonly SessionRecord[]): Promise<boolean> {
  for (const { id } of sessions)
    if ((await tx.count('delivery', 'unread', { equals: id })) >= limits.unreadPerSession) return true;
  return false;
}

/** Whoever has the name, or had it last, or will have it. */
async function formerly(unit: Unit, issuer: string, name: string): Promise<SessionRecord> {
  const [bearer] = await allBearers(unit.tx, issuer, name);
  return bearer ?? awaited(unit, issuer, name);
}

async function recipientsOf(unit: Unit, issuer: string, to: string | null): Promise<SessionRecord[]> {
  if (to === null) return (await lookAround(unit)).live;
  const session = await unit.tx.get('session', await addressOfName(unit, issuer, to));
  return session ? [session] : [];
}
