import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { foldCase, globBase, isPattern, overlapWitness, patternProblem, patternsOverlap } from './glob.ts';
import { limits } from './limits.ts';

function overlap(one: string, other: string, foldsCase = false): boolean {
  const forward = patternsOverlap(one, other, foldsCase);
  expect(patternsOverlap(other, one, foldsCase), `${other} and ${one}, the other way round`).toBe(forward);
  return forward;
}

describe('wildcards', () => {
  test('* stays within a segment and matches at least one character when it is the whole of it', () => {
    expect(overlap('src/*.ts', 'src/a.ts')).toBe(true);
    expect(overlap('src/*.ts', 'src/a/b.ts')).toBe(false);
    expect(overlap('src/*', 'src')).toBe(false);
    expect(overlap('a/*/b', 'a/b')).toBe(false);
    expect(overlap('*', '.env')).toBe(true);
    expect(overlap('a*', 'a')).toBe(true);
    expect(overlap('*a*', '*b*')).toBe(true);
    expect(overlap('a*b', 'a*c')).toBe(false);
  });

  test('** is any number of whole segments, none included', () => {
    expect(overlap('a/**/b', 'a/b')).toBe(true);
    expect(overlap('a/**/b', 'a/x/y/b')).toBe(true);
    expect(overlap('**/b', 'b')).toBe(true);
    expect(overlap('a/**', 'a')).toBe(true);
    expect(overlap('a/**', 'ab')).toBe(false);
    expect(overlap('a/**/**/b', 'a/b')).toBe(true);
    expect(overlap('**', 'a/b/c')).toBe(true);
    expect(overlap('src/**/*.ts', 'src/**/*.css')).toBe(false);
    expect(overlap('src/**/*.ts', '**/auth/*')).toBe(true);
  });

  test('** inside a segment is like *', () => {
    expect(overlap('a**b', 'axb')).toBe(true);
    expect(overlap('a**b', 'ax/b')).toBe(false);
    expect(overlap('a**/b', 'ax/y/b')).toBe(false);
  });

  test('? is one character, also one of two code units', () => {
    expect(overlap('a?c', 'abc')).toBe(true);
    expect(overlap('a?c', 'ac')).toBe(false);
    expect(overlap('a?c', 'a/c')).toBe(false);
    expect(overlap('a?', 'a😀')).toBe(true);
    expect(overlap('?', '😀')).toBe(true);
  });
});

describe('brackets', () => {
  test('are one of the characters named, or none of them', () => {
    expect(overlap('[abc].ts', 'b.ts')).toBe(true);
    expect(overlap('[a-c].ts', 'd.ts')).toBe(false);
    expect(overlap('[^a].ts', 'a.ts')).toBe(false);
    expect(overlap('[!a].ts', 'a.ts')).toBe(false);
    expect(overlap('[!a].ts', 'b.ts')).toBe(true);
    expect(overlap('[a-c]', '[d-f]')).toBe(false);
    expect(overlap('[a-d]', '[d-f]')).toBe(true);
    expect(overlap('[]a]', ']')).toBe(true);
    expect(overlap('[a-]', '-')).toBe(true);
    expect(overlap('[.%]', '[%.]')).toBe(true);
    expect(overlap('[.!]', '[.x]')).toBe(false);
  });

  test('never match a slash', () => {
    expect(overlap('a[^x]b', 'a/b')).toBe(false);
    expect(overlap('a[--0]b', 'a/b')).toBe(false);
    expect(overlap('a[--0]b', 'a.b')).toBe(true);
    expect(overlap('[^.0]', '[.-0]')).toBe(false);
    expect(overlap('a[x/y]b', 'axb')).toBe(false);
  });

  test('also are their own text, because files are called so', () => {
    expect(overlap('app/[id]/page.tsx', 'app/[id]/page.tsx')).toBe(true);
    expect(overlap('app/[id]/page.tsx', 'app/*/page.tsx')).toBe(true);
    expect(overlap('app/[id]/page.tsx', 'app/?id?/page.tsx')).toBe(true);
    expect(overlap('app/[[...slug]]/page.tsx', 'app/[[]...slug]]/*')).toBe(true);
    expect(overlap('app/[id]/page.tsx', 'app/[name]/page.tsx')).toBe(false);
    expect(overlap('app/[id]/page.tsx', 'app/[slug]/layout.tsx')).toBe(false);
    expect(overlap('[!a]', '[!a]')).toBe(true);
  });

  test('are text when unbalanced', () => {
    expect(isPattern('a[b')).toBe(false);
    expect(isPattern('a]b[')).toBe(false);
    expect(isPattern('[]')).toBe(false);
    expect(overlap('a[b', 'a[b')).toBe(true);
    expect(overlap('a[b', 'ab')).toBe(false);
  });
});

