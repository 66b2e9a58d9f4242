/** Store addresses that name an engine of others: `module:./file.mjs`, `module:/path/file.mjs` or `module:package`. */
import { isAbsolute, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

const scheme = 'module:';

export function isModuleUrl(url: string): boolean {
  return url.startsWith(scheme);
}

/** What the address names, and what stands behind it for the engine to read, with its `?` or `#`. */
export function moduleParts(url: string): { readonly name: string; readonly rest: string } {
  const [, name = '', rest = ''] = /^([^?#]*)(.*)$/s.exec(url.slice(scheme.length)) ?? [];
  return { name, rest };
}

/**
 * The address with a file's whole place, as a file URL: a `#` or space in a folder's name must not end it. A relative path counts
 * from `base`. The name of a package stays as it is.
 */
export function absoluteModuleUrl(url: string, base: string): string {
  const { name, rest } = moduleParts(url);
  const isFile = /^\.\.?([/\\]|$)/.test(name) || isAbsolute(name);
  return isFile ? `${scheme}${pathToFileURL(resolve(base, name)).href}${rest}` : url;
}
