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

const [office, shop] = ['https://hub.example.com', 'https://shop.example.com'];

describe('a token of a file', () => {
  it('goes to the hub that it stands behind, however that is spelled, and to all replicas that it stands behind', () => {
    expect(tokenFor(`${office}/ sbx_office\n`, [office], false)).toBe('sbx_office');
    const both = `# mine\n${office} sbx_one\n${shop} sbx_one\n`;
    expect(tokenFor(both, [office, shop], false)).toBe('sbx_one');
  });

  it('goes to no other hub, also where a repository names that as a replica of one that it is for', () => {
    const file = `${office} sbx_office\n${shop} sbx_shop\n`;
    expect(tokenFor(file, [office, shop], false)).toBeNull();
    expect(tokenFor(file, [office, 'https://thief.example.com'], false)).toBeNull();
    expect(tokenFor(file, [office, shop], true)).toBeNull();
  });

  it('that stands alone is for every hub that its user names, and for none that a repository does', () => {
    expect(tokenFor('sbx_any\n', [office, shop], true)).toBe('sbx_any');
    expect(tokenFor('sbx_any\n', [office], false)).toBeNull();
  });
});
