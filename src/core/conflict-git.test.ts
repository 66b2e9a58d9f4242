import { describe, expect, it } from 'vitest';
import { aSession } from '../../test/support/records.ts';
import { file } from '../../test/support/rules.ts';
import { gitConflicts } from './conflict-git.ts';
import { isSafe } from './conflict-kinds.ts';
import type { GitFindings, GitPlan } from './conflict-plan.ts';
import type { GitState } from './ports.ts';
import type { IntentType } from './records.ts';

const me = aSession('otter', { root: '/a', anchor: '/a', branch: 'main' });
const heron = aSession('heron', { root: '/a', anchor: '/a', branch: 'main' });
const wren = aSession('wren', { root: '/b', anchor: '/a', branch: 'feature/x' });

const plan = (
  type: IntentType,
  about: Partial<GitPlan> = {},
  targets: string[] = [],
  branches: string[] = [],
): GitPlan => ({
  action: { type, targets: targets.map(path => file(path)), branches },
  me,
  concernsGit: true,
  company: [],
  elsewhere: [],
  wantsOwnChanges: false,
  under: [],
  merges: [],
  edits: new Map(),
  notLookedAt: [],
  ...about,
});

const quiet: GitState = { operation: null, locked: [] };
const findings = (about: Partial<GitFindings> = {}): GitFindings => ({
  state: quiet,
  changes: new Map(),
  merges: [],
  ...about,
});
const changes = (of: Readonly<Record<string, readonly string[]>>, more = false) => ({
  changes: new Map(Object.entries(of).map(([root, files]) => [root, { files, more }])),
});
const told = (asked: GitPlan, found: GitFindings) =>
  gitConflicts(asked, found).conflicts.map(c => [c.kind, c.severity, c.session?.handle ?? null, c.resource]);

describe('the state of the checkout', () => {
  const shared = { company: [heron] };

  it.each(['rebase', 'merge', 'cherry-pick', 'revert', 'apply', 'bisect'] as const)(
    'with an unfinished %s makes what moves HEAD unsafe where others work too',
    operation => {
      for (const type of ['git_commit', 'git_rebase', 'git_merge'] as const) {
        const verdict = gitConflicts(plan(type, shared), findings({ state: { ...quiet, operation } }));
        expect(verdict.conflicts.map(c => [c.kind, c.severity])).toEqual([['git', 'high']]);
        expect(verdict.conflicts[0]?.description).toMatch(
          new RegExp(`heron or you began a ${operation} .*finish or abort`),
        );
      }
      expect(told(plan('git_push', shared), findings({ state: { ...quiet, operation } }))).toEqual([]);
      expect(told(plan('file_edit', shared), findings({ state: { ...quiet, operation } }))).toEqual([
        ['git', 'medium', null, 'git:head'],
      ]);
      expect(told(plan('file_edit'), findings({ state: { ...quiet, operation } }))).toEqual([]);
    },
  );

  it.each([
    ['merge', 'git_commit', 'low'],
    ['rebase', 'git_rebase', 'low'],
    ['rebase', 'git_merge', 'high'],
    ['merge', 'git_rebase', 'high'],
    ['bisect', 'git_commit', 'high'],
  ] as const)(
    'with an unfinished %s of whoever is alone there rates %s as %s: it may be what ends it',
    (operation, type, severity) => {
      expect(told(plan(type), findings({ state: { ...quiet, operation } }))).toEqual([
        ['git', severity, null, 'git:head'],
      ]);
    },
  );

  it('with a lock file of git makes what writes there unsafe', () => {
    const state = { operation: null, locked: ['index', 'head', 'stash', 'refs'] } as const;
    expect(
      told(plan('git_rebase'), findings({ state })).map(([, severity, , resource]) => [severity, resource]),
    ).toEqual([
      ['high', 'git:index'],
      ['high', 'git:head'],
      ['medium', 'git:stash'],
      ['high', 'git:refs'],
    ]);
    expect(told(plan('git_commit'), findings({ state }))).toHaveLength(3);
    for (const type of ['git_push', 'file_edit', 'build'] as const)
      expect(told(plan(type), findings({ state }))).toEqual([]);
  });

  it('outside git is said for what has to do with it, and for nothing else', () => {
    const none = findings({ state: undefined });
    expect(gitConflicts(plan('git_push'), none)).toEqual({
      conflicts: [],
      notLookedAt: [expect.stringMatching(/no checkout of git/)],
    });
    expect(gitConflicts(plan('build', { concernsGit: false }), none)).toEqual({ conflicts: [], notLookedAt: [] });
  });
});

