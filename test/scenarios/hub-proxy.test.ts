/** A hub behind proxies: whose request it is there, and the Caddyfile that comes with the project, driven for real. */
import { once } from 'node:events';
import { type IncomingMessage, request as overHttp, type RequestOptions } from 'node:http';
import { request as overHttps } from 'node:https';
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { afterEach, describe, expect, it } from 'vitest';
import { limits } from '../../src/core/limits.ts';
import { Caddy, lackOfCaddy } from '../support/caddy.ts';
import { makeToken, shop } from '../support/hub.ts';
import { hub, native, officeForEachTest, place, printed, refusedHub, startHub } from '../support/office.ts';
import { describeUnless } from '../support/servers/suites.ts';
import { until } from '../support/workspace.ts';

let token: string;
let caddy: Caddy | undefined;

// How a hub is started is each test's own.
officeForEachTest(async () => {
  token = await makeToken(place, 'ana');
});

afterEach(async () => {
  await caddy?.stop();
  caddy = undefined;
});

const look = (headers: Record<string, string>) => ({
  method: 'POST',
  path: '/v1/tools/session_list',
  headers: { 'content-type': 'application/json', 'signalbox-project': shop, ...headers },
});
const bearer = (secret = token) => ({ authorization: `Bearer ${secret}` });

/** A request by hand: from an address of one's own, or with a certificate of one's own to believe. */
async function ask(options: RequestOptions & { ca?: string; servername?: string }, body = '{}') {
  const request = (options.ca ? overHttps : overHttp)({ host: '127.0.0.1', ...options });
  request.end(body);
  // Who is refused while it still writes hears of that as well.
  const answered = once(request, 'response');
  request.on('error', () => undefined);
  const [response] = (await answered) as [IncomingMessage];
  let text = '';
  for await (const piece of response) text += piece;
  return { status: response.statusCode, headers: response.headers, text };
}

/** Where refusals came from, the newest first. */
async function refusedFrom(): Promise<(string | null)[]> {
  const { notes } = await printed('audit', '--decision', 'refused');
  return notes.map(({ address }: { address: string | null }) => address);
}

describe('a request through a proxy', () => {
  it('counts as the proxy’s own unless that proxy is listed: nobody chooses the address that the audit shows', async () => {
    await startHub();
    const from = { 'x-forwarded-for': '203.0.113.9', 'x-real-ip': '203.0.113.9', forwarded: 'for=203.0.113.9' };
    expect((await ask({ port: hub.port, ...look({ ...bearer('wrong'), ...from }) })).status).toBe(401);
    expect(await refusedFrom()).toEqual(['127.0.0.1']);
  });

  it('counts as its client’s through one that is listed: refusals slow down that client and no other', async () => {
    await startHub(['--proxies', '127.0.0.1, 10.0.0.0/8']);
    const as = (secret: string, forwarded: string) =>
      ask({ port: hub.port, ...look({ ...bearer(secret), 'x-forwarded-for': forwarded }) });
    for (let at = 0; at < limits.hubRefusalsPerMinute; at++) {
      // What it has written itself stands before what the proxies write.
      expect((await as('wrong', `192.0.2.${at}, 203.0.113.9, 10.0.0.7`)).status).toBe(401);
    }
    expect((await as(token, '203.0.113.9')).status).toBe(429);
    expect((await as(token, '203.0.113.10')).status).toBe(200);
    expect(new Set(await refusedFrom())).toEqual(new Set(['203.0.113.9']));
  });

  it('is not let in by a list that cannot be meant', async () => {
    for (const list of ['10.0.0.0/0', 'proxy.example.com', '10.0.0.1;10.0.0.2']) {
      const { code, stderr } = await refusedHub(['--proxies', list]);
      expect([code, stderr]).toEqual([2, expect.stringContaining('--proxies (SIGNALBOX_HUB_PROXIES)')]);
    }
  });
});

