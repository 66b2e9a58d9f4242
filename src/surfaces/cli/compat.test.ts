import { describe, expect, it } from 'vitest';
import { passedThrough } from './program.ts';

describe('What stands behind the profile of compat', () => {
  it('is nothing that we read ourselves', () => {
    const words = ['compat', 'claude-presence', 'status', '--json'];
    expect(passedThrough(words)).toEqual(['compat', 'claude-presence', '--', 'status', '--json']);
    expect(passedThrough(['compat', 'claude-presence'])).toEqual(['compat', 'claude-presence', '--']);
  });

  it('may have options for every command before it', () => {
    const words = ['--home', 'compat', '--json', 'compat', 'claude-presence', '--help'];
    expect(passedThrough(words)).toEqual([...words.slice(0, 5), '--', '--help']);
  });

  it.each([
    [['compat', '--help']],
    [['compat', 'nobody', '--json']],
    [['lock', 'acquire', '--resource', 'compat', 'claude-presence', '--json']],
    [[]],
  ])('is not there in %j', words => {
    expect(passedThrough(words)).toBe(words);
  });
});
