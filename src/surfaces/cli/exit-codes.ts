/** The one place where answers and errors become exit codes, so that a script can tell them apart. */
import type { ErrorCode } from '../../core/errors.ts';

export const exitCodes = {
  ok: 0,
  /** The call worked and the answer is "no": the lock is held, the action is not safe, nothing came, a check found something broken. */
  refused: 1,
  interrupted: 130,
} as const;

/** Each error code of the closed list has an exit code of its own. A wrong command line is `invalid_input`. */
export const errorExitCodes: Readonly<Record<ErrorCode, number>> = {
  invalid_input: 2,
  not_found: 3,
  conflict: 4,
  forbidden: 5,
  unauthenticated: 6,
  session_expired: 7,
  limit_exceeded: 8,
  unavailable: 9,
  internal: 10,
};

/** The table as the help shows it: code and meaning. */
export function exitCodeHelp(): (readonly [code: number, meaning: string])[] {
  return [
    [exitCodes.ok, 'done'],
    [exitCodes.refused, 'the answer is no: not granted, not safe, unknown, nothing came, broken'],
    ...Object.entries(errorExitCodes).map(([code, exitCode]) => [exitCode, code.replaceAll('_', ' ')] as const),
    [exitCodes.interrupted, 'stopped with Ctrl-C'],
  ];
}
