import { beforeEach, describe, expect, it } from 'vitest';
import { type Bench, createBench } from '../../test/support/rules.ts';
import { announce, openIntents } from './intent.ts';
import { clearIntent, setIntentStatus } from './intent-status.ts';
import { limits } from './limits.ts';
import type { IntentRecord, IntentStatus, SessionRecord } from './records.ts';

let bench: Bench;
let otter: SessionRecord;
let heron: SessionRecord;
let intent: IntentRecord;

beforeEach(async () => {
  bench = createBench();
  otter = await bench.join('otter', { branch: 'feature/auth' });
  heron = await bench.join('heron');
  const request = { type: 'git_rebase', resources: [], branches: ['main'], description: 'onto main' } as const;
  intent = await bench.transact(unit => announce(unit, otter, request));
});

const set = (by: SessionRecord, status: IntentStatus, id = intent.id) =>
  bench.transact(unit => setIntentStatus(unit, by, id, status));
const clear = (by: SessionRecord, id = intent.id) => bench.transact(unit => clearIntent(unit, by, id));
const open = async () => (await bench.look(view => openIntents(view, {}))).intents.map(each => each.intent.id);
const stored = () => bench.look(view => view.tx.get('intent', intent.id));

describe('an intent', () => {
  it('said to be announced again counts anew, where and as it was announced', async () => {
    await bench.clock.advance(limits.intentKeptMs - 1);
    const again = await set(otter, 'announced');
    expect(again).toEqual({
      ...intent,
      updatedAt: bench.clock.now(),
      expiresAt: bench.clock.now() + limits.intentKeptMs,
    });
  });

  it('never goes back to being announced, nor comes back from its end', async () => {
    await set(otter, 'in_progress');
    await expect(set(otter, 'announced')).rejects.toMatchObject({ code: 'conflict' });
    expect(await stored()).toMatchObject({ status: 'in_progress' });
    await set(otter, 'completed');
    await expect(set(otter, 'announced')).rejects.toMatchObject({ code: 'conflict' });
    expect(await open()).toEqual([]);
  });

  it('that has become too old is over', async () => {
    await bench.clock.advance(limits.intentKeptMs);
    await expect(set(otter, 'announced')).rejects.toMatchObject({ code: 'conflict' });
    expect(await open()).toEqual([]);
  });

  it('of another, or that there is not, is left alone', async () => {
    for (const status of ['announced', 'in_progress', 'completed', 'abandoned'] as const) {
      await expect(set(heron, status)).rejects.toMatchObject({ code: 'forbidden' });
      await expect(set(otter, status, 'i999')).rejects.toMatchObject({ code: 'not_found' });
    }
    await expect(clear(heron)).rejects.toMatchObject({ code: 'forbidden' });
    await expect(clear(otter, 'i999')).rejects.toMatchObject({ code: 'not_found' });
    expect(await stored()).toEqual(intent);
  });

  it('is cleared as given up, or as done once it was under way, and stays as it ended', async () => {
    await clear(otter);
    expect(await stored()).toMatchObject({ status: 'abandoned' });
    const ended = await stored();
    await clear(otter);
    expect(await stored()).toEqual(ended);
    const request = { type: 'test', resources: [], branches: [], description: undefined } as const;
    const second = await bench.transact(unit => announce(unit, otter, request));
    await set(otter, 'in_progress', second.id);
    await clear(otter, second.id);
    expect(await bench.look(view => view.tx.get('intent', second.id))).toMatchObject({ status: 'completed' });
  });
});
