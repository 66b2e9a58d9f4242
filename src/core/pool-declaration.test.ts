import { describe, expect, it } from 'vitest';
import type { SignalboxError } from './errors.ts';
import { limits } from './limits.ts';
import { declaredPools } from './pool-declaration.ts';

const read = (pools: unknown) => declaredPools(pools, '/shop/signalbox.json');
const valuesOf = (about: unknown, name = 'db') => read({ [name]: about })[0]?.values;

function refusal(pools: unknown): { message: string; next: string; code: string } {
  try {
    read(pools);
  } catch (error) {
    return error as SignalboxError;
  }
  throw new Error('expected a refusal');
}

describe('a declared pool', () => {
  it('holds its values in the order they are written, ranges of whole numbers expanded', () => {
    expect(valuesOf({ values: ['3005', '3000-3002', 8080] }, 'port')).toEqual([
      'port:3005',
      'port:3000',
      'port:3001',
      'port:3002',
      'port:8080',
    ]);
    expect(valuesOf({ values: ['test_1', 'emulator-5554', 'eu-west/2'] })).toEqual([
      'db:test_1',
      'db:emulator-5554',
      'db:eu-west/2',
    ]);
  });

  it('holds so many places as it says, counted from 1', () => {
    expect(valuesOf({ places: 3 }, 'ci')).toEqual(['ci:1', 'ci:2', 'ci:3']);
  });

  it('is probed if it is called port or ports and holds port numbers, unless it says otherwise', () => {
    const probeOf = (name: string, about: object) => read({ [name]: about })[0]?.probe;
    expect(probeOf('port', { values: ['3000-3001'] })).toBe('tcp');
    expect(probeOf('Ports', { values: [8080] })).toBe('tcp');
    expect(probeOf('port', { values: ['3000'], probe: 'none' })).toBeNull();
    expect(probeOf('port', { values: ['3000', 'usb'] })).toBeNull();
    expect(probeOf('port', { values: ['65535-65536'] })).toBeNull();
    expect(probeOf('port', { values: ['0'] })).toBeNull();
    expect(probeOf('port', { places: 2 })).toBeNull();
    expect(probeOf('db', { values: ['5432'] })).toBeNull();
    expect(probeOf('db', { values: ['5432'], probe: 'tcp' })).toBe('tcp');
  });

  it('may hold as many values as the limit says, and not one more', () => {
    expect(valuesOf({ values: [`1-${limits.poolValues}`] })).toHaveLength(limits.poolValues);
    expect(valuesOf({ places: limits.poolValues })).toHaveLength(limits.poolValues);
    const more = [
      { values: [`0-${limits.poolValues}`] },
      { values: [`1-${limits.poolValues}`, 'x'] },
      { values: ['0-999999999999'] },
      { places: limits.poolValues + 1 },
    ];
    for (const about of more) expect(refusal({ db: about }).message).toMatch(/"db" in .*signalbox\.json/);
    const pools = Array.from({ length: limits.pools + 1 }, (_, index) => [`p${index}`, { places: 1 }]);
    expect(read(Object.fromEntries(pools.slice(1)))).toHaveLength(limits.pools);
    expect(refusal(Object.fromEntries(pools)).message).toMatch(/declares 21 pools/);
  });

  it.each([
    ['no object', 7, /not an object/],
    ['no object', [], /not an object/],
    ['nothing', {}, /either values or places/],
    ['both kinds', { values: ['1'], places: 1 }, /either values or places/],
    ['a key that does not exist', { values: ['1'], porbe: 'tcp' }, /unknown key "porbe"/],
    ['an empty list', { values: [] }, /no list of values/],
    ['a text for a list', { values: '3000-3009' }, /no list of values/],
    ['an empty value', { values: [''] }, /the value ""/],
    ['a value with a blank', { values: ['iPhone 15'] }, /the value "iPhone 15"/],
    ['a value that is no text', { values: [null] }, /the value "null"/],
    ['a broken number', { values: [1.5] }, /the value "1.5"/],
    ['a negative number', { values: [-1] }, /the value "-1"/],
    ['a huge number', { values: [1e30] }, /the value "1e\+30"/],
    ['a long value', { values: ['x'.repeat(61)] }, /the value "x+"/],
    ['the same value twice', { values: ['7', 7] }, /holds 7 twice/],
    ['overlapping ranges', { values: ['1-5', '5-9'] }, /holds 5 twice, by "1-5" and "5-9"/],
    ['a range that goes down', { values: ['9-5'] }, /no range/],
    ['a range with zeros in front', { values: ['01-10'] }, /no range/],
    ['no places', { places: 0 }, /no such number/],
    ['half a place', { places: 1.5 }, /no such number/],
    ['places as a text', { places: '3' }, /no such number/],
    ['a probe that does not exist', { values: ['1'], probe: 'http' }, /probe that does not exist/],
    ['a probe of what is no port', { values: ['a'], probe: 'tcp' }, /not all of its values are port numbers/],
    ['a probe of places', { places: 2, probe: 'tcp' }, /not all of its values are port numbers/],
  ])('with %s is refused, by the file, the pool and what to write', (_, about, message) => {
    const refused = refusal({ ok: { places: 1 }, bad: about });
    expect(refused.code).toBe('invalid_input');
    expect(refused.message).toMatch(message);
    expect(refused.message).toMatch(/^The pool "bad" in \/shop\/signalbox\.json .*\.$/);
    expect(refused.next).toMatch(/^[A-Z].*\.$/);
  });

  it.each(['', 'file', 'Git', 'pool', 'a:b', 'a b', '1st', '-x', 'x'.repeat(41), 'tür'])(
    'cannot be called %j',
    name => {
      expect(refusal({ [name]: { places: 1 } }).message).toMatch(/has a name that/);
    },
  );

  it('cannot be declared twice in two spellings', () => {
    expect(refusal({ ci: { places: 1 }, CI: { places: 2 } }).message).toMatch(/"CI" .* declared twice/);
  });

  it('shows nothing of a hostile file but harmless text', () => {
    expect(refusal({ 'a\u001b[31m\u202e': { places: 1 } }).message).not.toMatch(/[\u001b\u202e]/);
  });

  it.each([null, 7, 'port', ['port']])('does not come from %j for pools', pools => {
    expect(refusal(pools).message).toMatch(/^"pools" in .*signalbox\.json is not an object/);
  });
});
