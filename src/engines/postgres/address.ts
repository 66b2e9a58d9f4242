/** What a `postgres://` URL says: where the server is, and in which schema the store lives. */
import { SignalboxError } from '../../core/errors.ts';

export interface PostgresAddress {
  /** For the driver: without what is ours. */
  readonly connectionString: string;
  /** For people: host, port and database, without user and password. */
  readonly server: string;
  /** The whole address without the password. */
  readonly location: string;
  readonly schema: string;
  /** Whether passwords of the environment may be used there. */
  readonly isOwn: boolean;
  /** Connections that one process keeps for units of work at most. */
  readonly connections: number;
}

const defaultConnections = 3;
const mostConnections = 50;

/** `invalid_input` for an address that cannot be meant. Opens nothing. */
export function parseAddress(text: string, isOwn = true): PostgresAddress {
  const url = parsed(text);
  // A password with a slash or without its two slashes before lands elsewhere in the URL, and would be shown.
  if (!/^postgres(ql)?:\/\//i.test(text) || /@/.test(url.pathname)) {
    throw invalid(
      'The address of the PostgreSQL store is not a valid URL.',
      'Write postgres://USER:PASSWORD@HOST:5432/DATABASE; percent-encode special characters of the password.',
    );
  }
  const schema = url.searchParams.get('schema') ?? 'signalbox';
  if (!/^[a-z_][a-z0-9_]{0,39}$/.test(schema)) {
    throw invalid(
      'The schema of a store is one word of at most 40 lower-case letters, digits and underscores.',
      'Write ?schema=signalbox, or leave it out.',
    );
  }
  const connections = Number(url.searchParams.get('connections') ?? defaultConnections);
  if (!Number.isInteger(connections) || connections < 1 || connections > mostConnections) {
    throw invalid(`The number of connections is not a whole number from 1 to ${mostConnections}.`, 'Leave it out.');
  }
  url.searchParams.delete('schema');
  url.searchParams.delete('connections');
  honourTls(url);
  const host = url.searchParams.get('host') ?? (url.hostname || 'localhost');
  const server = `${host}:${url.port || '5432'}${url.pathname === '/' ? '' : url.pathname}`;
  const user = url.username ? `${url.username}@` : '';
  return {
    connectionString: url.href,
    server,
    location: `postgres://${user}${server}?schema=${schema}`,
    schema,
    isOwn,
    connections,
  };
}

function parsed(text: string): URL {
  try {
    return new URL(text);
  } catch (cause) {
    throw new SignalboxError(
      'invalid_input',
      'The address of the PostgreSQL store is not a valid URL.',
      'Write postgres://USER:PASSWORD@HOST:5432/DATABASE; percent-encode special characters of the password.',
      { cause },
    );
  }
}

const tlsModes = ['disable', 'prefer', 'require', 'verify-ca', 'verify-full', 'no-verify'];

/**
 * The driver takes every mode between `prefer` and `verify-full` for the last one, which is the safe reading, and warns on
 * standard error that this may change. Saying `verify-full` keeps the meaning and the silence.
 */
function honourTls(url: URL): void {
  const mode = url.searchParams.get('sslmode');
  if (mode === null || url.searchParams.get('uselibpqcompat') === 'true') return;
  if (!tlsModes.includes(mode)) {
    throw invalid(`There is no sslmode "${mode.slice(0, 40)}".`, `Use one of ${tlsModes.join(', ')}.`);
  }
  if (['prefer', 'require', 'verify-ca'].includes(mode)) url.searchParams.set('sslmode', 'verify-full');
}

function invalid(message: string, next: string): SignalboxError {
  return new SignalboxError('invalid_input', message, next);
}
