import { describe, expect, it } from 'vitest';
import { subjectOf } from './audit-subject.ts';
import { limits } from './limits.ts';

describe('the subject of a call', () => {
  it.each([
    [{ paths: ['src/a.ts', 'src/b.ts'], reason: 'Login' }, 'src/a.ts, src/b.ts'],
    [{ resources: ['ci'], to: 'heron' }, 'ci, heron'],
    [{ to: ['wren', '#general'], body: 'Take b', message: 'Secret' }, 'wren, #general'],
    [{ scope: 'ci', key: 'url', value: 'https://example.com' }, 'ci, url'],
    [{ uri: 'signalbox://inbox' }, 'signalbox://inbox'],
    [{ content: 'We use tabs.', title: 'Tabs' }, null],
    [{ paths: [7, null, { a: 1 }, ''] }, null],
    [{}, null],
    [null, null],
    ['paths', null],
  ])('of %o is %o: what it names, and no text', (input, subject) => {
    expect(subjectOf(input)).toBe(subject);
  });

  it('is short and one line, whatever it is made of', () => {
    const many = subjectOf({ paths: Array.from({ length: 5_000 }, () => 'x'.repeat(5_000)), to: 'wren' });
    expect(many).toHaveLength(limits.auditNameCharacters);
    expect(subjectOf({ to: 'a\nb\u001b[31mc' })).toBe('a bc');
  });
});
