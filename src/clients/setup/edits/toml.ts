/** Sets our table into a TOML file as a marked block at its end, and takes it out again, wherever it has gone. */
import { parse, stringify } from 'smol-toml';
import { SignalboxError } from '../../../core/errors.ts';
import { argumentsBehind, isObject, isOurServer } from '../command.ts';
import type { TomlTable } from '../define-setup.ts';
import { lineEndOf, withoutMark } from './text.ts';

const begin = '# signalbox: begin';
const end = '# signalbox: end';

/**
 * The text with our table, in the block that older versions of us wrote, else at the end; equal to `text` if nothing is to do.
 * Errors: `invalid_input` for what cannot be read, `conflict` where the table is somebody else's.
 */
export function withTomlTable(text: string | null, table: TomlTable, file: string): string {
  const { mark, body } = withoutMark(text ?? '');
  const old = parsed(body, file);
  const current = tableIn(old, table);
  if (current !== undefined && !isOurServer(current)) throw notOurs(file, table);
  const wanted = { ...(isObject(current) ? current : {}), ...wantedValue(table, current) };
  if (meaningOf(current) === meaningOf(wanted)) return text ?? '';
  const lineEnd = lineEndOf(body);
  const block = blockOf(table, wanted, lineEnd);
  const edited = withBlockExchanged(body, table, block) ?? appended(withoutLines(body, table), block, lineEnd);
  assertOthersKept(old, edited, table, file);
  return mark + edited;
}

/** The text without our table; null when nothing is left of a file that was not there before, or that nobody knows of. */
export function withoutTomlTable(
  text: string,
  table: TomlTable,
  before: string | null | undefined,
  file: string,
): string | null {
  const { mark, body } = withoutMark(text);
  const old = parsed(body, file);
  const current = tableIn(old, table);
  if (current !== undefined && !isOurServer(current)) return text;
  if (current === undefined && !body.includes(begin)) return text;
  const edited = withoutLines(body, table);
  assertOthersKept(old, edited, table, file);
  // Within a table of several servers on one line, it is none of our lines.
  if (tableIn(parse(edited), table) !== undefined) throw unsafe(table, file);
  return edited === '' && typeof before !== 'string' ? null : mark + edited;
}

/** Whether our table, of whatever version, is in the text. */
export function hasTomlTable(text: string, table: TomlTable, file: string): boolean {
  return isOurServer(tableIn(parsed(withoutMark(text).body, file), table));
}

/** Whether two texts say the same, and the first has no comment that the second lacks. */
export function tomlSaysTheSame(text: string, other: string, file: string): boolean {
  const commented = (body: string) => body.split(/\r?\n/).filter(line => line.includes('#'));
  const known = new Set(commented(other));
  const isSame = meaningOf(parsed(withoutMark(text).body, file)) === meaningOf(parsed(withoutMark(other).body, file));
  return isSame && commented(text).every(line => known.has(line));
}

function wantedValue({ value }: TomlTable, current: unknown): Record<string, unknown> {
  const behind = argumentsBehind(current);
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [name, Array.isArray(member) ? [...member, ...behind] : member]),
  );
}

function blockOf({ path: [group, name] }: TomlTable, value: Record<string, unknown>, lineEnd: string): string {
  const lines = stringify({ [group]: { [name]: value } }).trim();
  return `${[begin, ...lines.split('\n'), end].join(lineEnd)}${lineEnd}`;
}

/** Behind an empty line; a file without an end of its last line gets that only, so that taking out can tell. */
function appended(text: string, block: string, lineEnd: string): string {
  return text === '' ? block : text + lineEnd + block;
}

function parsed(text: string, file: string): Record<string, unknown> {
  try {
    return parse(text);
  } catch (cause) {
    const { line } = cause as { line?: number };
    throw new SignalboxError(
      'invalid_input',
      `${file} is not valid TOML${line === undefined ? '' : ` (line ${line})`}; it was left as it is.`,
      'Correct the file, then run the command again.',
      { cause },
    );
  }
}

function tableIn(document: Record<string, unknown>, { path: [group, name] }: TomlTable): unknown {
  const tables = document[group];
  return isObject(tables) && Object.hasOwn(tables, name) ? tables[name] : undefined;
}

