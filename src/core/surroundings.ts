/** What a vocabulary of another system (a profile) may know of the process that speaks it. */
import type { ChatModel } from './chat-model.ts';

export const languages = ['en', 'fr'] as const;
export type Language = (typeof languages)[number];

/** As much of it as talk between partners takes, which may have no process of its own. */
export type Speech = Pick<Surroundings, 'variable' | 'language'>;

export interface Surroundings {
  /** An environment variable that users of the vocabulary set; empty where they did not. */
  variable(name: string): string;
  /** The terminal that the client runs in, as `pts/3`; null where there is none or the system does not tell. */
  terminal(): string | null;
  /** The name of this machine. */
  readonly machine: string;
  /** The folder that the session works in. */
  readonly folder: string;
  /** The address of the remote `origin` of the folder's repository; null where there is none. */
  origin(): Promise<string | null>;
  /**
   * What stands in a file that users of the vocabulary keep: by an absolute path, one from the folder, or one that begins with `~/`; null
   * where there is none. Errors: `invalid_input` for what is no file that can be read.
   */
  file(path: string): string | null;
  /** In which language vocabularies answer that know several. */
  readonly language: Language;
  /** Where the store is: the scheme of its address, and the address as it may be shown. */
  readonly store: { readonly scheme: string; readonly shown: string };
  /** A language model that may be asked; null where the user has given no key for one. */
  readonly chatModel: ChatModel | null;
}
