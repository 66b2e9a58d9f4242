/** What a team sets for its project in `signalbox.json`, as far as the rules go by it. */

/** A set of places that are given out one by one: ports, databases, emulators, CI lanes. */
export interface Pool {
  readonly name: string;
  /** Names of the resources it holds, in the order of preference: `port:3000`, `db:test_1`, `ci:1`. */
  readonly values: readonly string[];
  /** Whether a value is the number of a TCP port that must not be in use when it is given out. */
  readonly probe: 'tcp' | null;
}

export interface Policy {
  readonly pools: readonly Pool[];
  /** How long messages are kept after they were sent. */
  readonly messagesKeptDays: number;
}

export const defaultPolicy: Policy = { pools: [], messagesKeptDays: 30 };