/** The text with another block where ours stands; undefined when there is none, or something of others has got into it. */
function withBlockExchanged(text: string, table: TomlTable, block: string): string | undefined {
  const lines = linesOf(text);
  const from = lines.findIndex(line => line.trim().startsWith(begin));
  const to = lines.findIndex((line, at) => at > from && line.trim().startsWith(end));
  if (from < 0 || to < 0) return undefined;
  const headers = lines
    .slice(from, to)
    .map(headerOf)
    .filter(header => header !== undefined);
  if (headers.length !== 1 || !headers.every(header => isOurHeader(header, table))) return undefined;
  return [...lines.slice(0, from), block, ...lines.slice(to + 1)].join('');
}

/** The text without the lines of our table and its marks. What follows our last line belongs to others, comments too. */
function withoutLines(text: string, table: TomlTable): string {
  const kept: string[] = [];
  let pending: string[] = [];
  let isOurs = false;
  let glued = -1;
  for (const line of linesOf(text)) {
    const bare = line.trim();
    const header = headerOf(line);
    if (header) {
      kept.push(...pending);
      pending = [];
      isOurs = isOurHeader(header, table);
    }
    if (bare.startsWith(begin)) {
      // The empty line before the block is ours; without one the file did not end with a line end.
      if (/^\r?\n$/.test(kept.at(-1) ?? '')) kept.pop();
      else glued = kept.length;
    } else if (bare.startsWith(end)) {
      kept.push(...pending.filter(other => other.trim() !== ''));
      pending = [];
      isOurs = false;
    } else if (!isOurs) kept.push(line);
    else if (bare === '' || bare.startsWith('#')) pending.push(line);
    else pending = [];
  }
  const rest = [...kept, ...pending].join('');
  return glued === kept.length && pending.length === 0 ? rest.replace(/\r?\n$/, '') : rest;
}

function linesOf(text: string): readonly string[] {
  return text.match(/[^\n]*\n|[^\n]+$/g) ?? [];
}

/** The names in the header of a table; undefined for any other line. */
function headerOf(line: string): readonly string[] | undefined {
  const [, names] = /^\s*\[\[?((?:"(?:[^"\\]|\\.)*"|'[^']*'|[^[\]"'])+)\]\]?\s*(?:#.*)?$/.exec(line.trimEnd()) ?? [];
  const parts = names?.match(/"(?:[^"\\]|\\.)*"|'[^']*'|[^.\s]+/g);
  return parts?.map(name => name.replace(/^(["'])(.*)\1$/, '$2'));
}

function isOurHeader(header: readonly string[], { path: [group, name] }: TomlTable): boolean {
  return header[0] === group && header[1] === name;
}

/** The last safeguard: whatever the edit did, what others have written must mean what it meant. */
function assertOthersKept(old: Record<string, unknown>, edited: string, table: TomlTable, file: string): void {
  try {
    if (meaningOf(without(old, table)) === meaningOf(without(parse(edited), table))) return;
  } catch {
    // The edit has made a text that is no TOML any more.
  }
  throw unsafe(table, file);
}

function unsafe(table: TomlTable, file: string): SignalboxError {
  return new SignalboxError(
    'conflict',
    `${file} holds ${table.path.join('.')} in a form that cannot be changed safely; it was left as it is.`,
    `Remove ${table.path.join('.')} from it by hand, then run the command again.`,
  );
}

function without(document: Record<string, unknown>, { path: [group, name] }: TomlTable): Record<string, unknown> {
  const { [group]: tables, ...others } = document;
  if (!isObject(tables)) return document;
  const rest = Object.entries(tables).filter(([other]) => other !== name);
  return rest.length === 0 ? others : { ...others, [group]: Object.fromEntries(rest) };
}

/** A value as a text, names in order. */
function meaningOf(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(meaningOf).join(',')}]`;
  if (value instanceof Date) return value.toISOString();
  if (typeof value === 'bigint' || typeof value === 'number') return String(value);
  if (!isObject(value)) return JSON.stringify(value) ?? '';
  const members = Object.entries(value).map(([name, member]) => `${JSON.stringify(name)}:${meaningOf(member)}`);
  return `{${members.sort().join(',')}}`;
}

function notOurs(file: string, { path }: TomlTable): SignalboxError {
  return new SignalboxError(
    'conflict',
    `In ${file}, ${path.join('.')} is something else than Signalbox; the file was left as it is.`,
    'Give that table another name, or remove it, then run the command again.',
  );
}
