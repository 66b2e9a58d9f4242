/** Requests as bytes: well-formed ones with hostile contents, and such as no client sends. */
import { gzipSync } from 'node:zlib';
import { operations } from '../../../src/tools/index.ts';
import type { FakeIds } from '../fakes.ts';
import { shop } from '../hub.ts';
import { anyArguments, anyJson, anyText, anyValue, pick } from './values.ts';

/** What the generator may know of the hub. */
export interface Grounds {
  readonly tokens: readonly string[];
  /** Sessions, each of the token at its place. */
  readonly sessions: readonly string[];
}

/** A piece of a request each; between pieces the network takes its time. */
export type Bytes = readonly (string | Buffer)[];

const names = [
  ...operations.map(({ name }) => name),
  '__proto__',
  'constructor',
  'toString',
  '%00',
  '..',
  'lock_acquire%2f',
  'x'.repeat(5_000),
];

const paths = [
  ...[
    '/',
    '//',
    '/healthz',
    '/readyz',
    '/metrics',
    '/mcp',
    '/v1/openapi.json',
    '/v1/sessions',
    '/v1/tools',
    '/v1/tools/',
    '/v1/events',
  ],
  ...[
    '/../../etc/passwd',
    '/%2e%2e/%2e%2e/etc/passwd',
    '/v1/tools/%2e%2e/sessions',
    '/v1/%2e%2e/metrics',
    '/mcp/..',
    '/mcp%00',
    '/%ff%fe',
  ],
  ...[
    '/.well-known/oauth-protected-resource',
    '/.well-known/%2e%2e',
    '/v1/bridge',
    '/v1/events?cursor=-1',
    '/mcp?project=%00',
    '/%',
    '/%zz',
  ],
  ...[
    '/mcp?project=a&project=b',
    '/v1/events?project=__proto__&cursor=1e9',
    '/?'.padEnd(9_000, 'a'),
    '/v1/tools/lock_list?__proto__[x]=1',
  ],
];

const projects = [
  shop,
  shop,
  shop,
  shop,
  shop,
  shop,
  '',
  '__proto__',
  '../x',
  'github.com/acme/shop/../x',
  'x'.repeat(301),
  'a b',
  '%2e%2e',
  '*',
];

function badToken(random: FakeIds, known: string): string {
  return pick(random, [
    ...[
      '',
      'Bearer',
      'Bearer ',
      `Bearer  ${known}x`,
      'Bearer sbx_',
      `Bearer sbx_${'a'.repeat(32)}`,
      `Basic ${known}`,
      'bearer null',
    ],
    ...[
      `Bearer ${known.slice(0, -1)}`,
      `Bearer ${known.toUpperCase()}`,
      `Bearer ${'x'.repeat(9_000)}`,
      'Bearer a.b.c',
      `Bearer ${known} ${known}`,
    ],
    ...[
      'Bearer eyJhbGciOiJub25lIn0.eyJzdWIiOiJhZG1pbiJ9.',
      'Bearer \u00ff\u00fe',
      `Bearer\t${known}`,
      'Bearer __proto__',
      'Bearer *',
    ],
  ]);
}

interface Draft {
  method: string;
  path: string;
  headers: [string, string][];
  body: string | Buffer;
}

function draft(random: FakeIds, { tokens, sessions }: Grounds): Draft {
  const at = random.below(tokens.length);
  const token = tokens[at] as string;
  const isLetIn = random.below(5) > 0;
  const headers: [string, string][] = [
    [
      'Host',
      random.below(30) === 0
        ? pick(random, ['evil.example', '', 'localhost:1:2', '[::1]', '127.0.0.1:x'])
        : '127.0.0.1',
    ],
    ['Authorization', isLetIn ? `Bearer ${token}` : badToken(random, token)],
    ['Signalbox-Project', pick(random, projects)],
    [
      'Content-Type',
      random.below(8) === 0
        ? pick(random, ['text/plain', '', 'application/json; charset=utf-16', 'multipart/form-data'])
        : 'application/json',
    ],
    ['Accept', 'application/json, text/event-stream'],
  ];
  if (random.below(3) > 0)
    headers.push(['Signalbox-Session', random.below(6) === 0 ? lineOf(anyText(random)) : (sessions[at] as string)]);
  if (random.below(20) === 0)
    headers.push(['Origin', pick(random, ['null', 'http://evil.example', 'http://localhost', ':', 'file://'])]);
  const kind = random.below(10);
  if (kind < 5)
    return {
      method: 'POST',
      path: `/v1/tools/${pick(random, names)}`,
      headers,
      body: anyJson(random, anyArguments(random)),
    };
  if (kind < 8)
    return {
      method: pick(random, ['POST', 'POST', 'POST', 'POST', 'GET', 'DELETE', 'PUT']),
      path: '/mcp',
      ...mcp(random, headers),
    };
  if (kind === 8) return { method: 'POST', path: '/v1/sessions', headers, body: anyJson(random, anyArguments(random)) };
  headers.push(['Last-Event-ID', pick(random, ['0', '-1', '1e3', '99999999999999999999', '\u00e9', '__proto__'])]);
  const method = pick(random, ['GET', 'GET', 'POST', 'HEAD', 'OPTIONS', 'PATCH', 'TRACE', 'PROPFIND', 'QUERY']);
  return { method, path: pick(random, paths), headers, body: '' };
}

