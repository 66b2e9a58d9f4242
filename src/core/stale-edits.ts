/**
 * What a session does not know of the files that it changed before: that another changed them since. Its lock may have lapsed while
 * it was frozen, asleep or cut off from its store, or its turn was simply over. The ledger of edits knows, so a late writer is
 * caught although its lock is gone; the numbers of its entries rise with every grant and every edit, like fencing tokens
 * (Kleppmann, "How to do distributed locking", 2016).
 */
import { locksOf } from './blocking.ts';
import { editsOf, type Here } from './edit.ts';
import { isEdit } from './edit-lock.ts';
import type { EditRecord } from './edit-record.ts';
import { foldCase } from './glob.ts';
import { limits } from './limits.ts';
import type { Reader } from './ports.ts';
import { inOrder, type SessionRecord } from './records.ts';
import type { View } from './unit.ts';

/** A file that another changed after the session did. */
export interface StaleFile {
  readonly path: string;
  /** The handle of whoever changed it last. */
  readonly by: string;
  readonly at: number;
  readonly change: EditRecord['change'];
}

/**
 * Those of `paths` that the session changed in this checkout, that others changed there after it, and of which it was not told.
 * A session and its sub-agents are others to each other: one model does not know what another one wrote.
 */
export async function staleFiles(
  { tx }: Pick<View, 'tx'>,
  me: SessionRecord,
  here: Here,
  paths: readonly string[],
): Promise<StaleFile[]> {
  const found = await Promise.all(paths.map(path => staleFile(tx, me, here, path)));
  return found.filter(file => file !== undefined);
}

async function staleFile(tx: Reader, me: SessionRecord, here: Here, path: string): Promise<StaleFile | undefined> {
  // A file system that ignores case may spell it otherwise; a name too many is looked at rather than one too few.
  const { edits } = await editsOf(tx, path, true, here);
  const mine = edits.find(edit => isOwn(edit, me));
  const theirs = edits.find(edit => !isOwn(edit, me) && isHere(edit, here));
  if (!theirs || theirs.sequence <= me.guard.toldEditsTo) return undefined;
  // Of one whose changes the store has lost any file may be one that it changed.
  if (mine === undefined ? me.guard.isForgotten !== true : theirs.sequence < mine.sequence) return undefined;
  return { path, by: theirs.handle, at: theirs.at, change: theirs.change };
}

function isOwn(edit: EditRecord, me: SessionRecord): boolean {
  const isKin = (id: string) => id === me.id || id === me.parentSession;
  return edit.session === me.id || (edit.mayBeOf.length > 0 && edit.mayBeOf.every(isKin));
}

function isHere(edit: EditRecord, here: Here): boolean {
  return edit.host === here.host && edit.root === here.root;
}

/**
 * All files of a checkout that are stale for a session, of those that it changed last: what it is told at a prompt, or when one of
 * them made an edit be refused.
 */
export async function allStale(view: Pick<View, 'tx'>, me: SessionRecord, here: Here): Promise<StaleFile[]> {
  const { tx } = view;
  // One may say that it was made before another one that was recorded earlier.
  const newest = await tx.list('edit', 'at', { prefix: '' }, { limit: limits.editNewsLooked, reverse: true });
  if (newest.every(({ sequence }) => sequence <= me.guard.toldEditsTo)) return [];
  const own = await tx.list('edit', 'session', { prefix: inOrder(me.id) }, ownPage);
  const paths = new Set(own.filter(edit => isHere(edit, here)).map(edit => edit.path));
  return staleFiles(view, me, here, [...paths].slice(0, limits.staleFilesLooked));
}

/**
 * Whether a file that the session has now was changed round the guard by somebody, or perhaps, and no notice told it: such changes are
 * told with the next answer of any hook. Looks at the newest entries of the ledger; what lies behind them is told at the next prompt.
 */
export async function isOverwritten(view: Pick<View, 'tx'>, me: SessionRecord): Promise<boolean> {
  const { tx } = view;
  const told = Math.max(me.guard.toldEditsTo, me.guard.toldUnsureTo ?? 0);
  const newest = await tx.list('edit', 'at', { prefix: '' }, { limit: limits.editNewsLooked, reverse: true });
  const untold = newest.filter(
    edit => edit.sequence > told && isHere(edit, me) && !isOwn(edit, me) && isToldByNobody(edit, me),
  );
  if (untold.length === 0) return false;
  const locks = (await locksOf(tx, me.id)).filter(lock => isEdit(lock) && lock.expiresAt > tx.now);
  const held = new Set(locks.map(({ name }) => foldCase(name)));
  const paths = untold.map(({ path }) => path).filter(path => held.has(foldCase(`file:${path}`)));
  return (await staleFiles(view, me, me, [...new Set(paths)])).length > 0;
}

/** Edits that hooks tell and commands that are looked after are told by notices, unless the session may have made them itself. */
function isToldByNobody({ mayBeOf, source }: EditRecord, me: SessionRecord): boolean {
  return source === 'command' || mayBeOf.includes(me.id);
}

/** Notes that the session was told of changes that may have been its own, with the answer to the command after which they were found. */
export function withToldUnsure(me: SessionRecord, recorded: readonly EditRecord[]): SessionRecord {
  const unsure = recorded.filter(({ mayBeOf }) => mayBeOf.length > 0).map(({ sequence }) => sequence);
  if (unsure.length === 0) return me;
  return { ...me, guard: { ...me.guard, toldUnsureTo: Math.max(me.guard.toldUnsureTo ?? 0, ...unsure) } };
}

const ownPage = { limit: limits.editsExamined, reverse: true };
