/** A file's bytes as text and back, and what its author's habits are: mark at the start, line ends. */
import { SignalboxError } from '../../../core/errors.ts';

const mark = '\ufeff';

/** Strict, so that a text that was read is written back to the byte. Errors: `invalid_input` for what is no UTF-8. */
export function textOf(bytes: Uint8Array, path: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (cause) {
    throw new SignalboxError(
      'invalid_input',
      `${path} is not a text in UTF-8; it was left as it is.`,
      'Save it as UTF-8, or set this client up by hand.',
      { cause },
    );
  }
}

export function bytesOf(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

/** The text behind the byte order mark, and the mark, which stays where it is. */
export function withoutMark(text: string): { readonly mark: string; readonly body: string } {
  return text.startsWith(mark) ? { mark, body: text.slice(1) } : { mark: '', body: text };
}

/** How lines end in a text: as its first one does. */
export function lineEndOf(text: string): string {
  return /\r?\n/.exec(text)?.[0] ?? '\n';
}

/** The white space a line begins with, of the line that `offset` is in. */
export function indentAt(text: string, offset: number): string {
  const start = text.lastIndexOf('\n', offset - 1) + 1;
  return /^[ \t]*/.exec(text.slice(start, offset))?.[0] ?? '';
}
