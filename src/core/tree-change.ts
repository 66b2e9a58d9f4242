/**
 * What of a checkout changed while a shell command ran there, and who may have done it. Times of files decide, because nothing else
 * tells; they lag behind the clock, and on some file systems they are whole seconds. In doubt a change is nobody's for sure.
 */

import type { ChangedTree, HeadMove, TreeFile } from './changed-tree.ts';
import type { EditRecord } from './edit-record.ts';
import { limits } from './limits.ts';

/** The time in which a command ran and was looked after. Wall clock, as times of files are. */
export interface Span {
  /** When the command was let through. */
  readonly from: number;
  /** When the look at the tree began: the command had ended by then. */
  readonly to: number;
  /** When the look was over. */
  readonly lookedAt: number;
  /** What the store's time is ahead of the wall clock. */
  readonly storeAhead: number;
}

/** What a former look at the same checkout found, before the command was let through. */
export interface EarlierLook {
  readonly at: number;
  readonly head: string | null;
  readonly headMovedAt: number | null;
  readonly files: ReadonlyMap<string, TreeFile>;
}

/** By path: the newest entry of the ledger for this checkout, as far as was looked. */
export type Newest = ReadonlyMap<string, EditRecord>;

/** Everything that is known when a command has ended. */
export interface Look {
  readonly span: Span;
  readonly tree: ChangedTree;
  readonly earlier: EarlierLook | null;
  readonly newest: Newest;
  /** The files of commits that were made meanwhile: they are no longer different, but nobody took anything back. */
  readonly committed: ReadonlySet<string>;
}

/** A file that changed in the span. */
export interface Candidate {
  readonly path: string;
  /** `reverted`: it was different from HEAD before, and is not any more. */
  readonly change: EditRecord['change'];
  /** When that happened, at the latest. */
  readonly to: number;
  /** Whether it may have happened before the command was let through. */
  readonly mayBeOlder: boolean;
  /** Whether nothing tells that it was there before, and something else has changed its folder in the span. */
  readonly isVague: boolean;
}

/** Another session that may have changed files of the checkout in the span. */
export interface Suspect {
  readonly id: string;
  readonly handle: string;
  /** Since when a command of it runs here; null when none does. */
  readonly runningSince: number | null;
  /** Whether a command of it that makes commits, as its text tells, ran here in a second of the wall clock. */
  committedIn(second: number): boolean;
  /** Whether it was at work without hooks that would tell what it does. */
  readonly isUnseen: boolean;
  /** Whether it was in the middle of a turn. */
  readonly isAwake: boolean;
  /** Whether it recorded an edit of the file in the span, or may be in the middle of one. */
  touched(path: string): boolean;
  /** Whether it is in the middle of an edit of the file, which it has locked for that: what changes there then is its doing. */
  isEditing(path: string): boolean;
}

/** A change with those of the others whose doing it may be; none when it was the command's alone. */
export interface TreeChange extends Candidate {
  readonly others: readonly Pick<Suspect, 'id' | 'handle'>[];
}

/** Paths that were different from HEAD when last heard of: what they are now has to be asked for, if they are not any more. */
export function formerlyDirty(earlier: EarlierLook | null, newest: Newest): string[] {
  const recorded = [...newest.keys()].filter(path => isRecorded({ newest }, path));
  const paths = new Set([...(earlier?.files.keys() ?? []), ...recorded]);
  return [...paths].slice(0, limits.treePathsAsked);
}

/** The files that changed in the span, whoever did it. */
export function candidates(look: Look): Candidate[] {
  const { tree, committed } = look;
  const skew = skewOf(look);
  // Of a list that was cut nobody knows what is not in it.
  const same = tree.more ? [] : tree.same.filter(({ path }) => !committed.has(path) && wasDirty(look, path));
  const found = [
    ...tree.files.map(file => candidate(look, file, file.change, skew)),
    ...same.map(file => candidate(look, file, 'reverted', skew)),
  ].filter(item => item !== undefined);
  const folders = new Set(found.filter(item => !item.isVague).flatMap(item => foldersOf(item.path)));
  return found.map(item => ({ ...item, isVague: item.isVague && folders.has(foldersOf(item.path).at(-1) ?? '') }));
}

/**
 * Each candidate with the others who may have done it. One that nobody else can have done is left out where it is vague, and so is
 * what another is about to tell itself.
 */
export function judged(found: readonly Candidate[], suspects: readonly Suspect[]): TreeChange[] {
  return found
    .filter(({ path }) => !suspects.some(suspect => suspect.isEditing(path)))
    .map(item => ({ ...item, others: suspects.filter(suspect => mayHaveMade(suspect, item)) }))
    .filter(({ isVague, others }) => !isVague || others.length > 0);
}