describe('files changed in the same checkout', () => {
  const edits = new Map([
    ['theirs.ts', new Set(['heron'])],
    ['mine.ts', new Set(['otter'])],
    ['both.ts', new Set(['heron', 'otter'])],
    ['old.ts', new Set<string>()],
    ['gone.ts', new Set(['left'])],
  ]);
  const shared = { company: [heron], wantsOwnChanges: true, edits };
  const found = findings(changes({ '/a': ['theirs.ts', 'mine.ts', 'old.ts', 'gone.ts'] }));

  it('are laid to the session that the ledger names, the rest to nobody, and own ones are not told', () => {
    const { conflicts } = gitConflicts(plan('git_commit', shared), found);
    expect(conflicts.map(c => [c.severity, c.session?.handle ?? null])).toEqual([
      ['medium', 'heron'],
      ['medium', null],
    ]);
    expect(conflicts[0]?.description).toMatch(/heron has changed theirs\.ts .*stage your own files by name/);
    expect(conflicts[1]?.description).toMatch(/^old\.ts, gone\.ts: .*by one of heron or you/);
    expect(isSafe(conflicts)).toBe(true);
  });

  it.each([
    ['git_commit', [], 'medium'],
    ['git_commit', ['theirs.ts'], 'high'],
    ['git_rebase', [], 'high'],
    ['git_merge', [], 'high'],
    ['refactor', ['theirs.ts'], 'medium'],
    ['file_edit', ['theirs.ts'], 'medium'],
    ['dependency_change', ['theirs.ts'], 'medium'],
  ] as const)('by another make %s of %j a conflict: %s', (type, targets, severity) => {
    const asked = plan(type, shared, [...targets]);
    expect(told(asked, found)[0]).toEqual(['uncommitted', severity, 'heron', 'file:theirs.ts']);
  });

  it("by oneself and by another are told as the other's", () => {
    const both = findings(changes({ '/a': ['both.ts', 'mine.ts'] }));
    expect(told(plan('git_rebase', shared), both)).toEqual([['uncommitted', 'high', 'heron', 'file:both.ts']]);
  });

  it('are only those that the targets name', () => {
    expect(told(plan('file_edit', shared, ['mine.ts']), found)).toEqual([]);
    expect(told(plan('file_edit', shared, ['t*.ts']), found)).toHaveLength(1);
    expect(told(plan('file_edit', shared, ['gone.ts']), found)).toEqual([['uncommitted', 'low', null, 'file:gone.ts']]);
  });

  it('concern nobody where nobody else works', () => {
    expect(told(plan('git_commit', { ...shared, company: [] }), found)).toEqual([]);
  });

  it('that are not known in time, or too many, are said', () => {
    expect(gitConflicts(plan('git_commit', shared), findings()).notLookedAt).toEqual([
      expect.stringMatching(/what is changed in this checkout/),
    ]);
    const many = findings(changes({ '/a': ['mine.ts'] }, true));
    expect(gitConflicts(plan('git_commit', shared), many).notLookedAt).toEqual([
      expect.stringMatching(/^More than 1 files/),
    ]);
  });
});

