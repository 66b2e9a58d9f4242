/** Carries texts between a machine and a hub: a WebSocket (RFC 6455), dialled from the machine. */
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { type RawData, WebSocket, WebSocketServer } from 'ws';
import { limits } from '../core/limits.ts';

/** As `Wire` of the bridge has it. */
interface TextWire {
  send(text: string): void;
  readonly waitingBytes: number;
  listen(heard: (text: string) => void, gone: (why: string) => void): void;
  close(why: string): void;
}

/** Why a hub was not reached: `status` is what it answered instead, null when nobody did. */
export class NotConnected extends Error {
  readonly status: number | null;

  constructor(message: string, status: number | null) {
    super(message);
    this.status = status;
  }
}

/** Opens a connection. Rejects with `NotConnected`. Compression is off: what a peer can choose must not tell what a secret is. */
export function dial(url: string, headers: Readonly<Record<string, string>>): Promise<TextWire> {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(url, {
      headers: { ...headers },
      handshakeTimeout: limits.bridgeDialMs,
      maxPayload: limits.bridgeFrameBytes,
      perMessageDeflate: false,
      followRedirects: false,
    });
    socket.once('open', () => {
      socket.off('error', failed);
      resolve(wireOf(socket));
    });
    socket.once('unexpected-response', (_request, response) => {
      response.resume();
      reject(new NotConnected(`it answers with status ${response.statusCode}`, response.statusCode ?? null));
      socket.terminate();
    });
    const failed = (error: NodeJS.ErrnoException) => reject(new NotConnected(error.code ?? error.message, null));
    socket.on('error', failed);
  });
}

/** Takes a connection that an HTTP server was asked to upgrade. */
export type Accept = (request: IncomingMessage, socket: Duplex, head: Buffer) => Promise<TextWire>;

export function createAcceptor(): Accept {
  const server = new WebSocketServer({ noServer: true, maxPayload: limits.bridgeFrameBytes, perMessageDeflate: false });
  return (request, socket, head) =>
    new Promise(resolve => server.handleUpgrade(request, socket, head, accepted => resolve(wireOf(accepted))));
}

function wireOf(socket: WebSocket): TextWire {
  socket.on('error', () => socket.terminate());
  return {
    send: text => {
      if (socket.readyState === socket.OPEN) socket.send(text, () => undefined);
    },
    get waitingBytes() {
      return socket.bufferedAmount;
    },
    listen(heard, gone) {
      socket.on('message', (data: RawData, isBinary) => {
        if (isBinary) socket.close(1003);
        else heard(data.toString());
      });
      socket.once('close', (_code, why) => gone(why.toString() || 'gone'));
      if (socket.readyState >= socket.CLOSING) gone('gone');
    },
    close(why) {
      socket.close(1000, why.slice(0, 100));
      // Whoever does not say goodbye in turn is not waited for.
      setTimeout(() => socket.terminate(), limits.hubDrainLookMs * 10).unref();
    },
  };
}
