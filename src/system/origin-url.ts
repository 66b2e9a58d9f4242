/** One name for a repository, whatever way its address is written. */

const defaultPorts: Readonly<Record<string, string>> = { http: '80', https: '443', ssh: '22', git: '9418' };

/**
 * `host/path` of a remote's address: host in lower case, no user, password, default port or `.git`; the path keeps its case.
 * Undefined for what does not name one place for everybody: local paths, `file://`, transport helpers, control characters.
 */
export function normaliseOrigin(address: string): string | undefined {
  const trimmed = address.trim();
  if (/\p{Cc}/u.test(trimmed)) return undefined;
  return fromUrl(trimmed) ?? fromShortForm(trimmed);
}

function fromUrl(address: string): string | undefined {
  const parts = /^([a-z][a-z0-9+.-]*):\/\/(?:[^/]*@)?(\[[^\]/]+\]|[^:/]*)(?::(\d*))?\/(.*)$/i.exec(address);
  if (!parts) return undefined;
  const [, scheme = '', host = '', port = '', path = ''] = parts;
  // `git+ssh` and `ssh+git` are old spellings of `ssh`.
  const transport = scheme.toLowerCase().replace(/^git\+|\+git$/, '');
  const isDefault = port === '' || port === defaultPorts[transport];
  return transport === 'file' ? undefined : join(isDefault ? host : `${host}:${port}`, decoded(path));
}

/** `user@host:path`, which git takes for ssh when no slash stands before the colon. */
function fromShortForm(address: string): string | undefined {
  // One letter before the colon is a drive; two colons call a transport helper.
  if (address.includes('://') || /^[a-z]:[\\/]/i.test(address) || /^[^/]*::/.test(address.replace(/\[[^\]]*\]/, ''))) {
    return undefined;
  }
  const parts = /^(?:[^/]*@)?(\[[^\]/]+\]|[^:/\\@]+):(.+)$/.exec(address);
  if (!parts) return undefined;
  const [, host = '', path = ''] = parts;
  // `[host:port]:path` is the short form with a port; in other brackets stands an address of IPv6.
  const [, name = host, port = ''] = /^\[([^:\]]+)(?::(\d+))?\]$/.exec(host) ?? [];
  return join(port === '' || port === defaultPorts.ssh ? name : `${name}:${port}`, path);
}

function join(host: string, path: string): string | undefined {
  const clean = path
    .replaceAll(/\/+/g, '/')
    .replaceAll(/^\/|\/$/g, '')
    .replace(/\.git$/, '')
    .replace(/\/$/, '');
  return host === '' || clean === '' ? undefined : `${host.toLowerCase()}/${clean.normalize('NFC')}`;
}

function decoded(path: string): string {
  try {
    const plain = decodeURIComponent(path);
    return /\p{Cc}/u.test(plain) ? path : plain;
  } catch {
    return path;
  }
}
