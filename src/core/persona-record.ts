/** What a session's record holds of the names that other vocabularies have for it: plain JSON, and by what it is found. */
import { SignalboxError } from './errors.ts';
import { limits } from './limits.ts';
import { byteLength, cleanText } from './text.ts';

/** A name that a caller of a profile gave a session, and what it said of it. */
export interface Persona {
  /** The profile: `claude-presence`. */
  readonly issuer: string;
  /** As the caller spells it, byte for byte. */
  readonly name: string;
  /** Whether the caller has said that it is here, or only acted under the name. */
  readonly isRegistered: boolean;
  /** The session that has the name by now; this one only had it, and what it wrote was written under it. */
  readonly leftTo: string | null;
  /** What the caller said, in the words of its vocabulary. */
  readonly facts: PersonaFacts;
  readonly since: number;
  /** When its caller last said that it is here. */
  readonly saidAt: number;
}

/** A lock that was taken over from another system: whose it is, until that session comes. */
export interface HeldFor {
  /** As `personaKey` gives it. */
  readonly persona: string;
  readonly reason: string | null;
}

export type PersonaFacts = Readonly<Record<string, string | number | null>>;

/** The index value under which a persona is found; no issuer holds a tab. */
export function personaKey(issuer: string, name: string): string {
  return `${issuer}\t${name}`;
}

/** The names that a session has, and has not left to another. */
export function personaKeys(personas: readonly Persona[]): string[] {
  return personas.flatMap(({ issuer, name, leftTo }) => (leftTo === null ? [personaKey(issuer, name)] : []));
}

/** The facts, if they are within `limits.personaFactsBytes` as JSON; else `limit_exceeded`. */
export function boundedFacts(facts: PersonaFacts): PersonaFacts {
  const bytes = byteLength(JSON.stringify(facts));
  if (bytes <= limits.personaFactsBytes) return facts;
  throw new SignalboxError(
    'limit_exceeded',
    `What is said besides is ${bytes} bytes; the limit is ${limits.personaFactsBytes}.`,
    'Shorten it.',
  );
}

/** Errors: `invalid_input` for a name that is empty or holds control characters, `limit_exceeded` for one that is too long. */
export function refuseUnfitName(name: string): void {
  const characters = [...name].length;
  if (characters === 0 || cleanText(name).text !== name) {
    const what = characters === 0 ? 'is empty' : 'holds control characters';
    throw new SignalboxError('invalid_input', `The name of the session ${what}.`, 'Give it a plain name of its own.');
  }
  if (characters <= limits.personaNameCharacters) return;
  throw new SignalboxError(
    'limit_exceeded',
    `The name of the session has ${characters} characters; the limit is ${limits.personaNameCharacters}.`,
    'Choose a shorter name.',
  );
}
