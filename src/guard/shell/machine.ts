/** What the pieces of the reader that know single programs need from the one that follows commands. */
import type { Notes } from './notes.ts';
import type { ShellPlace } from './reading.ts';
import type { State } from './state.ts';
import type { Word } from './words/word.ts';

/** What commands print. */
export interface Printed {
  readonly text: string;
  /** It is printed, and nothing else: no command before may have failed, nor another way have been taken. */
  readonly isSure: boolean;
}

/** What a program finds on its standard input. */
export interface Input {
  /** The text if it is known; null if not, or if there is none. */
  readonly text: string | null;
  /** Whether it is that for certain. */
  readonly isSure: boolean;
  readonly from: 'nowhere' | 'text' | 'pipe' | 'file';
  /** Of a file, as it is written. */
  readonly name?: string;
}

export const noInput: Input = { text: null, isSure: true, from: 'nowhere' };

export interface Outcome {
  /** Behind a command that succeeded; null if it never does, or never comes back. */
  readonly ok: State | null;
  /** Behind one that failed; null if it never does. */
  readonly failed: State | null;
  /** What it prints; null if that is unknown. */
  readonly output: Printed | null;
}

export function printed(text: string | null): Printed | null {
  return text === null ? null : { text, isSure: true };
}

export const nothing: Printed = { text: '', isSure: true };

/** Of a command of which only the effects matter. */
export function unchanged(state: State, output: Printed | string | null = null): Outcome {
  return { ok: state, failed: state, output: typeof output === 'string' ? printed(output) : output };
}

/** Of one that hands on its input. */
export function handedOn(state: State, { text, isSure }: Input): Outcome {
  return unchanged(state, text === null ? null : { text, isSure });
}

export interface Machine {
  readonly place: ShellPlace;
  readonly notes: Notes;
  /** Reads a command that is given as its words: a function of the text, or a program. */
  run(words: readonly Word[], state: State, input: Input): Outcome;
  /** The same where functions do not count, as behind `command` and `env`. */
  program(words: readonly Word[], state: State, input: Input): Outcome;
  /** Reads a text of commands in the shell itself: what it changes stays. */
  script(text: string, state: State, input: Input): Outcome;
  /** Reads a text of commands in a shell of its own: what it changes there is gone afterwards. Gives what it prints. */
  child(text: string, state: State, input: Input): Printed | null;
  /** Reads words that may be a command, or may be about one: only what would get in somebody's way is noted. */
  suspected(words: readonly Word[], state: State): void;
  /** Says that a variable belongs to the function that is being followed. */
  local(name: string): void;
  /** Leaves the nearest function (`return`) or loop (`break`) with this state. Gives whether there is one. */
  leave(from: 'function' | 'loop', state: State): boolean;
}

/** A command of which the program is known. */
export interface Call {
  readonly machine: Machine;
  /** The name as it is written. */
  readonly name: Word;
  /** The words behind the name. */
  readonly words: readonly Word[];
  readonly state: State;
  readonly input: Input;
}

/** Reads the call of one program. */
export type Program = (call: Call) => Outcome;
export type Programs = Readonly<Record<string, Program>>;

/** The name that a program is known by: without folders, endings and the signs that keep a shell from taking it for an alias. */
export function programName(word: Word): string {
  const last = word.text.slice(Math.max(word.text.lastIndexOf('/'), word.text.lastIndexOf('\\')) + 1);
  // File systems that do not tell capitals apart run `GIT` as well.
  return last
    .toLowerCase()
    .replace(/^[=-](?=[a-z])/, '')
    .replace(/\.(exe|cmd|bat|ps1)$/, '');
}
