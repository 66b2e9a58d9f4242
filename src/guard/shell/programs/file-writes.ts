/** Notes the files that a command writes, and those among them that belong to git itself. */
import type { Machine } from '../machine.ts';
import { isWithin, lastPart } from '../paths.ts';
import { directoriesOf, located } from '../places.ts';
import type { FileWrite } from '../reading.ts';
import { madeAround, type State } from '../state.ts';
import { mayBeDots } from '../wildcards.ts';
import { hole, shown, type Word } from '../words/word.ts';

export interface WriteDetails {
  /** Of a folder that a pattern stands for, nothing that is in it is meant. */
  readonly isFlat?: boolean;
  readonly isFolder?: boolean;
  readonly nameInFolder?: string | null;
  readonly extent?: FileWrite['extent'];
}

/** Notes that a file is written, moved or deleted. Devices are no files. */
export function noteWrite(
  machine: Machine,
  state: State,
  word: Word,
  how: FileWrite['how'],
  { isFlat = false, isFolder = false, nameInFolder = null, extent = 'all' }: WriteDetails = {},
): void {
  for (const directory of directoriesOf(state)) {
    const { path, isPattern, isUnknown, pattern: named } = located(word, directory);
    if (path !== null && isWithin(path, '/dev')) continue;
    const kind = isPattern
      ? { isFolder: false, isPattern, pattern: isFlat ? named : withContents(named, how), nameInFolder: null }
      : { isFolder, isPattern, pattern: null, nameInFolder };
    machine.notes.write({ path, how, ...kind, extent });
    noteGitFolder(machine, state, word, isUnknown ? null : path);
  }
}

/** The pattern with all that is in the folders that it stands for. Nothing deletes the folder that it works in, or the one above. */
function withContents(pattern: string | null, how: FileWrite['how']): string | null {
  if (pattern === null || (how !== 'delete' && mayBeDots(lastPart(pattern)))) return null;
  return `${pattern}/**`;
}

/** A word that is a pattern with something unknown behind it: any file of the folder that it begins in. */
export function widened(word: Word): Word {
  return word.patternAt === null ? word : { ...word, text: word.text + hole };
}

/** What people and tools may write in a `.git` folder without getting in anybody's way. */
const harmless = /^(info(\/|$)|description$|[A-Z_]+_(EDIT)?MSG$|COMMIT_EDITMSG$)/;
const hookFile =
  /(^|\/)hooks\/(pre|post|prepare|commit|reference|applypatch|update|push|sendemail|fsmonitor|proc)-[a-z-]+$/;

/** Notes a change by hand in a `.git` folder that this command has not made itself. */
export function noteGitFolder(machine: Machine, state: State, word: Word, path: string | null): void {
  const text = path ?? word.text;
  const inside = /(?:^|\/)\.git(?:\/(.*))?$/s.exec(text)?.[1];
  if (/(?:^|\/)\.local\/state\/signalbox(?:\/|$)/.test(text))
    machine.notes.evasion({ kind: 'guard-off', how: `a change of ${shown(word)} by hand`, at: path });
  const isOwn = madeAround(state, path)?.kind === 'repository';
  const isInGit = /(?:^|\/)\.git(?:\/|$)/.test(text) && !harmless.test(inside ?? '');
  const isHook = path === null && hookFile.test(text);
  if (isOwn || !(isInGit || isHook)) return;
  machine.notes.evasion({ kind: 'git-folder', how: `a change of ${shown(word)} by hand`, at: path });
}
