/** Addresses of the web as settings spell them, and which of them a secret may be sent to. */

/** Names of this machine, as addresses spell them. */
export const loopback: readonly string[] = ['127.0.0.1', '::1', '[::1]', 'localhost'];

/**
 * An address that nobody on the way can read or change, or that never leaves this machine. Undefined for any other text, and for one
 * with a name, a password, a question or a fragment in it.
 */
export function secureAddress(text: string): URL | undefined {
  if (!URL.canParse(text)) return undefined;
  const url = new URL(text);
  const isSafe = url.protocol === 'https:' || (url.protocol === 'http:' && loopback.includes(url.hostname));
  const isPlain = !/[?#]/.test(text) && url.username === '' && url.password === '';
  return isSafe && isPlain ? url : undefined;
}
