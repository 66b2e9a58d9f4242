/** What somebody looks for, taken apart: words, "exact phrases", and -words that must not be there. */
import { SignalboxError } from './errors.ts';
import { limits } from './limits.ts';
import { isUnspaced, lowered, wordsAsked } from './words.ts';

export interface Query {
  /** All words, those of the phrases included; folded as texts are. */
  readonly words: readonly string[];
  /** Texts that must stand in it to the letter, but for case, accents and spaces. */
  readonly phrases: readonly string[];
  /** What must not stand in it. */
  readonly excluded: Excluded;
}

/** What a text must not hold; folded as texts are. */
export interface Excluded {
  readonly words: readonly string[];
  /** Names of several words, such as `lock-queue.ts`: only where they stand whole. */
  readonly names: readonly string[];
  readonly phrases: readonly string[];
}

const nothingExcluded: Excluded = { words: [], names: [], phrases: [] };

/** A phrase, with the minus that excludes it. */
const quoted = /((?<=^|\s)-)?"([^"]*)"/g;
const minus = /(?<=^|\s)-(?=[\p{L}\p{N}])(\S+)/gu;
/** What ends a sentence or a list, not a name; the signs of `C++` and `C#` stay. */
const behindName = /[^\p{L}\p{M}\p{N}+#]+$/u;

/**
 * The query in a text. Errors: `invalid_input` when there is no word to look for, `limit_exceeded` beyond
 * `limits.searchQueryCharacters` or `limits.searchWords`.
 */
export function queryOf(raw: string): Query {
  if (raw.length > limits.searchQueryCharacters) {
    throw tooLong(`The query is ${raw.length} characters long; the limit is ${limits.searchQueryCharacters}.`);
  }
  const spoken = [...raw.matchAll(quoted)].map(([, without, phrase]) => ({ without, phrase: folded(phrase ?? '') }));
  const phrasesOf = (isExcluded: boolean) =>
    spoken
      .filter(({ without, phrase }) => phrase !== '' && (without !== undefined) === isExcluded)
      .map(each => each.phrase);
  const phrases = phrasesOf(false);
  const rest = raw.replace(quoted, ' ');
  const excluded = excludedOf(
    [...rest.matchAll(minus)].map(([, name]) => name ?? ''),
    phrasesOf(true),
  );
  const words = wordsAsked(rest.replace(minus, ' '), ...phrases);
  if (words.length > limits.searchWords) {
    throw tooLong(`The query has ${words.length} words; the limit is ${limits.searchWords}.`);
  }
  if (words.length > 0) return { words, phrases, excluded };
  throw new SignalboxError(
    'invalid_input',
    'The query holds no word to look for.',
    'Give at least one word, for example "parser timeout".',
  );
}

/** What texts that tell what somebody is doing (task, branch) are about. Never fails, and may hold no word. */
export function aboutOf(...texts: readonly (string | null)[]): Query {
  const words = wordsAsked(...texts.filter(text => text !== null));
  return { words: words.slice(0, limits.searchWords), phrases: [], excluded: nothingExcluded };
}

function excludedOf(names: readonly string[], phrases: readonly string[]): Excluded {
  const whole = names.map(name => ({ name: folded(name).replace(behindName, ''), words: wordsAsked(name) }));
  // A name of one word is that word; of a name such as `lockAcquire` it is the first, its parts follow.
  const isWord = ({ name, words }: { name: string; words: readonly string[] }) =>
    words[0] === name && !isUnspaced(name);
  return {
    words: whole.filter(isWord).map(({ name }) => name),
    names: whole.filter(each => !isWord(each)).map(({ name }) => name),
    phrases,
  };
}

/** A text as phrases are compared: folded like words, single spaces. */
export function folded(text: string): string {
  return lowered(text).replace(/\s+/g, ' ').trim();
}

/** Whether a name stands in a text whole: not as a part of a longer one, though it may be the end of a path. Takes folded texts. */
export function holdsName(text: string, name: string): boolean {
  for (let at = text.indexOf(name); at >= 0; at = text.indexOf(name, at + 1)) {
    const end = at + name.length;
    if (!joins(text.slice(Math.max(0, at - 2), at), name) && !joins(name, text.slice(end, end + 2))) return true;
  }
  return false;
}

/** Whether the end of one text and the beginning of the next belong to one name. */
function joins(left: string, right: string): boolean {
  const isPart = (character = '') => /[\p{L}\p{M}\p{N}_-]/u.test(character) && !isUnspaced(character);
  return isPart([...left].at(-1)) && isPart([...right][0]);
}

/** The part of a text around the first of the words asked for, on one line, at most `limits.snippetCharacters` and two ellipses. */
export function snippetOf(text: string, query: Query): string {
  const line = text.replace(/\s+/g, ' ').trim();
  const { low, placeOf } = loweredInPlace(line);
  const found = [...query.phrases, ...query.words].map(word => low.indexOf(word)).find(at => at >= 0);
  const room = limits.snippetCharacters;
  const from = Math.max(0, Math.min(placeOf(found ?? 0) - Math.floor(room / 4), line.length - room));
  const part = line
    .slice(from, from + room)
    .toWellFormed()
    .replaceAll('\ufffd', '')
    .trim();
  return `${from > 0 ? '…' : ''}${part}${from + room < line.length ? '…' : ''}`;
}

/** The text folded, and where in the text each of its places was: folding makes some letters more and some fewer. */
function loweredInPlace(text: string): { low: string; placeOf: (at: number) => number } {
  const low = lowered(text);
  if (low.length === text.length) return { low, placeOf: at => at };
  const places: number[] = [];
  let from = 0;
  const parts = [...text].map(character => {
    const part = lowered(character);
    for (let at = 0; at < part.length; at += 1) places.push(from);
    from += character.length;
    return part;
  });
  return { low: parts.join(''), placeOf: at => places[at] ?? 0 };
}

function tooLong(message: string): SignalboxError {
  return new SignalboxError('limit_exceeded', message, 'Keep the few words that tell it from everything else.');
}
