import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { namedResource } from './resource.ts';
import { foreignText, nativeName } from './resource-text.ts';

describe('a name of what is locked', () => {
  it('that ours takes is the same in both vocabularies', () => {
    for (const name of ['ci', 'CI', 'deploy:production', 'port:3000', 'db:staging', 'src/a.ts']) {
      expect(nativeName(name)).toBe(name);
      expect(foreignText(name)).toBe(name);
    }
    expect(foreignText('file:src/a.ts')).toBe('src/a.ts');
  });

  it('that ours does not take is one that it takes, another for each, and comes back as it was', () => {
    const seen = new Map<string, string>();
    fc.assert(
      fc.property(fc.string({ minLength: 1, maxLength: 40, unit: 'grapheme' }), text => {
        const name = nativeName(text);
        expect(() => namedResource(name, 'here:/shop')).not.toThrow();
        expect(foreignText(name)).toBe(text);
        expect(seen.get(name) ?? text).toBe(text);
        seen.set(name, text);
      }),
      { numRuns: 500 },
    );
    for (const text of ['file:src/a.ts', 'pool:port', 'text:x', ' ci', 'a b', 'a+20+b'])
      expect(foreignText(nativeName(text)), text).toBe(text);
  });
});
