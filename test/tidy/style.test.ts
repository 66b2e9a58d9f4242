import { describe, expect, it } from 'vitest';
import { filesEnding, withoutComments } from './sources.ts';

const all = filesEnding('.ts', '.mjs');
const sources = all.filter(file => file.path.startsWith('src/') && !file.isTest);

/** Calls that have one home: everywhere else the port is to be used. */
const banned: readonly { readonly call: RegExp; readonly home: RegExp; readonly instead: string }[] = [
  { call: /\bDate\.now\(/, home: /^src\/system\//, instead: 'the Clock port, or tx.now in a rule' },
  { call: /\bnew Date\(\)/, home: /^src\/system\//, instead: 'the Clock port, or tx.now in a rule' },
  { call: /\bMath\.random\(/, home: /^$/, instead: 'the Ids port' },
  {
    call: /\bprocess\.env\b/,
    home: /^src\/(main\.ts|hook-main\.ts|git-hook-main\.ts|system\/|demo\/|opencode-plugin\/)/,
    instead: 'config.ts',
  },
  { call: /\bconsole\./, home: /^$/, instead: 'the Log port, or the surface that writes' },
  {
    call: /\bset(Timeout|Interval)\(/,
    home: /^src\/(system|demo|engines\/server\/real-time\.ts|hook\.ts|opencode-plugin)/,
    instead: 'the Clock port',
  },
  {
    call: /\bperformance\.now\(/,
    home: /^src\/(system|demo|engines\/server\/real-time\.ts|hook\.ts|opencode-plugin)/,
    instead: 'the Clock port',
  },
];

describe('what is looked at', () => {
  it('is the code without its comments, and all of it', () => {
    const code = "const a = 'src/**'; // Date.now(\nconst b = `/* x`; Date.now(); /* console. */ call('//x');";
    expect(withoutComments(code)).toBe("const a = 'src/**'; \nconst b = `/* x`; Date.now();  call('//x');");
  });
});

describe('the sources', () => {
  it.each(banned)('use $instead, not $call', ({ call, home }) => {
    const guilty = sources.filter(file => !home.test(file.path) && call.test(withoutComments(file.text)));
    expect(guilty.map(file => file.path)).toEqual([]);
  });

  it('have no file above 400 lines', () => {
    const long = all.map(file => [file.path, file.text.split('\n').length] as const).filter(([, lines]) => lines > 400);
    expect(long).toEqual([]);
  });

  it('open with one sentence that says what they are for, unless the name does', () => {
    const named = /(^src\/tools\/[a-z]+-[a-z]+\.ts|\/index\.ts)$/;
    const silent = sources.filter(file => !named.test(file.path) && !/^(#!.*\n)?\/\*\*/.test(file.text));
    expect(silent.map(file => file.path)).toEqual([]);
  });

  it('leave nothing for later and switch no test off', () => {
    const marks = new RegExp(
      `\\b(${['TO', 'FIX', 'XX'].map((word, index) => word + ['DO', 'ME', 'X'][index]).join('|')})\\b|\\b(it|test|describe)\\.(only|skip|todo)\\b`,
    );
    expect(all.filter(file => marks.test(file.text)).map(file => file.path)).toEqual([]);
  });

  it('name no place that exists only on one machine', () => {
    const texts = filesEnding('.ts', '.mjs', '.md', '.json', '.sh', '.sql');
    const place = new RegExp(`${['/wo', 'rk/(main|shared)'].join('')}|${['\\.\\./sha', 'red'].join('')}`);
    const guilty = texts.filter(file => file.path !== 'package-lock.json' && place.test(file.text));
    expect(guilty.map(file => file.path)).toEqual([]);
  });
});

/** Words for the same things that would make two of one; the glossary has the one to use. */
const otherWords: readonly [RegExp, string][] = [
  [/\bmutex(es)?\b/i, 'lock'],
  [/\bmailbox\b/i, 'inbox'],
  [/\bworkspaceId\b/, 'project'],
  [/\bnickname\b/i, 'handle'],
  [/\bfencingId\b/, 'fence (fencing token)'],
  [/\bheart beat\b/i, 'heartbeat'],
];

describe('the words', () => {
  it.each(otherWords)('of the glossary are used: not %s but %s', word => {
    const texts = [...sources, ...filesEnding('.md')].filter(file => file.path !== 'docs/glossary.md');
    expect(texts.filter(file => word.test(file.text)).map(file => file.path)).toEqual([]);
  });
});
