import { describe, expect, it } from 'vitest';
import { addressOf, keyIn } from './addresses.ts';

describe('the address of a conversation', () => {
  it('of two is made of their ids, sorted, and means the same for both', () => {
    const key = { kind: 'pair', names: ['docs', 'shop'] } as const;
    expect(addressOf(key)).toBe('direct_docs_shop');
    expect([keyIn('direct_docs_shop', 'docs'), keyIn('direct_docs_shop', 'shop')]).toEqual([key, key]);
  });

  it.each([
    ['direct_a_b_c', 'a', ['a', 'b_c']],
    ['direct_a_b_c', 'b_c', ['a', 'b_c']],
    ['direct_a_b_c', 'a_b', ['a_b', 'c']],
    ['direct_a_b_a', 'a', ['a', 'b_a']],
    ['direct_shop_shop_2', 'shop_2', ['shop', 'shop_2']],
    ['direct_brisk-otter_shop', 'shop', ['brisk-otter', 'shop']],
  ])('%s means for %s the conversation of %s', (address, own, names) => {
    expect(keyIn(address, own)).toEqual({ kind: 'pair', names });
  });

  it('of two others is none of one’s own', () => {
    const key = keyIn('direct_docs_shop', 'web');
    expect(key.kind === 'pair' && key.names.includes('web')).toBe(false);
  });

  it('of a group tells when it began and comes back as it was', () => {
    const key = { kind: 'group', at: 1_795_000_000_123, sequence: 4_711 } as const;
    expect(addressOf(key)).toMatch(/^group_\d+_[0-9a-z]+$/);
    expect(keyIn(addressOf(key), 'shop')).toEqual(key);
  });

  it('of anything else stays as it is', () => {
    expect(keyIn('#general', 'shop')).toEqual({ kind: 'open', name: '#general' });
    expect(addressOf({ kind: 'open', name: 'all' })).toBe('all');
    expect(keyIn('group_x', 'shop')).toEqual({ kind: 'open', name: 'group_x' });
  });
});
