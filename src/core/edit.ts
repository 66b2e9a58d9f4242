/** The edit ledger: an append-only record of who changed which file when, and what is known of it. */
import { oneOf } from './conflict-kinds.ts';
import type { EditRecord } from './edit-record.ts';
import { foldCase } from './glob.ts';
import { limits } from './limits.ts';
import type { Reader } from './ports.ts';
import { type IntentRecord, inOrder, type SessionRecord } from './records.ts';
import { fileResource, resourcesOverlap } from './resource.ts';
import type { Unit } from './unit.ts';

export type Change = EditRecord['change'];

export interface LineRange {
  readonly from: number;
  readonly to: number;
}

/** A change of one file, where it was made. */
export interface Edit {
  /** As `Worktrees.resolve` gives it. */
  readonly path: string;
  readonly foldsCase: boolean;
  readonly root: string;
  readonly branch: string | null;
  readonly change: Change;
  /** Null when it is not known which. */
  readonly lines: readonly LineRange[] | null;
}

/** What the edits of one call have in common. */
export interface Origin {
  readonly source: EditRecord['source'];
  readonly commit: string | null;
  /** The intent they belong to; null takes the open one of the session whose targets cover the file. */
  readonly intent: string | null;
  readonly host: string;
  /** When it was changed, where that is known to be earlier than now. */
  readonly at?: number;
}

export interface Recorded {
  readonly records: EditRecord[];
  /** Paths that were left out, because the newest entry of the file says the same and is younger than `limits.editFoldedMs`. */
  readonly folded: string[];
}

/**
 * Appends what a session changed; nothing that stands in the ledger is ever changed. At most `limits.editsPerCall` at once, each
 * path once. The same change of the same file without lines, again within a minute, is left out.
 */
export async function recordEdits(
  unit: Unit,
  session: SessionRecord,
  edits: readonly Edit[],
  origin: Origin,
): Promise<Recorded> {
  const { tx } = unit;
  const [newest, intents] = await Promise.all([
    newestOfEach(tx, edits),
    origin.intent === null ? openIntents(tx, session) : [],
  ]);
  const by = { session: session.id, mayBeOf: [], handle: session.handle, task: session.task };
  const intentOf = (edit: Edit) => origin.intent ?? covering(intents, edit);
  const drafts = edits.map(edit => draftOf(by, edit, { ...origin, intent: intentOf(edit) }));
  return appendNews(unit, drafts, newest);
}

/**
 * The same for changes that were made by one of several sessions, and nobody knows by which: entries of none of them, that name all.
 */
export async function recordUnsure(
  unit: Unit,
  sessions: readonly Pick<SessionRecord, 'id' | 'handle'>[],
  edits: readonly Edit[],
  origin: Origin,
): Promise<Recorded> {
  const several = [...sessions].sort((a, b) => (a.handle < b.handle ? -1 : 1));
  const handle = oneOf(several.map(session => session.handle));
  const by = { session: '', mayBeOf: several.map(({ id }) => id), handle, task: null };
  const drafts = edits.map(edit => draftOf(by, edit, origin));
  return appendNews(unit, drafts, await newestOfEach(unit.tx, edits));
}

function appendNews(unit: Unit, drafts: readonly Draft[], newest: readonly (EditRecord | undefined)[]): Recorded {
  const isNews = drafts.map((draft, at) => !repeats(draft, newest[at], unit.tx.now));
  const records = drafts.filter((_, at) => isNews[at]).map(draft => append(unit, draft));
  return { records, folded: drafts.filter((_, at) => !isNews[at]).map(draft => draft.path) };
}

type Draft = Omit<EditRecord, 'id' | 'sequence' | 'at'> & { readonly at?: number };

function draftOf(by: Pick<EditRecord, 'session' | 'mayBeOf' | 'handle' | 'task'>, edit: Edit, origin: Origin): Draft {
  const { foldsCase: _foldsCase, ...where } = edit;
  return { ...where, pathKey: foldCase(edit.path), ...by, ...origin };
}

function append({ tx }: Unit, draft: Draft): EditRecord {
  const { path, session, change, source } = draft;
  const sequence = tx.emit({ type: 'edit.recorded', audience: [], data: { path, session, change, source } });
  const record = { ...draft, id: `e${sequence}`, sequence, at: Math.min(tx.now, draft.at ?? tx.now) };
  tx.put('edit', record);
  return record;
}

