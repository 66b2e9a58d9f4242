/** Verbs of git with verbs of their own that put work aside or keep it elsewhere: stash, worktree, submodule. */

import type { GitEffect } from '../reading.ts';
import { optionTable, type ParsedOptions, parseOptions } from '../words/options.ts';
import { hole, type Word } from '../words/word.ts';
import { joined } from './git-commits.ts';
import { byPaths } from './git-files.ts';
import { effects, reads, type VerbReaders, type VerbReading } from './git-verb.ts';

const stashOptions = optionTable(
  `k|keep-index S|staged p|patch q|quiet u|include-untracked a|all m|message= pathspec-from-file= pathspec-file-nul index
  U|unified= inter-hunk-context=`,
);

const anyStash: VerbReading = {
  effects: ['stash-make', 'stash-take', 'discard-all'],
  reachesAll: true,
  concerns: 'both',
  isEveryEntry: true,
};

function stash(words: readonly Word[]): VerbReading {
  const [verb, ...rest] = words;
  if (!verb || (verb.text.startsWith('-') && !verb.text.includes(hole))) return stashed(words);
  switch (verb.text) {
    case 'list':
    case 'show':
      return reads;
    case 'create':
    case 'export':
      return effects('create');
    case 'store':
    case 'import':
      return effects('stash-make');
    case 'drop':
      return { ...effects('stash-take'), target: parseOptions(rest, stashOptions).words[0] };
    case 'clear':
      return { ...effects('stash-take'), isEveryEntry: true };
    case 'pop':
    case 'apply':
      return {
        effects: ['stash-take', 'write-files'],
        target: parseOptions(rest, stashOptions).words[0],
        reachesAll: true,
      };
    case 'branch':
      return { effects: ['stash-take', 'move-head', 'create'], target: rest[0], reachesAll: true };
    case 'push':
      return stashed(rest);
    case 'save':
      return { ...stashed(rest), effects: ['stash-make', 'discard-all'], paths: [], reachesAll: true };
    default:
      return anyStash;
  }
}

function stashed(words: readonly Word[]): VerbReading {
  const given = parseOptions(words, stashOptions);
  const isAll = given.words.length === 0 || given.has('pathspec-from-file') || given.isUncertain;
  const index: readonly GitEffect[] = given.has('staged') ? ['unstage-all'] : [];
  return {
    effects: ['stash-make', byPaths(given.words, 'discard-paths', 'discard-all', isAll), ...index],
    paths: given.words,
    reachesAll: isAll,
    ...(given.has('include-untracked', 'all') || given.isUncertain ? { concerns: 'both' as const } : {}),
  };
}

const worktreeAddOptions = optionTable(
  'f|force b= B= d|detach checkout lock reason= orphan q|quiet track guess-remote relative-paths',
);

function worktree(words: readonly Word[]): VerbReading {
  const [verb, ...rest] = words;
  const target = rest.find(word => !word.text.startsWith('-'));
  switch (verb?.text ?? '') {
    case '':
    case 'list':
      return reads;
    case 'add':
      return addedWorktree(parseOptions(rest, worktreeAddOptions));
    case 'remove':
    case 'move':
      return { ...effects('worktree-remove'), target, isTargetFolder: true };
    case 'prune':
      return rest.some(word => /^(-n|--dry-run)$/.test(word.text)) ? reads : effects('worktree-remove');
    case 'lock':
    case 'unlock':
    case 'repair':
      return { ...effects('config-shared'), target, isTargetFolder: true };
    default:
      return effects('worktree-remove', 'create');
  }
}

function addedWorktree(given: ParsedOptions): VerbReading {
  const [folder] = given.words;
  const replaces: readonly GitEffect[] = given.has('B') ? ['refs', 'rewrite'] : [];
  return {
    effects: ['create', ...replaces],
    target: folder,
    isTargetFolder: true,
    ...(folder ? { makes: { folder, kind: 'worktree' as const } } : {}),
  };
}

const submoduleOptions = optionTable(
  `q|quiet cached init N|no-fetch f|force checkout merge rebase recommend-shallow no-recommend-shallow reference= recursive depth=
  j|jobs= single-branch no-single-branch filter= remote progress require-init all b|branch= default name= files n|summary-limit=`,
);

function submodule(words: readonly Word[]): VerbReading {
  const at = words.findIndex(word => !/^(-q|--quiet|--cached)$/.test(word.text));
  const verb = words[at]?.text ?? 'status';
  const rest = words.slice(at + 1);
  if (/^(status|summary)$/.test(verb)) return reads;
  if (verb === 'foreach') return eachSubmodule(rest);
  if (/^(init|sync|set-url|set-branch|absorbgitdirs)$/.test(verb)) return effects('config-shared');
  const given = parseOptions(rest, submoduleOptions);
  if (verb === 'add') return { ...effects('stage', 'create', 'config-shared'), paths: given.words.slice(1) };
  if (verb === 'deinit')
    return { effects: ['discard-all', 'config-shared'], paths: given.words, reachesAll: given.has('all') };
  // Without force it leaves alone what is not committed there; it is not the HEAD of this checkout that it moves.
  const isGentle = verb === 'update' && !given.has('force') && !given.isUncertain;
  return {
    effects: isGentle ? ['fetch', 'write-files'] : ['fetch', 'move-head', 'discard-all'],
    paths: given.words,
    reachesAll: given.words.length === 0 || given.isUncertain,
  };
}

/** Runs a command in each of them; one word is the text of a command, several are its words. */
function eachSubmodule(words: readonly Word[]): VerbReading {
  const rest = words.filter((word, at) => !(at < 2 && /^(--recursive|-q|--quiet)$/.test(word.text)));
  const [only] = rest;
  return { effects: ['read'], runs: only && rest.length === 1 ? [only] : [joined(rest)], runsElsewhere: true };
}

/** The options of these verbs as they are read, to be compared with git's own. */
export const shelfOptions = { 'stash push': stashOptions, 'worktree add': worktreeAddOptions };

export const shelfVerbs: VerbReaders = { stash, worktree, submodule };
