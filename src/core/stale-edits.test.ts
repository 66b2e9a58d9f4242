/** What a session is told of its files in the middle of its turn. */
import { beforeEach, describe, expect, it } from 'vitest';
import { guardCalls } from '../../test/support/guard-calls.ts';
import { type GuardedPair, guardedPair } from '../../test/support/guarded-pair.ts';
import { type Origin, recordEdits, recordUnsure } from './edit.ts';
import { withToldUnsure } from './stale-edits.ts';

let { bench, scene, otter, heron } = {} as GuardedPair;
beforeEach(async () => {
  ({ bench, scene, otter, heron } = await guardedPair());
});

const { mayEdit, edits, event, stops, prompt } = guardCalls(
  () => bench,
  () => scene,
);
const about = (path: string) => ({
  ...{ path, foldsCase: false, root: '/shop', branch: 'main' },
  ...({ change: 'modified', lines: null } as const),
});
const origin = (source: Origin['source']): Origin => ({ source, commit: null, intent: null, host: otter.host });
/** A command has changed a file, and nobody knows whose it was. */
const unsure = (path: string) =>
  bench.transact(unit => recordUnsure(unit, [otter, heron], [about(path)], origin('tree')));
const byHand = (path: string) => bench.transact(unit => recordEdits(unit, heron, [about(path)], origin('command')));
const news = 'Signalbox: since you last changed them, ';

describe('a file that a session has and that was overwritten round the guard', () => {
  it.each(['before-tool', 'after-tool', 'batch-end'])('is told with its next hook, also with %s, once', async kind => {
    await edits(otter, 'a.ts');
    await bench.clock.advance(2_000);
    await unsure('a.ts');
    const told = await event(otter, { kind });
    expect(told).toContain(`${news}heron or otter changed a.ts`);
    expect(told).toContain('Read again before you edit.');
    expect(await event(otter, { kind })).toBe('');
    expect(await prompt(otter)).toBe('');
    expect(await mayEdit(otter, 'a.ts')).toBeNull();
  });

  it('is told, too, where somebody recorded the change by a command', async () => {
    await edits(otter, 'a.ts');
    await byHand('a.ts');
    expect(await event(otter, { kind: 'after-tool' })).toContain(`${news}heron changed a.ts`);
  });

  it('is not told with an answer that no model sees, but with the next that one does', async () => {
    await edits(otter, 'a.ts');
    await byHand('a.ts');
    expect(await event(otter, { kind: 'after-tool', carries: false })).toBe('');
    expect(await event(otter, { kind: 'before-tool' })).toContain('heron changed a.ts');
  });

  it('is not told again where its own command was told of it, or after its own edit', async () => {
    await edits(otter, 'a.ts', 'b.ts');
    const { records } = await unsure('a.ts');
    await bench.transact(async ({ tx }) =>
      tx.put('session', withToldUnsure((await tx.get('session', otter.id)) ?? otter, records)),
    );
    expect(await event(otter, { kind: 'after-tool' })).toBe('');
    await unsure('b.ts');
    await bench.clock.advance(1);
    await edits(otter, 'b.ts');
    expect(await event(otter, { kind: 'after-tool' })).toBe('');
  });

  it('waits for the prompt where the session does not have it any more', async () => {
    await edits(otter, 'a.ts');
    await stops(otter);
    await bench.clock.advance(scene.policy.graceSeconds * 1000 + 1);
    await unsure('a.ts');
    expect(await event(otter, { kind: 'before-tool' })).toBe('');
    expect(await prompt(otter)).toContain('heron or otter changed a.ts');
  });
});
