import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { connect, createServer, type Server } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { temporaryFolder } from '../../test/support/folder.ts';
import { createProbes } from './probes.ts';

const probes = createProbes();
const servers: Server[] = [];

afterEach(async () => {
  for (const server of servers.splice(0)) {
    server.close();
    await once(server, 'close');
  }
});

async function listenOn(host: string, port = 0): Promise<number> {
  const server = createServer(socket => socket.destroy());
  server.listen({ port, host, ipv6Only: host.includes(':') });
  await once(server, 'listening');
  servers.push(server);
  return (server.address() as { port: number }).port;
}

/** A port nobody listens on: one the system gave out and took back. */
async function freePort(): Promise<number> {
  const port = await listenOn('127.0.0.1');
  const server = servers.pop();
  server?.close();
  await once(server as Server, 'close');
  return port;
}

async function hasAddress(host: string): Promise<boolean> {
  return listenOn(host).then(
    () => true,
    () => false,
  );
}

const everywhere = ['127.0.0.1', '0.0.0.0'];
const hasIpv6 = await hasAddress('::1');

describe('a port', () => {
  // Only Linux has all of 127/8, and lets a wildcard meet each address.
  it.each(process.platform === 'linux' ? [...everywhere, '127.0.0.2'] : everywhere)(
    'is not free while somebody listens on %s',
    async host => {
      expect(await probes.isPortFree(await listenOn(host))).toBe(false);
    },
  );

  it.runIf(hasIpv6).each(['::1', '::'])('is not free while somebody listens on %s', async host => {
    expect(await probes.isPortFree(await listenOn(host))).toBe(false);
  });

  it('is free when nobody listens, is left free by looking, and is free again when the listener ends', async () => {
    const port = await freePort();
    expect([await probes.isPortFree(port), await probes.isPortFree(port)]).toEqual([true, true]);
    await listenOn('127.0.0.1', port);
    expect(await probes.isPortFree(port)).toBe(false);
    const server = servers.pop() as Server;
    server.close();
    await once(server, 'close');
    expect(await probes.isPortFree(port)).toBe(true);
  });

  it('is free behind a connection that has ended and that the system still remembers', async () => {
    const port = await listenOn('127.0.0.1');
    const socket = connect({ port, host: '127.0.0.1' });
    await once(socket, 'close');
    const server = servers.pop() as Server;
    server.close();
    await once(server, 'close');
    expect(await probes.isPortFree(port)).toBe(true);
  });

  it.each([0, -1, 65_536, 1.5, Number.NaN])('that is no port is not free, and no error: %d', async port => {
    expect(await probes.isPortFree(port)).toBe(false);
  });
});

describe('the lines of a file', () => {
  it.each([
    ['', 0],
    ['one', 1],
    ['one\n', 1],
    ['one\ntwo', 2],
    ['\n\n', 2],
  ])('of %j are %i', async (text, count) => {
    const folder = temporaryFolder();
    writeFileSync(folder.path('a'), text);
    expect(await probes.lineCount(folder.root, 'a')).toBe(count);
    expect(await probes.lineCount(folder.root, 'b')).toBeUndefined();
    expect(await probes.lineCount(folder.root, '.')).toBeUndefined();
    folder.remove();
  });
});
