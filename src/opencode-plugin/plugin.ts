/**
 * The plugin for opencode. It runs inside opencode's process, tells Signalbox what happens there and puts the answers before the
 * model. Whatever goes wrong in it, opencode goes on as if it were not there. The module exports the plugin alone, because opencode
 * takes every export for one, and it hears no signals, because a listener for them would keep opencode alive.
 */

import { isOurTool, unasked } from '../clients/define-client.ts';
import { callArgument, type PluginAnswer, type PluginEvent, type PluginInput } from '../clients/opencode-protocol.ts';
import { changesFiles, withoutContents } from '../clients/opencode-tools.ts';
import { limits } from '../core/limits.ts';
import { Conversations, type Owner } from './conversations.ts';
import { Link } from './link.ts';
import type {
  ChatMessage,
  OpencodeEvent,
  PluginContext,
  PluginHooks,
  ToolCall,
  ToolPart,
  ToolResult,
} from './opencode.ts';
import { isOnePrompt, Sleepers } from './sleepers.ts';

/** How long opencode is given to tell of a session. */
const lookUpMs = 2_000;

export async function Signalbox(context: PluginContext): Promise<PluginHooks> {
  const places = here();
  // A user's own plugin folder and the repository's may both have it.
  if (places.has(context.directory)) return {};
  places.add(context.directory);
  const plugin = new Plugin(context);
  const hooks: PluginHooks = {
    config: async ({ mcp }) => plugin.link.configure(mcp?.signalbox ?? {}),
    event: ({ event }) => plugin.happened(event),
    'chat.message': ({ sessionID, agent }, message) => plugin.said(sessionID, agent, message),
    'tool.execute.before': (call, { args }) => plugin.calls(call, args),
    'tool.execute.after': (call, result) => plugin.called(call, result),
    'shell.env': async ({ sessionID }, { env }) => plugin.opensShell(sessionID, env),
    dispose: async () => {
      places.delete(context.directory);
      await plugin.close();
    },
  };
  return Object.fromEntries(Object.entries(hooks).map(([name, hook]) => [name, quietly(hook)]));
}

/** The folders in this process that have the plugin already. */
function here(): Set<string> {
  const known = globalThis as { [key: symbol]: Set<string> | undefined };
  const key = Symbol.for('signalbox.opencode');
  known[key] ??= new Set();
  return known[key];
}

function quietly<Args extends unknown[]>(hook: (...args: Args) => Promise<void>): (...args: Args) => Promise<void> {
  return async (...args) => {
    try {
      await hook(...args);
    } catch (error) {
      // Nothing of ours may disturb opencode, but what forbids a tool.
      if (error instanceof Refusal) throw error;
    }
  };
}

/** Thrown before a tool runs it keeps opencode from running it, and its message is what the model is told. */
class Refusal extends Error {}

class Plugin {
  readonly link: Link;
  readonly #context: PluginContext;
  readonly #conversations: Conversations;
  readonly #sleepers: Sleepers;
  /** How the conversations began that began in this process. */
  readonly #new = new Map<string, 'startup' | 'fork'>();
  /** Those that Signalbox has been told of. */
  readonly #told = new Set<string>();
  readonly #compacted = new Set<string>();
  /** The telling of sub-agents that stop, by the conversation they work for. */
  readonly #childStopping = new Map<string, Promise<void>>();
  /** What runs and may change files, by the ids of the calls. */
  readonly #running = new Map<string, Partial<PluginInput>>();
  /** Lines that the user has seen. */
  readonly #said = new Set<string>();

