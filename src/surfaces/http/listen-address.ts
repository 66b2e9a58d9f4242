/** Where a hub listens, and by which names it is called. */
import { SignalboxError } from '../../core/errors.ts';
import { loopback } from '../../core/web-address.ts';

/** The parts of `HOST:PORT`; without a host it is this machine. Errors: `invalid_input`. */
export function addressOf(text: string): { host: string; port: number } {
  const [, host = '', port = ''] = /^(?:(.+):)?(\d{1,5})$/.exec(text) ?? [];
  const number = Number(port);
  if (port !== '' && number <= 65_535) return { host: host.replace(/^\[(.*)\]$/, '$1') || '127.0.0.1', port: number };
  throw new SignalboxError(
    'invalid_input',
    `"${text.slice(0, 60)}" is no address to listen on.`,
    'Write HOST:PORT, such as 127.0.0.1:4720.',
  );
}

/** A host as addresses of the web spell it: one of IPv6 in brackets, and in its one spelling. */
export function inAddress(host: string): string {
  const name = host.includes(':') && !host.startsWith('[') ? `[${host}]` : host;
  return URL.canParse(`http://${name}`) ? new URL(`http://${name}`).hostname : name.toLowerCase();
}

/**
 * The names by which requests may call a hub: those of this machine, the host that it listens at, that of the address that clients use
 * (null for none), and a list of more. A request without a name, or from a page that has none, is not one of ours.
 */
export function namesOf(host: string, url: string | null, more: string): readonly string[] {
  const named = [host, url === null ? '' : new URL(url).hostname, ...more.split(',').map(name => name.trim())];
  return [...new Set([...loopback, ...named.filter(name => name !== '').map(inAddress)])];
}
