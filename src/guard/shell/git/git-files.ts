/** Verbs of git that are about files: staging, restoring, removing. */

import type { GitEffect } from '../reading.ts';
import { optionTable, parseOptions } from '../words/options.ts';
import { plainWord, type Word } from '../words/word.ts';
import { effects, reads, type VerbReaders, type VerbReading } from './git-verb.ts';
import { isBroad } from './pathspec.ts';

const addOptions = optionTable(
  `n|dry-run v|verbose i|interactive p|patch e|edit f|force u|update N|intent-to-add A|all renormalize ignore-removal refresh
  ignore-errors ignore-missing sparse chmod= warn-embedded-repo pathspec-from-file= pathspec-file-nul U|unified= inter-hunk-context=
  auto-advance`,
);

function add(words: readonly Word[]): VerbReading {
  const given = parseOptions(words, addOptions);
  if (given.has('dry-run', 'refresh')) return reads;
  const isTracked = given.has('update', 'renormalize') && !given.has('all') && !given.isUncertain;
  const among = isTracked ? {} : { concerns: 'both' as const };
  const takesAll = given.has('all', 'update', 'renormalize', 'no-ignore-removal', 'interactive', 'patch', 'edit');
  if (given.has('pathspec-from-file') || (given.words.length === 0 && (takesAll || given.isUncertain))) {
    return { effects: ['stage-all'], reachesAll: true, ...among };
  }
  if (given.words.length === 0) return reads;
  return { effects: [byPaths(given.words, 'stage', 'stage-all', given.isUncertain)], paths: given.words, ...among };
}

/** The effect on files that are named one by one, or the one on folders and patterns. */
export function byPaths(paths: readonly Word[], one: GitEffect, all: GitEffect, isUncertain = false): GitEffect {
  return isUncertain || paths.some(isBroad) ? all : one;
}

const removeOptions = optionTable(
  'n|dry-run q|quiet cached f|force r ignore-unmatch sparse pathspec-from-file= pathspec-file-nul',
);

function remove(words: readonly Word[]): VerbReading {
  const given = parseOptions(words, removeOptions);
  if (given.has('dry-run')) return reads;
  const isBroadly = given.has('r', 'pathspec-from-file') || given.isUncertain || given.words.some(isBroad);
  const stages: GitEffect = isBroadly ? 'stage-all' : 'stage';
  const deletes: readonly GitEffect[] = given.has('cached') ? [] : [isBroadly ? 'discard-all' : 'discard-paths'];
  return { effects: [...deletes, stages], paths: given.words, reachesAll: given.has('pathspec-from-file') };
}

const moveOptions = optionTable('v|verbose n|dry-run f|force k sparse');

function move(words: readonly Word[]): VerbReading {
  const given = parseOptions(words, moveOptions);
  if (given.has('dry-run')) return reads;
  return { effects: ['discard-paths', 'stage'], paths: given.words };
}

const restoreOptions = optionTable(
  `s|source= S|staged W|worktree ignore-unmerged overlay q|quiet recurse-submodules? progress m|merge conflict= 2|ours 3|theirs
  p|patch ignore-skip-worktree-bits pathspec-from-file= pathspec-file-nul U|unified= inter-hunk-context=`,
);

function restore(words: readonly Word[]): VerbReading {
  const given = parseOptions(words, restoreOptions);
  const reachesAll = given.has('pathspec-from-file') || given.words.length === 0;
  const isAll = reachesAll || given.isUncertain;
  const onTree = given.has('worktree') || !given.has('staged') || given.isUncertain;
  const tree = onTree ? [byPaths(given.words, 'discard-paths', 'discard-all', isAll)] : [];
  const index = given.has('staged') ? [byPaths(given.words, 'unstage', 'unstage-all', isAll)] : [];
  return { effects: [...tree, ...index], paths: given.words, reachesAll };
}

const cleanOptions = optionTable('q|quiet n|dry-run f|force i|interactive d e|exclude= x X');

/** Also without `--force`, since a setting may make that unnecessary. Without paths it is about the folder it runs in. */
function clean(words: readonly Word[]): VerbReading {
  const given = parseOptions(words, cleanOptions);
  if (given.has('dry-run')) return reads;
  const paths = given.words.length > 0 ? given.words : [plainWord('.')];
  const isAll = given.has('d') || given.isUncertain;
  // What git ignores is made anew; forced twice, repositories go as well.
  const forced = words.map(({ text }) => (/^-[a-z]+$/i.test(text) ? text : '')).join('');
  const isTwice = /f.*f/.test(forced) || words.filter(({ text }) => text === '--force').length > 1;
  if (given.has('X') && !isTwice && !given.isUncertain) return { effects: ['write-files'], paths };
  return { effects: [byPaths(paths, 'discard-paths', 'discard-all', isAll)], paths, concerns: 'untracked' };
}