function lineOf(text: string): string {
  // What node itself refuses is sent by the malformed requests below.
  return text.replaceAll(/[^ -~\u00a0-\u00ff]/g, '').slice(0, 2_000);
}

function mcp(random: FakeIds, headers: [string, string][]): Pick<Draft, 'headers' | 'body'> {
  const isModern = random.below(2) === 0;
  const method = pick(random, [
    ...[
      'tools/call',
      'tools/call',
      'tools/call',
      'tools/list',
      'initialize',
      'ping',
      'server/discover',
      'resources/read',
      'prompts/get',
    ],
    ...[
      'subscriptions/listen',
      'notifications/cancelled',
      'notifications/initialized',
      'logging/setLevel',
      '__proto__',
      '',
      'tasks/get',
    ],
  ]);
  const params =
    method === 'tools/call' && random.below(6) > 0
      ? { name: pick(random, names), arguments: anyArguments(random) }
      : random.below(3) === 0
        ? anyValue(random)
        : { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: anyText(random), version: '1' } };
  const info = {
    'io.modelcontextprotocol/protocolVersion': '2026-07-28',
    'io.modelcontextprotocol/clientCapabilities': {},
  };
  const _meta = {
    ...info,
    'io.modelcontextprotocol/clientInfo': { name: anyText(random), version: '1' },
    progressToken: anyValue(random, 0),
  };
  const id = pick<unknown>(random, [1, 'a', null, -1, 1.5, {}, [], true, 2 ** 60, 'x'.repeat(5_000), '__proto__']);
  const message = {
    jsonrpc: pick(random, ['2.0', '2.0', '2.0', '2.0', '1.0', 2]),
    ...(random.below(8) === 0 ? {} : { id: random.below(2) === 0 ? 7 : id }),
    method,
    params: isModern && typeof params === 'object' && params !== null ? { ...params, _meta } : params,
  };
  const more: [string, string][] = isModern
    ? [
        ['MCP-Protocol-Version', random.below(10) === 0 ? anyAscii(random) : '2026-07-28'],
        ['Mcp-Method', random.below(10) === 0 ? anyAscii(random) : lineOf(method)],
        [
          'Mcp-Name',
          random.below(10) === 0 ? anyAscii(random) : lineOf(String((params as { name?: unknown } | null)?.name ?? '')),
        ],
      ]
    : [['Mcp-Session-Id', random.below(2) === 0 ? anyAscii(random) : '0123456789abcdefghjkmnpqrs.fuzz']];
  const isBatch = random.below(15) === 0;
  return {
    headers: [...headers, ...more],
    body: anyJson(random, isBatch ? Array(random.below(100)).fill(message) : message),
  };
}

function anyAscii(random: FakeIds): string {
  return lineOf(anyText(random));
}

/** Requests that are whole, as far as HTTP goes. */
function wellFormed(random: FakeIds, grounds: Grounds): Bytes {
  const { method, path, headers, body } = draft(random, grounds);
  const [sent, more] = encoded(random, body);
  const head = [...headers, ...more].map(([name, value]) => `${name}: ${value}\r\n`).join('');
  const length = method === 'GET' && body === '' ? '' : `Content-Length: ${sent.byteLength}\r\n`;
  return [Buffer.from(`${method} ${path} HTTP/1.1\r\n${head}${length}Connection: close\r\n\r\n`, 'latin1'), sent];
}

/** A body in an encoding, which may not be the one that is said. */
function encoded(random: FakeIds, body: string | Buffer): [Buffer, [string, string][]] {
  const plain = Buffer.isBuffer(body) ? body : Buffer.from(body);
  switch (random.below(30)) {
    case 0:
      return [gzipSync(Buffer.alloc(20_000_000, 0x20)), [['Content-Encoding', 'gzip']]];
    case 1:
      return [gzipSync(plain), [['Content-Encoding', pick(random, ['gzip', 'br', 'deflate', 'identity', 'x'])]]];
    case 2:
      return [Buffer.from(body.toString(), 'utf16le'), []];
    case 3:
      return [Buffer.concat([Buffer.from([0xff, 0xc0, 0x80, 0xed, 0xa0, 0x80]), plain]), []];
    default:
      return [plain, []];
  }
}

