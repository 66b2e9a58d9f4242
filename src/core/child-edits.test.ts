/** What a sub-agent changed, once it has ended. */
import { beforeEach, describe, expect, it } from 'vitest';
import { type GuardScene, guardCalls } from '../../test/support/guard-calls.ts';
import { guardedPair } from '../../test/support/guarded-pair.ts';
import { type Bench, file, lockCalls } from '../../test/support/rules.ts';
import { joinChild } from './child.ts';
import { nothingFound, noWish } from './git-wish.ts';
import { gitObstacles } from './guard-git.ts';
import { limits } from './limits.ts';
import { authorsOf, historiesOf } from './own-changes.ts';
import type { SessionRecord } from './records.ts';

let bench: Bench;
let scene: GuardScene;
let otter: SessionRecord;
let heron: SessionRecord;
let one: SessionRecord;

const { edits, mayEdit, mayRun, event, stops, prompt } = guardCalls(
  () => bench,
  () => scene,
);
const { holdersOf, stand, take, waiting } = lockCalls(() => bench);
const ends = () => event(otter, { kind: 'child-stop', agent: 'a1' });

beforeEach(async () => {
  ({ bench, scene, otter, heron } = await guardedPair());
  await prompt(otter);
  one = await bench.transact(unit => joinChild(unit, otter, { id: 'a1', type: null }));
});

describe('the files of a sub-agent that has ended', () => {
  it('stay locked for its session through its turn, and for a while after it', async () => {
    await edits(one, 'a.ts');
    await ends();
    expect(await mayEdit(heron, 'a.ts')).toContain('otter');
    expect(await edits(otter, 'a.ts')).toBeNull();
    await stops(otter);
    await bench.clock.advance(scene.policy.graceSeconds * 1000 + 1);
    expect(await mayEdit(heron, 'a.ts')).toBeNull();
  });

  it('are free after the same while where its session was resting already', async () => {
    await edits(one, 'a.ts');
    await stops(otter);
    await ends();
    await bench.clock.advance(scene.policy.graceSeconds * 1000 - 1000);
    expect(await mayEdit(heron, 'a.ts')).not.toBeNull();
    await bench.clock.advance(1001);
    expect(await mayEdit(heron, 'a.ts')).toBeNull();
  });

  it('come to its session without a word about its own wait for them', async () => {
    await edits(one, 'a.ts');
    expect(await mayEdit(otter, 'a.ts')).not.toBeNull();
    await ends();
    expect(await bench.notices(otter)).toEqual([]);
    expect(await edits(otter, 'a.ts')).toBeNull();
  });

  it('are open to its siblings', async () => {
    await edits(one, 'a.ts');
    const two = await bench.transact(unit => joinChild(unit, otter, { id: 'a2', type: null }));
    expect(await mayEdit(two, 'a.ts')).not.toBeNull();
    await ends();
    expect(await edits(two, 'a.ts')).toBeNull();
  });

  it("count as its session's changes in a commit of another, in a restore and in a switch", async () => {
    await edits(one, 'a.ts');
    await ends();
    await stops(otter);
    const here = { host: heron.host, root: '/shop' };
    const wish = { ...noWish, words: 'git …', here };
    const against = (more: object) =>
      bench.look(async view => {
        const found = { ...nothingFound, changed: ['a.ts'] };
        const obstacles = await gitObstacles(view, heron, { ...wish, ...more }, found);
        return obstacles.map(({ kind, session, files }) => [kind, session?.handle, ...files].join(' '));
      });
    expect(await against({ sweeps: true })).toEqual(['foreign otter a.ts']);
    expect(await against({ discards: ['a.ts'] })).toEqual(['foreign otter a.ts']);
    expect(await against({ takesCheckout: true, destroys: 'tracked' })).toContain('uncommitted otter a.ts');
    const authors = await bench.look(async view =>
      authorsOf(view, await historiesOf(view, ['a.ts'], here, false), here, new Map()),
    );
    expect(authors.get('a.ts')?.map(({ handle, isHere }) => [handle, isHere])).toEqual([['otter', true]]);
  });
});

describe('a sub-agent whose end nobody told', () => {
  const silence = limits.childSilentMs;
  const sibling = () => bench.transact(unit => joinChild(unit, otter, { id: 'a2', type: null }));

  it('keeps its session out of its files only as long as it may still be at work', async () => {
    await edits(one, 'a.ts');
    await bench.clock.advance(10_000);
    const refusal = await mayEdit(otter, 'a.ts');
    expect(refusal).toContain('a.ts is being edited by otter.1, your sub-agent');
    expect(refusal).toContain('the file is yours in 20 s: try again then');
    await bench.clock.advance(silence - 10_000);
    expect(await edits(otter, 'a.ts')).toBeNull();
    expect(await mayEdit(heron, 'a.ts')).toContain('being edited by otter');
  });

  it('does not hold up a command of its session either, of which only a pattern is known', async () => {
    await edits(one, 'src/a.ts');
    expect(await mayRun(otter, 'rm src/*.ts')).toContain('otter.1, your sub-agent');
    await bench.clock.advance(silence);
    expect(await mayRun(otter, 'rm src/*.ts')).toBeNull();
  });

  it('keeps its siblings out for as long as its lock holds', async () => {
    const two = await sibling();
    await edits(one, 'a.ts');
    await bench.clock.advance(silence * 3);
    expect(await mayEdit(two, 'a.ts')).toContain('being edited by otter.1');
    expect(await edits(otter, 'a.ts')).toBeNull();
  });

  it('leaves its files to those in line too, as far as its session keeps nobody out', async () => {
    const two = await sibling();
    await edits(one, 'a.ts');
    expect((await stand(two, [file('a.ts')])).waiter).not.toBeNull();
    await bench.clock.advance(silence);
    expect(await edits(otter, 'a.ts')).toBeNull();
    expect(await holdersOf(file('a.ts'))).toEqual([otter.handle, two.handle]);
    expect(await waiting()).toBe(0);
  });

  it('keeps what it has locked by name, and the files in it', async () => {
    await take(one, [file('src')], 'shared');
    await edits(one, 'src/a.ts');
    await bench.clock.advance(silence);
    expect(await mayEdit(otter, 'src/a.ts')).toContain('src is locked by otter.1');
    expect(await holdersOf(file('src/a.ts'))).toEqual([one.handle, one.handle]);
  });

  it('is given more time where a command of it was under way, but not for ever', async () => {
    await edits(one, 'a.ts');
    await mayRun(one, 'npm test');
    await bench.clock.advance(silence * 2);
    expect(await mayEdit(otter, 'a.ts')).toContain('being edited by otter.1');
    await bench.clock.advance(limits.childGivenUpMs);
    expect(await edits(otter, 'a.ts')).toBeNull();
  });

  it('is refused once if it was only slow, because its session changed the file meanwhile', async () => {
    await edits(one, 'a.ts');
    await bench.clock.advance(silence);
    expect(await edits(otter, 'a.ts')).toBeNull();
    expect(await mayEdit(one, 'a.ts')).toContain('otter changed a.ts');
    expect(await edits(one, 'a.ts')).toBeNull();
  });
});