  constructor(context: PluginContext) {
    this.#context = context;
    this.link = new Link(process.env, process.pid, context.signalbox?.failsClosed === true);
    const { session } = context.client;
    this.#conversations = new Conversations(async id => {
      const found = await inTime(session.get({ path: { id } }), lookUpMs);
      return found?.data;
    });
    this.#sleepers = new Sleepers(this.link, (id, body) => session.promptAsync({ path: { id }, body }));
  }

  async happened({ type, properties = {} }: OpencodeEvent): Promise<void> {
    const { info, part } = properties;
    const id = properties.sessionID ?? info?.id;
    if (id === undefined) return;
    if (part !== undefined) await this.#failed(id, part);
    else if (type === 'session.created' && info) {
      this.#conversations.learn(info);
      if (!info.parentID) this.#new.set(id, /\(fork #\d+\)$/.test(info.title ?? '') ? 'fork' : 'startup');
    } else if (type === 'session.compacted') this.#compacted.add(id);
    else if (type === 'session.idle') await this.#idle(id);
    else if (type === 'session.deleted') await this.#end(id);
  }

  /** A prompt, of the user or for a sub-agent. What is to be told becomes a part of it. */
  async said(id: string, agent: string | undefined, { message, parts }: ChatMessage): Promise<void> {
    if (agent !== undefined) this.#conversations.learn({ id, agent });
    const owner = await this.#conversations.ownerOf(id);
    await this.#sleepers.rouse(id, message);
    const prompt = parts.flatMap(part => (part.type === 'text' && !part.synthetic && part.text ? [part.text] : []));
    const show = this.#showing(text => addPart(id, message.id, parts, text));
    await this.#begin(owner, show);
    const isOwn = this.#sleepers.isOwnWords(id, prompt[0]);
    await this.#tell('chat.message', owner, isOwn ? {} : { prompt: prompt.join('\n') }, show);
  }

  /**
   * A call of one of our tools is announced, and marked so that it is known when it arrives. Of one that changes files it is asked
   * whether it may.
   */
  async calls({ tool, sessionID, callID }: ToolCall, args: unknown): Promise<void> {
    if (changesFiles(tool))
      return this.#ask(sessionID, callID, { tool, call: callID, arguments: withoutContents(args) });
    if (!isOurTool(tool)) return;
    const owner = await this.#conversations.ownerOf(sessionID);
    await this.#tell('tool.execute.before', owner, { tool, call: callID, arguments: args });
    if (typeof args === 'object' && args !== null) Object.assign(args, { [callArgument]: callID });
  }

  async called({ tool, sessionID, callID, args }: ToolCall & { args?: unknown }, result: ToolResult): Promise<void> {
    // The mark is nothing for the conversation's history.
    if (isOurTool(tool) && typeof args === 'object' && args !== null) Reflect.deleteProperty(args, callArgument);
    const owner = await this.#conversations.ownerOf(sessionID);
    // What a sub-agent leaves unread is its starter's, and may come with the result of its work.
    await this.#childStopping.get(owner.conversation);
    const put = placeIn(result);
    const show = this.#showing(put);
    if (put && this.#compacted.has(sessionID)) await this.#begin(owner, show);
    const about = this.#running.get(callID) ?? {};
    this.#running.delete(callID);
    await this.#tell('tool.execute.after', owner, { ...about, ...(put ? {} : { isLost: true }) }, show);
  }

  async #ask(sessionID: string, callID: string, about: Partial<PluginInput>): Promise<void> {
    const owner = await this.#conversations.ownerOf(sessionID);
    let refusal: string | undefined;
    const show = this.#showing(undefined);
    const isAnswered = await this.#tell('tool.execute.before', owner, about, answer => {
      refusal = answer.deny;
      show(answer);
    });
    if (refusal !== undefined) throw new Refusal(refusal);
    if (!isAnswered && this.#context.signalbox?.failsClosed === true) throw new Refusal(unasked);
    if (this.#running.size < limits.hookEventsRemembered) this.#running.set(callID, about);
  }

  /** Of a tool that has failed, or that its user forbade, opencode tells in no other way. */
  async #failed(sessionID: string, { type, callID = '', state }: ToolPart): Promise<void> {
    const about = this.#running.get(callID);
    if (type !== 'tool' || state?.status !== 'error' || about === undefined) return;
    this.#running.delete(callID);
    const owner = await this.#conversations.ownerOf(sessionID);
    await this.#tell('tool.execute.after', owner, { ...about, hasFailed: true, isLost: true });
  }

  /** The program in the model's shell is told whose shell it is; what an outer client says of itself is not meant. */
  opensShell(id: string | undefined, env: Record<string, string>): void {
    if (id === undefined) return;
    for (const name of outerMarks) if (process.env[name]) env[name] = '';
    env.SIGNALBOX_CONVERSATION = id;
  }

  async close(): Promise<void> {
    this.#sleepers.close();
    await Promise.all([...this.#told].map(id => this.#tell('session.end', { conversation: id }, {})));
  }

  async #idle(id: string): Promise<void> {
    const owner = await this.#conversations.ownerOf(id);
    if (owner.agent !== undefined) return this.#childStops(owner);
    if (!this.#told.has(id)) return;
    return this.#sleepers.rest(
      id,
      this.#input(owner, {}),
      async () => void (await this.#tell('session.idle', owner, {})),
    );
  }

  #childStops(owner: Owner): Promise<void> {
    const stopped = this.#tell('session.idle', owner, {});
    const all = Promise.all([this.#childStopping.get(owner.conversation), stopped]).then(() => undefined);
    this.#childStopping.set(owner.conversation, all);
    return stopped.then(() => undefined);
  }

  async #end(id: string): Promise<void> {
    const owner = await this.#conversations.ownerOf(id);
    this.#conversations.forget(id);
    this.#sleepers.forget(id);
    if (owner.agent !== undefined || this.#told.delete(id)) await this.#tell('session.end', owner, {});
  }

  /** Says that a conversation is here, with its first prompt, or that its context was cut short. */
  async #begin(owner: Owner, show: (answer: PluginAnswer) => void): Promise<void> {
    const id = owner.agent ?? owner.conversation;
    const isNews = owner.agent === undefined && !this.#told.has(id);
    if (!isNews && !this.#compacted.has(id)) return;
    this.#compacted.delete(id);
    if (owner.agent === undefined) this.#told.add(id);
    await this.#tell('session.begin', owner, { source: isNews ? (this.#new.get(id) ?? 'resume') : 'compact' }, show);
  }

  /** Whether somebody has answered. */
  #tell(
    event: PluginEvent,
    owner: Owner,
    more: Partial<PluginInput>,
    show: (answer: PluginAnswer) => void = this.#showing(undefined),
  ): Promise<boolean> {
    return this.link.tell(event, this.#input(owner, more), show);
  }

  #input(owner: Owner, more: Partial<PluginInput>): PluginInput {
    return { ...owner, directory: this.#context.directory, ...more };
  }

  #showing(put: ((text: string) => void) | undefined): (answer: PluginAnswer) => void {
    return ({ context, notice }) => {
      if (context) put?.(context);
      if (notice) this.#tellUser(notice);
    };
  }

  /** The server and the program beside it each tell once that something is wrong: the user needs it once. */
  #tellUser(message: string): void {
    if (this.#said.has(message)) return;
    this.#said.add(message);
    if (isOnePrompt()) process.stderr.write(`${message}\n`);
    else void this.#context.client.tui.showToast({ body: { message, variant: 'warning' } }).catch(() => undefined);
  }
}

/** What AI clients put into the environment of their shells, of whom opencode may have been started from one. */
const outerMarks = [
  'CLAUDECODE',
  'CLAUDE_CODE_SESSION_ID',
  'CLAUDE_PID',
  'COPILOT_AGENT_SESSION_ID',
  'CODEX_SESSION_ID',
];

/** Undefined where a result has no place for more. */
function placeIn(result: ToolResult): ((text: string) => void) | undefined {
  const { content } = result;
  if (typeof result.output === 'string') {
    return text => {
      result.output += `\n\n${text}`;
    };
  }
  return Array.isArray(content) ? text => void content.push({ type: 'text', text }) : undefined;
}

/** Adds a part that the user does not see as an own one, or goes on in it. Parts are in the order of their ids. */
function addPart(sessionID: string, messageID: string, parts: ChatMessage['parts'], text: string): void {
  const last = parts.at(-1);
  const id = `${last?.id ?? messageID.replace(/^msg/, 'prt')}z`;
  parts.push({ id, sessionID, messageID, type: 'text', text, synthetic: true });
}

/** Resolves to nothing when it takes too long, and then goes on by itself. */
function inTime<T>(work: Promise<T>, ms: number): Promise<T | undefined> {
  const late = new Promise<undefined>(done => {
    AbortSignal.timeout(ms).addEventListener('abort', () => done(undefined), { once: true });
  });
  return Promise.race([work, late]);
}
