import { beforeEach, describe, expect, it } from 'vitest';
import { type Bench, createBench } from '../../test/support/rules.ts';
import { noteEvent } from './client-event.ts';

let bench: Bench;

beforeEach(() => {
  bench = createBench();
});

const prompted = async (prompt: string) => {
  const session = await bench.join();
  const event = { kind: 'prompt', source: null, prompt, isHeld: false } as const;
  return bench.transact(async unit => noteEvent(unit, session, event));
};

describe('the task of a session', () => {
  it('is the first line of its first prompt', async () => {
    expect(await prompted('Move the login.\nAnd more.')).toMatchObject({ task: 'Move the login.', taskFrom: 'prompt' });
  });

  it('is never what we woke it with', async () => {
    expect(await prompted('Signalbox: 1 message waits for you, from otter.')).toMatchObject({ task: null });
    expect(await prompted(' \nSignalbox: 1 message waits.\nMove the login.')).toMatchObject({ task: null });
  });
});
