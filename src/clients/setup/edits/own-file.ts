/** A file that is wholly ours: written, brought up to date and removed as a whole, but never over something of somebody else. */
import { SignalboxError } from '../../../core/errors.ts';

/** What to write. Errors: `conflict` when something of somebody else has the name. */
export function withOwnText(text: string | null, wanted: string, mark: string, file: string): string {
  if (text === null || text.trim() === '' || isOwnText(text, mark)) return wanted;
  throw new SignalboxError(
    'conflict',
    `${file} is there and was not written by Signalbox; it was left as it is.`,
    'Move that file away, then run the command again.',
  );
}

/** Null when the file is ours; else the text as it is. */
export function withoutOwnText(text: string, mark: string): string | null {
  return isOwnText(text, mark) ? null : text;
}

export function isOwnText(text: string, mark: string): boolean {
  return text.startsWith(mark);
}
