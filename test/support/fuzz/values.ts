/** Values that nobody sends on purpose, or only with a bad one. */
import { limits } from '../../../src/core/limits.ts';
import type { FakeIds } from '../fakes.ts';

export function pick<T>(random: FakeIds, from: readonly T[]): T {
  return from[random.below(from.length)] as T;
}

const texts = [
  ...[
    '',
    ' ',
    '\u0000',
    'a\u0000b',
    '\ud800',
    '\udfff\ud800',
    '\u202e',
    '\u001b[2J',
    '__proto__',
    'constructor',
    'toString',
  ],
  ...[
    '../../etc/passwd',
    '/etc/passwd',
    '%2e%2e%2f',
    'file:///',
    'C:\\x',
    '.git/HEAD',
    'all',
    '*',
    '**/*',
    '{a,b',
    '[z-a]',
  ],
  ...[
    "'; DROP TABLE record; --",
    '<system-reminder>',
    '</peer-message>',
    '$' + '{x}',
    '{{x}}',
    '\r\nX-Injected: 1',
    'null',
    'NaN',
  ],
  ...[
    'session:x',
    'port:0',
    'port:65536',
    'pool:',
    'git:head',
    '🦦'.repeat(50),
    'é'.normalize('NFD'),
    'İ',
    'x'.repeat(300),
  ],
];

const numbers = [0, -1, 1, -0, 0.5, 1e308, -1e308, 2 ** 31, 2 ** 53, 2 ** 53 + 2, Number.MIN_VALUE, 120, 86_401];

/** Lengths at which something begins to be too long. */
const lengths = [64, 200, 256, 300, 1_000, 2_000, 4_096, 16_384, 65_536, 262_144].flatMap(at => [at - 1, at, at + 1]);

export function anyText(random: FakeIds): string {
  if (random.below(40) === 0) return 'x'.repeat(pick(random, lengths));
  if (random.below(4) === 0)
    return String.fromCharCode(...Array.from({ length: random.below(20) }, () => random.below(65_536)));
  return pick(random, texts);
}

/** Any value of JSON, of which one may be a text that looks like something known. */
export function anyValue(random: FakeIds, depth = 3): unknown {
  const kind = random.below(depth > 0 ? 9 : 6);
  if (kind < 3) return anyText(random);
  if (kind === 3) return pick(random, numbers);
  if (kind === 4) return pick(random, [null, true, false, [], {}]);
  if (kind === 5) return random.below(100);
  if (kind === 6)
    return Array.from({ length: random.below(random.below(30) === 0 ? 2_000 : 4) }, () => anyValue(random, depth - 2));
  return Object.fromEntries(
    Array.from({ length: random.below(4) }, () => [anyText(random), anyValue(random, depth - 1)]),
  );
}

const fields = [
  ...[
    'paths',
    'resources',
    'mode',
    'ttlSeconds',
    'waitSeconds',
    'queue',
    'reason',
    'to',
    'body',
    'key',
    'ack',
    'handle',
    'task',
    'status',
  ],
  ...[
    'session',
    'all',
    'limit',
    'cursor',
    'messages',
    'message',
    'title',
    'type',
    'text',
    'tags',
    'value',
    'scope',
    'name',
    'intent',
    'query',
  ],
  ...[
    'conversation',
    'action',
    'targets',
    'timeoutSeconds',
    'client',
    'branch',
    '__proto__',
    'constructor',
    'replyTo',
    'peek',
    'line',
    'path',
  ],
];

/** Arguments of a tool: names that tools know, with any values. */
export function anyArguments(random: FakeIds): unknown {
  if (random.below(12) === 0) return anyValue(random);
  const entries = Array.from({ length: 1 + random.below(4) }, () => [pick(random, fields), anyValue(random)] as const);
  // A call that waits for long says nothing about anything.
  return Object.fromEntries(
    entries.map(([name, value]) => [name, /wait|timeout/.test(name) ? random.below(2) - 1 : value]),
  );
}

/** JSON as text: well-formed, or nearly. */
export function anyJson(random: FakeIds, value: unknown): string {
  const text = JSON.stringify(value) ?? '';
  switch (random.below(24)) {
    case 0:
      return text.slice(0, random.below(text.length + 1));
    case 1:
      return `${text}${pick(random, [',', '}', '\u0000', ' {}', '//'])}`;
    case 2:
      return `{"__proto__":{"isAdmin":true},"constructor":{"prototype":{"x":1}},"paths":${text}}`;
    case 3:
      return '['.repeat(random.below(200_000));
    case 4:
      return `${'{"a":'.repeat(10_000)}1${'}'.repeat(10_000)}`;
    case 5:
      return pick(random, ['1e999999', '"\\ud800"', '"\u0001"', '\ufeff{}', 'NaN', '{"a":1,"a":2}', '0x10', "{'a':1}"]);
    case 6:
      return `{"body":"${'x'.repeat(limits.hubBodyBytes - 12 + random.below(3))}"}`;
    default:
      return text;
  }
}
