import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http';
import { createServer as createEncryptedServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { makeCertificates } from '../../test/support/servers/certificates.ts';
import { limits } from '../core/limits.ts';
import { isAllowed } from './webhook-address.ts';
import { createWebhookPost } from './webhook-post.ts';

const servers: Server[] = [];

afterEach(async () => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

/** A receiver on this machine: its port, and what came. */
async function receiver(answer: RequestListener): Promise<{ port: number; heard: IncomingMessage[] }> {
  const heard: IncomingMessage[] = [];
  const server = createServer((request, response) => {
    heard.push(request);
    request.resume();
    answer(request, response);
  });
  servers.push(server);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { port: (server.address() as AddressInfo).port, heard };
}

const open = createWebhookPost(true);
const posting = (url: string) => ({ url, headers: { 'content-type': 'application/json' }, body: '{}' });
const internal = { status: null, failure: 'its address is an internal one' };

describe('an address', () => {
  it.each([
    ...['127.0.0.1', '127.255.255.254', '10.0.0.1', '172.16.0.1', '172.31.255.255', '192.168.1.1', '169.254.169.254'],
    ...['100.64.0.1', '100.127.255.255', '0.0.0.0', '255.255.255.255', '224.0.0.1', '239.1.1.1', '240.0.0.1'],
    ...['192.0.0.8', '192.0.2.1', '198.18.0.1', '198.51.100.1', '203.0.113.1', '192.88.99.1'],
    ...['::', '::1', 'fe80::1', 'fe80::1%eth0', 'fec0::1', 'fc00::1', 'fd00:ec2::254', 'ff02::1', '::ffff:127.0.0.1'],
    ...['::ffff:10.0.0.1', '::ffff:0:127.0.0.1', '::127.0.0.1', '64:ff9b::7f00:1', '64:ff9b:1::1', '2002:7f00:1::1'],
    ...['2001::1', '2001:db8::1', '100::1', '4000::1', 'no address', ''],
  ])('that is no public one is refused: %s', address => {
    expect(isAllowed(address, 'public')).toBe(false);
  });

  it.each([
    '1.1.1.1',
    '93.184.216.34',
    '172.32.0.1',
    '100.128.0.1',
    '2606:4700::1111',
    '2a00:1450::1',
    '::ffff:1.1.1.1',
  ])('that is public is taken: %s', address => {
    expect(isAllowed(address, 'public')).toBe(true);
  });

  it('of this machine, and of its network, is taken where internal ones are allowed, and what means many machines never is', () => {
    for (const address of ['127.0.0.1', '::1', '10.0.0.1', 'fd00::1']) expect(isAllowed(address, 'any')).toBe(true);
    for (const address of ['0.0.0.0', '::', '224.0.0.1', 'ff02::1', '255.255.255.255'])
      expect(isAllowed(address, 'any')).toBe(false);
    expect(isAllowed('10.0.0.1', 'loopback')).toBe(false);
    expect(isAllowed('::ffff:127.0.0.1', 'loopback')).toBe(true);
  });
});

describe('a post', () => {
  it.each([
    ...['https://127.0.0.1/', 'https://2130706433/', 'https://0x7f.1/', 'https://[::1]/', 'https://[::ffff:7f00:1]/'],
    ...['https://localhost/', 'https://169.254.169.254/latest', 'https://10.1.2.3/'],
  ])('goes to no internal address, however it is spelled: %s', async url => {
    const post = createWebhookPost(false);
    expect(await post.post(posting(url))).toEqual(internal);
    expect(await post.refusal(url)).toBe('Its address is an internal one.');
  });

  it('goes to no internal address that a name leads to after it was judged, nor to one among others', async () => {
    const { port, heard } = await receiver((_request, response) => response.end());
    const answers = [[{ address: '1.1.1.1', family: 4 }], [{ address: '127.0.0.1', family: 4 }]];
    const rebinding = createWebhookPost(false, async () => answers.shift() ?? []);
    const url = `https://rebinding.example:${port}/`;
    expect(await rebinding.refusal(url)).toBeNull();
    expect(await rebinding.post(posting(url))).toEqual(internal);
    const both = createWebhookPost(false, async () => [
      { address: '1.1.1.1', family: 4 },
      { address: '::1', family: 6 },
    ]);
    expect(await both.refusal(url)).toBe('Its address is an internal one.');
    expect(await both.post(posting(url))).toEqual(internal);
    expect(heard).toEqual([]);
  });

  it('asks for a name once, and goes to the address that was judged', async () => {
    const { port, heard } = await receiver((_request, response) => response.end());
    const asked: string[] = [];
    const post = createWebhookPost(true, async host => {
      asked.push(host);
      return [{ address: '127.0.0.1', family: 4 }];
    });
    expect(await post.post(posting(`http://somewhere.example:${port}/x`))).toEqual({ status: 200, retryAfter: null });
    expect(asked).toEqual(['somewhere.example']);
    expect(heard[0]?.headers.host).toBe(`somewhere.example:${port}`);
  });

  it('goes without encryption to this machine alone, and only where internal addresses are allowed', async () => {
    const { port, heard } = await receiver((_request, response) => response.end());
    const url = `http://127.0.0.1:${port}/`;
    expect(await createWebhookPost(false).post(posting(url))).toMatchObject({ status: null });
    expect(heard).toEqual([]);
    expect(await open.post(posting(url))).toMatchObject({ status: 200 });
    expect(await open.post(posting('http://10.0.0.1/'))).toEqual(internal);
    expect(await open.refusal('http://1.1.1.1/')).toBe('Its address is an internal one.');
  });

  it('follows no redirect, and tells how long its receiver asks to wait', async () => {
    const { port, heard } = await receiver((request, response) => {
      if (request.url === '/moved') response.writeHead(307, { location: '/there' }).end();
      else response.writeHead(429, { 'retry-after': '7' }).end();
    });
    expect(await open.post(posting(`http://127.0.0.1:${port}/moved`))).toEqual({ status: 307, retryAfter: null });
    expect(await open.post(posting(`http://127.0.0.1:${port}/busy`))).toEqual({ status: 429, retryAfter: '7' });
    expect(heard.map(({ url }) => url)).toEqual(['/moved', '/busy']);
  });

  it('reads no more of an answer than its bound, and takes its status', async () => {
    let sent = 0;
    const { port } = await receiver((_request, response) => {
      const piece = Buffer.alloc(16_384);
      const more = () => {
        while (!response.destroyed && response.write(piece)) sent += piece.length;
      };
      response.on('drain', more);
      more();
    });
    expect(await open.post(posting(`http://127.0.0.1:${port}/`))).toMatchObject({ status: 200 });
    // What lies in the buffers of both sides comes on top.
    expect(sent).toBeLessThan(limits.webhookAnswerBytes + 32_000_000);
  });

  it('ends when its receiver says nothing, and when the hub stops', async () => {
    const { port } = await receiver(() => {});
    const url = `http://127.0.0.1:${port}/`;
    const stop = new AbortController();
    const stopped = open.post(posting(url), stop.signal);
    stop.abort();
    expect(await stopped).toMatchObject({ status: null });
    const hasty = createWebhookPost(true, undefined, 200);
    expect(await hasty.post(posting(url))).toEqual({ status: null, failure: 'no answer came in time' });
  });

  it('that fails says why in words without the address', async () => {
    const { port } = await receiver((_request, response) => response.destroy());
    const unknown = createWebhookPost(true, () => Promise.reject(Object.assign(new Error('x'), { code: 'ENOTFOUND' })));
    const failures = [
      await open.post(posting(`http://127.0.0.1:${port}/secret`)),
      await open.post(posting('http://127.0.0.1:1/secret')),
      await unknown.post(posting('https://nowhere.example/secret')),
    ];
    expect(failures).toEqual([
      { status: null, failure: 'it cannot be reached (ECONNRESET)' },
      { status: null, failure: 'it cannot be reached (ECONNREFUSED)' },
      { status: null, failure: 'its name is not known' },
    ]);
  });

  it('goes to no receiver whose certificate nobody vouches for', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'signalbox-certificates-'));
    try {
      const { certificate, key } = makeCertificates(folder);
      const server = createEncryptedServer({ cert: readFileSync(certificate), key: readFileSync(key) });
      server.listen(0, '127.0.0.1');
      await once(server, 'listening');
      const { port } = server.address() as AddressInfo;
      const answer = await open.post(posting(`https://localhost:${port}/`));
      expect(answer).toMatchObject({ failure: expect.stringMatching(/^its certificate is not trusted/) });
      server.close();
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
