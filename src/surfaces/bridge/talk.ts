/** The MCP conversation of a client whose messages come over a bridge. */
import { PassThrough, Writable } from 'node:stream';
import * as z from 'zod/v4';
import type { Channel } from '../../bridge/link.ts';
import { type ErrorCode, SignalboxError, toSignalboxError } from '../../core/errors.ts';
import { limits } from '../../core/limits.ts';
import type { Agent } from '../../tools/agent.ts';
import type { CallTool } from '../../tools/call-tool.ts';
import type { Callers } from '../../tools/callers.ts';
import type { Cast } from '../../tools/cast.ts';
import { mayBeRepeated } from '../../tools/define-tool.ts';
import type { Playbill } from '../../tools/playbill.ts';
import { AnsweringTransport, type ClientFacts } from '../mcp/answers.ts';
import { hookTool } from '../mcp/hook-tool.ts';
import { refusalOf } from '../mcp/refusal.ts';
import { type Parting, serveOn } from '../mcp/serve.ts';
import type { Guest } from './guest.ts';
import type { HookHandler } from './hooks.ts';
import { Requests } from './requests.ts';

export interface Connected {
  /** What answers the hooks of the client. */
  readonly hooks: HookHandler | undefined;
  /** The sessions that have joined. */
  present(): Agent[];
  /** A sign of life of all its sessions. Whether the store took it of each: not while one is still to be taken up. Never rejects. */
  renew(): Promise<boolean>;
  /** One of its sessions may have joined, perhaps without having been asked: its machine is told in no answer then. */
  joined(): void;
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
  busy(by: 1 | -1): void;
  met(): Promise<void>;
}

/** What a machine says: something of its client, or that this has got, or did not get, what was sent to it. */
interface Said {
  readonly message?: Message;
  readonly moment?: unknown;
  readonly taken?: number;
  readonly isShown?: boolean;
}

type Id = string | number;

interface Message {
  readonly id?: Id;
  readonly method?: string;
  readonly params?: { readonly name?: unknown; readonly arguments?: unknown; readonly requestId?: unknown };
}

