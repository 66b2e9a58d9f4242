/**
 * Holds the overlap test against picomatch over every short path of a small alphabet. A failing run prints its seed and path;
 * replay it by passing both to `fc.assert` as `{ seed, path }`.
 */
import fc from 'fast-check';
import picomatch from 'picomatch';
import { describe, expect, test } from 'vitest';
import { overlapWitness, patternProblem, patternsOverlap } from '../../src/core/glob.ts';

const segmentsShort = ['a', 'b', '.', 'aa', 'ab', 'ba', 'bb', 'a.', '.a', '.b', 'aab', 'aba', 'a.b'].filter(
  s => s !== '.',
);
const pathsShort = segmentsShort.flatMap(one => [
  one,
  ...segmentsShort.flatMap(two => [`${one}/${two}`, ...segmentsShort.map(three => `${one}/${two}/${three}`)]),
]);

const options = { dot: true, noextglob: true, nonegate: true, strictSlashes: true, fastpaths: false };

/** All texts that the braces stand for. picomatch's own reading is looser (`{a/b,*}` may be empty there) and tighter (`{a,**}`). */
function expand(pattern: string): string[] {
  const group = /^(.*)\{([^{}]*)\}(.*)$/s.exec(pattern);
  if (!group) return [pattern];
  // An inner group goes first: each of its alternatives stays one alternative of the group around it.
  const [, before = '', inside = '', after = ''] = group;
  return inside.split(',').flatMap(part => expand(before + part + after));
}

/** What picomatch matches, with the options under which it has our grammar. */
function matcher(pattern: string): (path: string) => boolean {
  // It takes `[!a]` for the two characters. Its fast paths differ from its own parser: `*.*` is not `a.` there.
  // Behind three stars and more its dot is any character; to the grammar they are two.
  const texts = expand(pattern).map(text =>
    text
      .replaceAll('[!', '[^')
      .replaceAll(/\*{3,}/g, '**')
      .split('/'),
  );
  const matches = texts
    .map(segments => segments.filter(segment => segment !== '').join('/'))
    // The folder itself is part of `a*/**` in the grammar, as it is of `a/**` in both.
    .flatMap(text => (text.endsWith('/**') ? [text, text.replace(/(\/\*\*)+$/, '')] : [text]))
    .flatMap(text => (text === '' ? [] : picomatch(text, options)));
  return path => matches.some(match => match(path));
}

const segment = fc
  .array(
    fc.constantFrom('a', 'b', '.', '*', '?', '[ab]', '[a-b]', '[^a]', '[!b]', '{a,b}', '{a,b*}', '{,a}', '{a,{b,.}}'),
    {
      minLength: 1,
      maxLength: 3,
    },
  )
  .map(parts => parts.join(''));
const wholeSegment = fc.oneof(
  { weight: 4, arbitrary: segment },
  fc.constantFrom('**', '*', 'a', 'b', '{a,**}', '{a/b,*}'),
);
const pattern = fc
  .array(wholeSegment, { minLength: 1, maxLength: 3 })
  .map(segments => segments.join('/'))
  .filter(text => patternProblem(text) === undefined && !/(^|\/)\.{1,2}(\/|$)/.test(text));

/** Patterns on which picomatch and the grammar agree to the letter: no brackets or braces that could be text, no `**`. */
const plainPattern = fc
  .array(
    fc.array(fc.constantFrom('a', 'b', '.', '*', '?'), { minLength: 1, maxLength: 4 }).map(parts => parts.join('')),
    { minLength: 1, maxLength: 3 },
  )
  .map(segments => segments.join('/').replaceAll(/\*+/g, '*'))
  .filter(text => !/(^|\/)\.{1,2}(\/|$)/.test(text));

describe('the overlap of two patterns', () => {
  test('is held against picomatch without the dot that it takes for any character', () => {
    expect(matcher('***/a.')('a/aa')).toBe(false);
    expect(matcher('***/a.')('b/a.')).toBe(true);
  });

  test('is never missed when any short path matches both', () => {
    fc.assert(
      fc.property(pattern, pattern, (one, other) => {
        const [matchesOne, matchesOther] = [matcher(one), matcher(other)];
        const both = pathsShort.find(path => matchesOne(path) && matchesOther(path));
        if (both !== undefined) expect(patternsOverlap(one, other), `both match ${both}`).toBe(true);
      }),
      { numRuns: 2_500 },
    );
  });

  test('is seen by a literal path exactly when the pattern matches it', () => {
    fc.assert(
      fc.property(pattern, fc.constantFrom(...pathsShort), (one, path) => {
        if (matcher(one)(path)) expect(patternsOverlap(one, path)).toBe(true);
      }),
      { numRuns: 2_000 },
    );
    fc.assert(
      fc.property(plainPattern, fc.constantFrom(...pathsShort), (one, path) => {
        expect(patternsOverlap(one, path)).toBe(matcher(one)(path));
      }),
      { numRuns: 2_000 },
    );
  });

  test('is rarely seen where there is none', () => {
    // What remains is wanted: brackets and braces that are read as text.
    let seen = 0;
    let wrong = 0;
    fc.assert(
      fc.property(pattern, pattern, (one, other) => {
        const witness = overlapWitness(one, other);
        if (witness === undefined) return;
        seen += 1;
        const [matchesOne, matchesOther] = [matcher(one), matcher(other)];
        const real = [witness, ...pathsShort].some(path => matchesOne(path) && matchesOther(path));
        if (!real) wrong += 1;
      }),
      { numRuns: 2_500 },
    );
    expect(seen).toBeGreaterThan(300);
    expect(wrong / seen).toBeLessThan(0.05);
  });

  test('is proven by a path that both match', () => {
    fc.assert(
      fc.property(plainPattern, plainPattern, (one, other) => {
        const witness = overlapWitness(one, other);
        if (witness === undefined) return;
        expect(matcher(one)(witness), `${one} on ${witness}`).toBe(true);
        expect(matcher(other)(witness), `${other} on ${witness}`).toBe(true);
      }),
      { numRuns: 2_000 },
    );
  });

  test('is symmetric, holds of a pattern with itself, and with its own text as a name', () => {
    const anyText = fc.string({ unit: fc.constantFrom(...'ab./*?[]{},^!-é()@+'), minLength: 1, maxLength: 12 });
    const text = fc.oneof(pattern, anyText).filter(it => !/\/\/|^\/|(^|\/)\.{1,2}(\/|$)/.test(it));
    fc.assert(
      fc.property(text, text, fc.boolean(), (one, other, foldsCase) => {
        expect(patternsOverlap(one, other, foldsCase)).toBe(patternsOverlap(other, one, foldsCase));
        expect(patternsOverlap(one, one, foldsCase)).toBe(true);
        expect(patternsOverlap(`${one}/**`, one, foldsCase)).toBe(true);
      }),
      { numRuns: 2_000 },
    );
  });

  test('is wider without case', () => {
    const mixed = fc.tuple(pattern, fc.boolean()).map(([text, upper]) => (upper ? text.toUpperCase() : text));
    fc.assert(
      fc.property(mixed, mixed, (one, other) => {
        if (patternsOverlap(one, other)) expect(patternsOverlap(one, other, true)).toBe(true);
        expect(patternsOverlap(one, one.toUpperCase(), true)).toBe(true);
      }),
      { numRuns: 2_000 },
    );
  });
});
