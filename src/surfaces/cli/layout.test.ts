import { describe, expect, it } from 'vitest';
import { cut, displayWidth, oneLine, table, wrap } from './layout.ts';

const plain = (text: string) => text;

describe('widths', () => {
  it.each([
    ['plain', 5],
    ['é', 1],
    ['e\u0301', 1],
    ['支払', 4],
    ['👩‍💻', 2],
    ['✓ ok', 4],
    ['', 0],
  ])('%j fills %i cells', (text, width) => {
    expect(displayWidth(text)).toBe(width);
  });

  it('are kept when cutting, at the end or in the middle', () => {
    expect(cut('src/session/store.ts', 10)).toBe('src/sessi…');
    expect(cut('src/session/store.ts', 11, 'middle')).toBe('src/s…re.ts');
    expect(cut('支払いを直す', 6)).toBe('支払…');
    expect(cut('short', 5)).toBe('short');
  });

  it('are kept when wrapping, also by words that are too long', () => {
    expect(wrap('one two three four', 10)).toEqual(['one two', 'three four']);
    expect(wrap('abcdefghijklmnop', 10)).toEqual(['abcdefghij', 'klmnop']);
    expect(wrap('a\n\nb', 20)).toEqual(['a', '', 'b']);
    expect(wrap(`${'x'.repeat(500)}`, undefined)).toHaveLength(1);
  });
});

describe('a table', () => {
  const headings = [
    { title: 'NAME' },
    { title: 'TASK', gives: 'end' as const, keeps: 12 },
    { title: 'EMPTY' },
    { title: 'PLACE', gives: 'middle' as const, mayGo: true },
  ];
  const rows = [
    ['otter', 'move the login to sessions', '', '/a/very/long/path/to/a/checkout'],
    ['heron', '', '', '/short'],
  ];

  it('leaves out columns without content and cuts nothing where nobody looks', () => {
    const text = table(headings, rows, plain, undefined);
    expect(text).toContain('NAME   TASK                        PLACE\n');
    expect(text).toContain('/a/very/long/path/to/a/checkout');
    expect(text).not.toContain('EMPTY');
  });

  it.each([30, 40, 50, 60, 80, 200])('fits %i columns', columns => {
    const lines = table(headings, rows, plain, columns).trimEnd().split('\n');
    expect(Math.max(...lines.map(displayWidth))).toBeLessThanOrEqual(columns);
    expect(lines).toHaveLength(3);
  });

  it('gives up what matters least where it is too narrow', () => {
    expect(table(headings, rows, plain, 28)).not.toContain('PLACE');
  });

  it('shows data on one line and without anything a terminal would obey', () => {
    const text = table([{ title: 'A' }], [['x\u001b[2J\ny\u009b31m\u202ez']], plain, 80);
    expect(text).toBe('A\nx yz\n');
    expect(oneLine(' a\tb ')).toBe('a b');
  });
});
