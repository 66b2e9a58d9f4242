/**
 * The part of a unit of work that is the same in every engine: it buffers writes over a snapshot, lets the work read
 * them back, and yields one `Commit` that the engine stores atomically. An engine adds reading, and storing a commit.
 */
import { SignalboxError } from '../core/errors.ts';
import { limits } from '../core/limits.ts';
import type { Event, NewEvent, Page, Range, Reader, Transaction } from '../core/ports.ts';
import { completed } from '../core/record-defaults.ts';
import { type IndexName, indexes, type Kind, type RecordOf } from '../core/records.ts';
import { CachedSnapshot, type ReadAhead, type Row, type Snapshot } from './snapshot.ts';
import { assertIndexable, assertStorableText, compareText, liesIn, type Span, spanOf } from './span.ts';

/** A record to store, or to remove when `body` is undefined. `body` is its JSON. */
export interface RecordWrite {
  readonly kind: Kind;
  readonly id: string;
  readonly body: string | undefined;
  /** Whether the snapshot held the record. */
  readonly existed: boolean;
}

/** One line of an index: `id` of `kind` is found under `value`. */
export interface Entry {
  readonly kind: Kind;
  readonly index: string;
  readonly value: string;
  readonly id: string;
}

/** `body` is the JSON of the whole `Event`. */
export interface EventWrite {
  readonly sequence: number;
  readonly body: string;
}

/** Everything one unit changes. To be stored whole or not at all; `removed` before `added`. */
export interface Commit {
  readonly records: readonly RecordWrite[];
  readonly removed: readonly Entry[];
  readonly added: readonly Entry[];
  /** Consecutive from the snapshot's `sequence` + 1. */
  readonly events: readonly EventWrite[];
  /** Sequence of the project after the commit. */
  readonly sequence: number;
  /** Sessions to wake once the commit is stored, each once. */
  readonly audience: readonly string[];
  /** Nothing to store: the engine may end the unit without a write. */
  readonly isEmpty: boolean;
}

/** How an engine watches over the work while it runs; `withoutWaiting` is one. */
export type Watch = <T>(work: () => Promise<T>) => Promise<T>;

const unwatched: Watch = work => work();

export interface UnitOptions {
  readonly watch?: Watch;
  /** Reads that the engine began while it opened the snapshot. */
  readonly ahead?: readonly ReadAhead[];
}

/**
 * Runs `work` over `snapshot` and returns its result with the commit to store. Stores nothing itself.
 * Rejects with what the work throws, or with the snapshot's own error if one of its reads failed, even when the work
 * caught that: a decision made without an answer must not be stored.
 * Once it settles, the transaction handed to `work` refuses every use with `internal`.
 */
export async function runUnit<T>(
  snapshot: Snapshot,
  work: (transaction: Transaction) => Promise<T>,
  { watch = unwatched, ahead }: UnitOptions = {},
): Promise<{ readonly result: T; readonly commit: Commit }> {
  const unit = new Unit(snapshot, ahead);
  try {
    const result = await watch(() => work(unit));
    return { result, commit: await unit.finish() };
  } finally {
    unit.end();
  }
}

/** Runs `work` over `snapshot` without the means to write. Errors as `runUnit`. */
export async function runReader<T>(
  snapshot: Snapshot,
  work: (reader: Reader) => Promise<T>,
  { watch = unwatched, ahead }: UnitOptions = {},
): Promise<T> {
  const unit = new Unit(snapshot, ahead);
  const reader: Reader = {
    now: unit.now,
    sequence: unit.sequence,
    get: (kind, id) => unit.get(kind, id),
    list: (kind, index, range, page) => unit.list(kind, index, range, page),
    count: (kind, index, range) => unit.count(kind, index, range),
  };
  try {
    const result = await watch(() => work(reader));
    await unit.finish();
    return result;
  } finally {
    unit.end();
  }
}

/** Gives an engine its event back. */
export function parseEvent(body: string): Event {
  return parseStored<Event>(body);
}

/** A limit as every engine takes it: a whole number, also for a page without a bound (`Infinity`). */
export function wholeRows(limit: number): number {
  return Math.min(Math.max(0, Math.floor(limit)), 1_000_000_000);
}

/** A write that waits for the commit, with the index entries it will have. */
interface Pending {
  readonly body: string | undefined;
  readonly entries: readonly Entry[];
}

