/**
 * Between a client on standard input and two servers of the same tools: the hub's, and one here whose store cannot be reached. What needs
 * no store is answered here at once; everything else goes to the hub, and here where there is none, so that a client is told in the usual
 * words what is the matter.
 */
import { CLIENT_INFO_META_KEY, type JSONRPCMessage } from '@modelcontextprotocol/server';
import type { Channel, Link } from '../../bridge/link.ts';
import type { Moment } from '../../bridge/questions.ts';
import { limits } from '../../core/limits.ts';
import type { Clock } from '../../core/ports.ts';
import type { ToolDefinition } from '../../tools/define-tool.ts';
import type { ClientFacts } from '../mcp/answers.ts';
import { hookTool } from '../mcp/hook-tool.ts';

type Id = string | number;

interface Message {
  readonly id?: Id;
  readonly method?: string;
  readonly params?: Readonly<Record<string, unknown>>;
}

/** What a hub says on the conversation of a client. */
interface Heard {
  readonly message?: Message;
  readonly number?: number;
  readonly present?: unknown;
  /** A request that it does not answer. */
  readonly refused?: Id;
}

export interface RouterParts {
  readonly clock: Clock;
  readonly tools: readonly ToolDefinition[];
  /** The client; resolves when it has the message. */
  send(message: JSONRPCMessage): Promise<void>;
  /** The server here. */
  here(message: Message): void;
  /** The connection, as soon as there is one. */
  up(ms: number): Promise<Link | undefined>;
  moment(): Moment;
  /** The conversations whose sessions are at the hub by now. */
  present(conversations: readonly (string | null)[]): void;
}

/** What a client asks before it knows anything, and what is the same for everybody. */
const staticMethods = [
  'initialize',
  'ping',
  'server/discover',
  'tools/list',
  'resources/list',
  'resources/templates/list',
  'prompts/list',
];

interface Pending {
  readonly message: Message;
  /** `hub`: it was sent there; `waits` until there is one. */
  at: 'hub' | 'here' | 'waits';
}

export class Router {
  readonly #parts: RouterParts;
  readonly #pending = new Map<Id, Pending>();
  /** Requests of our own, by which a hub is brought to where the client is, with what they subscribe to again; null for nothing. */
  readonly #own = new Map<Id, string | null>();
  readonly #subscribed = new Set<string>();
  #initialize: Message | undefined;
  #clientInfo: Partial<ClientFacts> | undefined;
  #isInitialized = false;
  #talk: Channel | undefined;
  #number = 0;

  constructor(parts: RouterParts) {
    this.#parts = parts;
  }

  /** Something the client says. */
  take(message: Message): void {
    const { id, method, params } = message;
    // The newer protocol says with each request who the client is, the older one with the first.
    const told = params?.clientInfo ?? (params?._meta as Record<string, unknown> | undefined)?.[CLIENT_INFO_META_KEY];
    this.#clientInfo ??= told as Partial<ClientFacts> | undefined;
    if (method === undefined) this.#say(message);
    else if (id === undefined) this.#note(message);
    else if (staticMethods.includes(method)) this.#answerStatic(id, message);
    else {
      this.#follow(message);
      const pending: Pending = { message, at: 'waits' };
      this.#pending.set(id, pending);
      void this.#route(id, pending, limits.bridgePatienceMs);
    }
  }

