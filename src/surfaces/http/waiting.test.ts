/** Answers that take long, over a real connection. */
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { getRequestListener } from '@hono/node-server';
import { afterEach, expect, it, vi } from 'vitest';
import { answerOf } from './waiting.ts';

let server: Server;

afterEach(() => {
  vi.restoreAllMocks();
  server.closeAllConnections();
  server.close();
});

it('Work that fails once its wait has begun breaks the answer off, and nothing but the log is told why', async () => {
  const said: unknown[] = [];
  for (const way of ['error', 'info', 'warn'] as const)
    vi.spyOn(console, way).mockImplementation((...all) => said.push(all));
  const broken: unknown[] = [];
  const work = async (waiting: { begin(): void }) => {
    waiting.begin();
    await new Promise(resolve => setTimeout(resolve, 50));
    throw new Error('the store is lost');
  };
  const listener = getRequestListener((_request, { outgoing }) =>
    answerOf(work, { gone() {}, broken: error => broken.push(error), cut: () => void outgoing.destroy() }),
  );
  server = createServer(listener);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const answer = await fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
  await expect(answer.text()).rejects.toThrow();
  expect([broken.map(String), said]).toEqual([['Error: the store is lost'], []]);
});
