import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { limits } from './limits.ts';
import type { Range } from './ports.ts';
import { indexes, type LockRecord, type Resource } from './records.ts';
import { fileResource, namedResource, resourcesOverlap, searchRanges } from './resource.ts';

const here = 'host:/code/app';
const file = (path: string, foldsCase = false) => fileResource({ path, foldsCase });
const folder = (path: string) => fileResource({ path, foldsCase: false, isFolder: true });
const overlap = (one: string, other: string) => {
  const forward = resourcesOverlap(file(one), file(other));
  expect(resourcesOverlap(file(other), file(one)), `${other} and ${one}, the other way round`).toBe(forward);
  return forward;
};

function asLock(resource: Resource): LockRecord {
  const rest = { id: 'x', holder: 'h', mode: 'exclusive', fence: 1, reason: null, ttlMs: 1, since: 0, expiresAt: 1 };
  return { ...rest, ...resource } as LockRecord;
}

function isIn(value: string | undefined, range: Range): boolean {
  if (value === undefined) return false;
  if ('equals' in range) return value === range.equals;
  if ('prefix' in range) return value.startsWith(range.prefix);
  return value >= range.from && value < range.below;
}

/** In how many of the ranges a lock on the resource would be found. */
function timesFound(wanted: Resource, held: Resource): number {
  const lock = asLock(held);
  return searchRanges(wanted).filter(({ index, range }) => isIn(indexes.lock[index](lock), range)).length;
}

describe('the resource of a path', () => {
  test('is named by the path and keyed without case', () => {
    expect(file('src/Auth.ts')).toEqual({
      name: 'file:src/Auth.ts',
      key: 'file:src/auth.ts',
      foldsCase: false,
      globBase: null,
      checkout: null,
    });
  });

  test('keeps the folder of a pattern, folded', () => {
    expect(file('Src/App/*.ts', true)).toMatchObject({ key: 'file:src/app/*.ts', globBase: 'file:src/app/' });
    expect(file('*.ts').globBase).toBe('file:');
    expect(file('app/[id]/page.tsx').globBase).toBe('file:app/');
  });

  test('keeps the same name whether a file, a folder or nothing stands there', () => {
    expect(fileResource({ path: 'Makefile', foldsCase: false, isFolder: false })).toMatchObject({
      name: 'file:Makefile',
      globBase: null,
    });
    expect(file('Makefile')).toMatchObject({ name: 'file:Makefile', globBase: 'file:makefile/' });
    expect(folder('conf.d')).toMatchObject({ name: 'file:conf.d', globBase: 'file:conf.d/' });
    expect(file('.github').globBase).toBe('file:.github/');
  });

  test('stands for everything at the root', () => {
    expect(file('')).toMatchObject({ name: 'file:**', globBase: 'file:' });
    expect(overlap('', 'a/b/c.ts')).toBe(true);
    expect(overlap('', '')).toBe(true);
    expect(overlap('', 'x/**/*.md')).toBe(true);
  });

  test('is refused when it is longer than a record should be', () => {
    const refused = { code: 'invalid_input' };
    expect(() => file('a'.repeat(limits.resourceCharacters))).toThrowError(expect.objectContaining(refused));
    expect(file('a'.repeat(limits.resourceCharacters - 5)).name).toHaveLength(limits.resourceCharacters);
  });
});

