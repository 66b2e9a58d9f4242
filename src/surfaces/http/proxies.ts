/** Which proxies stand before the hub, and whose request it is that came through them. */
import { BlockList, isIP } from 'node:net';
import { SignalboxError } from '../../core/errors.ts';
import { limits } from '../../core/limits.ts';

/** Finds a client's address: that of the connection, and the `X-Forwarded-For` of the request. */
export type FindAddress = (remote: string | undefined, forwarded: string | undefined) => string;

/**
 * Believes what the listed proxies say, addresses or ranges separated by commas, and nobody else: each proxy writes behind what it
 * was told, so what counts is the last address that is none of theirs. Whatever a client has written itself stands before that. What
 * is no address ends the search at the proxy that passed it on. Errors: `invalid_input` for a list that is none, or takes in everybody.
 */
export function addressFinder(list: string): FindAddress {
  const proxies = new BlockList();
  const items = list.trim() === '' ? [] : list.split(',').map(item => item.trim());
  for (const item of items) add(proxies, item);
  const isProxy = (address: string) => proxies.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4');
  return (remote, forwarded) => {
    let known = addressIn(remote ?? '');
    if (known === undefined) return 'unknown';
    if (items.length === 0) return known;
    const hops = (forwarded ?? '').split(',').slice(-limits.hubProxiesPassed).reverse();
    for (const hop of hops) {
      const before = addressIn(hop.trim());
      if (!isProxy(known) || before === undefined) return known;
      known = before;
    }
    return known;
  };
}

function add(proxies: BlockList, item: string): void {
  const [address = '', bits, ...more] = item.split('/');
  const family = isIP(address);
  const most = family === 6 ? 128 : 32;
  const isRange = bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) >= 1 && Number(bits) <= most);
  if (family === 0 || address.includes('%') || more.length > 0 || !isRange) {
    throw new SignalboxError(
      'invalid_input',
      `"${item.slice(0, 60)}" in --proxies (SIGNALBOX_HUB_PROXIES) is neither an address nor a range.`,
      'Write what your proxies have, such as 10.0.0.7 or 10.1.0.0/16, separated by commas; not 0.0.0.0/0, which is everybody.',
    );
  }
  proxies.addSubnet(address, bits === undefined ? most : Number(bits), family === 6 ? 'ipv6' : 'ipv4');
}

/** An address in its one spelling: an IPv4 one in IPv6 is that, and a port, brackets and a network's name are left out. */
function addressIn(text: string): string | undefined {
  const [, bracketed] = /^\[([^\]]+)\](?::\d{1,5})?$/.exec(text) ?? [];
  const [, beforePort] = /^([\d.]+):\d{1,5}$/.exec(text) ?? [];
  const bare = (bracketed ?? beforePort ?? text).replace(/%.*$/s, '').toLowerCase();
  const [, mapped] = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/.exec(bare) ?? [];
  const address = mapped ?? bare;
  return isIP(address) === 0 ? undefined : address;
}
