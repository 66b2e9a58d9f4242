/** A proxy before a hub, as one that knows whose requests come by it: it passes everything on and adds headers. */
import { createServer, request as requestOf } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Hub } from './hub.ts';

export interface Front {
  readonly url: string;
  close(): Promise<void>;
}

export function frontOf(hub: Hub, headers: Readonly<Record<string, string>>): Promise<Front> {
  const server = createServer((incoming, outgoing) => {
    const { method, url: path } = incoming;
    const about = { port: hub.port, host: '127.0.0.1', method, path, headers: { ...incoming.headers, ...headers } };
    const passed = requestOf(about, answer => {
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(outgoing);
    });
    passed.on('error', () => outgoing.destroy());
    outgoing.on('close', () => passed.destroy());
    incoming.pipe(passed);
  });
  return new Promise(resolve =>
    server.listen(0, '127.0.0.1', () =>
      resolve({
        url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
        close: () => {
          server.closeAllConnections();
          return new Promise(closed => server.close(() => closed()));
        },
      }),
    ),
  );
}
