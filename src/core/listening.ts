/** Who is listening right now: partners whose call waits for what others say. What is said to them arrives at once. */
import { limits } from './limits.ts';
import type { PersonaFacts } from './persona-record.ts';

/** One wait of a partner. */
interface Wait {
  readonly ticket: string;
  /** When it is over at the latest, also where nobody can take it back. */
  readonly until: number;
  /** The only conversation that it waits for; null for all. */
  readonly conversation: string | null;
}

/** A wait that begins, for so long at most. */
export interface NewWait {
  readonly ticket: string;
  readonly ms: number;
  readonly conversation: string | null;
  /** Whether it takes the place of all that there are, which are over by that. */
  readonly isSole?: boolean;
}

/** Whether a partner waits for what is said in a conversation; in any, for null. */
export function isListening(facts: PersonaFacts, now: number, conversation: string | null): boolean {
  const isFor = (wait: Wait) =>
    conversation === null || wait.conversation === null || wait.conversation === conversation;
  return waitsIn(facts, now).some(isFor);
}

/** Whether a call still waits, and no other has taken its place. */
export function isWaiting(facts: PersonaFacts, now: number, ticket: string): boolean {
  return waitsIn(facts, now).some(wait => wait.ticket === ticket);
}

/** What a partner says while one more call of it waits. */
export function whileListening(
  facts: PersonaFacts,
  now: number,
  { ticket, ms, conversation, isSole }: NewWait,
): PersonaFacts {
  const wait = { ticket, until: now + ms + limits.listenGraceMs, conversation };
  // Of very many the newest are known: what is said of oneself is bounded, and every one of them is woken all the same.
  const waits = [...(isSole ? [] : waitsIn(facts, now)), wait].slice(-limits.waitsPerPartner);
  return { listening: JSON.stringify(waits) };
}

/** What it says once that call waits no more; others may. */
export function afterListening(facts: PersonaFacts, now: number, ticket: string): PersonaFacts {
  const left = waitsIn(facts, now).filter(wait => wait.ticket !== ticket);
  return { listening: left.length === 0 ? null : JSON.stringify(left) };
}

function waitsIn({ listening }: PersonaFacts, now: number): Wait[] {
  if (typeof listening !== 'string') return [];
  return (JSON.parse(listening) as Wait[]).filter(({ until }) => until > now);
}
