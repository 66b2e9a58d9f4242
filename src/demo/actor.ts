/** One AI session of the demonstration: an MCP client with a real server process of its own. */
import { Client } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import { DemoFailure } from './failure.ts';

export interface ActorPart {
  readonly name: string;
  /** The program whose `mcp` command is the server, as Node runs it. */
  readonly program: string;
  readonly directory: string;
  /** The whole environment of the server. */
  readonly environment: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
}

/** What a tool answers. The demonstration looks into few fields and checks each one before it believes it. */
// biome-ignore lint/suspicious/noExplicitAny: answers come from another process and are checked where they are used
export type Answer = any;

/** Longer than anything in the story takes, shorter than a reader's patience. */
const patienceMs = 15_000;

export class Actor {
  readonly name: string;
  readonly #part: ActorPart;
  readonly #transport: StdioClientTransport;
  readonly #client: Client;
  #stderr = '';

  constructor(part: ActorPart) {
    this.name = part.name;
    this.#part = part;
    this.#transport = new StdioClientTransport({
      command: process.execPath,
      args: [part.program, 'mcp', '--handle', part.name],
      cwd: part.directory,
      env: { ...part.environment },
      stderr: 'pipe',
    });
    this.#transport.stderr?.on('data', chunk => {
      this.#stderr += String(chunk);
    });
    this.#client = new Client({ name: 'signalbox-demo', version: '1.0.0' });
  }

  get pid(): number | null {
    return this.#transport.pid;
  }

  /** What the server has written to standard error, its last lines. */
  get stderr(): string {
    return this.#stderr.trim().split('\n').slice(-12).join('\n');
  }

  /** Starts the server and greets it. */
  async start(): Promise<void> {
    try {
      await this.#client.connect(this.#transport, this.#options());
    } catch (error) {
      throw new DemoFailure(`The server of ${this.name} did not start: ${(error as Error).message}`);
    }
  }

  /** Calls a tool; its structured answer. A tool error, a dead server and a silent one are failures of the demonstration. */
  async call(tool: string, input: Record<string, unknown> = {}): Promise<Answer> {
    try {
      const result = await this.#client.callTool({ name: tool, arguments: input }, this.#options());
      const [content] = result.content as { text?: string }[];
      if (result.isError) throw new Error(content?.text ?? 'an error without a text');
      return result.structuredContent ?? {};
    } catch (error) {
      throw new DemoFailure(`${tool} of ${this.name} failed: ${(error as Error).message}`);
    }
  }

  /** Ends the server process without a word, as a crash would. Does nothing when it has ended. */
  kill(): void {
    try {
      if (this.pid !== null) process.kill(this.pid, 'SIGKILL');
    } catch {
      // It was faster.
    }
  }

  /** Ends the session as a client does that quits. Ends the process in any case, and never throws. */
  async close(): Promise<void> {
    await this.#client.close().catch(() => undefined);
  }

  #options() {
    return { timeout: patienceMs, signal: this.#part.signal };
  }
}
