/** A machine that speaks the link protocol with a hub and has no checkout: as light as a session can be, so that one process is hundreds. */
import { answerOn, type Channel, Link } from '../../src/bridge/link.ts';
import { limits } from '../../src/core/limits.ts';
import { systemClock } from '../../src/system/clock.ts';
import { dial } from '../../src/system/web-socket.ts';
import { type Hub, shop } from './hub.ts';

const folder = '/code/shop';

/** What such a machine says first, apart from the moment; `number` is the process that it claims to be. */
export function helloOf(number: number) {
  const identity = (pid: number) => ({ host: 'light', boot: 'light', pid, startedAt: String(pid) });
  return {
    ...{ protocol: 1, version: '0', purpose: 'session', directory: folder, home: null, project: shop, handle: null },
    ...{
      self: identity(number),
      parent: identity(number + 1_000_000),
      conversation: `light-${number}`,
      reach: 'calls',
    },
    ...{ tools: 'core', pools: [], resumes: [] },
    guard: { edits: 'block', paths: [], git: 'block', onFailure: 'allow', graceSeconds: 0, commitTrailer: false },
  };
}

export const momentNow = () => ({ now: Date.now() });

/** The answers to what a hub asks about the folder. */
export function answerQuestion(asked: unknown, channel: { say(value: unknown): unknown; end(): void }): void {
  const tree = { project: shop, root: folder, anchor: `${folder}/.git`, branch: 'main', foldsCase: false };
  const { question } = asked as { question: string };
  const value = question === 'describe' ? tree : question === 'dead' ? [] : null;
  channel.say({ value, moment: momentNow() });
  channel.end();
}

interface Said {
  readonly number?: number;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers of every tool
  readonly message?: any;
}

export class LightBridge {
  readonly #link: Link;
  readonly #talk: Channel;
  readonly #answers = new Map<number, (message: Said['message']) => void>();
  readonly #stopBeating: () => void;
  #next = 0;

  private constructor(link: Link) {
    this.#link = link;
    this.#talk = link.open('talk', { client: { name: 'light', version: '1' }, moment: momentNow() });
    this.#talk.hear(said => this.#hear(said as Said));
    this.#stopBeating = systemClock.every(limits.bridgeBeatMs, () => this.#ask('beat'));
    link.signal.addEventListener('abort', () => this.#over(), { once: true });
  }

  static async connect(hub: Hub, token: string, number: number): Promise<LightBridge> {
    const wire = await dial(`${hub.url.replace('http', 'ws')}/v1/bridge`, { authorization: `Bearer ${token}` });
    const link = new Link(wire, 'first', (_what, value, channel) => answerQuestion(value, channel));
    const hello = link.open('hello', { ...helloOf(number), moment: momentNow() });
    const ready = (await answerOn(hello, limits.bridgeSilentMs * 5, systemClock))?.value as
      | { role?: string }
      | undefined;
    if (ready?.role === undefined) throw new Error(`no hello: ${JSON.stringify(ready)} ${link.why}`);
    const bridge = new LightBridge(link);
    const clientInfo = { name: 'light', version: '1' };
    await bridge.#request('initialize', { protocolVersion: '2025-11-25', capabilities: {}, clientInfo });
    bridge.#say({ method: 'notifications/initialized' });
    return bridge;
  }

  /** Calls a tool; its structured answer. A tool error is thrown with its text. */
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers of every tool
  async call(name: string, input: object = {}): Promise<any> {
    const { result, error } = await this.#request('tools/call', { name, arguments: input });
    if (error || result.isError) throw new Error(error?.message ?? result.content[0].text);
    return result.structuredContent;
  }

  /** Says goodbye, as a server does whose client has gone. */
  async close(): Promise<void> {
    await answerOn(this.#ask('bye'), limits.bridgeSilentMs, systemClock);
    this.#link.close('left');
  }

  #ask(what: string): Channel {
    return this.#link.open(what, { moment: momentNow() });
  }

  #request(method: string, params: object): Promise<Said['message']> {
    const id = ++this.#next;
    return new Promise(resolve => {
      this.#answers.set(id, resolve);
      if (this.#link.signal.aborted) this.#over();
      else this.#say({ id, method, params });
    });
  }

  #say(message: object): void {
    this.#talk.say({ message: { jsonrpc: '2.0', ...message }, moment: momentNow() });
  }

  #hear({ number, message }: Said): void {
    if (message === undefined) return;
    this.#talk.say({ taken: number, isShown: true });
    const answer = this.#answers.get(message.id);
    if (message.method === undefined && answer) {
      this.#answers.delete(message.id);
      answer(message);
    }
  }

  #over(): void {
    this.#stopBeating();
    for (const answer of this.#answers.values())
      answer({ error: { message: `the connection ended: ${this.#link.why}` } });
    this.#answers.clear();
  }
}
