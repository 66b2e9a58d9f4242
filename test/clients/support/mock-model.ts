/** A model that answers by script: it speaks the interfaces of the clients' makers, and keeps all that it was asked. */
import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { until } from '../../support/workspace.ts';
import { ModelRequest, noLane } from './model-request.ts';
import { toolNamed } from './tool-names.ts';
import { anthropic } from './wires/anthropic.ts';
import { chat } from './wires/chat.ts';
import { gemini } from './wires/gemini.ts';
import { responses } from './wires/responses.ts';
import type { Answer, Json, Wire } from './wires/wire.ts';

export interface Call {
  /** `mcp:SERVER/TOOL`, which is made the client's name for it, or the client's own name. */
  readonly tool: string;
  readonly input?: object;
}

export interface Reply {
  readonly text?: string;
  readonly calls?: readonly Call[];
  readonly delayMs?: number;
  /** An HTTP status to fail with. */
  readonly status?: number;
}

/** What the model does when it is asked next: says a text, gives a reply, or finds one, for which it may take its time. */
export type Step = string | Reply | ((request: ModelRequest) => string | Reply | Promise<string | Reply>);

export const call = (tool: string, input: object = {}): Reply => ({ calls: [{ tool, input }] });

/** A step that holds the model's answer until the test lets it go: what happens in between happens in the middle of a turn. */
export class Gate {
  readonly #reply: string | Reply;
  #arrive: (request: ModelRequest) => void = () => {};
  #open = () => {};
  readonly #opened = new Promise<void>(resolve => {
    this.#open = resolve;
  });
  /** The request that waits. */
  readonly reached = new Promise<ModelRequest>(resolve => {
    this.#arrive = resolve;
  });

  constructor(reply: string | Reply) {
    this.#reply = reply;
  }

  readonly step = async (request: ModelRequest): Promise<string | Reply> => {
    this.#arrive(request);
    await this.#opened;
    return this.#reply;
  };

  open(): void {
    this.#open();
  }
}

/** One conversation's script, and what was asked in it. Side questions without tools (a title, a summary) are not part of it. */
export class Lane {
  readonly requests: ModelRequest[] = [];
  readonly #steps: Step[] = [];
  readonly #name: string;
  #last: { asked: string; reply: Promise<Reply> } | undefined;

  constructor(name: string) {
    this.#name = name;
  }

  /** Adds to what the model is going to do. After the last step it says that it has finished. */
  script(...steps: Step[]): this {
    this.#steps.push(...steps);
    return this;
  }

  /** A prompt that leads into this lane. */
  prompt(text: string): string {
    return `[[lane:${this.#name}]] ${text}`;
  }

  get last(): ModelRequest | undefined {
    return this.requests.at(-1);
  }

  /** The first request in which a text reached the model; -1 when it never did. */
  firstSeen(text: string): number {
    return this.requests.findIndex(request => request.includes(text));
  }

  /** How often a text stands in the last request, which repeats all that was said before. */
  occurrences(text: string): number {
    return this.last?.count(text) ?? 0;
  }

  /** Waits for the request with this index. */
  async request(index: number, patienceMs?: number): Promise<ModelRequest> {
    await until(`request ${index} of lane ${this.#name} came`, () => this.requests.length > index, patienceMs);
    return this.requests[index] as ModelRequest;
  }

  /** Waits until a text reaches the model; the request it is in. */
  async reached(text: string, patienceMs?: number): Promise<ModelRequest> {
    await until(`"${text}" reached lane ${this.#name}`, () => this.firstSeen(text) >= 0, patienceMs);
    return this.requests[this.firstSeen(text)] as ModelRequest;
  }

  /** Takes a request; a client that lost patience and asks the same again waits for the same answer. */
  answer(request: ModelRequest): Promise<Reply> {
    const asked = JSON.stringify([request.session, request.users, request.results]);
    if (this.#last?.asked === asked) return this.#last.reply;
    this.requests.push(request);
    const step = this.#steps.shift() ?? 'I have finished.';
    const reply = (async () => {
      const found = typeof step === 'function' ? await step(request) : step;
      return typeof found === 'string' ? { text: found } : found;
    })();
    this.#last = { asked, reply };
    return reply;
  }

  /** The last answer is out: what is asked now is asked anew, even if it is the same. */
  delivered(): void {
    this.#last = undefined;
  }
}

const wires: readonly Wire[] = [anthropic, responses, chat, gemini];

export class MockModel {
  readonly #server: Server;
  readonly #lanes = new Map<string, Lane>();
  /** Questions without tools, which clients ask for themselves; they get a short text. */
  readonly sideRequests: ModelRequest[] = [];
  /** What went wrong in the model itself; a test that fails shows it. */
  readonly problems: string[] = [];

