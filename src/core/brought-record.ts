/** What the store keeps of things that were taken over. */

/** A mark for one thing of another system. */
export interface BroughtRecord {
  /** `<issuer>/<what tells it from all others there>`. */
  readonly id: string;
  /** The id that it has here, where others are asked for by it. */
  readonly as: string | null;
  readonly at: number;
}
