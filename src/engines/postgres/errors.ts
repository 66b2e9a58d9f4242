/** Turns whatever the driver or the server throws into a `ServerFailure`, with a sentence and a next step for each cause. */
import { SignalboxError } from '../../core/errors.ts';
import { ServerFailure, type ServerFailureKind } from '../server/failure.ts';

type Describe = (server: string) => readonly [message: string, next: string];

const causes = {
  unreachable: [
    'lost',
    (server: string) => [
      `The PostgreSQL server ${server} cannot be reached.`,
      'Check that it runs and that SIGNALBOX_STORE names the right host and port; nothing is lost, call again later.',
    ],
  ],
  silent: [
    'lost',
    (server: string) => [
      `The PostgreSQL server ${server} does not answer in time.`,
      'Call again; if it stays so, look at the load of the server and at the network between.',
    ],
  ],
  crowded: [
    'busy',
    (server: string) => [
      `The PostgreSQL server ${server} has no free connection.`,
      'Call again; if it stays so, raise max_connections there, or put PgBouncer in front of it.',
    ],
  ],
  busy: [
    'busy',
    (server: string) => [
      `The store on the PostgreSQL server ${server} was busy for too long; nothing was stored.`,
      'Call again; if it stays so, look there for a transaction that stays open.',
    ],
  ],
  torn: [
    'torn',
    (server: string) => [
      `A project on the PostgreSQL server ${server} changed while it was being read.`,
      'Call again.',
    ],
  ],
  readOnly: [
    'refused',
    (server: string) => [
      `The PostgreSQL server ${server} only reads: it is a replica, or it was set to read-only.`,
      'Name the primary server in SIGNALBOX_STORE, or wait until it takes writes again.',
    ],
  ],
  noLogin: [
    'refused',
    (server: string) => [
      `The PostgreSQL server ${server} refuses the user or the password.`,
      'Correct them in SIGNALBOX_STORE (postgres://USER:PASSWORD@HOST/DATABASE), or in ~/.pgpass.',
    ],
  ],
  noDatabase: [
    'refused',
    (server: string) => [
      `The database in the address of the PostgreSQL server ${server} does not exist.`,
      'Create it with `createdb NAME`, or correct its name in SIGNALBOX_STORE.',
    ],
  ],
  noRight: [
    'refused',
    (server: string) => [
      `The user may not use the tables of Signalbox on the PostgreSQL server ${server}.`,
      'Let the database owner run: GRANT CREATE ON DATABASE … TO …; or create the schema for this user.',
    ],
  ],
  full: [
    'refused',
    (server: string) => [
      `The PostgreSQL server ${server} has no space left; nothing was stored.`,
      'Free some disk space there and try again.',
    ],
  ],
  damaged: [
    'refused',
    (server: string) => [
      `The PostgreSQL server ${server} reports damaged data; the store was left as it is.`,
      'Have the database examined and restored; its log names the table.',
    ],
  ],
  untrusted: [
    'refused',
    (server: string) => [
      `The TLS certificate of the PostgreSQL server ${server} is not trusted.`,
      'Name its authority with ?sslmode=verify-full&sslrootcert=FILE in SIGNALBOX_STORE; sslmode=no-verify encrypts without this check.',
    ],
  ],
  noTls: [
    'refused',
    (server: string) => [
      `The PostgreSQL server ${server} does not offer TLS.`,
      'Turn it on there, or remove sslmode from SIGNALBOX_STORE if the network between is trusted.',
    ],
  ],
  noFile: [
    'refused',
    (server: string) => [
      `A certificate or key that the address of the PostgreSQL server ${server} names cannot be read.`,
      'Correct sslrootcert, sslcert or sslkey in SIGNALBOX_STORE, or the rights of that file.',
    ],
  ],
  encoding: [
    'refused',
    (server: string) => [
      `The database on the PostgreSQL server ${server} cannot keep every text: its encoding is not UTF-8.`,
      'Create one with createdb --encoding=UTF8 --template=template0 NAME, and name it in SIGNALBOX_STORE.',
    ],
  ],
  tooOld: [
    'refused',
    (server: string) => [
      `The PostgreSQL server ${server} is older than version 14.`,
      'Update it to PostgreSQL 14 or newer, or use another store.',
    ],
  ],
  newer: [
    'refused',
    (server: string) => [
      `The store on the PostgreSQL server ${server} was written by a newer Signalbox and was left as it is.`,
      'Update this Signalbox, or use another schema with ?schema=NAME in SIGNALBOX_STORE.',
    ],
  ],
  uncertain: [
    'refused',
    (server: string) => [
      `The connection to the PostgreSQL server ${server} was lost while a change was being stored; whether it was is not known.`,
      'Look before you repeat it: signalbox status shows what is there once the server can be reached.',
    ],
  ],
  unforeseen: [
    'refused',
    (server: string) => [
      `The PostgreSQL server ${server} refused a call in a way that Signalbox did not foresee.`,
      'Run `signalbox doctor` and report what it prints.',
    ],
  ],
} as const satisfies Record<string, readonly [ServerFailureKind, Describe]>;

