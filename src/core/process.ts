/** Which operating-system process it is, for as long as anybody remembers it. */

/** One operating-system process, told apart from a later one with the same pid. */
export interface ProcessIdentity {
  /** Host name, for people. */
  readonly host: string;
  /** Boot and pid-namespace identity: pids compare only where this is equal. */
  readonly boot: string;
  readonly pid: number;
  /** When it started, in the system's own unit; opaque. */
  readonly startedAt: string;
}

/** One text for a process identity, for equality and as an index value. */
export function processKey(process: ProcessIdentity): string {
  return `${process.boot}/${process.pid}/${process.startedAt}`;
}
