/**
 * Search over messages and shared context together. Messages have no index of words, which would cost every send more than all
 * searches cost: the newest ones of the narrowest place are looked through, a bounded number, which `messagesLeft` tells.
 */
import { isCurrent } from './context.ts';
import { type History, maySeeByItself } from './history.ts';
import { limits } from './limits.ts';
import type { Range, Reader } from './ports.ts';
import type { Query } from './query.ts';
import { contextDocument, holdsPhrases, messageDocument, type Rarity, rank } from './ranking.ts';
import { type ContextRecord, inOrder, type MessageRecord, ordered, type SessionRecord } from './records.ts';
import { candidates } from './search.ts';
import { sightOf } from './sight.ts';
import type { View } from './unit.ts';
import { isSingle, lowered } from './words.ts';

export type Hit =
  | { readonly kind: 'message'; readonly record: MessageRecord }
  | { readonly kind: 'context'; readonly record: ContextRecord };

export interface Hits {
  /** Best first, ties newest first. */
  readonly hits: readonly Hit[];
  /** Whether more were found. */
  readonly more: boolean;
  /** Whether older messages were not looked at. */
  readonly messagesLeft: boolean;
  /** Whether older entries that hold only common words were not looked at. */
  readonly entriesLeft: boolean;
}

export interface Wanted {
  readonly query: Query;
  /** Only what this one wrote; the operator need not have written or even been here. */
  readonly from: Pick<SessionRecord, 'id'> | null;
  /** Only messages of this one, and no entries. */
  readonly history: History | null;
  readonly limit: number;
}

/** What answers the query among the messages that a session may see and the entries that have not expired. */
export async function searchAll(view: View, me: SessionRecord, wanted: Wanted): Promise<Hits> {
  const { query, from, history, limit } = wanted;
  const { tx } = view;
  const [found, entries] = await Promise.all([
    lookThrough(view, me, wanted),
    history === null ? candidates(tx, 'context', query) : null,
  ]);
  const shared = (entries?.records ?? []).filter(
    entry => isCurrent(entry, tx.now) && (from === null || entry.author === from.id),
  );
  const items: Hit[] = [
    ...found.messages.map(record => ({ kind: 'message' as const, record })),
    ...shared.map(record => ({ kind: 'context' as const, record })),
  ];
  const rarity = entries === null ? found.rarity : sumOf(query, found.rarity, entries.rarity);
  const ranked = rank(query, items, documentOf, tx.now, rarity).filter(({ score }) => score > 0);
  return {
    hits: ranked.slice(0, limit).map(({ item }) => item),
    more: ranked.length > limit,
    messagesLeft: !found.isWhole,
    entriesLeft: entries !== null && !entries.isWhole,
  };
}

function documentOf(hit: Hit) {
  return hit.kind === 'message' ? messageDocument(hit.record) : contextDocument(hit.record);
}

/** How common the words are in two sets together. */
function sumOf({ words }: Query, one: Rarity, other: Rarity): Rarity {
  const holding = words.map(word => [word, (one.holding.get(word) ?? 0) + (other.holding.get(word) ?? 0)] as const);
  return { documents: one.documents + other.documents, holding: new Map(holding) };
}

interface Looked {
  /** Those that hold most of the words, then the newest: at most `limits.messagesRanked`. */
  readonly messages: readonly MessageRecord[];
  readonly rarity: Rarity;
  readonly isWhole: boolean;
}

