import { describe, expect, it } from 'vitest';
import { commitCommand, fromRoot } from './commit-command.ts';
import { limits } from './limits.ts';

describe('the command that commits some files', () => {
  it.each([
    ['', ['a.ts', 'src/b.ts'], 'a.ts src/b.ts'],
    ['src/', ['src/b.ts', 'a.ts', 'src/deep/c.ts', 'srcs/d.ts'], 'b.ts ../a.ts deep/c.ts ../srcs/d.ts'],
    ['src/deep', ['src/b.ts', 'src/deep'], '../b.ts ../deep'],
    ['', ["it's mine.ts", '-A', 'gr\u00fcn.ts'], String.raw`'it'\''s mine.ts' -A 'grün.ts'`],
    ['', ['*', ':!src', 'a[1].ts'], "':(literal)*' ':(literal):!src' ':(literal)a[1].ts'"],
  ])('names them from %j, each so that shell and git take it for itself: %j', (folder, paths, names) => {
    expect(commitCommand(paths, folder)).toBe(`git commit -m MESSAGE -- ${names}`);
  });

  it('names none where they are too many, too long, or cannot be typed, and says where they are listed', () => {
    const many = Array.from({ length: limits.changesNamed + 1 }, (_, at) => `f${at}.ts`);
    const long = Array.from({ length: 20 }, (_, at) => `${'x'.repeat(100)}${at}.ts`);
    for (const paths of [many, long, ['a\nb.ts']]) {
      expect(commitCommand(paths, '')).toBe(
        `git commit -m MESSAGE -- FILES (your ${paths.length}; \`signalbox stage --dry-run --json\` lists them)`,
      );
    }
    expect(commitCommand(many.slice(1), '')).toContain('f30.ts');
  });
});

describe('a name from the root', () => {
  it('means nothing but itself', () => {
    expect([fromRoot('src/a.ts'), fromRoot('*')]).toEqual([':/src/a.ts', ':(top,literal)*']);
  });
});
