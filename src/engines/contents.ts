/** A whole project on its way from one store to another: what was read becomes one commit over an empty project. */
import { SignalboxError } from '../core/errors.ts';
import type { Contents, Event } from '../core/ports.ts';
import { completed } from '../core/record-defaults.ts';
import { strangeField } from '../core/record-fields.ts';
import { indexes, type Kind, type RecordOf } from '../core/records.ts';
import { assertIndexable, assertStorableText } from './span.ts';
import { assertFits, type Commit, type Entry, type EventWrite, entriesOf, type RecordWrite } from './unit-of-work.ts';

const largestSequence = 2 ** 52;

/**
 * The commit that makes an untouched project hold exactly `contents`. `invalid_input` when a record or event is not one that a
 * store can have held; nothing is repaired.
 */
export function loadCommit(contents: Contents): Commit {
  const records: RecordWrite[] = [];
  const added: Entry[] = [];
  const seen = new Set<string>();
  for (const [at, { kind, id, body }] of contents.records.entries()) {
    const record = within(`record ${at + 1}`, () => recordIn(kind, id, body));
    if (seen.has(`${kind}\0${id}`)) throw invalid(`record ${at + 1}`, 'it is there twice');
    seen.add(`${kind}\0${id}`);
    records.push({ kind, id, body, existed: false });
    added.push(...within(`record ${at + 1}`, () => storableEntries(kind, id, record)));
  }
  // Far above what a project can reach, and far below where numbers lose their units.
  if (!Number.isInteger(contents.sequence) || contents.sequence < 0 || contents.sequence > largestSequence) {
    throw invalid('the sequence', 'it is not one that a project can have');
  }
  const first = contents.sequence - contents.events.length + 1;
  const events = contents.events.map((body, at) => within(`event ${at + 1}`, () => eventIn(body, first + at)));
  if (first < 1) throw invalid('the sequence', 'there are more events than it counts');
  const isEmpty = records.length === 0 && contents.sequence === 0;
  return { records, removed: [], added, events, sequence: contents.sequence, audience: [], isEmpty };
}

/** What `load` throws when the project is not untouched. */
export function notEmpty(project: string): SignalboxError {
  return new SignalboxError(
    'conflict',
    `The project ${project} holds something in that store already; nothing was written.`,
    'Choose an empty store, or another project for it.',
  );
}

function recordIn(kind: Kind, id: string, body: string): RecordOf<Kind> {
  if (!Object.hasOwn(indexes, kind)) throw new Error(`its kind "${kind}" is not known to this version`);
  assertStorableText(id);
  assertIndexable(kind, id);
  assertFits(body);
  const record: unknown = JSON.parse(body);
  if (typeof record !== 'object' || record === null || (record as { id?: unknown }).id !== id) {
    throw new Error('it is not an object with its own id');
  }
  completed(kind, record as RecordOf<Kind>);
  const strange = strangeField(kind, record as Record<string, unknown>);
  if (strange !== undefined) throw new Error(strange);
  return record as RecordOf<Kind>;
}

function storableEntries(kind: Kind, id: string, record: RecordOf<Kind>): Entry[] {
  const entries = entriesOf(kind, id, record);
  for (const { index, value } of entries) {
    if (typeof value !== 'string') throw new Error('it lacks a field that this version looks for');
    assertStorableText(value);
    assertIndexable(kind, index, value, id);
  }
  return entries;
}

function eventIn(body: string, sequence: number): EventWrite {
  assertFits(body);
  const event = JSON.parse(body) as Partial<Event> | null;
  if (event?.sequence !== sequence) throw new Error(`its sequence is not ${sequence}`);
  if (typeof event.type !== 'string' || !Array.isArray(event.audience)) throw new Error('it is not an event');
  return { sequence, body };
}

function within<T>(what: string, look: () => T): T {
  try {
    return look();
  } catch (error) {
    throw invalid(what, (error as Error).message.replace(/\.$/, ''), error);
  }
}

function invalid(what: string, why: string, cause?: unknown): SignalboxError {
  return new SignalboxError(
    'invalid_input',
    `The contents cannot be stored: ${what}: ${why}.`,
    'Read them from the store again; nothing was written.',
    { cause },
  );
}
