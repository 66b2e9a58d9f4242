/**
 * Refusing what a tool is about to do, so that work moves on: who has it, what for, how long still, the place in the queue, and one
 * next step. The same attempt at once gets a short answer, because a long one was read already.
 */
import type { Refused, Ring, RingFacts } from './guard-record.ts';
import { limits } from './limits.ts';
import type { SessionRecord } from './records.ts';
import { cleanText } from './text.ts';
import type { Unit } from './unit.ts';

export interface Refusal {
  readonly ring: Ring;
  /** The same text for the same attempt. */
  readonly what: string;
  /** Whole sentences, the most important first; the last one is the next step. */
  readonly lines: readonly string[];
  /** For whoever tries the same again at once: one sentence. */
  readonly brief: string;
  /** Whether the same attempt is expected again, and will not meet this. */
  readonly isOnce?: boolean;
  /** The same text for the same obstacles: an attempt that meets others is told of them. */
  readonly why?: string;
}

/** Notes a refusal at the session and returns what its model is told. */
export function refuse({ tx }: Pick<Unit, 'tx'>, me: SessionRecord, refusal: Refusal, call: string | null): string {
  const { ring, what, lines, brief, isOnce = false, why } = refusal;
  const before = me.guard.refused;
  const isSame = before !== null && before.what === what && before.why === why;
  const isAgain = isSame && !before.isOnce && tx.now - before.at < limits.refusedAgainMs;
  const times = isAgain ? before.times + 1 : 1;
  const refused: Refused = {
    ring,
    what,
    call,
    at: tx.now,
    times,
    ...(isOnce ? { isOnce } : {}),
    ...(why ? { why } : {}),
  };
  tx.put('session', { ...me, guard: { ...me.guard, refused, rings: heard(me, ring, tx.now) } });
  tx.emit({ type: 'guard.refused', audience: [], data: { session: me.id, ring, what: what.slice(0, 300) } });
  return clipped(`Signalbox: ${isAgain ? brief : lines.join(' ')}`);
}

function clipped(text: string): string {
  const clean = cleanText(text).text;
  const most = limits.refusalCharacters;
  return clean.length > most ? `${clean.slice(0, most - 1).toWellFormed()}…` : clean;
}

/** The rings with it noted that one asked just now. */
export function heard(me: SessionRecord, ring: Ring, now: number): SessionRecord['guard']['rings'] {
  const { rings } = me.guard;
  const known: RingFacts = rings[ring] ?? { heardAt: now, provenAt: null, ignoredAt: null };
  return { ...rings, [ring]: { ...known, heardAt: now } };
}

/** Whether it is worth noting that a ring asked. */
export function isNewlyHeard(me: SessionRecord, ring: Ring, now: number): boolean {
  const facts = me.guard.rings[ring];
  return facts === undefined || now - facts.heardAt >= limits.ringHeardEveryMs;
}

/**
 * What the event says of the last refusal: a tool that ended well although it was refused shows that nobody obeys it; anything
 * else that follows shows that it was obeyed, because the client went on without the tool. Null when nothing is new.
 */
export function verdictOn(
  me: SessionRecord,
  event: { readonly isDone: boolean; readonly call: string | null; readonly what: string | null },
): 'obeyed' | 'ignored' | null {
  const { refused, rings } = me.guard;
  if (refused === null) return null;
  const facts = rings[refused.ring];
  const isSame = refused.call === null ? event.what === refused.what : event.call === refused.call;
  if (event.isDone && isSame) return facts?.ignoredAt === refused.at ? null : 'ignored';
  if (event.isDone && refused.call === null && event.what === null) return null;
  return (facts?.provenAt ?? 0) >= refused.at || facts?.ignoredAt === refused.at ? null : 'obeyed';
}

/** Notes what `verdictOn` found. */
export function noteVerdict(me: SessionRecord, verdict: 'obeyed' | 'ignored'): SessionRecord {
  const { refused, rings } = me.guard;
  if (refused === null) return me;
  const known = rings[refused.ring] ?? { heardAt: refused.at, provenAt: null, ignoredAt: null };
  const facts =
    verdict === 'obeyed'
      ? { ...known, provenAt: refused.at, ignoredAt: null }
      : { ...known, provenAt: null, ignoredAt: refused.at };
  return { ...me, guard: { ...me.guard, rings: { ...rings, [refused.ring]: facts } } };
}
