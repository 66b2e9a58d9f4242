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

/** Opens a connection within `ms`, whatever the other side does. Rejects with `NotConnected`. Compression is off: what a peer can choose must not tell what a secret is. */
export function dial(
  url: string,
  headers: Readonly<Record<string, string>>,
  ms: number = limits.bridgeDialMs,
): Promise<TextWire> {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(url, {
      headers: { ...headers },
      maxPayload: limits.bridgeFrameBytes,
      perMessageDeflate: false,
      followRedirects: false,
    });
    const failed = (error: NotConnected) => {
      clearTimeout(timer);
      reject(error);
      socket.terminate();
    };
    // One that goes on saying a little is never idle.
    const timer = setTimeout(() => failed(new NotConnected('it does not answer in time', null)), ms);
    const broken = (error: NodeJS.ErrnoException) => failed(new NotConnected(error.code ?? error.message, null));
    socket.on('error', broken);
    socket.once('open', () => {
      clearTimeout(timer);
      socket.off('error', broken);
      resolve(wireOf(socket));
    });
    socket.once('unexpected-response', (_request, { statusCode = null }) =>
      failed(new NotConnected(`it answers with status ${statusCode}`, statusCode)),
    );
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
      // It may have 123 bytes.
      socket.close(1000, why.slice(0, 40));
      // Whoever does not say goodbye in turn is not waited for.
      setTimeout(() => socket.terminate(), limits.hubDrainLookMs * 10).unref();
    },
  };
}
