/** A receiver of webhooks on this machine, as somebody writes one with the library of Standard Webhooks. */
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Webhook } from 'standardwebhooks';

export interface Received {
  readonly id: string;
  readonly path: string;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into bodies of every kind
  readonly body: any;
  /** Whether the signature was right; null where nobody knows the secret. */
  readonly isGenuine: boolean | null;
  readonly status: number;
}

export class Receiver {
  readonly received: Received[] = [];
  /** What it answers with; what stays pending is answered never. */
  answer: (path: string) => number | Promise<number> = () => 200;
  /** The secret by path, for those that sign. */
  readonly secrets = new Map<string, string>();
  readonly #server: Server;

  private constructor() {
    this.#server = createServer(async (request, response) => {
      const pieces: Buffer[] = [];
      for await (const piece of request) pieces.push(piece as Buffer);
      const text = Buffer.concat(pieces).toString();
      const path = request.url ?? '';
      const headers = request.headers as Record<string, string>;
      const secret = this.secrets.get(path);
      const status = await this.answer(path);
      const isGenuine = secret === undefined ? null : verifies(secret, text, headers);
      this.received.push({ id: headers['webhook-id'] ?? '', path, body: JSON.parse(text), isGenuine, status });
      response.writeHead(status).end('ok');
    });
  }

  static async start(): Promise<Receiver> {
    const receiver = new Receiver();
    receiver.#server.listen(0, '127.0.0.1');
    await once(receiver.#server, 'listening');
    return receiver;
  }

  url(path: string): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}${path}`;
  }

  /** The types of what it took at a path. */
  taken(path: string): Received[] {
    return this.received.filter(each => each.path === path && each.status === 200);
  }

  close(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }
}

function verifies(secret: string, text: string, headers: Record<string, string>): boolean {
  try {
    new Webhook(secret).verify(text, headers);
    return true;
  } catch {
    return false;
  }
}
