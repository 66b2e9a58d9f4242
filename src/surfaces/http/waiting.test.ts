/** Answers that take long, over a real connection. */
import { once } from 'node:events';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { getRequestListener } from '@hono/node-server';
import { afterEach, expect, it, vi } from 'vitest';
import { answerOf, type Waiting } from './waiting.ts';

let server: Server;

afterEach(() => {
  vi.restoreAllMocks();
  server.closeAllConnections();
  server.close();
});

/** The address of a server that answers with this. */
async function served(answer: (outgoing: ServerResponse) => Promise<Response>): Promise<string> {
  server = createServer(getRequestListener((_request, { outgoing }) => answer(outgoing as ServerResponse)));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
}

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
  const url = await served(outgoing =>
    answerOf(work, { broken: error => broken.push(error), cut: () => void outgoing.destroy() }),
  );
  const answer = await fetch(url);
  await expect(answer.text()).rejects.toThrow();
  expect([broken.map(String), said]).toEqual([['Error: the store is lost'], []]);
});

it('Work whose client has gone goes on to its end, and nothing is written to that client or said of it', async () => {
  const broken: unknown[] = [];
  let goOn: () => void = () => undefined;
  const toldTo = new Promise<void>(resolve => {
    goOn = resolve;
  });
  const work = async (waiting: Waiting) => {
    waiting.begin();
    await toldTo;
    waiting.goOn();
    return { status: 200, body: {} };
  };
  let ended: Promise<unknown> = Promise.resolve('not begun');
  let hasGone: Promise<unknown> | undefined;
  const begun = (waiting: Waiting) => {
    const result = work(waiting);
    ended = result;
    return result;
  };
  const url = await served(outgoing => {
    hasGone = once(outgoing, 'close');
    return answerOf(begun, { broken: error => broken.push(error) });
  });
  const stop = new AbortController();
  expect((await fetch(url, { signal: stop.signal })).status).toBe(200);
  stop.abort();
  await hasGone;
  goOn();
  expect(await ended).toEqual({ status: 200, body: {} });
  expect(broken).toEqual([]);
});
