/** The MCP conversation of a client whose messages come over a bridge. */
import { PassThrough, Writable } from 'node:stream';
import * as z from 'zod/v4';
import type { Channel } from '../../bridge/link.ts';
import { type ErrorCode, type SignalboxError, toSignalboxError } from '../../core/errors.ts';
import { limits } from '../../core/limits.ts';
import type { Agent } from '../../tools/agent.ts';
import type { Callers } from '../../tools/callers.ts';
import { AnsweringTransport } from '../mcp/answers.ts';
import { hookTool } from '../mcp/hook-tool.ts';
import { type Parting, serveOn } from '../mcp/serve.ts';
import type { Guest } from './guest.ts';
import type { HookHandler } from './hooks.ts';

export interface Connected {
  /** What answers the hooks of the client. */
  readonly hooks: HookHandler | undefined;
  /** The sessions that have joined. */
  present(): Agent[];
  /** Takes no more requests; those under way go on. */
  hold(): void;
  close(parting: Parting): Promise<void>;
}

interface Around {
  /** Whether a message may be taken now, with what came with it. */
  permit(moment: unknown): Promise<void>;
  /** It was not, and that has been said. */
  refused(code: ErrorCode): void;
  /** How many requests more are under way. */
  busy(by: number): void;
  met(): Promise<void>;
}

/** What a machine says: something of its client, or that this has got, or did not get, what was sent to it. */
interface Said {
  readonly message?: Message;
  readonly moment?: unknown;
  readonly taken?: number;
  readonly isShown?: boolean;
}

interface Message {
  readonly id?: string | number;
  readonly method?: string;
  readonly params?: { readonly name?: unknown };
}

/** Serves the client until the channel ends. */
export function connectMcp(
  guest: Guest,
  { client }: Readonly<Record<string, unknown>>,
  channel: Channel,
  around: Around,
): Connected {
  const talk = new Talk(guest, channel, around);
  const told = facts.safeParse(client);
  void talk.resume(guest.hello.resumes, told.success ? told.data : undefined);
  channel.hear(said => talk.take(said as Said));
  return talk;
}

const facts = z.object({
  name: z.string().max(limits.handleCharacters * 5),
  version: z.string().max(limits.handleCharacters),
});

class Talk implements Connected {
  readonly #guest: Guest;
  readonly #channel: Channel;
  readonly #around: Around;
  readonly #input = new PassThrough();
  readonly #output: Writable;
  readonly #transport: AnsweringTransport;
  readonly #served: Promise<void>;
  readonly #open = new Set<string | number>();
  /** What was sent, by number, with what happens once the client has it. */
  readonly #sent = new Map<number, (isShown: boolean) => void>();
  #number = 0;
  #callers: Callers | undefined;
  #parting: Parting = 'cut off';
  #isHeld = false;
  #told = '';
  #turn: Promise<unknown> = Promise.resolve();
  hooks: HookHandler | undefined;

