/** Connections to the bridge: frames that break RFC 6455, and good ones whose texts break the link protocol. */
import type { FakeIds } from '../fakes.ts';
import { shop } from '../hub.ts';
import { helloOf, momentNow } from '../light-bridge.ts';
import type { Bytes, Grounds } from './http.ts';
import { anyArguments, anyText, anyValue, pick } from './values.ts';

/** An upgrade as bytes, and what follows it without waiting for the answer. */
export function anyUpgrade(random: FakeIds, { tokens }: Grounds): Bytes {
  const key = pick(random, [
    'dGhlIHNhbXBsZSBub25jZQ==',
    'dGhlIHNhbXBsZSBub25jZQ==',
    'dGhlIHNhbXBsZSBub25jZQ==',
    '',
    'x',
    'dGhl',
  ]);
  const path = pick(random, [
    '/v1/bridge',
    '/v1/bridge',
    '/v1/bridge',
    '/v1/bridge/..',
    '//',
    '/mcp',
    'http://[',
    '*',
    '/%',
    '//[',
  ]);
  const head = [
    `${pick(random, ['GET', 'GET', 'GET', 'POST'])} ${path} HTTP/1.1`,
    `Host: ${pick(random, ['127.0.0.1', '127.0.0.1', '127.0.0.1', 'evil.example', '['])}`,
    `Authorization: Bearer ${random.below(4) === 0 ? 'sbx_wrong' : pick(random, tokens)}`,
    `Upgrade: ${pick(random, ['websocket', 'websocket', 'websocket', 'WebSocket, h2c', 'h2c'])}`,
    'Connection: Upgrade',
    `Sec-WebSocket-Version: ${pick(random, ['13', '13', '13', '8', 'x'])}`,
    `Sec-WebSocket-Key: ${key}`,
    ...pick(random, [
      [],
      ['Origin: http://evil.example'],
      ['Sec-WebSocket-Extensions: permessage-deflate; x=,'],
      ['Sec-WebSocket-Protocol: ,'],
    ]),
  ];
  return [`${head.join('\r\n')}\r\n\r\n`, badFrames(random)];
}

function badFrames(random: FakeIds): Buffer {
  const frame = (first: number, length: number, more: Buffer) => Buffer.concat([Buffer.from([first, length]), more]);
  return pick<() => Buffer>(random, [
    () => Buffer.from(Array.from({ length: random.below(300) }, () => random.below(256))),
    () => frame(0x81, 2, Buffer.from('{}')),
    () => frame(0xf1, 0x80, Buffer.alloc(4)),
    () => frame(0x81, 0xff, Buffer.alloc(12, 0xff)),
    () => frame(0x81, 0xff, Buffer.from([0, 0, 0, 0, 0x7f, 0xff, 0xff, 0xff, 0, 0, 0, 0])),
    () => frame(0x89, 0xfe, Buffer.alloc(300)),
    () => frame(0x80, 0x80, Buffer.alloc(4)),
    () => frame(0x88, 0x81, Buffer.alloc(5)),
    () => frame(0x81, 0x82, Buffer.from([0, 0, 0, 0, 0xc3, 0x28])),
    () => frame(0x82, 0x81, Buffer.alloc(5)),
    () => frame(0x01, 0x81, Buffer.from([0, 0, 0, 0, 0x5b])),
  ])();
}

const actions = [
  'hello',
  'talk',
  'beat',
  'hook',
  'direct-hook',
  'git-hook',
  'call',
  'status',
  'bye',
  '__proto__',
  'constructor',
  'toString',
  '',
];

/** What a machine says that has come in, a text each: some of it right, so that the rest is heard. */
export function anyTexts(random: FakeIds): string[] {
  const hello = { ...helloOf(random.below(1_000)), moment: momentNow() };
  const isGreeted = random.below(5) > 0;
  const first = isGreeted ? hello : random.below(2) === 0 ? spoilt(random, hello) : anyValue(random);
  const texts = [text(['open', 1, 'hello', first])];
  for (let number = 3, left = 1 + random.below(8); left > 0; left -= 1, number += 2) {
    texts.push(...said(random, number));
  }
  return texts;
}

function said(random: FakeIds, number: number): string[] {
  const moment = random.below(3) === 0 ? anyValue(random) : momentNow();
  switch (random.below(8)) {
    case 0:
      return [
        pick(random, [
          '',
          '[]',
          'null',
          '[',
          '["open"]',
          '["open",1]',
          '["say",2,null]',
          '["end",2]',
          '["end",-1]',
          '["open",1e400,"x"]',
          '{}',
        ]),
      ];
    case 1:
      return [
        text([
          pick(random, ['open', 'say', 'end', 'x', null]),
          anyValue(random, 0),
          anyValue(random),
          anyValue(random),
        ]),
      ];
    case 2:
      return [text(['say', pick(random, [1, 2, 3, 4, number - 2]), anyValue(random)])];
    case 3:
      // An answer to what a hub may have asked.
      return [2, 4, 6].map(asked => text(['say', asked, { value: anyValue(random), moment }]));
    case 4:
      return [
        text(['open', number, 'talk', { client: anyValue(random), moment }]),
        text(['say', number, { message: message(random), moment }]),
        text(['say', number, nothing(random)]),
        text(['say', number, { taken: anyValue(random, 0), isShown: anyValue(random, 0) }]),
      ];
    case 5:
      return [
        text([
          'open',
          number,
          'call',
          {
            tool: pick(random, ['lock_list', 'session_list', '__proto__', 1]),
            input: anyArguments(random),
            clues: clues(random),
            moment,
          },
        ]),
        text(['say', number, nothing(random)]),
      ];
    case 6:
      return [
        text(['open', number, pick(random, ['hook', 'direct-hook', 'git-hook']), hook(random)]),
        text(['say', number, nothing(random)]),
      ];
    default:
      return [text(['open', number, pick(random, actions), anyValue(random)]), text(['say', number, nothing(random)])];
  }
}

function message(random: FakeIds): unknown {
  const method = pick(random, [
    'tools/call',
    'tools/list',
    'initialize',
    'ping',
    'resources/subscribe',
    'subscriptions/listen',
    'notifications/cancelled',
  ]);
  return {
    jsonrpc: '2.0',
    id: random.below(2) === 0 ? 1 : anyValue(random, 0),
    method,
    params: random.below(2) === 0 ? anyArguments(random) : { name: 'lock_list', arguments: anyArguments(random) },
  };
}

function hook(random: FakeIds): unknown {
  const call = {
    client: pick(random, ['claude-code', 'codex', 'x', '__proto__']),
    event: anyText(random),
    input: anyValue(random),
  };
  return {
    request: anyArguments(random),
    call: random.below(3) === 0 ? anyValue(random) : call,
    told: anyValue(random),
    facts: anyValue(random),
    pid: anyValue(random, 0),
    moment: momentNow(),
  };
}

function clues(random: FakeIds): unknown {
  return random.below(2) === 0
    ? anyValue(random)
    : { session: null, conversation: null, pid: 1, isMarked: false, ancestors: anyValue(random, 1) };
}

/** What stands where a machine would say something on a channel. */
function nothing(random: FakeIds): unknown {
  const value = random.below(3) === 0 ? null : anyValue(random);
  return pick<unknown>(random, [
    value,
    { message: value },
    { message: { id: value, method: value } },
    { next: value },
    { read: value },
  ]);
}

/** Something right with one thing wrong. */
function spoilt(random: FakeIds, value: object): object {
  return { ...value, project: shop, [pick(random, Object.keys(value))]: anyValue(random) };
}

function text(frame: unknown): string {
  return JSON.stringify(frame);
}
