import { describe, expect, it } from 'vitest';
import { systemIds } from './ids.ts';

describe('systemIds', () => {
  it('gives 26 lower-case letters and digits', () => {
    for (let round = 0; round < 1_000; round++) expect(systemIds.next()).toMatch(/^[0-9a-hjkmnp-tv-z]{26}$/);
  });

  it('gives ids made in one moment prefixes of their own', () => {
    const prefixes = new Set(Array.from({ length: 1_000 }, () => systemIds.next().slice(0, 8)));
    expect(prefixes.size).toBe(1_000);
  });

  it('uses every letter at every place', () => {
    const seen = Array.from({ length: 26 }, () => new Set<string>());
    for (let round = 0; round < 2_000; round++) {
      for (const [place, letter] of [...systemIds.next()].entries()) seen[place]?.add(letter);
    }
    expect(seen.map(letters => letters.size)).toEqual(seen.map(() => 32));
  });

  it('draws every number below a bound and never the bound', () => {
    const drawn = new Set(Array.from({ length: 500 }, () => systemIds.below(3)));
    expect([...drawn].sort()).toEqual([0, 1, 2]);
    expect(systemIds.below(1)).toBe(0);
  });
});
