/** Waking resting conversations of a client from outside. */
import { limits } from '../core/limits.ts';
import type { Programs } from '../core/ports.ts';
import { clientNamed } from './index.ts';

/** By what the conversations of this process's client are woken. */
export interface Waking {
  /** Whether it wakes also what another server of the client has heard of: a conversation that the session went on in. */
  readonly wakesAll: boolean;
  /** Whether a conversation of a client that rests can be woken. Never rejects. */
  canWake(client: string, conversation: string): Promise<boolean>;
  /** Wakes it with a line of text, as if its user had written that. Whether that was done. Never rejects. */
  wake(client: string, conversation: string, text: string): Promise<boolean>;
}

/** By the command that a client's definition makes of the words that the client's own process was started with. */
export function wakingByCommand(programs: Programs, clientWords: () => readonly string[]): Waking {
  const command = (client: string, conversation: string, text: string) =>
    clientNamed(client)?.wakeCommand?.(clientWords(), conversation, text);
  return {
    wakesAll: true,
    canWake: async (client, conversation) => command(client, conversation, '') !== undefined,
    wake: async (...what) => {
      const words = command(...what);
      return words !== undefined && (await programs.run(words, limits.wakeCommandMs));
    },
  };
}