/** Pending writes of one kind as they stood when a read was made, with what they replace. */
type Overlay = ReadonlyMap<string, Pending>;

class Unit implements Transaction {
  readonly now: number;
  readonly #snapshot: CachedSnapshot;
  readonly #pending = new Map<Kind, Map<string, Pending>>();
  readonly #events: EventWrite[] = [];
  readonly #audience = new Set<string>();
  readonly #firstSequence: number;
  #isEnded = false;

  constructor(snapshot: Snapshot, ahead: readonly ReadAhead[] | undefined) {
    this.now = snapshot.now;
    this.#firstSequence = snapshot.sequence;
    this.#snapshot = new CachedSnapshot(snapshot, ahead);
  }

  get sequence(): number {
    return this.#firstSequence + this.#events.length;
  }

  async get<K extends Kind>(kind: K, id: string): Promise<RecordOf<K> | undefined> {
    this.#assertOpen();
    assertStorableText(id);
    const pending = this.#pending.get(kind)?.get(id);
    const body = pending === undefined ? await this.#snapshot.get(kind, id) : pending.body;
    // Parsed afresh for each caller: nobody can change the store, or another's view, through what it was given.
    return body === undefined ? undefined : recordOf(kind, body);
  }

  async list<K extends Kind>(kind: K, index: IndexName<K>, range: Range, page: Page): Promise<RecordOf<K>[]> {
    this.#assertOpen();
    const span = spanOf(range);
    const limit = wholeRows(page.limit);
    if (limit === 0) return [];
    const reverse = page.reverse === true;
    // The writes as of this call, not as of its answer: engines answer at different moments and must not differ.
    const overlay: Overlay = new Map(this.#pending.get(kind));
    const rows =
      overlay.size === 0
        ? await this.#snapshot.list(kind, index, span, { limit, reverse })
        : await this.#listMerged(kind, index, span, { limit, reverse }, overlay);
    return rows.map(row => recordOf(kind, row.body));
  }

  async count<K extends Kind>(kind: K, index: IndexName<K>, range: Range): Promise<number> {
    this.#assertOpen();
    const span = spanOf(range);
    const overlay: Overlay = new Map(this.#pending.get(kind));
    const [stored, hidden] = await Promise.all([
      this.#snapshot.count(kind, index, span),
      this.#countHidden(kind, index, span, false, overlay),
    ]);
    return stored - hidden + pendingRows(index, span, false, overlay).length;
  }

  put<K extends Kind>(kind: K, record: RecordOf<K>): void {
    this.#assertOpen();
    const body = JSON.stringify(record);
    assertFits(body);
    // From the stored form, as they will be found when the record is replaced; not from what the caller may still change.
    const { id } = record;
    const entries = entriesOf(kind, id, recordOf(kind, body));
    assertStorableText(id);
    assertIndexable(kind, id);
    for (const entry of entries) {
      assertStorableText(entry.value);
      assertIndexable(kind, entry.index, entry.value, id);
    }
    this.#write(kind, id, { body, entries });
  }

  delete(kind: Kind, id: string): void {
    this.#assertOpen();
    assertStorableText(id);
    this.#write(kind, id, { body: undefined, entries: [] });
  }

  emit(event: NewEvent): number {
    this.#assertOpen();
    const sequence = this.sequence + 1;
    const { type, audience, data } = event;
    const body = JSON.stringify({ sequence, at: this.now, type, audience, data } satisfies Event);
    assertFits(body);
    this.#events.push({ sequence, body });
    for (const session of audience) this.#audience.add(session);
    return sequence;
  }

  /** Closes the unit for its work and computes what to store. */
  async finish(): Promise<Commit> {
    this.end();
    await this.#snapshot.settle();
    const records: RecordWrite[] = [];
    const removed: Entry[] = [];
    const added: Entry[] = [];
    for (const [kind, writes] of this.#pending) {
      for (const [id, { body, entries }] of writes) {
        const before = await this.#snapshot.get(kind, id);
        if (before === body) continue;
        records.push({ kind, id, body, existed: before !== undefined });
        const old = before === undefined ? [] : entriesOf(kind, id, recordOf(kind, before));
        removed.push(...without(old, entries));
        added.push(...without(entries, old));
      }
    }
    const isEmpty = records.length === 0 && this.#events.length === 0;
    const { sequence } = this;
    return { records, removed, added, events: this.#events, sequence, audience: [...this.#audience], isEmpty };
  }

  end(): void {
    this.#isEnded = true;
  }

  #assertOpen(): void {
    if (!this.#isEnded) return;
    throw new SignalboxError(
      'internal',
      'A unit of work was used after it had ended.',
      'Report this as a defect of Signalbox.',
    );
  }

  #write(kind: Kind, id: string, pending: Pending): void {
    let writes = this.#pending.get(kind);
    if (writes === undefined) {
      writes = new Map();
      this.#pending.set(kind, writes);
    }
    writes.set(id, pending);
    // The old body is needed for its index entries. Asked for now, it travels with the work's own reads.
    this.#snapshot.prefetch(kind, id);
  }

  async #listMerged(
    kind: Kind,
    index: string,
    span: Span,
    page: Required<Page>,
    overlay: Overlay,
  ): Promise<readonly Row[]> {
    const { limit, reverse } = page;
    // Asking for as many more as pending writes hide leaves enough rows whatever the writes took away.
    const hidden = await this.#countHidden(kind, index, span, reverse, overlay);
    const stored = await this.#snapshot.list(kind, index, span, { limit: limit + hidden, reverse });
    const rows = stored.filter(row => !overlay.has(row.id)).concat(pendingRows(index, span, reverse, overlay));
    rows.sort((a, b) => (reverse ? compareRows(b, a) : compareRows(a, b)));
    return rows.slice(0, limit);
  }

  /** How many stored entries of the span belong to records with a pending write. */
  async #countHidden(kind: Kind, index: string, span: Span, reverse: boolean, overlay: Overlay): Promise<number> {
    const ids = [...overlay.keys()];
    const bodies = await Promise.all(ids.map(id => this.#snapshot.get(kind, id)));
    let hidden = 0;
    for (const [at, body] of bodies.entries()) {
      const id = ids[at];
      if (body === undefined || id === undefined) continue;
      const entries = entriesOf(kind, id, recordOf(kind, body));
      hidden += entries.filter(entry => entry.index === index && liesIn(span, entry.value, id, reverse)).length;
    }
    return hidden;
  }
}

function pendingRows(index: string, span: Span, reverse: boolean, overlay: Overlay): Row[] {
  const rows: Row[] = [];
  for (const [id, { body, entries }] of overlay) {
    if (body === undefined) continue;
    for (const entry of entries) {
      const isWanted = entry.index === index && liesIn(span, entry.value, id, reverse);
      if (isWanted) rows.push({ value: entry.value, id, body });
    }
  }
  return rows;
}

function compareRows(left: Row, right: Row): number {
  return compareText(left.value, right.value) || compareText(left.id, right.id);
}

type IndexFunction = (record: RecordOf<Kind>) => string | readonly string[] | undefined;

/** Every index entry that a stored record has. */
export function entriesOf(kind: Kind, id: string, record: RecordOf<Kind>): Entry[] {
  const functions = indexes[kind] as unknown as Readonly<Record<string, IndexFunction>>;
  const entries: Entry[] = [];
  for (const index of Object.keys(functions)) {
    const values = functions[index]?.(record);
    if (values === undefined) continue;
    const distinct = typeof values === 'string' ? [values] : new Set(values);
    for (const value of distinct) entries.push({ kind, index, value, id });
  }
  return entries;
}

/** The entries of `left` that `right` does not have, both of the same record. */
function without(left: readonly Entry[], right: readonly Entry[]): readonly Entry[] {
  return left.filter(entry => !right.some(other => other.index === entry.index && other.value === entry.value));
}

function recordOf<K extends Kind>(kind: K, body: string): RecordOf<K> {
  return completed(kind, parseStored<RecordOf<K>>(body));
}

function parseStored<T>(body: string): T {
  try {
    return JSON.parse(body) as T;
  } catch (cause) {
    throw new SignalboxError(
      'unavailable',
      'The store holds a record that cannot be read: it is damaged.',
      'Run `signalbox doctor` to examine the store.',
      { cause },
    );
  }
}

export function assertFits(body: string): void {
  // A UTF-16 unit takes at most three bytes of UTF-8: most bodies need no counting.
  if (body.length * 3 <= limits.recordBytes) return;
  if (Buffer.byteLength(body) <= limits.recordBytes) return;
  throw new SignalboxError(
    'limit_exceeded',
    `A record or event is larger than ${limits.recordBytes} bytes.`,
    'Shorten the text, or split it into several calls.',
  );
}
