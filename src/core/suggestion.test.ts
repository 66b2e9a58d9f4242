import { describe, expect, it } from 'vitest';
import { likeliest } from './suggestion.ts';

const words = ['edits', 'paths', 'git', 'onFailure', 'graceSeconds', 'commitTrailer'];

describe('what was meant', () => {
  it.each([
    ['edit', 'edits'],
    ['eidts', 'edits'],
    ['EDITS', 'edits'],
    ['path', 'paths'],
    ['gti', 'git'],
    ['onfailure', 'onFailure'],
    ['onFailiure', 'onFailure'],
    ['graceSecond', 'graceSeconds'],
    ['gracSecnods', 'graceSeconds'],
    ['comitTrailer', 'commitTrailer'],
  ])('by %s is %s', (written, meant) => {
    expect(likeliest(written, words)).toBe(meant);
  });

  it.each(['', 'x', 'mode', 'grace', 'e', 'gitgitgit', 'x'.repeat(10_000)])('by %j is nothing of these', written => {
    expect(likeliest(written, words)).toBeUndefined();
  });
});
