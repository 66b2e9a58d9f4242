/** Where a hub is, as the setting of the store names it, and which token may go there. */
import { SignalboxError } from './errors.ts';

/** Whether a store is behind a hub. */
export function isHubAddress(store: string): boolean {
  return /^https?:/i.test(store);
}

/**
 * The hubs of a setting, which are replicas of one another; several with commas between them. Errors: `invalid_input` for one that cannot be
 * read or holds a name and a password, `forbidden` for one that a token would go to in the clear.
 */
export function hubAddresses(store: string): string[] {
  return store.split(',').map(text => {
    const address = text.trim();
    const url = URL.canParse(address) ? new URL(address) : undefined;
    if (url === undefined || !isHubAddress(address) || url.search !== '' || url.hash !== '') {
      throw invalid(`"${address.slice(0, 60)}" is no address of a hub.`);
    }
    if (url.username !== '' || url.password !== '') throw invalid('The address of a hub holds no name and password.');
    if (url.protocol === 'http:' && !isLoopback(url.hostname)) {
      throw new SignalboxError(
        'forbidden',
        `${url.origin} is not encrypted, so everybody on the way would have your token.`,
        'Use https://, with a proxy before the hub; http:// is for a hub on this machine.',
      );
    }
    return `${url.origin}${url.pathname.replace(/\/+$/, '')}`;
  });
}

/** The names and numbers of a machine for itself. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '[::1]' || host === '::1' || /^127(?:\.\d{1,3}){3}$/.test(host);
}

/**
 * The token of a file: one that stands there alone is for every hub that its user names, one behind the address of a hub is for that.
 * `isOwnChoice` is false where a repository has named the hub: then only a token behind its very address counts, because whoever wrote
 * that file may want others' tokens. Null for none.
 */
export function tokenFor(text: string, addresses: readonly string[], isOwnChoice: boolean): string | null {
  const lines = text
    .split('\n')
    .map(line => line.trim().split(/\s+/))
    .filter(([first = '']) => first !== '' && !first.startsWith('#'));
  const bound = lines.filter(words => words.length === 2).map(([address = '', token = '']) => ({ address, token }));
  // One and the same is for every replica: what is for one hub must not go to another.
  const isFor = (address: string, token: string) =>
    bound.some(each => each.token === token && each.address.replace(/\/+$/, '') === address);
  const meant = bound.find(({ token }) => addresses.every(address => isFor(address, token)));
  if (meant) return meant.token;
  const [free] = lines.find(words => words.length === 1) ?? [];
  return isOwnChoice ? (free ?? null) : null;
}

function invalid(message: string): SignalboxError {
  return new SignalboxError('invalid_input', message, 'Write it as https://hub.example.com.');
}