describe('files changed in another checkout', () => {
  const other = { elsewhere: [{ root: '/b', sessions: [wren] }], wantsOwnChanges: true };

  it('that the targets name are a merge later, and safe', () => {
    const found = findings(changes({ '/b': ['src/a.ts', 'src/deep/b.ts', 'docs/c.md'] }));
    const { conflicts } = gitConflicts(plan('file_edit', { ...other, wantsOwnChanges: false }, ['src/**']), found);
    expect(conflicts.map(c => [c.kind, c.severity, c.session?.handle])).toEqual([['uncommitted', 'medium', 'wren']]);
    expect(conflicts[0]?.description).toMatch(
      /wren has changed src\/a\.ts, src\/deep\/b\.ts in \/b on feature\/x .*merge later/,
    );
    expect(isSafe(conflicts)).toBe(true);
    expect(told(plan('file_edit', other, ['lib']), found)).toEqual([]);
  });

  it('are, without targets, those changed in both', () => {
    const found = findings(changes({ '/a': ['x', 'y'], '/b': ['y', 'z'] }));
    for (const type of ['git_merge', 'git_rebase', 'git_commit', 'refactor'] as const) {
      expect(told(plan(type, other), found)).toEqual([['uncommitted', 'medium', 'wren', 'file:y']]);
    }
    expect(told(plan('git_commit', other), findings(changes({ '/a': ['x'], '/b': ['y'] })))).toEqual([]);
  });

  it('are named whole but few, and cannot break out of their line', () => {
    const files = ['a b', 'line\nbreak', ...Array.from({ length: 20 }, (_, at) => `f${at}`)];
    const [conflict] = gitConflicts(
      plan('git_commit', other),
      findings(changes({ '/a': files, '/b': files })),
    ).conflicts;
    expect(conflict?.description).toMatch(/"a b", "line\\nbreak", f0, .* and 14 more/);
    expect(conflict?.description).not.toContain('\n');
    expect(conflict?.resource).toBeNull();
  });

  it('are said not to be known when git did not tell', () => {
    const { notLookedAt } = gitConflicts(plan('git_commit', other), findings(changes({ '/a': ['x'] })));
    expect(notLookedAt).toEqual([expect.stringMatching(/what wren changed in \/b/)]);
  });
});

describe('a merge that was tried', () => {
  const theirs = { theirs: 'refs/heads/feature/x', head: null, branch: 'feature/x', session: wren };
  const named = { theirs: 'release', head: null, branch: 'release', session: null };

  it.each([
    ['git_merge', named, 'high', null],
    ['git_rebase', named, 'medium', null],
    ['git_merge', theirs, 'medium', 'wren'],
    ['git_push', theirs, 'medium', 'wren'],
    ['git_commit', theirs, 'medium', 'wren'],
  ] as const)('and would conflict is told with its files: %s', (type, merge, severity, handle) => {
    const { conflicts } = gitConflicts(plan(type, { merges: [merge] }), findings({ merges: [['a.ts', 'b.ts']] }));
    expect(conflicts.map(c => [c.kind, c.severity, c.session?.handle ?? null])).toEqual([['merge', severity, handle]]);
    expect(conflicts[0]?.description).toMatch(/would conflict in a\.ts, b\.ts: /);
  });

  it('and would be clean is not told; one that could not be tried is said', () => {
    expect(gitConflicts(plan('git_merge', { merges: [named] }), findings({ merges: [[]] }))).toEqual({
      conflicts: [],
      notLookedAt: [],
    });
    const verdict = gitConflicts(plan('git_merge', { merges: [theirs] }), findings({ merges: [undefined] }));
    expect(verdict).toEqual({ conflicts: [], notLookedAt: [expect.stringMatching(/feature\/x \(wren, in \/b\)/)] });
  });

  it('with what has no commit is told apart from what git could not tell', () => {
    const said = (merges: GitPlan['merges'], ...tried: GitFindings['merges']) =>
      gitConflicts(plan('git_merge', { merges }), findings({ merges: tried })).notLookedAt;
    expect(said([named], 'theirs')).toEqual([
      'There is no branch release in this repository: no merge with it was tried.',
    ]);
    expect(said([theirs], 'theirs')).toEqual([expect.stringMatching(/^feature\/x \(wren, in \/b\) has no commit yet/)]);
    expect(said([named, theirs], 'ours', 'ours')).toEqual(['This checkout has no commit yet: no merge was tried.']);
    expect(said([named], undefined)).toEqual([expect.stringMatching(/release .* not known: git could not try it/)]);
  });
});
