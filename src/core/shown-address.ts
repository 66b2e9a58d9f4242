/** Addresses of stores, for people. */

/**
 * A store's address as it may be shown: passwords and tokens hidden, however it is mistyped. Of what stands before the last `@` only
 * a user's name is left.
 */
export function withoutSecrets(url: string): string {
  if (/^(sqlite|module|memory):/.test(url)) return url;
  const shown = url.replace(/([?&][^=&]*(?:token|secret|passw|key|auth)[^=&]*=)[^&]*/gi, '$1***');
  const at = shown.lastIndexOf('@');
  if (at < 0) return shown;
  const scheme = /^[a-z][a-z0-9+.-]*:\/*/i.exec(shown)?.[0] ?? '';
  const credentials = shown.slice(scheme.length, at);
  const user = /^[\w.%-]*/.exec(credentials)?.[0] ?? '';
  return `${scheme}${user}${credentials === user ? '' : ':***'}${shown.slice(at)}`;
}
