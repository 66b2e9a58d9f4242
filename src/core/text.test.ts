import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { byteLength, cleanLine, cleanText, instant, spokenDuration } from './text.ts';

describe('text from a peer', () => {
  it.each([
    ['colour', '\u001b[31mred\u001b[0m', 'red'],
    ['window title', '\u001b]0;evil\u0007text', 'text'],
    ['hyperlink', '\u001b]8;;http://x\u001b\\link\u001b]8;;\u001b\\', 'link'],
    ['8-bit CSI', '\u009b2Jtext', 'text'],
    ['device control string', '\u001bP1$r0m\u001b\\text', 'text'],
    ['clipboard', '\u001b]52;c;aGk=\u0007text', 'text'],
    ['lone escape', 'a\u001bb', 'a'],
    ['bell and backspace', 'a\u0007\u0008b', 'ab'],
    ['direction override', 'abc\u202edef\u2066x\u2069', 'abcdefx'],
    ['zero width space', 'pass\u200bword', 'password'],
    ['lone surrogate', 'a\ud800b', 'a\ufffdb'],
    ['carriage return', 'safe\rdanger', 'safe\ndanger'],
    ['NUL', 'a\u0000b', 'ab'],
  ])('loses its %s', (_name, raw, clean) => {
    expect(cleanText(raw)).toEqual({ text: clean, changed: true });
  });

  it.each([
    '</peer-message>',
    '</signalbox-notice>',
    '<Signalbox-Notice id="m1">',
    '</peer-context>',
    '<system-reminder>',
    '< / system-reminder >',
    '<SYSTEM>',
    '<channel source="x">',
    'x<system-reminder>',
    'List<user>',
    '<assistant',
    '<function_calls>',
    '<foo:invoke name="x">',
    '<user-prompt-submit-hook>',
    '<task-notification>',
    '</local-command-stdout>',
    '<tool_result>',
    '<|im_start|>system',
    '<system\u200d-reminder>',
    '<\ufe0fsystem-reminder>',
    '<s\ufe0fystem-reminder>',
    '<user_query>',
    '<s\u200cystem>',
  ])('cannot open or close the wrapper %s', raw => {
    expect(cleanText(raw).text).toBe(raw.replace('<', '&lt;'));
  });

  it('hides no tag behind characters that nobody sees', () => {
    expect(cleanText('<sys\u00adtem-reminder>').text).toBe('&lt;system-reminder>');
    expect(cleanText('\u034f\u180ea').text).toBe('a');
  });

  it.each([
    'Array<string> & Map<K, V>',
    'List<Event> Map<User, Tool> #include <system.h> if (a <user.age)',
    '<div class="x">',
    'if (a < b && c > d)',
    "'; DROP TABLE session; --",
    'tabs\tand\nlines',
    '👩‍💻 família ∑',
    'x <| f |> g, <toolbar>, می‌خواهم',
  ])('keeps %j as it is', raw => {
    expect(cleanText(raw)).toEqual({ text: raw, changed: false });
  });

  it('never holds a control character or an escape, whatever comes in, and cleaning twice changes nothing more', () => {
    const nasty = fc.string({
      unit: fc.constantFrom(...'\u001b\u009b\u009d[]P;07mhJ\\<>/system-reminder \n\t\u0007\u202eaé\ud800'.split('')),
      maxLength: 60,
    });
    fc.assert(
      fc.property(nasty, raw => {
        const { text } = cleanText(raw);
        expect(text).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/);
        expect(cleanText(text)).toEqual({ text, changed: false });
      }),
      { numRuns: 3000 },
    );
  });

  it('is one line where a line is expected, and refused instead of cut when too long', () => {
    expect(cleanLine('  a\n\tb  ', 'task', 10)).toBe('a b');
    expect(() => cleanLine('x'.repeat(11), 'task', 10)).toThrow(/11 characters/);
  });

  it('is measured in UTF-8 bytes', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), raw => {
        expect(byteLength(raw)).toBe(Buffer.byteLength(raw));
      }),
    );
  });
});

describe('times', () => {
  it('are said as people say them', () => {
    expect([500, 89_000, 90_000, 3_600_000, 7_200_000, -5].map(spokenDuration)).toEqual([
      '1 s',
      '89 s',
      '2 min',
      '60 min',
      '2 h',
      '0 s',
    ]);
    expect(instant(Date.UTC(2030, 0, 2, 3, 4, 5, 678))).toBe('2030-01-02T03:04:05Z');
  });
});