/** The messages that hold a word of the query, of those the session may see; nothing of the others counts for anything. */
async function lookThrough(view: View, me: SessionRecord, { query, from, history }: Wanted): Promise<Looked> {
  const isWanted = (message: MessageRecord) =>
    (from === null || message.from === from.id) && maySeeByItself(me, message) !== false;
  const sight = sightOf(view, me);
  const mentions = mentionsOf(query);
  const found: Mentioning[] = [];
  let [looked, characters, documents] = [0, 0, 0];
  let isWhole = true;
  for await (const page of pagesOf(view.tx, history, from)) {
    looked += page.length;
    characters += page.reduce((sum, { body }) => sum + body.length, 0);
    const wanted = page.filter(isWanted);
    documents += wanted.length;
    const mentioning = wanted.flatMap(mentions);
    const may = await Promise.all(mentioning.map(({ message }) => sight.maySee(message)));
    found.push(...mentioning.filter((_each, position) => may[position]));
    isWhole = looked < limits.messagesSearched && characters < limits.messagesSearchedCharacters;
    if (!isWhole) break;
  }
  const number = (word: string) => found.filter(({ words }) => words.includes(word)).length;
  const holding = new Map(query.words.map(word => [word, number(word)]));
  // The sort keeps the newest first among those with as many words.
  const best = found.sort((left, right) => right.words.length - left.words.length).slice(0, limits.messagesRanked);
  const messages = best.map(({ message }) => message);
  return { messages, rarity: { documents, holding }, isWhole: isWhole && sight.isWhole() };
}

interface Mentioning {
  readonly message: MessageRecord;
  /** The words of the query that stand in it, perhaps inside of others. */
  readonly words: readonly string[];
}

/** A quick look before the exact one: nothing for a message that cannot answer the query. */
function mentionsOf({ words, phrases }: Query): (message: MessageRecord) => Mentioning[] {
  const asked = words.map(word => ({ word, alone: isSingle(word) ? standingAlone(word) : null }));
  return message => {
    const { body, tags } = message;
    const text = lowered(tags.length === 0 ? body : [body, ...tags].join('\n'));
    const there = asked.filter(({ word, alone }) => (alone ? alone.test(text) : text.includes(word)));
    if (there.length === 0 || !holdsPhrases(phrases, [body, ...tags])) return [];
    return [{ message, words: there.map(({ word }) => word) }];
  };
}

/** Finds a letter or digit that is no part of a word; a few more, where words are of other alphabets. */
function standingAlone(letter: string): RegExp {
  return new RegExp(`(?<![a-z0-9])${letter}(?![a-z0-9])`);
}

/** The messages to look through, page by page; of a thread its first message at last, which stands in no index of it. */
async function* pagesOf(
  tx: Reader,
  history: History | null,
  from: Wanted['from'],
): AsyncGenerator<readonly MessageRecord[]> {
  yield* newestFirst(tx, placeOf(history, from));
  const first = history?.index === 'thread' ? await tx.get('message', history.name) : undefined;
  if (first) yield [first];
}

/** A part of an index in which messages stand in the order of time. */
interface Place {
  readonly index: 'at' | 'sender' | 'history' | 'thread';
  readonly prefix: string;
  valueOf(message: MessageRecord): string;
}

function placeOf(history: History | null, from: Wanted['from']): Place {
  if (history !== null) {
    const { index, name } = history;
    return { index, prefix: inOrder(name), valueOf: ({ sequence }) => inOrder(name, sequence) };
  }
  if (from !== null)
    return { index: 'sender', prefix: `${from.id}/`, valueOf: ({ at }) => `${from.id}/${ordered(at)}` };
  return { index: 'at', prefix: '', valueOf: ({ at }) => ordered(at) };
}

/** The messages of a place page by page; several may stand under one value. */
async function* newestFirst(tx: Reader, place: Place): AsyncGenerator<MessageRecord[]> {
  const page = { limit: limits.searchPage, reverse: true };
  const { index, prefix } = place;
  let range: Range = { prefix };
  for (;;) {
    const messages: MessageRecord[] = await tx.list('message', index, range, page);
    const last = messages.at(-1);
    if (messages.length > 0) yield messages;
    const isFull = messages.length === page.limit;
    if (last && isFull) range = { equals: place.valueOf(last), afterId: last.id };
    else if ('equals' in range) range = { from: prefix, below: range.equals };
    else return;
  }
}