describe('a free name', () => {
  test('is taken as it is written', () => {
    for (const name of ['ci', 'port:3000', 'deploy:staging', 'git-flow', 'pkg@2#1', 'a.b_c+d', '2nd', 'größe']) {
      expect(namedResource(name, here)).toMatchObject({ name, globBase: null, checkout: null, foldsCase: false });
    }
  });

  test('has one spelling in Unicode', () => {
    expect(namedResource('gro\u0308ße', here).name).toBe('gr\u00f6ße');
  });

  test('is refused with other characters, a strange beginning, or too long', () => {
    for (const name of ['', ' ci', '@x', '.env', '-x', 'a b', 'a*', 'a\nb', 'a\u202eb', 'a'.repeat(513)]) {
      expect(() => namedResource(name, here), name).toThrowError(expect.objectContaining({ code: 'invalid_input' }));
    }
  });

  test('cannot pose as a file', () => {
    for (const name of ['file:src/a.ts', 'FILE:src/a.ts']) {
      expect(() => namedResource(name, here)).toThrowError(
        expect.objectContaining({ code: 'invalid_input', next: expect.stringContaining('as paths') }),
      );
    }
  });

  test('beginning with git: belongs to one checkout', () => {
    for (const name of ['git:refs', 'git:stash']) {
      const one = namedResource(name, 'host:/code/app', 'host:/code/app');
      const ofWorktree = namedResource(name, 'host:/code/feature', 'host:/code/app');
      expect([one, resourcesOverlap(one, ofWorktree)]).toEqual([ofWorktree, true]);
      expect(resourcesOverlap(one, namedResource(name, 'host:/code/clone', 'host:/code/clone'))).toBe(false);
    }
    const mine = namedResource('git:head', here);
    const theirs = namedResource('git:head', 'host:/code/other');
    expect(mine.checkout).toBe(here);
    expect(resourcesOverlap(mine, namedResource('git:head', here))).toBe(true);
    expect(resourcesOverlap(mine, theirs)).toBe(false);
    expect(resourcesOverlap(mine, namedResource('git:index', here))).toBe(false);
  });

  test('compares with case, and never with files', () => {
    const named = (name: string) => namedResource(name, here);
    expect(resourcesOverlap(named('ci'), named('ci'))).toBe(true);
    expect(resourcesOverlap(named('ci'), named('CI'))).toBe(false);
    expect(resourcesOverlap(named('src/a.ts'), file('src/a.ts'))).toBe(false);
    expect(resourcesOverlap(named('src'), named('src/a.ts'))).toBe(false);
    expect(resourcesOverlap(named('ci'), file(''))).toBe(false);
  });
});

describe('two paths overlap', () => {
  test('when one is a folder above the other, at a segment border only', () => {
    expect(overlap('src', 'src/a.ts')).toBe(true);
    expect(overlap('src', 'src/deep/er/a.ts')).toBe(true);
    expect(overlap('src', 'src2/a.ts')).toBe(false);
    expect(overlap('src/a', 'src/a.ts')).toBe(false);
    expect(overlap('src/a.ts', 'src/a.ts')).toBe(true);
    expect(overlap('src/a.ts', 'src/b.ts')).toBe(false);
  });

  test('when a pattern can match in, at or above the folder', () => {
    expect(overlap('src', 'src/**/*.ts')).toBe(true);
    expect(overlap('src', '**/*.ts')).toBe(true);
    expect(overlap('src/a', 'src/*/b.ts')).toBe(true);
    expect(overlap('src/a.ts', '**/*.ts')).toBe(true);
    expect(overlap('src/a.ts', '**/*.md')).toBe(false);
    expect(overlap('docs', 'src/*.ts')).toBe(false);
  });

  test('when a pattern that ends without a wildcard may name a folder', () => {
    expect(overlap('app/[id]', 'app/[id]/page.tsx')).toBe(true);
    expect(overlap('packages/*/src', 'packages/a/src/x.ts')).toBe(true);
    expect(overlap('{src,test}', 'test/a.ts')).toBe(true);
    expect(overlap('{src/a*,test}', 'test/a.ts')).toBe(true);
    expect(overlap('{src/{a,b*},test}', 'src/a/x.ts')).toBe(true);
  });

  test('when a pattern reaches into a folder, whatever the folder is called', () => {
    expect(resourcesOverlap(folder('conf.d'), file('**/*.conf'))).toBe(true);
    expect(resourcesOverlap(file('**/*.conf'), folder('conf.d'))).toBe(true);
    expect(overlap('conf.d', 'conf.d/*.conf')).toBe(true);
    expect(overlap('v[12].0', 'v1.0/a.ts')).toBe(true);
    expect(overlap('v[12].0', 'v1.0/*.ts')).toBe(true);
  });

  test('but a file does not, by what could be below it if it were a folder', () => {
    expect(overlap('src/*/tsconfig.json', '**/*.md')).toBe(false);
    expect(overlap('src/page.{ts,tsx}', '**/*.md')).toBe(false);
    expect(overlap('src/page{.ts,.tsx}', '**/*.md')).toBe(false);
    expect(overlap('src/{a.ts,b.ts}', '**/*.md')).toBe(false);
    expect(overlap('{.github,.claude}', '**/*.md')).toBe(true);
    expect(overlap('{docs,a.md}', '**/*.ts')).toBe(true);
    expect(overlap('{{docs,a.md},b.md}', '**/*.ts')).toBe(true);
    const makefile = fileResource({ path: 'Makefile', foldsCase: false, isFolder: false });
    expect(resourcesOverlap(makefile, file('**/*.md'))).toBe(false);
  });

  test('but not below what a wildcard at the end matches', () => {
    expect(overlap('src/*', 'src/a/b.ts')).toBe(false);
    expect(overlap('src/*', 'src/*/b.ts')).toBe(false);
    expect(overlap('src/*.{ts,tsx}', 'src/a/b.ts')).toBe(false);
  });

  test('without case when either was named where the file system ignores it', () => {
    expect(resourcesOverlap(file('Src/A.ts', true), file('src/a.ts'))).toBe(true);
    expect(resourcesOverlap(file('Src/A.ts'), file('src/a.ts'))).toBe(false);
    expect(resourcesOverlap(file('SRC/*.ts', true), file('src/a.TS'))).toBe(true);
    expect(resourcesOverlap(file('SRC/*.ts'), file('src/a.TS'))).toBe(false);
    expect(resourcesOverlap(file('SRC', true), file('src/a.ts', true))).toBe(true);
  });
});

