import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { systemClock } from './clock.ts';
import { SocketSender } from './socket-sender.ts';

describe.runIf(process.platform !== 'win32')('SocketSender', () => {
  let folder: string;
  let sender: SocketSender;
  let servers: Server[];
  let accepted: Socket[];

  const serve = (name: string, pauseOnConnect = false): Promise<string> => {
    const server = createServer({ pauseOnConnect }, socket => {
      accepted.push(socket);
      socket.on('error', () => {});
      if (!pauseOnConnect) socket.resume();
    });
    servers.push(server);
    return new Promise(resolve => server.listen(join(folder, name), () => resolve(join(folder, name))));
  };

  beforeEach(() => {
    folder = mkdtempSync('/tmp/signalbox-sender-');
    sender = new SocketSender(systemClock);
    servers = [];
    accepted = [];
  });

  afterEach(() => {
    sender.close();
    for (const socket of accepted) socket.destroy();
    for (const server of servers) server.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it('piles nothing up for a receiver that does not read', async () => {
    const path = await serve('deaf', true);
    const pokes = 20_000;
    for (let count = 0; count < pokes; count++) await sender.poke(path);
    await vi.waitUntil(() => accepted.length === 1, { timeout: 20_000 });
    let received = 0;
    accepted[0]?.on('data', bytes => {
      received += bytes.length;
    });
    accepted[0]?.resume();
    await vi.waitUntil(() => received > 0, { timeout: 20_000 });
    // Time for whatever was piled up to come after.
    await new Promise(resolve => setTimeout(resolve, 200));
    expect(received).toBeLessThan(pokes);
  });

  it('keeps one connection a receiver and few altogether', async () => {
    const paths = [];
    for (let count = 0; count < 100; count++) paths.push(await serve(`s${count}`));
    for (const path of [...paths, ...paths.slice(90), ...paths.slice(90)]) await sender.poke(path);
    await vi.waitUntil(() => sender.size === 64, { timeout: 20_000 });
    await vi.waitUntil(() => accepted.length === 100, { timeout: 20_000 });
  });

  it('drops a receiver that talks back', async () => {
    const path = await serve('talker');
    await sender.poke(path);
    await vi.waitUntil(() => accepted.length === 1, { timeout: 20_000 });
    accepted[0]?.write('hello');
    await vi.waitUntil(() => sender.size === 0, { timeout: 20_000 });
  });

  it('gives up at once when nobody is there, and keeps nothing of it', async () => {
    await sender.poke(join(folder, 'nobody'));
    await vi.waitUntil(() => sender.size === 0, { timeout: 20_000 });
  });
});
