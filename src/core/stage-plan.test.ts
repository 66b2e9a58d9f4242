import { describe, expect, it } from 'vitest';
import { treeFile } from '../../test/support/fake-git.ts';
import type { TreeFile } from './changed-tree.ts';
import type { Author, Change } from './own-changes.ts';
import { othersOf, type StageWish, stagePlan } from './stage-plan.ts';

const author = (id: string, parent: string | null = null): Author => ({ id, handle: `h-${id}`, isHere: true, parent });
const change = (path: string, by: readonly string[], about: Partial<TreeFile> = {}): Change => ({
  file: treeFile(path, 1, about),
  authors: by.map(id => author(id, id.startsWith('me-') ? 'me' : null)),
});

const wish = (about: Partial<StageWish> = {}): StageWish => ({
  session: 'me',
  mixed: false,
  unknown: false,
  covers: () => true,
  ...about,
});

/** Each kind of the plan that holds anything, with its paths. */
function planned(changes: readonly Change[], about: Partial<StageWish> = {}) {
  const plan = stagePlan(changes, wish(about));
  const kinds = Object.entries(plan).map(([kind, list]) => [kind, list.map(({ file }: Change) => file.path)] as const);
  return Object.fromEntries(kinds.filter(([, paths]) => paths.length > 0));
}

const all = [
  change('own', ['me']),
  change('gone', ['me'], { change: 'deleted', mark: null }),
  change('both', ['other', 'me']),
  change('theirs', ['other', 'third']),
  change('nobodys', []),
];

describe('what is staged', () => {
  it('is exactly what only the session changed; all else is named by whose it is', () => {
    expect(planned(all)).toEqual({
      staged: ['own', 'gone'],
      mixed: ['both'],
      unknown: ['nobodys'],
      left: ['theirs'],
    });
  });

  it('is what is mixed or of nobody only when asked for, and never what is only of others', () => {
    expect(planned(all, { mixed: true })).toMatchObject({ staged: ['own', 'gone', 'both'], mixed: ['both'] });
    expect(planned(all, { unknown: true })).toMatchObject({ staged: ['own', 'gone', 'nobodys'], unknown: ['nobodys'] });
    expect(planned(all, { unknown: true, mixed: true }).staged).not.toContain('theirs');
  });

  it("is what the session's sub-agents changed too, but not what its parent did", () => {
    const changes = [change('a', ['me-1']), change('b', ['me', 'me-2']), change('c', ['me-1', 'other'])];
    expect(planned(changes)).toEqual({ staged: ['a', 'b'], mixed: ['c'] });
    expect(planned(changes, { session: 'me-1' })).toMatchObject({ staged: ['a'] });
  });

  it('is nothing that a merge has left undecided, whatever is asked for', () => {
    const changes = [change('a', ['me'], { isUnmerged: true, inIndex: 'part' }), change('b', ['me'])];
    expect(planned(changes, { mixed: true, unknown: true })).toEqual({ staged: ['b'], undecided: ['a'] });
  });

  it('is only what lies where it was asked for', () => {
    expect(planned(all, { covers: path => path !== 'own' })).toMatchObject({ staged: ['gone'] });
    expect(planned(all, { covers: () => false })).toEqual({});
  });
});

describe('what stands in the index already', () => {
  const index = { inIndex: 'whole' } as const;

  it('is named when it is not the session’s own, wherever it lies', () => {
    const changes = [
      change('own', ['me'], index),
      change('theirs', ['other'], index),
      change('half', ['other'], { inIndex: 'part' }),
      change('nobodys', [], index),
      change('both', ['me', 'other'], index),
      change('clean', ['other']),
    ];
    expect(planned(changes).indexed).toEqual(['theirs', 'half', 'nobodys', 'both']);
    expect(planned(changes, { covers: path => path === 'clean' }).indexed).toEqual([
      'theirs',
      'half',
      'nobodys',
      'both',
    ]);
  });

  it('is not named when it is staged on purpose', () => {
    const changes = [change('nobodys', [], index), change('both', ['me', 'other'], index)];
    expect(planned(changes, { mixed: true, unknown: true }).indexed).toBeUndefined();
  });
});

describe('the others of a file', () => {
  it('are named once each, without the session itself', () => {
    expect(othersOf([author('a'), author('me'), author('b'), author('a')], 'me')).toEqual(['h-a', 'h-b']);
  });
});