export type Cause = keyof typeof causes;

export function postgresFailure(name: Cause, server: string, cause?: unknown): ServerFailure {
  const [kind, describe] = causes[name];
  const [message, next] = describe(server);
  return new ServerFailure(kind, message, next, cause, name === 'unforeseen' ? 'internal' : 'unavailable');
}

/** SQLSTATE codes, whole or by class (https://www.postgresql.org/docs/current/errcodes-appendix.html). */
const bySqlState: Readonly<Record<string, Cause>> = {
  '08': 'unreachable', // connection exceptions
  '57P01': 'unreachable', // admin_shutdown
  '57P02': 'unreachable', // crash_shutdown
  '57P03': 'unreachable', // cannot_connect_now: starting up or recovering
  '57P05': 'unreachable', // idle_session_timeout
  '25P03': 'silent', // idle_in_transaction_session_timeout: this process was stopped in the middle
  '53300': 'crowded', // too_many_connections
  '53100': 'full', // disk_full
  '53': 'busy',
  '40': 'busy', // serialisation failures and deadlocks
  '42P06': 'busy', // duplicate_schema, and
  '42P07': 'busy', // duplicate_table: somebody else made them at this moment
  '42P05': 'busy', // duplicate_prepared_statement, and
  '26000': 'busy', // invalid_sql_statement_name: a pooler gave us a connection that others have used
  '55P03': 'busy', // lock_not_available
  '57014': 'busy', // query_canceled: it took longer than it may
  '22P05': 'encoding', // untranslatable_character
  '22021': 'encoding', // character_not_in_repertoire
  '25006': 'readOnly', // read_only_sql_transaction
  '28': 'noLogin',
  '3D000': 'noDatabase',
  '42501': 'noRight',
  // The schema was removed under us: a new connection makes it anew.
  '3F000': 'unreachable',
  '42P01': 'unreachable',
  XX001: 'damaged',
  XX002: 'damaged',
};

const byNodeCode: Readonly<Record<string, Cause>> = {
  ECONNREFUSED: 'unreachable',
  ECONNRESET: 'unreachable',
  EPIPE: 'unreachable',
  ENOENT: 'unreachable',
  EHOSTUNREACH: 'unreachable',
  EHOSTDOWN: 'unreachable',
  ENETUNREACH: 'unreachable',
  ENETDOWN: 'unreachable',
  EADDRNOTAVAIL: 'unreachable',
  ENOTFOUND: 'unreachable',
  EAI_AGAIN: 'unreachable',
  ETIMEDOUT: 'silent',
};

/** What the driver throws by itself carries no code. */
const byText: readonly (readonly [RegExp, Cause])[] = [
  [/does not support SSL/i, 'noTls'],
  [/certificate|ALTNAME|self.signed|issuer/i, 'untrusted'],
  [/timeout|timed out/i, 'silent'],
  [/connection|not queryable|terminated/i, 'unreachable'],
  [/password|SASL|SCRAM|authentication/i, 'noLogin'],
];

/** Whether a statement's name meant nothing, or something else, on the connection: see `Target.mayName`. */
export function isForeignName(error: unknown): boolean {
  const { cause } = Object(error) as { cause?: { code?: unknown } };
  return cause?.code === '42P05' || cause?.code === '26000';
}

/** Maps anything thrown by the driver. What is already a `SignalboxError` passes unchanged. */
export function toPostgresFailure(error: unknown, server: string): SignalboxError {
  if (error instanceof SignalboxError) return error;
  const { code, syscall, message = '' } = Object(error) as { code?: unknown; syscall?: unknown; message?: string };
  if (syscall === 'open') return postgresFailure('noFile', server, error);
  const text = typeof code === 'string' ? code : '';
  // EPIPE would do for a SQLSTATE.
  const known = byNodeCode[text] ?? bySqlState[text] ?? (text.length === 5 ? bySqlState[text.slice(0, 2)] : undefined);
  if (known) return postgresFailure(known, server, error);
  const said = byText.find(([pattern]) => pattern.test(`${text} ${message}`));
  if (said) return postgresFailure(said[1], server, error);
  // Several addresses of one name that all refused come as one error of errors.
  const first = (error as AggregateError | undefined)?.errors?.[0];
  if (first !== undefined) return toPostgresFailure(first, server);
  // Whatever else goes wrong with a socket: nobody knows what has arrived.
  if (text.length > 0 && !/^[0-9A-Z]{5}$/.test(text)) return postgresFailure('unreachable', server, error);
  return postgresFailure('unforeseen', server, error);
}
