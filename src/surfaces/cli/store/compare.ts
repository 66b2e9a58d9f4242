/** Looks whether two states of a project are the same, and says how much a project holds. */
import type { Contents } from '../../../core/ports.ts';
import { indexes, type Kind } from '../../../core/records.ts';

/** The first thing in which `found` is not `wanted`, as the end of a sentence; undefined when every record and event is the same. */
export function firstDifference(wanted: Contents, found: Contents): string | undefined {
  const bodies = bodiesOf(found);
  for (const { kind, id, body } of wanted.records) {
    const stored = bodies.get(key(kind, id));
    if (stored === undefined) return `the ${kind} "${id}" is missing`;
    if (stored !== body) return `the ${kind} "${id}" is another`;
  }
  const known = bodiesOf(wanted);
  const foreign = found.records.find(({ kind, id }) => !known.has(key(kind, id)));
  if (foreign) return `the ${foreign.kind} "${foreign.id}" was not there before`;
  if (found.records.length !== wanted.records.length) return 'a record is there twice';
  const first = wanted.sequence - wanted.events.length + 1;
  const at = wanted.events.findIndex((body, index) => found.events[index] !== body);
  if (at >= 0) return `event ${first + at} is ${at < found.events.length ? 'another' : 'missing'}`;
  if (found.events.length > wanted.events.length) return `event ${wanted.sequence + 1} was not there before`;
  return found.sequence === wanted.sequence
    ? undefined
    : `its newest event is number ${found.sequence}, not ${wanted.sequence}`;
}

/** How many records were added, changed or removed between two states, and how many events came. */
export function changesBetween(
  before: Contents,
  after: Contents,
): { readonly records: number; readonly events: number } {
  const old = bodiesOf(before);
  const now = bodiesOf(after);
  const changed = after.records.filter(({ kind, id, body }) => old.get(key(kind, id)) !== body).length;
  const removed = before.records.filter(({ kind, id }) => !now.has(key(kind, id))).length;
  return { records: changed + removed, events: Math.max(0, after.sequence - before.sequence) };
}

export interface Tally {
  readonly sequence: number;
  /** Records by kind, also where there are none. */
  readonly records: Readonly<Record<Kind, number>>;
  readonly events: number;
}

export function tallyOf({ sequence, records, events }: Contents): Tally {
  const kinds = Object.keys(indexes) as Kind[];
  const counts = kinds.map(kind => [kind, records.filter(record => record.kind === kind).length]);
  return { sequence, records: Object.fromEntries(counts), events: events.length };
}

/** `3 sessions, 2 locks and 41 events`. */
export function spokenTally({ records, events }: Tally): string {
  const parts = Object.entries(records).flatMap(([kind, number]) => (number > 0 ? [many(number, kind)] : []));
  const [last, ...others] = [many(events, 'event'), ...parts.reverse()];
  return others.length === 0 ? `${last}` : `${others.reverse().join(', ')} and ${last}`;
}

function many(number: number, noun: string): string {
  if (number === 1) return `1 ${noun}`;
  return `${number} ${noun.endsWith('y') ? `${noun.slice(0, -1)}ies` : `${noun}s`}`;
}

function bodiesOf({ records }: Contents): Map<string, string> {
  return new Map(records.map(({ kind, id, body }) => [key(kind, id), body]));
}

function key(kind: Kind, id: string): string {
  return `${kind}\0${id}`;
}
