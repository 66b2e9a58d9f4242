/** What the store keeps of places. */

/** Which project a repository's folder belongs to on a host; kept in a project of its own, `placesProject`. */
export interface PlaceRecord {
  /** `<host>:<anchor>`. */
  readonly id: string;
  readonly project: string;
}
