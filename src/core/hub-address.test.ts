import { describe, expect, it } from 'vitest';
import { tokenFor } from './hub-address.ts';

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