  private constructor() {
    this.#server = createServer((message, response) => {
      this.#serve(message, response).catch(error => {
        this.problems.push(String(error));
        // A status after which no client asks again, so that a faulty script shows at once.
        if (!response.headersSent) sendJson(response, { error: { message: String(error) } }, 400);
      });
    });
  }

  static async start(): Promise<MockModel> {
    const model = new MockModel();
    await new Promise<void>(resolve => model.#server.listen(0, '127.0.0.1', resolve));
    return model;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** A conversation; without a name, the one of prompts that name none. */
  lane(name: string = noLane): Lane {
    const known = this.#lanes.get(name) ?? new Lane(name);
    this.#lanes.set(name, known);
    return known;
  }

  requests(name: string = noLane): readonly ModelRequest[] {
    return this.lane(name).requests;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise(resolve => this.#server.close(resolve));
  }

  /** For a failing test's notes: what was new in each request. */
  summary(): string {
    const requests = [...this.#lanes.values()].flatMap(({ requests }) =>
      requests.map((request, index) => request.summary(requests[index - 1])),
    );
    return [...this.problems, 'The model was asked:', ...requests].join('\n');
  }

  async #serve(message: IncomingMessage, response: ServerResponse): Promise<void> {
    const parts: Buffer[] = [];
    for await (const part of message) parts.push(part);
    const text = Buffer.concat(parts).toString();
    const { pathname } = new URL(message.url ?? '/', this.url);
    const wire = wires.find(candidate => candidate.path.test(pathname));
    if (!wire || message.method !== 'POST') return sendOther(response, pathname);

    const body: Json = JSON.parse(text);
    const facts = { wire: wire.name, model: body.model ?? '', session: sessionOf(message, body), body };
    const request = new ModelRequest({ ...facts, reading: wire.read(body) });
    const reply = await this.#reply(request);
    if (reply.delayMs) await new Promise(resolve => setTimeout(resolve, reply.delayMs));
    response.once('finish', () => this.lane(request.lane).delivered());
    if (reply.status) return sendJson(response, { type: 'error', error: { message: 'as scripted' } }, reply.status);
    const answer = this.#answer(reply, request);
    if (!wire.streams(body, pathname)) return sendJson(response, wire.whole(body, answer));
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    for (const { event, data } of wire.stream(body, answer)) {
      if (event) response.write(`event: ${event}\n`);
      response.write(`data: ${typeof data === 'string' ? data : JSON.stringify(data)}\n\n`);
    }
    response.end();
  }

  async #reply(request: ModelRequest): Promise<Reply> {
    if (request.offered.length > 0) return this.lane(request.lane).answer(request);
    this.sideRequests.push(request);
    return { text: '{"title":"A test","isNewTopic":false}' };
  }

  #answer({ text = '', calls = [] }: Reply, request: ModelRequest): Answer {
    const known = calls.map(({ tool, input = {} }) => {
      const found = toolNamed(tool, request);
      if (!found) throw new Error(`lane ${request.lane} has no tool ${tool}, only ${request.tools.join(', ')}`);
      return { ...found, id: `call_${randomUUID().replaceAll('-', '')}`, input };
    });
    return { id: randomUUID(), text, calls: known };
  }
}

/** Every client names its session somewhere else. */
function sessionOf({ headers }: IncomingMessage, body: Json): string {
  const names = ['x-claude-code-session-id', 'session_id', 'session-id', 'x-session-id', 'x-session-affinity'];
  const told = names.map(name => headers[name]).find(value => typeof value === 'string');
  return String(told ?? body.prompt_cache_key ?? '');
}

function sendJson(response: ServerResponse, body: object, status = 200): void {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(body));
}

/** What clients ask besides: which models there are, how long a text is. */
function sendOther(response: ServerResponse, path: string): void {
  const answers = {
    '/count_tokens': { input_tokens: 90 },
    ':countTokens': { totalTokens: 90 },
    '/models': { object: 'list', data: [], models: [], has_more: false },
  };
  const known = Object.entries(answers).find(([ending]) => path.endsWith(ending));
  if (known) sendJson(response, known[1]);
  else sendJson(response, { error: { message: 'not here' } }, path === '/' ? 200 : 404);
}
