/** Errors as they go over a bridge. */
import { type ErrorCode, errorCodes, SignalboxError } from '../core/errors.ts';
import { limits } from '../core/limits.ts';

/** The error in what the other side said; undefined where it said none. What it calls by no name of ours counts as not available. */
export function errorIn(said: unknown): SignalboxError | undefined {
  const error = (said as { error?: unknown } | null | undefined)?.error;
  if (typeof error !== 'object' || error === null) return undefined;
  const { code, message, next } = error as Record<string, unknown>;
  const known = (errorCodes as readonly string[]).includes(String(code)) ? (code as ErrorCode) : 'unavailable';
  const short = (text: unknown) => String(text).slice(0, limits.bridgeTextCharacters);
  return new SignalboxError(known, short(message), short(next));
}
