/** What an engine lets a unit of work read, and the unit's own cache of those reads. */
import type { Page } from '../core/ports.ts';
import type { Kind } from '../core/records.ts';
import type { Span } from './span.ts';

/** An index entry with the JSON of its record. */
export interface Row {
  readonly value: string;
  readonly id: string;
  readonly body: string;
}

type Answer<T> = T | Promise<T>;

/**
 * One consistent state of one project, for the length of one unit. Reads may be issued concurrently.
 * `list` and `count` go by (value, id) in UTF-8 byte order; `afterId` is behind in reading order, `count` reads forwards.
 */
export interface Snapshot {
  readonly now: number;
  readonly sequence: number;
  get(kind: Kind, id: string): Answer<string | undefined>;
  list(kind: Kind, index: string, span: Span, page: Required<Page>): Answer<readonly Row[]>;
  count(kind: Kind, index: string, span: Span): Answer<number>;
}

interface Listing {
  readonly limit: number;
  readonly rows: Promise<readonly Row[]>;
}

/** Answers an identical read from memory: a snapshot cannot change, and each question may be a round trip. */
export class CachedSnapshot {
  readonly #snapshot: Snapshot;
  readonly #bodies = new Map<string, Promise<string | undefined>>();
  readonly #listings = new Map<string, Listing>();
  readonly #counts = new Map<string, Promise<number>>();
  readonly #underway = new Set<Promise<unknown>>();
  #failure: { readonly error: unknown } | undefined;

  constructor(snapshot: Snapshot) {
    this.#snapshot = snapshot;
  }

  get(kind: Kind, id: string): Promise<string | undefined> {
    const key = `${kind}\0${id}`;
    let body = this.#bodies.get(key);
    if (body === undefined) {
      body = this.#ask(() => this.#snapshot.get(kind, id));
      this.#bodies.set(key, body);
    }
    return body;
  }

  /** Begins a read that will be needed; its failure shows when it is used, or at `settle`. */
  prefetch(kind: Kind, id: string): void {
    void this.get(kind, id);
  }

  async list(kind: Kind, index: string, span: Span, page: Required<Page>): Promise<readonly Row[]> {
    const key = JSON.stringify([kind, index, span, page.reverse]);
    const known = this.#listings.get(key);
    // A longer listing holds the shorter one; a listing with fewer rows than its limit is complete.
    if (known !== undefined) {
      const rows = await known.rows;
      if (known.limit >= page.limit || rows.length < known.limit) return rows.slice(0, page.limit);
    }
    const rows = this.#ask(() => this.#snapshot.list(kind, index, span, page));
    this.#listings.set(key, { limit: page.limit, rows });
    for (const row of await rows) this.#remember(kind, row);
    return rows;
  }

  count(kind: Kind, index: string, span: Span): Promise<number> {
    const key = JSON.stringify([kind, index, span]);
    let count = this.#counts.get(key);
    if (count === undefined) {
      count = this.#ask(() => this.#snapshot.count(kind, index, span));
      this.#counts.set(key, count);
    }
    return count;
  }

  /** Waits until no read is under way and throws the first failure, also one that nobody looked at. */
  async settle(): Promise<void> {
    while (this.#underway.size > 0) await Promise.allSettled(this.#underway);
    if (this.#failure !== undefined) throw this.#failure.error;
  }

  #remember(kind: Kind, row: Row): void {
    const key = `${kind}\0${row.id}`;
    if (!this.#bodies.has(key)) this.#bodies.set(key, Promise.resolve(row.body));
  }

  #ask<T>(read: () => Answer<T>): Promise<T> {
    try {
      const answer = read();
      return answer instanceof Promise ? this.#track(answer) : Promise.resolve(answer);
    } catch (error) {
      const failed = Promise.reject<T>(error);
      this.#noteFailure(failed, error);
      return failed;
    }
  }

  #track<T>(answer: Promise<T>): Promise<T> {
    this.#underway.add(answer);
    answer.then(
      () => this.#underway.delete(answer),
      error => {
        this.#underway.delete(answer);
        this.#noteFailure(answer, error);
      },
    );
    return answer;
  }

  #noteFailure(failed: Promise<unknown>, error: unknown): void {
    this.#failure ??= { error };
    // Nobody may be waiting for it; that must not end the process.
    failed.catch(() => {});
  }
}
