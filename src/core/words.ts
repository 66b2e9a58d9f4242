/** The words of a text, as they are indexed and asked for: folded, and names of code taken apart. */
import { limits } from './limits.ts';

const pieces = /[\p{L}\p{M}\p{N}]+/gu;
/** Most texts hold nothing but ASCII, which is looked through some times faster. */
const isPlain = /^[\u0000-\u007f]*$/;
const plainPieces = /[a-zA-Z0-9]+/g;
/** Where a name such as `lockAcquire` or `HTTPServer2` falls into parts. */
const humps = /(?<=\p{Ll}|\p{N})(?=\p{Lu})|(?<=\p{Lu})(?=\p{Lu}\p{Ll})/u;
/** Runs of writing without spaces between words; kept by `split` because they are captured. */
const unspacedRuns =
  /([\p{scx=Han}\p{scx=Hiragana}\p{scx=Katakana}\p{scx=Thai}\p{scx=Lao}\p{scx=Khmer}\p{scx=Myanmar}]+)/u;

/**
 * The distinct words of texts in order of first use, at most `limits.wordsIndexed`: in lower case and one Unicode form, from two
 * characters on, cut at `limits.wordCharacters`. A name such as `lockAcquire` gives itself and its parts. Writing without spaces
 * gives its pairs of characters, and the last character, so that each of its characters begins a word.
 */
export function wordsOf(...texts: readonly string[]): string[] {
  return distinct(texts, true);
}

/** The same for what is looked for: without the last characters, which the pairs before them imply. */
export function wordsAsked(...texts: readonly string[]): string[] {
  return distinct(texts, false);
}

/** All words of a text in order, with repetitions. */
export function* eachWord(text: string, withLastCharacters = true): Generator<string> {
  if (isPlain.test(text)) {
    for (const [piece] of text.matchAll(plainPieces)) yield* namesIn(piece);
    return;
  }
  for (const [piece] of text.normalize('NFKC').matchAll(pieces)) {
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
    const word = part.toLowerCase();
    if (word.length > limits.wordCharacters) yield [...word].slice(0, limits.wordCharacters).join('');
    else if (word.length > 1) yield word;
  }
}

function* pairsOf(run: string, withLastCharacter: boolean): Generator<string> {
  const characters = [...run];
  for (const [position, character] of characters.slice(0, -1).entries()) yield character + characters[position + 1];
  const last = characters.at(-1);
  if (last !== undefined && (withLastCharacter || characters.length === 1)) yield last;
}