describe('braces', () => {
  test('are each of their alternatives, also nested, across slashes, and empty', () => {
    expect(overlap('{src,test}/a.ts', 'test/a.ts')).toBe(true);
    expect(overlap('{src,test}/a.ts', 'docs/a.ts')).toBe(false);
    expect(overlap('a.{ts,{js,mjs}}', 'a.mjs')).toBe(true);
    expect(overlap('{a/b,c}/d', 'a/b/d')).toBe(true);
    expect(overlap('a{,.test}.ts', 'a.ts')).toBe(true);
    expect(overlap('{a,}/b', 'b')).toBe(true);
    expect(overlap('a/{**,x}/b', 'a/b')).toBe(true);
    expect(overlap('a/{**,x}/b', 'a/p/q/b')).toBe(true);
    expect(overlap('a/{b/**,c}', 'a/b')).toBe(true);
    expect(overlap('**{/a,b}', 'x/y/a')).toBe(true);
    expect(overlap('*{,a}/c', 'c')).toBe(false);
  });

  test('also are their own text', () => {
    expect(overlap('{a,b}.ts', '{a,b}.ts')).toBe(true);
    expect(overlap('x{a,{b,c}}y', 'x?a,?b,c??y')).toBe(true);
    expect(overlap('{a,b}', '?a')).toBe(false);
  });

  test('are text without a comma or unbalanced', () => {
    expect(isPattern('{{cookiecutter.name}}/a.py')).toBe(false);
    expect(isPattern('{a')).toBe(false);
    expect(isPattern('a,b}')).toBe(false);
    expect(overlap('{{cookiecutter.name}}/*.py', '{{cookiecutter.name}}/a.py')).toBe(true);
    expect(overlap('{a}', 'a')).toBe(false);
    expect(overlap('{a{b,c}', '{ab')).toBe(true);
  });
});

test('names that look like extended globs but hold no alternatives are text', () => {
  for (const name of ['app/(group)/@modal/page.tsx', '+page.svelte', '+page@(app).svelte', 'app/(.)photo/(..)x']) {
    expect(isPattern(name), name).toBe(false);
    expect(patternProblem(name), name).toBeUndefined();
    expect(overlap(name, name), name).toBe(true);
  }
  expect(overlap('app/@(modal)/x', 'app/modal/x')).toBe(false);
});

test('the base is the folder before the first special character', () => {
  expect(globBase('src/app/*.ts')).toBe('src/app/');
  expect(globBase('src/app*/x')).toBe('src/');
  expect(globBase('*.ts')).toBe('');
  expect(globBase('app/[id]/page.tsx')).toBe('app/');
  expect(globBase('a/{b,c}')).toBe('a/');
  expect(globBase('{{x}}/[/*')).toBe('{{x}}/[/');
  expect(globBase('src/a.ts')).toBe('src/');
});

describe('without case', () => {
  test('letters compare folded, in text, brackets and bases', () => {
    expect(overlap('SRC/*.ts', 'src/a.TS', true)).toBe(true);
    expect(overlap('SRC/*.ts', 'src/a.TS')).toBe(false);
    expect(overlap('[A-C]x', 'bx', true)).toBe(true);
    expect(overlap('[A-z]x', '_x', true)).toBe(true);
    expect(overlap('[^Aa]x', 'ax', true)).toBe(false);
    // Another checkout may keep case, and there it matches.
    expect(overlap('[^A]x', 'ax', true)).toBe(true);
    expect(overlap('[É]x', 'éx', true)).toBe(true);
    expect(overlap('STRASSE*', 'straße*', true)).toBe(true);
    expect(overlap('[ß]*', 'SSx', true)).toBe(true);
  });

  test('all spellings of a letter fold to one', () => {
    expect(foldCase('ΟΔΟΣ.ts')).toBe(foldCase('οδος.ts'));
    expect(foldCase('e\u0301')).toBe(foldCase('É'));
    expect(foldCase('ΑΣΑ')).toBe(foldCase('ΑΣ') + foldCase('Α'));
  });
});