describeUnless(lackOfCaddy(), 'a hub behind Caddy, with the Caddyfile of the project', () => {
  it('is used by MCP and REST: calls, waits, and events as they come', async () => {
    await startHub(['--proxies', '127.0.0.1']);
    caddy = await Caddy.start(new URL(hub.url).host, 'http');
    const transport = new StreamableHTTPClientTransport(new URL(`${caddy.url}/mcp?project=${shop}`), {
      requestInit: { headers: bearer() },
    });
    const client = new Client({ name: 'scenario', version: '1.0.0' });
    await client.connect(transport);
    const call = (name: string, input: object) => client.callTool({ name, arguments: { ...input } });
    await call('session_update', { handle: 'wren' });
    const stopped = new AbortController();
    const events = await fetch(`${caddy.url}/v1/events?project=${shop}`, { headers: bearer(), signal: stopped.signal });
    let heard = '';
    const reading = (async () => {
      for await (const piece of events.body ?? []) heard += new TextDecoder().decode(piece as Uint8Array);
    })().catch(() => undefined);
    await until('what was is told', () => heard.includes('event: '));
    const before = heard.length;
    const waiting = call('message_wait', { timeoutSeconds: 30 });
    const heron = await native('heron');
    await heron.call('message_send', { to: ['wren'], body: 'Take b' });
    expect((await waiting).structuredContent).toMatchObject({ messages: [{ from: 'heron', body: 'Take b' }] });
    await until('events come while the stream is open', () => /event: message\./.test(heard.slice(before)));
    stopped.abort();
    await reading;
    await client.close();
  });

  it('tells whoever waits for JSON that it goes on, before the answer', async () => {
    await startHub(['--profile', 'claude-duo']);
    caddy = await Caddy.start(new URL(hub.url).host, 'http');
    const { url } = caddy;
    const headers = { ...bearer(), 'content-type': 'application/json' };
    await fetch(`${url}/register`, { method: 'POST', headers, body: JSON.stringify({ partnerId: 'docs' }) });
    const stopped = new AbortController();
    let heard = '';
    const reading = (async () => {
      const answer = await fetch(`${url}/listen/docs`, { headers, signal: stopped.signal });
      for await (const piece of answer.body ?? []) heard += new TextDecoder().decode(piece as Uint8Array);
    })().catch(() => undefined);
    await until('it says again that it goes on', () => /^ {2,}$/.test(heard));
    stopped.abort();
    await reading;
  });

  it('hears from Caddy who asks, and not from the client', async () => {
    await startHub(['--proxies', '127.0.0.1']);
    caddy = await Caddy.start(new URL(hub.url).host, 'http');
    const wrong = look({ ...bearer('wrong'), 'x-forwarded-for': '203.0.113.9', host: `127.0.0.1:${caddy.port}` });
    expect((await ask({ port: caddy.port, localAddress: '127.0.0.2', ...wrong })).status).toBe(401);
    expect(await refusedFrom()).toEqual(['127.0.0.2']);
  });

  it('gets requests as large as it takes, and refuses larger ones in its own words', async () => {
    await startHub();
    caddy = await Caddy.start(new URL(hub.url).host, 'http');
    const { port } = caddy;
    const sized = (bytes: number) => ask({ port, ...look(bearer()) }, `{}${' '.repeat(bytes - 2)}`);
    expect((await sized(limits.hubBodyBytes)).status).toBe(200);
    for (const bytes of [limits.hubBodyBytes + 1, 2 * limits.hubBodyBytes]) {
      const { status, text } = await sized(bytes);
      expect([status, JSON.parse(text).error.code]).toEqual([413, 'limit_exceeded']);
    }
  });

  it('may be replaced while requests come: they wait for the next one', async () => {
    await startHub();
    caddy = await Caddy.start(new URL(hub.url).host, 'http');
    await hub.stop();
    const pending = ask({ port: caddy.port, path: '/readyz' }, '');
    await startHub([], {}, hub.port);
    expect((await pending).status).toBe(200);
  });

  it('is reached over a bridge as well, by the sessions of a machine', async () => {
    await startHub();
    caddy = await Caddy.start(new URL(hub.url).host, 'http');
    const environment = { SIGNALBOX_STORE: caddy.url, SIGNALBOX_TOKEN: token };
    const heron = await place.session({ args: ['--handle', 'heron', '--project', shop], environment });
    expect(await heron.call('lock_acquire', { paths: ['src/auth.ts'] })).toMatchObject({ granted: true });
    const { locks } = await hub.as(token).output('lock_list');
    expect(locks).toMatchObject([{ holder: 'heron', resource: 'file:src/auth.ts' }]);
    expect(await printed('audit', '--what', 'open')).toMatchObject({ notes: [{ principal: 'ana' }] });
  });

  it('is called over HTTPS by its name, with the headers for that', async () => {
    await startHub(['--url', 'https://hub.localhost']);
    caddy = await Caddy.start(new URL(hub.url).host, 'https', 'hub.localhost');
    const { authority, port } = caddy;
    const headers = { ...bearer(), host: `hub.localhost:${port}` };
    const answer = await ask({ port, ca: authority, servername: 'hub.localhost', ...look(headers) });
    expect([answer.status, answer.headers['strict-transport-security']]).toEqual([200, 'max-age=31536000']);
  });
});
