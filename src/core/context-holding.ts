/** Shared context as vocabularies see it that look for a piece of text, and in which knowledge is its author's. */
import { isCurrent, remove } from './context.ts';
import { leaseHolds } from './lease.ts';
import { limits } from './limits.ts';
import type { Reader } from './ports.ts';
import { folded } from './query.ts';
import { type ContextRecord, type ContextType, inOrder, ordered, type SessionRecord } from './records.ts';
import { byteLength } from './text.ts';
import type { Unit } from './unit.ts';

export interface Sought {
  readonly type: ContextType | null;
  /** A piece of the title or the content, whatever the case, accents and blanks; empty for all. */
  readonly text: string;
  /** Whether an entry is meant at all. */
  isMeant(entry: ContextRecord): boolean;
}

/** The newest entries that hold a text, as many as `limits.searchMax` and fit into `limits.contextAnswerBytes`; one at least. */
export async function entriesHolding(tx: Reader, { type, text, isMeant }: Sought): Promise<ContextRecord[]> {
  const index = type === null ? 'recent' : 'type';
  const value = (order: number) => (type === null ? ordered(order) : inOrder(type, order));
  const sought = folded(text);
  const holds = ({ title, content }: ContextRecord) => folded(`${title ?? ''} ${content}`).includes(sought);
  const found: ContextRecord[] = [];
  for (let below = tx.sequence + 1; found.length < limits.searchMax; ) {
    const range = { from: value(0), below: value(below) };
    const page = await tx.list('context', index, range, { limit: limits.searchPage, reverse: true });
    found.push(...page.filter(entry => isCurrent(entry, tx.now) && isMeant(entry) && holds(entry)));
    const last = page.at(-1);
    if (!last || page.length < limits.searchPage) break;
    below = last.order;
  }
  return fitting(found.slice(0, limits.searchMax));
}

function fitting(entries: readonly ContextRecord[]): ContextRecord[] {
  let bytes = 0;
  return entries.filter((entry, at) => {
    bytes += byteLength(entry.content);
    return at === 0 || bytes <= limits.contextAnswerBytes;
  });
}

export type Withdrawn =
  | { readonly outcome: 'deleted' }
  | { readonly outcome: 'not_found'; readonly author?: never }
  | { readonly outcome: 'not_owner'; readonly author: SessionRecord };

/** Deletes an entry for its author. Another's is left while that one lives: it may be asked; what nobody answers for anybody may delete. */
export async function withdraw(unit: Unit, me: SessionRecord, id: string): Promise<Withdrawn> {
  const { tx } = unit;
  const entry = await tx.get('context', id);
  if (!entry || !isCurrent(entry, tx.now)) return { outcome: 'not_found' };
  const author = entry.author === me.id ? undefined : await tx.get('session', entry.author);
  if (author && leaseHolds(unit, author)) return { outcome: 'not_owner', author };
  await remove(unit, me, id);
  return { outcome: 'deleted' };
}