/** Requests that break HTTP itself (RFC 9112), or come in pieces, or never end. */
function malformed(random: FakeIds, { tokens }: Grounds): Bytes {
  const auth = `Host: 127.0.0.1\r\nAuthorization: Bearer ${pick(random, tokens)}\r\nSignalbox-Project: ${shop}\r\nContent-Type: application/json\r\n`;
  const post = 'POST /v1/tools/session_list HTTP/1.1\r\n';
  const smuggled = `GET /metrics HTTP/1.1\r\nHost: evil.example\r\n\r\n`;
  return pick<() => Bytes>(random, [
    () => [Buffer.from(Array.from({ length: 1 + random.below(400) }, () => random.below(256)))],
    () => [
      `${pick(random, ['get', 'GET\t', 'G E T', '\u0000', 'PRI'])} / HTTP/${pick(random, ['1.1', '9.9', '0.9', 'x', '2.0'])}\r\n${auth}\r\n`,
    ],
    () => ['GET http://evil.example/metrics HTTP/1.1\r\n', auth, '\r\n'],
    () => [`GET /${'a'.repeat(20_000)} HTTP/1.1\r\n${auth}\r\n`],
    () => [`GET /healthz HTTP/1.1\r\n${auth}X: ${'y'.repeat(random.below(80_000))}\r\n\r\n`],
    () => [`GET /healthz HTTP/1.1\r\n${auth}${'X: y\r\n'.repeat(random.below(4_000))}\r\n`],
    () => [`GET /healthz HTTP/1.1\r\n${auth}X: a\u0000b\r\n\r\n`],
    () => [`GET /healthz HTTP/1.1\r\n${auth}X: a\r\n folded\r\nX : b\r\n\r\n`],
    () => [`GET /healthz HTTP/1.1\nHost: 127.0.0.1\n\n`],
    () => [`GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\nHost: evil.example\r\n\r\n`],
    () => ['GET /healthz HTTP/1.1\r\n\r\n'],
    () => [`${post}${auth}Content-Length: 2\r\nContent-Length: 30\r\n\r\n{}${smuggled}`],
    () => [`${post}${auth}Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n${smuggled}`],
    () => [
      `${post}${auth}Transfer-Encoding: ${pick(random, ['gzip', 'chunked, gzip', 'xchunked', ' chunked', 'chunked, chunked'])}\r\n\r\n0\r\n\r\n`,
    ],
    () => [
      `${post}${auth}Content-Length: ${pick(random, ['-1', '1e3', '0x10', '99999999999999999999', ' 2 ', '+2', '2,2'])}\r\n\r\n{}`,
    ],
    () => [
      `${post}${auth}Transfer-Encoding: chunked\r\n\r\n${pick(random, ['zz\r\n', 'fffffffffffffffff\r\nx', '-1\r\n', '2\r\n{}X', '2;a="\u0000"\r\n{}\r\n0\r\n\r\n'])}`,
    ],
    () => [
      `${post}${auth}Transfer-Encoding: chunked\r\n\r\n`,
      '2\r\n{}\r\n',
      '0\r\nHost: evil.example\r\nX: y\r\n\r\n',
    ],
    () => [`${post}${auth}Content-Length: 5000\r\n\r\n`, '{"a":'],
    () => [`${post}${auth}Expect: ${pick(random, ['100-continue', '200-ok'])}\r\nContent-Length: 2\r\n\r\n`, '{}'],
    () => [`${post}${auth}Content-Length: 2\r\n\r\n{}${post}${auth}Content-Length: 2\r\n\r\n{}GARBAGE`],
    () => [post, auth],
    () => [`${post}${auth}Content-Length: 2000000\r\n\r\n`, Buffer.alloc(1_100_000, 0x20)],
    () => [
      `GET /healthz HTTP/1.1\r\n${auth}Signalbox-Session: a\r\n\tb\r\n${pick(random, ['Upgrade: h2c\r\nConnection: Upgrade\r\n', ''])}\r\n`,
    ],
  ])();
}

/** One request, and whether the client breaks off without reading. */
export function anyRequest(random: FakeIds, grounds: Grounds): { readonly bytes: Bytes; readonly breaksOff: boolean } {
  const bytes = random.below(4) === 0 ? malformed(random, grounds) : wellFormed(random, grounds);
  return { bytes, breaksOff: random.below(25) === 0 };
}
