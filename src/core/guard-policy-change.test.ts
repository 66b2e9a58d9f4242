/** Sessions that change the policy they are under. */
import { beforeEach, describe, expect, it } from 'vitest';
import { guardCalls } from '../../test/support/guard-calls.ts';
import { type GuardedPair, guardedPair } from '../../test/support/guarded-pair.ts';
import { unreadCount } from './inbox.ts';
import { operator } from './presence.ts';

let { bench, scene, otter, heron } = {} as GuardedPair;
beforeEach(async () => {
  ({ bench, scene, otter, heron } = await guardedPair());
});

const { mayEdit, hasEdited, mayRun, hasRun } = guardCalls(
  () => bench,
  () => scene,
);
const person = () => bench.transact(unit => operator(unit));

describe('a session that changes the policy of the guard', () => {
  it('is not refused, and the person and all other sessions are told what it says now', async () => {
    expect(await mayEdit(otter, 'signalbox.json')).toBeNull();
    scene.policy = { ...scene.policy, edits: 'off', paths: [{ glob: 'docs/**', mode: 'warn' }] };
    const told = await hasEdited(otter, '/shop/signalbox.json');
    const what = 'edits "block" -> "off", paths "docs/**" "warn"';
    expect(told).toContain(`the policy of the guard says ${what} now, for everybody`);
    for (const session of [heron, await person()]) {
      expect(await bench.notices(session)).toEqual([
        expect.stringContaining(`otter changed the policy of the guard in signalbox.json: ${what}.`),
      ]);
    }
    expect(await bench.notices(otter)).toEqual([]);
    expect(await hasEdited(otter, 'signalbox.json')).toBe('');
  });

  it('is told to a person who has never been here yet', async () => {
    await mayEdit(otter, 'signalbox.json');
    scene.policy = { ...scene.policy, edits: 'warn' };
    await hasEdited(otter, 'signalbox.json');
    const unread = await bench.look(async view => {
      const known = await view.tx.get('session', 'operator');
      return known && unreadCount(view.tx, known);
    });
    expect(unread).toBe(1);
  });

  it('is seen as well where it does so by a command', async () => {
    const command = 'echo "{}" > signalbox.json';
    await mayRun(otter, command, 't1');
    scene.policy = { ...scene.policy, git: 'off' };
    expect(await hasRun(otter, command, 't1')).toContain('git "block" -> "off"');
    expect(await bench.notices(heron)).toHaveLength(1);
  });

  it('is not spoken of where the file says the same of the guard, or another changed it before', async () => {
    scene.policy = { ...scene.policy, git: 'warn' };
    expect(await mayEdit(otter, 'signalbox.json')).toBeNull();
    expect(await hasEdited(otter, 'signalbox.json')).toBe('');
    scene.policy = { ...scene.policy, git: 'block' };
    await mayEdit(heron, 'other.json');
    await hasEdited(heron, 'other.json');
    expect(await bench.notices(await person())).toEqual([]);
  });
});
