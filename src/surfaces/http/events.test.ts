/** The stream of events over a clock that the test moves. */
import { expect, it } from 'vitest';
import { FakeLog } from '../../../test/support/fakes.ts';
import { createBench, project } from '../../../test/support/rules.ts';
import { SignalboxError } from '../../core/errors.ts';
import { limits } from '../../core/limits.ts';
import type { Store } from '../../core/ports.ts';
import { eventStream } from './events.ts';

/** A stream over a project in which `events` have happened; `looks` counts how often the store was asked. */
async function streamOf(events: number) {
  const bench = createBench();
  const log = new FakeLog();
  await bench.transact(async ({ tx }) => {
    for (let count = 0; count < events; count += 1) tx.emit({ type: 'data.set', audience: [], data: { count } });
  });
  let looks = 0;
  let isAway = false;
  const eventsAfter: Store['eventsAfter'] = async (...asked) => {
    looks += 1;
    if (isAway) throw new SignalboxError('unavailable', 'The store cannot be reached.', 'Call again.');
    return bench.store.eventsAfter(...asked);
  };
  const stopping = new AbortController();
  const stream = eventStream({
    ...{ store: { eventsAfter }, clock: bench.clock, log, project, cursor: 0 },
    ...{ ends: [stopping.signal], mayGoOn: async () => true },
  });
  return {
    ...{ stream, log, stopping, clock: bench.clock },
    looks: () => looks,
    cut() {
      isAway = true;
    },
  };
}

it('A reader that does not read costs no looks and no memory, however much has happened', async () => {
  const { clock, looks, stream } = await streamOf(20 * limits.eventsPerLook);
  await clock.advance(60_000);
  expect(looks()).toBeLessThanOrEqual(2);
  await stream.cancel();
});

it('A reader that reads has everything in order, and is told when the hub stops', async () => {
  const count = 3 * limits.eventsPerLook;
  const { stream, stopping } = await streamOf(count);
  const heard: number[] = [];
  for await (const piece of stream as unknown as AsyncIterable<Uint8Array>) {
    for (const [, id] of new TextDecoder().decode(piece).matchAll(/^id: (\d+)$/gm)) heard.push(Number(id));
    if (heard.length === count) stopping.abort();
  }
  expect(heard).toEqual(Array.from({ length: count }, (_, at) => at + 1));
});

it('Where the store is lost the stream ends, so that its reader comes again, and the log has why', async () => {
  const { clock, cut, log, stream } = await streamOf(1);
  const reader = stream.getReader();
  await reader.read();
  await reader.read();
  cut();
  const next = reader.read();
  await clock.advance(2 * limits.hubEventsEveryMs);
  expect(await next).toEqual({ done: true, value: undefined });
  expect(log.messages('warn')).toEqual(['events broken off']);
});
