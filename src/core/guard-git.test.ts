/** Git commands, held against what others do in the same checkout. */
import { beforeEach, describe, expect, it } from 'vitest';
import { type GuardScene, guardCalls } from '../../test/support/guard-calls.ts';
import { guardedTrio } from '../../test/support/guarded-pair.ts';
import { type Bench, lockCalls, named } from '../../test/support/rules.ts';
import { joinChild } from './child.ts';
import { recordEdits } from './edit.ts';
import { type GitFound, type GitWish, nothingFound, noWish } from './git-wish.ts';
import { gitObstacles, questionOf } from './guard-git.ts';
import { limits } from './limits.ts';
import type { SessionRecord } from './records.ts';

let bench: Bench;
let scene: GuardScene;
let otter: SessionRecord;
let heron: SessionRecord;
let wren: SessionRecord;

beforeEach(async () => {
  ({ bench, scene, otter, heron, wren } = await guardedTrio());
  // Nobody is in the middle of anything at the beginning.
  for (const session of [otter, heron, wren]) await rest(session);
});

const { edits, stops } = guardCalls(
  () => bench,
  () => scene,
);
const { take } = lockCalls(() => bench);

const rest = (session: SessionRecord) => stops(session);
const put = (session: SessionRecord, fields: Partial<SessionRecord>) =>
  bench.transact(async ({ tx }) => {
    const record = await tx.get('session', session.id);
    if (record) tx.put('session', { ...record, ...fields });
  });

const nothing: GitWish = { ...noWish, words: 'git status', here: { host: '', root: '/shop' } };
const found: GitFound = { ...nothingFound, changed: [] };

/** What speaks against it, as `kind handle files`. */
async function against(me: SessionRecord, wish: Partial<GitWish>, facts: Partial<GitFound> = {}): Promise<string[]> {
  const whole = { ...nothing, here: { host: me.host, root: me.root }, ...wish };
  const obstacles = await bench.look(async view => {
    const record = (await view.tx.get('session', me.id)) ?? me;
    return gitObstacles(view, record, whole, { ...found, ...facts });
  });
  return obstacles.map(({ kind, session, files }) => [kind, session?.handle ?? '-', ...files].join(' '));
}

/** Edits that are over: their locks are gone, the changes are not committed. */
async function leftBehind(session: SessionRecord, ...paths: string[]): Promise<void> {
  scene.policy = { ...scene.policy, graceSeconds: 0 };
  await edits(session, ...paths);
  await rest(session);
}

const switching = { words: 'git switch main', takesCheckout: true };

