/**
 * Finding records by the words in them, through the index `word`: exact words, and longer ones that begin with a word asked for.
 * Bounded work: of a common word only the newest records are looked at, which `isWhole` tells.
 */
import { limits } from './limits.ts';
import type { Reader } from './ports.ts';
import type { Query } from './query.ts';
import { contextDocument, isBeginning, type Rarity, rank } from './ranking.ts';
import { type ContextRecord, inOrder } from './records.ts';

export interface Candidates {
  readonly records: readonly ContextRecord[];
  /** How common the words are among all records of the kind. */
  readonly rarity: Rarity;
  /** Whether every record that holds all the words is among them. */
  readonly isWhole: boolean;
}

export interface Search {
  readonly limit: number;
  /** Whether a record may be found; decides on expiry as well. */
  shows(record: ContextRecord): boolean | Promise<boolean>;
}

export interface Found {
  readonly record: ContextRecord;
  readonly score: number;
}

/** The records that answer a query, best first. Texts that hold all its words come before those with fewer; see `rank`. */
export async function search(
  tx: Reader,
  kind: 'context',
  query: Query,
  { limit, shows }: Search,
): Promise<{ found: Found[]; isWhole: boolean }> {
  const { records, rarity, isWhole } = await candidates(tx, kind, query);
  const shown = await Promise.all(records.map(record => shows(record)));
  const allowed = records.filter((_record, position) => shown[position]);
  const ranked = rank(query, allowed, contextDocument, tx.now, rarity).filter(({ score }) => score > 0);
  return { found: ranked.slice(0, limit).map(({ item, score }) => ({ record: item, score })), isWhole };
}

/** What may answer a query, in no order. */
export async function candidates(tx: Reader, kind: 'context', query: Query): Promise<Candidates> {
  const [documents, ...lists] = await Promise.all([
    tx.count(kind, 'recent', { prefix: '' }),
    ...query.words.map(word => holders(tx, kind, word)),
  ]);
  const records = new Map(lists.flatMap(list => list.records.map(record => [record.id, record] as const)));
  const holding = new Map(query.words.map((word, position) => [word, lists[position]?.number ?? 0]));
  return {
    records: [...records.values()],
    rarity: { documents, holding },
    isWhole: lists.length === 0 || lists.some(list => list.isWhole),
  };
}

interface Holders {
  readonly records: readonly ContextRecord[];
  /** How many records hold the word itself. */
  readonly number: number;
  readonly isWhole: boolean;
}

async function holders(tx: Reader, kind: 'context', word: string): Promise<Holders> {
  const exactly = { prefix: inOrder(word) };
  const page = { limit: limits.searchCandidates, reverse: true };
  const [exact, longer] = await Promise.all([
    tx.list(kind, 'word', exactly, page),
    isBeginning(word) ? tx.list(kind, 'word', longerThan(word), page) : [],
  ]);
  const isFull = exact.length === limits.searchCandidates;
  return {
    records: [...exact, ...longer],
    number: isFull ? await tx.count(kind, 'word', exactly) : exact.length,
    isWhole: !isFull && longer.length < limits.searchCandidates,
  };
}

/** The entries of all words that begin with a word and are longer: behind its own, which go on with a tab. */
function longerThan(word: string): { readonly from: string; readonly below: string } {
  return { from: `${word}\n`, below: `${word}\u{10ffff}` };
}
