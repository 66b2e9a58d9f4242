/**
 * In which order texts answer a query: BM25 (a rare word tells more than a common one, a word in a short text more than in a long
 * one), and above it those that hold more of the words, in their headings, and more recently.
 */
import { type Excluded, folded, holdsName, type Query } from './query.ts';
import type { ContextRecord, MessageRecord } from './records.ts';
import { eachWord, isUnspaced } from './words.ts';

/** What a query is compared with. */
export interface Document {
  readonly title: string | null;
  readonly tags: readonly string[];
  readonly body: string;
  /** Event sequence of its newest change. */
  readonly order: number;
  readonly at: number;
}

export interface Ranked<T> {
  readonly item: T;
  /** 0 when nothing of the query is in it, a phrase is missing, or an excluded word is there. */
  readonly score: number;
}

const saturation = 1.2;
const lengthWeight = 0.6;
const beginningWeight = 0.4;
const headingWeight = 3;
const recencyWeight = 0.2;
const recencyMs = 7 * 86_400_000;
/** From how many characters on a word stands for those that begin with it, too. */
const shortestBeginning = 3;

export function messageDocument(message: MessageRecord): Document {
  return { title: null, tags: message.tags, body: message.body, order: message.sequence, at: message.at };
}

export function contextDocument(entry: ContextRecord): Document {
  return { title: entry.title, tags: entry.tags, body: entry.content, order: entry.order, at: entry.updatedAt };
}

/** Whether a word that was asked for stands for longer ones that begin with it: from three letters on, or one of a script without spaces. */
export function isBeginning(word: string): boolean {
  return word.length >= shortestBeginning || ([...word].length === 1 && isUnspaced(word));
}

/**
 * Every item with its score, best first, ties newest first; the same for the same input. How common words are is told by
 * `rarity`, or by the items themselves when there are no others.
 */
export function rank<T>(
  query: Query,
  items: readonly T[],
  asDocument: (item: T) => Document,
  now: number,
  rarity?: Rarity,
): Ranked<T>[] {
  const counted = items.map(item => counts(query, asDocument(item)));
  const average = counted.reduce((sum, { length }) => sum + length, 0) / Math.max(1, counted.length);
  const weights = weightsOf(query, rarity ?? rarityAmong(query, counted));
  const scored = items.map((item, position) => {
    const own = counted[position];
    return { item, score: own ? score(own, weights, average, now) : 0, order: own?.document.order ?? 0 };
  });
  scored.sort((left, right) => right.score - left.score || right.order - left.order);
  return scored.map(({ item, score: value }) => ({ item, score: value }));
}

/** How common words are. */
export interface Rarity {
  readonly documents: number;
  /** How many of them hold each word, at least about. */
  readonly holding: ReadonlyMap<string, number>;
}

/** What of a query stands in one document. */
interface Counts {
  readonly document: Document;
  /** By word asked for, how much of it is there; none for one that is not. */
  readonly found: ReadonlyMap<string, number>;
  /** How many words the document has. */
  readonly length: number;
  readonly isRefused: boolean;
}

function counts(query: Query, document: Document): Counts {
  const found = new Map<string, number>();
  const excluded = new Set(query.excluded.words);
  const texts = [document.title ?? '', document.body, ...document.tags];
  let length = 0;
  let isRefused = false;
  const look = (text: string, weight: number) => {
    for (const word of eachWord(text)) {
      length += 1;
      isRefused ||= excluded.has(word);
      for (const asked of query.words) {
        const strength = word === asked ? 1 : isBeginning(asked) && word.startsWith(asked) ? beginningWeight : 0;
        if (strength > 0) found.set(asked, (found.get(asked) ?? 0) + strength * weight);
      }
    }
  };
  for (const heading of [document.title ?? '', ...document.tags]) look(heading, headingWeight);
  look(document.body, 1);
  return {
    document,
    found,
    length,
    isRefused: isRefused || !holdsPhrases(query.phrases, texts) || holdsExcluded(query.excluded, texts),
  };
}

/** Whether each phrase stands in one of the texts. */
export function holdsPhrases(phrases: readonly string[], texts: readonly string[]): boolean {
  if (phrases.length === 0) return true;
  const all = texts.map(folded);
  return phrases.every(phrase => all.some(text => text.includes(phrase)));
}

/** Whether an excluded name or phrase stands in one of the texts. */
function holdsExcluded({ names, phrases }: Excluded, texts: readonly string[]): boolean {
  if (names.length === 0 && phrases.length === 0) return false;
  return texts
    .map(folded)
    .some(text => phrases.some(phrase => text.includes(phrase)) || names.some(name => holdsName(text, name)));
}

function rarityAmong(query: Query, counted: readonly Counts[]): Rarity {
  const holding = query.words.map(word => [word, counted.filter(({ found }) => found.has(word)).length] as const);
  return { documents: counted.length, holding: new Map(holding) };
}

/** What each word is worth: the rarer, the more. Never nothing, so that a word that all texts hold finds them still. */
function weightsOf(query: Query, { documents, holding }: Rarity): ReadonlyMap<string, number> {
  return new Map(
    query.words.map(word => {
      const having = Math.min(holding.get(word) ?? 0, documents);
      return [word, Math.log(1 + (documents - having + 0.5) / (having + 0.5))];
    }),
  );
}

function score(own: Counts, weights: ReadonlyMap<string, number>, average: number, now: number): number {
  if (own.isRefused || own.found.size === 0) return 0;
  const lengthShare = 1 - lengthWeight + lengthWeight * (own.length / average);
  let sum = 0;
  for (const [word, amount] of own.found) {
    sum += ((weights.get(word) ?? 0) * amount * (saturation + 1)) / (amount + saturation * lengthShare);
  }
  const coverage = own.found.size / weights.size;
  const age = Math.max(0, now - own.document.at);
  return sum * coverage * coverage * (1 + recencyWeight * 2 ** (-age / recencyMs));
}
