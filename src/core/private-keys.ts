/** Finds the insides of private keys in a text: key material only, so that what is said about keys stays. */
import { isMixed, isPlaceholder } from './secret-forms.ts';

const keyBegin = /-----BEGIN (?:[A-Z0-9]{1,12} ){0,3}PRIVATE KEY(?: BLOCK)?-----/gi;
const boundary = /-----(?:BEGIN|END) /gi;
/** How far behind its first line a key without an end may have headers. */
const headerCharacters = 300;
/** What lines of a key are apart by, also in a JSON text. */
const gap = /(?:\s|\\+[nrt])+/;
const headerLine = /^[A-Z][A-Za-z-]{2,30}: .{0,200}$/;
const material = /^(?:[A-Za-z0-9+/]|\\\/)+={0,2}$|^=[A-Za-z0-9+/]{4}$/;
/** A run of long lines, the last one of a key may be shorter; not from within an escape. */
const run =
  /(?<!\\|\\u[0-9A-Fa-f]{0,3})(?:[A-Za-z0-9+/]|\\\/){40,}={0,2}(?:(?:\s|\\+[nrt]){1,40}(?:[A-Za-z0-9+/]|\\\/){16,}={0,2})*/g;
const fewestCharacters = 40;
/** Words of prose are shorter on average, lines of keys longer. */
const averageCharacters = 20;

/** A part of a text, from and before a position. */
export interface Part {
  readonly from: number;
  readonly to: number;
}

/**
 * What has to go for all private keys of a text, in order: the whole inside of a key, or, where there is more than a key inside
 * or no end, the lines that are key material. Takes time in proportion to the text.
 */
export function privateKeyParts(text: string): Part[] {
  const parts: Part[] = [];
  for (const begin of text.matchAll(keyBegin)) {
    const from = begin.index + begin[0].length;
    boundary.lastIndex = from;
    const next = boundary.exec(text);
    const inside = text.slice(from, next?.index ?? text.length);
    const isClosed = next?.[0].toUpperCase() === '-----END ';
    if (isClosed && isKey(inside)) parts.push({ from, to: from + inside.length });
    else parts.push(...runsIn(inside, isClosed).map(part => ({ from: from + part.from, to: from + part.to })));
  }
  return parts;
}

/** Whether a text is nothing but a key: headers and lines of base 64. */
function isKey(inside: string): boolean {
  const lines = inside.split(/\n|\\+n/).filter(line => !headerLine.test(line.trim()));
  const words = lines.flatMap(line => line.split(gap)).filter(word => word !== '');
  const all = words.join('');
  return (
    words.every(word => material.test(word)) &&
    all.length >= Math.max(fewestCharacters, averageCharacters * words.length) &&
    isMixed(all) &&
    !isPlaceholder(all)
  );
}

function runsIn(inside: string, isClosed: boolean): Part[] {
  const found = [...inside.matchAll(run)]
    .filter(([lines]) => isRandom(lines) && !isPlaceholder(lines))
    .map(({ index, 0: lines }) => ({ from: index, to: index + lines.length }));
  const [first, ...others] = found;
  if (!first || (!isClosed && first.from > headerCharacters)) return [];
  // Nothing but white space before it: the key begins with its first line.
  const from = inside.slice(0, first.from).trim() === '' ? 0 : first.from;
  return [{ from, to: first.to }, ...others];
}

/** Not a path or a long name: those have few digits and capitals. */
function isRandom(lines: string): boolean {
  return [/\d/g, /[A-Z]/g, /[a-z]/g].every(kind => (lines.match(kind)?.length ?? 0) >= 3);
}
