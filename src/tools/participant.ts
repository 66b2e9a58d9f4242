/**
 * Who calls. A tool never takes the caller's identity as an input: it asks its participant, which is an AI session served by
 * this process (`agent.ts`), a command run inside such a session, or the person at a shell (`visitor.ts`).
 */
import type { Ask, Worktree } from '../core/ports.ts';
import type { Resource, SessionRecord } from '../core/records.ts';
import type { Unit, View } from '../core/unit.ts';
import type { Hints } from './hints.ts';
import type { Work } from './unfinished.ts';
import type { World } from './world.ts';

export type Me = SessionRecord;

/** The reads that a unit of work for the session of that id will probably make; see `Ask`. */
export type Foresight = (me: string) => readonly Ask[];

export interface Participant {
  /** Runs one unit of work as the caller. What `work` returns after the commit is returned; it may run more than once. */
  transact<T>(work: (unit: Unit, me: Me) => Promise<T>, ahead?: Foresight): Promise<T>;
  /** The same over a read-only view. */
  read<T>(work: (view: View, me: Me) => Promise<T>): Promise<T>;
  /** The same for a look that is nobody's activity; undefined while the session has ended. */
  observe<T>(work: (view: View, me: Me) => Promise<T>): Promise<T | undefined>;
  /** Has `work` done as soon as the store is back, if the caller lives on then; a caller of one call only tries nothing more. */
  later(work: Work): void;
  /** Sees to it that the caller's standing places are served although nobody looks, as far as it lives on itself. */
  watchQueue(): void;
  /** Makes paths and names canonical from where the caller stands. `invalid_input` when none is given. */
  resources(paths: readonly string[] | undefined, names: readonly string[] | undefined): Promise<Resource[]>;
  /** Where the caller's wake-ups arrive; listening begins with the first use. */
  hints(): Promise<Hints>;
  /** The working tree the caller stands in. */
  place(): Promise<Worktree>;
  /** The folder in it from which the caller's paths start. */
  readonly directory: string;
  readonly world: World;
}