function mayHaveMade(suspect: Suspect, { path, to, mayBeOlder }: Candidate): boolean {
  if (suspect.isUnseen || suspect.touched(path)) return true;
  return (suspect.runningSince !== null && suspect.runningSince <= to) || (suspect.isAwake && mayBeOlder);
}

function candidate(look: Look, file: TreeFile, change: Candidate['change'], skew: number): Candidate | undefined {
  const { span, earlier } = look;
  const isGone = file.mark === null;
  const to = file.changedAt + skew + lagOf(file.changedAt);
  if (to < span.from || (!isGone && file.changedAt - skew > span.to)) return undefined;
  if (isGone ? wasGone(look, file.path) : isAsBefore(look, file) || isSettled(look, file, to)) return undefined;
  const isVague = isGone && earlier === null && !isRecorded(look, file.path);
  return { path: file.path, change, to, mayBeOlder: isVague || (!isGone && file.changedAt < span.from), isVague };
}

/** By how much a file's time may lie behind the clock when it is written. */
function lagOf(changedAt: number): number {
  return changedAt % 1000 === 0 ? limits.coarseFileTimeMs : limits.fileTimeLagMs;
}

/** A file from the future says that the clock of the file system is another one, or was set: then all times may be wrong by as much. */
function skewOf({ tree, span }: Look): number {
  return Math.max(0, ...[...tree.files, ...tree.same].map(file => file.changedAt - span.lookedAt));
}

function wasDirty(look: Look, path: string): boolean {
  return isRecorded(look, path) || look.earlier?.files.has(path) === true;
}

/** Whether the ledger knows it as different from HEAD. */
function isRecorded({ newest }: Pick<Look, 'newest'>, path: string): boolean {
  const edit = newest.get(path);
  return edit !== undefined && edit.source !== 'commit' && edit.change !== 'reverted';
}

/** Whether it was not there before either: a deletion that was known, or has been committed. */
function wasGone({ earlier, newest }: Look, path: string): boolean {
  return earlier?.files.get(path)?.mark === null || newest.get(path)?.change === 'deleted';
}

/** Whether its contents are what the earlier look saw; rights and links may be other ones. */
function isAsBefore({ earlier }: Look, { path, mark }: TreeFile): boolean {
  const known = earlier?.files.get(path);
  if (earlier === null || known === undefined || known.mark !== mark) return false;
  // What was written in the very moment of that look may have been written again in the same moment.
  return known.changedAt + lagOf(known.changedAt) < earlier.at;
}

/**
 * Whether the newest entry of the ledger tells of this very state: it was compared then, or the hook of an edit tool told of it
 * soon after it was written.
 */
function isSettled({ newest, span }: Look, { path, changedAt }: TreeFile, to: number): boolean {
  const edit = newest.get(path);
  if (edit === undefined || edit.source === 'commit') return false;
  const toldAt = edit.at - span.storeAhead;
  const lag = to - changedAt;
  return changedAt <= toldAt + lag && (edit.source === 'tree' || changedAt >= toldAt - limits.editToldMs);
}

/** The folders above a path, the root first, each with its slash. */
function foldersOf(path: string): string[] {
  const parts = path.split('/').slice(0, -1);
  return ['', ...parts.map((_, at) => `${parts.slice(0, at + 1).join('/')}/`)];
}

/** Which moves of HEAD fell into the span, newest first, for sure (`isSure`) or perhaps; their times are whole seconds. */
export function movesInSpan(
  moves: readonly HeadMove[],
  { span, tree, earlier }: Pick<Look, 'span' | 'tree' | 'earlier'>,
): (HeadMove & { readonly isSure: boolean })[] {
  const known = moves.findIndex(({ commit, at }) => earlier && commit === earlier.head && at <= earlier.at);
  // Whether it came after the earlier look: by its place, or by its second.
  const isNew = (move: HeadMove, at: number) => at < known || move.at > (earlier?.headMovedAt ?? move.at);
  const isNoted = tree.headMovedAt !== null && tree.headMovedAt >= span.from && tree.headMovedAt <= span.to;
  return moves.flatMap((move, at) => {
    // A commit may be given any date; but what came after the earlier look is known by its place.
    const isTimely = (move.at + 1000 > span.from || (at < known && isNoted)) && move.at <= span.to;
    return isTimely ? [{ ...move, isSure: move.at >= span.from || isNew(move, at) || (at === 0 && isNoted) }] : [];
  });
}

/** Whether a move of HEAD was a commit that whoever made it wrote; not one that came from elsewhere, or was only moved. */
export function isOwnCommit({ how }: HeadMove): boolean {
  return /^(?:commit(?: \((?:initial|amend|merge)\))?|cherry-pick|revert|am): /.test(how);
}
