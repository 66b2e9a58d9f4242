/** As much of the protocol as it takes to play a client of a server: requests and their answers, one JSON text on a line. */
import type { ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import { collected } from './clients-household.ts';

type Json = Readonly<Record<string, unknown>>;

interface Waiting {
  resolve(result: Json): void;
  reject(error: Error): void;
}

export class Speaker {
  readonly #child: ChildProcess;
  readonly #waiting = new Map<number, Waiting>();
  readonly #complaints: () => string;
  #number = 0;
  #failure: Error | undefined;

  constructor(child: ChildProcess) {
    this.#child = child;
    this.#complaints = collected(child.stderr);
    if (child.stdout) createInterface({ input: child.stdout }).on('line', line => this.#hear(line));
    child.on('error', error => this.#end(new Error(error.message)));
    child.on('close', () => this.#end(new Error(firstLine(this.#complaints()) || 'it ended at once')));
  }

  /** Greets as the client of that name does. Resolves to the version of the server. Rejects when it ends or refuses. */
  async greet(name: string): Promise<string> {
    const clientInfo = { name, version: '1.0.0' };
    const { serverInfo } = await this.#ask('initialize', {
      protocolVersion: '2025-06-18',
      capabilities: {},
      clientInfo,
    });
    this.#say({ method: 'notifications/initialized' });
    return String((serverInfo as Json | undefined)?.version ?? '');
  }

  /** Calls a tool. Rejects with what it says when it fails. */
  async call(name: string, input: Json): Promise<{ text: string; output: Json }> {
    const { content, structuredContent, isError } = await this.#ask('tools/call', { name, arguments: input });
    const pieces = Array.isArray(content) ? content.map(piece => String((piece as Json).text ?? '')) : [];
    const text = pieces.join('\n');
    if (isError === true) throw new Error(firstLine(text));
    return { text, output: (structuredContent ?? {}) as Json };
  }

  #ask(method: string, params: Json): Promise<Json> {
    if (this.#failure) return Promise.reject(this.#failure);
    this.#number += 1;
    const id = this.#number;
    this.#say({ id, method, params });
    return new Promise((resolve, reject) => this.#waiting.set(id, { resolve, reject }));
  }

  #say(message: Json): void {
    this.#child.stdin?.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`);
  }

  #hear(line: string): void {
    const { id, result, error } = parsed(line);
    const waiting = typeof id === 'number' ? this.#waiting.get(id) : undefined;
    if (waiting === undefined) return;
    this.#waiting.delete(id as number);
    if (error) waiting.reject(new Error(String((error as Json).message ?? 'an error without words')));
    else waiting.resolve((result ?? {}) as Json);
  }

  #end(error: Error): void {
    this.#failure ??= error;
    for (const { reject } of this.#waiting.values()) reject(this.#failure);
    this.#waiting.clear();
  }
}

export const firstLine = (text: string) => text.trim().split('\n', 1)[0] ?? '';

function parsed(line: string): Json {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null ? (value as Json) : {};
  } catch {
    return {};
  }
}
