/** What git's hooks ask about branches: pushed by force, rebased, renamed, moved. */
import { beforeEach, describe, expect, it } from 'vitest';
import { gitCalls, rewriting } from '../../test/support/git-calls.ts';
import { type GuardScene, guardCalls } from '../../test/support/guard-calls.ts';
import { guardedTrio } from '../../test/support/guarded-pair.ts';
import { type Bench, lockCalls, named } from '../../test/support/rules.ts';
import { editsOfCommit } from '../core/edit.ts';
import type { Rewriting } from '../core/guard-references.ts';
import type { SessionRecord } from '../core/records.ts';

let bench: Bench;
let scene: GuardScene;
let otter: SessionRecord;
let heron: SessionRecord;
/** In another checkout of the project. */
let wren: SessionRecord;

beforeEach(async () => {
  ({ bench, scene, otter, heron, wren } = await guardedTrio());
});

const { ask, made, push, transaction } = gitCalls(
  () => bench,
  () => scene,
);
const { edits, stops } = guardCalls(
  () => bench,
  () => scene,
);
const { take } = lockCalls(() => bench);
const person = null;

describe('a commit', () => {
  it('with a path that is too long for the ledger is recorded for its other files', async () => {
    const long = 'x'.repeat(3_000);
    const { files } = made('c1');
    await transaction(otter, { made: [{ ...made('c1'), files: [{ path: long, change: 'modified' }, ...files] }] });
    const edits = await bench.transact(({ tx }) => editsOfCommit(tx, 'c1', null));
    expect(edits.map(({ path }) => path)).toEqual(['a.ts']);
  });
});

describe('a stash', () => {
  it('is not said to hold what another has staged and still has: that stays uncommitted, and in the way of others', async () => {
    await edits(otter, 'a.ts');
    await edits(heron, 'b.ts');
    const both = ['a.ts', 'b.ts'].map(path => ({ path, change: 'modified' as const }));
    await transaction(heron, { stashed: { ...made('s1'), files: both } });
    const recorded = await bench.look(({ tx }) => editsOfCommit(tx, 's1', null));
    expect(recorded.map(({ path, handle }) => [path, handle])).toEqual([['b.ts', heron.handle]]);
  });
});

describe('a push by force', () => {
  const forced = (branch: string, ...lost: string[]) => ({ pushes: [{ branch, isForced: true, lost }] });

  it('of the branch that a checkout shares takes nothing from those who work in it', async () => {
    expect((await push(heron, forced('main'))).refused).toBe(false);
    expect((await push(person, forced('main'))).refused).toBe(false);
    expect((await push(wren, forced('main'))).lines.join()).toMatch(/heron works on main.*otter works on main/);
  });

  it('is refused over commits of another, in the same checkout too, as far as the other is still here', async () => {
    await transaction(otter, { made: [made('c1')] });
    await transaction(heron, { made: [made('c2')] });
    const { refused, lines } = await push(heron, forced('main', 'c2', 'c1'));
    expect([refused, lines.slice(1)]).toEqual([
      true,
      [
        'This push takes commits of otter off main.',
        'Next: push to a branch of your own, or take their commits in first (git pull --rebase), or ask otter.',
      ],
    ]);
    expect((await push(heron, forced('main', 'c2'))).refused).toBe(false);
    bench.kill(otter);
    expect((await push(heron, forced('main', 'c1'))).refused).toBe(false);
  });
});

