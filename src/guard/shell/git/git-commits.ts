/** Verbs of git that make, bring in, move or replace commits. */

import type { GitEffect } from '../reading.ts';
import { optionTable, type ParsedOptions, parseOptions } from '../words/options.ts';
import { hole, plainWord, type Word } from '../words/word.ts';
import { always, reads, type VerbReaders, type VerbReading } from './git-verb.ts';
import { isBroad } from './pathspec.ts';

const commitOptions = optionTable(
  `q|quiet v|verbose F|file= author= date= m|message= c|reedit-message= C|reuse-message= fixup= squash= reset-author trailer=
  s|signoff t|template= e|edit cleanup= status S|gpg-sign? a|all i|include interactive p|patch o|only dry-run short branch
  ahead-behind porcelain long z|null amend u|untracked-files? pathspec-from-file= pathspec-file-nul allow-empty
  allow-empty-message n|no-verify verify post-rewrite U|unified= inter-hunk-context=`,
);

function commit(words: readonly Word[]): VerbReading {
  const given = parseOptions(words, commitOptions);
  if (given.has('dry-run', 'short', 'porcelain', 'long', 'null')) return reads;
  const amends: readonly GitEffect[] = given.has('amend') || given.isUncertain ? ['amend', 'rewrite'] : [];
  const paths = given.words;
  const takesAll = given.has('all', 'pathspec-from-file') || given.isUncertain || paths.some(isBroad);
  const asks = given.has('interactive', 'patch') && paths.length === 0;
  const sweeps: readonly GitEffect[] = takesAll || asks ? ['stage-all'] : given.has('include') ? ['stage'] : [];
  const byPath = (paths.length > 0 && !given.has('include')) || given.has('pathspec-from-file');
  return {
    effects: [...sweeps, byPath ? 'commit-paths' : 'commit', ...amends],
    paths,
    ...(given.isUncertain ? { concerns: 'both' as const } : {}),
    reachesAll: given.has('all', 'pathspec-from-file') || given.isUncertain || asks,
    skipsHooks: given.has('no-verify'),
  };
}

const mergeOptions = optionTable(
  `n stat summary compact-summary log? squash commit e|edit cleanup= ff ff-only rerere-autoupdate verify-signatures s|strategy=
  X|strategy-option= m|message= F|file= into-name= v|verbose q|quiet abort quit continue allow-unrelated-histories progress
  S|gpg-sign? autostash overwrite-ignore signoff no-verify verify`,
);

function merge(words: readonly Word[]): VerbReading {
  const given = parseOptions(words, mergeOptions);
  const discards: readonly GitEffect[] = given.has('abort') ? ['discard-all'] : [];
  const stashes: readonly GitEffect[] = given.has('autostash') ? ['stash-make'] : [];
  return {
    effects: ['move-head', ...discards, ...stashes],
    target: given.words[0],
    reachesAll: true,
    skipsHooks: given.has('no-verify'),
  };
}

const rebaseOptions = optionTable(
  `onto= keep-base no-verify verify q|quiet v|verbose n|no-stat signoff committer-date-is-author-date reset-author-date ignore-date C=
  ignore-whitespace whitespace= f|force-rebase no-ff continue skip abort quit edit-todo show-current-patch apply m|merge i|interactive
  preserve-merges rerere-autoupdate empty= k|keep-empty autosquash update-refs S|gpg-sign? autostash x|exec= allow-empty-message
  r|rebase-merges? fork-point s|strategy= X|strategy-option= root reschedule-failed-exec reapply-cherry-picks stat ff trailer=`,
);

function rebase(words: readonly Word[]): VerbReading {
  const given = parseOptions(words, rebaseOptions);
  if (given.has('show-current-patch') && !given.isUncertain) return reads;
  const discards: readonly GitEffect[] = given.has('abort', 'skip') ? ['discard-all'] : [];
  const stashes: readonly GitEffect[] = given.has('autostash') ? ['stash-make'] : [];
  return {
    effects: ['move-head', 'rewrite', ...discards, ...stashes],
    target: given.words[0],
    ...basesOf(given),
    reachesAll: true,
    runs: given.values('exec'),
    skipsHooks: given.has('no-verify'),
  };
}

/**
 * A rebase makes anew what its upstream does not have, on top of that. With `--onto` that is somewhere else, and what only the upstream
 * has goes; where its words say otherwise it may leave out any.
 */
