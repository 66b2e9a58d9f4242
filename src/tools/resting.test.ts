/** Waiting for a reason to wake a session, over a store that loses answers. */
import { beforeEach, expect, it } from 'vitest';
import { settle } from '../../test/support/fakes.ts';
import { letterCalls } from '../../test/support/letters.ts';
import { type Bench, createBench } from '../../test/support/rules.ts';
import { serve, sessionOf } from '../../test/support/served.ts';
import { noteEvent } from '../core/client-event.ts';
import { limits } from '../core/limits.ts';
import { nextWake } from './resting.ts';

let bench: Bench;

beforeEach(() => {
  bench = createBench();
});

const { write } = letterCalls(() => bench);

it('is told again at the next look when the answer to noting it was lost', async () => {
  const { agent, ways } = serve(bench, bench.processes.spawn());
  const me = await sessionOf(agent);
  const peer = await bench.join('peer');
  const now = await bench.now(me);
  await bench.transact(async unit => noteEvent(unit, now, { kind: 'stop', source: null, prompt: null, isHeld: false }));
  await write(peer, [me.handle], 'hello');
  ways.push('answer lost');
  const gone = new AbortController();
  const woken: unknown[] = [];
  void nextWake(agent, gone.signal).then(wake => woken.push(wake));
  for (let waitedMs = 0; woken.length === 0 && waitedMs < limits.restingPollMs * 2; waitedMs += 1_000) {
    await bench.clock.advance(1_000);
    await settle();
  }
  expect(woken).toEqual([{ text: expect.stringContaining('1 message waits') }]);
  gone.abort();
  await agent.leave('done');
});
