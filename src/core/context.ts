/** Shared context: pieces of knowledge that outlive the sessions which left them. Same type and title is the same entry, in revisions. */
import { SignalboxError } from './errors.ts';
import { leaseHolds } from './lease.ts';
import { limits } from './limits.ts';
import { notify } from './notice.ts';
import type { Reader } from './ports.ts';
import { queryOf } from './query.ts';
import { type ContextRecord, type ContextType, inOrder, ordered, type SessionRecord } from './records.ts';
import { search } from './search.ts';
import { maskSecrets } from './secrets.ts';
import { byteLength, cleanLine, cleanText } from './text.ts';
import type { Unit } from './unit.ts';

const dayMs = 86_400_000;

/** What somebody shares, as it was given. */
export interface Knowledge {
  readonly type: ContextType;
  readonly title: string | null;
  readonly content: string;
  readonly tags: readonly string[];
  /** Whose it is and where it belongs, where the same text of another is to stay that one's entry. */
  readonly apart?: string;
  /** Counted from this call on; null keeps it until somebody removes it. */
  readonly ttlMs: number | null;
}

export interface Shared {
  readonly entry: ContextRecord;
  /** The revision in whose place this one stands. */
  readonly replaced: ContextRecord | null;
  /** True when the same was shared before: only its time to live counts anew. */
  readonly repeated: boolean;
  /** Kinds of secrets that were masked. */
  readonly masked: readonly string[];
  /** True when control characters or wrapper tags were taken out. */
  readonly cleaned: boolean;
}

/**
 * Stores knowledge for everybody in the project. The same type and title (letter case aside) makes a new revision of that entry,
 * the author of which is who shared last; without a title it is a new entry. The same once more changes nothing. What is
 * plainly a secret is masked before it is stored. Errors: `limit_exceeded` for size, and when the project holds as many
 * entries as it may. Entries outlive their author, and end by time or by `remove`.
 */
export async function share(unit: Unit, author: SessionRecord, knowledge: Knowledge): Promise<Shared> {
  const { tx } = unit;
  const { type, ttlMs } = knowledge;
  assertLifetime(ttlMs);
  const { masked, cleaned, ...said } = checked(knowledge);
  const known = await sameEntry(unit, type, said);
  const expiresAt = ttlMs === null ? null : tx.now + ttlMs;
  if (known && isSame(known, said)) {
    const entry = { ...known, expiresAt };
    if (known.expiresAt !== expiresAt) tx.put('context', entry);
    return { entry, replaced: null, repeated: true, masked, cleaned };
  }
  if (!known) await makeRoom(unit);
  const revision = (known?.revision ?? 0) + 1;
  const data = { entry: known?.id ?? null, type, revision, session: author.id };
  const order = tx.emit({ type: 'context.shared', audience: [], data });
  const entry: ContextRecord = {
    id: known?.id ?? `k${order}`,
    type,
    ...said,
    author: author.id,
    authorHandle: author.handle,
    branch: author.branch,
    revision,
    order,
    createdAt: known?.createdAt ?? tx.now,
    updatedAt: tx.now,
    expiresAt,
  };
  tx.put('context', entry);
  return { entry, replaced: known ?? null, repeated: false, masked, cleaned };
}

function assertLifetime(ttlMs: number | null): void {
  if (ttlMs === null || ttlMs <= limits.contextMaxTtlDays * dayMs) return;
  throw new SignalboxError(
    'limit_exceeded',
    `ttlSeconds is ${ttlMs / 1000}; the limit is ${(limits.contextMaxTtlDays * dayMs) / 1000}.`,
    'Leave ttlSeconds out to keep the entry until somebody removes it.',
  );
}

type Said = Pick<ContextRecord, 'title' | 'titleKey' | 'content' | 'tags'>;

function checked(knowledge: Knowledge): Said & Pick<Shared, 'masked' | 'cleaned'> {
  const bytes = byteLength(knowledge.content);
  if (bytes > limits.contextContentBytes) {
    throw new SignalboxError(
      'limit_exceeded',
      `The content is ${bytes} bytes; the limit is ${limits.contextContentBytes}.`,
      'Put the long text into a file of the project and share its path with a summary.',
    );
  }
  const body = cleanText(knowledge.content);
  if (body.text.trim() === '') {
    throw new SignalboxError('invalid_input', 'The content is empty.', 'Say in content what others should know.');
  }
  const masked = new Set<string>();
  const harmless = (raw: string) => {
    const { text, found } = maskSecrets(raw);
    for (const kind of found) masked.add(kind);
    return text;
  };
  // Cleaned before it is looked at: an invisible character inside would hide a secret.
  const line = (raw: string, field: string, maxCharacters: number) =>
    cleanLine(harmless(cleanText(raw).text), field, maxCharacters);
  const content = harmless(body.text);
  const title = (knowledge.title === null ? '' : line(knowledge.title, 'title', limits.contextTitleCharacters)) || null;
  const tags = knowledge.tags.map(tag => line(tag, 'a tag', limits.tagCharacters)).filter(tag => tag !== '');
  const titleKey =
    title === null
      ? `\n${markOf(knowledge.apart === undefined ? content : `${content}\n${knowledge.apart}`)}`
      : title.normalize('NFC').toLowerCase();
  return { title, titleKey, content, tags: [...new Set(tags)], masked: [...masked], cleaned: body.changed };
}