describe('what moves HEAD or takes the whole checkout', () => {
  it('is held up by uncommitted edits of another session, and names them', async () => {
    await leftBehind(heron, 'a.ts', 'b.ts');
    expect(await against(otter, switching, { changed: ['a.ts', 'b.ts', 'mine.ts'] })).toEqual([
      'uncommitted heron a.ts b.ts',
    ]);
    // What is committed by now is in nobody's way.
    expect(await against(otter, switching, { changed: ['b.ts'] })).toEqual(['uncommitted heron b.ts']);
    expect(await against(otter, switching, { changed: [] })).toEqual([]);
  });

  it('is held up by what the ledger knows when git does not tell', async () => {
    await leftBehind(heron, 'a.ts');
    expect(await against(otter, switching, { changed: undefined })).toEqual(['uncommitted heron a.ts']);
  });

  it('is held up by one that is editing, or in the middle of its turn; not by one that rests or was silent long', async () => {
    await edits(heron, 'a.ts');
    expect(await against(otter, switching)).toEqual(['editing heron a.ts']);
    await leftBehind(heron, 'a.ts');
    await put(heron, { restingSince: null, lastSeenAt: bench.clock.now() });
    expect(await against(otter, switching)).toEqual(['working heron']);
    await bench.clock.advance(limits.idleAfterMs);
    expect(await against(otter, switching)).toEqual([]);
  });

  it("goes on in the middle of another one's turn for whoever has locked git:head by name, but not over its edits", async () => {
    await put(heron, { restingSince: null, lastSeenAt: bench.clock.now() });
    await leftBehind(heron, 'a.ts');
    await put(heron, { restingSince: null, lastSeenAt: bench.clock.now() });
    await take(otter, [named('git:head', `${otter.host}:/shop`)]);
    expect(await against(otter, switching)).toEqual([]);
    expect(await against(otter, switching, { changed: ['a.ts'] })).toContain('uncommitted heron a.ts');
  });

  it('waits for one that has git:head of this checkout, and of no other', async () => {
    await take(heron, [named('git:head', `${otter.host}:/shop`)]);
    await take(wren, [named('git:head', `${wren.host}:/shop-2`)]);
    expect(await against(otter, switching)).toEqual(['busy heron']);
    expect(await against(wren, switching)).toEqual([]);
  });

  it("is nobody's business in a checkout that nobody else uses, and git is not asked then", async () => {
    await leftBehind(heron, 'a.ts');
    expect(await against(wren, switching, { changed: ['a.ts'] })).toEqual([]);
    const question = await bench.look(view =>
      questionOf(view, wren, { ...nothing, ...switching, here: { host: wren.host, root: '/shop-2' } }),
    );
    expect(question.wantsChanges).toBe(false);
  });

  it('is not held up by a session and its sub-agent among themselves, but by a sibling', async () => {
    const one = await bench.transact(unit => joinChild(unit, otter, { id: 'a1', type: null }));
    const two = await bench.transact(unit => joinChild(unit, otter, { id: 'a2', type: null }));
    expect(await against(otter, switching)).toEqual([]);
    expect(await against(one, switching)).toEqual([`working ${two.handle}`]);
  });

  it('that would lose changes is held up by those that nobody recorded, where somebody else lives', async () => {
    const losing = { ...switching, destroys: 'tracked' as const };
    expect(await against(otter, losing, { changed: ['x.ts'] })).toEqual(['unknown - x.ts']);
    await edits(otter, 'x.ts');
    expect(await against(otter, losing, { changed: ['x.ts'] })).toEqual([]);
    expect(await against(wren, losing, { changed: ['y.ts'] })).toEqual([]);
  });
});

describe('what puts back what HEAD has, and leaves HEAD where it is', () => {
  const clearing = { words: 'git stash', takesCheckout: true, leavesHead: true, destroys: 'tracked' as const };

  it('is held up by changes of others in files that git tracks, and not by new files that it does not touch', async () => {
    await leftBehind(heron, 'a.ts', 'new.ts');
    const facts = { changed: ['a.ts', 'new.ts'], untracked: ['new.ts'] };
    expect(await against(otter, clearing, facts)).toEqual(['uncommitted heron a.ts']);
    expect(await against(otter, { ...clearing, destroys: 'untracked' }, facts)).toEqual(['uncommitted heron new.ts']);
    expect(await against(otter, { ...clearing, destroys: 'both' }, facts)).toEqual(['uncommitted heron a.ts new.ts']);
    expect(await against(otter, clearing, { changed: ['new.ts'], untracked: ['new.ts'] })).toEqual([]);
    // To one that moves HEAD it matters where they lie.
    expect(await against(otter, switching, facts)).toEqual(['uncommitted heron a.ts new.ts']);
  });

  it('is held up by changes that nobody recorded, as far as it touches them', async () => {
    const facts = { changed: ['x.ts', 'log.txt'], untracked: ['log.txt'] };
    expect(await against(otter, clearing, facts)).toEqual(['unknown - x.ts']);
    expect(await against(otter, { ...clearing, destroys: 'untracked' }, facts)).toEqual(['unknown - log.txt']);
  });
});

