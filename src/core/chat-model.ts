/** A language model that others run. It is asked only where the user has given a key for it: what it is told leaves the machine. */

export interface Question {
  /** The model's name, as its service spells it. */
  readonly model: string;
  readonly instruction: string;
  readonly text: string;
}

export interface ChatModel {
  /** What it says to one question; undefined where it fails, says nothing, or takes longer than `limits.chatModelMs`. Asks once. Never fails. */
  answer(question: Question, signal: AbortSignal): Promise<string | undefined>;
}
