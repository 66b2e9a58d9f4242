/**
 * A whole project as lines of JSON that people and programs can read: a header, a line for each record, one for each event, and
 * an end, without which the file was cut short. What is read back is the same to the byte.
 */
import { SignalboxError } from '../../../core/errors.ts';
import { limits } from '../../../core/limits.ts';
import type { Contents } from '../../../core/ports.ts';
import { isRealProject } from '../../../core/project.ts';
import { indexes, type Kind } from '../../../core/records.ts';
import { byteLength } from '../../../core/text.ts';

/** Raised when a program of today could no longer read what is written. */
const formatVersion = 1;

export interface ExportedProject {
  readonly project: string;
  readonly contents: Contents;
}

type StoredRecord = Contents['records'][number];

/** The lines of an export, without line ends. `unavailable` for a stored text that would come back as another one. */
export function exportLines({ project, contents }: ExportedProject): string[] {
  const { sequence, records, events } = contents;
  const size = { records: records.length, events: events.length };
  const header = { signalbox: 'export', version: formatVersion, project, sequence, ...size };
  const lines = [
    JSON.stringify(header),
    ...records.map(({ kind, id, body }) => `{"kind":"${kind}","record":${faithful(body, `The ${kind} ${id}`)}}`),
    ...events.map((body, at) => `{"event":${faithful(body, `Event ${sequence - events.length + at + 1}`)}}`),
    JSON.stringify({ end: true, ...size }),
  ];
  return lines.map(harmless);
}

/**
 * Reads an export whole. `invalid_input` says in which line it is not one, or that it was cut short. What the store keeps beside
 * projects is one only where `any` may come.
 */
export function parseExport(bytes: Uint8Array, which: 'real' | 'any' = 'real'): ExportedProject {
  const lines = linesOf(bytes).map((line, at) => ({ number: at + 1, value: parsedLine(line, at + 1) }));
  const { project, sequence, records: recordCount, events: eventCount } = headerIn(lines[0]?.value, which);
  const end = lines.findIndex(({ value }) => 'end' in value);
  if (end < 0) throw cutShort(`it has no last line, after ${lines.length} lines`);
  const after = lines[end + 1];
  if (after) throw wrong(after.number, 'it stands behind the end');
  const records: StoredRecord[] = [];
  const events: string[] = [];
  const seen = new Set<string>();
  for (const { number, value } of lines.slice(1, end)) {
    if ('event' in value) {
      events.push(eventIn(value.event, sequence - eventCount + events.length + 1, number));
      continue;
    }
    const record = recordIn(value, number);
    const key = `${record.kind}\0${record.id}`;
    if (seen.has(key)) throw wrong(number, `the ${record.kind} "${record.id}" is there twice`);
    seen.add(key);
    records.push(record);
  }
  const found = { end: true, records: records.length, events: events.length };
  const told = { end: true, records: recordCount, events: eventCount };
  for (const counts of [told, lines[end]?.value]) {
    if (JSON.stringify(counts) === JSON.stringify(found)) continue;
    throw cutShort(`it holds ${found.records} records and ${found.events} events, and tells of another number`);
  }
  return { project, contents: { sequence, records, events } };
}

/** The text again, if reading and writing it gives the same; what a store keeps in another form cannot go through a file. */
function faithful(body: string, what: string): string {
  if (roundTrip(body) === body) return body;
  throw new SignalboxError(
    'unavailable',
    `${what} is stored in a form that an export would change.`,
    'Use `signalbox store copy`, which copies what is stored as it is.',
  );
}

function roundTrip(body: string): string | undefined {
  try {
    return JSON.stringify(JSON.parse(body));
  } catch {
    return undefined;
  }
}

/** Characters that could command a terminal, or hide from a reader, as escapes: reading them gives the same text. */
function harmless(line: string): string {
  return line.replace(
    /[\u007f-\u009f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb]|\udb40[\udc00-\udc7f]/g,
    characters => characters.replace(/./gs, unit => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`),
  );
}

function linesOf(bytes: Uint8Array): Uint8Array[] {
  const lines: Uint8Array[] = [];
  let start = 0;
  while (start < bytes.length) {
    const next = bytes.indexOf(0x0a, start);
    const stop = next < 0 ? bytes.length : next;
    lines.push(bytes.subarray(start, stop));
    start = stop + 1;
  }
  return lines;
}

function parsedLine(line: Uint8Array, number: number): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(line));
  } catch {
    throw wrong(number, line.length === 0 ? 'it is empty' : 'it is not JSON, or was cut short');
  }
  if (!isObject(value)) throw wrong(number, 'it is not an object');
  if (!isExact(value)) throw wrong(number, 'it holds a number that cannot be kept exactly');
  return value;
}

function headerIn(header: Record<string, unknown> | undefined, which: 'real' | 'any') {
  if (header?.signalbox !== 'export') throw wrong(1, 'it does not begin an export of Signalbox');
  const { version, project, sequence, records, events } = header;
  if (version !== formatVersion) {
    throw new SignalboxError(
      'invalid_input',
      `The export is of format ${String(version).slice(0, 20)}; this version of Signalbox reads format ${formatVersion}.`,
      'Import it with the version of Signalbox that wrote it, or a newer one. Nothing was written.',
    );
  }
  const isOne = typeof project === 'string' && project !== '' && (which === 'any' || isRealProject(project));
  if (!isOne) throw wrong(1, 'it names no project');
  if (!isCount(sequence) || !isCount(records) || !isCount(events)) throw wrong(1, 'it lacks a number');
  return { project, sequence, records, events };
}

function recordIn(line: Record<string, unknown>, number: number): StoredRecord {
  const { kind, record } = line;
  if (typeof kind !== 'string' || !Object.hasOwn(indexes, kind)) {
    throw wrong(number, `its kind ${JSON.stringify(kind)?.slice(0, 60)} is not known to this version`);
  }
  if (!isObject(record) || typeof record.id !== 'string') throw wrong(number, 'it holds no record with an id');
  return { kind: kind as Kind, id: record.id, body: bodyOf(record, number) };
}

function eventIn(event: unknown, sequence: number, number: number): string {
  if (!isObject(event) || event.sequence !== sequence) throw wrong(number, `it is not event ${sequence}`);
  return bodyOf(event, number);
}

function bodyOf(value: object, number: number): string {
  const body = JSON.stringify(value);
  if (byteLength(body) <= limits.recordBytes) return body;
  throw new SignalboxError(
    'limit_exceeded',
    `Line ${number} of the export is larger than ${limits.recordBytes} bytes.`,
    'No store takes that; nothing was written.',
  );
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function isExact(value: unknown): boolean {
  if (typeof value === 'number') return Number.isInteger(value) ? Number.isSafeInteger(value) : Number.isFinite(value);
  return typeof value !== 'object' || value === null || Object.values(value).every(isExact);
}

function wrong(number: number, why: string): SignalboxError {
  return new SignalboxError(
    'invalid_input',
    `Line ${number} of the export cannot be used: ${why}.`,
    'Export the project again; nothing was written.',
  );
}

function cutShort(why: string): SignalboxError {
  return new SignalboxError(
    'invalid_input',
    `The export is not whole: ${why}.`,
    'Export the project again; nothing was written.',
  );
}
