/** Text order and index ranges as every engine must understand them: by UTF-8 bytes, entries by (value, id). */
import { SignalboxError } from '../core/errors.ts';
import { limits } from '../core/limits.ts';
import type { Range } from '../core/ports.ts';

/** A `Range` resolved to what an engine can seek: one value, or an interval without an upper end when `below` is undefined. */
export type Span =
  | { readonly equals: string; readonly afterId: string | undefined }
  | { readonly equals?: undefined; readonly from: string; readonly below: string | undefined };

/**
 * Compares two texts by their UTF-8 bytes without encoding them. That is code point order, which UTF-16 breaks in one
 * place: surrogates (astral characters) sort below U+E000–U+FFFF. Moving both groups puts it right.
 */
export function compareText(left: string, right: string): number {
  const shared = Math.min(left.length, right.length);
  for (let at = 0; at < shared; at++) {
    const a = left.charCodeAt(at);
    const b = right.charCodeAt(at);
    if (a !== b) return byCodePoint(a) - byCodePoint(b);
  }
  return left.length - right.length;
}

function byCodePoint(unit: number): number {
  if (unit >= 0xe000) return unit - 0x800;
  return unit >= 0xd800 ? unit + 0x2000 : unit;
}

/** The least text above every text that begins with `prefix`; undefined when there is none. */
function endOfPrefix(prefix: string): string | undefined {
  const points = Array.from(prefix, character => character.codePointAt(0) ?? 0);
  for (let last = points.pop(); last !== undefined; last = points.pop()) {
    if (last === 0x10ffff) continue;
    // U+D800–U+DFFF are halves of characters, not characters: no text can begin with one.
    const next = last === 0xd7ff ? 0xe000 : last + 1;
    return String.fromCodePoint(...points, next);
  }
  return undefined;
}

export function spanOf(range: Range): Span {
  if ('equals' in range) {
    assertStorableText(range.equals);
    if (range.afterId !== undefined) assertStorableText(range.afterId);
    return { equals: range.equals, afterId: range.afterId };
  }
  if ('prefix' in range) {
    assertStorableText(range.prefix);
    return { from: range.prefix, below: endOfPrefix(range.prefix) };
  }
  assertStorableText(range.from);
  assertStorableText(range.below);
  return { from: range.from, below: range.below };
}

/** Whether an entry lies in the span; `afterId` means "behind it in reading order", so it depends on the direction. */
export function liesIn(span: Span, value: string, id: string, reverse: boolean): boolean {
  if (span.equals !== undefined) {
    if (value !== span.equals) return false;
    if (span.afterId === undefined) return true;
    const order = compareText(id, span.afterId);
    return reverse ? order < 0 : order > 0;
  }
  if (compareText(value, span.from) < 0) return false;
  return span.below === undefined || compareText(value, span.below) < 0;
}

/**
 * Refuses what not every engine can keep as a key: NUL ends a text in some, and half a surrogate pair has no UTF-8 form,
 * so two different ids could become one. Bodies are JSON, where both are escaped; they may hold anything.
 */
export function assertStorableText(text: string): void {
  if (!/[\0\ud800-\udfff]/u.test(text)) return;
  throw new SignalboxError(
    'invalid_input',
    'A name or id holds a character that cannot be stored (NUL, or half of a surrogate pair).',
    'Remove the character and try again.',
  );
}

/** Refuses what not every engine can keep in an index: the texts of one entry, or the name of a project. */
export function assertIndexable(...texts: readonly string[]): void {
  const characters = texts.reduce((sum, text) => sum + text.length, 0);
  // A UTF-16 unit takes at most three bytes of UTF-8: most texts need no counting.
  if (characters * 3 <= limits.indexedBytes) return;
  if (texts.reduce((sum, text) => sum + Buffer.byteLength(text), 0) <= limits.indexedBytes) return;
  throw new SignalboxError(
    'limit_exceeded',
    `A name is too long to be found again: it has more than ${limits.indexedBytes} bytes.`,
    'Use a shorter name; for a file deep in folders, name a folder above it.',
  );
}

/** Refuses a name that not every engine can keep for a project. */
export function assertProjectName(project: string): void {
  assertStorableText(project);
  assertIndexable(project);
}
