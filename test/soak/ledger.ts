/** The test's own book of what was promised to whom, against which the store is held in the end. */
import type { Findings } from './findings.ts';

export interface Acknowledged {
  readonly key: string;
  readonly from: string;
  readonly to: readonly string[];
  /** The message's id as the answer said. */
  readonly id: string;
}

interface Shown {
  readonly id: string;
  readonly again?: boolean;
}

export class Ledger {
  readonly resources = ['ci', 'port:3000', 'git:tag'];
  readonly acknowledged = new Map<string, Acknowledged>();
  stops = 0;
  interruptions = 0;
  repeats = 0;
  grants = 0;
  refusals = 0;
  readonly #findings: Findings;
  readonly #holders = new Map<string, string>();
  readonly #fences = new Map<string, number>();
  readonly #inboxes = new Map<string, Map<string, number>>();
  readonly #expecting = new Map<string, () => void>();

  constructor(findings: Findings) {
    this.#findings = findings;
  }

  /** A send was answered. Repeating its key must have named the same message. */
  sent(message: Acknowledged): void {
    const before = this.acknowledged.get(message.key);
    if (before) this.repeats += 1;
    this.#findings.check(
      !before || before.id === message.id,
      `the key ${message.key} sent ${before?.id} and, repeated, ${message.id}`,
    );
    this.acknowledged.set(message.key, message);
    for (const recipient of message.to) this.#expecting.get(recipient)?.();
  }

  /** Resolves when the next message to a reader is stored: the moment at which its process is about to take it. */
  nextMessageTo(reader: string): Promise<void> {
    return new Promise(resolve => this.#expecting.set(reader, resolve));
  }

  granted(resource: string, holder: string, fence: number): void {
    const [other, last] = [this.#holders.get(resource), this.#fences.get(resource) ?? 0];
    this.#findings.check(!other, `${holder} and ${other} hold ${resource} at once`);
    this.#findings.check(fence > last, `the fence of ${resource} went from ${last} to ${fence}`);
    this.#holders.set(resource, holder);
    this.#fences.set(resource, fence);
    this.grants += 1;
  }

  /** Call it before the release is sent: the next holder may have the lock before the answer is here. */
  released(resource: string, holder: string): void {
    if (this.#holders.get(resource) === holder) this.#holders.delete(resource);
  }

  forgetHolder(holder: string): void {
    for (const resource of this.resources) this.released(resource, holder);
  }

  /** A reader was shown messages. What it has seen before must be marked so. */
  shown(reader: string, messages: readonly Shown[]): void {
    const inbox = this.inbox(reader);
    for (const { id, again } of messages) {
      const before = inbox.get(id) ?? 0;
      this.#findings.check(before === 0 || again === true, `${reader} was shown ${id} twice without a mark`);
      inbox.set(id, before + 1);
    }
  }

  /** How often a reader was shown each message. */
  inbox(reader: string): Map<string, number> {
    const inbox = this.#inboxes.get(reader) ?? new Map<string, number>();
    this.#inboxes.set(reader, inbox);
    return inbox;
  }

  numbers(): Record<string, number> {
    const views = [...this.#inboxes.values()].flatMap(inbox => [...inbox.values()]);
    return {
      'messages acknowledged': this.acknowledged.size,
      'keys repeated': this.repeats,
      'messages shown': views.length,
      'shown again after a crash': views.filter(count => count > 1).length,
      'calls interrupted': this.interruptions,
      'locks granted': this.grants,
      'locks refused': this.refusals,
    };
  }
}
