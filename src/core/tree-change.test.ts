import { describe, expect, it } from 'vitest';
import { treeFile } from '../../test/support/fake-git.ts';
import type { HeadMove, TreeFile } from './changed-tree.ts';
import type { EditRecord } from './edit-record.ts';
import { limits } from './limits.ts';
import {
  candidates,
  type EarlierLook,
  formerlyDirty,
  isOwnCommit,
  judged,
  type Look,
  movesInSpan,
  type Suspect,
} from './tree-change.ts';

/** The command ran from 100,000.5 to 105,000.5; the store's clock is 1,000,000 ahead. */
const span = { from: 100_000.5, to: 105_000.5, lookedAt: 105_100.5, storeAhead: 1_000_000 };
const inSpan = 102_000.25;
const before = 90_000.25;

interface Scene {
  readonly files?: readonly TreeFile[];
  readonly same?: readonly TreeFile[];
  readonly earlier?: readonly TreeFile[] | null;
  readonly edits?: readonly EditRecord[];
  readonly more?: boolean;
  readonly committed?: readonly string[];
}

function look({ files = [], same = [], earlier = null, edits = [], more = false, committed = [] }: Scene): Look {
  const known: EarlierLook | null = earlier && {
    at: 99_000.5,
    head: 'old',
    headMovedAt: null,
    files: new Map(earlier.map(file => [file.path, file])),
  };
  const tree = { head: 'old', headMovedAt: null, files, same, more };
  return {
    span,
    tree,
    earlier: known,
    newest: new Map(edits.map(edit => [edit.path, edit])),
    committed: new Set(committed),
  };
}

/** An entry of the ledger, by its time on the wall clock. */
function edit(path: string, wallAt: number, about: Partial<EditRecord> = {}): EditRecord {
  const who = { session: 'heron', mayBeOf: [], handle: 'heron', task: null, intent: null };
  const how = { source: 'hook', commit: null, lines: null, change: 'modified' } as const;
  const where = { host: 'here', root: '/shop', branch: 'main' };
  return {
    id: 'e1',
    sequence: 1,
    path,
    pathKey: path,
    ...who,
    ...how,
    ...where,
    at: wallAt + span.storeAhead,
    ...about,
  };
}

function suspect(handle: string, about: Partial<Suspect> = {}): Suspect {
  const idle = {
    runningSince: null,
    isUnseen: false,
    isAwake: false,
    touched: () => false,
    isEditing: () => false,
    committedIn: () => false,
  };
  return { id: handle, handle, ...idle, ...about };
}

const changed = (scene: Scene) => candidates(look(scene)).map(({ path, change }) => `${change} ${path}`);
/** Each change with the others who may have made it. */
const by = (scene: Scene, ...suspects: Suspect[]) =>
  judged(candidates(look(scene)), suspects).map(({ path, others }) => [path, ...others.map(({ handle }) => handle)]);

const gone = (path: string, folderChangedAt: number) => treeFile(path, folderChangedAt, { change: 'deleted' });

