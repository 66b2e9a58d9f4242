/** One project in memory: records by id, index entries in sorted arrays, events in an array. */
import type { Contents, Event, Page } from '../../core/ports.ts';
import type { Kind } from '../../core/records.ts';
import { loadCommit, notEmpty } from '../contents.ts';
import type { Row, Snapshot } from '../snapshot.ts';
import { compareText, type Span } from '../span.ts';
import { Turns } from '../turns.ts';
import { type Commit, type Entry, parseEvent, wholeRows } from '../unit-of-work.ts';

interface Place {
  readonly value: string;
  readonly id: string;
}

export class ProjectState {
  /** Units and views of the project, one after the other; in an order that no clock has a say in, so that a seed replays. */
  readonly turns = new Turns(() => 0);
  readonly #records = new Map<string, string>();
  readonly #entries = new Map<string, Place[]>();
  readonly #events: string[] = [];
  #sequence = 0;
  #wasWritten = false;

  get sequence(): number {
    return this.#sequence;
  }

  get wasWritten(): boolean {
    return this.#wasWritten;
  }

  /** What a unit of work sees that begins now. It must have the project for itself: see `turns`. */
  snapshot(now: number): Snapshot {
    return {
      now,
      sequence: this.#sequence,
      get: (kind, id) => this.get(kind, id),
      list: (kind, index, span, page) => this.list(kind, index, span, page),
      count: (kind, index, span) => this.count(kind, index, span),
    };
  }

  get(kind: Kind, id: string): string | undefined {
    return this.#records.get(`${kind}\0${id}`);
  }

  list(kind: Kind, index: string, span: Span, page: Required<Page>): Row[] {
    const places = this.#places(kind, index);
    const [start, end] = boundsOf(places, span, page.reverse);
    const chosen = page.reverse
      ? places.slice(Math.max(start, end - page.limit), end).reverse()
      : places.slice(start, Math.min(end, start + page.limit));
    return chosen.map(({ value, id }) => ({ value, id, body: this.get(kind, id) ?? 'null' }));
  }

  count(kind: Kind, index: string, span: Span): number {
    const [start, end] = boundsOf(this.#places(kind, index), span, false);
    return Math.max(0, end - start);
  }

  /** Stores a commit. Nothing in here waits or fails, so that it is whole or not at all. */
  apply(commit: Commit): void {
    this.#wasWritten = true;
    for (const { kind, id, body } of commit.records) {
      if (body === undefined) this.#records.delete(`${kind}\0${id}`);
      else this.#records.set(`${kind}\0${id}`, body);
    }
    for (const entry of commit.removed) this.#removeEntry(entry);
    for (const entry of commit.added) this.#addEntry(entry);
    for (const event of commit.events) this.#events.push(event.body);
    this.#sequence = commit.sequence;
  }

  /** The commit that makes this project hold `contents`. `conflict` when it was ever written to, else the errors of `loadCommit`. */
  loading(project: string, contents: Contents): Commit {
    const commit = loadCommit(contents);
    if (this.#wasWritten) throw notEmpty(project);
    return commit;
  }

  eventsAfter(cursor: number, limit: number): Event[] {
    const gone = this.#sequence - this.#events.length;
    const first = Math.max(0, cursor - gone);
    return this.#events.slice(first, first + wholeRows(limit)).map(parseEvent);
  }

  contents(): Contents {
    const records = [...this.#records].map(([key, body]) => {
      const end = key.indexOf('\0');
      return { kind: key.slice(0, end) as Kind, id: key.slice(end + 1), body };
    });
    records.sort((a, b) => compareText(a.kind, b.kind) || compareText(a.id, b.id));
    return { sequence: this.#sequence, records, events: [...this.#events] };
  }

  #places(kind: Kind, index: string): Place[] {
    const key = `${kind}.${index}`;
    let places = this.#entries.get(key);
    if (places === undefined) {
      places = [];
      this.#entries.set(key, places);
    }
    return places;
  }

  #addEntry({ kind, index, value, id }: Entry): void {
    const places = this.#places(kind, index);
    places.splice(positionOf(places, value, id), 0, { value, id });
  }

  #removeEntry({ kind, index, value, id }: Entry): void {
    const places = this.#places(kind, index);
    const at = positionOf(places, value, id);
    const found = places[at];
    if (found?.value === value && found.id === id) places.splice(at, 1);
  }
}

/** The half-open part of the sorted array that the span covers. */
function boundsOf(places: readonly Place[], span: Span, reverse: boolean): [start: number, end: number] {
  if (span.equals === undefined) {
    const end = span.below === undefined ? places.length : positionOf(places, span.below, '');
    return [positionOf(places, span.from, ''), end];
  }
  const { equals, afterId } = span;
  let start = positionOf(places, equals, '');
  let end = firstWhere(places, place => compareText(place.value, equals) > 0);
  if (afterId !== undefined && reverse) end = positionOf(places, equals, afterId);
  if (afterId !== undefined && !reverse) start = firstWhere(places, place => comparePlaces(place, equals, afterId) > 0);
  return [start, end];
}

/** Where (value, id) stands or would stand. */
function positionOf(places: readonly Place[], value: string, id: string): number {
  return firstWhere(places, place => comparePlaces(place, value, id) >= 0);
}

function comparePlaces(place: Place, value: string, id: string): number {
  return compareText(place.value, value) || compareText(place.id, id);
}

/** Binary search for the first place from which on `holds` is true. */
function firstWhere(places: readonly Place[], holds: (place: Place) => boolean): number {
  let low = 0;
  let high = places.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const place = places[middle];
    if (place !== undefined && holds(place)) high = middle;
    else low = middle + 1;
  }
  return low;
}