/** The entry of that title or, without one, of that very content. One that has expired is no entry any more, and goes. */
async function sameEntry({ tx }: Unit, type: ContextType, said: Said): Promise<ContextRecord | undefined> {
  const found = await tx.list('context', 'title', { equals: inOrder(`${type}/${said.titleKey}`) }, { limit: 5 });
  for (const entry of found) if (!isCurrent(entry, tx.now)) tx.delete('context', entry.id);
  const current = found.filter(entry => isCurrent(entry, tx.now));
  return current.find(entry => entry.title !== null || entry.content === said.content);
}

function isSame(entry: ContextRecord, said: Said): boolean {
  return entry.content === said.content && entry.title === said.title && entry.tags.join('\n') === said.tags.join('\n');
}

/** Sixteen digits that texts have in common only by a rare chance (FNV-1a, twice); who finds one compares the texts. */
function markOf(text: string): string {
  let [one, other] = [0x811c9dc5, 0x1b873593];
  for (let at = 0; at < text.length; at += 1) {
    one = Math.imul(one ^ text.charCodeAt(at), 0x01000193);
    other = Math.imul(other ^ text.charCodeAt(at), 0x85ebca6b);
  }
  return [one, other].map(half => (half >>> 0).toString(16).padStart(8, '0')).join('');
}

/** Room for one entry more; expired ones go first. */
async function makeRoom(unit: Unit): Promise<void> {
  const { tx } = unit;
  if ((await tx.count('context', 'recent', { prefix: '' })) < limits.contextEntries) return;
  const expired = await tx.list('context', 'expiry', { from: '', below: ordered(tx.now + 1) }, { limit: 100 });
  for (const entry of expired) tx.delete('context', entry.id);
  if (expired.length > 0) return;
  throw new SignalboxError(
    'limit_exceeded',
    `This project holds ${limits.contextEntries} entries of shared context, which is the limit.`,
    'Remove what no longer holds with context_delete, and give notes a ttlSeconds.',
  );
}

/** Whether an entry's time to live is not over. One that has expired is never shown, wherever it still is. */
export function isCurrent(entry: ContextRecord, now: number): boolean {
  return entry.expiresAt === null || entry.expiresAt > now;
}

export interface ContextFilter {
  readonly type: ContextType | null;
  /** Words, or the id of an entry; null for the newest. */
  readonly query: string | null;
  readonly limit: number;
}

export interface FoundContext {
  readonly entries: readonly ContextRecord[];
  /** Whether more than `limit` match. */
  readonly more: boolean;
  /** False when the words are so common that older entries were not looked at. */
  readonly isWhole: boolean;
}

/** Entries that match, best first; without a query the newest first. Reads what it shows and little more. */
export async function find(tx: Reader, { type, query, limit }: ContextFilter): Promise<FoundContext> {
  const shows = (entry: ContextRecord) => isCurrent(entry, tx.now) && (type === null || entry.type === type);
  const id = query?.trim().toLowerCase() ?? '';
  if (/^k\d+$/.test(id)) {
    const entry = await tx.get('context', id);
    if (entry && shows(entry)) return { entries: [entry], more: false, isWhole: true };
  }
  if (id === '') {
    const entries = await newest(tx, type, limit + 1);
    return { entries: entries.slice(0, limit), more: entries.length > limit, isWhole: true };
  }
  const { found, isWhole } = await search(tx, 'context', queryOf(query ?? ''), { limit: limit + 1, shows });
  const entries = found.map(({ record }) => record);
  return { entries: entries.slice(0, limit), more: entries.length > limit, isWhole };
}

/** The newest entries, or those of a type, that have not expired. */
export async function newest(tx: Reader, type: ContextType | null, limit: number): Promise<ContextRecord[]> {
  const index = type === null ? 'recent' : 'type';
  const value = (order: number) => (type === null ? ordered(order) : inOrder(type, order));
  const found: ContextRecord[] = [];
  for (let below = tx.sequence + 1; found.length < limit; ) {
    const page = await tx.list('context', index, { from: value(0), below: value(below) }, { limit, reverse: true });
    found.push(...page.filter(entry => isCurrent(entry, tx.now)));
    const last = page.at(-1);
    if (!last || page.length < limit) break;
    below = last.order;
  }
  return found.slice(0, limit);
}

/**
 * Removes an entry, whoever shared it: knowledge that is wrong must go when its author is gone. An author who is here and did
 * not do it is told. `not_found` for what is not there, also when it was removed or expired before.
 */
export async function remove(unit: Unit, me: SessionRecord, id: string): Promise<ContextRecord> {
  const { tx } = unit;
  const entry = await tx.get('context', id.trim().toLowerCase());
  if (!entry || !isCurrent(entry, tx.now)) {
    throw new SignalboxError(
      'not_found',
      `There is no context entry "${id.slice(0, limits.handleCharacters)}" (any more).`,
      'context_query shows the entries with their ids.',
    );
  }
  tx.delete('context', entry.id);
  const data = { entry: entry.id, type: entry.type, session: me.id, handle: me.handle };
  tx.emit({ type: 'context.deleted', audience: [], data });
  const author = entry.author === me.id ? undefined : await tx.get('session', entry.author);
  if (author && leaseHolds(unit, author)) {
    const body = `${me.handle} removed your ${entry.type} ${entry.id} from the shared context: "${nameOf(entry)}". If it still holds, talk to ${me.handle} before you share it again.`;
    notify(unit, [author.id], body, 'normal');
  }
  return entry;
}

/** The title, or how the content begins, on one line. */
export function nameOf(entry: Pick<ContextRecord, 'title' | 'content'>): string {
  const line = (entry.title ?? entry.content).replace(/\s+/g, ' ').trim();
  return line.length > limits.contextTitleCharacters ? `${line.slice(0, limits.contextTitleCharacters - 1)}…` : line;
}
