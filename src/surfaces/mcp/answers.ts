/** A stdio transport that knows when an answer is out, so that what depends on it (messages marked as read) happens after, not before. */
import type { JSONRPCMessage } from '@modelcontextprotocol/server';
import { StdioServerTransport } from '@modelcontextprotocol/server/stdio';

type RequestId = string | number;

export class AnsweringTransport extends StdioServerTransport {
  readonly #pending = new Map<RequestId, (() => Promise<void>)[]>();
  readonly #running = new Set<Promise<void>>();
  readonly #closed: Promise<void>;
  #resolveClosed: () => void = () => {};

  constructor(...streams: ConstructorParameters<typeof StdioServerTransport>) {
    super(...streams);
    this.#closed = new Promise(resolve => {
      this.#resolveClosed = resolve;
    });
    this.#answerWhatIsNoMessage();
  }

  /**
   * JSON that is no message gets JSON-RPC's error for it, with no id since none could be read; otherwise whoever sent it (a
   * batch, say) would wait for ever. The transport it extends only reports it, and skips lines that are not JSON at all.
   */
  #answerWhatIsNoMessage(): void {
    let report: ((error: Error) => void) | undefined;
    Object.defineProperty(this, 'onerror', {
      get: () => (error: Error) => {
        if (error.name === 'ZodError') {
          const refusal = { code: -32600, message: 'Invalid request: the line is not one JSON-RPC message.' };
          void super.send({ jsonrpc: '2.0', id: null, error: refusal } as unknown as JSONRPCMessage).catch(() => {});
        }
        report?.(error);
      },
      set: (next: typeof report) => {
        report = next;
      },
    });
  }

  /** Runs `action` once the answer to `request` has been written. A request that is never answered never runs it. */
  afterAnswer(request: RequestId, action: () => Promise<void>): void {
    this.#pending.set(request, [...(this.#pending.get(request) ?? []), action]);
  }

  /** Forgets what was to happen after the answer: the request was cancelled, nobody will see one. */
  forget(request: RequestId): void {
    this.#pending.delete(request);
  }

  override async send(message: JSONRPCMessage): Promise<void> {
    await super.send(message);
    if (!('id' in message) || 'method' in message || message.id === undefined) return;
    const actions = this.#pending.get(message.id) ?? [];
    this.#pending.delete(message.id);
    if (!('result' in message)) return;
    for (const action of actions) this.#run(action);
  }

  override async close(): Promise<void> {
    await super.close();
    this.#resolveClosed();
  }

  /** Resolves when the connection has ended, for whatever reason. */
  closed(): Promise<void> {
    return this.#closed;
  }

  /** Resolves when everything that follows answers already written is done. */
  async settled(): Promise<void> {
    await Promise.allSettled(this.#running);
  }

  #run(action: () => Promise<void>): void {
    // What fails here stays undone and is done again: an unconfirmed message is shown once more.
    const running = action().catch(() => undefined);
    this.#running.add(running);
    void running.finally(() => this.#running.delete(running));
  }
}
