import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { matchesText } from './glob.ts';
import { declaredGuard } from './guard-declaration.ts';
import { guardModeOf } from './guard-mode.ts';
import { limits } from './limits.ts';
import { defaultGuard, type GuardPolicy } from './policy.ts';

const policy = (paths: Record<string, string>, edits: GuardPolicy['edits'] = 'block'): GuardPolicy => ({
  ...defaultGuard,
  ...declaredGuard({ edits, paths }, 'signalbox.json'),
});

function isDeclarable(glob: string): boolean {
  try {
    return policy({ [glob]: 'off' }).paths[0]?.glob === glob;
  } catch {
    return false;
  }
}

describe('the mode of a file', () => {
  it('is that of the last glob which matches it, else that of all edits', () => {
    const rules = policy({ '**': 'warn', 'docs/**': 'off', 'docs/api/**': 'block', '**/*.md': 'warn' }, 'block');
    const modes = ['src/a.ts', 'docs/a.txt', 'docs/api/b.ts', 'docs/api/b.md'].map(path => guardModeOf(rules, path));
    expect(modes).toEqual(['warn', 'off', 'block', 'warn']);
    expect(guardModeOf(policy({ 'docs/**': 'off' }, 'warn'), 'src/a.ts')).toBe('warn');
    expect(guardModeOf(policy({ 'src/**': 'block' }, 'off'), 'src/a.ts')).toBe('block');
    expect(guardModeOf(defaultGuard, 'src/a.ts')).toBe('block');
  });

  it('of a folder that is named without a wildcard goes for all that is in it, however deep', () => {
    const rules = policy({ docs: 'off', 'conf.d/': 'off', 'pkg/{a,b}': 'off' });
    for (const path of ['docs/a.md', 'docs/deep/er/b', 'docs', 'conf.d/x', 'pkg/a/x', 'pkg/b']) {
      expect([path, guardModeOf(rules, path)]).toEqual([path, 'off']);
    }
    for (const path of ['docs2/a.md', 'src/docs/a.md', 'doc', 'pkg/c/x']) {
      expect([path, guardModeOf(rules, path)]).toEqual([path, 'block']);
    }
  });

  it('of a wildcard at the end goes for one segment, of two stars for all below', () => {
    const rules = policy({ '*': 'off', 'src/*.ts': 'warn', 'gen/**': 'off' });
    const modes = ['README', 'a/README', 'src/a.ts', 'src/deep/a.ts', 'gen/a/b/c'].map(path =>
      guardModeOf(rules, path),
    );
    expect(modes).toEqual(['off', 'block', 'warn', 'block', 'off']);
  });

  it('takes every character of the path for itself, whatever it would mean in a glob', () => {
    const rules = policy({ 'app/a/**': 'off', 'app/[id]/page.tsx': 'warn' });
    expect(guardModeOf(rules, 'app/*/x')).toBe('block');
    expect(guardModeOf(rules, 'app/[a]/x')).toBe('block');
    expect(guardModeOf(rules, 'app/{a,b}/x')).toBe('block');
    expect(guardModeOf(rules, 'app/[id]/page.tsx')).toBe('warn');
  });

  it('depends on case, unless the file system does not', () => {
    const rules = policy({ 'Docs/**': 'off' });
    expect([guardModeOf(rules, 'docs/a.md'), guardModeOf(rules, 'docs/a.md', true)]).toEqual(['block', 'off']);
  });

  it('is told of as many wildcards as are allowed, and of the longest path that can be locked', () => {
    const stars = '*a'.repeat(20);
    const globs = Array.from({ length: 10 }, (_, at) => [`${stars}b${at}`, 'off'] as const);
    const rules = policy(Object.fromEntries(globs));
    expect(guardModeOf(rules, 'a'.repeat(limits.resourceCharacters))).toBe('block');
    expect(guardModeOf(rules, `${'a'.repeat(limits.resourceCharacters - 2)}b7`)).toBe('off');
    expect(guardModeOf(rules, `${'a'.repeat(limits.resourceCharacters)}b7`)).toBe('block');
  });

  it('goes for names that begin with a dot as for others', () => {
    const rules = policy({ '**/*.yml': 'warn', '.env*': 'off' });
    expect(['.github/x.yml', '.env.local'].map(path => guardModeOf(rules, path))).toEqual(['warn', 'off']);
  });

  it('is that of a glob for every path that the glob matches', () => {
    const text = fc.array(fc.constantFrom('a', 'b', '.', '/', '*', '**', '?', '[ab]', '{a,b}', '{', '}', ']', ','), {
      minLength: 1,
      maxLength: 8,
    });
    const path = fc.array(fc.constantFrom('a', 'b', '.', '/', '[', ']', '{', '}', ','), { minLength: 1, maxLength: 6 });
    fc.assert(
      fc.property(text, path, fc.boolean(), (glob, name, foldsCase) => {
        const [pattern, file] = [glob.join(''), name.join('')];
        fc.pre(file.split('/').every(part => !['', '.', '..'].includes(part)) && isDeclarable(pattern));
        const rules = policy({ [pattern]: 'off' });
        if (matchesText(pattern, file, foldsCase)) expect(guardModeOf(rules, file, foldsCase)).toBe('off');
      }),
      { numRuns: 3_000 },
    );
  });
});
