/** A word of a command as the shell hands it to a program, as far as the text tells. */

/** Stands for a part of a text that is unknown. No command line can hold this character. */
export const hole = '\0';

export interface Word {
  /** The word without its quotes, variables filled in; `hole` for each unknown part. */
  readonly text: string;
  /** Where in `text` the first wildcard is that the shell expands; null without one. */
  readonly patternAt: number | null;
  /** Unknown and not in quotes: none, one, or several words. */
  readonly isMany: boolean;
  /** The variable that it comes from, if it is nothing but the unknown value of one. */
  readonly variable?: string;
  /** It begins with something unknown that the text sets nowhere: a variable of whoever started the shell, such as `$TMPDIR`. */
  readonly isFromOutside?: boolean;
  /** What a file that this word names will hold, for a process substitution whose output is known. */
  readonly content?: string;
}

export function plainWord(text: string): Word {
  return { text, patternAt: null, isMany: false };
}

export const unknownWord: Word = { text: hole, patternAt: null, isMany: false };
export const unknownWords: Word = { text: hole, patternAt: null, isMany: true };

/** Whether the word is exactly its text. */
export function isLiteral(word: Word): boolean {
  return word.patternAt === null && !word.text.includes(hole);
}

/** For people: what is unknown stands as an ellipsis. */
export function shown(word: Word): string {
  return shownText(word.text);
}

export function shownText(text: string): string {
  return text.replaceAll(hole, '…');
}

/** The word in quotes, so that a shell would read it as this one word again. */
export function quoted(word: Word): string {
  if (word.isMany) return word.text;
  const { patternAt } = word;
  if (patternAt === null) return inQuotes(word.text);
  const pattern = word.text.slice(patternAt).replaceAll(/[^A-Za-z0-9*?[\]_./-]+/g, inQuotes);
  return (patternAt === 0 ? '' : inQuotes(word.text.slice(0, patternAt))) + pattern;
}

function inQuotes(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