function basesOf(given: ParsedOptions): Pick<VerbReading, 'base' | 'branch' | 'remakesSince' | 'keepsCommits'> {
  const [upstream = plainWord('@{upstream}'), branch] = given.words;
  const mayDrop = given.has('interactive', 'autosquash', 'root', 'exec') || given.isUncertain;
  const onto = given.values('onto').at(-1);
  if (!onto) return { base: upstream, keepsCommits: !mayDrop };
  return { base: onto, branch, ...(mayDrop ? {} : { remakesSince: upstream }) };
}

const sequenceOptions = optionTable(
  `quit continue abort skip cleanup= n|no-commit commit e|edit s|signoff m|mainline= rerere-autoupdate strategy= X|strategy-option=
  S|gpg-sign? x ff allow-empty allow-empty-message keep-redundant-commits empty= reference r`,
);

/** `cherry-pick` and `revert`. */
function sequence(words: readonly Word[]): VerbReading {
  const given = parseOptions(words, sequenceOptions);
  const discards: readonly GitEffect[] = given.has('abort', 'skip') || given.isUncertain ? ['discard-all'] : [];
  return { effects: ['move-head', ...discards], target: given.words[0], reachesAll: true };
}

const mailOptions = optionTable(
  `i|interactive n|no-verify b|binary 3|3way q|quiet s|signoff u|utf8 k|keep keep-non-patch m|message-id keep-cr c|scissors
  quoted-cr= whitespace= ignore-space-change ignore-whitespace directory= exclude= include= C= p= patch-format= reject resolvemsg=
  continue r|resolved skip abort quit retry show-current-patch? allow-empty committer-date-is-author-date ignore-date
  rerere-autoupdate S|gpg-sign? empty= rebasing`,
);

function applyMail(words: readonly Word[]): VerbReading {
  const given = parseOptions(words, mailOptions);
  if (given.has('show-current-patch') && !given.isUncertain) return reads;
  const discards: readonly GitEffect[] = given.has('abort', 'skip') ? ['discard-all'] : [];
  return { effects: ['move-head', ...discards], reachesAll: true, skipsHooks: given.has('no-verify') };
}

function bisect(words: readonly Word[]): VerbReading {
  const [verb, ...rest] = words;
  const text = verb?.text ?? '';
  if (/^(log|terms|view|visualize|help|)$/.test(text)) return reads;
  const runs = text === 'run' ? [joined(rest)] : [];
  return { effects: ['move-head'], target: rest[0], reachesAll: true, runs };
}

/** Words as the text of a command, for those that run what they are given. */
export function joined(words: readonly Word[]): Word {
  const text = words.map(word => (/[\s'"$`\\;&|<>(){}*?[\]#~]/.test(word.text) ? inQuotes(word.text) : word.text));
  return { text: text.join(' '), patternAt: null, isMany: words.some(word => word.isMany) };
}

function inQuotes(text: string): string {
  return text === hole ? hole : `'${text.replaceAll("'", `'\\''`)}'`;
}

/** The options of these verbs as they are read, to be compared with git's own. */
export const commitOptionTables = {
  commit: commitOptions,
  merge: mergeOptions,
  rebase: rebaseOptions,
  'cherry-pick': sequenceOptions,
  revert: sequenceOptions,
  am: mailOptions,
};

export const commitVerbs: VerbReaders = {
  commit,
  merge,
  rebase,
  'cherry-pick': sequence,
  revert: sequence,
  am: applyMail,
  bisect,
  quiltimport: always('move-head'),
  'filter-branch': always('rewrite', 'move-head', 'discard-all'),
  'filter-repo': always('rewrite', 'move-head', 'discard-all'),
  history: always('rewrite', 'move-head'),
  replay: always('rewrite', 'refs'),
  'fast-import': always('rewrite', 'refs'),
  'merge-index': always('move-head', 'discard-all'),
  'merge-one-file': always('move-head', 'discard-all'),
  'merge-recursive': always('move-head', 'discard-all'),
  'merge-recursive-ours': always('move-head', 'discard-all'),
  'merge-recursive-theirs': always('move-head', 'discard-all'),
  'merge-resolve': always('move-head', 'discard-all'),
  'merge-octopus': always('move-head', 'discard-all'),
  'merge-ours': always('move-head', 'discard-all'),
  'merge-subtree': always('move-head', 'discard-all'),
  citool: always('unknown'),
  gui: always('unknown'),
};
