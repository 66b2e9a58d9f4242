/** What an engine lets a unit of work read, and the unit's own cache of those reads. */
import type { Ask, Page, Range } from '../core/ports.ts';
import type { Kind } from '../core/records.ts';
import { type Span, spanOf } from './span.ts';

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

/** An `Ask` in the form in which a snapshot reads. */
export type Question =
  | { readonly kind: Kind; readonly id: string }
  | { readonly kind: Kind; readonly index: string; readonly span: Span; readonly page: Required<Page> | undefined };

/** What an engine has asked for while it opened the snapshot, with the answers that are on their way. */
export interface ReadAhead {
  readonly question: Question;
  /** A body (or undefined), rows, or a number: what the question is for. */
  readonly answer: Promise<unknown>;
}

/** The questions behind `asks`. */
export function questionsOf(asks: readonly Ask[] | undefined): Question[] {
  return (asks ?? []).map(ask => {
    if ('id' in ask) return { kind: ask.kind, id: ask.id };
    const { kind, index, range, page } = ask;
    return { kind, index, span: spanOf(range as Range), page: page && { reverse: false, ...page } };
  });
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

  constructor(snapshot: Snapshot, ahead: readonly ReadAhead[] = []) {
    this.#snapshot = snapshot;
    for (const read of ahead) this.#expect(read);
  }

  get(kind: Kind, id: string): Promise<string | undefined> {
    const key = bodyKey(kind, id);
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
    const key = listingKey(kind, index, span, page);
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

  #expect({ question, answer }: ReadAhead): void {
    this.#track(answer);
    const { kind } = question;
    if ('id' in question) this.#bodies.set(bodyKey(kind, question.id), answer as Promise<string | undefined>);
    else if (question.page === undefined) {
      this.#counts.set(JSON.stringify([kind, question.index, question.span]), answer as Promise<number>);
    } else {
      const { index, span, page } = question;
      const rows = (answer as Promise<readonly Row[]>).then(found => {
        for (const row of found) this.#remember(kind, row);
        return found;
      });
      rows.catch(() => {});
      this.#listings.set(listingKey(kind, index, span, page), { limit: page.limit, rows });
    }
  }

  #remember(kind: Kind, row: Row): void {
    const key = bodyKey(kind, row.id);
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

function bodyKey(kind: Kind, id: string): string {
  return `${kind}\0${id}`;
}

function listingKey(kind: Kind, index: string, span: Span, page: Required<Page>): string {
  return JSON.stringify([kind, index, span, page.reverse]);
}
