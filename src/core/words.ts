/** The words of a text, as they are indexed and asked for: folded, and names of code taken apart. */
import { limits } from './limits.ts';

// `C++` and `C#` are names of one letter that their signs tell apart.
const pieces = /(?<![\p{L}\p{M}\p{N}])[a-zA-Z](?:\+\+|#)(?![\p{L}\p{N}])|[\p{L}\p{M}\p{N}]+/gu;
/** Most texts hold nothing but ASCII, which is looked through some times faster. */
const isPlain = /^[\u0000-\u007f]*$/;
const plainPieces = /(?<![a-zA-Z0-9])[a-zA-Z](?:\+\+|#)(?![a-zA-Z0-9])|[a-zA-Z0-9]+/g;
/** What stands above and below letters of Latin, Greek and Cyrillic; other scripts tell words apart by theirs. */
const accents = /[\u0300-\u036f]/g;
/** Letters that people type as others, but no Unicode form takes apart. */
const alike: Readonly<Record<string, string>> = {
  ø: 'o',
  Ø: 'O',
  ł: 'l',
  Ł: 'L',
  đ: 'd',
  Đ: 'D',
  æ: 'ae',
  Æ: 'AE',
  œ: 'oe',
  Œ: 'OE',
};
/** Where a name such as `lockAcquire` or `HTTPServer2` falls into parts. */
const humps = /(?<=\p{Ll}|\p{N})(?=\p{Lu})|(?<=\p{Lu})(?=\p{Lu}\p{Ll})/u;
/** Runs of writing without spaces between words; kept by `split` because they are captured. */
const unspacedRuns =
  /([\p{scx=Han}\p{scx=Hiragana}\p{scx=Katakana}\p{scx=Thai}\p{scx=Lao}\p{scx=Khmer}\p{scx=Myanmar}]+)/u;

/**
 * The distinct words of texts in order of first use, at most `limits.wordsIndexed`: folded by `lowered`, cut at
 * `limits.wordCharacters`. A name such as `lockAcquire` gives itself and its parts. Writing without spaces gives its pairs of
 * characters, and the last character, so that each of its characters begins a word.
 */
export function wordsOf(...texts: readonly string[]): string[] {
  return distinct(texts, true);
}

/** Whether `wordsOf` tells all words of the texts. */
export function areAllIndexed(...texts: readonly string[]): boolean {
  const words = new Set(wordsOf(...texts));
  return words.size < limits.wordsIndexed || texts.every(text => [...eachWord(text)].every(word => words.has(word)));
}

/**
 * The same for what is looked for: without the last characters, which the pairs before them imply, and without single letters
 * and digits unless there is nothing else.
 */
export function wordsAsked(...texts: readonly string[]): string[] {
  const words = distinct(texts, false);
  const telling = words.filter(word => !isSingle(word));
  return telling.length > 0 ? telling : words;
}

/** Whether a word is one letter or digit, which stands for no longer ones; a character of writing without spaces does. */
export function isSingle(word: string): boolean {
  return [...word].length === 1 && !isUnspaced(word);
}

/** Whether a text holds writing without spaces between words. */
export function isUnspaced(text: string): boolean {
  return !isPlain.test(text) && unspacedRuns.test(text);
}

/** A text in one Unicode form without letter case and accents, as its words are: `Café`, `STRASSE` and `straße` become `cafe` and `strasse`. */
export function lowered(text: string): string {
  return isPlain.test(text) ? text.toLowerCase() : withoutCase(withoutAccents(text));
}

/** All words of a text in order, with repetitions. */
export function* eachWord(text: string, withLastCharacters = true): Generator<string> {
  if (isPlain.test(text)) {
    for (const [piece] of text.matchAll(plainPieces)) yield* namesIn(piece);
    return;
  }
  for (const [piece] of withoutAccents(text).matchAll(pieces)) {
    for (const [position, part] of piece.split(unspacedRuns).entries()) {
      if (position % 2 === 1) yield* pairsOf(part, withLastCharacters);
      else yield* namesIn(part);
    }
  }
}

function distinct(texts: readonly string[], withLastCharacters: boolean): string[] {
  const words = new Set<string>();
  for (const text of texts) {
    for (const word of eachWord(text, withLastCharacters)) {
      words.add(word);
      if (words.size >= limits.wordsIndexed) return [...words];
    }
  }
  return [...words];
}

function* namesIn(name: string): Generator<string> {
  // Only a capital begins a part.
  const parts = name === name.toLowerCase() ? [name] : name.split(humps);
  for (const part of parts.length > 1 ? [name, ...parts] : parts) {
    const word = isPlain.test(part) ? part.toLowerCase() : withoutCase(part);
    if (word.length > limits.wordCharacters) yield [...word].slice(0, limits.wordCharacters).join('');
    else if (word.length > 1 || name.length === 1) yield word;
  }
}

function* pairsOf(run: string, withLastCharacter: boolean): Generator<string> {
  const characters = [...run];
  for (const [position, character] of characters.slice(0, -1).entries()) yield character + characters[position + 1];
  const last = characters.at(-1);
  if (last !== undefined && (withLastCharacter || characters.length === 1)) yield last;
}

function withoutAccents(text: string): string {
  return text
    .normalize('NFKD')
    .replace(accents, '')
    .replace(/[øØłŁđĐæÆœŒ]/g, letter => alike[letter] ?? letter)
    .normalize('NFC');
}

/** Capital letters tell least apart: only they make `ß` and `SS` the same. A Greek word ends in a letter of its own. */
function withoutCase(text: string): string {
  return text.toLowerCase().toUpperCase().toLowerCase().replaceAll('ς', 'σ');
}