describe('what changed while a command ran', () => {
  it('are the files that differ from HEAD and were written in that time', () => {
    const files = [
      treeFile('new.ts', inSpan, { change: 'created' }),
      treeFile('a.ts', inSpan),
      treeFile('old.ts', before),
      treeFile('later.ts', span.to + 1.5),
      gone('gone.ts', inSpan),
      gone('gone-before.ts', before),
    ];
    expect(changed({ files, earlier: [] })).toEqual(['created new.ts', 'modified a.ts', 'deleted gone.ts']);
  });

  it('is what was different before and is as HEAD has it again, if it was written or removed in that time', () => {
    const same = [treeFile('undone.ts', inSpan), treeFile('clean.ts', before), gone('removed.ts', inSpan)];
    const earlier = [treeFile('undone.ts', before), treeFile('clean.ts', before - 1), treeFile('removed.ts', before)];
    expect(changed({ same, earlier })).toEqual(['reverted undone.ts', 'reverted removed.ts']);
    const edits = [edit('undone.ts', before), edit('clean.ts', before), edit('removed.ts', before)];
    expect(changed({ same, edits })).toEqual(['reverted undone.ts', 'reverted removed.ts']);
    expect(changed({ same })).toEqual([]);
  });

  it('is no file that was committed meanwhile, nor one whose deletion was', () => {
    const same = [treeFile('a.ts', inSpan), gone('b.ts', inSpan)];
    const earlier = [treeFile('a.ts', before), gone('b.ts', before)];
    expect(changed({ same, earlier, committed: ['a.ts'] })).toEqual([]);
  });

  it('is told of no file that is not in a list which was cut', () => {
    const same = [treeFile('a.ts', inSpan)];
    expect(changed({ same, earlier: [treeFile('a.ts', before)], more: true })).toEqual([]);
  });

  it('is no file that was there neither before nor after', () => {
    expect(changed({ files: [gone('a.ts', inSpan)], earlier: [gone('a.ts', before)] })).toEqual([]);
    expect(changed({ files: [gone('a.ts', inSpan)], edits: [edit('a.ts', before, { change: 'deleted' })] })).toEqual(
      [],
    );
    expect(changed({ files: [gone('a.ts', inSpan)], earlier: [treeFile('a.ts', before)] })).toEqual(['deleted a.ts']);
  });

  it('is no file whose rights or links changed while its contents are what they were', () => {
    const file = treeFile('a.ts', inSpan, { mark: 'm1' });
    expect(changed({ files: [file], earlier: [treeFile('a.ts', before, { mark: 'm1' })] })).toEqual([]);
    expect(changed({ files: [file], earlier: [treeFile('a.ts', before, { mark: 'm0' })] })).toEqual(['modified a.ts']);
    // It was written in the moment of the earlier look: the same moment may hold two states.
    const racy = treeFile('a.ts', 98_990.5, { mark: 'm1' });
    expect(changed({ files: [file], earlier: [racy] })).toEqual(['modified a.ts']);
  });

  it('is no file of which the ledger tells this very state: compared then, or told by the hook of an edit soon after', () => {
    const files = [treeFile('a.ts', inSpan)];
    expect(changed({ files, edits: [edit('a.ts', inSpan + 300)] })).toEqual([]);
    expect(changed({ files, edits: [edit('a.ts', inSpan + 2_500, { source: 'tree' })] })).toEqual([]);
    // Written again after that entry, or told too late to be about this.
    expect(changed({ files, edits: [edit('a.ts', inSpan - 500)] })).toEqual(['modified a.ts']);
    expect(changed({ files, edits: [edit('a.ts', inSpan + limits.editToldMs + 1)] })).toEqual(['modified a.ts']);
    expect(changed({ files, edits: [edit('a.ts', inSpan, { source: 'commit' })] })).toEqual(['modified a.ts']);
  });
});

describe('whose a change is', () => {
  const files = [treeFile('a.ts', inSpan)];

  it("is the command's own where nobody else was at work there", () => {
    expect(by({ files })).toEqual([['a.ts']]);
    expect(by({ files }, suspect('heron', { isAwake: true }))).toEqual([['a.ts']]);
  });

  it('is not sure where the command of another ran when it happened', () => {
    expect(by({ files }, suspect('heron', { runningSince: before }))).toEqual([['a.ts', 'heron']]);
    expect(
      by({ files }, suspect('heron', { runningSince: inSpan }), suspect('wren', { runningSince: before })),
    ).toEqual([['a.ts', 'heron', 'wren']]);
  });

  it('is sure where the command of another began after it', () => {
    expect(by({ files }, suspect('heron', { runningSince: inSpan + 1_000 }))).toEqual([['a.ts']]);
    // Times of files lag behind the clock by a tick.
    expect(by({ files }, suspect('heron', { runningSince: inSpan + 10 }))).toEqual([['a.ts', 'heron']]);
  });

  it('is not sure where another recorded an edit of that very file, or works unseen', () => {
    const heron = suspect('heron', { touched: path => path === 'a.ts' });
    expect(by({ files: [...files, treeFile('b.ts', inSpan)] }, heron)).toEqual([['a.ts', 'heron'], ['b.ts']]);
    expect(by({ files }, suspect('wren', { isUnseen: true }))).toEqual([['a.ts', 'wren']]);
  });

  it('is not sure in the moment in which the command began, where another was at work', () => {
    const early = [treeFile('a.ts', span.from - 10)];
    expect(by({ files: early }, suspect('heron', { isAwake: true }))).toEqual([['a.ts', 'heron']]);
    expect(by({ files: early }, suspect('heron'))).toEqual([['a.ts']]);
    expect(by({ files: [treeFile('a.ts', span.from - limits.fileTimeLagMs - 1)] })).toEqual([]);
  });

  it('is not sure on a file system that keeps whole seconds, within two of them', () => {
    const coarse = [treeFile('a.ts', 99_000)];
    expect(by({ files: coarse }, suspect('heron', { isAwake: true }))).toEqual([['a.ts', 'heron']]);
    expect(by({ files: [treeFile('a.ts', 98_000)] }, suspect('heron', { isAwake: true }))).toEqual([]);
    // The other's command began in the second after: its file may say the second before.
    const between = [treeFile('a.ts', 102_000)];
    expect(by({ files: between }, suspect('heron', { runningSince: 103_500 }))).toEqual([['a.ts', 'heron']]);
  });

  it('is not sure by as much as the clock of the file system is ahead', () => {
    const ahead = [treeFile('a.ts', 97_000.5), treeFile('b.ts', span.lookedAt + 5_000)];
    expect(by({ files: ahead }, suspect('heron', { isAwake: true }))).toContainEqual(['a.ts', 'heron']);
  });

  it('is not sure of a file that is gone and that nobody has seen before, where another was at work', () => {
    const scene = { files: [gone('src/a.ts', inSpan)] };
    expect(by(scene, suspect('heron', { isAwake: true }))).toEqual([['src/a.ts', 'heron']]);
    expect(by(scene)).toEqual([['src/a.ts']]);
    expect(by({ ...scene, earlier: [] }, suspect('heron', { isAwake: true }))).toEqual([['src/a.ts']]);
    const edits = [edit('src/a.ts', before, { change: 'created' })];
    expect(by({ ...scene, edits }, suspect('heron', { isAwake: true }))).toEqual([['src/a.ts']]);
    expect(by({ ...scene, earlier: [] }, suspect('heron', { runningSince: before }))).toEqual([['src/a.ts', 'heron']]);
  });

  it("is nobody's where a file is gone, nobody has seen it before, and something else has changed its folder", () => {
    const scene = { files: [gone('src/a.ts', inSpan), treeFile('src/b.ts', inSpan)] };
    expect(by(scene)).toEqual([['src/b.ts']]);
    expect(by({ files: [gone('src/a.ts', inSpan), treeFile('src/new/b.ts', inSpan)] })).toEqual([['src/new/b.ts']]);
    expect(by({ ...scene, earlier: [] })).toEqual([['src/a.ts'], ['src/b.ts']]);
    expect(by({ files: [gone('src/a.ts', inSpan), treeFile('lib/b.ts', inSpan)] })).toHaveLength(2);
  });
});

