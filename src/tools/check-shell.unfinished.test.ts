/** Git operations that stopped in the middle, and those who did not begin them. */
import { beforeEach, describe, expect, it } from 'vitest';
import { gitCalls } from '../../test/support/git-calls.ts';
import { type GuardScene, guardCalls } from '../../test/support/guard-calls.ts';
import { guardedPair } from '../../test/support/guarded-pair.ts';
import type { Bench } from '../../test/support/rules.ts';
import type { SessionRecord } from '../core/records.ts';

let bench: Bench;
let scene: GuardScene;
let otter: SessionRecord;
let heron: SessionRecord;

beforeEach(async () => {
  ({ bench, scene, otter, heron } = await guardedPair());
  for (const session of [otter, heron]) await stops(session);
  scene.git.changed.set('/shop', []);
});

const scenes = [() => bench, () => scene] as const;
const { edits, hasRun, mayRun, mayEdit, stops } = guardCalls(...scenes);
const { commit } = gitCalls(...scenes);

const stands = (operation: 'merge' | 'rebase' | 'bisect' | null) =>
  scene.git.states.set('/shop', { operation, locked: [] });
/** A command of otter that stops in the middle. */
const stopped = async (command: string, operation: 'merge' | 'rebase' | 'bisect') => {
  expect(await mayRun(otter, command)).toBeNull();
  stands(operation);
  await hasRun(otter, command);
};

describe('a git operation that stopped in the middle', () => {
  it.each([
    ['git pull --no-rebase', 'merge'],
    ['git rebase main', 'rebase'],
    ['git bisect start HEAD v1', 'bisect'],
  ] as const)(
    "is its session's to end: nobody else commits, stages, unstages or moves HEAD there: %s",
    async (command, operation) => {
      await stopped(command, operation);
      await stops(otter);
      for (const other of [
        'git commit -m b -- b.ts',
        'git add b.ts && git commit -m b',
        'git restore --staged -- c.ts',
        'git reset c.ts',
        `git ${operation} --abort`,
        'git merge --continue',
        'git switch main',
        'git commit --amend',
      ]) {
        const refused = await mayRun(heron, other);
        expect(refused, other).toContain(`otter is in the middle of a ${operation} in this checkout`);
        expect(refused, other).toContain(`Next: ask otter with message_send to end the ${operation} first`);
        await bench.clock.advance(600_000);
        await mayRun(otter, 'git status');
        await hasRun(otter, 'git status');
        await stops(otter);
      }
      expect(await mayEdit(heron, 'b.ts')).toBeNull();
      for (const other of ['git status', 'git diff', 'git -C ../shop-2 add b.ts'])
        expect(await mayRun(heron, other), other).toBeNull();
      expect(await mayRun(otter, `git ${operation} --abort`)).toBeNull();
    },
  );

  it('holds nobody up when it is ended, whoever ended it, and when its session is gone', async () => {
    await stopped('git merge feature', 'merge');
    await stops(otter);
    expect(await mayRun(heron, 'git add b.ts')).toContain('merge');
    stands(null);
    expect(await mayRun(heron, 'git add b.ts')).toBeNull();
    await hasRun(heron, 'git add b.ts');
    stands('merge');
    expect(await mayRun(heron, 'git add b.ts')).toContain('held up by otter');
    bench.kill(otter);
    expect(await mayRun(heron, 'git add b.ts')).toBeNull();
  });

  it("does not become that of whoever runs another command meanwhile, and none that stood there is anybody's", async () => {
    await stopped('git merge feature', 'merge');
    await stops(otter);
    expect(await mayRun(heron, 'git stash list')).toBeNull();
    await hasRun(heron, 'git stash list');
    // Where policy only warns, a command that moves HEAD runs all the same.
    scene.policy = { ...scene.policy, git: 'warn' };
    expect(await mayRun(heron, 'git merge --continue')).toBeNull();
    await hasRun(heron, 'git merge --continue');
    expect(await mayRun(heron, 'git switch main')).toBeNull();
    await hasRun(heron, 'git switch main');
    scene.policy = { ...scene.policy, git: 'block' };
    expect(await mayRun(otter, 'git merge --continue')).toBeNull();
    await hasRun(otter, 'git merge --continue');
    expect(await mayRun(heron, 'git add b.ts')).toContain('otter is in the middle of a merge');
  });

  it('is told to its session when it holds another up', async () => {
    await stopped('git merge feature', 'merge');
    await stops(otter);
    await mayRun(heron, 'git commit -m b -- b.ts');
    const told = await bench.look(async ({ tx }) => tx.list('message', 'at', { prefix: '' }, { limit: 10 }));
    expect(told.map(({ body }) => body).join()).toContain('because your merge there is not ended. End it when you can');
  });

  it('is advised to unstage what is not its own only where the session began it', async () => {
    await stopped('git merge feature', 'merge');
    await edits(heron, 'theirs.ts');
    await stops(heron);
    scene.git.changed.set('/shop', ['theirs.ts']);
    scene.git.staged.set('/shop', ['theirs.ts']);
    expect(await mayRun(otter, 'git commit -m merged')).toContain('git restore --staged -- FILES');
  });

  it('is held up by git itself as well, for sessions and people, who may go on all the same', async () => {
    await stopped('git merge feature', 'merge');
    await stops(otter);
    for (const who of [heron, null]) {
      const { refused, lines } = await commit(who, ['b.ts']);
      expect([refused, lines[1]]).toEqual([true, 'otter is in the middle of a merge in this checkout.']);
    }
    expect((await commit(otter, ['b.ts'])).refused).toBe(false);
    expect((await commit(null, ['b.ts'], { bypass: 'otter hangs' })).refused).toBe(false);
  });
});