/** What must be the same for two entries to say the same. */
const telling = ['path', 'change', 'session', 'task', 'intent', 'source', 'commit', 'host', 'root', 'branch'] as const;

function repeats(draft: Draft, newest: EditRecord | undefined, now: number): boolean {
  if (newest === undefined || draft.lines !== null || newest.lines !== null) return false;
  const isSame = telling.every(field => draft[field] === newest[field]);
  return isSame && draft.mayBeOf.join() === newest.mayBeOf.join() && now - newest.at < limits.editFoldedMs;
}

async function openIntents(tx: Reader, session: SessionRecord): Promise<IntentRecord[]> {
  const range = { equals: session.id };
  const intents = await tx.list('intent', 'session', range, { limit: limits.intentsPerSession });
  return intents.filter(intent => intent.expiresAt > tx.now).sort((a, b) => b.sequence - a.sequence);
}

/** The newest intent with a target that covers the file. */
function covering(intents: readonly IntentRecord[], { path, foldsCase }: Edit): string | null {
  const isLong = [...path].length > limits.resourceCharacters - 'file:'.length;
  if (intents.length === 0 || isLong) return null;
  const file = fileResource({ path, foldsCase, isFolder: false });
  const found = intents.find(intent => intent.resources.some(target => resourcesOverlap(target, file)));
  return found?.id ?? null;
}

/** The newest entry of each file, in whatever checkout. */
export async function newestOfEach(
  tx: Reader,
  edits: readonly Pick<Edit, 'path'>[],
): Promise<(EditRecord | undefined)[]> {
  const page = { limit: 1, reverse: true };
  const ranges = edits.map(({ path }) => ({ prefix: inOrder(foldCase(path)) }));
  return (await Promise.all(ranges.map(range => tx.list('edit', 'path', range, page)))).map(([newest]) => newest);
}

/** Whether a path is short enough to be found again by its name. What is longer can neither be locked nor recorded. */
export function isRecordable(path: string): boolean {
  return [...path].length <= limits.resourceCharacters - 'file:'.length;
}

/** A checkout, as entries name it. */
export interface Here {
  readonly host: string;
  readonly root: string;
}

/**
 * The newest entries of a file, newest first, `limits.editsSearched` at most. With `here` those made in that checkout and all
 * commits, whatever others did elsewhere; `isWhole` is false when there may be older ones that were not looked at.
 */
export async function editsOf(
  tx: Reader,
  path: string,
  foldsCase: boolean,
  here: Here | null = null,
): Promise<{ edits: EditRecord[]; isWhole: boolean }> {
  const key = inOrder(foldCase(path));
  const page = { limit: limits.editsSearched, reverse: true };
  const edits: EditRecord[] = [];
  let below: string | undefined;
  for (let pages = 0; pages < limits.editPagesSearched && edits.length < limits.editsSearched; pages++) {
    const range = below === undefined ? { prefix: key } : { from: key, below };
    const found = await tx.list('edit', 'path', range, page);
    edits.push(...found.filter(edit => (foldsCase || edit.path === path) && isOf(edit, here)));
    const oldest = found.at(-1);
    if (oldest === undefined || found.length < limits.editsSearched) return { edits, isWhole: true };
    below = inOrder(foldCase(path), oldest.sequence);
  }
  return { edits: edits.slice(0, limits.editsSearched), isWhole: false };
}

function isOf(edit: EditRecord, here: Here | null): boolean {
  return here === null || edit.source === 'commit' || (edit.host === here.host && edit.root === here.root);
}

/**
 * Entries of a commit, by one session or by any (null): none only if there is none, and `limits.editsPerCall` at most. Of a
 * commit that several sessions recorded it may be a part.
 */
export async function editsOfCommit(tx: Reader, commit: string, session: string | null): Promise<EditRecord[]> {
  const found: EditRecord[] = [];
  let afterId: string | undefined;
  do {
    const range = afterId === undefined ? { equals: commit } : { equals: commit, afterId };
    const page = await tx.list('edit', 'commit', range, { limit: limits.editsPerCall });
    found.push(...page.filter(edit => session === null || edit.session === session));
    afterId = page.length < limits.editsPerCall ? undefined : page.at(-1)?.id;
  } while (afterId !== undefined && found.length === 0);
  return found;
}