  #answerStatic(id: Id, message: Message): void {
    this.#pending.set(id, { message, at: 'here' });
    this.#parts.here(message);
    if (message.method !== 'initialize') return;
    this.#initialize = message;
    this.#repeat();
  }

  /** Something the server here says. */
  async fromHere(message: Message): Promise<void> {
    const { id, method } = message;
    if (method === undefined && id !== undefined) {
      if (this.#pending.get(id)?.at !== 'here') return;
      this.#pending.delete(id);
    }
    await this.#parts.send(message as JSONRPCMessage);
  }

  /** There is a hub: it is told what it has to know of the client. */
  up(link: Link): void {
    this.#talk = link.open('talk', { client: this.#client(), moment: this.#parts.moment() });
    this.#talk.hear(said => void this.#heard(said as Heard));
    this.#repeat();
    for (const [id, pending] of this.#pending) {
      if (pending.at !== 'here' && isListening(pending.message)) void this.#route(id, pending, limits.bridgePatienceMs);
    }
  }

  /** The hub is gone. What it was doing is done again by the next one where that is no matter, and else answered here. */
  down(): void {
    this.#talk = undefined;
    for (const [id, pending] of this.#pending) {
      if (pending.at !== 'hub') continue;
      if (isListening(pending.message)) pending.at = 'waits';
      else if (this.#isRepeatable(pending.message)) {
        pending.at = 'waits';
        void this.#route(id, pending, limits.bridgeRetryMs);
      } else void this.#answerUnknown(id, pending.message);
    }
  }

  async #route(id: Id, pending: Pending, patienceMs: number): Promise<void> {
    if (this.#talk === undefined && !isListening(pending.message)) await this.#parts.up(patienceMs);
    // It was cancelled, or has been sent meanwhile.
    if (this.#pending.get(id) !== pending || pending.at !== 'waits') return;
    if (this.#talk === undefined) {
      if (isListening(pending.message)) return;
      pending.at = 'here';
      return this.#parts.here(pending.message);
    }
    pending.at = 'hub';
    // What is too large for a hub is refused here, in the usual words.
    if (!this.#say(pending.message)) this.#answerHere(id);
    else if (isHook(pending.message)) void this.#hurry(id, pending);
  }

  /** A hook has little time: without an answer of the hub it is answered here, as policy says. */
  async #hurry(id: Id, pending: Pending): Promise<void> {
    await this.#parts.clock.sleep(limits.bridgeHookMs);
    if (this.#pending.get(id) === pending) this.#answerHere(id);
  }

  #say(message: Message): boolean {
    return this.#talk?.say({ message, moment: this.#parts.moment() }) === true;
  }

  async #heard({ message, number, present, refused }: Heard): Promise<void> {
    const talk = this.#talk;
    if (Array.isArray(present)) this.#parts.present(present as (string | null)[]);
    if (refused !== undefined) this.#answerHere(refused);
    if (message === undefined) return;
    const isShown = await this.#shown(message);
    talk?.say({ taken: number, isShown });
  }

  /** What the hub does not answer is answered here: a hook as policy says. */
  #answerHere(id: Id): void {
    const pending = this.#pending.get(id);
    if (pending?.at !== 'hub') return;
    pending.at = 'here';
    this.#parts.here(pending.message);
  }

  /** Hands something on that the hub says; whether it was for the client. Who was answered otherwise meanwhile is not told twice. */
  async #shown(message: Message): Promise<boolean> {
    const { id, method } = message;
    if (method === undefined && id !== undefined) {
      await this.#answeredOwn(id);
      if (this.#pending.get(id)?.at !== 'hub') return false;
      this.#pending.delete(id);
    }
    await this.#parts.send(message as JSONRPCMessage);
    return true;
  }

  /** What the client says that wants no answer. */
  #note(message: Message): void {
    const { method, params } = message;
    if (method === 'notifications/cancelled') {
      const id = params?.requestId as Id;
      const pending = this.#pending.get(id);
      this.#pending.delete(id);
      if (pending?.at === 'hub') this.#say(message);
      if (pending?.at === 'here') this.#parts.here(message);
      return;
    }
    if (method === 'notifications/initialized') this.#isInitialized = true;
    this.#parts.here(message);
    this.#say(message);
  }

  /** Remembers what a client has subscribed to. */
  #follow({ method, params }: Message): void {
    const uri = String(params?.uri ?? '');
    if (method === 'resources/subscribe' && this.#subscribed.size < limits.subscriptionsPerConnection)
      this.#subscribed.add(uri);
    if (method === 'resources/unsubscribe') this.#subscribed.delete(uri);
  }

  /** Brings a hub to where the client is: the older protocol begins with a handshake, and subscribes once. */
  #repeat(): void {
    if (this.#initialize === undefined || this.#talk === undefined) return;
    this.#ask('initialize', this.#initialize.params ?? {});
    if (!this.#isInitialized) return;
    this.#say({ jsonrpc: '2.0', method: 'notifications/initialized' } as Message);
    for (const uri of this.#subscribed) this.#ask('resources/subscribe', { uri }, uri);
  }

  /** A subscription that was made again: what has changed in between nobody has told. */
  async #answeredOwn(id: Id): Promise<void> {
    const uri = this.#own.get(id) ?? null;
    this.#own.delete(id);
    if (uri === null || !this.#subscribed.has(uri)) return;
    const changed = { jsonrpc: '2.0', method: 'notifications/resources/updated', params: { uri } };
    await this.#parts.send(changed as JSONRPCMessage);
  }

  #ask(method: string, params: Readonly<Record<string, unknown>>, uri: string | null = null): void {
    const id = `bridge-${++this.#number}`;
    this.#own.set(id, uri);
    this.#say({ jsonrpc: '2.0', id, method, params } as Message);
  }

  #client(): ClientFacts | null {
    const { name, version } = this.#clientInfo ?? {};
    return name === undefined ? null : { name: String(name), version: String(version ?? '') };
  }

  #isRepeatable({ method, params }: Message): boolean {
    if (method !== 'tools/call') return true;
    const tool = this.#parts.tools.find(({ name }) => name === params?.name);
    const given = (params?.arguments ?? {}) as { key?: unknown };
    if (tool === undefined) return false;
    return tool.effect === 'read' || tool.idempotent || tool.takesAgain === true || given.key !== undefined;
  }

  /** Nobody knows whether it was done: what is there now says it, and nothing here may pretend to. */
  async #answerUnknown(id: Id, message: Message): Promise<void> {
    this.#pending.delete(id);
    if (isHook(message)) {
      this.#pending.set(id, { message, at: 'here' });
      return this.#parts.here(message);
    }
    const text =
      'unavailable: The hub went away while it did this, so it may have been done or not.\nNext: look first, with the tool that lists it, before you do it again.';
    const result = { isError: true, content: [{ type: 'text', text }] };
    await this.#parts.send({ jsonrpc: '2.0', id, result } as JSONRPCMessage);
  }
}

function isListening({ method }: Message): boolean {
  return method === 'subscriptions/listen';
}

function isHook({ method, params }: Message): boolean {
  return method === 'tools/call' && params?.name === hookTool;
}
