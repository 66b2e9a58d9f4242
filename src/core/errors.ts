/** The closed list of ways a call can fail. Each surface maps it once (exit code, HTTP status, tool error). */
export const errorCodes = [
  'invalid_input',
  'unauthenticated',
  'forbidden',
  'not_found',
  'conflict',
  'session_expired',
  'limit_exceeded',
  'unavailable',
  'internal',
] as const;

export type ErrorCode = (typeof errorCodes)[number];

/**
 * The only error that reaches a caller: what went wrong and one thing to do about it.
 * `message` and `next` are whole sentences without internals (no stack, no SQL, no foreign path).
 */
export class SignalboxError extends Error {
  readonly code: ErrorCode;
  readonly next: string;

  constructor(code: ErrorCode, message: string, next: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = 'SignalboxError';
    this.code = code;
    this.next = next;
  }
}

/** Wraps anything thrown into the closed list; what was not foreseen becomes `internal`, its text kept as cause only. */
export function toSignalboxError(error: unknown): SignalboxError {
  if (error instanceof SignalboxError) return error;
  return new SignalboxError(
    'internal',
    'Signalbox failed in a way it did not foresee.',
    'Try once more; if it happens again, run `signalbox doctor` and report what it prints.',
    { cause: error },
  );
}
