import { describe, expect, it } from 'vitest';
import { withOwnText, withoutOwnText } from './own-file.ts';

describe('a file that is wholly ours', () => {
  it('is written where nothing is, and over older versions of itself', () => {
    expect(withOwnText(null, '// ours 2', '// ours', 'f.js')).toBe('// ours 2');
    expect(withOwnText('', '// ours 2', '// ours', 'f.js')).toBe('// ours 2');
    expect(withOwnText('// ours 1', '// ours 2', '// ours', 'f.js')).toBe('// ours 2');
  });

  it('is never written over something else, nor removed when it is something else', () => {
    expect(() => withOwnText('mine', '// ours 2', '// ours', 'f.js')).toThrow('was not written by Signalbox');
    expect(withoutOwnText('mine', '// ours')).toBe('mine');
    expect(withoutOwnText('// ours 1', '// ours')).toBe(null);
  });
});
