/** Wakes resting sessions of clients that have a command for it. The message itself comes with the hook of the step that follows. */
import type { ClientDefinition } from '../../clients/define-client.ts';
import { limits } from '../../core/limits.ts';
import type { Programs } from '../../core/ports.ts';
import type { Participant } from '../../tools/participant.ts';
import { nextWake, noteWaiter } from '../../tools/resting.ts';

/** What a client is woken with. */
export interface Waking {
  readonly programs: Programs;
  /** The words that the client's own process was started with. */
  clientWords(): readonly string[];
}

type WakeCommand = NonNullable<ClientDefinition['wakeCommand']>;

/** How a text is brought to a conversation. */
type Command = (conversation: string, text: string) => readonly string[] | undefined;

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
  async stand(caller: Participant, command: WakeCommand): Promise<void> {
    try {
      const words = this.#waking.clientWords();
      const me = await caller.observe(async (_view, session) => session);
      const conversation = me?.clientSession ?? null;
      if (me === undefined || conversation === null || this.#isClosed) return;
      if (command(words, conversation, '') === undefined) return;
      this.steps(conversation);
      const stand = new AbortController();
      this.#standing.set(conversation, stand);
      await noteWaiter(caller, me.id, true);
      await this.#wakes(caller, (...what) => command(words, ...what), stand.signal);
      if (this.#standing.get(conversation) === stand) this.#standing.delete(conversation);
      // Nobody stands ready any more: the session is reached by its next hook.
      if (!this.#isClosed && !this.#standing.has(conversation)) await noteWaiter(caller, me.id, false);
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
  async #wakes(caller: Participant, command: Command, signal: AbortSignal): Promise<void> {
    for (;;) {
      const wake = await nextWake(caller, signal);
      if (wake === null || signal.aborted) return;
      // A cleared context has another conversation, and maybe another server heard of it.
      const conversation = await caller.observe(async (_view, me) => me.clientSession);
      const words = conversation ? command(conversation, wake.text) : undefined;
      if (words === undefined || !(await this.#waking.programs.run(words, limits.wakeCommandMs))) return;
    }
  }
}
