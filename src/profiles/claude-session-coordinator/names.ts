/**
 * Names of scopes and keys: this vocabulary takes any text, ours takes words of one line. What fits is the same in both, but for words
 * that mean something of their own in either; for any other text there is one native name, from which it comes back as it was.
 */
import { limits } from '../../core/limits.ts';
import { cleanText } from '../../core/text.ts';

/** Where the profile itself keeps what belongs to no scope of its callers. */
export const ownScope = 'claude-session-coordinator';
/** The registry: no scope that anybody writes, but who is there. */
export const registryScope = 'instances';
export const registryKey = 'registry';

export interface Names {
  /** Whether a text is a native name as it is. */
  isPlain(text: string): boolean;
  readonly longest: number;
}

const prefix = 'text:';
const reserved = ['me', registryScope, ownScope];
const scopeCharacters = /^[\p{L}\p{M}\p{N}._:/@#+-]+$/u;

export const scopes: Names = {
  isPlain: text =>
    scopeCharacters.test(text) && !reserved.includes(text) && !/^(?:session|text):/.test(text) && isNormal(text),
  longest: limits.dataScopeCharacters,
};

export const keys: Names = {
  isPlain: text =>
    text !== '' && !text.startsWith(prefix) && isNormal(text) && isShownAsItIs(text) && !/[\n\t]|^\s|\s$/u.test(text),
  longest: limits.dataKeyCharacters,
};

/** The native name of a text; null for one that is too long to have one. */
export function nativeName(kind: Names, text: string): string | null {
  const name = kind.isPlain(text) ? text : prefix + [...text].map(encoded).join('');
  return [...name].length > kind.longest ? null : name;
}

/** The text of a native name; null for a name that is no text's, which this vocabulary cannot say. */
export function textOf(kind: Names, name: string): string | null {
  const text = name.startsWith(prefix) ? decoded(name.slice(prefix.length)) : name;
  return nativeName(kind, text) === name ? text : null;
}

/** Whether a listing shows the text so that it names the same thing again: what harms is taken out of every answer. */
export function isShownAsItIs(text: string): boolean {
  return cleanText(text).text === text;
}

function isNormal(text: string): boolean {
  return text.normalize('NFC') === text;
}

function encoded(character: string): string {
  return /[\w.:/@#-]/.test(character) ? character : `+${character.codePointAt(0)?.toString(16)}+`;
}

function decoded(text: string): string {
  return text.replace(/\+([0-9a-f]{1,5}|10[0-9a-f]{4})\+/g, (_all, code: string) =>
    String.fromCodePoint(Number.parseInt(code, 16)),
  );
}
