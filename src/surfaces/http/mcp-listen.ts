/**
 * `subscriptions/listen` of the newer protocol over HTTP: one request that stays open and is told what has changed, at whatever hub that
 * happened. Nothing of it is kept: a client that is cut off asks again, at any hub, and is told then of what may have changed meanwhile.
 */
import {
  CLIENT_INFO_META_KEY,
  createMcpHandler,
  type McpServerFactory,
  type ServerEvent,
  type ServerEventBus,
} from '@modelcontextprotocol/server';
import { toSignalboxError } from '../../core/errors.ts';
import { limits } from '../../core/limits.ts';
import { heartbeat, heartbeatAsks } from '../../core/session.ts';
import { whileAway } from '../../tools/away.ts';
import { unitOf } from '../../tools/hub-session.ts';
import { joinedSignal } from '../../tools/joined-signal.ts';
import type { Participant } from '../../tools/participant.ts';
import type { World } from '../../tools/world.ts';
import { Subscriptions } from '../mcp/subscriptions.ts';
import { type Performed, performed } from './calls.ts';
import type { McpRequest } from './mcp-client.ts';

export interface Listening {
  readonly about: McpRequest;
  /** The client's name. */
  readonly client: string | undefined;
  /** The resources that it is to be told of. */
  readonly uris: readonly string[];
  /** The id of the session that the client is, joined if need be; null for a token that only reads. */
  join(): Promise<string | null>;
}

/** What a request listens to; undefined where it is another. */
export function listenIn(body: unknown): { uris: readonly string[]; client: string | undefined } | undefined {
  const { method, params } = (typeof body === 'object' && body !== null ? body : {}) as Record<string, unknown>;
  if (method !== 'subscriptions/listen') return undefined;
  const { notifications, _meta } = (params ?? {}) as {
    notifications?: { resourceSubscriptions?: unknown };
    _meta?: Record<string, { name?: unknown } | undefined>;
  };
  const wanted = notifications?.resourceSubscriptions;
  const name = _meta?.[CLIENT_INFO_META_KEY]?.name;
  return {
    uris: Array.isArray(wanted) ? wanted.filter(uri => typeof uri === 'string') : [],
    client: typeof name === 'string' ? name : undefined,
  };
}

/** The same request for these resources alone: the protocol layer confirms what it is asked for, and nobody may be promised more. */
export function narrowedTo(uris: readonly string[], body: unknown): unknown {
  const { params, ...rest } = body as { params?: { notifications?: object } };
  const notifications = { ...params?.notifications, resourceSubscriptions: uris };
  return { ...rest, params: { ...params, notifications } };
}

/** Answers one that listens: until it goes, its token or its session is over, or the hub stops. */
export async function listen(
  world: World,
  listening: Listening,
  factory: McpServerFactory,
  answer: { request: Request; body: unknown; authInfo: object },
  onerror: (error: Error) => void,
): Promise<Response> {
  const unread = new Unread();
  const changes = new Changes(world, listening, unread, () => void handler.close());
  const handler = createMcpHandler(factory, { bus: changes, maxSubscriptions: 1, onerror });
  const { request, body, authInfo } = answer;
  const response = await handler.fetch(request, { authInfo: authInfo as never, parsedBody: body });
  return response.body ? new Response(response.body.pipeThrough(unread.stream()), response) : response;
}

/**
 * What a client was told and has not taken yet. The protocol layer keeps all that it is to tell; so a client that reads slowly, or not at
 * all, is told of each resource once, which says as much, because it reads afterwards what is there then.
 */
class Unread {
  readonly #uris = new Set<string>();

  /** Whether that is news. */
  add(uri: string): boolean {
    if (this.#uris.has(uri)) return false;
    this.#uris.add(uri);
    return true;
  }

  /** What goes through it has been taken. */
  stream(): TransformStream<Uint8Array, Uint8Array> {
    const transform = (piece: Uint8Array, controller: TransformStreamDefaultController<Uint8Array>) => {
      const text = new TextDecoder().decode(piece);
      for (const uri of this.#uris) if (text.includes(`"uri":${JSON.stringify(uri)}`)) this.#uris.delete(uri);
      controller.enqueue(piece);
    };
    return new TransformStream({ transform }, { highWaterMark: 1 }, { highWaterMark: 0 });
  }
}

/** Where the protocol layer hears of changes: it subscribes once the client has been answered, and ends that when the client goes. */
class Changes implements ServerEventBus {
  readonly #world: World;
  readonly #listening: Listening;
  readonly #unread: Unread;
  readonly #end: () => void;

  /** `end` ends the answer. */
  constructor(world: World, listening: Listening, unread: Unread, end: () => void) {
    [this.#world, this.#listening, this.#unread, this.#end] = [world, listening, unread, end];
  }

  /** All changes come from the store. */
  publish(): void {}

  subscribe(tell: (event: ServerEvent) => void): () => void {
    const { waitsEnd } = this.#listening.about;
    const life = joinedSignal(waitsEnd);
    void this.#watch(tell, life.signal)
      .catch(error => this.#world.log.warn('listening failed', { error: String(error) }))
      .finally(this.#end);
    return life.end;
  }

  async #watch(tell: (event: ServerEvent) => void, signal: AbortSignal): Promise<void> {
    const { about, uris, join } = this.#listening;
    const deed = { what: 'subscriptions/listen', input: { uris }, needed: [] };
    const request = { ...about, session: null, signal, join };
    const came: Performed<{ caller: Participant; session: string | null }> = await performed(
      this.#world,
      deed,
      request,
      async ({ caller }) => ({ caller, session: await caller.read(async (_view, me) => (me.hub ? me.id : null)) }),
    );
    const { caller, session } = came.result;
    const over = new AbortController();
    const subscriptions = new Subscriptions(async uri => {
      // Asked each time, so that a token that was revoked hears of nothing more.
      if (!(await about.mayGoOn())) over.abort();
      else if (this.#unread.add(uri)) tell({ kind: 'resource_updated', uri });
    });
    try {
      subscriptions.listen('listen', uris, caller);
      await this.#stay(caller, session, AbortSignal.any([signal, over.signal]));
    } finally {
      subscriptions.close();
      await came.over();
    }
  }

  /** Shows that the client is here, which renews no lock, until it may not go on or its session is over. */
  async #stay(caller: Participant, session: string | null, signal: AbortSignal): Promise<void> {
    const { about } = this.#listening;
    const { clock, store } = caller.world;
    let shown = clock.elapsed();
    while (!signal.aborted && (await whileAway(about.mayGoOn)) !== false && (await isThere(caller))) {
      if (session !== null && clock.elapsed() - shown >= limits.hubStayMs) {
        shown = clock.elapsed();
        const beat = (tx: Parameters<typeof unitOf>[1]) => heartbeat(unitOf(caller.world, tx), session);
        await whileAway(() => store.transact(about.project, beat, heartbeatAsks(session)));
      }
      await clock.sleep(limits.safetyPollMs, signal);
    }
  }
}

/** Whether the session of a caller lives; as long as the store cannot say, it does. */
async function isThere(caller: Participant): Promise<boolean> {
  try {
    await whileAway(() => caller.observe(async () => undefined));
    return true;
  } catch (error) {
    if (toSignalboxError(error).code === 'session_expired') return false;
    throw error;
  }
}
