/** JSON values as peers give them: kept without losing anything, bounded in size and depth, harmless to show. */
import { SignalboxError } from './errors.ts';
import { limits } from './limits.ts';
import { byteLength, cleanText } from './text.ts';

type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

export interface KeptValue {
  /** JSON text without spaces. */
  readonly json: string;
  /** Whether something was taken out that harms who reads it; see `cleanText`. */
  readonly cleaned: boolean;
}

/** What kind of value a JSON text holds, in one word. */
export type ValueKind = 'text' | 'number' | 'boolean' | 'null' | 'list' | 'object';

/**
 * The value that was given: a text that is JSON means that JSON, any other text means itself; what is no text is the value.
 * A number that JSON would spell differently (`1.10`, `1e400`) stays text, so that it comes back as it was written.
 * `invalid_input` for what JSON cannot keep exactly inside a list or object, a name that stands twice in one object, and nesting
 * deeper than `limits.dataNestingLevels`; `limit_exceeded` beyond `limits.dataValueBytes`.
 */
export function keptValue(given: unknown): KeptValue {
  const value = typeof given === 'string' ? meant(given) : whole(given);
  const plain = JSON.stringify(value);
  const json = JSON.stringify(cleaned(value));
  refuseLarge(json);
  return { json, cleaned: json !== plain };
}

/** A text as itself, also where it would be something else in JSON. Errors: `limit_exceeded` beyond `limits.dataValueBytes`. */
export function keptText(text: string): KeptValue {
  const kept = cleanText(text);
  const json = JSON.stringify(kept.text);
  refuseLarge(json);
  return { json, cleaned: kept.text !== text };
}

/** What kind of value it is; takes what `keptValue` gave. */
export function kindOfValue(json: string): ValueKind {
  if (json === 'null') return 'null';
  const kinds: Readonly<Record<string, ValueKind>> = {
    '"': 'text',
    '[': 'list',
    '{': 'object',
    t: 'boolean',
    f: 'boolean',
  };
  return kinds[json[0] ?? ''] ?? 'number';
}

function meant(text: string): Json {
  refuseLarge(text);
  const parsed = parse(text);
  if (parsed === undefined) return text;
  if (typeof parsed.value === 'number') return String(parsed.value) === text.trim() ? parsed.value : text;
  refuseInexact(text);
  return parsed.value;
}

function parse(text: string): { readonly value: Json } | undefined {
  try {
    return { value: JSON.parse(text) as Json };
  } catch {
    return undefined;
  }
}

// A text, a bracket, a colon, or a run of anything else: enough to walk through what is known to be JSON.
const tokens = /"(?:[^"\\]+|\\.)*"|[{}[\]:,]|[^\s{}[\]:,"]+/g;

/** Refuses what parsing loses without a word, and what is nested too deep. Takes JSON only. */
function refuseInexact(json: string): void {
  const open: (Set<string> | null)[] = [];
  let last = '';
  for (const [token] of json.matchAll(tokens)) {
    if (token === '{' || token === '[') {
      open.push(token === '{' ? new Set() : null);
      refuseDeep(open.length);
    } else if (token === '}' || token === ']') open.pop();
    else if (token === ':') noteName(open.at(-1), JSON.parse(last) as string);
    else if (/^[-\d]/.test(token)) refuseInexactNumber(token);
    last = token;
  }
}

function noteName(names: Set<string> | null | undefined, name: string): void {
  if (names?.has(name)) {
    throw invalid(
      `The value names "${cleanText(name).text.slice(0, limits.handleCharacters)}" twice in one object.`,
      'Leave one of them out.',
    );
  }
  names?.add(name);
}

function refuseInexactNumber(token: string): void {
  const number = Number(token);
  const isExact = Number.isFinite(number) && canonical(token) === canonical(JSON.stringify(number));
  if (!isExact) throw inexact(token.slice(0, limits.handleCharacters));
}

/** A number of JSON as its significant digits and the power of ten behind them, so that `1.50` and `15e-1` are the same text. */
function canonical(token: string): string {
  const [, sign = '', whole = '', part = '', power = '0'] =
    /^(-?)(\d+)(?:\.(\d+))?(?:e([+-]?\d+))?$/i.exec(token) ?? [];
  const digits = (whole + part).replace(/^0+/, '');
  const significant = digits.replace(/0+$/, '');
  if (significant === '') return `${sign}0`;
  return `${sign}${significant}e${Number(power) - part.length + digits.length - significant.length}`;
}

/** A value that came as one, not as text. */
function whole(given: unknown): Json {
  const open: { readonly value: unknown; readonly depth: number }[] = [{ value: given, depth: 0 }];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { value, depth } = next;
    if (typeof value === 'number' && !isCertain(value)) throw inexact(String(value));
    if (typeof value !== 'object' || value === null) continue;
    refuseDeep(depth + 1);
    for (const inner of Object.values(value)) open.push({ value: inner, depth: depth + 1 });
  }
  const json = JSON.stringify(given) as string | undefined;
  if (json === undefined) throw invalid('No value was given.', 'Give JSON or plain text; `null` is a value, too.');
  refuseLarge(json);
  return JSON.parse(json) as Json;
}

/** Of a number that came as one nobody knows how it was written: beyond this bound whole numbers are rounded, and several become one. */
function isCertain(number: number): boolean {
  return Number.isFinite(number) && (!Number.isInteger(number) || Number.isSafeInteger(number));
}

function cleaned(value: Json): Json {
  if (typeof value === 'string') return cleanText(value).text;
  if (Array.isArray(value)) return value.map(cleaned);
  if (typeof value !== 'object' || value === null) return value;
  const names = new Set<string>();
  // Entries and back again: a name such as `__proto__` is a name like any other there.
  const entries = Object.entries(value).map(([key, inner]): [string, Json] => {
    const name = cleanText(key).text;
    noteName(names, name);
    return [name, cleaned(inner)];
  });
  return Object.fromEntries(entries);
}

function refuseDeep(depth: number): void {
  if (depth <= limits.dataNestingLevels) return;
  throw invalid(
    `The value is nested deeper than ${limits.dataNestingLevels} levels.`,
    'Make it flatter, or keep parts of it under keys of their own.',
  );
}

function refuseLarge(json: string): void {
  // A UTF-16 unit takes at most three bytes: most values need no counting.
  if (json.length * 3 <= limits.dataValueBytes) return;
  const bytes = byteLength(json);
  if (bytes <= limits.dataValueBytes) return;
  throw new SignalboxError(
    'limit_exceeded',
    `The value has ${bytes} bytes; the limit is ${limits.dataValueBytes}.`,
    'Keep it in a file and store its path, or split it into several keys.',
  );
}

function inexact(number: string): SignalboxError {
  return invalid(`The number ${number} in the value cannot be kept exactly.`, 'Put it into quotes to keep it as text.');
}

function invalid(message: string, next: string): SignalboxError {
  return new SignalboxError('invalid_input', message, next);
}
