/** Takes the words behind `git` apart: what is said before the verb, the verb, and the folder that all of it is about. */

import { folderOf, isWithin, lastPart, resolvePath } from '../paths.ts';
import type { OtherFolder } from '../reading.ts';
import { exportedText, type State } from '../state.ts';
import { optionTable, type ParsedOptions, parseOptions } from '../words/options.ts';
import { hole, isLiteral, type Word } from '../words/word.ts';

const globalOptions = optionTable(
  `C= c= config-env= exec-path? html-path man-path info-path p|paginate P|no-pager git-dir= work-tree= namespace= super-prefix= bare
  no-replace-objects literal-pathspecs glob-pathspecs noglob-pathspecs icase-pathspecs no-optional-locks list-cmds= attr-source=
  no-advice no-lazy-fetch v|version h|help`,
);

export interface GitCall {
  readonly given: ParsedOptions;
  /** Undefined when git is called without one. */
  readonly verb: Word | undefined;
  readonly words: readonly Word[];
}

export function gitCall(words: readonly Word[]): GitCall {
  const given = parseOptions(words, globalOptions, true);
  const [verb, ...rest] = given.words;
  return { given, verb, words: rest };
}

/** The settings that are given for this one command: name and value. */
export function settingsOf({ given }: GitCall): readonly { readonly key: string; readonly value: string }[] {
  return [...given.values('c'), ...given.values('config-env')].map(({ text }) => {
    const equals = text.indexOf('=');
    return equals < 0 ? { key: text, value: 'true' } : { key: text.slice(0, equals), value: text.slice(equals + 1) };
  });
}

/** Where a call of git runs and acts. */
export interface GitPlace {
  /** The folder that paths start from; null when unknown. */
  readonly from: string | null;
  /** The folder whose checkout it acts on; null when unknown. */
  readonly directory: string | null;
  readonly others: readonly OtherFolder[];
}

export function gitPlace({ given }: GitCall, state: State): GitPlace {
  const moved = state.places.map(({ directory, unlessThere }) => ({
    directory: movedBy(given, directory),
    unlessThere,
  }));
  const [first = { directory: null, unlessThere: null }, ...others] = moved;
  const gitDirectory = named(given.values('git-dir').at(-1), exportedText(state, 'GIT_DIR'));
  const workTree = named(given.values('work-tree').at(-1), exportedText(state, 'GIT_WORK_TREE'));
  const tree = workTree === null ? [] : [{ directory: resolvePath(first.directory, workTree), unlessThere: null }];
  if (gitDirectory === null) return { from: first.directory, directory: first.directory, others: [...others, ...tree] };
  // Files are found from the folder it runs in; HEAD, the index and the stash are those of the repository.
  const repository = resolvePath(first.directory, gitDirectory);
  const here = tree.length > 0 ? [] : [{ directory: first.directory, unlessThere: null }];
  const elsewhere = [...tree, ...here].filter(place => place.directory !== checkoutOf(repository));
  return { from: first.directory, directory: checkoutOf(repository), others: elsewhere };
}

/** Each `-C` starts from the one before. */
function movedBy(given: ParsedOptions, directory: string | null): string | null {
  let current = directory;
  for (const word of given.values('C')) current = isLiteral(word) ? resolvePath(current, word.text) : null;
  return current;
}

function named(option: Word | undefined, variable: string | null): string | null {
  return option?.text ?? (variable === '' ? null : variable);
}

/** The checkout of a `.git` folder as it is commonly laid out; anything else is taken for itself. */
function checkoutOf(repository: string | null): string | null {
  if (repository === null) return null;
  return lastPart(repository) === '.git' ? folderOf(repository) : repository;
}

/** The index that a call uses instead of the checkout's own. */
export function indexFileOf(state: State, from: string | null): string | null {
  const named = exportedText(state, 'GIT_INDEX_FILE');
  if (named === null || named === '') return null;
  return resolvePath(from, named) ?? '…';
}

/** The words of an alias; null if it is a command of the shell or its quotes do not fit. */
export function aliasWords(value: string): readonly string[] | null {
  const words: string[] = [];
  const piece = /\s*((?:[^\s'"\\]|\\[\s\S]|'(?:[^'\\]|\\[\s\S])*'|"(?:[^"\\]|\\[\s\S])*")+)/y;
  const text = value.trim();
  for (piece.lastIndex = 0; piece.lastIndex < text.length; ) {
    const found = piece.exec(text);
    if (!found) return null;
    words.push((found[1] ?? '').replaceAll(/\\([\s\S])|['"]/g, '$1'));
  }
  return words;
}

/** Whether the folder lies where the caller told the root of. */
export function rootOf(
  directory: string | null,
  place: { readonly directory: string; readonly root?: string | null },
): string | null {
  if (directory === null || !place.root) return null;
  return directory === place.directory && isWithin(directory, place.root) ? place.root : null;
}

export function isUnknown(word: Word | undefined): boolean {
  return word !== undefined && (word.text.includes(hole) || word.isMany || word.patternAt !== null);
}
