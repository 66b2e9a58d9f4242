/** Requests that stay open to be told of changes, over a clock that the test moves and readers that take their time. */
import { Server } from '@modelcontextprotocol/server';
import { beforeEach, describe, expect, it } from 'vitest';
import { settle } from '../../../test/support/fakes.ts';
import { type Bench, createBench, project } from '../../../test/support/rules.ts';
import { serve } from '../../../test/support/served.ts';
import type { Principal } from '../../core/account.ts';
import { limits } from '../../core/limits.ts';
import { end } from '../../core/session.ts';
import { openSession, unitOf } from '../../tools/hub-session.ts';
import type { World } from '../../tools/world.ts';
import type { McpRequest } from './mcp-client.ts';
import { type Listening, listen, listenIn } from './mcp-listen.ts';

const ana: Principal = { id: 'ana', name: 'ana', role: 'write', projects: [], tools: [] };
const locks = 'signalbox://locks';
let bench: Bench;
let world: World;
let stop: AbortController;

beforeEach(() => {
  bench = createBench();
  world = serve(bench, bench.processes.spawn()).world;
  stop = new AbortController();
});

function asked(uris: readonly string[]) {
  const meta = {
    'io.modelcontextprotocol/protocolVersion': '2026-07-28',
    'io.modelcontextprotocol/clientInfo': { name: 'scenario', version: '1' },
    'io.modelcontextprotocol/clientCapabilities': {},
  };
  const params = { notifications: { resourceSubscriptions: uris }, _meta: meta };
  return { jsonrpc: '2.0', id: 7, method: 'subscriptions/listen', params };
}

const fields = { conversation: 'one', handle: null, client: null, task: null, branch: null };
const join = async () => (await openSession(world, project, 'ana', fields)).id;

async function listened(uris: readonly string[]): Promise<Response> {
  const body = asked(uris);
  const found = listenIn(body);
  const about = {
    ...{ principal: ana, project, session: null, handshake: null, spoken: null },
    ...{ signal: new AbortController().signal, waitsEnd: stop.signal, afterwards: [] },
    audit: { digest: () => '', elapsed: () => 0, note: async () => undefined },
    mayGoOn: async () => true,
    mayAskForMore: () => false,
  } satisfies McpRequest;
  const listening: Listening = { about, client: found?.client, uris: found?.uris ?? [], join };
  const factory = () =>
    new Server({ name: 'signalbox', version: '1' }, { capabilities: { resources: { subscribe: true } } });
  const headers = {
    'content-type': 'application/json',
    accept: 'application/json, text/event-stream',
    'mcp-protocol-version': '2026-07-28',
    'mcp-method': 'subscriptions/listen',
  };
  const request = new Request('http://hub/mcp', { method: 'POST', headers, body: JSON.stringify(body) });
  return listen(world, listening, factory, { request, body, authInfo: {} }, error => {
    throw error;
  });
}

/** Takes, each time it is asked, everything that has come and was not taken yet. */
function takerOf(response: Response): () => Promise<string[]> {
  const reader = (response.body as ReadableStream<Uint8Array>).getReader();
  let next: ReturnType<typeof reader.read> | undefined;
  return async () => {
    const methods: string[] = [];
    for (;;) {
      next ??= reader.read();
      const piece = await Promise.race([next, settle(20).then(() => null)]);
      if (piece === null || piece.done) return methods;
      next = undefined;
      const { method } = JSON.parse(/^data: (.*)$/m.exec(new TextDecoder().decode(piece.value))?.[1] ?? '{}');
      methods.push(method ?? 'result');
    }
  };
}

async function lockChanges(count: number): Promise<void> {
  for (let at = 0; at < count; at += 1) {
    await world.store.transact(project, async tx => tx.emit({ type: 'lock.granted', audience: [], data: {} }));
    await bench.clock.advance(limits.safetyPollMs);
    await settle(10);
  }
}

describe('a client that listens', () => {
  it('that reads nothing is told of a resource once, and of it again when it has read that', async () => {
    const take = takerOf(await listened([locks]));
    await settle(10);
    await lockChanges(50);
    const [acknowledged, ...told] = await take();
    expect(acknowledged).toBe('notifications/subscriptions/acknowledged');
    expect(told.length).toBeLessThan(4);
    expect(new Set(told)).toEqual(new Set(['notifications/resources/updated']));
    await lockChanges(1);
    expect(await take()).toEqual(['notifications/resources/updated']);
    stop.abort();
    expect(await take()).toEqual(['result']);
  });

  it('is told of the end when its session is over', async () => {
    const take = takerOf(await listened([locks]));
    await settle(20);
    const id = await join();
    await world.store.transact(project, tx => end(unitOf(world, tx), id, 'left'));
    await bench.clock.advance(limits.safetyPollMs);
    await settle(20);
    expect((await take()).at(-1)).toBe('result');
  });
});
