/** What somebody looks for, taken apart: words, "exact phrases", and -words that must not be there. */
import { SignalboxError } from './errors.ts';
import { limits } from './limits.ts';
import { wordsAsked } from './words.ts';

export interface Query {
  /** All words, those of the phrases included; folded as texts are. */
  readonly words: readonly string[];
  /** Texts that must stand in it to the letter, but for case and spaces. */
  readonly phrases: readonly string[];
  /** Words that must not stand in it. */
  readonly excluded: readonly string[];
}

const quoted = /"([^"]*)"/g;
const minus = /(?<=^|\s)-(?=[\p{L}\p{N}])(\S+)/gu;

/**
 * The query in a text. Errors: `invalid_input` when there is no word to look for, `limit_exceeded` beyond
 * `limits.searchQueryCharacters` or `limits.searchWords`.
 */
export function queryOf(raw: string): Query {
  if (raw.length > limits.searchQueryCharacters) {
    throw tooLong(`The query is ${raw.length} characters long; the limit is ${limits.searchQueryCharacters}.`);
  }
  const phrases = [...raw.matchAll(quoted)].map(([, phrase]) => folded(phrase ?? '')).filter(phrase => phrase !== '');
  const rest = raw.replace(quoted, ' ');
  const excluded = wordsAsked(...[...rest.matchAll(minus)].map(([, word]) => word ?? ''));
  const words = wordsAsked(rest.replace(minus, ' '), ...phrases);
  if (words.length > limits.searchWords) {
    throw tooLong(`The query has ${words.length} words; the limit is ${limits.searchWords}.`);
  }
  if (words.length > 0) return { words, phrases, excluded };
  throw new SignalboxError(
    'invalid_input',
    'The query holds no word to look for.',
    'Give at least one word of two letters or digits, for example "parser timeout".',
  );
}

/** What texts that tell what somebody is doing (task, branch) are about. Never fails, and may hold no word. */
export function aboutOf(...texts: readonly (string | null)[]): Query {
  const words = wordsAsked(...texts.filter(text => text !== null));
  return { words: words.slice(0, limits.searchWords), phrases: [], excluded: [] };
}

/** A text as phrases are compared: one Unicode form, lower case, single spaces. */
export function folded(text: string): string {
  return lowered(text).replace(/\s+/g, ' ').trim();
}

/** A text in one Unicode form and lower case, as its words are. */
export function lowered(text: string): string {
  return text.normalize('NFKC').toLowerCase();
}

/** The part of a text around the first of the words asked for, on one line, at most `limits.snippetCharacters` and two ellipses. */
export function snippetOf(text: string, query: Query): string {
  const line = text.replace(/\s+/g, ' ').trim();
  const low = line.toLowerCase();
  const found = [...query.phrases, ...query.words].map(word => low.indexOf(word)).find(at => at >= 0) ?? 0;
  const room = limits.snippetCharacters;
  const from = Math.max(0, Math.min(found - Math.floor(room / 4), line.length - room));
  const part = line
    .slice(from, from + room)
    .toWellFormed()
    .replaceAll('\ufffd', '')
    .trim();
  return `${from > 0 ? '…' : ''}${part}${from + room < line.length ? '…' : ''}`;
}

function tooLong(message: string): SignalboxError {
  return new SignalboxError('limit_exceeded', message, 'Keep the few words that tell it from everything else.');
}
