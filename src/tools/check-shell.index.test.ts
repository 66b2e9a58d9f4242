/** Git commands of others while one of a session runs: what it commits is what it has staged, and no more than it holds. */
import { beforeEach, describe, expect, it } from 'vitest';
import { type GuardScene, guardCalls } from '../../test/support/guard-calls.ts';
import { guardedPair } from '../../test/support/guarded-pair.ts';
import type { Bench } from '../../test/support/rules.ts';
import { locksOf } from '../core/blocking.ts';
import { gitHeadOf, gitIndexOf } from '../core/git-head.ts';
import { limits } from '../core/limits.ts';
import { acquire } from '../core/lock.ts';
import type { SessionRecord } from '../core/records.ts';
import { heartbeat } from '../core/session.ts';

let bench: Bench;
let scene: GuardScene;
let otter: SessionRecord;
let heron: SessionRecord;

beforeEach(async () => {
  ({ bench, scene, otter, heron } = await guardedPair());
  for (const session of [otter, heron]) await stops(session);
  scene.git.changed.set('/shop', []);
});

const { edits, hasRun, mayRun, mayEdit, prompt, stops } = guardCalls(
  () => bench,
  () => scene,
);

const locks = async (session: SessionRecord) =>
  (await bench.transact(unit => locksOf(unit.tx, session.id))).map(({ name }) => name);

describe('while a command of a session commits what is staged', () => {
  const staging = ['git add b.ts', 'git rm b.ts', 'git stage -A b.ts', 'git commit -m b'];

  it.each(staging)('no other one changes what is staged there: %s', async command => {
    expect(await mayRun(otter, 'git add a.ts && npm test && git commit -m a')).toBeNull();
    const refused = await mayRun(heron, command);
    expect(refused).toContain('otter is about to commit what is staged in this checkout, by "git commit -m a"');
    expect(refused).toContain('Next: try again in a moment');
    await hasRun(otter, 'git add a.ts && npm test && git commit -m a');
    expect(await mayRun(heron, command)).toBeNull();
  });

  it('edits go on, and so does what leaves the index alone', async () => {
    expect(await mayRun(otter, 'git add a.ts && npm test && git commit -m a')).toBeNull();
    expect(await mayEdit(heron, 'b.ts')).toBeNull();
    for (const command of ['git status', 'git diff', 'git log', 'git -C ../shop-2 add b.ts', 'git commit -m b -- b.ts'])
      expect(await mayRun(heron, command), command).toBeNull();
  });

  it('names keep it from nobody: that commit takes nothing else', async () => {
    expect(await mayRun(otter, 'git add a.ts && git commit -m a -- a.ts')).toBeNull();
    expect(await mayRun(heron, 'git add b.ts')).toBeNull();
  });

  it('a session has the index for itself for as long as it asked for it by name', async () => {
    const index = gitIndexOf(otter);
    const request = { ticket: 't', pools: [], mode: 'exclusive', priority: 'normal', reason: 'sorting out' } as const;
    await bench.transact(unit => acquire(unit, otter, { ...request, resources: [index], ttlMs: 600_000 }, null));
    expect(await mayRun(heron, 'git add b.ts')).toContain('otter has git:index of this checkout for "sorting out"');
    expect(await mayRun(otter, 'git add a.ts')).toBeNull();
  });
});

describe('a git command that was broken off, so that nothing told its end,', () => {
  it.each([
    ['with the next prompt', prompt],
    ['with the stop', stops],
  ])('gives back what it held %s', async (_when, event) => {
    await prompt(otter);
    expect(await mayRun(otter, 'git switch -c other', 'call-1')).toBeNull();
    expect(await mayRun(otter, 'git add a.ts && git commit -m a', 'call-2')).toBeNull();
    expect((await locks(otter)).sort()).toEqual(['git:head', 'git:index']);
    await event(otter);
    expect(await locks(otter)).toEqual([]);
    expect(await edits(heron, 'b.ts')).toBeNull();
  });
});

describe('git:head that a session has by name', () => {
  it('is after a command of its own what it was before: for what, and how long', async () => {
    const request = { ticket: 't', pools: [], mode: 'exclusive', priority: 'normal', reason: 'rebasing' } as const;
    const resources = [gitHeadOf(otter)];
    await bench.transact(unit => acquire(unit, otter, { ...request, resources, ttlMs: 3_600_000 }, null));
    const before = await bench.transact(unit => locksOf(unit.tx, otter.id));
    expect(await mayRun(otter, 'git pull --rebase')).toBeNull();
    await hasRun(otter, 'git pull --rebase');
    expect(await bench.transact(unit => locksOf(unit.tx, otter.id))).toEqual(before);
  });
});

describe('a command that takes long', () => {
  const command = 'git add a.ts && npm test && git commit -m a';
  const beats = async (times: number) => {
    for (let at = 0; at < times; at += 1) {
      await bench.clock.advance(limits.heartbeatMs);
      for (const { id } of [otter, heron]) await bench.transact(unit => heartbeat(unit, id));
    }
  };

  it('has what it needs for as long as it runs, up to an hour, and its session is not told that it ends', async () => {
    expect(await mayRun(otter, command)).toBeNull();
    await beats(90);
    expect(await mayRun(heron, 'git add b.ts')).toContain('otter is about to commit what is staged');
    expect(await bench.notices(otter)).toEqual([]);
    await beats(300);
    expect(await mayRun(heron, 'git add b.ts')).toBeNull();
  });
});

describe('a commit that is refused', () => {
  it('is advised to do first what comes before it, of which nothing was done', async () => {
    await edits(heron, 'b.ts');
    await stops(heron);
    scene.git.changed.set('/shop', ['b.ts', 'n.ts']);
    scene.git.staged.set('/shop', ['b.ts']);
    expect(await mayRun(otter, 'git add n.ts && git commit -m n')).toContain(
      'Next: run what comes before the commit by itself, then commit only files of your own by name: git commit -m MESSAGE -- n.ts',
    );
  });
});

describe('a stash of some files', () => {
  it('is refused while others have staged some, which git would put into it', async () => {
    await edits(heron, 'b.ts');
    await stops(heron);
    scene.git.changed.set('/shop', ['a.ts', 'b.ts']);
    scene.git.staged.set('/shop', ['b.ts']);
    const refused = await mayRun(otter, 'git stash push -- a.ts');
    expect(refused).toContain(
      'heron has staged 1 file (b.ts), which git would put into your entry of the stash as well',
    );
    expect(refused).toContain('Next: put yours aside as a patch (git diff HEAD -- FILES > PATCH');
    scene.git.staged.set('/shop', ['a.ts']);
    expect(await mayRun(otter, 'git stash push -- a.ts')).toBeNull();
  });
});
