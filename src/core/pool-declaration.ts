/** Pools as a settings file declares them: read, expanded and checked. */
import { SignalboxError } from './errors.ts';
import { limits } from './limits.ts';
import type { Pool } from './policy.ts';
import { cleanText } from './text.ts';

/** Where a declaration stands, for its errors. */
interface Place {
  readonly file: string;
  readonly pool: string;
}

const example = '{ "pools": { "port": { "values": ["3000-3009"] }, "ci": { "places": 3 } } }';
const portNames = ['port', 'ports'];
/** Names that free resources cannot begin with, or that mean something else in front of a colon. */
const reserved = ['file', 'git', 'pool'];

/**
 * The pools of a file's `pools`, in its order. Values are whole numbers, texts and ranges of whole numbers (`3000-3009`); `places`
 * counts from 1. A pool named `port` or `ports` that holds port numbers only is probed unless it says `"probe": "none"`.
 * Errors: `invalid_input` names the file, the pool and what to write.
 */
export function declaredPools(declared: unknown, file: string): Pool[] {
  if (!isObject(declared)) {
    throw new SignalboxError('invalid_input', `"pools" in ${file} is not an object.`, `Write ${example}.`);
  }
  const names = Object.keys(declared);
  if (names.length > limits.pools) {
    throw new SignalboxError(
      'invalid_input',
      `${file} declares ${names.length} pools; a file may declare ${limits.pools}.`,
      'Put places of one kind into one pool.',
    );
  }
  const folded = names.map(name => name.toLowerCase());
  const again = names.find((_, index) => folded.indexOf(folded[index] ?? '') < index);
  if (again !== undefined) throw wrong({ file, pool: again }, 'is declared twice', 'Write one of them only.');
  return names.map(name => declaredPool({ file, pool: name }, declared[name]));
}

function declaredPool(place: Place, about: unknown): Pool {
  const name = checkedName(place);
  if (!isObject(about)) throw wrong(place, 'is not an object', 'Write { "values": ["3000-3009"] } or { "places": 3 }.');
  const other = Object.keys(about).find(key => !['values', 'places', 'probe'].includes(key));
  if (other !== undefined) {
    throw wrong(place, `has the unknown key ${quoted(other)}`, 'Write values or places, and probe if it is needed.');
  }
  if ((about.values === undefined) === (about.places === undefined)) {
    throw wrong(
      place,
      'needs either values or places',
      'Write { "values": ["3000-3009"] } for named values, { "places": 3 } for a number of equal ones.',
    );
  }
  const values = about.values === undefined ? countedPlaces(place, about.places) : expanded(place, about.values);
  return { name, values: values.map(value => `${name}:${value}`), probe: probeOf(place, about, values) };
}

function checkedName(place: Place): string {
  const { pool } = place;
  if (reserved.includes(pool.toLowerCase())) {
    throw wrong(place, 'has a name that means something else', 'Choose a name such as port, db or ci.');
  }
  if (pool.length <= limits.poolNameCharacters && /^[A-Za-z][A-Za-z0-9_-]*$/.test(pool)) return pool;
  throw wrong(
    place,
    'has a name that cannot be used',
    `Use letters, digits, - and _, a letter first, ${limits.poolNameCharacters} characters at most.`,
  );
}

function countedPlaces(place: Place, places: unknown): string[] {
  if (Number.isInteger(places) && (places as number) >= 1 && (places as number) <= limits.poolValues) {
    return Array.from({ length: places as number }, (_, index) => String(index + 1));
  }
  throw wrong(
    place,
    'has places that are no such number',
    `Write a whole number from 1 to ${limits.poolValues}: "places": 3.`,
  );
}

/** The single values, each once, in the order they are written. */
function expanded(place: Place, values: unknown): string[] {
  if (!Array.isArray(values) || values.length === 0) {
    throw wrong(
      place,
      'has no list of values',
      'Write "values": ["3000-3009"], or "values": ["test_1", "test_2"]; leave the pool out if there is none.',
    );
  }
  const from = new Map<string, string>();
  for (const written of values) {
    for (const value of single(place, written)) {
      const before = from.get(value);
      if (before !== undefined) {
        throw wrong(
          place,
          `holds ${value} twice, by ${quoted(before)} and ${quoted(String(written))}`,
          'Write each value once.',
        );
      }
      from.set(value, String(written));
      if (from.size > limits.poolValues) throw tooMany(place);
    }
  }
  return [...from.keys()];
}

/** What one entry of the list stands for: itself, or the numbers of a range. */
function single(place: Place, written: unknown): string[] {
  const text = typeof written === 'number' ? String(written) : written;
  const range = typeof text === 'string' ? /^(\d+)-(\d+)$/.exec(text) : null;
  if (range) return numbersOf(place, range);
  if (
    typeof text === 'string' &&
    text.length <= limits.poolValueCharacters &&
    /^[A-Za-z0-9._:/@#+-]+$/.test(text) &&
    !(typeof written === 'number' && !/^\d+$/.test(text))
  ) {
    return [text];
  }
  throw wrong(
    place,
    `has the value ${quoted(typeof text === 'string' ? text : (JSON.stringify(text) ?? 'undefined'))}`,
    `Use whole numbers, ranges such as "3000-3009", and texts of letters, digits and . _ : / @ # + - with ${limits.poolValueCharacters} characters at most.`,
  );
}

function numbersOf(place: Place, [written, first = '', last = '']: RegExpExecArray): string[] {
  const [from, to] = [Number(first), Number(last)];
  if (!isPlainNumber(first) || !isPlainNumber(last) || from > to) {
    throw wrong(
      place,
      `has ${quoted(written)}, which is no range of whole numbers`,
      'Write the smaller number first and no zeros in front: "3000-3009".',
    );
  }
  if (to - from >= limits.poolValues) throw tooMany(place);
  return Array.from({ length: to - from + 1 }, (_, index) => String(from + index));
}

function probeOf(place: Place, { probe, values: written }: Record<string, unknown>, values: string[]): Pool['probe'] {
  const arePorts = written !== undefined && values.every(isPort);
  if (probe === undefined) return arePorts && portNames.includes(place.pool.toLowerCase()) ? 'tcp' : null;
  if (probe === 'none') return null;
  if (probe !== 'tcp')
    throw wrong(place, 'has a probe that does not exist', 'Write "probe": "tcp" or "probe": "none".');
  if (arePorts) return 'tcp';
  throw wrong(
    place,
    'has the probe tcp, but not all of its values are port numbers',
    'Write values from 1 to 65535, or "probe": "none".',
  );
}

function isPort(value: string): boolean {
  return isPlainNumber(value) && Number(value) >= 1 && Number(value) <= 65_535;
}

function isPlainNumber(text: string): boolean {
  return /^(0|[1-9]\d{0,14})$/.test(text);
}

function tooMany(place: Place): SignalboxError {
  return wrong(
    place,
    `holds more than ${limits.poolValues} values`,
    `Write a smaller range; a pool may hold ${limits.poolValues} values.`,
  );
}

function wrong({ file, pool }: Place, what: string, next: string): SignalboxError {
  return new SignalboxError('invalid_input', `The pool ${quoted(pool)} in ${file} ${what}.`, next);
}

/** A piece of somebody's file, short and harmless, in quotes. */
function quoted(text: string): string {
  return JSON.stringify(cleanText(text).text.slice(0, limits.poolNameCharacters));
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
