/** Failures of a store behind a network, told apart from what a unit's work throws. */
import { type ErrorCode, SignalboxError } from '../../core/errors.ts';

/**
 * `busy`: somebody is in the way, or the server is not ready yet; nothing was stored, try again on the same connection.
 * `torn`: what was read is not of one moment; nothing is wrong, try again.
 * `lost`: the connection is gone; what was under way may or may not have been stored. Try again on a new one.
 * `refused`: trying again at once does not help (read-only, no right, full, wrong version); nothing was stored.
 */
export type ServerFailureKind = 'busy' | 'torn' | 'lost' | 'refused';

export class ServerFailure extends SignalboxError {
  readonly kind: ServerFailureKind;

  constructor(
    kind: ServerFailureKind,
    message: string,
    next: string,
    cause?: unknown,
    code: ErrorCode = 'unavailable',
  ) {
    super(code, message, next, { cause });
    this.kind = kind;
  }
}
