import { describe, expect, it } from 'vitest';
import { addressFinder } from './proxies.ts';

const through = addressFinder('10.0.0.7, 10.1.0.0/16,fd00::/8');

describe('the address of a client', () => {
  it('is that of its connection where no proxy is listed, whatever the request says', () => {
    for (const none of ['', '  ']) expect(addressFinder(none)('192.0.2.1', '198.51.100.1')).toBe('192.0.2.1');
  });

  it('is not what somebody says who is no proxy', () => {
    expect(through('192.0.2.1', '198.51.100.1')).toBe('192.0.2.1');
    expect(through('10.2.0.1', '198.51.100.1')).toBe('10.2.0.1');
  });

  it.each([
    ['10.0.0.7', '198.51.100.1', '198.51.100.1'],
    ['::ffff:10.0.0.7', '198.51.100.1', '198.51.100.1'],
    ['10.1.255.255', '198.51.100.1, 10.0.0.7', '198.51.100.1'],
    ['fd00::1', '2001:DB8::1,fd12::9', '2001:db8::1'],
    ['10.0.0.7', '[2001:db8::1]:443', '2001:db8::1'],
    ['10.0.0.7', '198.51.100.1:5678', '198.51.100.1'],
    ['10.0.0.7', '::ffff:198.51.100.1', '198.51.100.1'],
    // The last that is none of ours: what stands before was written by the client.
    ['10.0.0.7', '203.0.113.9, 10.0.0.7, 198.51.100.1', '198.51.100.1'],
    ['10.0.0.7', '127.0.0.1, 198.51.100.1, 10.1.2.3', '198.51.100.1'],
    // All are ours: one of them has asked itself.
    ['10.0.0.7', '10.1.0.1, 10.1.0.2', '10.1.0.1'],
    ['10.0.0.7', undefined, '10.0.0.7'],
  ])('that came by %s, as %j, is %s', (remote, forwarded, address) => {
    expect(through(remote, forwarded)).toBe(address);
  });

  it.each(['', 'unknown', '198.51.100', '198.51.100.1.', '<script>', '1e1.0.0.1', '198.51.100.1 10.1.0.1'])(
    'that stands there as %j is that of the proxy which said so',
    forwarded => {
      expect(through('10.0.0.7', forwarded)).toBe('10.0.0.7');
      expect(through('10.0.0.7', `198.51.100.1,${forwarded},10.1.0.1`)).toBe('10.1.0.1');
    },
  );

  it('is found in a bounded part of a header, and never fails', () => {
    expect(through('10.0.0.7', `198.51.100.1,${'10.1.0.1,'.repeat(5_000)}10.1.0.2`)).toBe('10.1.0.1');
    expect(through(undefined, '198.51.100.1')).toBe('unknown');
    expect(addressFinder('fe80::/10')('fe80::1%eth0', '198.51.100.1')).toBe('198.51.100.1');
  });
});

it.each([
  '10.0.0',
  'proxy',
  '10.0.0.0/33',
  '::/129',
  '10.0.0.0/',
  '10.0.0.0/8/8',
  '10.0.0.0/-1',
  '10.0.0.7,',
  'fe80::1%eth0',
])('A list of proxies with %j is refused by name', list => {
  expect(() => addressFinder(list)).toThrow(/in --proxies \(SIGNALBOX_HUB_PROXIES\) is neither/);
});

it('A list of proxies that takes in everybody is refused: everybody could then be everybody else', () => {
  for (const list of ['0.0.0.0/0', '::/0', '10.0.0.7,0.0.0.0/0'])
    expect(() => addressFinder(list)).toThrow(/--proxies/);
});