describe('a refusal of the same command for another reason', () => {
  it('is told whole', async () => {
    await edits(heron, 'mine.ts');
    await stops(heron);
    scene.git.changed.set('/shop', ['mine.ts']);
    expect(await mayRun(otter, 'git merge feature')).toContain('uncommitted edits in 1 file (mine.ts)');
    expect(await mayRun(otter, 'git merge feature')).toContain('is still held up by heron');
    scene.git.changed.set('/shop', []);
    expect(await mayRun(heron, 'git rebase main')).toBeNull();
    stands('rebase');
    await hasRun(heron, 'git rebase main');
    await stops(heron);
    expect(await mayRun(otter, 'git merge feature')).toContain('heron is in the middle of a rebase');
  });
});

describe('a next step', () => {
  it('fits what was refused: a branch that is deleted is not pushed, and nobody is asked to ask itself', async () => {
    await bench.transact(async ({ tx }) => {
      const record = await tx.get('session', heron.id);
      if (record) tx.put('session', { ...record, branch: 'feat', root: '/shop-2' });
    });
    expect(await mayRun(otter, 'git branch -D feat')).toContain('Next: take another name, or ask heron');
    expect(await mayRun(otter, 'git push -f origin feat')).toContain('Next: push without force');
    const self = await mayRun(otter, 'git worktree remove .');
    expect(self).toContain('You work in ');
    expect(self).toContain('Next: leave it as it is');
    expect(self).not.toContain('ask otter');
  });

  it('says how to wait for what somebody has by name, and to give it back; its holder is told', async () => {
    const { acquire } = await import('../core/lock.ts');
    const { gitIndexOf } = await import('../core/git-head.ts');
    const request = { ticket: 't', pools: [], mode: 'exclusive', priority: 'normal', reason: 'sorting out' } as const;
    const resources = [gitIndexOf(heron)];
    await bench.transact(unit => acquire(unit, heron, { ...request, resources, ttlMs: 600_000 }, null));
    const refused = await mayRun(otter, 'git add b.ts');
    expect(refused).toContain(
      'lock_acquire with resources ["git:index"], waitSeconds 45 and ttlSeconds 60, and lock_release',
    );
    const told = await bench.look(async ({ tx }) => tx.list('message', 'at', { prefix: '' }, { limit: 10 }));
    expect(told.map(({ body }) => body).join()).toContain(
      'because you have git:index of it. Give it back with lock_release',
    );
  });
});
