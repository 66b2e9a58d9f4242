/** The proxy that stands between the tests and their servers: what it breaks must be what the test ordered. */
import { once } from 'node:events';
import { createConnection, createServer, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startProxy, type TestProxy } from '../support/servers/proxy.ts';

const server = createServer(socket => {
  socket.on('error', () => {});
  socket.on('data', bytes => {
    heard.push(bytes.toString());
    socket.write(`<${bytes}>`);
  });
});
let heard: string[];
let proxy: TestProxy;
const clients: Socket[] = [];

beforeEach(async () => {
  heard = [];
  if (!server.listening) await once(server.listen(0, '127.0.0.1'), 'listening');
  const address = server.address();
  proxy = await startProxy(typeof address === 'object' ? (address?.port ?? 0) : 0);
});
afterEach(async () => {
  for (const client of clients.splice(0)) client.destroy();
  await proxy.close();
  await new Promise(resolve => server.close(resolve));
});

async function connect(): Promise<Socket> {
  const client = createConnection({ port: proxy.port, host: '127.0.0.1' });
  client.on('error', () => {});
  clients.push(client);
  // A connection that is refused may end before it was seen to be made.
  await new Promise(resolve => client.once('connect', resolve).once('close', resolve));
  return client;
}

/** What the server answers; undefined when the connection ends. */
async function ask(client: Socket, text: string): Promise<string | undefined> {
  if (client.closed) return undefined;
  client.write(text);
  return new Promise(resolve => {
    client.once('data', bytes => resolve(bytes.toString()));
    client.once('close', () => resolve(undefined));
  });
}

describe('the proxy', () => {
  it('passes both ways and counts connections, bytes and round trips', async () => {
    const client = await connect();
    expect(await ask(client, 'one')).toBe('<one>');
    expect(await ask(client, 'two')).toBe('<two>');
    expect(proxy.counters).toEqual({ connections: 1, bytesToServer: 6, bytesToClient: 10, roundTrips: 2 });
    proxy.resetCounters();
    expect(proxy.counters.roundTrips).toBe(0);
  });

  it('cuts all connections and lets new ones through, or refuses them', async () => {
    const client = await connect();
    await ask(client, 'one');
    proxy.cut();
    await once(client, 'close');
    expect(await ask(await connect(), 'two')).toBe('<two>');
    proxy.refuse(true);
    expect(await ask(await connect(), 'three')).toBeUndefined();
    proxy.refuse(false);
    expect(await ask(await connect(), 'four')).toBe('<four>');
  });

  it('cuts before a request that then never arrives, once', async () => {
    const client = await connect();
    proxy.cutBeforeRequest(bytes => bytes.includes('COMMIT'));
    expect(await ask(client, 'BEGIN')).toBe('<BEGIN>');
    expect(await ask(client, 'COMMIT')).toBeUndefined();
    expect(heard).toEqual(['BEGIN']);
    expect(proxy.pending()).toBe(false);
    expect(await ask(await connect(), 'COMMIT')).toBe('<COMMIT>');
  });

  it('cuts after a request that arrives, whose answer never does', async () => {
    const client = await connect();
    proxy.cutAfterRequestBeforeAnswer(bytes => bytes.includes('COMMIT'));
    expect(proxy.pending()).toBe(true);
    expect(await ask(client, 'COMMIT')).toBeUndefined();
    expect(heard).toEqual(['COMMIT']);
    expect(client.closed).toBe(true);
  });

  it('swallows both directions without closing, and passes again afterwards', async () => {
    const client = await connect();
    proxy.blackhole(true);
    let said = '';
    client.on('data', bytes => {
      said += bytes;
    });
    client.write('one');
    await new Promise(resolve => setTimeout(resolve, 100));
    expect([said, heard, client.closed]).toEqual(['', [], false]);
    proxy.blackhole(false);
    expect(await ask(client, 'two')).toBe('<two>');
  });

  it('holds everything back for as long as it is told, in order', async () => {
    const client = await connect();
    proxy.delayMs = 20;
    const begunAt = performance.now();
    expect(await ask(client, 'one')).toBe('<one>');
    expect(performance.now() - begunAt).toBeGreaterThanOrEqual(38);
  });
});