const applyOptions = optionTable(
  `exclude= include= no-add stat allow-binary-replacement binary numstat summary check index N|intent-to-add cached unsafe-paths
  apply 3|3way ours theirs union build-fake-ancestor= z p= C= whitespace= ignore-space-change ignore-whitespace R|reverse
  unidiff-zero reject allow-overlap v|verbose q|quiet inaccurate-eof recount directory= allow-empty add`,
);

/** The files stand in the patch, which is not read. Taken back, it may be what somebody has not committed. */
function apply(words: readonly Word[]): VerbReading {
  const given = parseOptions(words, applyOptions);
  const onlyLooks = given.has('check', 'stat', 'numstat', 'summary') && !given.has('apply', 'index', 'cached', '3way');
  if (onlyLooks && !given.isUncertain) return reads;
  if (given.has('check') && !given.has('apply')) return reads;
  const index: readonly GitEffect[] = given.has('index', 'cached', '3way') ? ['stage'] : [];
  const tree: readonly GitEffect[] = given.has('cached') ? [] : [given.has('reverse') ? 'discard-all' : 'write-files'];
  return { effects: [...tree, ...index], reachesAll: true };
}

const checkoutIndexOptions = optionTable(
  'a|all ignore-skip-worktree-bits f|force q|quiet n|no-create u|index z stdin temp prefix= stage= create',
);

function checkoutIndex(words: readonly Word[]): VerbReading {
  const given = parseOptions(words, checkoutIndexOptions);
  if (given.has('prefix', 'temp')) return effects('create');
  if (!given.has('force') && !given.isUncertain) return { effects: ['write-files'], reachesAll: true };
  const isAll = given.has('all', 'stdin') || given.isUncertain;
  return { effects: [isAll ? 'discard-all' : 'discard-paths'], paths: given.words, reachesAll: isAll };
}

const updateIndexOptions = optionTable(
  `q ignore-submodules add replace remove unmerged refresh really-refresh cacheinfo chmod= assume-unchanged skip-worktree
  ignore-skip-worktree-entries info-only force-remove z stdin index-info unresolve g|again ignore-missing verbose
  clear-resolve-undo index-version= show-index-version split-index untracked-cache test-untracked-cache force-untracked-cache
  force-write-index fsmonitor fsmonitor-valid`,
);

function updateIndex(words: readonly Word[]): VerbReading {
  const given = parseOptions(words, updateIndexOptions);
  if (given.has('stdin', 'index-info', 'again') || given.isUncertain)
    return { effects: ['stage-all'], reachesAll: true };
  return given.words.length === 0 ? reads : { effects: ['stage'], paths: given.words };
}

const readTreeOptions = optionTable(
  `index-output= empty v|verbose trivial aggressive m reset prefix= u i exclude-per-directory= n|dry-run debug-unpack
  recurse-submodules? q|quiet sparse-checkout`,
);

function readTree(words: readonly Word[]): VerbReading {
  const given = parseOptions(words, readTreeOptions);
  if (given.has('dry-run')) return reads;
  const tree: readonly GitEffect[] = given.has('u', 'reset') || given.isUncertain ? ['discard-all'] : [];
  return { effects: [...tree, 'unstage-all'], reachesAll: true, target: given.words[0] };
}

/** It takes files that are not wanted out of the working tree, and puts others there. */
function sparseCheckout(words: readonly Word[]): VerbReading {
  const [verb] = words;
  if (!verb || verb.text === 'list' || verb.text === 'check-rules') return reads;
  return { effects: ['discard-all', 'config-shared'], reachesAll: true };
}

const mergeFileOptions = optionTable(
  'p|stdout diff3 zdiff3 ours theirs union marker-size= q|quiet L= object-id diff-algorithm=',
);

function mergeFile(words: readonly Word[]): VerbReading {
  const given = parseOptions(words, mergeFileOptions);
  if (given.has('stdout')) return reads;
  return { effects: ['discard-paths'], paths: given.words.slice(0, 1) };
}

/** The options of these verbs as they are read, to be compared with git's own. */
export const fileOptions = {
  add: addOptions,
  rm: removeOptions,
  mv: moveOptions,
  restore: restoreOptions,
  clean: cleanOptions,
  apply: applyOptions,
  'checkout-index': checkoutIndexOptions,
  'update-index': updateIndexOptions,
  'read-tree': readTreeOptions,
};

export const fileVerbs: VerbReaders = {
  add,
  stage: add,
  rm: remove,
  mv: move,
  restore,
  clean,
  apply,
  'checkout-index': checkoutIndex,
  'update-index': updateIndex,
  'read-tree': readTree,
  'sparse-checkout': sparseCheckout,
  'merge-file': mergeFile,
  mergetool: () => ({ effects: ['write-files', 'stage-all'], reachesAll: true }),
};
