/** What a session is told once its edit is made. */
import { beforeEach, describe, expect, it } from 'vitest';
import { type GuardScene, guardCalls } from '../../test/support/guard-calls.ts';
import { guardedPair } from '../../test/support/guarded-pair.ts';
import type { Bench } from '../../test/support/rules.ts';
import { joinChild } from '../core/child.ts';
import { limits } from '../core/limits.ts';
import { reap } from '../core/presence.ts';
import type { SessionRecord } from '../core/records.ts';

let bench: Bench;
let scene: GuardScene;
let otter: SessionRecord;
let heron: SessionRecord;

beforeEach(async () => {
  ({ bench, scene, otter, heron } = await guardedPair());
});

const { mayEdit, hasEdited, edits, prompt, stops } = guardCalls(
  () => bench,
  () => scene,
);
const graceIsOver = () => bench.clock.advance(scene.policy.graceSeconds * 1000 + 1);

/** A session edits a file, and its turn and the grace behind it are over. */
async function leaves(session: SessionRecord, ...paths: string[]) {
  expect(await edits(session, ...paths)).toBeNull();
  await stops(session);
  await graceIsOver();
}

async function goesOn(session: SessionRecord, ...paths: string[]): Promise<string> {
  expect(await mayEdit(session, ...paths)).toBeNull();
  return hasEdited(session, ...paths);
}

describe('a session that goes on with a file in which another left uncommitted work', () => {
  it('is told so once, with its edit, which is made', async () => {
    await leaves(otter, 'a.ts');
    expect(await goesOn(heron, 'a.ts')).toBe(
      'Signalbox: otter changed a.ts here 60 s ago, and no commit of that is known. Keep its part; stage yours alone with signalbox stage, or ask otter to commit first.',
    );
    expect(await goesOn(heron, 'a.ts')).toBe('');
    await bench.clock.advance(limits.editFoldedMs);
    expect(await goesOn(heron, 'a.ts')).toBe('');
    expect(await prompt(otter)).toContain('heron changed a.ts');
  });

  it('is told so of one whose session ended, or was killed, too', async () => {
    await edits(otter, 'a.ts', 'b.ts');
    bench.kill(otter);
    await bench.transact(unit => reap(unit));
    expect(await goesOn(heron, 'a.ts', 'b.ts')).toMatch(
      /^Signalbox: otter, whose session ended, changed a\.ts, b\.ts here .* ago, and no commit of these changes is known\./,
    );
  });

  it('hears nothing of what was committed since, by whomever, nor where git does not tell', async () => {
    await leaves(otter, 'a.ts', 'b.ts');
    scene.git.fileCommits.set('a.ts', [{ id: 'c1', at: bench.clock.now() }]);
    expect(await goesOn(heron, 'a.ts')).toBe('');
    Object.assign(scene.git, { commitsSince: async () => undefined });
    expect(await goesOn(heron, 'b.ts')).toBe('');
  });

  it('hears nothing of its own, of its sub-agents, of other checkouts, or of what it was told already', async () => {
    const one = await bench.transact(unit => joinChild(unit, otter, { id: 'a1', type: null }));
    const wren = await bench.join('wren', { host: otter.host, root: '/shop-2', branch: 'feature' });
    await leaves(one, 'a.ts');
    await leaves(wren, 'b.ts');
    await bench.clock.advance(limits.childSilentMs);
    expect(await goesOn(otter, 'a.ts')).toBe('');
    expect(await goesOn(otter, 'b.ts')).toBe('');
    await leaves(heron, 'c.ts');
    await leaves(otter, 'c.ts');
    // The prompt tells who went on in it.
    expect(await prompt(heron)).toContain('otter changed c.ts');
    expect(await goesOn(heron, 'c.ts')).toBe('');
  });

  it('is not told twice where both may write, which is said already', async () => {
    scene.policy = { ...scene.policy, edits: 'warn' };
    await edits(otter, 'a.ts');
    const told = await goesOn(heron, 'a.ts');
    expect(told).toContain('otter has a.ts as well');
    expect(told).not.toContain('no commit');
  });
});
