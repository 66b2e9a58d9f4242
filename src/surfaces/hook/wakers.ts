/** Wakes resting sessions of clients that have a command for it. The message itself comes with the hook of the step that follows. */
import type { Waking } from '../../clients/waking.ts';
import type { SessionRecord } from '../../core/records.ts';
import type { Participant } from '../../tools/participant.ts';
import { nextWake, noteWaiter } from '../../tools/resting.ts';

/** Whether somebody stands for a session, as it is at the moment. */
type IsMine = (me: SessionRecord) => boolean;

export class Wakers {
  readonly #waking: Waking;
  /** One for each conversation that rests. */
  readonly #standing = new Map<string, AbortController>();
  #isClosed = false;

  constructor(waking: Waking) {
    this.#waking = waking;
  }

  /**
   * Stands ready to wake a session that has stopped, until its next step. Resolves when that is over; at once where the client cannot
   * be woken. Never rejects.
   */
  async stand(caller: Participant, client: string): Promise<void> {
    try {
      const me = await caller.observe(async (_view, session) => session);
      const conversation = me?.clientSession ?? null;
      if (me === undefined || conversation === null || this.#isClosed) return;
      this.steps(conversation);
      const stand = new AbortController();
      this.#standing.set(conversation, stand);
      const canWake = await this.#waking.canWake(client, conversation);
      const isMine: IsMine = now => this.#waking.wakesAll || now.clientSession === conversation;
      if (canWake) await noteWaiter(caller, me.id, true);
      if (canWake) await this.#wakes(caller, client, isMine, stand.signal);
      if (this.#standing.get(conversation) === stand) this.#standing.delete(conversation);
      const isNoted = canWake || me.reach === 'wake';
      if (!isNoted || this.#isClosed || this.#standing.has(conversation)) return;
      // Nobody stands ready any more: the session is reached by its next hook. One that went on elsewhere has another waiter.
      const now = await caller.observe(async (_view, session) => session);
      if (now !== undefined && isMine(now)) await noteWaiter(caller, me.id, false);
    } catch {
      // The store is away: who cannot look cannot wake, and the next stop tries again.
    }
  }

  /** A conversation goes on or is over: there is nothing to wake for now. */
  steps(conversation: string | null): void {
    if (conversation === null) return;
    this.#standing.get(conversation)?.abort();
    this.#standing.delete(conversation);
  }

  /** Wakes nobody any more. What is noted stays: another server may stand for the same session. */
  close(): void {
    this.#isClosed = true;
    for (const conversation of [...this.#standing.keys()]) this.steps(conversation);
  }

  /** Ends when the session has ended, has gone on, or cannot be woken. */
  async #wakes(caller: Participant, client: string, isMine: IsMine, signal: AbortSignal): Promise<void> {
    for (;;) {
      const wake = await nextWake(caller, signal, isMine);
      if (wake === null || signal.aborted) return;
      // A cleared context has another conversation, and maybe another server heard of it.
      const conversation = await caller.observe(async (_view, me) => me.clientSession);
      if (!conversation || !(await this.#waking.wake(client, conversation, wake.text))) return;
    }
  }
}
