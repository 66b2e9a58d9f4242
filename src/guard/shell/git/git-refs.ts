/** Verbs of git that are about branches, tags and other names of commits, and about what is kept of old ones. */

import type { GitEffect } from '../reading.ts';
import { optionTable, type ParsedOptions, parseOptions } from '../words/options.ts';
import { plainWord, type Word } from '../words/word.ts';
import { always, effects, reads, type VerbReaders, type VerbReading } from './git-verb.ts';

const branchOptions = optionTable(
  `v|verbose q|quiet t|track? set-upstream u|set-upstream-to= unset-upstream color? r|remotes contains= with= without= no-contains=
  abbrev? a|all d|delete D m|move M c|copy C l|list show-current create-reflog edit-description f|force merged? no-merged?
  column? sort= points-at= i|ignore-case recurse-submodules omit-empty format=`,
);

function branch(words: readonly Word[]): VerbReading {
  const given = parseOptions(words, branchOptions);
  const [first, second] = given.words;
  if (given.has('D') || (given.has('delete') && given.has('force')))
    return { ...effects('refs', 'rewrite'), target: first };
  if (given.has('delete')) return { ...effects('refs'), target: first };
  if (given.has('move', 'M')) return renamed(given, second ? first : plainWord('HEAD'));
  if (given.has('copy', 'C')) return { ...copied(given), target: second ?? first };
  if (given.has('set-upstream-to', 'unset-upstream', 'edit-description')) return effects('config-shared');
  if (given.isUncertain) return { ...effects('refs', 'rewrite'), target: first };
  if (onlyLists(given)) return reads;
  if (given.has('force')) return { ...effects('refs', 'rewrite'), target: first };
  return { ...effects('create'), target: first };
}

/** HEAD follows where the branch is the current one, here or in another worktree; to those who work on it, it has another name then. */
function renamed(given: ParsedOptions, target: Word | undefined): VerbReading {
  const overwrites: readonly GitEffect[] = given.has('M', 'force') ? ['rewrite'] : [];
  return { ...effects('refs', ...overwrites), target };
}

function copied(given: ParsedOptions): VerbReading {
  return given.has('C', 'force') ? effects('refs', 'rewrite') : effects('create');
}

const listing = [
  'list',
  'show-current',
  'all',
  'remotes',
  'contains',
  'no-contains',
  'with',
  'without',
  'merged',
  'no-merged',
  'points-at',
];

function onlyLists(given: ParsedOptions): boolean {
  return given.words.length === 0 || given.has(...listing);
}

const tagOptions = optionTable(
  `# l|list n? d|delete v|verify a|annotate m|message= F|file= e|edit s|sign no-sign cleanup= u|local-user= f|force create-reflog
  column? contains= no-contains= with= without= merged? no-merged? sort= points-at= format= color? i|ignore-case trailer= omit-empty`,
);

function tag(words: readonly Word[]): VerbReading {
  const given = parseOptions(words, tagOptions);
  const [target] = given.words;
  if (given.has('delete', 'force')) return { ...effects('refs'), target };
  if (given.has('verify', 'n') || onlyLists(given)) return reads;
  return { ...effects('create'), target };
}

const updateOptions = optionTable('m= d z stdin no-deref deref create-reflog 0 batch-updates');

function updateRef(words: readonly Word[]): VerbReading {
  const given = parseOptions(words, updateOptions);
  const [target] = given.words;
  if (target?.text === 'refs/stash') return { ...effects('stash-take'), isEveryEntry: true };
  const isHead = !target || target.text === 'HEAD' || !target.text.startsWith('refs/');
  return { effects: isHead ? ['refs', 'rewrite', 'move-head'] : ['refs', 'rewrite'], target, reachesAll: isHead };
}

const symbolicOptions = optionTable('q|quiet d|delete short recurse no-recurse m=');

function symbolicRef(words: readonly Word[]): VerbReading {
  const given = parseOptions(words, symbolicOptions);
  const [name, target] = given.words;
  if (!given.has('delete') && !target && !name?.isMany) return reads;
  const isOther = name !== undefined && /^refs\//.test(name.text);
  return { effects: isOther ? ['refs'] : ['move-head', 'refs'], target: target ?? name, reachesAll: !isOther };
}

function reflog(words: readonly Word[]): VerbReading {
  const [verb, ...rest] = words;
  const loses = verb !== undefined && /^(expire|delete|drop|write)$|^\0/.test(verb.text);
  if (!loses || rest.some(word => word.text === '--dry-run' || word.text === '-n')) return reads;
  // The entries of the stash are kept by its log alone.
  return { ...effects('rewrite', 'stash-take'), isEveryEntry: true };
}

const gcOptions = optionTable(
  'q|quiet prune? cruft no-cruft max-cruft-size= aggressive auto detach force keep-largest-pack expire-to=',
);

/** What is not reachable is kept for two weeks unless it is told otherwise: until then a lost commit can be found again. */
function gc(words: readonly Word[]): VerbReading {
  const given = parseOptions(words, gcOptions);
  const until = given.values('prune').at(-1);
  return until && !/^(never|\d+\.(weeks?|months?|years?)\.ago)$/.test(until.text)
    ? effects('rewrite')
    : effects('upkeep');
}

function prune(words: readonly Word[]): VerbReading {
  return words.some(word => /^(-n|--dry-run)$/.test(word.text)) ? reads : effects('rewrite');
}

const replaceOptions = optionTable('l|list d|delete e|edit g|graft convert-graft-file f|force raw format=');

function replace(words: readonly Word[]): VerbReading {
  const given = parseOptions(words, replaceOptions);
  return given.has('list') || words.length === 0 ? reads : effects('rewrite');
}

function notes(words: readonly Word[]): VerbReading {
  const verb = words.find((word, at) => !word.text.startsWith('-') && words[at - 1]?.text !== '--ref');
  return !verb || /^(list|show|get-ref)$/.test(verb.text) ? reads : effects('refs');
}

function rerere(words: readonly Word[]): VerbReading {
  return words.some(word => /^(clear|forget)$/.test(word.text)) ? effects('config-shared') : effects('upkeep');
}

function refs(words: readonly Word[]): VerbReading {
  return words.some(word => word.text === 'migrate') ? effects('refs', 'rewrite') : reads;
}

function maintenance(words: readonly Word[]): VerbReading {
  const changes = words.some(word => /^(start|stop|register|unregister)$/.test(word.text));
  return changes ? effects('config-shared') : effects('upkeep');
}

/** The options of these verbs as they are read, to be compared with git's own. */
export const refOptions = {
  branch: branchOptions,
  tag: tagOptions,
  'update-ref': updateOptions,
  'symbolic-ref': symbolicOptions,
  gc: gcOptions,
  replace: replaceOptions,
};

export const refVerbs: VerbReaders = {
  branch,
  tag,
  'update-ref': updateRef,
  'symbolic-ref': symbolicRef,
  reflog,
  gc,
  prune,
  replace,
  notes,
  rerere,
  refs,
  maintenance,
  'pack-refs': always('upkeep'),
  repack: always('upkeep'),
  'prune-packed': always('upkeep'),
  'pack-redundant': always('upkeep'),
  'commit-graph': always('upkeep'),
  'multi-pack-index': always('upkeep'),
  'update-server-info': always('upkeep'),
  'fsmonitor--daemon': always('upkeep'),
};
