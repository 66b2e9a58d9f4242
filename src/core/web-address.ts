/** Addresses of the web as settings spell them, and which of them a secret may be sent to. */

/** Names of this machine, as addresses of the web spell them. */
export const loopback: readonly string[] = ['127.0.0.1', '[::1]', 'localhost'];

/** Whether a host, in brackets or without, is this machine for itself. */
export function isLoopback(host: string): boolean {
  return host === '::1' || loopback.includes(host) || /^127(?:\.\d{1,3}){3}$/.test(host);
}

/**
 * An address that nobody on the way can read or change, or that never leaves this machine. Undefined for any other text, and for one
 * with a name, a password, a question or a fragment in it.
 */
export function secureAddress(text: string): URL | undefined {
  if (!URL.canParse(text)) return undefined;
  const url = new URL(text);
  const isSafe = url.protocol === 'https:' || (url.protocol === 'http:' && isLoopback(url.hostname));
  const isPlain = !/[?#]/.test(text) && url.username === '' && url.password === '';
  return isSafe && isPlain ? url : undefined;
}
