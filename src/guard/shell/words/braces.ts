/** Braces that stand for several words: `a{b,c}` and `{1..3}`. */
import { limits } from '../../../core/limits.ts';
import type { Part } from '../syntax/nodes.ts';

/** One character outside of quotes, or a piece that is no such character. */
type Item = string | Part;

/** The words that a word with braces stands for, itself if it has none; null if they are too many. */
export function expandBraces(parts: readonly Part[]): readonly (readonly Part[])[] | null {
  if (!parts.some(part => isBare(part) && part.text.includes('{'))) return [parts];
  const items = parts.flatMap((part): Item[] => (isBare(part) ? [...part.text] : [part]));
  if (items.filter(item => item === '{').length > limits.shellWordsOfWord) return null;
  const words = expanded(items);
  return words === null ? null : words.map(asParts);
}

function isBare(part: Part): part is Part & { kind: 'text' } {
  return part.kind === 'text' && !part.isQuoted;
}

function asParts(items: readonly Item[]): readonly Part[] {
  const parts: Part[] = [];
  for (const item of items) {
    const last = parts.at(-1);
    if (typeof item !== 'string') parts.push(item);
    else if (last && isBare(last)) parts[parts.length - 1] = { ...last, text: last.text + item };
    else parts.push({ kind: 'text', text: item, isQuoted: false });
  }
  return parts;
}

function expanded(items: readonly Item[]): readonly (readonly Item[])[] | null {
  const group = firstGroup(items);
  if (!group) return [items];
  const before = items.slice(0, group.open);
  const rest = expanded(items.slice(group.close + 1));
  if (rest === null) return null;
  const words: (readonly Item[])[] = [];
  for (const alternative of group.alternatives) {
    const inside = expanded(alternative);
    if (inside === null || words.length + inside.length * rest.length > limits.shellWordsOfWord) return null;
    for (const one of inside) for (const end of rest) words.push([...before, ...one, ...end]);
  }
  return words;
}

interface Group {
  readonly open: number;
  readonly close: number;
  readonly alternatives: readonly (readonly Item[])[];
}

/** The first pair of braces that means something. */
function firstGroup(items: readonly Item[]): Group | null {
  const closings = matchingBraces(items);
  for (const [open, close] of closings) {
    const alternatives = alternativesIn(items, open, close) ?? sequenceIn(items.slice(open + 1, close));
    if (alternatives) return { open, close, alternatives };
  }
  return null;
}

/** Each opening brace with its closing one, in the order of the opening ones. */
function matchingBraces(items: readonly Item[]): [number, number][] {
  const open: number[] = [];
  const pairs: [number, number][] = [];
  for (const [at, item] of items.entries()) {
    if (item === '{') open.push(at);
    const begin = item === '}' ? open.pop() : undefined;
    if (begin !== undefined) pairs.push([begin, at]);
  }
  return pairs.sort(([one], [other]) => one - other);
}

/** What stands between the commas of this pair; null without a comma. */
function alternativesIn(items: readonly Item[], open: number, close: number): Item[][] | null {
  const found: Item[][] = [[]];
  let depth = 0;
  for (const item of items.slice(open + 1, close)) {
    if (item === '{') depth += 1;
    if (item === '}') depth -= 1;
    if (item === ',' && depth === 0) found.push([]);
    else found.at(-1)?.push(item);
  }
  return found.length > 1 ? found : null;
}

const sequence = /^(-?\d{1,6}|[A-Za-z])\.\.(-?\d{1,6}|[A-Za-z])(?:\.\.(-?\d{1,6}))?$/;

/** `1..3`, `a..c`, `1..9..2`; null for anything else. */
function sequenceIn(items: readonly Item[]): Item[][] | null {
  if (items.some(item => typeof item !== 'string')) return null;
  const found = sequence.exec(items.join(''));
  const [from, to] = [found?.[1] ?? '', found?.[2] ?? ''];
  if (!found || /\d/.test(from) !== /\d/.test(to)) return null;
  const isNumber = /\d/.test(from);
  const [first, last] = isNumber ? [Number(from), Number(to)] : [from.charCodeAt(0), to.charCodeAt(0)];
  const step = Math.max(1, Math.abs(Number(found[3] ?? 1)));
  const count = Math.min(Math.floor(Math.abs(last - first) / step) + 1, limits.shellWordsOfWord + 1);
  const numbers = Array.from({ length: count }, (_, at) => first + at * step * Math.sign(last - first || 1));
  return numbers.map(number => [...(isNumber ? padded(number, from, to) : String.fromCharCode(number))]);
}

/** Numbers are as long as the longer end if one of the ends begins with a zero. */
function padded(number: number, from: string, to: string): string {
  const isPadded = /^-?0\d/.test(from) || /^-?0\d/.test(to);
  const digits = String(Math.abs(number));
  const sign = number < 0 ? '-' : '';
  return sign + (isPadded ? digits.padStart(Math.max(from.length, to.length) - sign.length, '0') : digits);
}
