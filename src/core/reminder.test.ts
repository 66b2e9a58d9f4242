import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { letterCalls } from '../../test/support/letters.ts';
import { type Bench, createBench, file, lockCalls } from '../../test/support/rules.ts';
import { announce } from './intent.ts';
import { limits } from './limits.ts';
import type { SessionRecord } from './records.ts';
import { reminder } from './reminder.ts';
import { update } from './session.ts';

let bench: Bench;
let otter: SessionRecord;
let heron: SessionRecord;

beforeEach(async () => {
  bench = createBench();
  [otter, heron] = [await bench.join('otter'), await bench.join('heron')];
});

const { take, stand } = lockCalls(() => bench);
const { write, unread } = letterCalls(() => bench);
const remind = (me = otter) => bench.look(view => reminder(view, me));
const intend = (description: string | undefined, path: string) =>
  bench.transact(unit =>
    announce(unit, otter, { type: 'refactor', resources: [file(path)], branches: [], description }),
  );

describe('a reminder', () => {
  it('is nothing where there is nothing to be reminded of', async () => {
    expect(await remind()).toBeNull();
    const named = await bench.transact(unit => update(unit, otter, { task: 'Move the login' }));
    await take(heron, [file('a')]);
    expect(await remind(named)).toBeNull();
  });

  it('tells what the session holds, owes, waits for, announced and has not read, and marks nothing as read', async () => {
    const me = await bench.transact(unit => update(unit, otter, { task: 'Move the login' }));
    await take(me, [file('src/a.ts')], 'exclusive', { reason: 'the login' });
    await take(heron, [file('src/b.ts')]);
    await stand(me, [file('src/b.ts')]);
    await intend('all of it', 'src');
    const { message } = await write(heron, ['otter'], 'Which port?\nPlease', { wantsAck: true });
    const text = await remind(me);
    expect(text).toMatch(/^Signalbox: you are still otter\. Task: "Move the login"\./);
    for (const part of ['file:src/a.ts (exclusive, 15 min left): "the login"', '- file:src/b.ts, for', '"all of it"'])
      expect(text).toContain(part);
    expect(text).toContain(`${message.id} from heron`);
    expect(text).toContain('"Which port?"');
    expect(text).not.toContain('Please');
    expect(text).toContain('Unread messages: 1 (message_read)');
    expect(await unread(otter)).toBe(1);
  });

  it('has at most 1,200 characters, whatever it is about', async () => {
    const words = fc.string({ unit: 'binary', maxLength: 250 });
    const scene = fc.record({
      task: words,
      locks: fc.array(fc.record({ path: fc.stringMatching(/^[a-z<>&]{1,200}$/), reason: words }), { maxLength: 30 }),
      letters: fc.array(words, { maxLength: 10 }),
      intents: fc.array(words, { maxLength: 10 }),
    });
    await fc.assert(
      fc.asyncProperty(scene, async ({ task, locks, letters, intents }) => {
        bench = createBench();
        [otter, heron] = [await bench.join('otter'), await bench.join('heron')];
        const me = { ...otter, task };
        for (const [at, { path, reason }] of locks.entries()) {
          const mine = at % 3 > 0;
          await take(mine ? me : heron, [file(path)], 'exclusive', { reason });
          if (!mine) await stand(me, [file(path)]);
        }
        for (const body of letters.filter(text => text.trim() !== ''))
          await write(heron, ['otter'], body, { wantsAck: true }).catch(() => undefined);
        for (const [at, text] of intents.entries()) await intend(text, `p${at}`);
        const text = await remind(me);
        expect(text?.length ?? 0).toBeLessThanOrEqual(limits.reminderCharacters);
      }),
      { numRuns: 60 },
    );
  });
});
