/** What happens in a project as server-sent events (the HTML standard, 9.2): gap-free from a cursor on, and again after a broken connection. */
import { limits } from '../../core/limits.ts';
import type { Clock, Event, Store } from '../../core/ports.ts';

export interface EventFeed {
  readonly store: Pick<Store, 'eventsAfter'>;
  readonly clock: Clock;
  readonly project: string;
  /** The last event that the reader has. */
  readonly cursor: number;
  readonly signal: AbortSignal;
  /** Whether the reader may go on: asked at every look, so that a revoked token hears nothing more. */
  mayGoOn(): Promise<boolean>;
}

/** A stream that ends with the signal, or when the reader may not go on. Where nothing happens it says so now and then. */
export function eventStream(feed: EventFeed): ReadableStream<Uint8Array> {
  const stopped = new AbortController();
  const signal = AbortSignal.any([feed.signal, stopped.signal]);
  return new ReadableStream({
    start(controller) {
      void send({ ...feed, signal }, text => controller.enqueue(new TextEncoder().encode(text)))
        .then(() => controller.close())
        .catch(error => {
          if (!signal.aborted) controller.error(error);
        });
    },
    cancel: () => stopped.abort(),
  });
}

async function send({ store, clock, project, cursor, signal, mayGoOn }: EventFeed, write: (text: string) => void) {
  write(`retry: ${limits.hubEventsRetryMs}\n\n`);
  let last = cursor;
  let spoken = clock.elapsed();
  while (!signal.aborted && (await mayGoOn())) {
    const events = await store.eventsAfter(project, last, limits.eventsPerLook);
    for (const event of events) write(spelled(event));
    last = events.at(-1)?.sequence ?? last;
    const isQuiet = clock.elapsed() - spoken >= limits.hubEventsQuietMs;
    if (isQuiet) write(': still here\n\n');
    if (events.length > 0 || isQuiet) spoken = clock.elapsed();
    if (events.length < limits.eventsPerLook) await clock.sleep(limits.hubEventsEveryMs, signal);
  }
}

/** JSON has no line breaks of its own, so an event is one line. */
function spelled({ sequence, type, at, data }: Event): string {
  return `id: ${sequence}\nevent: ${type}\ndata: ${JSON.stringify({ sequence, type, at, data })}\n\n`;
}
