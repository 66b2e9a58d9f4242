/** Takes down what is found while a command is read. */
import { limits } from '../../core/limits.ts';
import { commonFolders } from './paths.ts';
import { isQuiet } from './programs/readers.ts';
import type { Evasion, FileWrite, GitUse, ShellReading } from './reading.ts';
import { shownText } from './words/word.ts';

/** The command is too much to be read. Never leaves the reader. */
export class TooMuch extends Error {}

export class Notes {
  readonly #git = new Map<string, GitUse>();
  readonly #writes = new Map<string, FileWrite>();
  /** Paths of the writes beyond those. */
  #crowded = new Set<string>();
  readonly #evasions = new Map<string, Evasion>();
  readonly #unknownVerbs = new Set<string>();
  readonly #unread = new Set<string>();
  #isLost = false;
  #acts = false;
  #goesOn = false;
  readonly #spent: { commands: number; characters: number };

  /** Whether something was run that the text does not tell: it could be anything that the text defines. */
  hasUnknownCommand = false;
  /** Whether processes are ended of which the text does not tell which they are. */
  hasUnknownKill = false;

  constructor(spent = { commands: 0, characters: 0 }) {
    this.#spent = spent;
  }

  /** For a look of which not everything is kept. It counts towards the same bounds. */
  apart(): Notes {
    return new Notes(this.#spent);
  }

  git(use: GitUse): void {
    keep(this.#git, use);
  }

  /** A command that writes more files than are kept is read to its end: of the others it is kept in which folders they lie. */
  write(write: FileWrite): void {
    const isKept = this.#writes.size < limits.shellWritesKept || this.#writes.has(JSON.stringify(write));
    if (isKept) keep(this.#writes, write);
    else if (write.path !== null) this.#crowd(write.path, write.isPattern || write.isFolder);
  }

  #crowd(path: string, isFolder: boolean): void {
    this.#crowded.add(isFolder ? `${path}/*` : path);
    if (this.#crowded.size <= limits.shellWritesKept) return;
    const folders = commonFolders([...this.#crowded], limits.shellFoldersExamined);
    this.#crowded = new Set(folders.map(folder => `${folder}/*`));
  }

  evasion(evasion: Evasion): void {
    keep(this.#evasions, { ...evasion, how: phrase(evasion.how) });
  }

  unknownVerb(verb: string): void {
    if (this.#unknownVerbs.size < limits.shellPhrases) this.#unknownVerbs.add(verb);
  }

  unread(what: string): void {
    if (this.#unread.size < limits.shellPhrases) this.#unread.add(phrase(what));
  }

  /** A program is run of which it is not known that it only reads. */
  acts(): void {
    this.#acts = true;
  }

  /** A part of the command goes on when it is over. */
  goesOn(): void {
    this.#goesOn = true;
  }

  /** Something could not be looked at any more: it may have been anything. */
  lost(): void {
    this.#isLost = true;
  }

  /** Counts a command; a text that runs too many is no longer read. */
  countCommand(): void {
    this.#spent.commands += 1;
    if (this.#spent.commands > limits.shellCommandsRead) throw new TooMuch('more commands than can be followed');
  }

  countCharacters(characters: number): void {
    this.#spent.characters += characters;
    if (this.#spent.characters > limits.shellExpandedCharacters) throw new TooMuch('more text than can be followed');
  }

  #crowds(): FileWrite[] {
    return commonFolders([...this.#crowded], limits.shellFoldersExamined).map(someIn);
  }

  #changes(): ShellReading['changes'] {
    if (this.#goesOn) return 'later';
    const isKnown = !this.#acts && !this.#isLost && this.#unread.size === 0 && this.#evasions.size === 0;
    return isKnown && this.#writes.size === 0 && [...this.#git.values()].every(isQuiet) ? 'none' : 'some';
  }

  reading(): ShellReading {
    return {
      git: [...this.#git.values(), ...(this.#isLost ? [anyUse] : [])],
      writes: [...this.#writes.values(), ...this.#crowds()],
      unknownVerbs: [...this.#unknownVerbs],
      changes: this.#changes(),
      evasions: [...this.#evasions.values()],
      unread: [...this.#unread],
    };
  }
}

/** Some of what is in a folder is written. */
export function someIn(folder: string): FileWrite {
  return {
    path: folder,
    how: 'write',
    isFolder: false,
    isPattern: true,
    pattern: null,
    nameInFolder: null,
    extent: 'some',
  };
}

const anyUse: GitUse = {
  program: 'git',
  verb: '',
  words: [],
  effects: ['unknown'],
  directory: null,
  otherDirectories: [],
  made: null,
  indexFile: null,
  paths: [],
  reachesAll: true,
  concerns: 'both',
  target: null,
  isEveryEntry: true,
  base: null,
  branch: null,
  remakesSince: null,
  keepsCommits: false,
  ifThere: null,
};

function keep<T>(found: Map<string, T>, one: T): void {
  const key = JSON.stringify(one);
  if (found.has(key)) return;
  if (found.size >= limits.shellFindings) throw new TooMuch('more commands than can be followed');
  found.set(key, one);
}

/** One short line. */
function phrase(text: string): string {
  const line = shownText(text).replaceAll(/\s+/g, ' ').trim();
  const { shellPhraseCharacters: most } = limits;
  return line.length > most ? `${line.slice(0, most - 1)}…` : line;
}
