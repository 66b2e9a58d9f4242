import { describe, expect, it } from 'vitest';
import { tokenFor } from './hub-address.ts';

const [one, two] = ['https://one.example.com', 'https://two.example.com'];

describe('The token of a file', () => {
  it.each([
    ['that stands alone is for every hub that its user names', 'sbx_any', [one, two], true, 'sbx_any'],
    ['that stands alone is for none that a repository names', 'sbx_any', [one], false, null],
    ['behind an address is for that, whoever names it', `${one}/ sbx_one`, [one], false, 'sbx_one'],
    ['behind an address is for no other', `${one} sbx_one`, [two], true, null],
    [
      'behind every address of several is for all of them',
      `${one} sbx_all\n${two} sbx_all`,
      [one, two],
      false,
      'sbx_all',
    ],
    ['behind one of several goes to none of them', `${one} sbx_one`, [one, two], true, null],
    [
      'behind each of several is for all of them where it is the same',
      `${one} sbx_one\n${one} sbx_all\n${two} sbx_all`,
      [one, two],
      false,
      'sbx_all',
    ],
    [
      'behind one of several gives way to the one that stands alone',
      `${one} sbx_one\n${two} sbx_two\nsbx_any`,
      [one, two],
      true,
      'sbx_any',
    ],
    ['in a remark is none', `# sbx_old\n#${one} sbx_one`, [one], true, null],
  ])('%s', (_title, text, addresses, isOwnChoice, token) => {
    expect(tokenFor(text, addresses, isOwnChoice)).toBe(token);
  });

  it('behind one of several hubs goes to no other, also where that has one of its own', () => {
    const text = `${one} sbx_one\n${two} sbx_two`;
    expect(tokenFor(text, [one, two], false)).toBeNull();
    expect(tokenFor(text, [one, two], true)).toBeNull();
    expect(tokenFor(text, [two], false)).toBe('sbx_two');
  });
});
