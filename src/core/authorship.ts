/** Which recorded edit a line that is not committed comes from, as far as the ledger can tell. Never guesses. */

import type { FileCommit } from './changed-tree.ts';
import type { Here, LineRange } from './edit.ts';
import type { EditRecord } from './edit-record.ts';
import { leaseHolds } from './lease.ts';
import { limits } from './limits.ts';
import type { IntentRecord } from './records.ts';
import type { View } from './unit.ts';

/**
 * Of the edits of a file, newest first, those made in a checkout since its last commit of that file, or since it was as HEAD has it
 * again. When the ledger has that commit, its place in it counts, and time for what came between the commit and its being recorded.
 * When git knows none, the newest commit that was recorded there counts; without one all edits do.
 */
export function sinceLastCommit(edits: readonly EditRecord[], here: Here, last: FileCommit | undefined): EditRecord[] {
  const ours = edits.filter(edit => edit.host === here.host && edit.root === here.root);
  const recorded = last ? edits.findLast(edit => edit.commit === last.id) : ours.find(edit => edit.source === 'commit');
  const after = recorded?.sequence ?? (last ? Number.POSITIVE_INFINITY : 0);
  const since = last ? last.at + (recorded ? 1000 : 0) : Number.POSITIVE_INFINITY;
  const open = ours.filter(edit => edit.source !== 'commit' && (edit.sequence > after || edit.at >= since));
  const reverted = open.findIndex(edit => edit.change === 'reverted');
  return reverted < 0 ? open : open.slice(0, reverted);
}

/** An edit as evidence: whether its session still lives, and what it was part of. */
export interface Witness extends PossibleEdit {
  readonly isAlive: boolean;
  readonly intent: IntentRecord | undefined;
}

/** What the store tells besides of the sessions and intents of edits. */
export function witnessesOf(view: View, possible: readonly PossibleEdit[]): Promise<Witness[]> {
  const { tx } = view;
  return Promise.all(
    possible.map(async item => {
      const [session, intent] = await Promise.all([
        tx.get('session', item.edit.session),
        item.edit.intent === null ? undefined : tx.get('intent', item.edit.intent),
      ]);
      return { ...item, isAlive: session !== undefined && leaseHolds(view, session), intent };
    }),
  );
}

export interface PossibleEdit {
  readonly edit: EditRecord;
  /** Whether its lines may have been moved by later edits. */
  readonly isApproximate: boolean;
}

export interface Authorship {
  /** `known`: one edit is sure to have touched the line. `candidates`: it may be any of these. `unknown`: none is recorded. */
  readonly answer: 'known' | 'candidates' | 'unknown';
  /** Newest first, `limits.editsListed` at most. */
  readonly possible: readonly PossibleEdit[];
  /** How many more there are. */
  readonly more: number;
}

/**
 * Judges the edits of one file in one checkout since it was last committed, newest first. An edit that names its lines decides
 * while nothing after it can have moved them; one that names none may have touched any line. What lies before the file was made
 * or removed does not count, and one that may be of several sessions is never sure. On another branch than the one checked out now nothing is sure: changing branches changes files.
 */
export function authorshipOf(edits: readonly EditRecord[], line: number, branch: string | null): Authorship {
  const possible: PossibleEdit[] = [];
  let mayHaveMoved = false;
  for (const edit of edits) {
    if (edit.change === 'deleted' || edit.change === 'reverted') break;
    const touches = edit.change === 'created' && edit.lines === null ? true : touchesLine(edit, line);
    mayHaveMoved ||= edit.branch !== branch;
    if (touches === true && !mayHaveMoved && edit.mayBeOf.length === 0)
      return { answer: 'known', possible: [{ edit, isApproximate: false }], more: 0 };
    if (touches !== false || mayHaveMoved) {
      possible.push({ edit, isApproximate: mayHaveMoved && edit.lines !== null });
    }
    if (edit.change === 'created') break;
    mayHaveMoved ||= movesLine(edit, line);
  }
  const answer = possible.length === 0 ? 'unknown' : 'candidates';
  const shown = possible.slice(0, limits.editsListed);
  return { answer, possible: shown, more: possible.length - shown.length };
}

/** Undefined when the edit does not say which lines it touched. */
function touchesLine({ lines }: EditRecord, line: number): boolean | undefined {
  return lines?.some(({ from, to }) => from <= line && line <= to);
}

/** Whether the line may have had another number before the edit. */
function movesLine({ lines }: EditRecord, line: number): boolean {
  return lines === null || lines.some(({ from }) => from <= line);
}

/** `10-20,30` as ranges in order; undefined for what is none, or more than `limits.lineRangesPerEdit`. */
export function lineRangesOf(text: string): LineRange[] | undefined {
  const parts = text.split(',').map(part => /^\s*(\d{1,9})\s*(?:-\s*(\d{1,9})\s*)?$/.exec(part));
  if (parts.length > limits.lineRangesPerEdit) return undefined;
  const ranges = parts.map(part => ({ from: Number(part?.[1]), to: Number(part?.[2] ?? part?.[1]) }));
  const isGood = ranges.every(({ from, to }) => from >= 1 && to >= from);
  return isGood ? ranges.sort((a, b) => a.from - b.from) : undefined;
}
