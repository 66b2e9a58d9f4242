/** What `stage` takes and what it leaves out: a session's own changes, and nobody else's unless it was asked for. */
import { type Author, type Change, type Standing, standingOf } from './own-changes.ts';

/** What is taken besides the session's own files. */
export interface StageWish {
  readonly session: string;
  readonly mixed: boolean;
  readonly unknown: boolean;
  covers(path: string): boolean;
}

export interface StagePlan {
  readonly staged: readonly Change[];
  /** Changed by others as well, taken or not. */
  readonly mixed: readonly Change[];
  /** Nobody is known to have changed them; taken or not. */
  readonly unknown: readonly Change[];
  /** Of others only. */
  readonly left: readonly Change[];
  /** What a merge has left undecided: staging it would say that it is decided. */
  readonly undecided: readonly Change[];
  /** Not taken, and in the index already: a commit would take them along. */
  readonly indexed: readonly Change[];
  /** The session's own that were not meant this time and are in the index already: they may well be for the same commit. */
  readonly before: readonly Change[];
}

export function stagePlan(changes: readonly Change[], wish: StageWish): StagePlan {
  const meant = changes.filter(({ file }) => wish.covers(file.path));
  const is = (change: Change, standing: Standing) => standingOf(change.authors, wish.session) === standing;
  const decided = (standing: Standing) => meant.filter(change => !change.file.isUnmerged && is(change, standing));
  const [mixed, unknown] = [decided('mixed'), decided('unknown')];
  const staged = new Set([...decided('own'), ...(wish.mixed ? mixed : []), ...(wish.unknown ? unknown : [])]);
  const isInIndex = (change: Change) => change.file.inIndex !== 'none' && !staged.has(change);
  return {
    staged: meant.filter(change => staged.has(change)),
    mixed,
    unknown,
    left: decided('others'),
    undecided: meant.filter(({ file }) => file.isUnmerged),
    indexed: changes.filter(change => isInIndex(change) && !is(change, 'own')),
    before: changes.filter(change => isInIndex(change) && is(change, 'own') && !change.file.isUnmerged),
  };
}

/** The handles of those who changed a file, other than the session itself. */
export function othersOf(authors: readonly Author[], session: string): string[] {
  return [...new Set(authors.filter(({ id }) => id !== session).map(({ handle }) => handle))];
}
