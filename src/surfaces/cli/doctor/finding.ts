/** What a check found, and how a check is kept from failing as a whole. */
import { toSignalboxError } from '../../../core/errors.ts';

export interface Finding {
  /** What was looked at, in a word or two. */
  readonly check: string;
  /** `warning`: it works, but not as well as it could. `broken`: something that Signalbox promises does not hold here. */
  readonly level: 'ok' | 'warning' | 'broken';
  readonly message: string;
  /** What to do about it; always there unless the level is `ok`. */
  readonly next?: string;
}

export const ok = (check: string, message: string): Finding => ({ check, level: 'ok', message });
export const warning = (check: string, message: string, next: string): Finding => ({
  check,
  level: 'warning',
  message,
  next,
});
export const broken = (check: string, message: string, next: string): Finding => ({
  check,
  level: 'broken',
  message,
  next,
});

/** Runs a check; what it throws becomes a finding of its own. Never rejects. */
export async function checked(check: string, look: () => Promise<Finding[]> | Finding[]): Promise<Finding[]> {
  try {
    return await look();
  } catch (error) {
    const { message, next } = toSignalboxError(error);
    return [
      broken(
        check,
        message,
        next.replace(/^Run `signalbox doctor`; (\w)/, (_, letter: string) => letter.toUpperCase()),
      ),
    ];
  }
}