  constructor(guest: Guest, channel: Channel, around: Around) {
    [this.#guest, this.#channel, this.#around] = [guest, channel, around];
    // An answer counts as out when the client has it: until then a message in it is not read.
    this.#output = new Writable({
      highWaterMark: 1,
      decodeStrings: false,
      write: (line: string, _encoding, done) => this.#say(String(line), done),
    });
    this.#transport = new AnsweringTransport(this.#input, this.#output as never);
    this.#served = this.#serve();
    channel.signal.addEventListener('abort', () => void this.close('cut off'), { once: true });
    // The connection may have broken while it was looked whose it is.
    if (channel.signal.aborted) void this.close('cut off');
  }

  take({ message, moment, taken, isShown }: Said): void {
    if (taken !== undefined) {
      this.#sent.get(taken)?.(isShown === true);
      this.#sent.delete(taken);
    }
    if (message === undefined) return;
    const { id, method } = message;
    const isRequest = id !== undefined && method !== undefined;
    if (isRequest && this.#isHeld) return;
    if (isRequest && !isLasting(method)) {
      this.#open.add(id);
      this.#around.busy(1);
    }
    // One after the other, as they came: a cancellation must not overtake what it cancels.
    this.#turn = this.#turn.then(() => this.#admit(message, moment));
  }

  async #admit(message: Message, moment: unknown): Promise<void> {
    try {
      await this.#around.permit(moment);
      this.#input.write(`${JSON.stringify(message)}\n`);
    } catch (error) {
      const refusal = toSignalboxError(error);
      this.#refuse(message, refusal);
      this.#around.refused(refusal.code);
    }
  }

  #refuse(asked: Message, { code, message, next }: SignalboxError): void {
    const { id, method } = asked;
    if (id === undefined) return;
    // What a hook is told is a matter of its machine's policy.
    if (isHook(asked)) {
      this.#channel.say({ refused: id });
      return;
    }
    const text = `${code}: ${message}\nNext: ${next}`;
    const answer =
      method === 'tools/call'
        ? { jsonrpc: '2.0', id, result: { isError: true, content: [{ type: 'text', text }] } }
        : { jsonrpc: '2.0', id, error: { code: -32_603, message: `${message} ${next}` } };
    this.#say(JSON.stringify(answer), () => undefined);
  }

  #say(line: string, done: () => void): void {
    const message = JSON.parse(line) as Message;
    const number = ++this.#number;
    this.#sent.set(number, isShown => {
      // What follows an answer follows only one that was seen.
      if (!isShown && message.id !== undefined) this.#transport.forget(message.id);
      done();
    });
    this.#channel.say({ message, number, ...this.#presence() });
    if (message.method !== undefined || message.id === undefined) return;
    if (this.#open.delete(message.id)) this.#around.busy(-1);
    void this.#around.met().catch(() => undefined);
  }

  /** Of which conversations sessions are here, where that is other than it was: the machine takes them up again after a break. */
  #presence(): { present?: (string | null)[] } {
    const present = this.present().map(agent => agent.conversation);
    const text = JSON.stringify(present);
    if (text === this.#told) return {};
    this.#told = text;
    return { present };
  }

  /** Takes up the sessions that the machine had over a connection that broke. */
  async resume(conversations: readonly (string | null)[], client: Parameters<Guest['callers']>[0]): Promise<void> {
    if (conversations.length === 0) return;
    try {
      await this.#caller(client).resume(conversations);
      await this.#around.met();
    } catch (error) {
      this.#guest.world.log.warn('taking sessions up again failed', { error: String(error) });
    }
  }

  present(): Agent[] {
    return this.#callers?.present ?? [];
  }

  hold(): void {
    this.#isHeld = true;
  }

  async close(parting: Parting): Promise<void> {
    this.#parting = parting;
    // What the client never took must not count as shown.
    this.#sent.clear();
    await this.#transport.close().catch(() => undefined);
    await this.#served;
  }

  async #serve(): Promise<void> {
    const { world, far, hello, tools, permission, standing } = this.#guest;
    let isFailing = false;
    await serveOn(
      {
        world,
        directory: hello.directory,
        // Git's hooks are judged by what the machine found out, and never come to this.
        config: {} as never,
        surroundings: {} as never,
        tools,
        permission,
        channel: hello.reach === 'channel',
        callers: client => this.#caller(client),
        standing,
        profile: null,
        tellsFailure: failing => {
          const isNews = failing && !isFailing;
          isFailing = failing;
          return isNews;
        },
        // Programs of a machine are started by nobody from elsewhere.
        waking: { programs: { run: async () => false }, clientWords: () => [] },
        notificationFile: null,
        gitHooksHold: directory => far.gitHooksHold(directory),
        hearHooks: async handle => {
          this.hooks = handle;
          return () => undefined;
        },
      },
      this.#transport,
      () => this.#parting,
    );
  }

  #caller(client: Parameters<Guest['callers']>[0]): Callers {
    this.#callers ??= this.#guest.callers(client);
    return this.#callers;
  }
}

function isHook({ method, params }: Message): boolean {
  return method === 'tools/call' && params?.name === hookTool;
}

/** Requests that stay open as long as their client likes: nobody waits for their end. */
function isLasting(method: string): boolean {
  return method === 'subscriptions/listen';
}
