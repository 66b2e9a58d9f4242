/** The one body of every error that the hub answers with, and its status. */
import { type ErrorCode, SignalboxError, toSignalboxError } from '../../core/errors.ts';

const statuses: Readonly<Record<ErrorCode, number>> = {
  invalid_input: 400,
  unauthenticated: 401,
  forbidden: 403,
  not_found: 404,
  conflict: 409,
  session_expired: 410,
  limit_exceeded: 429,
  unavailable: 503,
  internal: 500,
};

export interface Problem {
  readonly status: number;
  readonly body: { readonly error: { readonly code: string; readonly message: string; readonly next: string } };
  /** What only the log is told. */
  readonly cause: unknown;
}

/** A problem as it is answered. What was not foreseen names the request, by which the log is searched, and nothing else. */
export function problemOf(error: unknown, request: string): Problem {
  const { code, message, next, cause } = toSignalboxError(error);
  const shown =
    code === 'internal'
      ? { code, message, next: `Look for the request ${request} in the hub's log.` }
      : { code, message, next };
  return { status: statuses[code], body: { error: shown }, cause };
}

/** The same for what HTTP has a status of its own for. */
export function refused(
  code: ErrorCode,
  status: number,
  message: string,
  next: string,
  headers?: Record<string, string>,
): Refusal {
  return new Refusal(code, status, message, next, headers);
}

export class Refusal extends SignalboxError {
  readonly status: number;
  /** Headers that say more. */
  readonly headers: Readonly<Record<string, string>>;

  constructor(code: ErrorCode, status: number, message: string, next: string, headers: Record<string, string> = {}) {
    super(code, message, next);
    [this.status, this.headers] = [status, headers];
  }
}
