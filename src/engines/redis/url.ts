/** What the URL of a Redis store says: where the server is, how to get in, and the beginning of all keys. */
import { readFileSync } from 'node:fs';
import { SignalboxError } from '../../core/errors.ts';
import type { RedisOptions } from './driver.ts';

export interface RedisPlace {
  /** How the server is called in sentences: `host:port`, or the path of its socket. */
  readonly label: string;
  /** The URL without its password. */
  readonly location: string;
  /** What every key and channel begins with. */
  readonly prefix: string;
  /** The options of a connection. */
  readonly options: RedisOptions;
}

const defaultPort = 6379;

/**
 * Understands `redis://[user[:password]@]host[:port][/db]`, the same with `rediss://` for TLS, and
 * `redis+unix://[user[:password]@]/path/of.sock`. Parameters: `prefix` (default `signalbox`), `db`, and `ca`, the path of the
 * certificate authority to trust instead of the system's. Anything else is `invalid_input`, without showing the password.
 */
export function parseRedisUrl(text: string): RedisPlace {
  const url = parsed(text);
  const parameters = url.searchParams;
  for (const name of parameters.keys()) {
    if (!['prefix', 'db', 'ca'].includes(name)) throw invalid(`it has an unknown parameter "${name}"`);
  }
  const prefix = parameters.get('prefix') ?? 'signalbox';
  // Braces would decide in which slot of a cluster a key lies.
  if (!/^[\w.:/-]{1,100}$/.test(prefix)) throw invalid('its prefix may hold letters, digits and . : / _ - only');
  const isSocket = url.protocol === 'redis+unix:';
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1') || 'localhost';
  const port = url.port === '' ? defaultPort : Number(url.port);
  const path = decoded(url.pathname);
  const label = isSocket ? path : `${url.hostname || host}:${port}`;
  const options: RedisOptions = {
    ...(isSocket ? { path } : { host, port }),
    ...(url.username === '' ? {} : { username: decoded(url.username) }),
    ...(url.password === '' ? {} : { password: decoded(url.password) }),
    db: database(parameters.get('db') ?? (isSocket ? '' : path.slice(1))),
    ...(url.protocol === 'rediss:' ? { tls: tlsOf(parameters.get('ca')) } : {}),
  };
  if (url.password !== '') url.password = '***';
  return { label, location: url.href, prefix, options };
}

function parsed(text: string): URL {
  let url: URL;
  try {
    url = new URL(text);
  } catch {
    throw invalid('it cannot be read as a URL');
  }
  if (!['redis:', 'rediss:', 'redis+unix:'].includes(url.protocol)) throw invalid('it begins with no known protocol');
  return url;
}

function database(text: string): number {
  if (!/^\d{0,6}$/.test(text)) throw invalid('its database is not a number');
  return Number(text);
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw invalid('it holds a % that stands for nothing');
  }
}

/** Certificates are checked, as Node does by default, against the name that is connected to. */
function tlsOf(authority: string | null): NonNullable<RedisOptions['tls']> {
  if (authority === null) return {};
  try {
    return { ca: readFileSync(authority) };
  } catch (cause) {
    throw new SignalboxError(
      'invalid_input',
      'The certificate authority named in the URL of the Redis store cannot be read.',
      'Name a file in PEM form that this user may read in the parameter "ca".',
      { cause },
    );
  }
}

function invalid(why: string): SignalboxError {
  return new SignalboxError(
    'invalid_input',
    `The URL of the Redis store is wrong: ${why}.`,
    'Write it as redis://user:password@host:6379/0 or rediss:// for TLS; other characters in a password as %XX.',
  );
}
