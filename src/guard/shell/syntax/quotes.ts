/** Texts in single quotes, and what a backslash means in `$'…'`. */

import { hole } from '../words/word.ts';
import { Unreadable } from './nodes.ts';
import type { Source } from './source.ts';

/** From the opening quote to behind the closing one. */
export function singleQuoted(source: Source): string {
  const end = source.text.indexOf("'", source.at + 1);
  if (end < 0) throw new Unreadable('an unbalanced quote');
  const text = source.text.slice(source.at + 1, end);
  source.at = end + 1;
  return text;
}

/** From the quote of `$'` to behind the closing one. */
export function escapedQuoted(source: Source): string {
  const start = source.at + 1;
  let end = start;
  while (end < source.text.length && source.text[end] !== "'") end += source.text[end] === '\\' ? 2 : 1;
  if (end >= source.text.length) throw new Unreadable('an unbalanced quote');
  source.at = end + 1;
  return unescaped(source.text.slice(start, end));
}

const sequences =
  /\\(?:x([0-9A-Fa-f]{1,2})|u([0-9A-Fa-f]{1,4})|U([0-9A-Fa-f]{1,8})|([0-7]{1,3})|c([\s\S])|([abeEfnrtv\\'"?]))/g;

const named: Readonly<Record<string, string>> = {
  a: '\u0007',
  b: '\b',
  e: '\u001b',
  E: '\u001b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
};

/** As `$'…'`, `echo -e` and `printf` read it. */
export function unescaped(text: string): string {
  return text.replace(sequences, (_all, hex, short, long, octal, control, letter: string | undefined) => {
    const digits: string | undefined = hex ?? short ?? long;
    if (digits !== undefined) return character(Number.parseInt(digits, 16));
    if (octal !== undefined) return character(Number.parseInt(octal, 8) & 0xff);
    if (control !== undefined) return character(String(control).charCodeAt(0) & 0x1f);
    return named[letter ?? ''] ?? letter ?? '';
  });
}

/** A zero ends the text for some shells and not for others. */
function character(code: number): string {
  return code === 0 || code > 0x10ffff ? hole : String.fromCodePoint(code);
}
