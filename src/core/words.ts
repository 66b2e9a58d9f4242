/** The words of a text, as they are indexed and asked for: folded, and names of code taken apart. */
import { limits } from './limits.ts';

const pieces = /[\p{L}\p{M}\p{N}]+/gu;
/** Where a name such as `lockAcquire` or `HTTPServer2` falls into parts. */
const humps = /(?<=\p{Ll}|\p{N})(?=\p{Lu})|(?<=\p{Lu})(?=\p{Lu}\p{Ll})/u;

/**
 * The distinct words of texts in order of first use, at most `limits.wordsIndexed`: in lower case and one Unicode form, from two
 * characters on, cut at `limits.wordCharacters`. A name such as `lockAcquire` gives itself and its parts.
 */
export function wordsOf(...texts: readonly string[]): string[] {
  const words = new Set<string>();
  for (const text of texts) {
    for (const [piece] of text.normalize('NFKC').matchAll(pieces)) {
      for (const part of [piece, ...partsOf(piece)]) {
        const word = [...part.toLowerCase()].slice(0, limits.wordCharacters).join('');
        if (word.length > 1) words.add(word);
        if (words.size >= limits.wordsIndexed) return [...words];
      }
    }
  }
  return [...words];
}

function partsOf(piece: string): string[] {
  const parts = piece.split(humps);
  return parts.length > 1 ? parts : [];
}
