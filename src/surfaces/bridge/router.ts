/**
 * Between a client on standard input and two servers of the same tools: the hub's, and one here whose store cannot be reached. What needs
 * no store is answered here at once; everything else goes to the hub, and here where there is none, so that a client is told in the usual
 * words what is the matter.
 */
import { CLIENT_INFO_META_KEY, type JSONRPCMessage } from '@modelcontextprotocol/server';
import { errorIn } from '../../bridge/errors.ts';
import type { Channel, Link } from '../../bridge/link.ts';
import type { Moment } from '../../bridge/questions.ts';
import { SignalboxError } from '../../core/errors.ts';
import { limits } from '../../core/limits.ts';
import type { Clock } from '../../core/ports.ts';
import { mayBeRepeated, type ToolDefinition } from '../../tools/define-tool.ts';
import type { ClientFacts } from '../mcp/answers.ts';
import { hookTool } from '../mcp/hook-tool.ts';
import { refusalOf } from '../mcp/refusal.ts';

type Id = string | number;

interface Message {
  readonly id?: Id;
  readonly method?: string;
  readonly params?: Readonly<Record<string, unknown>>;
  readonly error?: unknown;
}

/** What a hub says on the conversation of a client. */
interface Heard {
  readonly message?: Message;
  readonly number?: number;
  readonly present?: unknown;
  readonly plays?: unknown;
  /** A request that it does not answer, and one that came too late for it: that it has not begun. */
  readonly refused?: Id;
  readonly late?: Id;
  /** Why it ends the conversation. */
  readonly error?: unknown;
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
  /** Whom a vocabulary plays at the hub by now. */
  plays(bill: unknown): void;
  /** Whether another vocabulary is spoken. */
  readonly isForeign: boolean;
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
  /** `hub`: it was sent there; `waits` until there is one, `next` until there is another. */
  at: 'hub' | 'here' | 'waits' | 'next';
  /** How many hubs went away over it. */
  lost: number;
}

