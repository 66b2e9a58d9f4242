/** Writes the program's own notes for people: one readable line each, on standard error, because standard output belongs to the protocol. */
import type { Clock, Log } from '../core/ports.ts';
import { systemClock } from './clock.ts';

const levels = ['debug', 'info', 'warn', 'error', 'silent'] as const;
export type LogLevel = (typeof levels)[number];

export interface LogOptions {
  /** The least important level that is written; `silent` writes nothing. Default `warn`. */
  readonly level?: LogLevel;
  /** Takes one line with its line end. Default: standard error. What it throws is swallowed. */
  readonly write?: (line: string) => void;
  readonly clock?: Pick<Clock, 'now'>;
}

const secretKey =
  /token|secret|passw|passphrase|credential|authori[sz]ation|cookie|bearer|api[-_]?key|private[-_]?key/i;
const passwordInUrl = /\b([a-z][a-z0-9+.-]*:\/\/[^\s/:@]*):[^\s/]*@/gi;
// C0, DEL and C1 controls, line separators, zero-width and bidi marks: all that can move a cursor or reorder a line.
const unprintable = /[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]+/g;
// Whole escape sequences go first; otherwise their visible rest ("[31m") would stay.
const escapeSequence = /\u001b(?:\[[0-?]*[ -/]*[@-~]|\][^\u0007\u001b]*(?:\u0007|\u001b\\)?|[@-Z\\^_])/g;
const lineCharacters = 2_000;
const nestingLevels = 4;

/**
 * A log of lines such as `2030-01-01T00:00:00.000Z warn Cannot listen for hints. path="/run/x" attempts=3`.
 * Values under keys that sound like secrets and passwords in URLs are hidden, control characters are removed, lines are cut at
 * 2,000 characters. Never throws, whatever the details hold and even when nobody reads standard error any more.
 */
export function createLog(options: LogOptions = {}): Log {
  const threshold = levels.indexOf(options.level ?? 'warn');
  const write = options.write ?? standardError();
  const clock = options.clock ?? systemClock;
  const at = (level: LogLevel) => {
    if (levels.indexOf(level) < threshold) return () => {};
    return (message: string, details?: Record<string, unknown>) => {
      try {
        write(`${new Date(clock.now()).toISOString()} ${level} ${line(message, details)}\n`);
      } catch {
        // A log that fails must not take the work down with it, and there is nowhere left to say so.
      }
    };
  };
  return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
}

function line(message: string, details: Record<string, unknown> = {}): string {
  const parts = [printable(message)];
  for (const [key, value] of Object.entries(details)) {
    if (value !== undefined) parts.push(`${printable(key)}=${secretKey.test(key) ? '[hidden]' : text(value)}`);
  }
  const whole = parts.join(' ').replace(passwordInUrl, '$1:[hidden]@');
  return whole.length <= lineCharacters ? whole : `${whole.slice(0, lineCharacters)}…`;
}

function text(value: unknown): string {
  if (value instanceof Error) return JSON.stringify(printable(described(value)));
  if (typeof value === 'string') return JSON.stringify(printable(value));
  if (typeof value === 'object' && value !== null) return printable(JSON.stringify(plain(value, nestingLevels)));
  return printable(String(value));
}

/** An error by its name and message, followed by what caused it; no stack, which is noise to the people who read this. */
function described(error: Error): string {
  const own = `${error.name}: ${error.message}`;
  return error.cause instanceof Error ? `${own} (because of ${error.cause.name}: ${error.cause.message})` : own;
}

/** A copy that JSON can show: secrets hidden, cycles and depths cut, nothing that throws. */
function plain(value: unknown, depth: number): unknown {
  if (value instanceof Error) return described(value);
  if (typeof value === 'bigint' || typeof value === 'symbol' || typeof value === 'function') return String(value);
  if (typeof value !== 'object' || value === null) return value;
  if (depth === 0) return '…';
  if (Array.isArray(value)) return value.map(item => plain(item, depth - 1));
  const entries = Object.entries(value);
  return Object.fromEntries(
    entries.map(([key, item]) => [key, secretKey.test(key) ? '[hidden]' : plain(item, depth - 1)]),
  );
}

function printable(value: string): string {
  return value.replace(escapeSequence, '').replace(unprintable, ' ');
}

let standardErrorWatched = false;
let standardErrorClosed = false;

function standardError(): (line: string) => void {
  // The reader may go away at any time. Without a listener the stream's EPIPE would end the process.
  if (!standardErrorWatched) {
    process.stderr.on('error', () => {
      standardErrorClosed = true;
    });
  }
  standardErrorWatched = true;
  return written => {
    if (!standardErrorClosed) process.stderr.write(written);
  };
}