describe('the search for overlapping locks', () => {
  test('looks at as many ranges as the path is deep, not more', () => {
    expect(searchRanges(namedResource('ci', here))).toEqual([{ index: 'key', range: { equals: 'ci' } }]);
    expect(searchRanges(file(''))).toEqual([{ index: 'key', range: { prefix: 'file:' } }]);
    expect(searchRanges(file('A/b.ts'))).toEqual([
      { index: 'key', range: { equals: 'file:a/b.ts' } },
      { index: 'key', range: { prefix: 'file:a/b.ts/' } },
      { index: 'key', range: { equals: 'file:a' } },
      { index: 'globBase', range: { equals: 'file:' } },
      { index: 'globBase', range: { equals: 'file:a/' } },
    ]);
    expect(searchRanges(file('a/b/*.ts'))).toEqual([
      { index: 'key', range: { prefix: 'file:a/b/' } },
      { index: 'key', range: { equals: 'file:a' } },
      { index: 'key', range: { equals: 'file:a/b' } },
      { index: 'globBase', range: { equals: 'file:' } },
      { index: 'globBase', range: { equals: 'file:a/' } },
    ]);
  });

  test('finds every lock that overlaps', () => {
    const segment = fc.constantFrom('a', 'b', 'A', 'ab', 'a.b', 'é', '*', '**', 'a*', '?', '[ab]', '{a,b}', '{a,b/c}');
    const path = fc.array(segment, { maxLength: 4 }).map(segments => segments.join('/'));
    const resource = fc.oneof(
      {
        weight: 9,
        arbitrary: fc
          .record({ path, foldsCase: fc.boolean(), isFolder: fc.constantFrom(true, false, undefined) })
          .map(({ isFolder, ...resolved }) =>
            fileResource(isFolder === undefined ? resolved : { ...resolved, isFolder }),
          ),
      },
      fc.constantFrom('ci', 'CI', 'git:head', 'a/b').map(name => namedResource(name, here)),
    );
    fc.assert(
      fc.property(resource, resource, (wanted, held) => {
        const found = timesFound(wanted, held);
        if (resourcesOverlap(wanted, held)) expect(found).toBeGreaterThan(0);
        // A folder's lock may be met by its key and by its base.
        expect(found).toBeLessThanOrEqual(held.globBase === `${held.key}/` ? 2 : 1);
        expect(resourcesOverlap(held, wanted)).toBe(resourcesOverlap(wanted, held));
        expect(resourcesOverlap(wanted, wanted)).toBe(true);
      }),
      { numRuns: 5_000 },
    );
  });
});
