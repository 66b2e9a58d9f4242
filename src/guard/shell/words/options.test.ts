import { describe, expect, it } from 'vitest';
import { optionTable, parseOptions } from './options.ts';
import { hole, plainWord } from './word.ts';

const table = optionTable(
  '# f|force force-with-lease? d|delete m|message= color? v|verbose amend all author= n|no-verify verify x',
);

function parsed(text: string, stopsAtWord = false) {
  const found = parseOptions(text.split(' ').map(plainWord), table, stopsAtWord);
  const names = ['force', 'force-with-lease', 'delete', 'color', 'verbose', 'amend', 'all', 'no-verify', 'x'];
  return {
    given: names.filter(name => found.has(name)),
    messages: found.values('message').map(word => word.text),
    words: found.words.map(word => word.text),
    dashesAt: found.dashesAt,
    isUncertain: found.isUncertain,
  };
}

const nothing = { given: [], messages: [], words: [], dashesAt: null, isUncertain: false };

describe('options', () => {
  it.each([
    ['-f', { given: ['force'] }],
    ['-fdv', { given: ['force', 'delete', 'verbose'] }],
    ['--force', { given: ['force'] }],
    ['--forc', { given: ['force', 'force-with-lease'] }],
    ['--force-with-lease=a:b', { given: ['force-with-lease'] }],
    ['--del', { given: ['delete'] }],
    ['--am', { given: ['amend'] }],
    ['--a', { given: ['amend', 'all'] }],
    ['--no-ver', { given: ['no-verify'] }],
    ['--force --no-force', {}],
    ['--no-verify', { given: ['no-verify'] }],
    ['-n', { given: ['no-verify'] }],
    ['-12', {}],
  ])('are known by the letters and by what git takes for their names: %s', (text, expected) => {
    expect(parsed(text)).toEqual({ ...nothing, ...expected });
  });

  it.each([
    ['-m a b', { messages: ['a'], words: ['b'] }],
    ['-ma b', { messages: ['a'], words: ['b'] }],
    ['-fm a', { given: ['force'], messages: ['a'] }],
    ['--message a b', { messages: ['a'], words: ['b'] }],
    ['--message=a b', { messages: ['a'], words: ['b'] }],
    ['--mess --force', { messages: ['--force'] }],
    ['-m -f', { messages: ['-f'] }],
    ['--color a', { given: ['color'], words: ['a'] }],
    ['--author -f a', { words: ['a'] }],
  ])('take their values, and nothing else: %s', (text, expected) => {
    expect(parsed(text)).toEqual({ ...nothing, ...expected });
  });

  it('may stand anywhere before two dashes', () => {
    expect(parsed('a -f b -- -d c')).toEqual({
      ...nothing,
      given: ['force'],
      words: ['a', 'b', '-d', 'c'],
      dashesAt: 2,
    });
    expect(parsed('-f a -d b', true)).toEqual({ ...nothing, given: ['force'], words: ['a', '-d', 'b'] });
    expect(parsed('- a')).toEqual({ ...nothing, words: ['-', 'a'] });
  });

  it('make the whole uncertain when one of them is unknown', () => {
    for (const text of ['--strange', '-z', '-fz', `--${hole}`, `-${hole}`])
      expect(parsed(text).isUncertain, text).toBe(true);
    expect(parsed(`${hole} a`)).toEqual({ ...nothing, words: [hole, 'a'] });
  });
});
