/** What the rules need to know besides the store: what clients have seen and done, and who really lives. */
import type { GuardPolicy } from '../../src/core/policy.ts';
import type { SessionRecord } from '../../src/core/records.ts';
import type { Call } from './seat.ts';

const anybody = '*';

export class Knowledge {
  /** The highest fence of each resource so far. */
  readonly fences = new Map<string, number>();
  /** Of locks of edits that were handed off, the fence of the first in the row, by their own. */
  readonly cameWith = new Map<number, number>();
  readonly #shown = new Map<string, Set<string>>();
  readonly #acknowledged = new Map<string, Set<string>>();
  /** Whether the session's process runs, whoever may be able to judge that. */
  readonly isAlive: (session: SessionRecord) => boolean;

  /** The calls under way, at this moment, of all whom a process serves. Each is an object of its own. */
  readonly callsBy: (process: string) => readonly Call[];
  readonly guard: GuardPolicy;
  /** Up to which event a session was told of what others did to its files. */
  readonly told = new Map<string, number>();
  /** How many more entries of each kind the ledger may get by what the hooks of each process have told so far. */
  readonly owed = new Map<string, number>();

  constructor(world: Pick<Knowledge, 'isAlive' | 'callsBy' | 'guard'>) {
    this.isAlive = world.isAlive;
    this.callsBy = world.callsBy;
    this.guard = world.guard;
  }

  /** Notes that a client of the session got an answer with that message in it. */
  show(session: string, message: string): void {
    const messages = this.#shown.get(session) ?? new Set();
    this.#shown.set(session, messages.add(message));
  }

  wasShown(session: string, message: string): boolean {
    return this.#shown.get(session)?.has(message) ?? false;
  }

  /** Notes that the session, or one not known yet, has called for these messages to be acknowledged, whatever became of that. */
  acknowledge(session: string | null, messages: readonly string[]): void {
    const known = this.#acknowledged.get(session ?? anybody) ?? new Set();
    for (const message of messages) known.add(message);
    this.#acknowledged.set(session ?? anybody, known);
  }

  wasAcknowledged(session: string, message: string): boolean {
    return [session, anybody].some(one => this.#acknowledged.get(one)?.has(message));
  }
}

/** A promise, and what breaks it in one unit of work; nothing when it is kept. */
export interface Rule<Seen> {
  readonly promise: string;
  broken(seen: Seen, known: Knowledge): Iterable<string>;
}
