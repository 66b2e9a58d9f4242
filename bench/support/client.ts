/** A lean client: JSON lines over the pipes of a child process. It costs the same for whatever is measured, and little. */
import { type ChildProcess, spawn } from 'node:child_process';

type Json = Record<string, unknown>;

interface Arrived {
  readonly message: Json;
  /** When its bytes came, before anything was made of them. */
  readonly at: number;
}

export interface StartOptions {
  readonly cwd: string;
  /** The whole environment: nothing of this machine's own gets in. */
  readonly env: Readonly<Record<string, string>>;
}

/** A child process that speaks in lines. */
export class LineProcess {
  readonly child: ChildProcess;
  readonly pid: number;
  stderr = '';
  #rest = '';
  #ended = false;

  constructor(args: readonly string[], options: StartOptions) {
    this.child = spawn(process.execPath, args, { cwd: options.cwd, env: { ...options.env }, stdio: 'pipe' });
    this.pid = this.child.pid ?? 0;
    this.child.stdout?.setEncoding('utf8').on('data', (chunk: string) => this.#take(chunk, performance.now()));
    this.child.stderr?.setEncoding('utf8').on('data', (chunk: string) => {
      this.stderr += chunk;
    });
    this.child.stdin?.on('error', () => {});
    this.child.on('exit', () => {
      this.#ended = true;
      this.onEnd();
    });
  }

  onLine: (line: string, at: number) => void = () => {};
  onEnd: () => void = () => {};

  write(line: string): void {
    this.child.stdin?.write(`${line}\n`);
  }

  /** The next line, whatever it says. */
  line(): Promise<{ readonly text: string; readonly at: number }> {
    return new Promise((resolve, reject) => {
      this.onEnd = () => reject(new Error(`the process ended: ${this.stderr.slice(0, 500)}`));
      this.onLine = (text, at) => resolve({ text, at });
    });
  }

  kill(): void {
    this.child.kill('SIGKILL');
  }

  /** Ends its input and waits until it has gone; what does not go is killed. */
  async close(): Promise<void> {
    if (this.#ended) return;
    const gone = new Promise<void>(resolve => this.child.once('exit', () => resolve()));
    this.child.stdin?.end();
    const timer = setTimeout(() => this.kill(), 5_000);
    await gone;
    clearTimeout(timer);
  }

  #take(chunk: string, at: number): void {
    this.#rest += chunk;
    for (let end = this.#rest.indexOf('\n'); end >= 0; end = this.#rest.indexOf('\n')) {
      const line = this.#rest.slice(0, end);
      this.#rest = this.#rest.slice(end + 1);
      this.onLine(line, at);
    }
  }
}

interface Answer {
  readonly result: Json;
  readonly at: number;
}

/** An MCP server in a process of its own, spoken to as a client of the older protocol does. */
export class RawServer extends LineProcess {
  readonly #waiting = new Map<number, { resolve(answer: Answer): void; reject(error: Error): void }>();
  #lastId = 0;

  constructor(args: readonly string[], options: StartOptions) {
    super(args, options);
    this.onLine = (line, at) => this.#answer({ message: JSON.parse(line) as Json, at });
    this.onEnd = () => {
      for (const { reject } of this.#waiting.values())
        reject(new Error(`the server ended: ${this.stderr.slice(0, 500)}`));
    };
  }

  async initialize(client = 'bench'): Promise<void> {
    await this.request('initialize', {
      protocolVersion: '2025-11-25',
      capabilities: {},
      clientInfo: { name: client, version: '1.0.0' },
    });
    this.write(JSON.stringify({ jsonrpc: '2.0', method: 'notifications/initialized' }));
  }

  /** Sends a request. A protocol error is thrown. */
  request(method: string, params: Json): Promise<Answer> {
    this.#lastId += 1;
    const id = this.#lastId;
    const answer = new Promise<Answer>((resolve, reject) => this.#waiting.set(id, { resolve, reject }));
    this.write(JSON.stringify({ jsonrpc: '2.0', id, method, params }));
    return answer;
  }

  /** Calls a tool; its structured answer and when it came. A tool error is thrown: it would spoil what is measured. */
  // biome-ignore lint/suspicious/noExplicitAny: answers of every tool
  async callAt(name: string, input: Json = {}): Promise<{ output: any; at: number }> {
    const { result, at } = await this.request('tools/call', { name, arguments: input });
    if (result.isError) throw new Error(`${name}: ${JSON.stringify(result.content)}`);
    return { output: result.structuredContent, at };
  }

  // biome-ignore lint/suspicious/noExplicitAny: answers of every tool
  async call(name: string, input: Json = {}): Promise<any> {
    return (await this.callAt(name, input)).output;
  }

  /** Milliseconds from before the request is written until the answer's bytes are here. */
  async time(name: string, input: Json = {}): Promise<number> {
    const begun = performance.now();
    return (await this.callAt(name, input)).at - begun;
  }

  #answer({ message, at }: Arrived): void {
    const id = message.id as number;
    const waiting = this.#waiting.get(id);
    if (!waiting || 'method' in message) return;
    this.#waiting.delete(id);
    if (message.error) waiting.reject(new Error(JSON.stringify(message.error)));
    else waiting.resolve({ result: message.result as Json, at });
  }
}
