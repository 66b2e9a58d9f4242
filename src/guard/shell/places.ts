/** Where the words of a command lead to: files and folders. */
import { folderOf, resolvePath } from './paths.ts';
import { directoryOf, type State } from './state.ts';
import { globOf, mayBeDots } from './wildcards.ts';
import { hole, isLiteral, type Word } from './words/word.ts';

export interface Located {
  /** Absolute; null when it is unknown. */
  readonly path: string | null;
  /** The path is the folder in which a pattern, or an unknown name, begins. */
  readonly isPattern: boolean;
  /** Nothing of the name is known: the path is the folder that the command works in, because most names lead from there. */
  readonly isUnknown: boolean;
  /** The pattern, absolute, in the grammar of `core/glob.ts`; null where the text does not tell all of it, or where it leads. */
  readonly pattern: string | null;
}

/**
 * The file or folder that a word names. What the text does not tell is below the folder of the command, such as what `git ls-files`
 * prints; but what comes from a variable of whoever started the shell may lead anywhere, and is mostly for scratch.
 */
export function located(word: Word, from: string | null): Located {
  const unknownAt = word.text.indexOf(hole);
  const ends = [word.patternAt, unknownAt < 0 ? null : unknownAt].filter(end => end !== null);
  if (ends.length === 0)
    return { path: resolvePath(from, word.text), isPattern: false, isUnknown: false, pattern: null };
  const known = word.text.slice(0, Math.min(...ends));
  const isUnknown = known === '' && word.patternAt !== 0;
  if (isUnknown) return { path: word.isFromOutside ? null : from, isPattern: true, isUnknown, pattern: null };
  const path = resolvePath(from, known.endsWith('/') ? known : folderOf(known));
  return { path, isPattern: true, isUnknown, pattern: patternOf(word, from) };
}

function patternOf({ text, patternAt }: Word, from: string | null): string | null {
  if (text.includes(hole)) return null;
  const start = text.lastIndexOf('/', (patternAt ?? 0) - 1) + 1;
  const segments = text.slice(start).split('/');
  const leadsOut = segments.includes('..') || segments.slice(0, -1).some(mayBeDots);
  return leadsOut ? null : resolvePath(from, text.slice(0, start) + globOf(segments.join('/')));
}

/** The folders a command may run in, whatever comes of the `cd`s before it. */
export function directoriesOf(state: State): readonly (string | null)[] {
  const meant = state.places.filter((place, at) => at === 0 || place.unlessThere === null);
  return meant.length === 0 ? [directoryOf(state)] : meant.map(place => place.directory);
}

/** What the file that a word names holds, if the text has written it or it is the output of a command; null if unknown. */
export function contentOf(word: Word, state: State): string | null {
  if (word.content !== undefined) return word.content;
  const path = isLiteral(word) ? resolvePath(directoryOf(state), word.text) : null;
  return path === null ? null : (state.files.get(path) ?? null);
}
