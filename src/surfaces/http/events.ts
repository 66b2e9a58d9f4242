/** What happens in a project as server-sent events (the HTML standard, 9.2): gap-free from a cursor on, and again after a broken connection. */
import { limits } from '../../core/limits.ts';
import type { Clock, Event, Log, Store } from '../../core/ports.ts';
import { joinedSignal } from '../../tools/joined-signal.ts';

export interface EventFeed {
  readonly store: Pick<Store, 'eventsAfter'>;
  readonly clock: Clock;
  readonly log: Pick<Log, 'warn'>;
  readonly project: string;
  /** The last event that the reader has. */
  readonly cursor: number;
  /** Any of these ends it: its reader has gone, the hub stops. */
  readonly ends: readonly AbortSignal[];
  /** Whether the reader may go on: asked at every look, so that a revoked token hears nothing more. */
  mayGoOn(): Promise<boolean>;
}

/**
 * A stream that ends with the signal, when the reader may not go on, or where the store is lost: readers come again by themselves.
 * Where nothing happens it says so now and then. It looks for no more than its reader takes.
 */
export function eventStream(feed: EventFeed): ReadableStream<Uint8Array> {
  const life = joinedSignal(...feed.ends);
  const pieces = told(feed, life.signal);
  const encoder = new TextEncoder();
  let isTaken = true;
  return new ReadableStream({
    async pull(controller) {
      const { done, value } = await pieces.next();
      if (!done) return controller.enqueue(encoder.encode(value));
      life.end();
      if (isTaken) controller.close();
    },
    cancel() {
      isTaken = false;
      life.end();
    },
  });
}

async function* told(
  { store, clock, log, project, cursor, mayGoOn }: EventFeed,
  signal: AbortSignal,
): AsyncGenerator<string, void> {
  yield `retry: ${limits.hubEventsRetryMs}\n\n`;
  let last = cursor;
  let spoken = clock.elapsed();
  try {
    while (!signal.aborted && (await mayGoOn())) {
      const events = await store.eventsAfter(project, last, limits.eventsPerLook);
      last = events.at(-1)?.sequence ?? last;
      const isQuiet = clock.elapsed() - spoken >= limits.hubEventsQuietMs;
      if (events.length > 0 || isQuiet) {
        yield events.length > 0 ? events.map(spelled).join('') : ': still here\n\n';
        spoken = clock.elapsed();
      }
      if (events.length < limits.eventsPerLook) await clock.sleep(limits.hubEventsEveryMs, signal);
    }
  } catch (error) {
    if (!signal.aborted) log.warn('events broken off', { project, error: String(error) });
  }
}

/** JSON has no line breaks of its own, so an event is one line. */
function spelled({ sequence, type, at, data }: Event): string {
  return `id: ${sequence}\nevent: ${type}\ndata: ${JSON.stringify({ sequence, type, at, data })}\n\n`;
}
