/** What a tool of a client is about to do, or has done, as its hook tells it. Paths and commands are as the client wrote them. */
import { limits } from './limits.ts';

/** One file of an edit. Relative paths start from the folder of the event. */
export interface ToldFile {
  readonly path: string;
  /** `created` only where the client says so; writing a whole file is `modified`. */
  readonly change: 'created' | 'modified' | 'deleted';
}

export type ToolAction =
  | {
      readonly kind: 'edit';
      /** All files that the one call changes, each once: they are allowed or refused together. */
      readonly files: readonly ToldFile[];
      /** No event will tell that it was done: what came of it is to be looked for with the next one. */
      readonly isEndUntold?: boolean;
    }
  | {
      readonly kind: 'shell';
      readonly command: string;
      /** The folder it runs in, where that is another one than the event's. */
      readonly directory: string | null;
    }
  /** An edit whose files cannot be told, and why, as the rest of a sentence: `its patch has no header`. */
  | { readonly kind: 'unreadable'; readonly why: string };

/** The same text for the same attempt, before and after it: by this a client's call is known that has no id. */
export function attemptOf(action: ToolAction | null | undefined): string | null {
  if (!action) return null;
  switch (action.kind) {
    case 'edit':
      return `edit ${action.files
        .map(({ path }) => path)
        .sort()
        .join('\n')}`.slice(0, limits.attemptCharacters);
    case 'shell':
      return `shell ${action.command}`.slice(0, limits.attemptCharacters);
    case 'unreadable':
      return null;
  }
}