describe('the door', () => {
  test('refuses what could only be misread, and says what to write', () => {
    const refused: Record<string, RegExp> = {
      'src/!(a).ts': /Name what to match/,
      '@(a|b)': /\{a,b\}/,
      'x/+(a|b)/y': /\{a,b\}/,
      '@((a)|b)': /\{a,b\}/,
      '?(a|(b))': /\{a,b\}/,
      '(a|b)': /\{a,b\}/,
      '!src/**': /leading/,
      'app/\\[id\\]': /backslash/i,
      '[a\\]b]': /backslash/i,
      '[[:alpha:]]': /\[a-z\]/,
      '{1..9}.ts': /\{1,2,3\}/,
      '{[a,b],c}': /overlap/,
      '{..,src}/a.ts': /as a segment/,
      '.{,a}/*': /as a segment/,
      '*/../a.ts': /as a segment/,
      '*{*,a}/b': /both sides/,
      '*{,a}*/b': /both sides/,
      '{a,b*}{*,c}': /both sides/,
    };
    for (const [pattern, reason] of Object.entries(refused)) expect(patternProblem(pattern), pattern).toMatch(reason);
  });

  test('lets names and patterns of the grammar pass', () => {
    const passed = [
      'src/**/*.{ts,tsx}',
      'app/[[...slug]]/page.tsx',
      '{{cookiecutter.x}}/[!a]',
      'a(b|c',
      'x\\x2dy',
      '!a',
      '',
    ];
    for (const pattern of passed) expect(patternProblem(pattern), pattern).toBeUndefined();
  });

  test('bounds alternatives and wildcards', () => {
    const many = Array.from({ length: limits.globAlternatives }, (_, index) => `n${index}`).join(',');
    expect(patternProblem(`{${many}}`)).toBeUndefined();
    expect(patternProblem(`{${many},one}`)).toMatch(/more than 64/);
    expect(patternProblem('{a,b}'.repeat(6))).toBeUndefined();
    expect(patternProblem('{a,b}'.repeat(7))).toMatch(/more than 64/);
    expect(patternProblem('*a'.repeat(32))).toBeUndefined();
    expect(patternProblem('*a'.repeat(33))).toMatch(/more than 32/);
  });
});

describe('the witness', () => {
  test('is a path that both match, rather the name that one of them spells out', () => {
    expect(overlapWitness('src/**/*.ts', 'src/auth/*')).toBe('src/auth/.ts');
    expect(overlapWitness('app/[id]/page.tsx', 'app/*/page.tsx')).toBe('app/[id]/page.tsx');
    expect(overlapWitness('src/a.ts', '**')).toBe('src/a.ts');
    expect(overlapWitness('[a-c]x', '[b-d]?')).toBe('bx');
    expect(overlapWitness('a*', 'b*')).toBeUndefined();
    expect(overlapWitness('.*', '*')).toBe('.a');
    expect(overlapWitness('.?', '..')).toBeUndefined();
    expect(overlapWitness('SRC/A.ts', 'src/*', true)).toBe('src/a.ts');
  });

  test('exists exactly when the patterns overlap', () => {
    const pattern = fc.string({ unit: fc.constantFrom(...'aab/*?[]{},^-!'), maxLength: 8 });
    fc.assert(
      fc.property(pattern, pattern, fc.boolean(), (one, other, foldsCase) => {
        expect(overlapWitness(one, other, foldsCase) !== undefined).toBe(patternsOverlap(one, other, foldsCase));
      }),
    );
  });
});

test('hostile patterns take work in proportion to the product of their lengths', () => {
  // Exponential or cubic work would run into the test's time limit by orders of magnitude.
  const half = limits.resourceCharacters / 2;
  const hostile = ['*a', '**/', '**/*a/', '{a,b}', '{,a}', '{*,a}', '[a', '*[a*]', '{', '?*'];
  for (const part of hostile) {
    const long = part.repeat(half / part.length);
    expect(patternsOverlap(`${long}b`, `${long}c`), part).toBe(false);
  }
});
