/** What the words behind a verb of git mean, before it is known in which folder. */
import type { FileWrite, GitEffect, MadeFolder } from '../reading.ts';
import type { Word } from '../words/word.ts';

export interface VerbReading {
  readonly effects: readonly GitEffect[];
  /** Files and patterns of files that the effects on paths are about. */
  readonly paths?: readonly Word[];
  /** Whether the effects reach any file of the checkout. */
  readonly reachesAll?: boolean;
  /** Which files it discards or stages that it does not name; those that git tracks, if nothing is said. */
  readonly concerns?: 'untracked' | 'both';
  readonly target?: Word | undefined;
  readonly isEveryEntry?: boolean;
  readonly base?: Word | undefined;
  readonly branch?: Word | undefined;
  readonly remakesSince?: Word | undefined;
  readonly keepsCommits?: boolean;
  /** The target is a folder. */
  readonly isTargetFolder?: boolean;
  /** It is told to leave out the hooks of git. */
  readonly skipsHooks?: boolean;
  readonly ifThere?: { readonly path: Word; readonly effects: readonly GitEffect[] };
  /** Texts of commands that it runs itself. */
  readonly runs?: readonly Word[];
  /** It runs them in other folders than its own. */
  readonly runsElsewhere?: boolean;
  /** Files that it writes beside the working tree. */
  readonly writes?: readonly { readonly word: Word; readonly how: FileWrite['how']; readonly isFolder?: boolean }[];
  /** A folder that is a repository or worktree of its own afterwards. */
  readonly makes?: { readonly folder: Word; readonly kind: MadeFolder['kind'] };
  /** A setting that it writes; its value is null when it is taken away. */
  readonly sets?: { readonly key: Word; readonly value: Word | null };
}

/** Reads the words behind a verb. */
export type VerbReader = (words: readonly Word[]) => VerbReading;
export type VerbReaders = Readonly<Record<string, VerbReader>>;

export function effects(...all: readonly GitEffect[]): VerbReading {
  return { effects: all };
}

export const reads: VerbReading = effects('read');

/** A verb that does the same whatever its words are. */
export function always(...all: readonly GitEffect[]): VerbReader {
  return () => ({ effects: all, reachesAll: reachesFiles(all) });
}

/** Whether an effect changes files without naming them. */
function reachesFiles(all: readonly GitEffect[]): boolean {
  return all.some(effect => ['move-head', 'discard-all', 'stage-all', 'unstage-all', 'write-files'].includes(effect));
}