describe('what was different before', () => {
  it('is what the earlier look saw and what was recorded since, without what is as HEAD has it again', () => {
    const { earlier, newest } = look({
      earlier: [treeFile('a', before)],
      edits: [
        edit('b', before),
        edit('c', before, { source: 'commit' }),
        edit('d', before, { change: 'reverted' }),
        edit('a', before),
      ],
    });
    expect(formerlyDirty(earlier, newest)).toEqual(['a', 'b']);
    expect(formerlyDirty(null, new Map())).toEqual([]);
  });
});

describe('the moves of HEAD', () => {
  const move = (commit: string, at: number, how = 'commit: x'): HeadMove => ({ commit, at, how });
  const within = (moves: HeadMove[], headMovedAt: number | null, head?: string, movedBefore: number | null = null) => {
    const { tree } = look({});
    const earlier =
      head === undefined ? null : { at: 99_000.5, head, headMovedAt: movedBefore, files: new Map<string, TreeFile>() };
    return movesInSpan(moves, { span, tree: { ...tree, headMovedAt }, earlier }).map(
      ({ commit, isSure }) => commit + (isSure ? '' : '?'),
    );
  };

  it('are those whose second lies in the span; in the second in which it began only the newest is sure', () => {
    const moves = [move('d', 104_000), move('c', 101_000), move('b', 100_000), move('a', 99_000)];
    expect(within(moves, 104_300)).toEqual(['d', 'c', 'b?']);
    expect(within(moves.slice(2), 100_700)).toEqual(['b']);
    expect(within(moves.slice(2), 99_900)).toEqual(['b?']);
    expect(within([move('e', 106_000), ...moves], 106_100)).toEqual(['d', 'c', 'b?']);
  });

  it('are sure in the second in which it began, if HEAD had not been moved in that second before', () => {
    const moves = [move('a', 100_000), move('b', 100_000), move('x', 90_000)];
    expect(within(moves, 101_000, 'other', 90_000.5)).toEqual(['a', 'b']);
    expect(within(moves, 101_000, 'other', 100_000.25)).toEqual(['a', 'b?']);
  });

  it('are known by their place behind the earlier look, whatever date they were given', () => {
    const moves = [move('c', 1_000), move('b', 2_000), move('a', 90_000)];
    expect(within(moves, 103_000, 'a')).toEqual(['c', 'b']);
    expect(within(moves, 103_000)).toEqual([]);
    expect(within([move('a', 100_000), move('b', 100_000), move('a', 90_000)], 101_000, 'a')).toEqual(['a', 'b']);
    // Housekeeping writes that file as well: it alone makes no old commit a new one.
    expect(within([move('a', 90_000)], 103_000, 'a')).toEqual([]);
  });

  it.each([
    ['commit: Fix', true],
    ['commit (initial): First', true],
    ['commit (amend): Fix', true],
    ['commit (merge): Merge', true],
    ['cherry-pick: Fix', true],
    ['revert: Undo', true],
    ['am: Fix', true],
    ['checkout: moving from main to next', false],
    ['reset: moving to HEAD~1', false],
    ['pull: Fast-forward', false],
    ['merge next: Fast-forward', false],
    ['rebase (pick): Fix', false],
    ['commitment', false],
    ['', false],
  ])('by %j made a commit of its own: %s', (how, expected) => {
    expect(isOwnCommit(move('x', 1, how))).toBe(expected);
  });
});
