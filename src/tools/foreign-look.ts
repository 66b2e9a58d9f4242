/** How the desks of a vocabulary look at the project of their connection, and from where paths are seen. */
import type { View } from '../core/unit.ts';
import type { Participant } from './participant.ts';

/** A look that is nobody's activity. */
export type Look = <T>(work: (view: View) => Promise<T>) => Promise<T>;

/** From where the paths of a session are seen that works in a folder; null for where the connection stands. */
export type Seat = (folder: string | null) => Promise<Seen>;

export interface Seen {
  /** Nobody acts as that one. */
  readonly at: Participant;
  /** A path as it is to be spelled from there. */
  spelled(path: string): string;
}
