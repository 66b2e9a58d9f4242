import { describe, expect, it } from 'vitest';
import { keptText, keptValue, kindOfValue } from './json-value.ts';
import { limits } from './limits.ts';

const nested = (levels: number) => '['.repeat(levels) + ']'.repeat(levels);

describe('a value that came as text', () => {
  it.each([
    ['{"a": [1, true, null]}', '{"a":[1,true,null]}', 'object'],
    [' [1,\n2] ', '[1,2]', 'list'],
    ['"quoted"', '"quoted"', 'text'],
    ['plain words', '"plain words"', 'text'],
    ['', '""', 'text'],
    ['42', '42', 'number'],
    ['-0.5', '-0.5', 'number'],
    ['true', 'true', 'boolean'],
    ['false', 'false', 'boolean'],
    ['null', 'null', 'null'],
    ['{"a":1,}', '"{\\"a\\":1,}"', 'text'],
  ])('%j is kept as %s', (text, json, kind) => {
    expect(keptValue(text)).toEqual({ json, cleaned: false });
    expect(kindOfValue(json)).toBe(kind);
  });

  it.each(['1.10', '1.0', '1e400', '-1e400', '007', '12345678901234567890', '1e3', '-0', '+1'])(
    'and is a number that JSON would spell differently, such as %s, stays text',
    text => {
      expect(keptValue(text).json).toBe(JSON.stringify(text));
    },
  );

  it('keeps numbers inside that are only spelled otherwise', () => {
    expect(keptValue('[1.50, 15e-1, 1e3, 0.10, 1E+2, 0]').json).toBe('[1.5,1.5,1000,0.1,100,0]');
  });

  it.each([
    '[1e400]',
    '{"a":-1e999}',
    '[12345678901234567890]',
    '{"a":{"b":[9007199254740993]}}',
    '[123456789012345678.5]',
    '[1e-400]',
    '[0.12345678901234567890123]',
    '[-0]',
  ])('is refused with a number inside that cannot be kept: %s', text => {
    expect(() => keptValue(text)).toThrow(/cannot be kept exactly/);
  });

  it('may hold numbers that only look like it', () => {
    expect(keptValue('[9007199254740992, 1.10, 1e3, "1e400", "12345678901234567890"]').json).toBe(
      '[9007199254740992,1.1,1000,"1e400","12345678901234567890"]',
    );
  });

  it('is refused when a name stands twice in one object, however it is spelled', () => {
    expect(() => keptValue('{"a":1,"b":2,"a":3}')).toThrow(/names "a" twice/);
    expect(() => keptValue('[{"x":{"a":1,"\\u0061":3}}]')).toThrow(/names "a" twice/);
    expect(keptValue('[{"a":1},{"a":{"a":"a"}},"a","a"]').json).toBe('[{"a":1},{"a":{"a":"a"}},"a","a"]');
  });

  it('is refused when it is nested deeper than the limit', () => {
    expect(keptValue(nested(limits.dataNestingLevels)).json).toBe(nested(limits.dataNestingLevels));
    expect(() => keptValue(nested(limits.dataNestingLevels + 1))).toThrow(/nested deeper/);
    expect(() => keptValue(nested(30_000))).toThrow(/nested deeper/);
  });

  it('is bounded in bytes, as it is stored', () => {
    expect(keptValue('x'.repeat(limits.dataValueBytes - 2)).json).toHaveLength(limits.dataValueBytes);
    expect(() => keptValue('x'.repeat(limits.dataValueBytes - 1))).toThrow(/the limit is 65536/);
    expect(() => keptValue('ü'.repeat(limits.dataValueBytes / 2))).toThrow(/the limit is 65536/);
    expect(() => keptValue(' '.repeat(limits.dataValueBytes + 1))).toThrow(/the limit is 65536/);
  });
});

describe('a text that is meant as one', () => {
  it('is itself, whatever it would be in JSON, made harmless and within the bytes', () => {
    expect(keptText('[1]')).toEqual({ json: '"[1]"', cleaned: false });
    expect(keptText('a\u0007')).toEqual({ json: '"a"', cleaned: true });
    expect(keptText('x'.repeat(limits.dataValueBytes - 2)).json).toHaveLength(limits.dataValueBytes);
    expect(() => keptText('x'.repeat(limits.dataValueBytes - 1))).toThrow(/the limit is 65536/);
  });
});

describe('a value that came as itself', () => {
  it('refuses a whole number that came as one and may have been rounded', () => {
    for (const number of [2 ** 53, -(2 ** 53), 1e300])
      for (const value of [number, [number], { a: { b: number } }])
        expect(() => keptValue(value)).toThrow(/cannot be kept exactly/);
    expect(keptValue([2 ** 53 - 1, 1 - 2 ** 53, 1e-300, 0.1]).json).toBe(
      '[9007199254740991,-9007199254740991,1e-300,0.1]',
    );
  });

  it.each([
    [{ a: [1, null] }, '{"a":[1,null]}'],
    [[], '[]'],
    [5, '5'],
    [false, 'false'],
    [null, 'null'],
  ])('%j is kept', (value, json) => {
    expect(keptValue(value).json).toBe(json);
  });

  it('is held to the same bounds', () => {
    expect(() => keptValue(JSON.parse(nested(limits.dataNestingLevels + 1)))).toThrow(/nested deeper/);
    expect(() => keptValue([Number.POSITIVE_INFINITY])).toThrow(/cannot be kept exactly/);
    expect(() => keptValue(undefined)).toThrow(/No value/);
    expect(() => keptValue(['x'.repeat(limits.dataValueBytes)])).toThrow(/the limit is 65536/);
  });
});

describe('what could harm a reader', () => {
  it('is taken out of texts and names, and that is told', () => {
    const { json, cleaned } = keptValue('{"a\\u001b[31m":"x\\u202ey<system-reminder>"}');
    expect(json).toBe('{"a":"xy&lt;system-reminder>"}');
    expect(cleaned).toBe(true);
  });

  it('makes no two names into one', () => {
    expect(() => keptValue('{"a":1,"a\\u200b":2}')).toThrow(/names "a" twice/);
  });

  it('is not a name that means something to JavaScript', () => {
    const text = '{"__proto__":{"admin":true},"constructor":1,"toString":2}';
    expect(keptValue(text).json).toBe(text);
    expect(keptValue(JSON.parse(text)).json).toBe(text);
    expect(({} as { admin?: boolean }).admin).toBeUndefined();
  });
});
