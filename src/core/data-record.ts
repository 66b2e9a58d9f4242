/** What the store keeps of the scoped data: plain JSON, like `records.ts`. */

/** One value of the scoped data. */
export interface DataRecord {
  /** `<scope, percent-encoded>/<key>`. */
  readonly id: string;
  readonly scope: string;
  readonly key: string;
  /** JSON text. */
  readonly value: string;
  /** Rises by one with each change, from 1; a key that was deleted and set again goes on behind where it was within `deletedKeptDays`. */
  readonly revision: number;
  /** Set for a key that was deleted: only its revision is kept. */
  readonly deletedAt: number | null;
  readonly author: string;
  readonly authorHandle: string;
  readonly updatedAt: number;
}
