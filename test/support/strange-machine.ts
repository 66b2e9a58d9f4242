/** A machine that says to a hub what it likes: it speaks the protocol of a bridge itself, instead of `signalbox`. */
import { setMaxListeners } from 'node:events';
import { answerOn, Link, type Wire } from '../../src/bridge/link.ts';
import { limits } from '../../src/core/limits.ts';
import { systemClock } from '../../src/system/clock.ts';
import { dial } from '../../src/system/web-socket.ts';
import type { Hub } from './hub.ts';

type Json = Readonly<Record<string, unknown>>;
type Answers = Readonly<Record<string, unknown>>;

export const identity = (over: object = {}) => ({
  host: 'laptop',
  boot: 'boot-of-this',
  pid: 4_242,
  startedAt: '1',
  ...over,
});

export const tree = (project: string, over: object = {}) => ({
  ...{ project, root: '/code/shop', anchor: '/code/shop/.git', branch: 'main', foldsCase: false },
  ...over,
});

const resolved = { path: 'src/a.ts', foldsCase: false };

/** What a machine with one quiet checkout answers. */
export const honest = (project: string): Answers => ({
  describe: tree(project),
  resolve: resolved,
  placeOf: { where: 'project', resolved, tree: tree(project) },
  isPortFree: true,
  dead: [],
  gitHooksHold: false,
  stage: { staged: false, why: 'missing' },
});

const guard = { edits: 'block', paths: [], git: 'block', onFailure: 'allow', graceSeconds: 0, commitTrailer: false };

export const hello = (over: object = {}): Json => ({
  ...{ protocol: 1, version: '0.0.0', purpose: 'session', moment: { now: Date.now() }, directory: '/code/shop' },
  ...{
    home: null,
    project: null,
    self: identity(),
    parent: identity({ pid: 4_241 }),
    handle: null,
    conversation: null,
  },
  ...{ reach: 'calls', tools: 'all', guard, pools: [], resumes: [] },
  ...over,
});

/** What came on a channel until it ended. */
export interface Heard {
  readonly said: readonly Json[];
  readonly error: { readonly code: string; readonly message: string } | undefined;
}

export class StrangeMachine {
  readonly link: Link;
  readonly wire: Wire;
  #number = 0;
  readonly #waiting = new Map<number, (message: Json) => void>();
  /** Everything that the hub said of its own accord to the client. */
  readonly told: Json[] = [];
  /** Hears everything that the hub says in the conversation. */
  hears: (said: unknown) => void = () => undefined;
  #talk: ReturnType<Link['open']> | undefined;

  private constructor(wire: Wire, answers: (question: string, words: unknown) => unknown) {
    this.wire = wire;
    this.link = new Link(wire, 'first', (_what, value, channel) => {
      const { question, words } = value as { question: string; words: unknown };
      channel.say({ value: answers(question, words) ?? null, moment: { now: Date.now() } });
      channel.end();
    });
    // Each request that waits listens to it.
    setMaxListeners(0, this.link.signal);
  }

  static async connect(
    hub: Hub,
    token: string,
    answers: Answers | ((question: string, words: unknown) => unknown),
  ): Promise<StrangeMachine> {
    const url = `${hub.url.replace(/^http/, 'ws')}/v1/bridge`;
    return StrangeMachine.over(await dial(url, { Authorization: `Bearer ${token}` }), answers);
  }

  /** The same over any wire. */
  static over(wire: Wire, answers: Answers | ((question: string, words: unknown) => unknown)): StrangeMachine {
    return new StrangeMachine(wire, typeof answers === 'function' ? answers : question => answers[question]);
  }

  /** Opens a channel and hears it to its end; `then` is said once something came. */
  ask(what: string, value: unknown, ...then: readonly unknown[]): Promise<Heard> {
    const said: Json[] = [];
    const channel = this.link.open(what, value);
    return new Promise(resolve => {
      const over = () => resolve({ said, error: said.find(each => each?.error)?.error as Heard['error'] });
      channel.hear(each => {
        said.push(each as Json);
        if ((each as Json)?.progress === undefined) for (const next of then) channel.say(next);
      });
      channel.signal.addEventListener('abort', over, { once: true });
      if (channel.signal.aborted) over();
    });
  }

  /** Tells of a hook as the server does that was asked it: its answer was shown, and then it has gone. */
  hook(value: unknown): Promise<Heard> {
    const said: Json[] = [];
    const channel = this.link.open('hook', value);
    return new Promise(resolve => {
      const over = () => resolve({ said, error: said.find(each => each?.error)?.error as Heard['error'] });
      channel.hear(each => {
        said.push(each as Json);
        channel.say({ next: { shown: true } });
        channel.end();
        over();
      });
      channel.signal.addEventListener('abort', over, { once: true });
      if (channel.signal.aborted) over();
    });
  }

  /** Says hello, and what is answered to that. */
  async greet(over: object = {}): Promise<Json> {
    const channel = this.link.open('hello', hello(over));
    return (await answerOn(channel, limits.bridgeDialMs, systemClock))?.value as Json;
  }

  /** Begins the conversation of a client of this name. */
  async talk(name = 'scenario'): Promise<void> {
    this.#talk = this.link.open('talk', { client: { name, version: '1' }, moment: { now: Date.now() } });
    this.#talk.hear(value => {
      this.hears(value);
      this.#heard(value as { message?: Json; number?: number });
    });
    const clientInfo = { name, version: '1' };
    await this.request('initialize', { protocolVersion: '2025-06-18', capabilities: {}, clientInfo });
    this.say({ message: { jsonrpc: '2.0', method: 'notifications/initialized' } });
  }

  say(value: unknown): void {
    this.#talk?.say(value);
  }

  /** What is answered; undefined when the connection goes first. */
  request(method: string, params: object): Promise<Json | undefined> {
    const id = ++this.#number;
    const gone = this.link.signal;
    return new Promise(resolve => {
      const over = (answer?: Json) => {
        gone.removeEventListener('abort', cut);
        resolve(answer);
      };
      const cut = () => over();
      this.#waiting.set(id, over);
      gone.addEventListener('abort', cut, { once: true });
      if (gone.aborted) over();
      this.say({ message: { jsonrpc: '2.0', id, method, params }, moment: { now: Date.now() } });
    });
  }

  /** The text of a tool's answer, or of its refusal. */
  async call(tool: string, input: object = {}): Promise<string> {
    return JSON.stringify((await this.request('tools/call', { name: tool, arguments: input })) ?? 'gone');
  }

  #heard({ message, number }: { message?: Json; number?: number }): void {
    if (message === undefined) return;
    const waiting = this.#waiting.get(message.id as number);
    if (waiting && message.method === undefined) waiting(message);
    else this.told.push(message);
    this.say({ taken: number, isShown: true });
  }
}
