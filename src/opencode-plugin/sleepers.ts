/**
 * Conversations that rest. A stop cannot be held up in opencode; but where somebody may come back to a conversation, a server of
 * ours is asked to say when one is to be woken, and opencode is given that line as a prompt, which everybody sees. The messages come
 * with the prompt, as with any other.
 */

import type { PluginInput } from '../clients/opencode-protocol.ts';
import type { Link } from './link.ts';
import type { ChatMessage } from './opencode.ts';

/** Of how many conversations it is asked at most; those that rest longest are given up first. */
const most = 16;

/** What a conversation is woken with is asked in the mode and of the model that its user last chose. */
type Voice = Pick<ChatMessage['message'], 'agent' | 'model'>;

export class Sleepers {
  readonly #link: Link;
  readonly #prompt: (id: string, body: object) => Promise<unknown>;
  readonly #resting = new Map<string, AbortController>();
  readonly #noting = new Map<string, Promise<void>>();
  readonly #voices = new Map<string, Voice>();
  readonly #woken = new Map<string, string>();

  constructor(link: Link, prompt: (id: string, body: object) => Promise<unknown>) {
    this.#link = link;
    this.#prompt = prompt;
  }

  /** A conversation has stopped. `note` tells so. Resolves when it is told; what follows goes on by itself. */
  async rest(id: string, input: PluginInput, note: () => Promise<void>): Promise<void> {
    this.#resting.get(id)?.abort();
    const rest = new AbortController();
    this.#resting.set(id, rest);
    const noted = note();
    this.#noting.set(id, noted);
    await noted;
    this.#noting.delete(id);
    if (isOnePrompt() || rest.signal.aborted) return;
    for (const old of [...this.#resting.keys()].slice(0, -most)) this.forget(old);
    void this.#watch(id, input, rest).catch(() => undefined);
  }

  /** A conversation goes on. Resolves when it is told that it had stopped, so that the two are told in their order. */
  async rouse(id: string, { agent, model }: Voice): Promise<void> {
    this.#voices.set(id, { ...(agent ? { agent } : {}), ...(model ? { model } : {}) });
    this.#resting.get(id)?.abort();
    this.#resting.delete(id);
    await this.#noting.get(id);
  }

  /** Whether a prompt is the line that a conversation was just woken with. */
  isOwnWords(id: string, prompt: string | undefined): boolean {
    const words = this.#woken.get(id);
    this.#woken.delete(id);
    return words !== undefined && words === prompt;
  }

  forget(id: string): void {
    this.#resting.get(id)?.abort();
    this.#resting.delete(id);
  }

  close(): void {
    for (const id of [...this.#resting.keys()]) this.forget(id);
  }

  async #watch(id: string, input: PluginInput, { signal }: AbortController): Promise<void> {
    const text = await this.#link.wake(input, signal);
    if (text === null || signal.aborted) return;
    this.#resting.delete(id);
    this.#woken.set(id, text);
    await this.#prompt(id, { ...this.#voices.get(id), parts: [{ type: 'text', text }] });
  }
}

/** `opencode run` ends with its answer: nobody comes back, and there is no window to show a line in. */
export function isOnePrompt(words: readonly string[] = process.argv): boolean {
  return words.slice(2).find(word => !word.startsWith('-')) === 'run';
}
