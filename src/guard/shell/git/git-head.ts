/** Verbs of git that move HEAD, or take something from the working tree by a commit: checkout, switch, reset. */

import type { GitEffect } from '../reading.ts';
import { optionTable, type ParsedOptions, parseOptions } from '../words/options.ts';
import { plainWord, type Word } from '../words/word.ts';
import { byPaths } from './git-files.ts';
import { effects, reads, type VerbReaders, type VerbReading } from './git-verb.ts';
import { isSurelyCommit, isSurelyPath } from './pathspec.ts';

const checkoutOptions = optionTable(
  `b= B= l guess overlay q|quiet recurse-submodules? progress m|merge conflict= d|detach t|track? f|force orphan= overwrite-ignore
  ignore-other-worktrees 2|ours 3|theirs p|patch ignore-skip-worktree-bits pathspec-from-file= pathspec-file-nul U|unified=
  inter-hunk-context=`,
);

function checkout(words: readonly Word[]): VerbReading {
  const given = parseOptions(words, checkoutOptions);
  const strong: readonly GitEffect[] = given.has('force') || given.isUncertain ? ['discard-all'] : [];
  if (given.has('b', 'B', 'orphan')) return newBranch(given, strong);
  if (given.has('pathspec-from-file', 'patch'))
    return { effects: ['discard-all'], paths: given.words, reachesAll: true };
  if (given.dashesAt !== null) return besideDashes(given, given.dashesAt, strong);
  const [first, ...others] = given.words;
  if (given.has('detach', 'track')) return headMove(first, strong);
  if (!first) return strong.length > 0 ? { effects: strong, reachesAll: true } : reads;
  if (others.length > 0) return fromCommit(given, isSurelyCommit(first) ? others : given.words, strong);
  return branchOrPath(first, given, strong);
}

function newBranch(given: ParsedOptions, strong: readonly GitEffect[]): VerbReading {
  const [name] = [...given.values('b'), ...given.values('B'), ...given.values('orphan')];
  const replaces: readonly GitEffect[] = given.has('B') ? ['rewrite'] : [];
  const all: readonly GitEffect[] = ['move-head', 'create', ...replaces, ...strong];
  return { effects: all, target: name, reachesAll: true, ...(given.has('B') ? putBack(name, given.words[0]) : {}) };
}

/** A branch that may be there already, whose commits go as far as its new beginning has them not. */
function putBack(branch: Word | undefined, to: Word | undefined): Pick<VerbReading, 'base' | 'branch'> {
  return { base: to ?? plainWord('HEAD'), branch };
}

function headMove(target: Word | undefined, more: readonly GitEffect[]): VerbReading {
  return { effects: ['move-head', ...more], target, reachesAll: true };
}

function besideDashes(given: ParsedOptions, dashesAt: number, strong: readonly GitEffect[]): VerbReading {
  const paths = given.words.slice(dashesAt);
  if (paths.length === 0) return headMove(given.words[0], strong);
  return fromCommit(given, paths, strong);
}

/** Files are overwritten with what the index or a commit has. */
function fromCommit(given: ParsedOptions, paths: readonly Word[], strong: readonly GitEffect[]): VerbReading {
  const effect = byPaths(paths, 'discard-paths', 'discard-all', given.isUncertain);
  const isFromCommit = given.words.length > paths.length || given.dashesAt === null;
  const index: readonly GitEffect[] = isFromCommit ? ['stage'] : [];
  return { effects: [...new Set([effect, ...index, ...strong])], paths, reachesAll: strong.length > 0 };
}

/** `git checkout x`: the branch x, unless there is a file x. */
function branchOrPath(word: Word, given: ParsedOptions, strong: readonly GitEffect[]): VerbReading {
  const effect = byPaths([word], 'discard-paths', 'discard-all', given.isUncertain);
  if (isSurelyPath(word))
    return { effects: [...new Set([effect, ...strong])], paths: [word], reachesAll: strong.length > 0 };
  if (isSurelyCommit(word) || word.text === '-') return headMove(word, strong);
  return {
    effects: [...new Set<GitEffect>(['move-head', effect, ...strong])],
    paths: [word],
    target: word,
    reachesAll: true,
    ifThere: { path: word, effects: [...new Set([effect, ...strong])] },
  };
}

