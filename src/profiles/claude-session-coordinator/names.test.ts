/** Names of scopes and keys, and patterns on them. */
import { describe, expect, it } from 'vitest';
import { fnmatches } from './fnmatch.ts';
import { keys, nativeName, scopes, textOf } from './names.ts';

const texts = [
  'a',
  'me',
  'session:x',
  'text:a',
  'text:text:a',
  'a b',
  'a +b',
  '',
  ' ',
  'é',
  'e\u0301',
  '\ud800',
  '+',
  '++',
  'a+41+',
  '🎉',
  '\n',
  '\u0000',
  'Å',
  '\u212b',
  '<system>',
];

describe.each([
  ['a scope', scopes],
  ['a key', keys],
])('the name of %s', (_what, kind) => {
  it('is one of ours for every text, another for each, and comes back as it was', () => {
    const names = texts.map(text => nativeName(kind, text));
    expect(new Set(names).size).toBe(texts.length);
    for (const name of names)
      expect(name).toMatch(kind === scopes ? /^[\p{L}\p{M}\p{N}._:/@#+-]+$/u : /^\S(?:.*\S)?$/u);
    expect(names.map(name => textOf(kind, name ?? ''))).toEqual(texts);
    expect(names.map(name => name?.normalize('NFC'))).toEqual(names);
  });

  it('is none where it would be too long', () => {
    expect(nativeName(kind, 'x'.repeat(kind.longest))).toBe('x'.repeat(kind.longest));
    expect(nativeName(kind, 'x'.repeat(kind.longest + 1))).toBeNull();
    expect(nativeName(kind, `text:${'x'.repeat(kind.longest - 5)}`)).toBeNull();
  });

  it('that a native session made up, and no text has, is none', () => {
    for (const name of ['text:a', 'text:a b', 'text:+41+', 'text:+110000+', 'text:+0x41+'])
      expect(textOf(kind, name)).toBeNull();
  });
});

describe('a scope', () => {
  it('of a native session’s own, and those that mean something else here, are nobody’s', () => {
    for (const name of ['session:abc', 'me', 'instances', 'claude-session-coordinator']) {
      expect(textOf(scopes, name)).toBeNull();
      expect(nativeName(scopes, name)).toBe(`text:${name}`);
    }
  });
});

describe('a pattern', () => {
  it.each([
    ['*', '', true],
    ['', '', true],
    ['', 'a', false],
    ['a*c', 'abbc', true],
    ['a*c', 'abbcd', false],
    ['*a*b*', 'xxaxxbxx', true],
    ['?', '🎉', true],
    ['?', '', false],
    ['[abc]', 'b', true],
    ['[!abc]', 'b', false],
    ['[!abc]', 'd', true],
    ['[a-c]x', 'bx', true],
    ['[a-]', '-', true],
    ['[]]', ']', true],
    ['[!]]', ']', false],
    ['[!]]', 'a', true],
    ['[a', '[a', true],
    ['[c-a]', 'b', false],
    ['a[', 'a[', true],
    ['A', 'a', false],
    ['a.c', 'abc', false],
    ['session:*', 'session:claude_1:x', true],
  ])('%j on %j: %j', (pattern, text, isMatch) => {
    expect(fnmatches(pattern, text)).toBe(isMatch);
  });

  it('made to keep it busy takes no time', () => {
    expect(fnmatches('*a'.repeat(2_000), 'a'.repeat(1_999) + 'b'.repeat(20_000))).toBe(false);
  });
});
