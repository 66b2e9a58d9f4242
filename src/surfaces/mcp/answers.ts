/** A stdio transport that knows when an answer is out, so that what depends on it (messages marked as read) happens after, not before. */
import { CLIENT_INFO_META_KEY, type JSONRPCMessage } from '@modelcontextprotocol/server';
import { StdioServerTransport } from '@modelcontextprotocol/server/stdio';
import { limits } from '../../core/limits.ts';

type RequestId = string | number;

/** What a client says of itself. */
export interface ClientFacts {
  readonly name: string;
  readonly version: string;
}

export class AnsweringTransport extends StdioServerTransport {
  readonly #pending = new Map<RequestId, (() => Promise<void>)[]>();
  readonly #running = new Set<Promise<void>>();
  readonly #closed: Promise<void>;
  readonly #listens = new Map<RequestId, Listen>();
  #listener: { begin(listen: Listen): void; end(id: RequestId): void } | undefined;
  #resolveClosed: () => void = () => {};

  constructor(...streams: ConstructorParameters<typeof StdioServerTransport>) {
    super(...streams);
    this.#closed = new Promise(resolve => {
      this.#resolveClosed = resolve;
    });
    this.#answerWhatIsNoMessage();
    this.#watchIncoming();
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

  /**
   * Tells of every `subscriptions/listen` that comes or has come, with the resources it names and the client that sent it, and
   * of requests that are cancelled. The protocol layer answers these by itself. Who asks last is told.
   */
  listening(begin: (listen: Listen) => void, end: (id: RequestId) => void): void {
    this.#listener = { begin, end };
    for (const listen of this.#listens.values()) begin(listen);
  }

  #watchIncoming(): void {
    let deliver: ((message: JSONRPCMessage) => void) | undefined;
    Object.defineProperty(this, 'onmessage', {
      get: () =>
        deliver &&
        ((message: JSONRPCMessage) => {
          deliver?.(message);
          this.#note(message);
        }),
      set: (next: typeof deliver) => {
        deliver = next;
      },
    });
  }

  #note(message: JSONRPCMessage): void {
    const listen = listenOf(message);
    const cancelled = cancelledBy(message);
    if (listen && this.#listens.size < limits.listensPerConnection) {
      this.#listens.set(listen.id, listen);
      this.#listener?.begin(listen);
    }
    if (cancelled !== undefined && this.#listens.delete(cancelled)) this.#listener?.end(cancelled);
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

/** A request that stays open to be told of changes. */
export interface Listen {
  readonly id: RequestId;
  readonly uris: readonly string[];
  readonly client: ClientFacts | undefined;
}

/** What a message asks to listen to; undefined when it asks for nothing of that kind. The protocol layer checks it in full. */
function listenOf(message: JSONRPCMessage): Listen | undefined {
  if (!('method' in message) || message.method !== 'subscriptions/listen' || !('id' in message)) return undefined;
  const { notifications, _meta } = (message.params ?? {}) as {
    notifications?: { resourceSubscriptions?: unknown };
    _meta?: Record<string, unknown>;
  };
  const wanted = notifications?.resourceSubscriptions;
  const uris = Array.isArray(wanted) ? wanted.filter(uri => typeof uri === 'string') : [];
  return { id: message.id, uris, client: _meta?.[CLIENT_INFO_META_KEY] as ClientFacts | undefined };
}

function cancelledBy(message: JSONRPCMessage): RequestId | undefined {
  if (!('method' in message) || message.method !== 'notifications/cancelled') return undefined;
  return (message.params as { requestId?: RequestId } | undefined)?.requestId;
}
