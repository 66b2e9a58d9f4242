/** What another system has stored, to be taken over: read only, and never changed. */
import { SignalboxError } from './errors.ts';

export type OldValue = string | number | null;
export type OldRow = Readonly<Record<string, OldValue>>;

export interface OldStore {
  /** The absolute path that was named. */
  readonly path: string;
  /** The rows of a table in a database of SQLite; null for a table that there is not. Errors: `invalid_input` where it is no database. */
  rows(table: string): readonly OldRow[] | null;
  /** The files of a folder whose names end so, by name. Errors: `invalid_input` where it is no folder. */
  files(ending: string): readonly { readonly name: string; readonly text: string }[];
}

/** How much of one kind of thing was taken over, and how much was not, with the reasons. */
export interface Tally {
  readonly what: string;
  readonly taken: number;
  readonly left: readonly { readonly why: string; readonly count: number }[];
}

/** Counts while things are taken over. */
export class Tallies {
  readonly #taken = new Map<string, number>();
  readonly #left = new Map<string, Map<string, number>>();

  took(what: string, count = 1): void {
    this.#taken.set(what, (this.#taken.get(what) ?? 0) + count);
  }

  /** Nothing is told of nothing. */
  left(what: string, why: string, count = 1): void {
    if (count === 0) return;
    if (!this.#taken.has(what)) this.#taken.set(what, 0);
    const whys = this.#left.get(what) ?? new Map<string, number>();
    this.#left.set(what, whys.set(why, (whys.get(why) ?? 0) + count));
  }

  get list(): Tally[] {
    return [...this.#taken].map(([what, taken]) => ({
      what,
      taken,
      left: [...(this.#left.get(what) ?? [])].map(([why, count]) => ({ why, count })),
    }));
  }
}

/** The rows of tables, of which there has to be the first one. Errors: `invalid_input` for the store of another program. */
export function tablesOf(old: OldStore, system: string, ...[first, ...others]: readonly [string, ...string[]]) {
  const rows = old.rows(first);
  if (rows) return [rows, ...others.map(table => old.rows(table) ?? [])] as const;
  const message = `${old.path} is no database of ${system}.`;
  throw new SignalboxError('invalid_input', message, 'Name the file that the old program stored its state in.');
}

/** A text of a row. Errors: `invalid_input` where there is none. */
export function textIn(row: OldRow, column: string): string {
  const value = row[column];
  if (typeof value === 'string' && value !== '') return value;
  throw unread(column);
}

/** A text of a row, or null. */
export function textOrNull(row: OldRow, column: string): string | null {
  const value = row[column];
  return value === null || value === undefined ? null : String(value);
}

/** A moment of a row that a date can be. Errors: `invalid_input`. */
export function momentIn(row: OldRow, column: string): number {
  const value = row[column];
  const at = typeof value === 'number' ? value : Date.parse(String(value));
  if (at > 0 && at < lastMoment) return at;
  throw unread(column);
}

/** What comes out of one thing; what is wrong with it is a reason to leave it, and none to leave the others. */
export async function takeEach<T>(
  tallies: Tallies,
  what: string,
  things: readonly T[],
  take: (thing: T) => Promise<string>,
): Promise<void> {
  for (const thing of things) {
    try {
      const outcome = await take(thing);
      if (outcome === 'taken') tallies.took(what);
      else tallies.left(what, outcome);
    } catch (error) {
      if (!(error instanceof SignalboxError) || error.code === 'unavailable') throw error;
      tallies.left(what, error.message.replace(/\.$/, ''));
    }
  }
}

/** The end of the year 9999. */
const lastMoment = 253_402_300_800_000;

function unread(column: string): SignalboxError {
  return new SignalboxError('invalid_input', `its ${column} cannot be read`, 'It is left there.');
}
