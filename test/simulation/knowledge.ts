/** What the rules need to know besides the store: what clients have seen and done, and who really lives. */
import type { Priority, SessionRecord } from '../../src/core/records.ts';

const anybody = '*';

export class Knowledge {
  /** The highest fence of each resource so far. */
  readonly fences = new Map<string, number>();
  readonly #shown = new Map<string, Set<string>>();
  readonly #acknowledged = new Map<string, Set<string>>();
  /** Whether the session's process runs, whoever may be able to judge that. */
  readonly isAlive: (session: SessionRecord) => boolean;

  /** With what priorities the session asks for locks at this moment, as far as its clients can tell. */
  readonly prioritiesOf: (session: string) => readonly Priority[];

  constructor(world: Pick<Knowledge, 'isAlive' | 'prioritiesOf'>) {
    this.isAlive = world.isAlive;
    this.prioritiesOf = world.prioritiesOf;
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
