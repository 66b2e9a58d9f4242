import { describe, expect, it } from 'vitest';
import { diffLines } from './diff.ts';

describe('a diff', () => {
  it('shows three lines around each change, in the form of git', () => {
    const before = 'a\nb\nc\nd\ne\nf\ng\n';
    expect(diffLines(before, before.replace('e', 'E'))).toEqual([
      '@@ -2,6 +2,6 @@',
      ' b',
      ' c',
      ' d',
      '-e',
      '+E',
      ' f',
      ' g',
    ]);
    expect(diffLines(null, 'a\n')).toEqual(['@@ -0,0 +1 @@', '+a']);
    expect(diffLines('a\n', null)).toEqual(['@@ -1 +0,0 @@', '-a']);
    expect(diffLines('a', 'a')).toEqual([]);
  });

  it('tells a missing line end at the end', () => {
    expect(diffLines('a', 'a\n')).toEqual(['@@ -1 +1 @@', '-a', '\\ No newline at end of file', '+a']);
  });

  it('shows of one long line what changes in it', () => {
    const line = (inside: string) => `{"a":"${'x'.repeat(500)}",${inside}"z":"${'y'.repeat(500)}"}`;
    for (const end of ['', '\n']) {
      const lines = diffLines(line('') + end, line('"new":1,') + end).filter(shown => /^[-+]/.test(shown));
      expect(lines[1]).toMatch(/^\+….*"new":1,.*…$/);
      expect(lines.join('').length).toBeLessThan(240);
    }
  });

  it('is harmless for a terminal', () => {
    expect(diffLines('', '\u001b[31mred\u202e\r\n')).toEqual(['@@ -0,0 +1 @@', '+red']);
  });
});