export class Router {
  readonly #parts: RouterParts;
  readonly #pending = new Map<Id, Pending>();
  /** Requests of our own, by which a hub is brought to where the client is, with what they subscribe to again; empty for nothing, null for the handshake. */
  readonly #own = new Map<Id, string | null>();
  readonly #subscribed = new Set<string>();
  #initialize: Message | undefined;
  #clientInfo: Partial<ClientFacts> | undefined;
  #isInitialized = false;
  /** The last time that the client asked for the tools. */
  #listed: Message | undefined;
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
      const pending: Pending = { message, at: 'waits', lost: 0 };
      this.#pending.set(id, pending);
      if (isHook(message)) void this.#hurry(id, pending);
      void this.#route(id, pending, isHook(message) ? limits.bridgeHookUpMs : limits.bridgePatienceMs);
    }
  }

  #answerStatic(id: Id, message: Message): void {
    this.#pending.set(id, { message, at: 'here', lost: 0 });
    this.#parts.here(message);
    if (message.method === 'tools/list') this.#showStay(message);
    if (message.method !== 'initialize') return;
    this.#initialize = message;
    this.#repeat();
  }

  /** In some vocabularies a client that stays is there without having done anything: by what it asks for its hub knows that it stays. */
  #showStay(message: Message | undefined): void {
    if (!this.#parts.isForeign || message === undefined) return;
    this.#listed = message;
    if (this.#talk !== undefined) this.#ask('tools/list', message.params ?? {}, '');
  }

  /** Something the server here says. */
  async fromHere(message: Message): Promise<void> {
    const { id, method } = message;
    if (method === undefined && id !== undefined && !this.#isAnswer(id, 'here', message)) return;
    await this.#parts.send(message as JSONRPCMessage);
  }

  /** Whether an answer is the one that the client waits for. Nobody is told twice. */
  #isAnswer(id: Id, from: 'hub' | 'here', { error }: Message): boolean {
    const pending = this.#pending.get(id);
    if (pending?.at !== from) return false;
    this.#pending.delete(id);
    if (error === undefined) this.#follow(pending.message);
    return true;
  }

  /** There is a hub: it is told what it has to know of the client. */
  up(link: Link): void {
    const talk = link.open('talk', { client: this.#client(), moment: this.#parts.moment() });
    this.#talk = talk;
    this.#own.clear();
    talk.hear(said => void this.#heard(talk, link, said as Heard).catch(() => undefined));
    // One that does not serve the client is none: the next try may find it otherwise.
    talk.signal.addEventListener('abort', () => link.close('the hub ended the conversation'), { once: true });
    this.#repeat();
    this.#showStay(this.#listed);
    for (const [id, pending] of this.#pending) {
      if (pending.at !== 'here' && isListening(pending.message)) void this.#route(id, pending, limits.bridgePatienceMs);
    }
  }

  /** The hub is gone. What it was doing is done again by the next one where that is no matter, and else answered here. */
  down(): void {
    this.#talk = undefined;
    for (const [id, pending] of this.#pending) {
      const isUnsent = pending.at === 'next';
      if (pending.at !== 'hub' && !isUnsent) continue;
      pending.lost += 1;
      pending.at = 'waits';
      if (isListening(pending.message)) continue;
      const mayGoOn = (isUnsent || this.#isRepeatable(pending.message)) && pending.lost <= limits.bridgeRepeats;
      if (mayGoOn) void this.#route(id, pending, limits.bridgeRetryMs);
      else void this.#answerUnknown(id, pending.message);
    }
  }

  async #route(id: Id, pending: Pending, patienceMs: number): Promise<void> {
    if (this.#talk === undefined && !isListening(pending.message)) await this.#parts.up(patienceMs);
    // It was cancelled, or has been sent meanwhile.
    if (this.#pending.get(id) !== pending || pending.at !== 'waits') return;
    const talk = this.#talk;
    if (talk === undefined) {
      if (!isListening(pending.message)) this.#answerHere(id);
      return;
    }
    pending.at = 'hub';
    if (this.#say(pending.message)) return;
    // The hub has gone this moment; or it is one that no hub would read.
    if (talk.signal.aborted) pending.at = 'next';
    else if (isHook(pending.message)) this.#answerHere(id);
    else await this.#answer(id, pending.message, tooMuch);
  }

  /** A hook has little time: without an answer of the hub it is answered here, as policy says. */
  async #hurry(id: Id, pending: Pending): Promise<void> {
    await this.#parts.clock.sleep(limits.bridgeHookMs);
    if (this.#pending.get(id) === pending) this.#answerHere(id);
  }

  #say(message: Message): boolean {
    return this.#talk?.say({ message, moment: this.#parts.moment() }) === true;
  }

  async #heard(talk: Channel, link: Link, heard: Heard): Promise<void> {
    const { message, number, present, plays, refused, late, error } = heard;
    if (error !== undefined) return link.close(errorIn({ error })?.message ?? 'not understood');
    if (Array.isArray(present)) this.#parts.present(present as (string | null)[]);
    if (plays !== undefined) this.#parts.plays(plays);
    if (refused !== undefined) this.#answerHere(refused);
    const tardy = late === undefined ? undefined : this.#pending.get(late);
    if (tardy?.at === 'hub') tardy.at = 'next';
    if (message === undefined) return;
    // Without the handshake the hub would take the client for another one.
    if (this.#own.get(message.id as Id) === null && message.error !== undefined) return link.close('no handshake');
    const isShown = await this.#shown(message);
    talk.say({ taken: number, isShown });
  }

  /** What the hub does not answer is answered here: a hook as policy says. */
  #answerHere(id: Id): void {
    const pending = this.#pending.get(id);
    if (pending === undefined || pending.at === 'here') return;
    pending.at = 'here';
    this.#parts.here(pending.message);
  }

  /** Hands something on that the hub says; whether it was for the client. Who was answered otherwise meanwhile is not told twice. */
  async #shown(message: Message): Promise<boolean> {
    const { id, method } = message;
    if (method === undefined && id !== undefined) {
      await this.#answeredOwn(id);
      if (!this.#isAnswer(id, 'hub', message)) return false;
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
    return tool !== undefined && mayBeRepeated(tool, (params?.arguments ?? {}) as Record<string, unknown>);
  }

  /** Nobody knows whether it was done: what is there now says it, and nothing here may pretend to. */
  async #answerUnknown(id: Id, message: Message): Promise<void> {
    if (isHook(message)) this.#answerHere(id);
    else await this.#answer(id, message, unknown);
  }

  async #answer(id: Id, { method }: Message, refusal: SignalboxError): Promise<void> {
    this.#pending.delete(id);
    await this.#parts.send(refusalOf(id, method, refusal) as JSONRPCMessage);
  }
}

const unknown = new SignalboxError(
  'unavailable',
  'The hub went away while it did this, so it may have been done or not.',
  'Look first, with the tool that lists it, before you do it again.',
);

const tooMuch = new SignalboxError(
  'limit_exceeded',
  'This is too large for the connection with the hub, or lists lie too deep in one another.',
  'Send less at once.',
);

function isListening({ method }: Message): boolean {
  return method === 'subscriptions/listen';
}

function isHook({ method, params }: Message): boolean {
  return method === 'tools/call' && params?.name === hookTool;
}
