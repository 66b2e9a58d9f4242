/** An answer that may take long: its head goes out when the wait begins, and blanks while it lasts, so that nobody takes it for dead. */
import { limits } from '../../core/limits.ts';
import type { World } from '../../tools/world.ts';

export interface Waiting {
  /** Called when the wait begins: from then on there is no other status any more. */
  begin(): void;
  /** Says that it goes on. */
  goOn(): void;
}

/** JSON (RFC 8259, 2) may begin with blanks. */
const blank = new TextEncoder().encode(' ');

/** How a wait may end without an answer. */
export interface Breaking {
  /** Told what breaks an answer off. */
  broken(error: unknown): void;
  /** Ends the connection in the middle of an answer. Without it the server is left to do so, and says why in words of its own. */
  readonly cut?: (() => void) | undefined;
}

/**
 * The answer to a request whose work may begin to wait. Work that ends before is answered as it ends, and what it throws is thrown. Once
 * the wait has begun the status is 200, and work that fails breaks the answer off. A client that goes is no business of this: its request
 * says so to the work itself.
 */
export async function answerOf(
  work: (waiting: Waiting) => Promise<{ readonly status: number; readonly body: object }>,
  { broken, cut }: Breaking,
): Promise<Response> {
  let write: (piece: Uint8Array) => void = () => undefined;
  let begin: () => void = () => undefined;
  const begun = new Promise<'waits'>(resolve => {
    begin = () => resolve('waits');
  });
  const result = work({ begin: () => begin(), goOn: () => write(blank) });
  const first = await Promise.race([result, begun]);
  const headers = { 'Content-Type': 'application/json' };
  if (first !== 'waits') return new Response(JSON.stringify(first.body), { status: first.status, headers });
  let isOpen = true;
  const last = (end: () => void) => {
    if (isOpen) end();
    isOpen = false;
  };
  const stream = new ReadableStream<Uint8Array>({
    start(controller) {
      write = piece => {
        if (isOpen) controller.enqueue(piece);
      };
      write(blank);
      const tell = ({ body }: { readonly body: object }) => {
        controller.enqueue(new TextEncoder().encode(JSON.stringify(body)));
        controller.close();
      };
      result.then(
        told => last(() => tell(told)),
        error =>
          last(() => {
            broken(error);
            if (cut) cut();
            else controller.error(error);
          }),
      );
    },
    cancel() {
      isOpen = false;
    },
  });
  return new Response(stream, { headers });
}

/** Shows now and then that whoever waits is still here. */
export function keeper(world: Pick<World, 'clock' | 'log'>, desk: { stay(): Promise<void> }) {
  let shown = world.clock.elapsed();
  return async () => {
    if (world.clock.elapsed() - shown < limits.hubStayMs) return;
    shown = world.clock.elapsed();
    try {
      await desk.stay();
    } catch (error) {
      // The wait itself notices what matters of it.
      world.log.warn('a wait could not be kept up', { error: String(error) });
    }
  };
}