const switchOptions = optionTable(
  `c|create= C|force-create= guess discard-changes q|quiet recurse-submodules? progress m|merge conflict= d|detach t|track? f|force
  orphan= overwrite-ignore ignore-other-worktrees`,
);

function change(words: readonly Word[]): VerbReading {
  const given = parseOptions(words, switchOptions);
  const made = [...given.values('create'), ...given.values('force-create'), ...given.values('orphan')];
  const strong: readonly GitEffect[] =
    given.has('force', 'discard-changes') || given.isUncertain ? ['discard-all'] : [];
  const creates: readonly GitEffect[] = given.has('create', 'force-create', 'orphan') ? ['create'] : [];
  const replaces: readonly GitEffect[] = given.has('force-create') ? ['rewrite'] : [];
  const moved = headMove(made[0] ?? given.words[0], [...creates, ...replaces, ...strong]);
  return given.has('force-create') ? { ...moved, ...putBack(made[0], given.words[0]) } : moved;
}

const resetOptions = optionTable(
  `q|quiet mixed soft hard merge keep recurse-submodules? p|patch N|intent-to-add pathspec-from-file= pathspec-file-nul refresh
  U|unified= inter-hunk-context=`,
);

function reset(words: readonly Word[]): VerbReading {
  const given = parseOptions(words, resetOptions);
  const before = given.dashesAt === null ? given.words : given.words.slice(0, given.dashesAt);
  const paths = given.dashesAt === null ? [] : given.words.slice(given.dashesAt);
  if (given.has('hard', 'merge', 'keep') || given.isUncertain) return hardReset(before[0]);
  if (given.has('soft'))
    return isHead(before[0]) ? reads : { effects: ['move-head', 'rewrite'], target: before[0], base: before[0] };
  if (given.has('patch', 'pathspec-from-file')) return { effects: ['unstage-all'], paths, reachesAll: true };
  if (paths.length > 0) return unstaged(paths);
  return mixedReset(before);
}

function isHead(commit: Word | undefined): boolean {
  return !commit || commit.text === 'HEAD' || commit.text === '@';
}

function hardReset(commit: Word | undefined): VerbReading {
  const moves: readonly GitEffect[] = isHead(commit) ? [] : ['move-head', 'rewrite'];
  return { effects: ['discard-all', 'unstage-all', ...moves], target: commit, base: commit, reachesAll: true };
}

function unstaged(paths: readonly Word[]): VerbReading {
  return { effects: [byPaths(paths, 'unstage', 'unstage-all')], paths };
}

/** The first word is a commit or a path, the others are paths. */
function mixedReset(words: readonly Word[]): VerbReading {
  const [first, ...others] = words;
  if (!first) return { effects: ['unstage-all'], reachesAll: true };
  if (others.length > 0) return unstaged(isSurelyCommit(first) ? others : words);
  if (isHead(first)) return { effects: ['unstage-all'], reachesAll: true };
  if (isSurelyPath(first)) return unstaged([first]);
  const moved: readonly GitEffect[] = ['move-head', 'rewrite', 'unstage-all'];
  if (isSurelyCommit(first)) return { ...effects(...moved), target: first, base: first, reachesAll: true };
  const either = { path: first, effects: ['unstage'] } as const;
  const named = { paths: [first], target: first, base: first };
  return { effects: [...moved, 'unstage'], ...named, reachesAll: true, ifThere: either };
}

/** The options of these verbs as they are read, to be compared with git's own. */
export const headOptions = { checkout: checkoutOptions, switch: switchOptions, reset: resetOptions };

export const headVerbs: VerbReaders = { checkout, switch: change, reset };