describe('a rebase', () => {
  const rebase = rewriting({ kind: 'rebase' });

  it('is refused before its first step, to sessions and people, while another works in the checkout', async () => {
    for (const who of [heron, person]) {
      const { refused, lines } = await ask(who, 'pre-rebase', { rewritings: [rebase] });
      expect([refused, lines[0]]).toEqual([true, 'not run: "rebase main".']);
      expect(lines.join()).toContain('otter is in the middle of its turn');
    }
    await stops(otter);
    expect((await ask(heron, 'pre-rebase', { rewritings: [rebase] })).refused).toBe(false);
    expect((await ask(heron, 'pre-rebase', { rewritings: [] })).refused).toBe(false);
  });

  it('goes on over commits of another that rests, which it makes anew; dropped they are not', async () => {
    await transaction(otter, { made: [made(rebase.from)] });
    await stops(otter);
    expect((await ask(heron, 'pre-rebase', { rewritings: [rebase] })).refused).toBe(false);
    const { lines } = await transaction(heron, { rewritings: [rewriting()] });
    expect(lines.join()).toContain("Among the commits that it replaces or loses are otter's.");
  });
});

describe('another name for a branch', () => {
  const rename = (about: Partial<Rewriting> = {}) => ({
    rewritings: [rewriting({ to: null, isRename: true, ...about })],
  });

  it('takes nothing from those who rest in the checkout, whatever they have changed and committed', async () => {
    await edits(otter, 'b.ts');
    await transaction(otter, { made: [made('a'.repeat(40))] });
    expect((await transaction(heron, rename())).lines[0]).toBe('not run: "rename the branch main".');
    await stops(otter);
    expect((await transaction(heron, rename())).refused).toBe(false);
  });

  it('of one that is not checked out goes on, and of one that another has elsewhere does not', async () => {
    expect((await transaction(heron, rename({ branch: 'spare', isHere: false }))).refused).toBe(false);
    expect((await transaction(heron, rename({ branch: 'feature', isHere: false }))).lines[1]).toContain(
      'wren works on',
    );
  });
});

describe('a branch that is moved off its commits', () => {
  it('loses one that its session has a part in, whoever else has: the same as before a shell command, and a push', async () => {
    await stops(otter);
    const lost = 'a'.repeat(40);
    await transaction(otter, { made: [made(lost)] });
    const back = { rewritings: [rewriting({ isAmend: true })] };
    expect((await transaction(heron, back)).refused).toBe(true);
    await transaction(heron, { made: [made(lost)] });
    expect((await transaction(heron, back)).refused).toBe(false);
    expect((await push(heron, { pushes: [{ branch: 'main', isForced: true, lost: [lost] }] })).refused).toBe(false);
  });

  it('tells a person what to do at a shell where a session has the checkout for itself', async () => {
    await take(otter, [named('git:head', `${otter.host}:/shop`)]);
    const moved = { rewritings: [rewriting({})] };
    expect((await transaction(heron, moved)).lines.at(-1)).toMatch(/lock_acquire with resources \["git:head"\]/);
    const { lines } = await transaction(person, moved);
    expect(lines.find(line => line.startsWith('Next: '))).toBe(
      `Next: ask ${otter.handle} and ${heron.handle} to release it.`,
    );
  });

  it('goes back to where something began that stopped in the middle, whoever works here; not over commits of others', async () => {
    const back = { rewritings: [rewriting({ isAbort: true })] };
    expect((await transaction(heron, back)).refused).toBe(false);
    await transaction(otter, { made: [made('a'.repeat(40))] });
    expect((await transaction(heron, back)).refused).toBe(true);
  });

  it('is said to be all that was stopped, with the way back, where git had set files or index before it asked', async () => {
    const linesOf = async (done: Rewriting['done']) =>
      (await transaction(heron, { rewritings: [rewriting({ done })] })).lines;
    const files = await linesOf('files');
    expect(files.at(-2)).toContain('Git had set the files to bbbbbbbbbb before it asked');
    expect(files.at(-2)).toContain('git read-tree -m -u bbbbbbbbbb HEAD');
    expect(files.at(-1)).toMatch(/^Next: /);
  });

  it.each([
    ['index', 'git reset -q'],
    ['autostash', 'git rebase --quit`, then `git stash pop'],
    ['nothing', 'in the middle of its turn'],
  ] as const)('says of %s what is true', async (done, words) => {
    const { lines } = await transaction(heron, { rewritings: [rewriting({ done })] });
    expect(lines.at(-2)).toContain(words);
  });
});
