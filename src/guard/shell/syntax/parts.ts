/** Reads words: quotes, variables, substitutions. What is in them is filled in later. */

import { type Node, type Part, type SourceWord, Unreadable } from './nodes.ts';
import { escapedQuoted, singleQuoted } from './quotes.ts';
import type { Source } from './source.ts';

/** How a piece of text is read. */
interface Mode {
  /** The character that ends it; null for the end of the text. */
  readonly stop: string | null;
  readonly isQuoted: boolean;
  readonly hasSingleQuotes: boolean;
  readonly hasDoubleQuotes: boolean;
  /** What a backslash takes the meaning of; null for everything. */
  readonly escapable: string | null;
}

class Parts {
  readonly list: Part[] = [];

  text(text: string, isQuoted: boolean): void {
    const last = this.list.at(-1);
    if (last?.kind === 'text' && last.isQuoted === isQuoted) {
      this.list[this.list.length - 1] = { kind: 'text', text: last.text + text, isQuoted };
    } else this.list.push({ kind: 'text', text, isQuoted });
  }

  add(part: Part): void {
    this.list.push(part);
  }

  addAll(parts: readonly Part[]): void {
    for (const part of parts) this.list.push(part);
  }
}

const endsWord = new Set([' ', '\t', '\n', ';', '&', '|', ')', '']);
const opensPattern = new Set(['?', '*', '+', '@', '!']);
const beginsArray = /^[A-Za-z_][A-Za-z0-9_]*(\[[^\]]*\])?\+?=$/;
/** Outside of quotes, and inside of anything. */
const plain = /[^\s;&|()<>\\'"$`]+/y;
const inner = /[^\\'"$`}\]]+/y;

/** The word that begins at the place; without parts if none does. Where a command begins, `!(` is no pattern. */
export function wordAt(source: Source, isCommand = false): SourceWord {
  const parts = new Parts();
  for (;;) {
    const character = source.peek();
    if (endsWord.has(character)) break;
    if (character === '<' || character === '>') {
      if (source.peek(1) !== '(') break;
      source.at += 2;
      parts.add({ kind: 'process', script: source.nested(() => source.inner.substitution(source)) });
    } else if (character === '(') {
      const bracket = isCommand && isBang(parts.list) ? null : bracketIn(source, parts.list);
      if (!bracket) break;
      parts.add(bracket);
    } else if (!runOf(plain, source, parts, false)) piece(source, parts, bare);
  }
  return { parts: parts.list };
}

/** Takes everything up to the next character that may have a meaning at once. */
function runOf(characters: RegExp, source: Source, parts: Parts, isQuoted: boolean): boolean {
  characters.lastIndex = source.at;
  const run = characters.exec(source.text)?.[0];
  if (run === undefined) return false;
  parts.text(run, isQuoted);
  source.at += run.length;
  return true;
}

const bare: Mode = { stop: null, isQuoted: false, hasSingleQuotes: true, hasDoubleQuotes: true, escapable: null };
const doubleQuotes: Mode = {
  stop: '"',
  isQuoted: true,
  hasSingleQuotes: false,
  hasDoubleQuotes: false,
  escapable: '$`"\\',
};
const document: Mode = { ...doubleQuotes, stop: null, escapable: '$`\\' };
const bracketed: Mode = { ...doubleQuotes, stop: ']' };

/** The text of a here-document whose delimiter is not in quotes. */
export function documentParts(source: Source): readonly Part[] {
  return partsUntil(source, document);
}

/** Everything up to the character that ends the mode, and that character. */
function partsUntil(source: Source, mode: Mode): readonly Part[] {
  const parts = new Parts();
  for (;;) {
    if (source.isAtEnd) {
      if (mode.stop === null) return parts.list;
      throw new Unreadable('an unbalanced quote');
    }
    if (source.peek() === mode.stop) {
      source.at += 1;
      return parts.list;
    }
    if (!runOf(inner, source, parts, mode.isQuoted)) piece(source, parts, mode);
  }
}

/** One piece: a character, a quoted text, a substitution. */
function piece(source: Source, parts: Parts, mode: Mode): void {
  const character = source.peek();
  if (character === '\\') escaped(source, parts, mode);
  else if (character === "'" && mode.hasSingleQuotes) parts.text(singleQuoted(source), true);
  else if (character === '"' && mode.hasDoubleQuotes) doubleQuoted(source, parts);
  else if (character === '$') dollar(source, parts, mode);
  else if (character === '`') parts.add(backticks(source, mode.isQuoted));
  else {
    parts.text(character, mode.isQuoted);
    source.at += 1;
  }
}

function escaped(source: Source, parts: Parts, mode: Mode): void {
  const next = source.peek(1);
  source.at += 2;
  if (next === '\n') return;
  if (mode.escapable === null) parts.text(next, true);
  else if (next !== '' && mode.escapable.includes(next)) parts.text(next, true);
  else parts.text(`\\${next}`, true);
}

function doubleQuoted(source: Source, parts: Parts): void {
  source.at += 1;
  const inside = source.nested(() => partsUntil(source, doubleQuotes));
  // With nothing in them the word is there, and empty. Arguments in quotes are no word if there are none.
  if (inside.length === 0) parts.text('', true);
  parts.addAll(inside);
}

const name = /[A-Za-z_][A-Za-z0-9_]*|[0-9@*#?$!-]/y;
const braceName = /[A-Za-z_][A-Za-z0-9_]*|[0-9]+|[@*#?$!-]/y;

function dollar(source: Source, parts: Parts, mode: Mode): void {
  const next = source.peek(1);
  if (next === '(') parts.add(bracketSubstitution(source, mode.isQuoted));
  else if (next === '{') parts.add(source.nested(() => inBraces(source, mode.isQuoted)));
  else if (next === "'" && !mode.isQuoted) {
    source.at += 1;
    parts.text(escapedQuoted(source), true);
  } else if (next === '"' && !mode.isQuoted) {
    source.at += 1;
    doubleQuoted(source, parts);
  } else if (next === '[') {
    source.at += 2;
    parts.add({ kind: 'arithmetic', parts: source.nested(() => partsUntil(source, bracketed)) });
  } else plainVariable(source, parts, mode.isQuoted);
}

function plainVariable(source: Source, parts: Parts, isQuoted: boolean): void {
  name.lastIndex = source.at + 1;
  const found = name.exec(source.text)?.[0];
  source.at += 1 + (found?.length ?? 0);
  if (found === undefined) parts.text('$', isQuoted);
  else parts.add({ kind: 'parameter', name: found, subscript: null, operator: '', operand: [], isQuoted });
}

function bracketSubstitution(source: Source, isQuoted: boolean): Part {
  if (source.peek(2) === '(') {
    const numbers = source.attempt(() => {
      source.at += 3;
      return source.nested(() => arithmeticParts(source));
    });
    if (numbers) return { kind: 'arithmetic', parts: numbers };
    return { kind: 'command', script: bracketsInBrackets(source), isQuoted };
  }
  source.at += 2;
  return { kind: 'command', script: source.nested(() => source.inner.substitution(source)), isQuoted };
}

/**
 * Commands in `$((`. Shells look for the end by counting brackets and not by reading commands, so that a bracket behind
 * the pattern of a `case` closes it there. Where the two differ, other commands are run than are read.
 */
function bracketsInBrackets(source: Source): Node {
  let end = -1;
  source.attempt(() => {
    source.at += 2;
    if (arithmeticParts(source, ')')) end = source.at;
    return null;
  });
  source.at += 2;
  const script = source.nested(() => source.inner.substitution(source));
  if (source.at !== end) throw new Unreadable('brackets that could mean several things');
  return script;
}

const arithmetic: Mode = { ...bare, isQuoted: true };

/** From behind `((` to behind `))`, or from behind `(` to behind `)`; null if the brackets do not end so. */
export function arithmeticParts(source: Source, close = '))'): readonly Part[] | null {
  const parts = new Parts();
  for (let depth = 0; !source.isAtEnd; ) {
    const character = source.peek();
    if (character === ')' && depth === 0) {
      if (!source.startsWith(close)) return null;
      source.at += close.length;
      return parts.list;
    }
    if (character === '(') depth += 1;
    if (character === ')') depth -= 1;
    piece(source, parts, arithmetic);
  }
  return null;
}

const operators = /:[-=+?]|[-=+?]|##?|%%?|\/[/#%]?|\^\^?|,,?|[@:]/y;

/** From `${` to behind `}`. Forms that are not known get an operator nobody knows, and so an unknown value. */
function inBraces(source: Source, isQuoted: boolean): Part {
  source.at += 2;
  const prefix = prefixIn(source);
  braceName.lastIndex = source.at;
  const found = braceName.exec(source.text)?.[0] ?? '';
  source.at += found.length;
  const subscript = source.peek() === '[' ? subscriptAt(source) : null;
  operators.lastIndex = source.at;
  const operator = operators.exec(source.text)?.[0] ?? '';
  source.at += operator.length;
  const operand = partsUntil(source, operandMode(operator, isQuoted));
  const isPlain = prefix === '' && found !== '' && (operator !== '' || operand.length === 0);
  return { kind: 'parameter', name: found, subscript, operator: isPlain ? operator : 'other', operand, isQuoted };
}

/** `!` and `#` before a name ask for something else than its value. */
function prefixIn(source: Source): string {
  const [first, second] = [source.peek(), source.peek(1)];
  const isPrefix = (first === '#' || first === '!') && /[A-Za-z0-9_@*]/.test(second);
  if (!isPrefix) return '';
  source.at += 1;
  return first;
}

function subscriptAt(source: Source): string {
  source.at += 1;
  const parts = partsUntil(source, { ...bare, stop: ']' });
  return parts.map(part => (part.kind === 'text' ? part.text : '?')).join('');
}

function operandMode(operator: string, isQuoted: boolean): Mode {
  // What is cut off or replaced is a pattern also in double quotes, and has quotes of its own.
  if (!isQuoted || /^[#%/^,]/.test(operator)) return { ...bare, stop: '}' };
  return { stop: '}', isQuoted: true, hasSingleQuotes: false, hasDoubleQuotes: true, escapable: '$`"\\}' };
}

function backticks(source: Source, isQuoted: boolean): Part {
  const start = source.at + 1;
  let end = start;
  while (end < source.text.length && source.text[end] !== '`') end += source.text[end] === '\\' ? 2 : 1;
  if (end >= source.text.length) throw new Unreadable('an unbalanced backtick');
  source.at = end + 1;
  const text = source.text.slice(start, end).replaceAll(isQuoted ? /\\([\\`$"])/g : /\\([\\`$])/g, '$1');
  return { kind: 'command', script: source.nested(() => source.inner.separate(text, source.level)), isQuoted };
}

function isBang([first, ...others]: readonly Part[]): boolean {
  return first?.kind === 'text' && !first.isQuoted && first.text === '!' && others.length === 0;
}

/** A bracket that belongs to the word before it; null if it does not. */
function bracketIn(source: Source, before: readonly Part[]): Part | null {
  const last = before.at(-1);
  if (last?.kind !== 'text' || last.isQuoted) return null;
  if (before.length === 1 && beginsArray.test(last.text)) return arrayAt(source);
  if (!opensPattern.has(last.text.at(-1) ?? '')) return null;
  return source.nested(() => alternatives(source));
}

function arrayAt(source: Source): Part {
  source.at += 1;
  const words: SourceWord[] = [];
  for (;;) {
    skipSpace(source);
    if (source.peek() === ')') {
      source.at += 1;
      return { kind: 'array', words };
    }
    const word = source.nested(() => wordAt(source));
    if (word.parts.length === 0) throw new Unreadable('an unbalanced bracket');
    words.push(word);
  }
}

function skipSpace(source: Source): void {
  for (;;) {
    source.skipBlanks();
    if (source.peek() === '\n') source.at += 1;
    else if (source.peek() === '#') source.skipComment();
    else return;
  }
}

/** From `(` to behind its `)`. */
function alternatives(source: Source): Part {
  const parts = new Parts();
  const start = source.at;
  let depth = 0;
  do {
    if (source.isAtEnd) throw new Unreadable('an unbalanced bracket');
    if (source.peek() === '(') depth += 1;
    if (source.peek() === ')') depth -= 1;
    piece(source, parts, bare);
  } while (depth > 0);
  return { kind: 'pattern', text: source.text.slice(start, source.at), parts: parts.list };
}
