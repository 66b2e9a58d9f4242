/** Which addresses of the network a webhook may be posted to. */
import ipaddr from 'ipaddr.js';

/** What may be reached: everything public; or, where internal addresses are allowed, everything, or this machine alone. */
export type Reach = 'public' | 'loopback' | 'any';

/** What the unicast addresses of IPv6 that are given out begin with (RFC 4291, 2.4); all else is for something else or nobody's yet. */
const globalUnicast = ipaddr.IPv6.parseCIDR('2000::/3');

/** Judges a numeric address, in any spelling that the network takes. What cannot be read is not allowed. */
export function isAllowed(address: string, reach: Reach): boolean {
  if (!ipaddr.isValid(address)) return false;
  // Of an IPv4 address within an IPv6 one it is the former that is reached.
  const parsed = ipaddr.process(address);
  if (reach === 'loopback') return parsed.range() === 'loopback';
  // Not even then to what means no machine, or many.
  if (reach === 'any') return !['unspecified', 'broadcast', 'multicast', 'reserved'].includes(parsed.range());
  if (parsed.range() !== 'unicast') return false;
  return parsed.kind() === 'ipv4' || parsed.match(globalUnicast);
}
