import { getEventListeners, setMaxListeners } from 'node:events';
import { expect, it } from 'vitest';
import { createBench } from '../../test/support/rules.ts';
import { serve } from '../../test/support/served.ts';
import { callTool } from './call-tool.ts';
import { tools } from './index.ts';
import { joinedSignal } from './joined-signal.ts';

/** What is kept on a signal: listeners, and what Node notes of signals that were made of it. */
function leftOn(signal: AbortSignal): number {
  const noted = Object.getOwnPropertySymbols(signal).find(({ description }) => description === 'kDependantSignals');
  const made = noted && (signal as unknown as Record<symbol, { readonly size: number } | undefined>)[noted];
  return getEventListeners(signal, 'abort').length + (made?.size ?? 0);
}

it('Signals are one until the first of them aborts, or until that is ended', () => {
  const [one, other] = [new AbortController(), new AbortController()];
  const joined = joinedSignal(one.signal, undefined, other.signal);
  expect(joined.signal.aborted).toBe(false);
  other.abort();
  expect(joined.signal.aborted).toBe(true);
  expect(joinedSignal(one.signal, other.signal).signal.aborted).toBe(true);
  const ended = joinedSignal(one.signal);
  ended.end();
  expect([ended.signal.aborted, one.signal.aborted, leftOn(one.signal)]).toEqual([true, false, 0]);
});

it.each([
  ['message_wait', { timeoutSeconds: 5 }],
  ['lock_acquire', { resources: ['ci'], waitSeconds: 5 }],
])('A wait by %s leaves nothing on the signal by which its hub stops', async (tool, input) => {
  const bench = createBench();
  const holder = serve(bench, bench.processes.spawn());
  const waiter = serve(bench, bench.processes.spawn(), { clientSession: 'c2' });
  const stopping = new AbortController();
  setMaxListeners(0, stopping.signal);
  const call = (caller: typeof waiter, name: string, given: object) =>
    callTool(tools, name, given, {
      ...{ caller: caller.agent, path: 'calls', progress() {}, afterAnswer() {} },
      ...{ signal: new AbortController().signal, waitsEnd: stopping.signal },
    });
  await call(holder, 'lock_acquire', { resources: ['ci'] });
  for (let count = 0; count < 3; count += 1) {
    const waiting = call(waiter, tool, input);
    await bench.clock.advance(10_000);
    await waiting;
  }
  expect(leftOn(stopping.signal)).toBe(0);
});
