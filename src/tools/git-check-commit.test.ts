/** Sessions that commit from one index, and people who commit what sessions left. */
import { beforeEach, describe, expect, it } from 'vitest';
import { gitCalls } from '../../test/support/git-calls.ts';
import { type GuardScene, guardCalls } from '../../test/support/guard-calls.ts';
import { guardedPair } from '../../test/support/guarded-pair.ts';
import { type Bench, file, lockCalls } from '../../test/support/rules.ts';
import type { GitHookFacts } from '../core/git-hook-facts.ts';
import { limits } from '../core/limits.ts';
import type { SessionRecord } from '../core/records.ts';

let bench: Bench;
let scene: GuardScene;
let otter: SessionRecord;
let heron: SessionRecord;

beforeEach(async () => {
  ({ bench, scene, otter, heron } = await guardedPair());
});

const { ask, commit, transaction } = gitCalls(
  () => bench,
  () => scene,
);
const { edits, stops, mayRun } = guardCalls(
  () => bench,
  () => scene,
);
const { take } = lockCalls(() => bench);
const person = null;

const stepOf = async (who: SessionRecord | null, facts: Partial<GitHookFacts>) =>
  (await ask(who, 'pre-commit', facts)).lines.find(line => line.startsWith('Next:'));

describe('a refused commit from an index that others use, too', () => {
  it('is told to commit exactly its own by name, so that neither undoes what the other has staged', async () => {
    await edits(otter, 'otter.ts', 'src/own one.ts');
    await edits(heron, 'heron.ts');
    const staged = ['heron.ts', 'nobodys.ts', 'otter.ts', 'src/own one.ts'];
    expect(await stepOf(otter, { staged })).toBe(
      "Next: commit exactly your own by name, and leave the rest staged: git commit -m MESSAGE -- otter.ts 'src/own one.ts'",
    );
    expect(await stepOf(heron, { staged, folder: 'src/' })).toMatch(/: git commit -m MESSAGE -- \.\.\/heron\.ts$/);
    for (const [who, own] of [
      [otter, ['otter.ts']],
      [heron, ['heron.ts']],
    ] as const) {
      expect((await commit(who, own)).refused).toBe(false);
    }
  });

  it('is told what the check of its shell lets through, from wherever it stands, whatever the names', async () => {
    const own = ['otter.ts', 'src/own one.ts', "it's.ts"];
    await edits(otter, ...own);
    await edits(heron, 'heron.ts');
    const staged = ['heron.ts', ...own];
    scene.git.staged.set('/shop', staged);
    scene.git.changed.set('/shop', staged);
    expect(await mayRun(otter, 'git commit -m All')).not.toBeNull();
    for (const folder of ['', 'src/']) {
      const [, command = ''] = /staged: (git .*)$/.exec((await stepOf(otter, { staged, folder })) ?? '') ?? [];
      expect(command).toContain('own one.ts');
      expect(await mayRun(otter, folder === '' ? command : `cd /shop/${folder} && ${command}`)).toBeNull();
      await bench.clock.advance(limits.idleAfterMs);
    }
  });

  it('is told so again, in short, when it is tried again at once', async () => {
    await edits(otter, 'otter.ts');
    await edits(heron, 'heron.ts');
    const staged = ['heron.ts', 'otter.ts'];
    await commit(otter, staged);
    expect((await commit(otter, staged)).lines).toEqual([
      "not committed: heron.ts is still heron's. Commit yours by name: git commit -m MESSAGE -- FILES.",
    ]);
  });

  it('with nothing of its own is told that, and with what nobody is known to have changed how to commit it', async () => {
    await edits(heron, 'heron.ts');
    expect(await stepOf(otter, { staged: ['heron.ts'] })).toBe(
      'Next: leave the index as it is, and ask heron with message_send: nothing that is staged is yours to commit.',
    );
    expect(await stepOf(otter, { staged: ['heron.ts', 'a.ts', 'b.ts'] })).toBe(
      'Next: if a.ts, b.ts are yours, commit them by name, and leave the rest staged: git commit -m MESSAGE -- a.ts b.ts',
    );
  });

  it('does not name what it changed but another has locked, nor what both have changed', async () => {
    await edits(otter, 'locked.ts', 'both.ts', 'own.ts');
    await stops(otter);
    await bench.clock.advance(scene.policy.graceSeconds * 1_000);
    await take(heron, [file('locked.ts')]);
    await edits(heron, 'both.ts');
    await commit(otter, ['both.ts', 'locked.ts', 'own.ts']);
    expect(await stepOf(otter, { staged: ['both.ts', 'locked.ts', 'own.ts', 'x.ts'] })).toMatch(/ -- own\.ts$/);
  });

  it('says how to leave files out where git commits all of the index or nothing, and to a person', async () => {
    await edits(otter, 'otter.ts');
    await edits(heron, 'heron.ts');
    const staged = ['heron.ts', 'otter.ts'];
    const leave = 'Next: leave them out: git restore --staged -- :/heron.ts, or ask heron';
    expect(await stepOf(otter, { staged, isWhole: true })).toBe(`${leave} with message_send.`);
    expect(await stepOf(person, { staged: ['heron.ts'] })).toBe(`${leave}.`);
  });
});

describe('a person’s commit of what a session left', () => {
  it('is not held up in the grace after its turn, and nobody is told of a check gone round', async () => {
    await edits(otter, 'a.ts');
    expect((await commit(person, ['a.ts'])).refused).toBe(true);
    await stops(otter);
    expect(await commit(person, ['a.ts'])).toMatchObject({
      refused: false,
      warnings: ['This commit takes along changes of otter: a.ts.'],
    });
    expect((await commit(heron, ['a.ts'])).refused).toBe(true);
    const made = {
      id: 'c1',
      at: bench.clock.now(),
      files: [{ path: 'a.ts', change: 'modified' }],
      isFresh: true,
    } as const;
    await transaction(person, { made: [made] });
    expect(await bench.notices(otter)).toEqual([]);
  });

  it('is held up by a lock that it took by name, whether it rests or not', async () => {
    await take(otter, [file('a.ts')]);
    await stops(otter);
    await bench.clock.advance(limits.idleAfterMs);
    expect((await commit(person, ['a.ts'])).refused).toBe(true);
  });
});
