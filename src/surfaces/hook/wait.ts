/**
 * Waiters: commands of a client that stand beside a resting session over the hook socket and end when it is to be woken. Their end
 * is what wakes it; the message itself comes with the hook of the step that follows.
 */
import type { ReadEvent, Written } from '../../clients/define-client.ts';
import { limits } from '../../core/limits.ts';
import type { Participant } from '../../tools/participant.ts';
import { idOf } from '../../tools/quietly.ts';
import { nextWake, noteRest, noteWaiter } from '../../tools/resting.ts';
import type { EventDesk } from './answer.ts';

/** The exit code by which a client takes what a waiter has written to standard error for the reason to go on. */
const wakes = 2;
const goes: Written = { stdout: '' };

export class Waiters {
  readonly #desk: EventDesk;
  /** The one that stands for a session, by the session's id. */
  readonly #standing = new Map<string, AbortController>();
  /** What is noted of sessions, one after the other: the last word counts. */
  #noting: Promise<unknown> = Promise.resolve();

  constructor(desk: EventDesk) {
    this.#desk = desk;
  }

  /**
   * Resolves when the waiter is to end: with the reason to wake the session, or with nothing when a later one stands in its place,
   * it hung up (`gone`), or its session ended. `pass`: the session is another server's. `isAgain`: it stood before, for a stop of long
   * ago. Rejects only if the session cannot be told.
   */
  async stand(client: string, read: ReadEvent, gone: AbortSignal, isAgain = false): Promise<Written | 'pass'> {
    const found = await this.#desk.callerOf(client, read);
    if (found === 'pass') return 'pass';
    const id = found === null ? undefined : await idOf(found.caller);
    if (found === null || id === undefined || gone.aborted) return goes;
    const stand = new AbortController();
    const leave = () => stand.abort();
    gone.addEventListener('abort', leave, { once: true });
    this.#standing.get(id)?.abort();
    this.#standing.set(id, stand);
    this.#note(found.caller, id);
    if (!isAgain) void this.#expectStop(found.caller, id, read, stand.signal).catch(() => undefined);
    const wake = await nextWake(found.caller, stand.signal);
    gone.removeEventListener('abort', leave);
    if (this.#standing.get(id) === stand) {
      this.#standing.delete(id);
      this.#note(found.caller, id);
    }
    return wake === null ? goes : { stdout: '', stderr: `${withoutName(wake.text)}\n`, exitCode: wakes };
  }

  /** A client whose connection is not up yet tells nobody that it has stopped; but that there is a waiter says the same. */
  async #expectStop(caller: Participant, id: string, { fingerprint }: ReadEvent, gone: AbortSignal): Promise<void> {
    await caller.world.clock.sleep(limits.stopExpectedMs, gone);
    const isMissed = fingerprint !== null && this.#desk.hasHeard?.(fingerprint) === false;
    if (isMissed && !gone.aborted) await noteRest(caller, id);
  }

  /** Notes whether somebody stands for the session, as it is when it comes to that. A failure leaves it as it was noted last. */
  #note(caller: Participant, id: string): void {
    const note = () => noteWaiter(caller, id, this.#standing.has(id));
    this.#noting = this.#noting.then(note).catch(() => undefined);
  }
}

/** The client puts our name before it. */
const withoutName = (text: string) => text.replace(/^Signalbox: /, '');