describe('staging and discarding', () => {
  it('of a folder is held up by what nobody recorded in it, of a file by name is not', async () => {
    const facts = { changed: ['src/x.ts', 'y.ts'], untracked: [] };
    expect(await against(otter, { discards: ['src'], destroys: 'tracked' }, facts)).toEqual(['unknown - src/x.ts']);
    expect(await against(otter, { discards: ['src'], destroys: 'untracked' }, facts)).toEqual([]);
    expect(await against(otter, { discards: ['src/x.ts'] }, facts)).toEqual([]);
  });

  it('out of the index is held up by what others have staged, where it is not by name', async () => {
    await leftBehind(heron, 'a.ts', 'src/b.ts');
    const facts = { changed: ['a.ts', 'src/b.ts'], staged: ['a.ts', 'src/b.ts'] };
    expect(await against(otter, { unstages: [''] }, facts)).toEqual(['staged heron a.ts src/b.ts']);
    expect(await against(otter, { unstages: ['src'] }, facts)).toEqual(['staged heron src/b.ts']);
    expect(await against(otter, { unstages: [''] }, { ...facts, staged: [] })).toEqual([]);
    await leftBehind(otter, 'a.ts', 'src/b.ts');
    expect(await against(otter, { unstages: [''] }, facts)).toEqual([]);
  });

  it('of everything is held up by what others changed, also in a file that both did', async () => {
    await leftBehind(heron, 'theirs.ts', 'both.ts');
    await edits(otter, 'mine.ts').then(() => put(otter, { guard: { ...otter.guard, toldEditsTo: 1e6 } }));
    await leftBehind(otter, 'both.ts');
    const changed = ['theirs.ts', 'both.ts', 'mine.ts', 'nobodys.ts'];
    expect(await against(otter, { sweeps: true }, { changed })).toEqual(['foreign heron theirs.ts both.ts']);
  });

  it("by name is held up only by a file that is another one's alone, in a folder as well", async () => {
    await leftBehind(heron, 'src/theirs.ts');
    const changed = ['src/theirs.ts', 'src/mine.ts'];
    await edits(otter, 'src/mine.ts');
    expect(await against(otter, { stages: ['src/mine.ts'] }, { changed })).toEqual([]);
    expect(await against(otter, { stages: ['src/theirs.ts'] }, { changed })).toEqual(['foreign heron src/theirs.ts']);
    expect(await against(otter, { stages: ['src'] }, { changed })).toEqual(['foreign heron src/theirs.ts']);
    expect(await against(otter, { stages: ['sr'] }, { changed })).toEqual([]);
    expect(await against(otter, { discards: ['src/theirs.ts'] }, { changed })).toEqual(['foreign heron src/theirs.ts']);
  });
});

describe('commits, stashes and branches', () => {
  const recorded = (session: SessionRecord, commit: string) =>
    bench.transact(unit =>
      recordEdits(
        unit,
        session,
        [{ path: 'a.ts', foldsCase: false, root: '/shop', branch: 'main', change: 'modified', lines: null }],
        { source: 'commit', commit, intent: null, host: session.host },
      ),
    );

  it("of a living session are not replaced or taken by another; one's own, and those of nobody known, are", async () => {
    await recorded(heron, 'c1');
    await recorded(otter, 'c2');
    const amend = { rewritesHead: true };
    expect(await against(otter, amend, { lost: ['c1'] })).toEqual(['commit heron']);
    expect(await against(otter, amend, { lost: ['c2'] })).toEqual([]);
    expect(await against(otter, amend, { lost: ['c3'] })).toEqual([]);
    // Further down it is as much its.
    expect(await against(otter, amend, { lost: ['c2', 'c3', 'c1'] })).toEqual(['commit heron']);
    expect(await against(otter, { takesStash: 0 }, { stashed: ['c1'] })).toEqual(['stash heron']);
    expect(await against(otter, { takesStash: 'all' }, { stashed: ['c2', 'c1'] })).toEqual(['stash heron']);
    bench.kill(heron);
    expect(await against(otter, amend, { lost: ['c1'] })).toEqual([]);
  });

  it('that others work on, in whatever checkout, are not overwritten by force', async () => {
    expect(await against(otter, { forces: 'feature' })).toEqual(['branch wren']);
    expect(await against(otter, { forces: 'elsewhere' })).toEqual([]);
    expect(await against(otter, { forcesRemote: 'feature' })).toEqual(['branch wren']);
    // Who shares the checkout has the same branch as it is pushed.
    expect(await against(otter, { forces: 'main' })).toEqual(['branch heron']);
    expect(await against(otter, { forcesRemote: 'main' })).toEqual([]);
  });

  it('of a worktree that somebody lives in stay: it is not removed, nor a folder above it', async () => {
    expect(await against(otter, { removes: '/shop-2' })).toEqual(['inside wren']);
    expect(await against(otter, { removes: '/shop-2/' })).toEqual(['inside wren']);
    expect(await against(otter, { removes: '/shop-22' })).toEqual([]);
    expect(await against(otter, { removes: '/shop-2/src' })).toEqual([]);
    expect(await against(wren, { removes: '/' })).toEqual(['inside heron', 'inside otter', 'inside wren']);
  });
});