/** Serves the client until the channel ends. */
export function connectMcp(
  guest: Guest,
  { client }: Readonly<Record<string, unknown>>,
  channel: Channel,
  around: Around,
): Connected {
  const told = facts.safeParse(client);
  const talk = new Talk(guest, channel, around, told.success ? told.data : undefined);
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
  readonly #requests: Requests;
  /** What was sent, by number, with what happens once the client has it. */
  readonly #sent = new Map<number, (isShown: boolean) => void>();
  #number = 0;
  #callers: Callers | undefined;
  /** Whom the vocabulary of the client plays, and whom of them it has yet to take up; null where it speaks our own words. */
  #cast: Cast | null = null;
  #plays: Playbill | null;
  /** The conversations of the machine whose sessions are to be taken up, as they were before a connection broke. */
  readonly #left: Set<string | null>;
  #takingUp: Promise<void> | undefined;
  /** Until it was tried to take up whom a vocabulary plays nothing is let in: by its names the client says what it means. */
  readonly #mayBegin: Promise<void>;
  #begin: () => void = () => undefined;
  #parting: Parting = 'cut off';
  #isHeld = false;
  #isOver = false;
  #told = '';
  #turn: Promise<unknown> = Promise.resolve();
  /** What has come and was not let in yet. */
  #waitingCharacters = 0;
  hooks: HookHandler | undefined;

  /** `client`: what its machine says of it, for sessions that are there before it says anything itself. */
  constructor(guest: Guest, channel: Channel, around: Around, client: ClientFacts | undefined) {
    [this.#guest, this.#channel, this.#around] = [guest, channel, around];
    this.#left = new Set(guest.hello.resumes);
    this.#plays = guest.hello.foreign?.plays ?? null;
    this.#told = told(guest.hello.resumes, this.#plays ?? undefined);
    this.#mayBegin = new Promise(resolve => {
      this.#begin = resolve;
    });
    if (this.#plays === null) this.#begin();
    this.#requests = new Requests(by => around.busy(by));
    // An answer counts as out when the client has it: until then a message in it is not read.
    this.#output = new Writable({
      highWaterMark: 1,
      decodeStrings: false,
      write: (line: string, _encoding, done) => this.#say(String(line), done),
    });
    this.#transport = new AnsweringTransport(this.#input, this.#output as never);
    this.#served = this.#serve(client).catch(error => {
      // Its machine tries again, and nobody waits for answers that never come.
      guest.world.log.error('serving failed', { error: String(error) });
      guest.link.close('serving failed');
    });
    channel.signal.addEventListener('abort', () => void this.close('cut off'), { once: true });
    // The connection may have broken while it was looked whose it is.
    if (channel.signal.aborted) void this.close('cut off');
  }

  take({ message, moment, taken, isShown }: Said): void {
    if (taken !== undefined) {
      this.#sent.get(taken)?.(isShown === true);
      this.#sent.delete(taken);
    }
    if (message !== undefined && this.#isExpected(message)) this.#admitInTurn(message, moment);
    this.#assertTaken();
  }

  /** Whether it is to be let in; a request that is not has been answered. */
  #isExpected({ id, method, params }: Message): boolean {
    if (method === 'notifications/cancelled') this.#requests.over(params?.requestId as Id);
    // Whatever is no request is not counted; the protocol layer judges it.
    if (method === undefined || !['string', 'number'].includes(typeof id)) return true;
    // Its machine asks the next hub then: nothing was done.
    if (this.#isHeld) this.#channel.say({ late: id });
    else if (this.#requests.begin(id as Id, method, this.#isRepeatable(method, params))) return true;
    else this.#refuse(id as Id, method, params?.name, tooMany());
    return false;
  }

  #isRepeatable(method: string, params: Message['params']): boolean {
    const tool = method === 'tools/call' && this.#guest.tools.find(({ name }) => name === params?.name);
    return tool !== undefined && tool !== false && mayBeRepeated(tool, asObject(params?.arguments));
  }

  /** One after the other, as they came: a cancellation must not overtake what it cancels. */
  #admitInTurn(message: Message, moment: unknown): void {
    const line = `${JSON.stringify(message)}\n`;
    this.#waitingCharacters += line.length;
    this.#turn = this.#turn.then(async () => {
      await this.#admit(message, line, moment);
      this.#waitingCharacters -= line.length;
    });
  }

  async #admit({ id, method, params }: Message, line: string, moment: unknown): Promise<void> {
    try {
      await this.#around.permit(moment);
      await this.#mayBegin;
      this.#input.write(line);
    } catch (error) {
      const refusal = toSignalboxError(error);
      if (id !== undefined && method !== undefined) this.#refuse(id, method, params?.name, refusal);
      this.#around.refused(refusal.code);
    }
  }

  /** Whoever lets so much pile up, on either side, is gone or wants our memory. */
  #assertTaken(): void {
    const waiting = Math.max(this.#waitingCharacters, this.#output.writableLength);
    if (waiting > limits.bridgeBacklogBytes) this.#guest.link.close('too much at once');
  }

  /** Answers a request with an error, past everything that waits to be sent. */
  #refuse(id: Id, method: string, name: unknown, refusal: SignalboxError): void {
    this.#requests.over(id);
    // What a hook is told is a matter of its machine's policy.
    const isHook = method === 'tools/call' && name === hookTool;
    this.#channel.say(isHook ? { refused: id } : { message: refusalOf(id, method, refusal) });
  }

  /** `done` when its client has it, or nobody ever will. */
  #say(line: string, done: () => void): void {
    const message = JSON.parse(line) as Message;
    const answered = message.method === undefined ? message.id : undefined;
    const number = ++this.#number;
    const over = (isShown: boolean) => {
      // What follows an answer follows only one that was seen.
      if (answered !== undefined && !isShown) this.#transport.forget(answered);
      if (answered !== undefined) this.#requests.over(answered);
      done();
    };
    this.#sent.set(number, over);
    const method = answered === undefined ? undefined : this.#requests.methodOf(answered);
    if (!this.#channel.say({ message, number, ...this.#presence() })) {
      this.#sent.delete(number);
      this.#told = '';
      over(false);
      if (answered !== undefined) this.#refuse(answered, method ?? '', undefined, tooLarge());
    }
    if (answered === undefined) return;
    this.#requests.out(answered);
    void this.#around.met().catch(() => undefined);
  }

  /** Of which conversations sessions are here, and whom a vocabulary plays, where that is other than it was: the machine has them taken up again after a break. */
  #presence(): { present?: (string | null)[]; plays?: Playbill } {
    const agents = this.#callers?.present ?? [];
    const present = [...new Set([...this.#left, ...agents.map(agent => agent.conversation)])];
    // Before the client has said who it is there is nobody to play.
    const plays = this.#plays ?? (this.#callers ? this.#cast?.playbill : undefined);
    const text = told(present, plays);
    if (text === this.#told) return {};
    this.#told = text;
    return { present, ...(plays ? { plays } : {}) };
  }

  joined(): void {
    const news = this.#presence();
    if (news.present) this.#channel.say(news);
  }

  async renew(): Promise<boolean> {
    this.#assertTaken();
    await this.#takeUp();
    const alive = await Promise.all(this.present().map(agent => agent.renew()));
    return this.#left.size === 0 && this.#plays === null && alive.every(Boolean);
  }

  /** Takes up the sessions that are left, once at a time. Where the store is away they stay for the next time. */
  #takeUp(): Promise<void> {
    this.#takingUp ??= this.#takeUpNow().finally(() => {
      this.#takingUp = undefined;
    });
    return this.#takingUp;
  }

  async #takeUpNow(): Promise<void> {
    const callers = this.#callers;
    if (callers === undefined || (this.#left.size === 0 && this.#plays === null)) return;
    for (const conversation of this.#left) {
      try {
        if (this.#plays) await this.#cast?.goOnAsMain(this.#plays);
        await callers.resume([conversation]);
        this.#left.delete(conversation);
      } catch (error) {
        const { code, message } = toSignalboxError(error);
        this.#guest.world.log.warn('a session is not taken up again', { code, message });
        if (code !== 'unavailable') this.#left.delete(conversation);
      }
    }
    await this.#playOn();
    await this.#around.met().catch(() => undefined);
  }

  /** Once the session of the connection itself is there. */
  async #playOn(): Promise<void> {
    const plays = this.#plays;
    if (plays === null || this.#left.size > 0) return;
    try {
      await this.#cast?.goOn(plays);
      this.#plays = null;
    } catch (error) {
      const { code, message } = toSignalboxError(error);
      this.#guest.world.log.warn('names are not taken up again', { code, message });
      if (code !== 'unavailable') this.#plays = null;
    }
  }

  present(): Agent[] {
    return [...(this.#callers?.present ?? []), ...(this.#callers ? (this.#cast?.others ?? []) : [])];
  }

  hold(): void {
    this.#isHeld = true;
    // Waits above all: they go on at the next hub.
    for (const late of this.#requests.release()) this.#channel.say({ late });
  }

  async close(parting: Parting): Promise<void> {
    this.#parting = parting;
    this.#isOver = true;
    // What the client never took must not count as shown.
    this.#sent.clear();
    await this.#transport.close().catch(() => undefined);
    await this.#served;
  }

  /** What waits goes on at the next hub where it may be repeated; where not, the wait ends as if its time were over. */
  #call: CallTool = (offered, name, input, context) => {
    const tool = offered.find(each => each.name === name);
    const goesOn = tool !== undefined && mayBeRepeated(tool, asObject(input));
    const isCutOff = () => this.#isOver && this.#parting === 'cut off';
    const { call, stopping } = this.#guest;
    return call(offered, name, input, { ...context, isCutOff, ...(goesOn ? {} : { waitsEnd: stopping }) });
  };

  /** Of sessions that are still to be taken up nobody knows that nothing waits. */
  async #tell(unread: number): Promise<void> {
    if (unread > 0 || this.#left.size === 0) await this.#guest.far.tell(unread);
  }

  async #serve(client: ClientFacts | undefined): Promise<void> {
    const { far, hello, tools, hookCall, permission, foreign, principal, stopping } = this.#guest;
    // In some vocabularies a session may end what others hold: as an admin, who could do that at any shell.
    const world = foreign ? { ...this.#guest.world, overrules: principal.role === 'admin' } : this.#guest.world;
    const waiting = { waitsEnd: stopping, mayTake: async () => !this.#isOver };
    let isFailing = false;
    await serveOn(
      {
        ...{ world, tools, hookCall, permission },
        call: (...asked) => this.#call(...asked),
        channel: hello.reach === 'channel',
        callers: told => {
          this.#callers = this.#guest.callers(told);
          return this.#callers;
        },
        foreign: foreign && { ...foreign, waiting },
        tellsFailure: failing => {
          const isNews = failing && !isFailing;
          isFailing = failing;
          return isNews;
        },
        // The machine knows how, and which of its conversations rest; what it is told is that it is time.
        waking: {
          wakesAll: false,
          canWake: (_client, conversation) => far.canWake(conversation),
          wake: (_client, conversation) => far.wake(conversation),
        },
        notificationFile: hello.keepsBlock === true ? { tell: unread => this.#tell(unread) } : null,
        gitHooksHold: directory => far.gitHooksHold(directory),
        hearHooks: async handle => {
          this.hooks = handle;
          return () => {
            this.hooks = undefined;
          };
        },
      },
      this.#transport,
      () => this.#parting,
      (callers, cast) => {
        this.#cast = cast;
        if (this.#left.size > 0 || this.#plays !== null) callers(client);
        void this.#takeUp().then(this.#begin);
      },
    );
  }
}

function told(present: readonly (string | null)[], plays: Playbill | undefined): string {
  return JSON.stringify([present, plays]);
}

function asObject(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}

function tooMany(): SignalboxError {
  return new SignalboxError(
    'limit_exceeded',
    `${limits.bridgeRequests} requests of this client are under way at its hub.`,
    'Wait for their answers, then ask again.',
  );
}

function tooLarge(): SignalboxError {
  return new SignalboxError(
    'limit_exceeded',
    'The answer is too large for the connection with the hub. What was asked for was done.',
    'Ask for less at once, with a smaller limit.',
  );
}
